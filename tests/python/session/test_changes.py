"""Each change edits the tables that it names, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

import sopengine as so
from sopengine import changes
from sopengine.session.calendars import close, shift, widen, within


def rows(problem: so.Problem, table: str, **key: Any) -> list[dict[str, Any]]:
    found = problem.tables[table].to_pylist()
    return [row for row in found if all(row[column] == value for column, value in key.items())]


def open_time(problem: so.Problem, resource: str) -> list[tuple[int, int | None]]:
    calendar = rows(problem, "resources", resource=resource)[0]["calendar"]
    return sorted((row["start"], row["end"]) for row in rows(problem, "calendars", calendar=calendar))


def test_a_stop_splits_the_calendar_of_one_resource_only(problem: so.Problem) -> None:
    changed = problem.with_changes(changes.machine_down("saw1", 10, 70))
    assert open_time(changed, "saw1") == [(-10, 10), (70, 200)]
    assert open_time(changed, "saw2") == [(-10, 50), (60, 200)]
    assert open_time(problem, "saw1") == [(-10, 50), (60, 200)]


def test_a_stop_of_a_resource_that_is_always_open(problem: so.Problem) -> None:
    changed = problem.with_changes(changes.machine_down("paint", 5, 9))
    first, second = open_time(changed, "paint")
    assert first[0] < 0
    assert first[1] == 5
    assert second == (9, None)


def test_two_stops_add_up(problem: so.Problem) -> None:
    told = [changes.machine_down("saw1", 10, 20), changes.machine_down("saw1", 15, 30)]
    assert open_time(problem.with_changes(told), "saw1") == [(-10, 10), (30, 50), (60, 200)]


def test_a_lost_resource_is_closed_for_good(problem: so.Problem) -> None:
    past, rest = open_time(problem.with_changes(changes.resource_lost("saw1", 30)), "saw1")
    assert past[1] == rest[0] == -10
    assert rest[1] == 30


def test_an_extra_shift_opens_what_was_closed(problem: so.Problem) -> None:
    changed = problem.with_changes(changes.extra_shift("saw1", 45, 55))
    assert open_time(changed, "saw1") == [(-10, 50), (50, 55), (60, 200)]


def test_pure_functions_of_calendars_agree_with_single_instants() -> None:
    calendar = [(0, 10, None), (12, 20, 2), (25, None, None)]

    def capacity(rows: list[Any], at: int) -> int:
        return sum(
            (3 if cap is None else cap)
            for low, high, cap in rows
            if low <= at and (high is None or at < high)
        )

    for start in range(-2, 30, 3):
        for end in [*range(start + 1, 32, 4), None]:
            inside = [at for at in range(-3, 35) if start <= at and (end is None or at < end)]
            for at in range(-3, 35):
                before = capacity(calendar, at)
                assert capacity(close(calendar, start, end), at) == (0 if at in inside else before)
                assert capacity(within(calendar, start, end), at) == (before if at in inside else 0)
                lower = max(0, before - 2) if at in inside else before
                assert capacity(shift(calendar, start, end, -2, 3), at) == lower
                if end is not None:
                    wide = before or (7 if at in inside else 0)
                    assert capacity(widen(calendar, start, end, 7), at) == wide


def test_a_rush_order_brings_all_its_rows(problem: so.Problem) -> None:
    steps = [
        {"operation": "R1", "resource": "saw2", "duration": 3},
        {"operation": "R2", "modes": [{"resource": "paint", "duration": 2}], "setup_state": "blue"},
    ]
    changed = problem.with_changes(changes.rush_order("R", steps, due=15, weight=9))
    assert rows(changed, "orders", order="R") == [{"order": "R", "due": 15, "weight": 9, "quantity": None}]
    assert [row["sequence"] for row in rows(changed, "operations", order="R")] == [1, 2]
    assert rows(changed, "modes", operation="R2")[0]["duration"] == 2
    assert changed.summary()["operations"] == 8


def test_a_cancelled_order_takes_everything_with_it(problem: so.Problem) -> None:
    changed = problem.with_changes(changes.cancel_order("B"))
    assert changed.summary()["operations"] == 4
    assert not rows(changed, "modes", operation="B1")
    assert not rows(changed, "orders", order="B")


def test_a_cancelled_order_keeps_its_history(problem: so.Problem) -> None:
    done = problem.with_changes([changes.clock(8), changes.operation_done("B1", 6, start=1, resource="saw1")])
    changed = done.with_changes(changes.cancel_order("B"))
    assert [row["operation"] for row in rows(changed, "operations", order="B")] == ["B1"]
    assert rows(changed, "orders", order="B")


def test_more_of_an_order_takes_longer(problem: so.Problem) -> None:
    changed = problem.with_changes(changes.order_changed("A", quantity=15))
    assert [row["duration"] for row in rows(changed, "modes", operation="A1")] == [8, 9]
    assert rows(changed, "orders", order="A")[0]["quantity"] == 15
    assert [row["duration"] for row in rows(changed, "modes", operation="B1")] == [5, 6]


def test_a_resource_like_another_can_do_the_same(problem: so.Problem) -> None:
    changed = problem.with_changes(changes.resource_added("saw3", like="saw1"))
    assert {row["operation"] for row in rows(changed, "modes", resource="saw3")} == {"A1", "B1", "C1"}


def test_setup_and_due_changes(problem: so.Problem) -> None:
    told = [changes.setup_changed("paint", "red"), changes.order_changed("C", due=25)]
    changed = problem.with_changes(told)
    assert rows(changed, "resource_states") == [{"resource": "paint", "attribute": "state", "value": "red"}]
    assert rows(changed, "orders", order="C")[0]["due"] == 25


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (changes.machine_down("nothing", 1, 2), "UNKNOWN_KEY"),
        (changes.machine_down("saw1", 5, 5), "END_BEFORE_START"),
        (changes.cancel_order("Z"), "UNKNOWN_KEY"),
        (changes.order_changed("A", due="soon"), "TYPE_MISMATCH"),
        (changes.Change("shelves", "insert", {"shelf": 1}), "UNKNOWN_TABLE"),
        (changes.Change("orders", "set", {"order": "A"}), "CHANGE_OP"),
        (changes.material_late("steel", 1, 2), "UNKNOWN_KEY"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(problem: so.Problem, change: Any, check: str) -> None:
    with pytest.raises(so.SopDataError) as refused:
        problem.with_changes(change)
    assert check in {issue.check for issue in refused.value.issues}


def test_all_refusals_are_told_at_once(problem: so.Problem) -> None:
    with pytest.raises(so.SopDataError) as refused:
        problem.with_changes([changes.cancel_order("Y"), changes.cancel_order("Z")])
    assert len(refused.value.issues) == 2


def test_material_moves_in_time_and_amount(problem: so.Problem) -> None:
    tables = dict(problem.tables) | {
        "materials": pa.table({"operation": ["A1"], "item": ["steel"], "quantity": [-4]}),
        "stock": pa.table({"item": ["steel"], "time": [3], "quantity": [9]}),
    }
    supplied = so.Problem(**tables)
    late = supplied.with_changes(changes.material_late("steel", 3, 12))
    assert rows(late, "stock") == [{"item": "steel", "time": 12, "quantity": 9}]
    short = supplied.with_changes(changes.material_short("steel", 5, 4))
    assert rows(short, "stock")[1] == {"item": "steel", "time": 4, "quantity": -5}


def test_times_may_be_text_datetimes_or_naive() -> None:
    at = datetime(2026, 3, 2, 8, tzinfo=UTC)
    problem = so.Problem(
        problem={"now": [at]},
        operations={"operation": ["a"]},
        modes={"operation": ["a"], "resource": ["m"], "duration": [timedelta(hours=1)]},
        resources={"resource": ["m"]},
    )
    given = ["2026-03-02T09:00:00+00:00", at + timedelta(hours=1), datetime(2026, 3, 2, 9)]
    calendars = [
        problem.with_changes(changes.machine_down("m", start, at + timedelta(hours=2))).tables["calendars"]
        for start in given
    ]
    assert calendars[0].equals(calendars[1])
    assert calendars[0].equals(calendars[2])
    assert calendars[0]["end"][0].as_py() == at + timedelta(hours=1)
