"""The plan in money: what it sells, what that costs, what lies in stock.

Money is int64 minor units. A price or a cost is for one unit of the item (its uom), so the value of a
quantity in base units is divided once, rounded half up, after all quantities of one item and bucket are
added. Items without a price sell for nothing and are named by a finding of the checks, not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sopengine.plant.facts import Facts
    from sopengine.sop.hierarchy import Hierarchy, Key
    from sopengine.sop.inventory import Stock


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """Money of a key in a week, in minor units."""

    key: Key
    week: int
    revenue: int
    """Demand at its price."""
    cost_of_sales: int
    """Demand at its cost."""
    stock_plan: int
    """Closing stock at cost if the plan comes true; backlog counts as nothing."""
    stock_schedule: int
    """The same if the schedule does."""
    unserved: int
    """Sales value of demand that the schedule cannot serve by the end of the week."""

    @property
    def margin(self) -> int:
        """Revenue less cost of sales."""
        return self.revenue - self.cost_of_sales


def value(quantity: int, rate: int | None, scale: int) -> int:
    """Return the money of base units at a rate a unit, rounded half up.

    Examples
    --------
    >>> value(1500, 1180, 3)
    1770
    """
    unit = int(10**scale)
    return (2 * quantity * (rate or 0) + unit) // (2 * unit)


def money_rows(
    facts: Facts, hierarchy: Hierarchy, plan: Iterable[Stock], schedule: Iterable[Stock]
) -> list[MoneyRow]:
    """Return money by key and week from the two projections of every item."""
    sums: dict[tuple[Key, int], list[int]] = {}
    other = {(stock.item, stock.week): stock for stock in schedule}
    for stock in plan:
        row, scale = facts.items[stock.item], facts.scale[stock.item]
        real = other[stock.item, stock.week]
        cells = (
            value(stock.demand, row["price"], scale),
            value(stock.demand, row["cost"], scale),
            value(max(0, stock.closing), row["cost"], scale),
            value(max(0, real.closing), row["cost"], scale),
            value(real.short, row["price"], scale),
        )
        slot = hierarchy.key[stock.item], stock.week
        sums[slot] = [a + b for a, b in zip(sums.get(slot, [0] * 5), cells, strict=True)]
    return [MoneyRow(key, week, *cells) for (key, week), cells in sorted(sums.items())]


def price_of(facts: Facts) -> Mapping[str, int]:
    """Return the sales price of each item, else its cost: what one unit is worth to a planner."""
    return {item: int(row["price"] or row["cost"] or 0) for item, row in facts.items.items()}
