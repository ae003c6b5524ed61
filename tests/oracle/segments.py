"""Rows of placements as linear pieces: within one stretch of a calendar all columns move with the start.

A table of every start propagates poorly. But as the start moves on by one, the end, the ends of pieces and
the marks either move on by one or stay where a break holds them, until the next break is met. So rows fall
into few segments, in each of which a column is the start plus a constant or a constant. A segment is a
literal; the choice it belongs to is the sum of its segments.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Hashable

Row = tuple[int, tuple[int, ...]]
"""Start and the other columns."""


@dataclass
class Segment:
    """Rows in which every column is the start plus a constant (``moves``) or a constant."""

    first: Row
    moves: list[bool | None]
    starts: list[int] = field(default_factory=list)

    def take(self, row: Row) -> bool:
        """Add a row if it fits."""
        ahead, moves = row[0] - self.first[0], list(self.moves)
        for place, (value, origin) in enumerate(zip(row[1], self.first[1], strict=True)):
            seen = True if value - origin == ahead else False if value == origin else None
            if seen is None or moves[place] not in (None, seen):
                return False
            moves[place] = seen
        self.moves = moves
        self.starts.append(row[0])
        return True


def segments(rows: list[Row]) -> list[Segment]:
    """Cut rows, sorted by start, into segments."""
    found: list[Segment] = []
    for row in sorted(rows):
        if not found or not found[-1].take(row):
            found.append(Segment(row, [None] * len(row[1]), [row[0]]))
    return found


def tie(
    cp: cp_model.CpModel,
    start: Any,
    columns: list[Any],
    rows: list[tuple[Hashable, Row]],
    lits: dict[Any, Any],
) -> None:
    """Make start and columns one of the rows of the choice whose literal is true; all 0 where none is."""
    by_choice: dict[Any, list[Row]] = defaultdict(list)
    for choice, row in rows:
        by_choice[choice].append(row)
    for choice, lit in lits.items():
        cut = segments(by_choice[choice])
        parts = [lit] if len(cut) == 1 else [cp.new_bool_var("") for _ in cut]
        if len(cut) != 1:
            cp.add(sum(parts) == lit)
        for part, segment in zip(parts, cut, strict=True):
            cp.add_linear_expression_in_domain(
                start, cp_model.Domain.from_values(segment.starts)
            ).only_enforce_if(part)
            for column, value, moves in zip(columns, segment.first[1], segment.moves, strict=True):
                wanted = start + (value - segment.first[0]) if moves else value
                cp.add(column == wanted).only_enforce_if(part)
    for column in [start, *columns]:
        cp.add(column == 0).only_enforce_if([lit.negated() for lit in lits.values()])
