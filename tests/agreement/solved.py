"""Random plants solved by the engine under a budget of work, never of seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sopengine as so
from plants.random_plants import Plant, pairwise

if TYPE_CHECKING:
    from collections.abc import Iterator

WORK = 3_000


class Solved(NamedTuple):
    """A plant with the engine's answer."""

    number: int
    plant: Plant
    result: so.Result


def solve(plant: Plant, seed: int, *, work: int = WORK, partial: bool = True, threads: int = 1) -> so.Result:
    """The engine's answer within ``work`` operations touched."""
    return so.solve(
        so.Problem(**plant.tables),
        objective=plant.options["objective"],
        time_limit=None,
        work_limit=work,
        seed=seed,
        threads=threads,
        partial=partial,
    )


def solved_plants(seed: int, count: int) -> Iterator[Solved]:
    """Plants that together have every pair of features, each with a schedule."""
    for number, plant in enumerate(pairwise(seed, count)):
        yield Solved(number, plant, solve(plant, number))
