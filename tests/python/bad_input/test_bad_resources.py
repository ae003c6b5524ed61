"""Resources, calendars, changeovers, groups and material (D20, D32 to D39, D45 to D47)."""

from __future__ import annotations

import numpy as np
import pytest
from bad_tables import GROUP, MATRIX, Case, answer, calendar, check_said, given, warn

import sopengine as so

CASES = [
    Case("D20", "no mode", given(modes={"operation": ["a"], "resource": ["m"], "duration": [3]}),
         "NO_ELIGIBLE_RESOURCE", ("modes", "operation"), (None, "b")),
    Case("D20", "unknown group", given(requirements={"operation": ["a"], "group": ["g"]}), "DANGLING_REF",
         ("requirements", "group"), (0, "a")),
    Case("D32", "no capacity ever", calendar([0], [100], capacity=[0]), "NO_CAPACITY", ("operations", None), (0, "a")),
    warn("D33", "calendar ends", calendar([0], [5]), "CALENDAR_ENDS", ("calendars", "end"), (None, "m")),
    Case("D34", "shifts overlap", calendar([0, 5], [10, 20]), "SHIFT_CONFLICT", ("calendars", "start"), (1, "c")),
    Case("D34", "and contradict", calendar([0, 5], [10, 20], capacity=[1, 0]), "SHIFT_CONFLICT",
         ("calendars", "start"), (1, "c")),
    Case("D35", "end before start", calendar([0, 15], [10, 12]), "SHIFT_INVERTED", ("calendars", "end"), (1, "c")),
    Case("D35", "empty", calendar([0, 15], [10, 15]), "SHIFT_INVERTED", ("calendars", "end"), (1, "c")),
    Case("D36", "negative capacity", given(resources={"capacity": [-1]}), "NEGATIVE_VALUE",
         ("resources", "capacity"), (0, "m")),
    Case("D36", "need above capacity",
         given(resources={"kind": ["cumulative"], "capacity": [2]}, modes={"quantity": [3, 1]}),
         "CAPACITY_TOO_SMALL", ("operations", None), (0, "a")),
    Case("D38", "longer than any window", calendar([0, 10], [2, 12]), "WINDOW_TOO_SHORT", ("operations", None), (0, "a")),
    warn("D39", "state that no rule names",
         given(**MATRIX, operations={"setup_state": ["red", "blue"]},
               changeovers={"matrix": ["x"], "from_value": ["red"], "to_value": ["green"], "duration": [1]}),
         "SETUP_MISSING", ("changeovers", "to_value"), (None, "x")),
    Case("D39", "two rules alike",
         given(**MATRIX, changeovers={"matrix": ["x"] * 2, "to_value": ["red"] * 2, "duration": [1, 2]}),
         "CHANGEOVER_CONFLICT", ("changeovers", None), (1, "x")),
    Case("D45", "group without members", given(requirements={"operation": ["a"], "group": ["g"]}), "DANGLING_REF",
         ("requirements", "group"), (0, "a")),
    Case("D45", "group in a group",
         given(groups={"group": ["g", "h"], "member": ["h", "m"]}, requirements={"operation": ["a"], "group": ["g"]}),
         "DANGLING_REF", ("groups", "member"), (0, "g")),
    Case("D45", "resource and group", given(**GROUP, requirements={"operation": ["a"], "group": ["g"], "resource": ["n"]}),
         "REQUIREMENT_TARGET", ("requirements", "resource"), (0, "a")),
    Case("D45", "more members than there are",
         given(**GROUP, requirements={"operation": ["a"], "group": ["g"], "quantity": [2]}), "CAPACITY_TOO_SMALL",
         ("operations", None), (0, "a")),
    Case("D46", "batch", given(resources={"kind": ["batch"]}), "ENUM_VALUE", ("resources", "kind"), (0, "m")),
    Case("D46", "tank", given(resources={"kind": ["tank"]}), "ENUM_VALUE", ("resources", "kind"), (0, "m")),
    warn("D46", "batch of an operation", given(operations={"batch": ["x", "x"]}), "RESERVED_COLUMN",
         ("operations", "batch")),
    warn("D47", "negative stock",
         given(stock={"item": ["x"], "quantity": [-1]}, materials={"operation": ["a"], "item": ["x"], "quantity": [-5]}),
         "STOCK_LIMIT", ("stock", "quantity"), (None, "x")),
    warn("D39", "a detour is shorter",
         given(**MATRIX, operations={"setup_state": ["red", "blue"]},
               changeovers={"matrix": ["x"] * 3, "from_value": ["red", "red", "white"],
                            "to_value": ["blue", "white", "blue"], "duration": [60, 10, 20]}),
         "TRIANGLE", ("changeovers", "duration"), (None, "x")),
    Case("D39", "reserved state", given(**MATRIX, operations={"setup_state": ["unset", "blue"]}), "RESERVED_NAME",
         ("operations", "setup_state"), (0, "a")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
    check_said(case)


def test_d33_what_the_calendar_has_no_time_for_is_left_out() -> None:
    tables = calendar([0], [5])
    first = so.solve(so.Problem(**tables), time_limit=0)
    for result in (first, answer(tables), answer(tables, start=first)):
        assert result.order_results["status"].to_pylist() == ["unscheduled"]
        assert result.reasons["cause"].to_pylist() == ["calendar"]
        assert result.reasons["object"].to_pylist() == ["m: b"]


def test_d37_many_shifts_and_much_work_on_one_resource() -> None:
    shifts, size = 100_000, 500
    ids = [f"o{number}" for number in range(size)]
    begin = np.arange(shifts) * 60
    result = so.solve(
        so.Problem(
            operations={"operation": ids, "suspend": ["breaks"] * size},
            modes={"operation": ids, "resource": ["m"] * size, "duration": [100] * size},
            resources={"resource": ["m"], "calendar": ["c"]},
            calendars={"calendar": ["c"] * shifts, "start": begin, "end": begin + 30},
        ),
        time_limit=0,
        threads=1,
    )
    assert result.violations.num_rows == 0
    assert result.objective["unscheduled"] == 0


@pytest.mark.parametrize("arrives", [0, 90])
def test_d47_material_that_never_suffices(arrives: int) -> None:
    """One unit now, or enough after the horizon."""
    result = answer(
        given(
            problem={"now": [0], "horizon_end": [50]},
            stock={"item": ["x"], "time": [arrives], "quantity": [9 if arrives else 1]},
            materials={"operation": ["a"], "item": ["x"], "quantity": [-5]},
        )
    )
    (reason,) = result.reasons.to_pylist()
    assert reason["cause"] == "material"
    assert reason["object"].startswith("x")
