"""Whether what customers want is covered, and whether the plan knows what they ordered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sopengine.checks.catalogue import check
from sopengine.checks.context import CheckContext, cells
from sopengine.checks.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator


@check("DEMAND_WITHOUT_SUPPLY", "Stock and planned production of a family do not reach its planned demand.")
def demand_without_supply(context: CheckContext) -> Iterator[CheckFinding]:
    """Report the first week of each family in which stock + production < demand, summed from now."""
    for family in sorted({name for name, _ in context.plan_demand}):
        supply, demand = context.opening.get(family, 0), 0
        for number, week in enumerate(context.weeks):
            supply += context.plan_supply.get((family, number), 0)
            demand += context.plan_demand.get((family, number), 0)
            if supply < demand:
                gap = demand - supply
                yield CheckFinding(
                    "DEMAND_WITHOUT_SUPPLY",
                    "error",
                    family,
                    week,
                    demand,
                    supply,
                    gap,
                    f"The plan sells {context.amount(family, gap)} of {context.name(family)} more than it "
                    f"has or makes by the end of the week of {week}.",
                    "Raise production before that week, or lower or delay the demand plan.",
                    context.worth(family, gap),
                )
                break


@check("MIX_WITHOUT_SUPPLY", "No split of a family's planned production serves all its items.")
def mix_without_supply(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each family whose production cannot be split over its items, with the sums that prove it."""
    for split in context.splits:
        week = context.week(split.last)
        since = f" after the week of {context.week(split.first)}" if split.first >= 0 else ""
        gap = abs(split.need - split.have)
        whose = ", ".join(context.name(item) for item in split.items[:4])
        more = f" and {len(split.items) - 4} more" if len(split.items) > 4 else ""
        need, have = context.amount(split.family, split.need), context.amount(split.family, split.have)
        told = {
            "short": f"need {need} made{since} by the end of the week of {week}, the plan makes {have}",
            "beyond": f"have room for {need} by the end of the week of {week}, the plan makes {have}",
            "item": f"must have made {need} by the end of the week of {week} and has room for {have}",
        }[split.kind]
        yield CheckFinding(
            "MIX_WITHOUT_SUPPLY",
            "error" if split.kind == "short" else "warning",
            split.family,
            week,
            split.need,
            split.have,
            gap,
            f"{whose}{more} {told}.",
            "Stock of other items of the family does not help these: make more, or sell what is there.",
            context.worth(split.family, gap),
        )


@check("FORECAST_BELOW_ORDERS", "The demand plan of a family and week is below the orders already booked.")
def forecast_below_orders(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each family and week whose booked orders exceed its planned demand."""
    for family, number in cells(context.order_demand):
        orders = context.order_demand[family, number]
        plan = context.plan_demand.get((family, number))
        if plan is not None and orders > plan:
            yield CheckFinding(
                "FORECAST_BELOW_ORDERS",
                "warning",
                family,
                context.week(number),
                orders,
                plan,
                orders - plan,
                f"Customers have ordered {context.amount(family, orders)} of {context.name(family)} for the "
                f"week of {context.week(number)}, the plan says {context.amount(family, plan)}.",
                "Raise the demand plan of that week to at least the orders.",
                context.worth(family, orders - plan),
            )


@check("PAST_DUE_DEMAND", "An open customer order was due before now.")
def past_due_demand(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each open demand whose due date has passed."""
    for line in context.demands:
        if line.due < context.now:
            hours = (context.now - line.due) // 3600
            yield CheckFinding(
                "PAST_DUE_DEMAND",
                "error",
                line.demand,
                None,
                line.due,
                context.now,
                context.now - line.due,
                f"{line.customer or 'A customer'} has been waiting {hours} hours past the due date of "
                f"{line.demand} ({context.amount(line.item, line.quantity)} of {context.name(line.item)}).",
                "Ship it, agree a new date, or close it.",
                context.worth(line.item, line.quantity),
            )


@check("ORDER_LATE_FOR_DEMAND", "The schedule finishes what a customer wants after it is due.")
def order_late_for_demand(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each demand that is not past due yet and is promised after its due date."""
    for line in context.demands:
        if line.promised is not None and line.due >= context.now and line.promised > line.due:
            late = line.promised - line.due
            served = f" by {', '.join(line.orders)}" if line.orders else ""
            yield CheckFinding(
                "ORDER_LATE_FOR_DEMAND",
                "warning",
                line.demand,
                None,
                line.due,
                line.promised,
                late,
                f"{line.customer or 'A customer'} gets {context.amount(line.item, line.quantity)} of "
                f"{context.name(line.item)} ({line.demand}){served} {span(late)} late.",
                "See why the work order is late; split it, move it up, or tell the customer now.",
                context.worth(line.item, line.quantity),
            )


@check("DEMAND_UNSERVED", "Nothing in the schedule serves a customer's demand.")
def demand_unserved(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each demand of which some units have no supply or only work that is not scheduled."""
    for line in context.demands:
        if line.short > 0:
            waiting = f" (waiting for {', '.join(line.orders)})" if line.orders else ""
            yield CheckFinding(
                "DEMAND_UNSERVED",
                "error",
                line.demand,
                None,
                line.quantity,
                line.quantity - line.short,
                line.short,
                f"{context.amount(line.item, line.short)} of {context.name(line.item)} for "
                f"{line.customer or 'a customer'} ({line.demand}) come from nowhere{waiting}.",
                "Release a work order, or find out why the one there cannot be scheduled.",
                context.worth(line.item, line.short),
            )


def span(seconds: int) -> str:
    """Return a length of time in words: days and hours, or hours and minutes."""
    time = dt.timedelta(seconds=seconds)
    hours, minutes = time.seconds // 3600, time.seconds % 3600 // 60
    return f"{time.days} d {hours} h" if time.days else f"{hours} h {minutes} min"
