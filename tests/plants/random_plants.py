"""Small random problems: every feature of the tables, alone and in pairs.

``random_plant(seed)`` makes a valid problem of a few operations out of a skeleton (orders of two to four
operations on a few unary resources) and a set of features, each one function of a sibling module. Times
are small, so that exact methods are quick. Problems are valid, and mostly feasible: where an order cannot
be placed, leaving it out is a correct answer. ``pairwise(seed, n)`` spreads features so that every pair
occurs. The same seed gives the same bytes: nothing but ``random.Random`` decides.

    python -m plants.random_plants 2000        (from the folder ``tests``) prints what pairs occur
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from . import arrow, changeovers, history, links, needs, structure, supplies, windows
from .draft import Draft

if TYPE_CHECKING:
    import pyarrow as pa

Feature = Callable[[Draft], bool]

STRUCTURE: dict[str, Feature] = {
    "alternative_modes": structure.alternative_modes,
    "named_modes": structure.named_modes,
    "cumulative": structure.cumulative,
    "resourceless_modes": structure.resourceless_modes,
    "zero_durations": structure.zero_durations,
    "orderless": structure.orderless,
    "sequence_chain": structure.sequence_chain,
    "sequence_equal": structure.sequence_equal,
}
LATER: dict[str, Feature] = {
    "mode_cost": structure.mode_cost,
    "requirements_hold": needs.requirements_hold,
    "requirements_release": needs.requirements_release,
    "requirements_mode": needs.requirements_mode,
    "changeover_phase": needs.changeover_phase,
    "groups": needs.groups,
    "changeover_groups": needs.changeover_groups,
    "unary_calendars": needs.unary_calendars,
    "open_calendars": needs.open_calendars,
    "varying_capacity": needs.varying_capacity,
    "member_calendars": needs.member_calendars,
    "suspend_breaks": needs.suspend_breaks,
    "single_attribute": changeovers.single_attribute,
    "attributes_sum": changeovers.attributes_sum,
    "attributes_max": changeovers.attributes_max,
    "compare_rules": changeovers.compare_rules,
    "unset_rules": changeovers.unset_rules,
    "resource_states": changeovers.resource_states,
    "matrix_breaks": changeovers.matrix_breaks,
    "attached": changeovers.attached,
    "changeover_costs": changeovers.changeover_costs,
    "min_lags": links.min_lags,
    "negative_lags": links.negative_lags,
    "max_lags": links.max_lags,
    "start_start": links.start_start,
    "end_end": links.end_end,
    "start_end": links.start_end,
    "transfer": links.transfer,
    "tail": links.tail,
    "same_resource": links.same_resource,
    "cross_links": links.cross_links,
    "transport": links.transport,
    "consume": supplies.consume,
    "receipts": supplies.receipts,
    "issues": supplies.issues,
    "produce": supplies.produce,
    "max_stock": supplies.max_stock,
    "unlimited": supplies.unlimited,
    "instant_material": supplies.instant_material,
    "releases": windows.releases,
    "deadlines": windows.deadlines,
    "passed_deadlines": windows.passed_deadlines,
    "due_dates": windows.due_dates,
    "earliness": windows.earliness,
    "horizon_end": windows.horizon_end,
    "done": history.write_done,
    **{name: partial(history.write_started, feature=name) for name in history.STARTED},
    "pin_start": history.pin_start,
    "pin_sequence": history.pin_sequence,
    "pin_resource": history.pin_resource,
    "stability": history.stability,
    "resource_costs": windows.resource_costs,
    "several_levels": windows.several_levels,
    "temporal_zoned": windows.temporal_zoned,
    "temporal_naive": windows.temporal_naive,
}
FEATURES = STRUCTURE | LATER
TEMPORAL = {"temporal_zoned", "temporal_naive"}
EXCLUSIVE: dict[frozenset[str], str] = {
    frozenset(TEMPORAL): "instants of one problem have a zone or have none, never both",
    frozenset({"sequence_chain", "sequence_equal"}): "both say how the first order is chained",
}
"""Pairs of features that no plant has, and why."""
REQUIRES: dict[str, str] = {
    "unset_rules": "single_attribute",
    "resource_states": "single_attribute",
    "matrix_breaks": "single_attribute",
    "attached": "single_attribute",
    "changeover_costs": "single_attribute",
    "started_changeover": "single_attribute",
    "changeover_phase": "single_attribute",
    "member_calendars": "groups",
    "changeover_groups": "attributes_sum",
    "instant_material": "zero_durations",
}
"""What a feature needs to have something to act on."""


@dataclass(frozen=True)
class Plant:
    """A random problem: its tables, the features that it has, and options to solve it with."""

    tables: dict[str, pa.Table]
    features: frozenset[str]
    options: dict[str, Any]


def random_plant(
    seed: int,
    operations: tuple[int, int] = (4, 12),
    features: Iterable[str] | None = None,
    integer: bool = True,
) -> Plant:
    """Make the plant of a seed.

    ``features`` names what it should have (drawn from the seed if not given); what finds no room in it is
    left out, ``Plant.features`` tells. ``integer`` keeps drawn features from making times temporal.
    """
    rng = random.Random(seed)
    wanted = closed(features if features is not None else _drawn(rng, integer))
    draft = structure.skeleton(rng, operations, bool(wanted & {"done", *history.STARTED}))
    draft.add("problem", now=draft.now)
    applied = {name for name, add in STRUCTURE.items() if name in wanted and add(draft)}
    history.choose(draft, wanted)
    applied |= {name for name, add in LATER.items() if name in wanted and add(draft)}
    options = {"objective": windows.default_objective(draft)}
    if draft.now == 0 and len(draft.tables["problem"][0]) == 1 and not draft.temporal and rng.random() < 0.5:
        del draft.tables["problem"]
    return Plant(arrow.tables(draft), frozenset(applied), options)


def closed(features: Iterable[str]) -> frozenset[str]:
    """The features and what they need; of two that exclude each other the first by name stays."""
    wanted = set(features)
    unknown = wanted - set(FEATURES)
    if unknown:
        raise ValueError(f"unknown features: {sorted(unknown)}")
    wanted |= {REQUIRES[name] for name in wanted if name in REQUIRES}
    for pair in EXCLUSIVE:
        if pair <= wanted:
            wanted.discard(max(pair))
    return frozenset(wanted)


def _drawn(rng: random.Random, integer: bool) -> list[str]:
    share = rng.choice((0.1, 0.2, 0.4))
    names = [name for name in FEATURES if rng.random() < share]
    return [name for name in names if not integer or name not in TEMPORAL]


def compatible_pairs() -> list[frozenset[str]]:
    """Every pair of features that one plant can have."""
    pairs = (frozenset(pair) for pair in combinations(sorted(FEATURES), 2))
    return [pair for pair in pairs if pair not in EXCLUSIVE]


def pairwise(seed: int, n: int) -> list[Plant]:
    """``n`` plants; each asks for pairs that none before has, until all have occurred, then at random."""
    rng = random.Random(seed)
    missing = set(compatible_pairs())
    plants = []
    for number in range(n):
        wanted = _cover(rng, missing) if missing else _drawn(rng, integer=False)
        plant = random_plant(seed * 1_000_003 + number, features=wanted)
        missing -= {frozenset(pair) for pair in combinations(sorted(plant.features), 2)}
        plants.append(plant)
    return plants


def _cover(rng: random.Random, missing: set[frozenset[str]]) -> list[str]:
    """A missing pair, and few other features that make the most of missing pairs."""
    wanted = set(rng.choice(sorted(map(sorted, missing))))
    others = sorted(set(FEATURES) - wanted)
    rng.shuffle(others)
    for name in others[: rng.choice((6, 12, 24))]:
        gain = sum(frozenset((name, known)) in missing for known in wanted)
        if gain * 2 >= len(wanted) and len(wanted) < 14:
            wanted.add(name)
    return sorted(wanted)


def covered(plants: Iterable[Plant]) -> set[frozenset[str]]:
    """Pairs of features that occur together in some plant."""
    return {frozenset(pair) for plant in plants for pair in combinations(sorted(plant.features), 2)}


def main(count: int) -> None:
    """Print speed and coverage."""
    begun = time.perf_counter()
    plants = pairwise(0, count)
    spent = time.perf_counter() - begun
    pairs, seen = compatible_pairs(), covered(plants)
    print(f"{count} plants, {count / spent:.0f} a second, {len(FEATURES)} features")
    missing = [sorted(pair) for pair in pairs if pair not in seen]
    print(f"{len(seen & set(pairs))} of {len(pairs)} pairs; missing: {missing}")
    for pair, reason in EXCLUSIVE.items():
        print(f"never together: {' and '.join(sorted(pair))}: {reason}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
