"""Rule 3: changeovers, the choice of rules, states, and who is needed for them."""

from __future__ import annotations

from typing import Any

import pytest

from .changeover import compares
from .written import found, judge, plant


def rule(duration: int, /, **values: Any) -> dict[str, Any]:
    renamed = {"was": "from_value", "to": "to_value"}
    return {"matrix": "x", "duration": duration, **{renamed.get(k, k): v for k, v in values.items()}}


def two(rules: list[dict[str, Any]], first: str = "red", then: str = "blue", **matrix: Any) -> dict[str, Any]:
    """a then b on m, needing the states ``first`` and ``then``; m is in state ``first`` at now."""
    return plant(
        {"a": ("m", 5), "b": ("m", 5)},
        operations=[{"operation": "a", "setup_state": first}, {"operation": "b", "setup_state": then}],
        resources=[{"resource": "m", "changeover_matrix": "x"}],
        resource_states=[{"resource": "m", "attribute": "state", "value": first}],
        matrices=[{"matrix": "x", **matrix}],
        changeovers=rules,
    )


def asks(tables: dict[str, Any], duration: int) -> None:
    """a runs [0, 5), then b after a changeover of exactly this duration."""
    for tried in (duration - 1, duration, duration + 1):
        if tried < 0:
            continue
        changeover = (5, 5 + tried) if tried else ()
        report = judge(tables, {"a": ("m", 0, 5), "b": ("m", 5 + tried, 10 + tried, *changeover)})
        assert report.valid == (tried == duration), (tried, report.violations)


def test_between_two_states_the_matrix_asks_its_duration() -> None:
    asks(two([rule(3, was="red", to="blue")]), 3)


def test_equal_states_need_nothing_unless_named_exactly() -> None:
    asks(two([rule(3), rule(4, was="red")], then="red"), 0)
    tables = two([rule(3), rule(2, was="red", to="red")], then="red")
    del tables["operations"][0]["setup_state"]
    asks(tables, 2)


def test_no_rule_is_nothing() -> None:
    asks(two([rule(3, was="green")]), 0)


def test_the_more_specific_rule_wins() -> None:
    both, to, was = rule(1, was="red", to="blue"), rule(2, to="blue"), rule(3, was="red")
    differs, none = rule(4, compare="differs"), rule(5)
    asks(two([none, differs, was, to, both]), 1)
    asks(two([none, differs, was, to]), 2)
    asks(two([none, differs, was]), 3)
    asks(two([none, differs]), 4)
    asks(two([none]), 5)


def test_priority_comes_before_all() -> None:
    asks(two([rule(1, was="red", to="blue"), rule(6, priority=1)]), 6)


def test_rises_and_falls_compare_numbers() -> None:
    rules = [rule(2, compare="rises"), rule(4, compare="falls"), rule(7, compare="differs")]
    # As text "9" comes after "10"; as numbers it rises.
    asks(two(rules, "9", "10"), 2)
    asks(two(rules, "10", "9"), 4)
    # 1.0 and 1 are one number and two texts: neither rises nor falls, yet differs.
    asks(two(rules, "1.0", "1"), 7)


@pytest.mark.parametrize(
    ("kind", "left", "right", "holds"),
    [
        ("rises", "0.1", "0.10000000000000000000001", True),
        ("rises", "-3", "-2.5", True),
        ("falls", "b", "a", True),
        ("rises", "10", "9a", True),  # text: "1" is before "9"
        ("differs", "1", "1.0", True),
        ("rises", "2", "2", False),
    ],
)
def test_comparisons_are_exact(kind: str, left: str, right: str, holds: bool) -> None:
    assert compares(kind, left, right) is holds


def test_unset_matches_the_unknown_state_and_nothing_else_does() -> None:
    tables = two([rule(3), rule(4, was="unset", to="red"), rule(1, was="red", to="blue")])
    tables["resource_states"] = []
    good = {"a": ("m", 4, 9, 0, 4), "b": ("m", 10, 15, 9, 10)}
    assert judge(tables, good).valid
    # Without it, the first operation is free: rules from any value do not speak of unset.
    tables["changeovers"] = [rule(3), rule(1, was="red", to="blue")]
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 6, 11, 5, 6)}).valid


@pytest.mark.parametrize(("combine", "duration"), [("sum", 5), ("max", 3)])
def test_attributes_combine(combine: str, duration: int) -> None:
    tables = two([rule(3, attribute="color"), rule(2, attribute="width")], combine=combine)
    tables["operations"] = [{"operation": "a"}, {"operation": "b"}]
    tables["setup_states"] = [
        {"operation": key, "attribute": attribute, "value": f"{attribute} {key}"}
        for key in "ab"
        for attribute in ("color", "width")
    ]
    asks(tables, duration)


def test_costs_add_even_where_durations_take_the_longest() -> None:
    rules = [rule(3, attribute="color", cost=10), rule(2, attribute="width", cost=7)]
    tables = two(rules, combine="max")
    tables["operations"] = [{"operation": "a"}, {"operation": "b"}]
    tables["setup_states"] = [
        {"operation": key, "attribute": attribute, "value": key}
        for key in "ab"
        for attribute in ("color", "width")
    ]
    report = judge(tables, {"a": ("m", 0, 5), "b": ("m", 8, 13, 5, 8)})
    assert report.valid
    assert (report.terms["changeover_time"], report.terms["changeover_cost"]) == (3, 17)


