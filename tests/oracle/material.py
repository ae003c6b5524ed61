"""Material: balances of items as reservoirs.

Within an instant come arrivals and production of longer work, then operations of zero duration one after the
other, then consumption of longer work. So the lower limit is kept on a finer clock, where every instant has
a place for each of these; the upper limit holds after all movements of an instant. Stock rows after the last
end are not examined.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .past import Inexact

if TYPE_CHECKING:
    from .core import Model


@dataclass
class Movement:
    """Quantity moved at an instant, when, at which place within it, and if at all."""

    at: Any
    place: Any
    quantity: int
    active: Any


def add_material(model: Model) -> None:
    problem, cp = model.problem, model.cp
    items: dict[str, list[Movement]] = defaultdict(list)
    zero = [
        key
        for key, step in model.steps.items()
        if step.operation.modes[0].duration == 0 and problem.materials.get(key)
    ]
    ranks = {key: cp.new_int_var(1, len(zero), "") for key in zero}
    if len(ranks) > 1:
        cp.add_all_different(list(ranks.values()))
    last = len(zero) + 1
    for key in sorted(problem.materials):
        for item, quantity in _net(model, key).items():
            if item not in problem.unlimited and quantity:
                items[item] += _moved(model, key, quantity, ranks, last)
    for item, movements in sorted(items.items()):
        movements += _arrivals(model, item, last)
        _refuse_broken(model, item)
        scaled = [movement.at * (last + 1) + movement.place for movement in movements]
        changes, active = [m.quantity for m in movements], [m.active for m in movements]
        cp.add_reservoir_constraint_with_active(scaled, changes, active, 0, 10**6)
        if item in problem.max_stock:
            times = [movement.at for movement in movements]
            cp.add_reservoir_constraint_with_active(times, changes, active, -(10**6), problem.max_stock[item])


def _net(model: Model, operation: str) -> dict[str, int]:
    """Sum by item; taking and making one item is refused."""
    total: dict[str, int] = defaultdict(int)
    for item, quantity in model.problem.materials[operation]:
        if total[item] * quantity < 0:
            raise Inexact("an operation that takes and makes one item")
        total[item] += quantity
    return total


def _moved(model: Model, key: str, quantity: int, ranks: dict[str, Any], last: int) -> list[Movement]:
    if key in model.past:
        one = model.cp.new_constant(1)
        return [Movement(model.past[key].end, 0, quantity, one)] if quantity > 0 else []
    if key not in model.steps:
        return []
    step = model.steps[key]
    durations = {mode.duration == 0 for mode in step.operation.modes}
    if len(durations) > 1:
        raise Inexact("material of an operation that takes no time in some modes only")
    if key in ranks:
        return [Movement(step.start, ranks[key], quantity, step.present)]
    if quantity < 0:
        return [Movement(step.start, last, quantity, step.present)]
    return [Movement(step.end, 0, quantity, step.present)]


def last_end(model: Model) -> Any:
    """The latest end of all that is scheduled."""
    end = model.cp.new_int_var(0, model.far + 400, "last end")
    model.cp.add_max_equality(
        end, [*(step.end for step in model.steps.values()), *(p.end for p in model.past.values()), 0]
    )
    return end


def _arrivals(model: Model, item: str, last: int) -> list[Movement]:
    cp, found = model.cp, []
    if model.last_end is None:
        model.last_end = last_end(model)
    for at, quantity in sorted(model.problem.stock.get(item, {}).items()):
        active = cp.new_bool_var("")
        cp.add(model.last_end >= at).only_enforce_if(active)
        cp.add(model.last_end < at).only_enforce_if(active.negated())
        if quantity:
            found.append(Movement(at, last if quantity < 0 else 0, quantity, active))
    return found


def _refuse_broken(model: Model, item: str) -> None:
    balance = 0
    for _, quantity in sorted(model.problem.stock.get(item, {}).items()):
        balance += quantity
        if not 0 <= balance <= model.problem.max_stock.get(item, balance):
            raise Inexact(f"stock rows alone break the limits of {item}")
