"""Against the exact solver on plants of 4 to 12 operations: never better, never where there is nothing."""

from __future__ import annotations

from collections import Counter

from agreement.solved import solve
from oracle.cpsat import solve_exact, supports
from plants.random_plants import pairwise

PLANTS = 500
WORK = 20_000


def test_never_better_than_the_optimum_and_never_feasible_where_there_is_none() -> None:
    outcomes: Counter[str] = Counter()
    for number, plant in enumerate(pairwise(5, PLANTS)):
        if supports(plant.tables):
            outcomes["refused by the exact model"] += 1
            continue
        exact = solve_exact(plant.tables, plant.options["objective"], partial=True, time_limit=20)
        if exact.status != "optimal":
            outcomes[exact.status] += 1
            continue
        result = solve(plant, number, work=WORK)
        best, ours = exact.levels, list(result.levels)
        where = f"plant {number} with {sorted(plant.features)}: exact {best}, engine {ours}"
        assert ours >= best, where
        bounds = zip(ours, result.bound, best, strict=True)
        if ours == best:
            outcomes["optimal"] += 1
            assert all(bound is None or bound <= value for value, bound, _ in bounds), where
        else:
            level = next(
                index for index, pair in enumerate(zip(ours, best, strict=True)) if pair[0] > pair[1]
            )
            outcomes[f"worse on level {level}"] += 1
            assert result.termination.reason != "optimal", where
    print(dict(outcomes))
    assert outcomes["optimal"] >= PLANTS // 2


def test_infeasible_without_partial_is_never_answered_with_a_schedule() -> None:
    outcomes: Counter[str] = Counter()
    for number, plant in enumerate(pairwise(6, PLANTS // 4)):
        if supports(plant.tables):
            continue
        exact = solve_exact(plant.tables, plant.options["objective"], partial=False, time_limit=20)
        result = solve(plant, number, partial=False)
        reason = result.termination.reason
        outcomes[f"exact {exact.status}, engine {reason}"] += 1
        if exact.status == "infeasible":
            assert reason in ("infeasible", "unknown"), number
        elif exact.status == "optimal":
            assert reason != "infeasible", number
    print(dict(outcomes))
