"""Projected stock: what is there at the end of each week if the plan, or the schedule, comes true.

``closing = opening + receipts + production - demand``, week by week, in base units. A negative closing is
backlog: demand not served yet. The same function projects both sides; only the production differs.

A week is *out* where closing < 0, *below target* where closing < target, and in *excess* where closing
exceeds the target plus the demand of the next `cover` weeks (or the storage limit).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sopengine.sop.disaggregate import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sopengine.sop.hierarchy import Hierarchy, Key

COVER = 4


@dataclass(frozen=True, slots=True)
class Stock:
    """Stock of an item in one week, on one side."""

    item: str
    week: int
    opening: int
    receipts: int
    production: int
    demand: int
    closing: int
    target: int
    limit: int
    """Above this it is excess."""

    @property
    def short(self) -> int:
        """Units of demand not served."""
        return max(0, -self.closing)

    @property
    def below(self) -> int:
        """Units missing to the target."""
        return max(0, self.target - self.closing)

    @property
    def excess(self) -> int:
        """Units above the limit."""
        return max(0, self.closing - self.limit)


def project(
    item: str,
    opening: int,
    receipts: Sequence[int],
    production: Sequence[int],
    demand: Sequence[int],
    target: Sequence[int],
    max_stock: int | None = None,
    cover: int = COVER,
) -> list[Stock]:
    """Project the stock of one item.

    Examples
    --------
    >>> [s.closing for s in project("chair", 5, [0, 0], [10, 0], [8, 9], [0, 0])]
    [7, -2]
    """
    result = []
    columns = zip(receipts, production, demand, target, strict=True)
    for week, (arriving, made, wanted, aim) in enumerate(columns):
        closing = opening + arriving + made - wanted
        limit = aim + sum(demand[week + 1 : week + 1 + cover])
        if max_stock is not None:
            limit = min(limit, max_stock)
        result.append(Stock(item, week, opening, arriving, made, wanted, closing, aim, limit))
        opening = closing
    return result


def item_targets(
    targets: Mapping[tuple[Key, int], int],
    hierarchy: Hierarchy,
    safety: Mapping[str, int],
    mix: Mapping[Key, Mapping[str, int]],
) -> dict[tuple[str, int], int]:
    """Lay the targets of families over their items: by safety stock, else by the mix of demand."""
    result: dict[tuple[str, int], int] = {}
    for (key, week), value in sorted(targets.items()):
        weights = {item: safety.get(item, 0) for item in hierarchy.items[key]}
        if not any(weights.values()):
            weights = dict(mix.get(key) or weights)
        if weights:
            result.update({(item, week): part for item, part in split(value, weights).items()})
    return result
