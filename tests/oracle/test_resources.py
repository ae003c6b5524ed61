"""Modes, calendars, pools, requirements and groups: optima worked by hand."""

from __future__ import annotations

import pytest

from .shop import best, shop, solved, step

BREAK = [{"calendar": "K", "start": 0, "end": 3}, {"calendar": "K", "start": 5, "end": 20}]
SHIFTED = [{"resource": "M", "calendar": "K"}]


def test_one_machine_works_one_after_the_other() -> None:
    assert best(shop(step("A", 3), step("B", 4))) == [0, 7]


def test_a_second_mode_takes_work_away() -> None:
    other = [{"operation": "B", "resource": "N", "duration": 6}]
    assert best(shop(step("A", 3), step("B", 4), more_modes=other)) == [0, 6]


def test_mode_cost_against_makespan() -> None:
    other = [{"operation": "B", "resource": "N", "duration": 1, "cost": 9}]
    problem = shop(step("A", 3), step("B", 4, cost=2), more_modes=other)
    assert best(problem, [{"mode_cost": 1}, {"makespan": 1}]) == [0, 2, 7]
    assert best(problem, [{"makespan": 1}, {"mode_cost": 1}]) == [0, 3, 9]


def test_a_mode_without_resource_competes_for_nothing() -> None:
    assert best(shop(step("A", 3), step("B", 4, None, mode="X"), step("C", 5, None, mode="X"))) == [0, 5]


@pytest.mark.parametrize(("suspend", "span"), [(None, (5, 10)), ("breaks", (0, 7))])
def test_work_waits_for_or_pauses_over_a_break(suspend: str | None, span: tuple[int, int]) -> None:
    # Five ticks do not fit before the break of [3, 5); with pauses three are done before it.
    problem = shop(step("A", 5, suspend=suspend), resources=SHIFTED, calendars=BREAK)
    assert solved(problem)["A"] == span


def test_after_its_last_row_a_calendar_is_closed_unless_the_row_has_no_end() -> None:
    rows = [{"calendar": "K", "start": 0, "end": 3, "capacity": None}]
    assert best(shop(step("A", 4), resources=SHIFTED, calendars=rows)) == [1, 0]
    rows[0]["end"] = None
    problem = shop(
        step("A", 4), resources=SHIFTED, calendars=[*rows, {"calendar": "other", "start": 0, "end": 1}]
    )
    assert best(problem) == [0, 4]


def test_capacity_of_a_pool_by_shift() -> None:
    # Two of three run in [0, 4), where the pool offers two; the third alone in [4, 8).
    rows = [
        {"calendar": "K", "start": a, "end": b, "capacity": c}
        for a, b, c in ((0, 4, 2), (4, 10, 1), (10, None, 2))
    ]
    pool = [{"resource": "M", "kind": "cumulative", "capacity": 2, "calendar": "K"}]
    steps = [step(name, 4) for name in "ABC"]
    assert best(shop(*steps, resources=pool, calendars=rows)) == [0, 8]
    # Of quantity 2 the third waits until 10.
    assert best(shop(*steps[:2], step("C", 4, quantity=2), resources=pool, calendars=rows)) == [0, 12]


def test_closed_time_of_a_hold_does_not_count_against_a_pool() -> None:
    # A needs both: it works in [0, 2) and [4, 6). In between, where the pool offers one, B has it.
    rows = [
        {"calendar": "K", "start": a, "end": b, "capacity": c}
        for a, b, c in ((0, 2, 2), (2, 4, 1), (4, None, 2))
    ]
    pool = [{"resource": "M", "kind": "cumulative", "capacity": 2, "calendar": "K"}]
    problem = shop(step("A", 4, quantity=2, suspend="breaks"), step("B", 2), resources=pool, calendars=rows)
    assert solved(problem) == {"A": (0, 6), "B": (2, 4)}


@pytest.mark.parametrize(("breaks", "makespan"), [("hold", 8), ("release", 6)])
def test_a_tool_is_held_or_released_over_a_break(breaks: str, makespan: int) -> None:
    # A works [0, 2) and [4, 6) on M; B needs the tool for two ticks on N, in the break if A lets go of it.
    rows = [{"calendar": "K", "start": 0, "end": 2}, {"calendar": "K", "start": 4, "end": None}]
    needs = [{"operation": "A", "resource": "T", "breaks": breaks}, {"operation": "B", "resource": "T"}]
    tool = [{"resource": "M", "calendar": "K"}, {"resource": "T"}]
    problem = shop(
        step("A", 4, suspend="breaks"), step("B", 2, "N"), resources=tool, calendars=rows, requirements=needs
    )
    # Held: A [0, 6) then B [6, 8), or B first and A [4, 8).
    assert best(problem) == [0, makespan]


def test_members_of_a_group() -> None:
    group = [{"group": "G", "member": name} for name in ("V", "W")]
    needs = [{"operation": name, "group": "G", "quantity": q} for name, q in (("A", 1), ("B", 1), ("C", 2))]
    people = [{"resource": "V"}, {"resource": "W"}]
    steps = [step("A", 3, "M"), step("B", 4, "N"), step("C", 2, "O")]
    # A and B side by side, C needs both members before or after them.
    assert best(shop(*steps, resources=people, groups=group, requirements=needs)) == [0, 6]


def test_a_member_with_shifts_of_its_own() -> None:
    group = [{"group": "G", "member": name} for name in ("V", "W")]
    people = [{"resource": "V", "calendar": "K"}, {"resource": "W", "calendar": "L"}]
    rows = [{"calendar": "K", "start": 2, "end": 4}, {"calendar": "L", "start": 5, "end": 9}]
    needs = [{"operation": "A", "group": "G"}]
    # Three ticks do not fit the shift of V.
    assert solved(shop(step("A", 3), resources=people, groups=group, calendars=rows, requirements=needs))[
        "A"
    ] == (5, 8)


def test_duration_zero_needs_nothing_open() -> None:
    rows = [{"calendar": "K", "start": 5, "end": 9}]
    problem = shop(
        step("A", 0),
        step("B", 2),
        resources=SHIFTED,
        calendars=rows,
        precedences=[{"before": "B", "after": "A"}],
    )
    assert solved(problem) == {"A": (7, 7), "B": (5, 7)}
