"""Changeovers: optima worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from .cpsat import solve_exact
from .setups import rule_for
from .shop import best, shop, step

TOOL = [{"resource": "M", "changeover_matrix": "X"}]
TIME = [{"changeover_time": 1}]


def rule(duration: int, **columns: Any) -> dict[str, Any]:
    return {"matrix": "X", "duration": duration, **columns}


def test_the_cheapest_tour_of_colors() -> None:
    # From white: white-red 1, red-black 2 is 3; any other order costs at least 5.
    rules = [rule(1, from_value="white", to_value="red"), rule(2, from_value="red", to_value="black")]
    rules += [rule(5, from_value=None, to_value=None, compare="differs")]
    steps = [step("A", 1, setup_state="black"), step("B", 1, setup_state="red")]
    state = [{"resource": "M", "attribute": "state", "value": "white"}]
    problem = shop(*steps, resources=TOOL, changeovers=rules, resource_states=state)
    assert best(problem, TIME) == [0, 3]
    assert best(problem) == [0, 5]


def test_an_attribute_that_is_not_named_is_carried() -> None:
    # size stays 10 through B, so C needs nothing for size; sequence fixed by precedence.
    states = [
        ("A", "size", "10"),
        ("A", "color", "red"),
        ("B", "color", "blue"),
        ("C", "size", "10"),
        ("D", "size", "9"),
    ]
    rules = [rule(3, attribute="size", compare="differs"), rule(2, attribute="color", compare="differs")]
    problem = shop(
        *(step(name, 1) for name in "ABCD"), resources=TOOL, changeovers=rules,
        setup_states=[{"operation": o, "attribute": a, "value": v} for o, a, v in states],
        precedences=[{"before": a, "after": b} for a, b in ("AB", "BC", "CD")],
    )  # fmt: skip
    # A: unset, nothing; B: color 2; C: nothing; D: size 3.
    assert best(problem, TIME) == [0, 5]


@pytest.mark.parametrize(("combine", "time"), [("sum", 5), ("max", 3)])
def test_attributes_combine(combine: str, time: int) -> None:
    states = [("A", "size", "10"), ("A", "color", "red")]
    rules = [
        rule(3, attribute="size", compare="falls", cost=4),
        rule(2, attribute="color", compare="differs", cost=1),
    ]
    now = [{"resource": "M", "attribute": a, "value": v} for a, v in (("size", "10.5"), ("color", "blue"))]
    problem = shop(
        step("A", 1), resources=TOOL, changeovers=rules, resource_states=now,
        matrices=[{"matrix": "X", "combine": combine}],
        setup_states=[{"operation": o, "attribute": a, "value": v} for o, a, v in states],
    )  # fmt: skip
    assert best(problem, [{"changeover_time": 1}, {"changeover_cost": 1}, {"makespan": 1}]) == [
        0,
        time,
        5,
        time + 1,
    ]


@pytest.mark.parametrize(
    ("before", "after", "duration"),
    [
        ("9", "10", 1),
        ("10", "9", 4),
        ("10", "10.0", 7),
        (None, "9", 6),
        ("red", "10", 4),
        ("10", "10", None),
        ("x", "x", 8),
    ],
)
def test_which_rule_applies(before: str | None, after: str, duration: int | None) -> None:
    # As numbers 9 rises to 10; "10" and "10.0" differ as text but neither rises nor falls; "red" is no
    # number, and as text "10" comes before it; unset matches its own rule alone; equal values only one that
    # names both.
    rules = [
        rule(1, compare="rises"), rule(4, compare="falls"), rule(7, compare="differs"),
        rule(6, from_value="unset"), rule(8, from_value="x", to_value="x"),
    ]  # fmt: skip
    found = rule_for(rules, before, after)
    assert (found["duration"] if found else None) == duration


def test_rules_by_priority_then_by_what_they_name() -> None:
    rules = [rule(1, from_value="a", to_value="b"), rule(2, to_value="b"), rule(3, from_value="a")]
    found = [rule_for(rules[place:], "a", "b") for place in range(3)]
    assert [row["duration"] for row in found if row] == [1, 2, 3]
    urgent = rule_for([*rules, rule(9, priority=1)], "a", "b")
    assert urgent is not None and urgent["duration"] == 9


@pytest.mark.parametrize(
    ("suspend", "attached", "makespan"), [("never", False, 8), ("breaks", False, 7), ("breaks", True, 7)]
)
def test_a_changeover_meets_a_break(suspend: str, attached: bool, makespan: int) -> None:
    # Open [0, 2) and [4, 20). Four ticks of changeover, one of work: in one piece [4, 8), work [8, 9)...
    rows = [{"calendar": "K", "start": 0, "end": 2}, {"calendar": "K", "start": 4, "end": 20}]
    problem = shop(
        step("A", 1, setup_state="red"),
        resources=[{"resource": "M", "changeover_matrix": "X", "calendar": "K"}],
        changeovers=[rule(4, from_value="unset")], calendars=rows,
        matrices=[{"matrix": "X", "suspend": suspend, "attached": attached}],
    )  # fmt: skip
    # ... with pauses [0, 2) and [4, 6), work [6, 7).
    assert best(problem) == [0, makespan + (suspend == "never")]


def test_a_setter_sets_up_one_machine_at_a_time_and_before_the_release() -> None:
    tools = [{"resource": name, "changeover_matrix": "X"} for name in "MN"] + [{"resource": "S"}]
    steps = [step("A", 2, "M", setup_state="red", release=6), step("B", 2, "N", setup_state="red")]
    needs = [{"operation": name, "resource": "S", "phase": "changeover"} for name in "AB"]
    problem = shop(*steps, resources=tools, changeovers=[rule(3, from_value="unset")], requirements=needs)
    exact = solve_exact(problem, [{"makespan": 1}])
    # One setup in [0, 3), the other in [3, 6): both run by 8, A from its release.
    assert exact.levels == [0, 8]
    setups = sorted((row["start"], row["end"]) for row in exact.assignments if row["resource"] == "S")
    assert len(setups) == 2 and setups[0][1] <= setups[1][0]


def test_the_gap_between_changeover_and_start_is_held() -> None:
    # A must be set up by its start at 9; B of five ticks fits before only if the setup comes after it.
    problem = shop(
        step("A", 1, setup_state="red", release=9, deadline=10), step("B", 5), resources=TOOL,
        changeovers=[rule(4, from_value="unset")],
    )  # fmt: skip
    assert best(problem) == [0, 10]
    tight = shop(
        step("A", 1, setup_state="red", release=9, deadline=10), step("B", 6), resources=TOOL,
        changeovers=[rule(4, from_value="unset")],
    )  # fmt: skip
    assert best(tight) == [0, 16]
