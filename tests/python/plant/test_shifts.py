"""Local shifts to elapsed time: clock changes, breaks, exceptions, merging, capacity by shift."""

import datetime as dt

import pytest
from plant_builders import local, plant, rows

from sopengine.errors import SopDataError
from sopengine.plant.shifts import Open, cut, merge, parse_weekdays

WEEK = dt.timedelta(days=7)


def opened(shifts, exceptions=None, now="2026-03-23T06:00", horizon=WEEK, settings=None):
    resources = rows({"resource": "saw", "calendar": "c"})
    tables = {"shifts": rows(*({"calendar": "c", **s} for s in shifts)), "resources": resources}
    if exceptions:
        tables["shift_exceptions"] = rows(*exceptions)
    if settings:
        tables["settings"] = rows({"timezone": "Europe/Berlin", "duration_unit": "min", **settings})
    compiled = plant(**tables).compile(now, horizon)
    found = compiled.problem_tables["calendars"].to_pylist()
    return [(local(r["start"])[5:], local(r["end"])[5:], r["capacity"]) for r in found], found, compiled


def hours(found):
    # by instants: subtracting datetimes of one zone would compare wall clocks
    return [(r["end"].timestamp() - r["start"].timestamp()) / 3600 for r in found]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("sat,Sunday", {5, 6}),
        ("Fri-Mon", {4, 5, 6, 0}),
        ("1000001", {0, 6}),
        ("Wed", {2}),
    ],
)
def test_weekdays(text, days):
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["", "Mo-Xy", "101", "Mon--Fri"])
def test_bad_weekdays(text):
    with pytest.raises(ValueError):
        parse_weekdays(text)


@pytest.mark.parametrize(
    ("now", "length"), [("2026-03-28T12:00", 7), ("2026-10-24T12:00", 9), ("2026-06-06T12:00", 8)]
)
def test_night_shift_over_the_clock_change(now, length):
    shifts = [{"weekdays": "Sat", "start": "22:00", "end": "06:00"}]
    _, found, _ = opened(shifts, now=now, horizon=dt.timedelta(days=2))
    assert hours(found) == [length]


def test_a_weekly_shift_keeps_its_local_time():
    texts, found, _ = opened(
        [{"weekdays": "Sat,Mon", "start": "06:00", "end": "14:00"}], horizon=dt.timedelta(days=8)
    )
    assert [t[:2] for t in texts] == [
        ("03-23 06:00", "03-23 14:00"),
        ("03-28 06:00", "03-28 14:00"),
        ("03-30 06:00", "03-30 14:00"),
    ]
    assert [r["start"].astimezone(dt.UTC).hour for r in found] == [5, 5, 4]


def test_breaks_are_cut_and_touching_shifts_merge():
    texts, _, _ = opened(
        [
            {"weekdays": "Mon", "start": "06:00", "end": "14:00"},
            {"weekdays": "Mon", "start": "14:00", "end": "22:00"},
            {"weekdays": "Mon", "start": "22:00", "end": "06:00"},
            {"weekdays": "Mon", "start": "10:00", "end": "10:30", "kind": "break"},
        ],
        horizon=dt.timedelta(days=3),
    )
    assert texts == [("03-23 06:00", "03-23 10:00", None), ("03-23 10:30", "03-24 06:00", None)]


def test_capacity_by_shift_is_not_merged():
    texts, _, compiled = opened(
        [
            {"weekdays": "Mon", "start": "06:00", "end": "14:00", "capacity": 4},
            {"weekdays": "Mon", "start": "14:00", "end": "22:00", "capacity": 2},
        ],
        horizon=dt.timedelta(days=3),
    )
    assert texts == [("03-23 06:00", "03-23 14:00", 4), ("03-23 14:00", "03-23 22:00", 2)]
    assert compiled.problem_tables["resources"]["kind"].to_pylist() == ["cumulative"]


def test_midnight_and_validity():
    shifts = [
        {
            "weekdays": "Mon-Sun",
            "start": "00:00",
            "end": "24:00",
            "valid_from": dt.date(2026, 3, 24),
            "valid_to": dt.date(2026, 3, 25),
        }
    ]
    texts, _, _ = opened(shifts)
    assert texts == [("03-24 00:00", "03-26 00:00", None)]


