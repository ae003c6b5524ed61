"""Started and done work, pins: optima worked by hand. ``now`` is 10."""

from __future__ import annotations

from typing import Any

import pytest

from .cpsat import solve_exact
from .shop import best, shop, solved, step

NOW = [{"now": 10}]
SHIFTS = [{"calendar": "K", "start": 0, "end": 12}, {"calendar": "K", "start": 15, "end": 40}]
TOOL = [{"resource": "M", "calendar": "K"}]


def known(operation: str, **columns: Any) -> dict[str, Any]:
    return {"operation": operation, "resource": "M", **columns}


@pytest.mark.parametrize(
    ("columns", "end"),
    [
        ({}, 17),  # 2 of 6 done in [8, 10); [10, 12), then the last 2 in [15, 17)
        ({"remaining": 1}, 11),
        ({"remaining": 0}, 10),
        ({"on_stop": "restart"}, 21),  # stopped at 12: all 6 again from 15
        ({"on_stop": "restart", "remaining": 2}, 12),
        ({"remaining_changeover": 1}, 18),
    ],
)
def test_started_work_goes_on(columns: dict[str, Any], end: int) -> None:
    row = known("A", status="started", start=8, **columns)
    problem = shop(step("A", 6), step("B", 1), resources=TOOL, calendars=SHIFTS, baseline=[row], problem=NOW)
    assert solved(problem)["A"] == (8, end)
    # B follows at once, or where the machine is open next.
    assert best(problem)[1] == (end + 1 if end != 12 else 16) - 10


def test_done_work_leaves_its_state_and_its_end() -> None:
    row = known("A", status="done", start=2, end=9)
    rules = [{"matrix": "X", "from_value": "red", "to_value": "blue", "duration": 3}]
    problem = shop(
        step("A", 6, setup_state="red"), step("B", 2, setup_state="blue"), step("C", 1, "N"), problem=NOW,
        resources=[{"resource": "M", "changeover_matrix": "X"}], changeovers=rules, baseline=[row],
        precedences=[{"before": "A", "after": "C", "min_lag": 8}],
    )  # fmt: skip
    exact = solve_exact(problem, [{"makespan": 1}, {"changeover_time": 1}, {"flow_time": 1}])
    assert exact.levels == [0, 8, 3, 7 + 2 + 1]
    assert {row["operation"]: (row["start"], row["end"]) for row in exact.schedule}["C"] == (17, 18)


def test_started_work_holds_its_members() -> None:
    group = [{"group": "G", "member": name} for name in ("V", "W")]
    needs = [{"operation": "A", "group": "G"}, {"operation": "B", "group": "G", "quantity": 2}]
    problem = shop(
        step("A", 6), step("B", 2, "N"), resources=[{"resource": "V"}, {"resource": "W"}], groups=group,
        problem=NOW,
        requirements=needs, baseline=[known("A", status="started", start=9)],
        baseline_members=[{"operation": "A", "resource": "V", "phase": "run"}],
    )  # fmt: skip
    assert solved(problem) == {"A": (9, 15), "B": (15, 17)}


def test_transfer_from_started_work_counts_what_was_done() -> None:
    row = known("A", status="started", start=8)
    link = [{"before": "A", "after": "B", "transfer": 0.5}]
    problem = shop(step("A", 8), step("B", 9, "N"), precedences=link, baseline=[row], problem=NOW)
    # Half of 8 is done at 12.
    assert solved(problem)["B"] == (12, 21)


def test_a_start_pin_holds_or_is_released() -> None:
    def start(at: int) -> int | None:
        row = known("A", pin="start", start=at)
        return solved(shop(step("A", 3), resources=TOOL, calendars=SHIFTS, baseline=[row], problem=NOW))["A"][
            0
        ]

    assert start(17) == 17
    # Closed time, and an instant that is past, release it: three ticks fit first at 15.
    assert start(11) == start(9) == 15


def test_a_resource_pin_leaves_the_start_free() -> None:
    other = [{"operation": "A", "resource": "N", "duration": 1}]
    problem = shop(step("A", 5), more_modes=other, baseline=[known("A", pin="resource")])
    assert best(problem) == [0, 5]


def test_a_sequence_pin_orders_starts_and_lets_others_between() -> None:
    rows = [known(name, pin="sequence", start=at) for name, at in (("A", 9), ("B", 3))]
    problem = shop(step("A", 3), step("B", 3), step("C", 1), baseline=rows, orders=[{"order": "O", "due": 3}])
    spans = solved(problem, [{"makespan": 1}])
    assert spans["B"][0] < spans["A"][0]  # type: ignore[operator]


def test_contrary_pins_leave_orders_out_or_make_it_infeasible() -> None:
    rows = [known(name, pin="sequence", start=at) for name, at in (("A", 9), ("B", 3))]
    problem = shop(step("A", 3), step("B", 3), baseline=rows, precedences=[{"before": "A", "after": "B"}])
    assert best(problem) == [1, 3]
    assert solve_exact(problem, [{"makespan": 1}], partial=False).status == "infeasible"
