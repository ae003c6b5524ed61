"""Section 4, the objective: every term from its definition, in exact integers.

All terms but ``unscheduled`` count scheduled orders only: orders none of whose unstarted operations is left
out. An operation without an order is its own order of weight 1. C is the latest end in an order, history
included.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .calendar import clip, length
from .changeover import needed
from .model import Order, baseline_resource
from .partial import operations_by_order
from .precedence import side_of
from .windows import order_of

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import Plant


@dataclass(frozen=True)
class Options:
    """Options of stability, in ticks; ``None`` means the default for the kind of time."""

    near: int = 86_400
    soon: int = 604_800
    factors: tuple[int, int, int] | None = None
    resource_price: int | None = None


class Times(NamedTuple):
    """An order that counts: its first start, its completion and its due date."""

    order: Order
    start: int
    completion: int
    due: int | None


def due_of(plant: Plant, order: Order) -> int | None:
    """Due date; a deadline that had passed at now stands in where there is none."""
    if order.due is None and order.deadline is not None and order.deadline < plant.now:
        return order.deadline
    return order.due


def order_times(plant: Plant, answer: Answer) -> tuple[list[Times], list[Order]]:
    """The orders that are scheduled, with their times, and those that are left out."""
    scheduled, missing = [], []
    left_out = answer.left_out(plant)
    for keys in operations_by_order(plant).values():
        order = order_of(plant, plant.operations[keys[0]])
        sides = [side for key in keys if (side := side_of(plant, answer, key)) is not None]
        if left_out & set(keys):
            missing.append(order)
        elif sides:
            start, end = min(side.start for side in sides), max(side.end for side in sides)
            scheduled.append(Times(order, start, end, due_of(plant, order)))
    return scheduled, missing


def counted(plant: Plant, answer: Answer) -> list[Placed]:
    """Scheduled operations, started ones included, whose order counts."""
    left_out = answer.left_out(plant)
    dropped = {key for keys in operations_by_order(plant).values() if left_out & set(keys) for key in keys}
    return [placed for placed in answer.in_order() if placed.key not in dropped]


def terms(plant: Plant, answer: Answer, options: Options | None = None) -> dict[str, int]:
    """Every term of the objective."""
    orders, missing = order_times(plant, answer)
    placed = counted(plant, answer)
    return {
        "unscheduled": sum(max(1, order.weight) for order in missing),
        "tardiness": tardiness(orders),
        "late_orders": late_orders(orders),
        "max_lateness": max_lateness(orders),
        "makespan": makespan(plant, placed),
        "earliness": earliness(orders),
        "flow_time": flow_time(orders),
        "changeover_time": changeover_time(plant, answer, placed),
        "changeover_cost": changeover_cost(plant, answer, placed),
        "mode_cost": mode_cost(placed),
        "resource_cost": resource_cost(plant, placed),
        "stability": stability(plant, placed, options or Options()),
    }


def tardiness(orders: list[Times]) -> int:
    return sum(t.order.weight * max(0, t.completion - t.due) for t in orders if t.due is not None)


def late_orders(orders: list[Times]) -> int:
    return sum(t.order.weight for t in orders if t.due is not None and t.completion > t.due)


def max_lateness(orders: list[Times]) -> int:
    return max((t.completion - t.due for t in orders if t.due is not None), default=0)


def makespan(plant: Plant, placed: list[Placed]) -> int:
    return max((p.end - plant.now for p in placed), default=0)


def earliness(orders: list[Times]) -> int:
    return sum(t.order.earliness_weight * max(0, t.due - t.completion) for t in orders if t.due is not None)


def flow_time(orders: list[Times]) -> int:
    return sum(t.order.weight * (t.completion - t.start) for t in orders)


def changeover_time(plant: Plant, answer: Answer, placed: list[Placed]) -> int:
    """What the matrices ask, and what remains of the changeovers of started work."""
    asked = needed(plant, answer)
    planned = sum(asked[p.key].duration for p in placed if p.key in asked)
    return planned + sum(plant.baseline[p.key].remaining_changeover for p in placed if p.started)


def changeover_cost(plant: Plant, answer: Answer, placed: list[Placed]) -> int:
    asked = needed(plant, answer)
    return sum(asked[p.key].cost for p in placed if p.key in asked)


def mode_cost(placed: list[Placed]) -> int:
    return sum(p.mode.cost for p in placed)


def resource_cost(plant: Plant, placed: list[Placed]) -> int:
    """Rates by quantity by working and changing ticks from now on, divided once at the end."""
    total = 0
    for p in placed:
        if p.holds_nothing:
            continue
        worked = length(clip(p.working, plant.now, p.end))
        changed = length(p.changing)
        if p.mode.resource is not None:
            total += plant.resources[p.mode.resource].cost_per_hour * p.mode.quantity * (worked + changed)
        for need in p.needs:
            ticks = worked if need.phase == "run" else changed
            total += plant.resources[need.resource].cost_per_hour * need.quantity * ticks
    return int(total // 3600) if plant.temporal else int(total)


def stability(plant: Plant, placed: list[Placed], options: Options) -> int:
    """How far planned work has moved from the baseline, nearer work counting more."""
    factors = options.factors or ((4, 2, 1) if plant.temporal else (1, 1, 1))
    price = options.resource_price
    if price is None:
        price = 3600 if plant.temporal else 0
    total = 0
    for p in placed:
        row = plant.baseline.get(p.key)
        if row is None or row.status != "planned":
            continue
        if row.start is not None:
            ahead = row.start - plant.now
            zone = 0 if ahead < options.near else 1 if ahead < options.soon else 2
            total += abs(p.start - row.start) * factors[zone]
        before = baseline_resource(plant, p.key)
        if before is not None and before != p.mode.resource:
            total += price
    return total
