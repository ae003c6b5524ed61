"""Weeks, months, and the instants on their edges."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sop_builders import facts, grid

from sopengine.sop.buckets import Grid, Window, open_time, open_windows, split_by_week

BERLIN = ZoneInfo("Europe/Berlin")
NOW = int(dt.datetime(2026, 3, 23, 6, tzinfo=BERLIN).timestamp())


def test_weeks_follow_each_other_and_belong_to_the_month_of_their_monday():
    weeks = Grid(BERLIN, NOW, 6)
    assert [w.id for w in weeks.weeks][:3] == ["2026-03-23", "2026-03-30", "2026-04-06"]
    assert weeks.months == {dt.date(2026, 3, 1): (0, 1), dt.date(2026, 4, 1): (2, 3, 4, 5)}
    assert all(a.end == b.start for a, b in zip(weeks.weeks, weeks.weeks[1:], strict=False))


def test_the_week_of_the_clock_change_is_an_hour_short():
    weeks = Grid(BERLIN, NOW, 2).weeks
    assert weeks[0].end - weeks[0].start == 7 * 86_400 - 3600  # Sunday, 29 March 2026
    assert weeks[1].end - weeks[1].start == 7 * 86_400


def test_an_end_at_midnight_is_of_the_week_gone_by_an_arrival_of_the_next():
    weeks = Grid(BERLIN, NOW, 2)
    edge = weeks.weeks[0].end
    assert (weeks.ends(edge), weeks.arrives(edge)) == (0, 1)
    assert (weeks.ends(edge + 1), weeks.arrives(edge - 1)) == (1, 0)
    assert weeks.ends(weeks.weeks[1].end) == 1
    assert weeks.ends(weeks.weeks[1].end + 1) == weeks.arrives(weeks.weeks[1].end) == weeks.after
    assert weeks.ends(0) == 0


def test_a_grid_without_weeks_is_refused():
    with pytest.raises(ValueError, match="at least one week"):
        Grid(BERLIN, NOW, 0)


def test_open_time_counts_from_now_and_with_capacity():
    shifts = open_windows(facts(), grid(2))
    opened = open_time(shifts, grid(2))
    assert opened["paint", 0] == opened["paint", 1] == 5 * 8 * 3600
    assert opened["crew", 1] == 2 * 5 * 8 * 3600
    later = Grid(facts().zone, grid().now + 4 * 3600, 2)
    assert open_time(open_windows(facts(), later), later)["paint", 0] == (5 * 8 - 4) * 3600


@given(
    st.lists(st.tuples(st.integers(0, 3_000_000), st.integers(0, 2_000_000), st.integers(1, 5)), max_size=6)
)
def test_cutting_at_weeks_loses_no_second(spans):
    weeks = Grid(BERLIN, NOW, 3)
    pieces = [(NOW + start, NOW + start + length, quantity) for start, length, quantity in spans]
    assert sum(split_by_week(pieces, weeks).values()) == sum((b - a) * q for a, b, q in pieces)


def test_a_resource_without_calendar_is_open_all_the_time():
    plain = facts()
    for row in plain.rows["resources"]:
        row["calendar"] = None
    weeks = grid(1)
    assert open_windows(plain, weeks)["paint"] == (Window(weeks.now, weeks.weeks[0].end, 1),)
