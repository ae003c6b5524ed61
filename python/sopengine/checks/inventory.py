"""Whether projected stock stays between empty and too much, and whether the work finds its material."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopengine.checks.catalogue import check
from sopengine.checks.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sopengine.checks.context import CheckContext, StockWeek


def _items(context: CheckContext) -> Iterator[tuple[str, list[StockWeek]]]:
    for item in sorted({stock.item for stock in context.stock}):
        yield item, sorted((s for s in context.stock if s.item == item), key=lambda s: s.week)


@check("STOCKOUT", "The schedule leaves an item without stock while it is in demand.")
def stockout(context: CheckContext) -> Iterator[CheckFinding]:
    """Report the first week of each item in which demand exceeds everything there is."""
    for item, weeks in _items(context):
        first = next((s for s in weeks if s.closing < 0), None)
        if first is not None:
            yield CheckFinding(
                "STOCKOUT",
                "error",
                item,
                context.week(first.week),
                0,
                first.closing,
                -first.closing,
                f"{context.name(item)} runs out in the week of {context.week(first.week)}: "
                f"{context.amount(item, -first.closing)} of its demand are not served.",
                "Move its work order up, split it, or agree a later date for part of the demand.",
                context.worth(item, first.closing),
            )


@check("STOCK_BELOW_TARGET", "Projected stock of an item is below its target.")
def stock_below_target(context: CheckContext) -> Iterator[CheckFinding]:
    """Report the first week of each item that ends below its target without being a stockout."""
    for item, weeks in _items(context):
        first = next((s for s in weeks if 0 <= s.closing < s.target), None)
        if first is not None:
            yield CheckFinding(
                "STOCK_BELOW_TARGET",
                "warning",
                item,
                context.week(first.week),
                first.target,
                first.closing,
                first.target - first.closing,
                f"{context.name(item)} ends the week of {context.week(first.week)} with "
                f"{context.amount(item, first.closing)}, the target is {context.amount(item, first.target)}.",
                "Raise its next lot, or lower the target if the risk is acceptable.",
                context.worth(item, first.target - first.closing) // 10,
            )


@check("EXCESS_STOCK", "Projected stock of an item exceeds its target and the demand of the next weeks.")
def excess_stock(context: CheckContext) -> Iterator[CheckFinding]:
    """Report the worst week of each item whose stock is above its limit."""
    for item, weeks in _items(context):
        worst = max(weeks, key=lambda s: (s.closing - s.limit, -s.week))
        if worst.closing > worst.limit:
            gap = worst.closing - worst.limit
            yield CheckFinding(
                "EXCESS_STOCK",
                "info",
                item,
                context.week(worst.week),
                worst.limit,
                worst.closing,
                gap,
                f"{context.name(item)} ends the week of {context.week(worst.week)} with "
                f"{context.amount(item, gap)} more than its target and coming demand need.",
                "Make a smaller or later lot and give the time to what is short.",
                context.worth(item, gap) // 10,
            )


@check("MATERIAL_SHORT", "Work orders consume more of an item than there is or comes.")
def material_short(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each component that nothing covers, with the work orders that wait for it."""
    for shortage in context.shortages:
        if shortage.quantity > 0:
            shown = ", ".join(shortage.orders[:4])
            more = f" and {len(shortage.orders) - 4} more" if len(shortage.orders) > 4 else ""
            yield CheckFinding(
                "MATERIAL_SHORT",
                "error",
                shortage.item,
                None,
                shortage.quantity + shortage.available,
                shortage.available,
                shortage.quantity,
                f"{context.amount(shortage.item, shortage.quantity)} of {context.name(shortage.item)} are "
                f"missing for {shown}{more}.",
                "Buy or expedite it, or give its item a lead time so that purchases can be planned.",
                shortage.value,
            )