def test_an_attribute_that_is_not_named_stays() -> None:
    tables = plant(
        {key: ("m", 5) for key in "abc"},
        operations=[
            {"operation": "a", "setup_state": "red"},
            {"operation": "b"},
            {"operation": "c", "setup_state": "blue"},
        ],
        resources=[{"resource": "m", "changeover_matrix": "x"}],
        matrices=[{"matrix": "x"}],
        changeovers=[rule(3, was="red", to="blue")],
    )
    # b names nothing and leaves red: c pays.
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 5, 10), "c": ("m", 13, 18, 10, 13)}).valid
    late = judge(tables, {"a": ("m", 0, 5), "b": ("m", 5, 10), "c": ("m", 10, 15)})
    assert found(late) == {(3, "changeover_missing")}


def test_no_duration_leaves_the_state_alone() -> None:
    tables = plant(
        {"a": ("m", 5), "z": ("m", 0), "b": ("m", 5)},
        operations=[
            {"operation": key, "setup_state": state} for key, state in zip("azb", "rbr", strict=True)
        ],
        resources=[{"resource": "m", "changeover_matrix": "x"}],
        matrices=[{"matrix": "x"}],
        changeovers=[rule(3, compare="differs")],
    )
    assert judge(tables, {"a": ("m", 0, 5), "z": ("m", 5, 5), "b": ("m", 5, 10)}).valid


def test_a_rule_without_duration_costs_and_has_no_times() -> None:
    tables = two([rule(0, was="red", to="blue", cost=9)])
    report = judge(tables, {"a": ("m", 0, 5), "b": ("m", 5, 10)})
    assert report.valid
    assert report.terms["changeover_cost"] == 9


def test_a_changeover_waits_for_the_previous_and_ends_before_the_start() -> None:
    tables = two([rule(3, was="red", to="blue")])
    # The gap between changeover and start is allowed.
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 20, 25, 7, 10)}).valid
    early = judge(tables, {"a": ("m", 0, 5), "b": ("m", 20, 25, 4, 7)})
    assert found(early) == {(2, "overlap"), (3, "changeover_early")}
    assert found(judge(tables, {"a": ("m", 0, 5), "b": ("m", 7, 12, 5, 8)})) == {(3, "changeover_late")}


def test_attached_ends_at_the_start() -> None:
    tables = two([rule(3, was="red", to="blue")], attached=True)
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 20, 25, 17, 20)}).valid
    assert found(judge(tables, {"a": ("m", 0, 5), "b": ("m", 20, 25, 16, 19)})) == {
        (3, "changeover_detached")
    }


def test_a_changeover_runs_in_open_time() -> None:
    calendar = [{"calendar": "c", "start": 0, "end": 7}, {"calendar": "c", "start": 10, "end": 99}]
    times = {"a": ("m", 0, 5), "b": ("m", 11, 16, 5, 11)}
    for suspend, valid in (("never", False), ("breaks", True)):
        tables = two([rule(3, was="red", to="blue")], suspend=suspend)
        tables["resources"][0]["calendar"] = "c"
        tables["calendars"] = calendar
        # [5, 7) and [10, 11): 2 + 1 = 3 over the break.
        report = judge(tables, times)
        assert report.valid is valid
        assert valid or found(report) == {(3, "changeover_suspended")}


def test_a_changeover_may_precede_release_and_predecessors_but_not_now() -> None:
    tables = two([rule(3, was="red", to="blue")], first="red", then="blue")
    tables["operations"][1]["release"] = 20
    tables["precedences"] = [{"before": "a", "after": "b", "min_lag": 15}]
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 20, 25, 5, 8)}).valid
    tables["problem"] = [{"now": 6}]
    tables["baseline"] = [{"operation": "a", "resource": "m", "start": 0, "end": 5, "status": "done"}]
    report = judge(tables, {"a": ("m", 0, 5), "b": ("m", 20, 25, 5, 8)})
    assert found(report) == {(3, "changeover_before_now")}


def test_the_setter_is_needed_for_the_changeover_only() -> None:
    tables = two([rule(3, was="red", to="blue")])
    tables["resources"] += [{"resource": "setter", "calendar": "c"}]
    tables["calendars"] = [{"calendar": "c", "start": 0, "end": 7}, {"calendar": "c", "start": 9, "end": 12}]
    tables["requirements"] = [{"operation": "b", "resource": "setter", "phase": "changeover"}]
    # The setter is away over [7, 9) and again from 12 on.
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 12, 17, 9, 12)}).valid
    assert (3, "changeover_duration") in found(judge(tables, {"a": ("m", 0, 5), "b": ("m", 8, 13, 5, 8)}))


def test_the_state_at_now_is_what_the_last_done_operation_left() -> None:
    tables = two([rule(3, was="red", to="blue")])
    tables["problem"] = [{"now": 10}]
    tables["resource_states"] = []
    tables["baseline"] = [{"operation": "a", "resource": "m", "start": 5, "end": 10, "status": "done"}]
    assert judge(tables, {"a": ("m", 5, 10), "b": ("m", 13, 18, 10, 13)}).valid
    # resource_states says otherwise, and goes first.
    tables["resource_states"] = [{"resource": "m", "attribute": "state", "value": "blue"}]
    assert judge(tables, {"a": ("m", 5, 10), "b": ("m", 10, 15)}).valid


def test_started_work_comes_first_and_leaves_its_state() -> None:
    tables = two([rule(3, compare="differs")], first="red", then="blue")
    tables["problem"] = [{"now": 10}]
    tables["resource_states"] = [{"resource": "m", "attribute": "state", "value": "green"}]
    tables["baseline"] = [{"operation": "a", "resource": "m", "start": 8, "status": "started"}]
    # a has 3 of 5 to go: until 13. It pays nothing for green to red, b pays for red to blue.
    report = judge(tables, {"a": ("m", 8, 13), "b": ("m", 16, 21, 13, 16)})
    assert report.valid
    assert report.terms["changeover_time"] == 3
