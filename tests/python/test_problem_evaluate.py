"""A schedule from elsewhere: what its tables say, worked by hand, and what is wrong with a bad one."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

import sopengine as so

if TYPE_CHECKING:
    import pyarrow as pa


def rows(table: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in table.to_pylist()]


@pytest.fixture
def paint() -> so.Problem:
    """Two orders on one booth with changeovers, an oven, and a crew of which one must be there."""
    return so.Problem(
        orders={"order": ["A", "B"], "due": [10, 12], "weight": [2, 1]},
        operations={
            "operation": ["a1", "a2", "b1"],
            "order": ["A", "A", "B"],
            "sequence": [1, 2, 1],
            "setup_state": ["red", None, "blue"],
        },
        modes={
            "operation": ["a1", "a2", "b1"],
            "resource": ["booth", "oven", "booth"],
            "duration": [4, 5, 3],
        },
        requirements={
            "requirement": ["r1", "r2"],
            "operation": ["a1", "b1"],
            "group": ["crew", "crew"],
        },
        resources={
            "resource": ["booth", "oven", "ann", "bob"],
            "changeover_matrix": ["colors", None, None, None],
            "capacity": [1, 2, 1, 1],
        },
        groups={"group": ["crew", "crew"], "member": ["bob", "ann"], "priority": [1, 0]},
        resource_states={"resource": ["booth"], "attribute": ["state"], "value": ["red"]},
        matrices={"matrix": ["colors"]},
        changeovers={"matrix": ["colors"], "compare": ["differs"], "duration": [2], "cost": [7]},
    )


GOOD = {
    "operation": ["a1", "a2", "b1"],
    "start": [0, 4, 6],
    "end": [4, 9, 9],
    "changeover_start": [None, None, 4],
    "changeover_end": [None, None, 6],
}


def test_every_table_of_a_good_schedule(paint: so.Problem) -> None:
    result = so.evaluate(paint, GOOD)
    assert result.violations.num_rows == 0
    assert result.termination.reason == "feasible"
    assert rows(result.schedule, "operation", "order", "mode", "resource", "start", "end", "status") == [
        ("a1", "A", "booth", "booth", 0, 4, "planned"),
        ("a2", "A", "oven", "oven", 4, 9, "planned"),
        ("b1", "B", "booth", "booth", 6, 9, "planned"),
    ]
    assert rows(
        result.assignments, "operation", "resource", "phase", "requirement", "start", "end", "quantity"
    ) == [
        ("a1", "bob", "run", "r1", 0, 4, 1),
        ("a1", "booth", "run", None, 0, 4, 1),
        ("a2", "oven", "run", None, 4, 9, 1),
        ("b1", "booth", "changeover", None, 4, 6, 1),
        ("b1", "bob", "run", "r2", 6, 9, 1),
        ("b1", "booth", "run", None, 6, 9, 1),
    ]
    assert rows(
        result.dispatch, "resource", "rank", "operation", "changeover_start", "from_state", "to_state"
    ) == [
        ("booth", 1, "a1", None, "red", "red"),
        ("booth", 2, "b1", 4, "red", "blue"),
        ("oven", 1, "a2", None, None, None),
    ]
    assert rows(result.order_results, "order", "start", "end", "lateness", "tardiness", "late", "status") == [
        ("A", 0, 9, -1, 0, False, "planned"),
        ("B", 6, 9, -3, 0, False, "planned"),
    ]
    assert result.objective["changeover_time"] == 2
    assert result.objective["changeover_cost"] == 7
    assert result.objective["makespan"] == 9
    assert result.objective["flow_time"] == 2 * 9 + 3


def test_kpis_are_numerators_and_denominators(paint: so.Problem) -> None:
    kpis = {
        (row["kpi"], row["bucket"]): (row["numerator"], row["denominator"])
        for row in so.evaluate(paint, GOOD).kpis.to_pylist()
    }
    assert kpis["utilization", "booth"] == (7, 9)
    assert kpis["changeover", "booth"] == (2, 9)
    assert kpis["idle", "booth"] == (0, 9)
    assert kpis["utilization", "oven"] == (5, 18)
    assert kpis["utilization", "bob"] == (7, 9)
    assert kpis["idle", "ann"] == (9, 9)
    assert kpis["on_time", None] == (2, 2)
    assert kpis["makespan", None] == (9, 1)


EARLY = {
    "start": [0, 4, 5],
    "end": [4, 9, 8],
    "changeover_start": [None, None, 3],
    "changeover_end": [None, None, 5],
}


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"end": [5, 9, 9]}, 1),
        (EARLY, 2),
        ({"changeover_start": [None] * 3, "changeover_end": [None] * 3}, 3),
        ({"start": [0, 3, 6], "end": [4, 8, 9]}, 5),
        ({"start": [-1, 4, 6], "end": [3, 9, 9]}, 6),
    ],
)
def test_a_broken_rule_is_named(paint: so.Problem, change: dict[str, Any], rule: int) -> None:
    result = so.evaluate(paint, {**GOOD, **change})
    assert rule in result.violations["rule"].to_pylist()
    assert result.termination.reason == "unknown"
    assert so.verify(paint, {**GOOD, **change}).equals(result.violations)


def test_a_result_verifies_through_its_own_tables(paint: so.Problem) -> None:
    result = so.evaluate(paint, GOOD)
    assert result.verify().num_rows == 0
    again = so.evaluate(paint, result)
    for name, table in result.tables.items():
        assert again.tables[name].equals(table), name


def test_members_named_are_taken_else_first_fit(paint: so.Problem) -> None:
    named = {"operation": ["b1"], "resource": ["ann"], "phase": ["run"], "requirement": ["r2"]}
    table = so.evaluate(paint, GOOD, named).assignments
    assert [r for r in rows(table, "operation", "resource") if r[1] in ("ann", "bob")] == [
        ("a1", "bob"),
        ("b1", "ann"),
    ]
    overlapping = {**GOOD, "start": [0, 4, 2], "end": [4, 9, 5], "changeover_start": [None] * 3}
    table = so.evaluate(paint, overlapping).assignments
    assert [r for r in rows(table, "operation", "resource") if r[1] in ("ann", "bob")] == [
        ("a1", "bob"),
        ("b1", "ann"),
    ]


def test_what_no_schedule_can_express_is_a_finding(paint: so.Problem) -> None:
    foreign = {
        "operation": ["a1", "a1", "ghost", "b1", "a2"],
        "resource": ["booth", "booth", "booth", "oven", None],
        "start": [0, 1, 2, 3, 4],
        "end": [4, 5, 6, 7, None],
    }
    members = {"operation": ["a1", "nobody"], "resource": ["eve", "ann"]}
    result = so.evaluate(paint, foreign, members)
    assert rows(result.findings, "check", "table", "row", "column") == [
        ("DUPLICATE_ID", "schedule", 1, "operation"),
        ("DANGLING_REF", "schedule", 2, "operation"),
        ("WRONG_RESOURCE", "schedule", 3, "resource"),
        ("NULL_VALUE", "schedule", 4, "end"),
        ("DANGLING_REF", "assignments", 0, "resource"),
        ("DANGLING_REF", "assignments", 1, "operation"),
    ]
    assert rows(result.schedule, "operation", "status") == [
        ("a1", "planned"),
        ("a2", "unscheduled"),
        ("b1", "unscheduled"),
    ]


def test_left_out_orders_count_where_that_is_allowed(paint: so.Problem) -> None:
    only_b = {"operation": ["b1"], "start": [2], "end": [5], "changeover_start": [0], "changeover_end": [2]}
    result = so.evaluate(paint, only_b)
    assert result.violations.num_rows == 0
    assert result.objective["unscheduled"] == 2
    assert rows(result.order_results, "order", "end", "status") == [
        ("A", None, "unscheduled"),
        ("B", 5, "planned"),
    ]
    assert 9 in so.verify(paint, only_b, partial=False)["rule"].to_pylist()


def test_history_is_told_with_its_status() -> None:
    now = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)
    hour = dt.timedelta(hours=1)
    problem = so.Problem(
        problem={"now": [now]},
        operations={"operation": ["a", "b", "c"], "order": ["X", "X", "X"], "sequence": [1, 2, 3]},
        orders={"order": ["X"], "due": [now + 2 * hour]},
        modes={"operation": ["a", "b", "c"], "resource": ["m"] * 3, "duration": [hour, 2 * hour, hour]},
        resources={"resource": ["m"]},
        baseline={
            "operation": ["a", "b", "c"],
            "resource": ["m", "m", "m"],
            "start": [now - 2 * hour, now - hour, now + 2 * hour],
            "end": [now - hour, None, None],
            "status": ["done", "started", "planned"],
            "pin": [None, None, "start"],
        },
    )
    schedule = {
        "operation": ["a", "b", "c"],
        "start": [now - 2 * hour, now - hour, now + 2 * hour],
        "end": [now - hour, now + hour, now + 3 * hour],
        "status": ["done", "started", "planned"],
    }
    result = so.evaluate(problem, schedule)
    assert result.violations.num_rows == 0
    assert rows(result.schedule, "operation", "status", "pinned") == [
        ("a", "done", False),
        ("b", "started", False),
        ("c", "planned", True),
    ]
    assert rows(result.schedule, "start", "end")[0] == (now - 2 * hour, now - hour)
    assert rows(result.order_results, "start", "end", "tardiness", "status") == [
        (now - 2 * hour, now + 3 * hour, hour, "started")
    ]
    kpis = {(row["kpi"], row["bucket"]): row["numerator"] for row in result.kpis.to_pylist()}
    assert kpis["utilization", "m"] == 2 * 3600, "the hour of b and that of c lie ahead"


@pytest.mark.parametrize(
    ("schedule", "check"),
    [
        ({"start": [0]}, "MISSING_COLUMN"),
        ({"operation": ["a1"], "start": ["noon"], "end": [3]}, "TYPE_MISMATCH"),
        ("schedule.parquet", "TYPE_MISMATCH"),
        ({"operation": ["a1"], "start": [0], "end": [4], "status": ["later"]}, "ENUM_VALUE"),
    ],
)
def test_a_table_that_is_no_schedule_is_refused(paint: so.Problem, schedule: Any, check: str) -> None:
    with pytest.raises(so.SopDataError) as caught:
        so.evaluate(paint, schedule)
    assert check in {issue.check for issue in caught.value.issues}


def told(problem: so.Problem, holdings: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    import pyarrow as pa

    names = list(dict.fromkeys(name for row in holdings for name in row))
    held = pa.table({name: [row.get(name) for row in holdings] for name in names})
    found = so.verify(problem, GOOD, held)
    return rows(found, "rule", "check", "operation", "other")


def test_holdings_are_those_that_the_schedule_asks_for(paint: so.Problem) -> None:
    """`GOOD` holds, in this order: a1 bob and booth, a2 oven, b1 booth in changeover, bob and booth."""
    right = so.evaluate(paint, GOOD).assignments.to_pylist()

    def but(place: int, **changed: Any) -> list[tuple[Any, ...]]:
        return told(paint, [{**row, **changed} if i == place else row for i, row in enumerate(right)])

    assert told(paint, right) == told(paint, right[::-1]) == []
    assert told(paint, right[:1] + right[2:]) == [(2, "holding_missing", "a1", "booth")]
    assert told(paint, right[:2] + right[3:]) == [(4, "holding_missing", "a2", "oven")]
    assert told(paint, [*right, right[2]]) == [(4, "holding_extra", "a2", "oven")]
    assert told(paint, [*right, {**right[2], "resource": "booth"}]) == [(2, "holding_extra", "a2", "booth")]
    assert but(2, quantity=2) == [(4, "holding_differs", "a2", "oven")]
    assert but(1, end=5) == [(2, "holding_differs", "a1", "booth")]
    assert but(3, start=5) == [(2, "holding_differs", "b1", "booth")]
    assert but(5, requirement="r1") == [(2, "holding_differs", "b1", "booth")]
    assert but(5, requirement="nobody's") == [(2, "holding_differs", "b1", "booth")]
    assert but(0, resource="ann") == []
    assert but(2, resource="nowhere") == [
        (2, "holding_extra", "a2", "nowhere"),
        (4, "holding_missing", "a2", "oven"),
    ]


def test_what_a_row_of_holdings_leaves_out_is_not_judged(paint: so.Problem) -> None:
    right = so.evaluate(paint, GOOD).assignments.to_pylist()
    assert (
        told(paint, [{name: row[name] for name in ("operation", "resource", "phase")} for row in right]) == []
    )


def test_rows_that_no_schedule_can_express_are_violations(paint: so.Problem) -> None:
    def found(**changed: Any) -> list[tuple[Any, ...]]:
        return rows(so.verify(paint, {**GOOD, **changed}, partial=True), "rule", "check", "operation")

    assert (1, "unknown_operation", None) in found(operation=["a1", "a2", "zz"])
    assert (1, "listed_twice", "a1") in found(operation=["a1", "a1", "b1"])
    assert (1, "mode", "a2") in found(mode=["booth", "booth", "booth"])
    assert (1, "end", "a2") in found(end=[4, None, 9])
    assert (8, "status", "b1") in found(status=["planned", "planned", "started"])
    assert (9, "left_out_times", "b1") in found(start=[0, 4, None])
    assert found(status=["planned", None, "planned"]) == []