def test_holiday_extra_shift_and_closure():
    texts, _, _ = opened(
        [
            {"weekdays": "Mon-Fri", "start": "06:00", "end": "14:00"},
            {"weekdays": "Mon-Fri", "start": "22:00", "end": "06:00"},
        ],
        [
            {"calendar": None, "date": dt.date(2026, 3, 25), "kind": "closed"},
            {
                "calendar": "c",
                "date": dt.date(2026, 3, 25),
                "kind": "open",
                "start": "08:00",
                "end": "12:00",
                "capacity": 2,
            },
            {
                "calendar": "c",
                "date": dt.date(2026, 3, 26),
                "kind": "closed",
                "start": "10:00",
                "end": "11:00",
            },
        ],
        horizon=dt.timedelta(days=4),
    )
    assert texts == [
        ("03-23 06:00", "03-23 14:00", None),
        ("03-23 22:00", "03-24 14:00", None),
        ("03-24 22:00", "03-25 06:00", None),  # began the evening before the holiday
        ("03-25 08:00", "03-25 12:00", 2),
        ("03-26 06:00", "03-26 10:00", None),
        ("03-26 11:00", "03-26 14:00", None),
        ("03-26 22:00", "03-27 14:00", None),
    ]


def test_an_exception_sets_its_own_capacity_inside_a_shift():
    texts, _, _ = opened(
        [{"weekdays": "Mon", "start": "06:00", "end": "14:00", "capacity": 4}],
        [
            {
                "calendar": "c",
                "date": dt.date(2026, 3, 23),
                "kind": "open",
                "start": "08:00",
                "end": "10:00",
                "capacity": 1,
            }
        ],
        horizon=dt.timedelta(days=2),
    )
    assert texts == [
        ("03-23 06:00", "03-23 08:00", 4),
        ("03-23 08:00", "03-23 10:00", 1),
        ("03-23 10:00", "03-23 14:00", 4),
    ]


def test_local_times_that_do_not_exist_or_exist_twice():
    gap = [{"weekdays": "Sun", "start": "02:30", "end": "10:00"}]
    with pytest.raises(SopDataError) as caught:
        opened(gap, horizon=dt.timedelta(days=8))
    assert [(i.check, i.row) for i in caught.value.issues if i.severity == "error"] == [("TZ_NONEXISTENT", 0)]
    texts, _, _ = opened(gap, settings={"local_time_rule": "later"})
    assert texts == [("03-29 03:00", "03-29 10:00", None)]
    fold = {"now": "2026-10-24T12:00", "horizon": dt.timedelta(days=2)}
    with pytest.raises(SopDataError) as caught:
        opened(gap, **fold)
    assert caught.value.issues[0].check == "TZ_AMBIGUOUS"
    _, early, _ = opened(gap, settings={"local_time_rule": "earlier"}, **fold)
    _, late, _ = opened(gap, settings={"local_time_rule": "later"}, **fold)
    assert (hours(early), hours(late)) == ([8.5], [7.5])


def test_zone_of_a_shift():
    _, found, _ = opened(
        [{"weekdays": "Tue", "start": "06:00", "end": "07:00", "timezone": "America/New_York"}]
    )
    assert found[0]["start"].astimezone(dt.UTC) == dt.datetime(2026, 3, 24, 10, tzinfo=dt.UTC)


def test_never_open_is_reported():
    _, found, compiled = opened(
        [{"weekdays": "Mon", "start": "06:00", "end": "07:00", "valid_to": dt.date(2020, 1, 1)}]
    )
    assert [r["capacity"] for r in found] == [0]
    assert compiled.findings["check"].to_pylist() == ["NO_CAPACITY"]


def test_calendars_reach_back_to_started_work():
    progress = rows(
        {"work_order": "W1", "step": "cut", "status": "started", "started": dt.datetime(2026, 3, 20, 8)}
    )
    shifts = rows({"calendar": "c", "weekdays": "Mon-Fri", "start": "06:00", "end": "14:00"})
    resources = rows({"resource": "saw", "calendar": "c"})
    calendars = (
        plant(shifts=shifts, resources=resources, progress=progress)
        .compile("2026-03-23T06:00")
        .problem_tables["calendars"]
    )
    assert local(calendars["start"][0].as_py()) == "2026-03-20 06:00"


def test_cut_and_merge_agree_with_sets_of_instants():
    import random

    rng = random.Random(7)
    for _ in range(300):

        def some(n):
            return [
                Open(a, a + rng.randint(1, 9), None, "t", i)
                for i, a in enumerate(rng.choices(range(40), k=n))
            ]

        work, holes = some(rng.randint(0, 6)), some(rng.randint(0, 6))
        points = {t for w in work for t in range(w.start, w.end)}
        assert {t for w in merge(work) for t in range(w.start, w.end)} == points
        left = cut(merge(work), holes)
        assert [t for w in left for t in range(w.start, w.end)] == sorted(
            points - {t for h in holes for t in range(h.start, h.end)}
        )
