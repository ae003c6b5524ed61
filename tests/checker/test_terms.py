"""Section 4: every term of the objective, worked by hand; and the forms in which tables may come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from . import Options, check
from .written import judge, plant

NOT = (None, None, None)


def orders() -> dict[str, Any]:
    """P: weight 2, due 8, ends 10. Q: weight 3, due 20, ends 15. R has no due date. S is left out."""
    rows = [{"operation": key, "order": key.upper()} for key in "pqrs"]
    return plant(
        {key: (f"m{key}", 10) for key in "pqrs"},
        operations=rows,
        orders=[
            {"order": "P", "weight": 2, "due": 8},
            {"order": "Q", "weight": 3, "due": 20, "earliness_weight": 7},
            {"order": "R", "weight": 1},
            {"order": "S", "weight": 0, "due": 1},
        ],
    )


TIMES = {"p": ("mp", 0, 10), "q": ("mq", 5, 15), "r": ("mr", 20, 30), "s": NOT}


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("unscheduled", 1),  # S: max(1, weight 0)
        ("tardiness", 4),  # P: 2 x (10 - 8)
        ("late_orders", 2),  # P: weight 2
        ("max_lateness", 2),  # max(10 - 8, 15 - 20), not weighted
        ("makespan", 30),  # R ends last
        ("earliness", 35),  # Q: 7 x (20 - 15)
        ("flow_time", 60),  # 2 x 10 + 3 x 10 + 1 x 10
        ("changeover_time", 0),
        ("changeover_cost", 0),
        ("mode_cost", 0),
        ("resource_cost", 0),
        ("stability", 0),
    ],
)
def test_terms_of_orders(term: str, value: int) -> None:
    report = judge(orders(), TIMES)
    assert report.valid
    assert report.terms[term] == value


def test_there_are_twelve_terms() -> None:
    assert len(judge(orders(), TIMES).terms) == 12


def test_max_lateness_may_be_negative_and_is_0_without_due_dates() -> None:
    tables = orders()
    tables["orders"][0]["due"] = 13
    assert judge(tables, TIMES).terms["max_lateness"] == -3
    for row in tables["orders"]:
        row["due"] = None
    assert judge(tables, TIMES).terms["max_lateness"] == 0


def test_makespan_counts_from_now_and_done_work_does_not() -> None:
    tables = plant(
        {"a": ("m", 5), "b": ("m", 5)},
        problem=[{"now": 100}],
        baseline=[{"operation": "a", "resource": "m", "start": 80, "end": 90, "status": "done"}],
    )
    assert judge(tables, {"b": ("m", 102, 107)}).terms["makespan"] == 7
    tables["baseline"].append({"operation": "b", "resource": "m", "start": 90, "end": 95, "status": "done"})
    assert judge(tables, {}).terms["makespan"] == 0


def test_history_counts_in_completion_and_flow_time() -> None:
    tables = plant(
        {"a": ("m", 5), "b": ("n", 5)},
        problem=[{"now": 100}],
        operations=[{"operation": key, "order": "O"} for key in "ab"],
        orders=[{"order": "O", "due": 95}],
        baseline=[{"operation": "a", "resource": "m", "end": 98, "status": "done"}],
    )
    terms = judge(tables, {"b": ("n", 100, 105)}).terms
    # C = 105. The done start is not known: its end, 98, stands in.
    assert (terms["tardiness"], terms["flow_time"]) == (10, 7)
    tables["baseline"].append({"operation": "b", "resource": "n", "start": 90, "end": 97, "status": "done"})
    terms = judge(tables, {}).terms
    assert (terms["tardiness"], terms["flow_time"]) == (3, 8)


def test_an_operation_without_order_is_an_order_of_weight_1() -> None:
    tables = plant({"a": ("m", 5), "b": ("m", 5)})
    terms = judge(tables, {"a": ("m", 0, 5), "b": NOT}).terms
    assert (terms["unscheduled"], terms["flow_time"]) == (1, 5)


def test_mode_cost() -> None:
    modes = [
        {"operation": "a", "resource": "m", "duration": 5, "cost": 100},
        {"operation": "a", "resource": "n", "duration": 4, "cost": 250},
    ]
    tables = plant({"a": ("m", 5), "b": ("o", 5)}, modes=modes, resources=[{"resource": k} for k in "mn"])
    assert judge(tables, {"a": ("n", 0, 4), "b": ("o", 0, 5)}).terms["mode_cost"] == 250


def costly() -> dict[str, Any]:
    """m costs 7, the crew 3 each, the setter 11; blue after red takes 2; m is closed over [6, 10)."""
    return plant(
        {"a": ("m", 5)},
        operations=[{"operation": "a", "setup_state": "blue", "suspend": "breaks"}],
        resources=[
            {"resource": "m", "cost_per_hour": 7, "changeover_matrix": "x", "calendar": "c"},
            {"resource": "crew", "capacity": 4, "cost_per_hour": 3},
            {"resource": "setter", "cost_per_hour": 11},
        ],
        calendars=[{"calendar": "c", "start": 0, "end": 6}, {"calendar": "c", "start": 10, "end": 90}],
        resource_states=[{"resource": "m", "attribute": "state", "value": "red"}],
        matrices=[{"matrix": "x"}],
        changeovers=[{"matrix": "x", "duration": 2, "cost": 50}],
        requirements=[
            {"operation": "a", "resource": "crew", "quantity": 2},
            {"operation": "a", "resource": "setter", "phase": "changeover"},
        ],
    )


def test_resource_cost_counts_working_and_changing_ticks() -> None:
    # Changing [0, 2), working [4, 6) and [10, 13); gap and break are free.
    report = judge(costly(), {"a": ("m", 4, 13, 0, 2)})
    assert report.valid
    # m 7 x (5 + 2) + crew 3 x 2 x 5 + setter 11 x 2 = 49 + 30 + 22.
    assert report.terms["resource_cost"] == 101
    assert (report.terms["changeover_time"], report.terms["changeover_cost"]) == (2, 50)


def test_resource_cost_of_started_work_counts_from_now_on() -> None:
    tables = plant(
        {"a": ("m", 10)},
        problem=[{"now": 100}],
        resources=[{"resource": "m", "cost_per_hour": 7}],
        baseline=[{"operation": "a", "resource": "m", "start": 96, "status": "started"}],
    )
    assert judge(tables, {"a": ("m", 96, 106)}).terms["resource_cost"] == 42


def test_stability_of_integer_problems() -> None:
    baseline = [
        {"operation": "a", "resource": "m", "start": 10},
        {"operation": "b", "resource": "other", "start": 10},
        {"operation": "c", "resource": "other"},
    ]
    tables = plant(
        {key: (f"m{key}", 5) for key in "abc"}, resources=[{"resource": "m"}, {"resource": "other"}]
    )
    tables["modes"][0]["resource"] = "m"
    tables["baseline"] = baseline
    times = {"a": ("m", 7, 12), "b": ("mb", 14, 19), "c": ("mc", 0, 5)}
    # |7 - 10| + |14 - 10| = 7, price 0.
    assert judge(tables, times).terms["stability"] == 7
    # A price of 100 for b and c; zones up to 5 and 20 ticks ahead: 10 lies in the second, factor 3.
    options = Options(near=5, soon=20, factors=(9, 3, 1), resource_price=100)
    assert judge(tables, times, options=options).terms["stability"] == 3 * 7 + 200


def moment(hours: float) -> datetime:
    return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hours)


def temporal() -> dict[str, Any]:
    return {
        "problem": [{"now": moment(0), "timezone": "UTC"}],
        "operations": [{"operation": key, "order": key} for key in "abc"],
        "orders": [{"order": "a", "due": moment(2)}],
        "modes": [{"operation": k, "resource": k, "duration": timedelta(minutes=30)} for k in "abc"],
        "resources": [{"resource": key, "cost_per_hour": 101} for key in "abc"],
        "baseline": [
            {"operation": "a", "resource": "a", "start": moment(1)},
            {"operation": "b", "resource": "a", "start": moment(30)},
            {"operation": "c", "resource": "c", "start": moment(24 * 8)},
        ],
    }


def temporal_schedule() -> list[dict[str, Any]]:
    starts = {"a": 2, "b": 31, "c": 24 * 8 - 1}
    return [
        {
            "operation": key,
            "mode": key,
            "resource": key,
            "start": moment(at),
            "end": moment(at + 0.5),
            "status": "planned",
        }
        for key, at in starts.items()
    ]


def test_temporal_problems_count_in_seconds() -> None:
    terms = check(temporal(), temporal_schedule()).terms
    assert terms["tardiness"] == 1800
    # 3 x 101 x 1800 / 3600 = 151.5, divided once: 151, not 3 x 50.
    assert terms["resource_cost"] == 151
    # One hour each: a within a day x 4, b within a week x 2, c beyond x 1; b changed resource: one hour.
    assert terms["stability"] == 3600 * (4 + 2 + 1 + 1)


def test_arrow_tables_of_any_unit_and_zone_say_the_same() -> None:
    tables = {name: pa.Table.from_pylist(rows) for name, rows in temporal().items()}
    naive = tables["orders"]["due"].cast(pa.timestamp("ms"))
    tables["orders"] = tables["orders"].set_column(1, "due", naive)
    schedule = pa.Table.from_pylist(temporal_schedule())
    warsaw = schedule["start"].cast(pa.timestamp("ns", "Europe/Warsaw"))
    schedule = schedule.set_column(schedule.column_names.index("start"), "start", warsaw)
    assert check(tables, schedule).terms == check(temporal(), temporal_schedule()).terms


def test_ids_of_any_type_compare_as_text() -> None:
    tables = {
        "operations": pa.table({"operation": [1, 2]}),
        "modes": pa.table({"operation": [1, 2], "resource": [7, 7], "duration": [5, 5]}),
        "resources": pa.table({"resource": pa.array(["7"]).dictionary_encode()}),
    }
    schedule = [
        {"operation": "1", "mode": "7", "resource": 7, "start": 0, "end": 5, "status": "planned"},
        {"operation": 2, "mode": 7, "resource": "7", "start": 4, "end": 9, "status": "planned"},
    ]
    holds = [
        {"operation": 1, "resource": 7, "phase": "run", "start": 0, "end": 5, "quantity": 1},
        {"operation": 2, "resource": 7, "phase": "run", "start": 4, "end": 9, "quantity": 1},
    ]
    assert [violation.check for violation in check(tables, schedule, holds).violations] == ["overlap"]
