"""Families and their routings: which work centers, how long, with whose help."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sopengine.demo.generator.layout import Layout


@dataclass(frozen=True)
class Catalog:
    """Steps of all families, those of a family neighbors ``first[f]:first[f + 1]``.

    Arrays are by step unless they say otherwise.
    """

    first: np.ndarray
    center: np.ndarray
    work: np.ndarray
    """Relative work of a unit; orders scale it to the load of the center."""
    crew: np.ndarray
    """Labor pool that it needs, -1 for none."""
    crew_size: np.ndarray
    tool: np.ndarray
    """Tool that it needs, -1 for none."""
    welded: np.ndarray
    """Whether it needs a welder."""
    streamed: np.ndarray
    """Whether the next step may start on the first quarter of the lot."""
    suspendable: np.ndarray

    @property
    def families(self) -> int:
        """How many families."""
        return len(self.first) - 1

    def steps(self) -> np.ndarray:
        """Count steps by family."""
        return np.diff(self.first)


def draw_catalog(layout: Layout, random: np.random.Generator) -> Catalog:
    """Draw routings of 3 to 12 steps that start in the north and end in the south."""
    families = max(4, layout.centers)
    lengths = random.integers(3, 13, families)
    lengths = np.minimum(lengths, max(3, 2 * layout.centers))
    center = np.concatenate([np.sort(random.integers(0, layout.centers, length)) for length in lengths])
    steps = len(center)
    draw = random.random
    return Catalog(
        first=np.concatenate([[0], np.cumsum(lengths)]),
        center=center,
        work=random.integers(20, 100, steps),
        crew=np.where(draw(steps) < 0.35, random.integers(0, layout.crews, steps), -1),
        crew_size=random.choice([1, 1, 2], steps),
        tool=np.where(draw(steps) < 0.06, random.integers(0, layout.tools, steps), -1),
        welded=draw(steps) < 0.05,
        streamed=draw(steps) < 0.1,
        suspendable=draw(steps) < 0.8,
    )
