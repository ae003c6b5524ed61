"""Terms of the objective, and levels one after the other: optima worked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from .cpsat import solve_exact
from .shop import best, shop, step, tables

ORDERS: list[dict[str, Any]] = [
    {"order": "O", "due": 4, "weight": 1},
    {"order": "P", "due": 3, "weight": 5, "earliness_weight": 0},
]


@pytest.mark.parametrize(
    ("term", "value"),
    [
        # A takes 4 (order O, due 4), B 3 (order P, due 3): B first, then A ends at 7, three late.
        ("tardiness", 3),
        ("late_orders", 1),
        # A first: 0 and 4 late; B first: 3 and 0 late.
        ("max_lateness", 3),
        ("flow_time", 1 * 4 + 5 * 3),
        ("makespan", 7),
        ("changeover_time", 0),
        ("mode_cost", 0),
    ],
)
def test_each_term_alone(term: str, value: int) -> None:
    problem = shop(step("A", 4, order="O"), step("B", 3, order="P"), orders=ORDERS)
    assert best(problem, [{term: 1}]) == [0, value]


def test_max_lateness_may_be_negative() -> None:
    problem = shop(step("A", 4, order="O"), orders=[{"order": "O", "due": 9}])
    assert best(problem, [{"max_lateness": 1}]) == [0, -5]
    # Nothing that has a due date is scheduled: 0.
    late = shop(step("A", 4, order="O", deadline=2), orders=[{"order": "O", "due": 9}])
    assert best(late, [{"max_lateness": 1}]) == [1, 0]


def test_earliness_delays_an_order_to_its_due_date() -> None:
    orders = [{"order": "O", "due": 9, "earliness_weight": 2}]
    problem = shop(step("A", 4, order="O"), orders=orders, problem=[{"now": 0, "horizon_end": 8}])
    assert best(problem, [{"earliness": 1}, {"makespan": 1}]) == [0, 2, 8]


def test_a_passed_deadline_stands_for_a_missing_due_date() -> None:
    orders = [{"order": "O", "deadline": -2, "due": None}]
    assert best(shop(step("A", 4, order="O"), orders=orders), [{"tardiness": 1}]) == [0, 6]


def test_resource_cost_counts_working_and_changing_time() -> None:
    # 5 x (2 work + 3 changeover) for M, 2 x 3 for the setter; waiting is free.
    tools = [
        {"resource": "M", "changeover_matrix": "X", "cost_per_hour": 5},
        {"resource": "S", "cost_per_hour": 2},
    ]
    problem = shop(
        step("A", 2, setup_state="red", release=20), resources=tools,
        changeovers=[{"matrix": "X", "from_value": "unset", "duration": 3, "cost": 11}],
        requirements=[{"operation": "A", "resource": "S", "phase": "changeover"}],
    )  # fmt: skip
    assert best(problem, [{"resource_cost": 1}, {"changeover_cost": 1}]) == [0, 31, 11]


def test_stability_of_integer_problems_is_the_distance_from_the_baseline() -> None:
    rows = [{"operation": name, "resource": "M", "start": at} for name, at in (("A", 0), ("B", 1))]
    # A and B of 3 ticks: one moves by 2 and the other stays.
    assert best(shop(step("A", 3), step("B", 3), baseline=rows), [{"stability": 1}, {"makespan": 1}]) == [
        0,
        2,
        6,
    ]


def test_levels_come_one_after_the_other() -> None:
    problem = shop(step("A", 4, order="O"), step("B", 3, order="P"), orders=ORDERS)
    levels = [{"tardiness": 0, "makespan": 2}, {"late_orders": 1, "tardiness": 10}]
    assert best(problem, levels) == [0, 14, 31]
    assert best(problem, levels, partial=False) == [14, 31]


def test_temporal_problems_count_seconds_and_money_by_the_hour() -> None:
    now = datetime(2026, 3, 2, 6, tzinfo=UTC)
    at = pa.timestamp("ms", "UTC")
    problem = tables(
        resources=[{"resource": "M", "cost_per_hour": 1000}, {"resource": "N", "cost_per_hour": 0}]
    )
    problem["problem"] = pa.table({"now": pa.array([now], at)})
    problem["operations"] = pa.table({"operation": ["A"]})
    problem["modes"] = pa.table(
        {
            "operation": ["A", "A"],
            "resource": ["M", "N"],
            "duration": pa.array([timedelta(seconds=9)] * 2, pa.duration("us")),
        }
    )
    problem["baseline"] = pa.table(
        {"operation": ["A"], "resource": ["M"], "start": pa.array([now + timedelta(seconds=5)], at)}
    )
    # 9 s at 1000 an hour are 2.5, rounded down; N is free but another resource: one hour in seconds.
    assert best(problem, [{"stability": 1}, {"resource_cost": 1}]) == [0, 0, 2]
    assert best(problem, [{"resource_cost": 1}, {"stability": 1}]) == [0, 0, 3600]
    assert best(problem, [{"makespan": 1}, {"stability": 1}]) == [0, 9, 20]
    start = solve_exact(problem, [{"stability": 1}]).schedule[0]["start"]
    assert start == int(now.timestamp()) + 5
