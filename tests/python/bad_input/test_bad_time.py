"""Durations, instants and zones (D21 to D31)."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from bad_tables import (
    BIG,
    MATRIX,
    NOW,
    UTC,
    Case,
    answer,
    check_said,
    given,
    hours,
    local,
    temporal,
    warn,
)

CASES = [
    Case("D21", "negative duration", given(modes={"duration": [-3, 4]}), "NEGATIVE_VALUE", ("modes", "duration"), (0, "a")),
    Case("D21", "negative setup", given(**MATRIX, changeovers={"matrix": ["x"], "duration": [-1]}),
         "NEGATIVE_VALUE", ("changeovers", "duration"), (0, "x")),
    Case("D22", "duration i64::MAX", given(modes={"duration": [BIG, 4]}), "OVERFLOW", ("modes", "duration"), (0, "a")),
    Case("D22", "weight x lateness", given(orders={"weight": [2**62]}), "OVERFLOW", ("problem", None),
         (None, "sum of order weights x horizon")),
    Case("D22", "sum of costs", given(modes={"cost": [2**62, 2**62]}), "OVERFLOW", ("problem", None),
         (None, "sum of mode costs")),
    Case("D23", "horizon beyond range", given(problem={"now": [0], "horizon_end": [BIG]}), "OVERFLOW",
         ("problem", "horizon_end"), (0, None)),
    Case("D23", "horizon inverted", given(problem={"now": [10], "horizon_end": [10]}), "HORIZON_INVERTED",
         ("problem", "horizon_end"), (0, None)),
    warn("D24", "due before now", given(problem={"now": [100]}), "DUE_IN_PAST", ("orders", "due"), (0, "A")),
    Case("D25", "naive and aware", temporal(orders={"due": pa.array([dt.datetime(2026, 1, 6)])}), "TZ_MIXED",
         ("orders", "due")),
    Case("D25", "naive without a zone", local(dt.datetime(2026, 5, 1), zone=None), "TZ_UNKNOWN", ("problem", "now")),
    Case("D27", "in the gap", local(dt.datetime(2026, 3, 29, 2, 30)), "TZ_NONEXISTENT", ("orders", "due"), (0, None)),
    Case("D27", "in the fold", local(dt.datetime(2026, 10, 25, 2, 30)), "TZ_AMBIGUOUS", ("orders", "due"), (0, None)),
    Case("D29", "unknown zone", temporal(problem={"timezone": ["Mars/Base"]}), "TZ_UNKNOWN", ("problem", "timezone"), (0, None)),
    warn("D29", "year 9999", temporal(orders={"due": pa.array([dt.datetime(9999, 12, 31, tzinfo=dt.UTC)], UTC)}),
         "SENTINEL_DATE", ("orders", "due"), (0, "A")),
    warn("D30", "median above the horizon",
         given(problem={"now": [0], "horizon_end": [10]}, modes={"duration": [30, 40]}, orders={"due": None}),
         "UNIT_SUSPECT", ("modes", "duration")),
    warn("D30", "median below a second", temporal(modes={"duration": pa.array([0, 0], pa.duration("s"))}),
         "UNIT_SUSPECT", ("modes", "duration")),
    Case("D30", "bare integers", temporal(modes={"duration": [3, 4]}), "UNIT_UNDECLARED", ("modes", "duration")),
    Case("D31", "below a tick", temporal(modes={"duration": pa.array([1_500, 2_000], pa.duration("ms"))}),
         "SUB_TICK", ("modes", "duration"), (0, "a/null")),
    Case("D23", "more rows than there are ids",
         given(precedences={"before": pa.nulls(50_000_001), "after": pa.nulls(50_000_001)}), "LIMIT_EXCEEDED",
         (None, None), (None, "precedences")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
    check_said(case)


def test_d21_no_duration_is_a_milestone() -> None:
    result = answer(given(modes={"duration": [0, 4]}))
    assert result.schedule["end"].to_pylist() == [0, 4]
    assert result.assignments["operation"].to_pylist() == ["b"]


def test_d24_release_after_due_is_late() -> None:
    result = answer(given(orders={"release": [20], "due": [9]}))
    assert result.order_results["lateness"].to_pylist() == [18]


def test_d26_another_zone_is_the_same_instant() -> None:
    plain = answer(temporal())
    for zone in ("Asia/Kathmandu", "-03:30"):
        due = pa.array([NOW + dt.timedelta(days=1)], pa.timestamp("us", zone))
        other = answer(temporal(orders={"due": due}))
        assert other.schedule["start"].cast(pa.int64()) == plain.schedule["start"].cast(pa.int64())
        assert other.objective == plain.objective


def test_d28_a_night_over_the_clock_change_has_seven_hours() -> None:
    """From 22:00 to 06:00 the clock shows eight hours, of which seven pass."""
    night = [dt.datetime(2026, 3, 28, 22), dt.datetime(2026, 3, 29, 6)]
    tables = temporal(
        problem={"now": pa.array(night[:1]), "timezone": ["Europe/Berlin"]},
        orders={"due": pa.array(night[1:])},
        modes={"duration": hours(3, 4)},
        resources={"calendar": ["night"]},
        calendars={"calendar": ["night"], "start": pa.array(night[:1]), "end": pa.array(night[1:])},
    )
    assert answer(tables).order_results["lateness"].to_pylist() == [dt.timedelta(0)]
    tables["modes"]["duration"] = hours(3, 5)
    assert answer(tables).order_results["status"].to_pylist() == ["unscheduled"]
