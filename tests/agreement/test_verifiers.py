"""Both verifiers accept every schedule of the engine, with the same terms, and reject every broken copy."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

import sopengine as so
from agreement.solved import solved_plants
from checker import check
from checker.breaks import BREAKS, apply_break
from checker.rows import arrow
from plants.random_plants import compatible_pairs, covered

PLANTS = 2_000
BROKEN = 150


@pytest.mark.parametrize("part", range(4))
def test_both_verifiers_accept_what_the_engine_makes(part: int) -> None:
    plants = []
    for number, plant, result in solved_plants(seed=part, count=PLANTS // 4):
        where = f"plant {part}/{number} with {sorted(plant.features)}"
        assert result.violations.num_rows == 0, f"{where}: {result.violations.to_pylist()[:3]}"
        report = check(plant.tables, result.schedule, result.assignments)
        assert not report.violations, f"{where}: {report.violations[:3]}"
        assert result.objective == report.terms, where
        plants.append(plant)
    pairs = len(covered(plants)) / len(compatible_pairs())
    print(f"{len(plants)} plants cover {pairs:.1%} of the pairs of features")
    assert pairs >= 0.95


def test_both_verifiers_reject_every_kind_of_violation() -> None:
    """Broken by one tick or one unit; the rule that is broken is among those reported, by both."""
    applied: Counter[str] = Counter()
    for number, plant, result in solved_plants(seed=11, count=BROKEN):
        for name in sorted(BREAKS, key=lambda name: (applied[name], name))[:12]:
            rng = Random(f"{number}/{name}")
            broken = apply_break(name, plant.tables, result.schedule, result.assignments, rng)
            if broken is None:
                continue
            try:
                problem = so.Problem(**{table: arrow(rows) for table, rows in broken[0].items() if rows})
            except so.SopDataError:
                continue  # the break made a plant that the builder refuses: nothing to verify
            held = arrow(broken[2]) if broken[2] else result.assignments.slice(0, 0)
            answer = so.evaluate(problem, arrow(broken[1]), held)
            rules = set(answer.violations.column("rule").to_pylist())
            where = f"{name} on plant {number}"
            assert BREAKS[name].rule in check(*broken).rules, where
            assert BREAKS[name].rule in rules, f"{where}: {answer.violations.to_pylist()[:3]}"
            applied[name] += 1
    seen = [name for name in BREAKS if applied[name]]
    print(f"{sum(applied.values())} broken copies of {len(seen)} kinds")
    assert len(seen) >= 40
