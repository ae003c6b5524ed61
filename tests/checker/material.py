"""Rule 7, material: every balance stays in ``[0, max_stock]`` from ``now`` to the last end.

The balance is examined after all movements of an instant. Operations of zero duration that meet at one
instant must in addition have some order in which none consumes what is not yet there: they come after
arrivals and the production of longer work, and each consumes before it produces. A limit that stock rows
break alone is a finding; a consumption (production) at an instant that ends below 0 (above the limit) never
is. Rows of one operation and item of the same sign add up; an operation does not feed itself.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import Plant
    from .report import Report


class Movement(NamedTuple):
    time: int
    item: str
    quantity: Any
    operation: str | None


Recipe = tuple[dict[str, Any], dict[str, Any]]


def recipe(plant: Plant, operation: str) -> Recipe:
    """What an operation consumes and what it produces, by item, both as positive quantities."""
    consumed: dict[str, Any] = defaultdict(int)
    produced: dict[str, Any] = defaultdict(int)
    for item, quantity in plant.materials.get(operation, []):
        if item not in plant.unlimited:
            (consumed if quantity < 0 else produced)[item] += abs(quantity)
    return consumed, produced


def movements(plant: Plant, answer: Answer) -> list[Movement]:
    """Everything that stock rows and scheduled operations move from now to the last end."""
    last = max((placed.end for placed in answer.placed.values()), default=None)
    if last is None:
        return []
    rows = []
    for item, arrivals in plant.stock.items():
        if item not in plant.unlimited:
            rows += [Movement(time, item, quantity, None) for time, quantity in arrivals]
    for placed in answer.in_order():
        consumed, produced = recipe(plant, placed.key)
        if not placed.started:
            rows += [
                Movement(placed.start, item, -quantity, placed.key) for item, quantity in consumed.items()
            ]
        rows += [Movement(placed.end, item, quantity, placed.key) for item, quantity in produced.items()]
    return sorted(
        (row for row in rows if row.time <= last), key=lambda r: (r.item, r.time, r.operation or "")
    )


def check_material(plant: Plant, answer: Answer, report: Report) -> None:
    by_item: dict[str, dict[int, list[Movement]]] = defaultdict(lambda: defaultdict(list))
    for row in movements(plant, answer):
        by_item[row.item][row.time].append(row)
    for item, by_time in sorted(by_item.items()):
        _check_balance(plant, item, by_time, report)
    _check_instants(plant, answer, by_item, report)


def _check_balance(plant: Plant, item: str, by_time: dict[int, list[Movement]], report: Report) -> None:
    stocked, balance, limit = 0, 0, plant.max_stock.get(item)
    for time in sorted(by_time):
        rows = by_time[time]
        stocked += sum(row.quantity for row in rows if row.operation is None)
        balance += sum(row.quantity for row in rows)
        takers = [row.operation for row in rows if row.operation is not None and row.quantity < 0]
        makers = [row.operation for row in rows if row.operation is not None and row.quantity > 0]
        if balance < 0 and (takers or stocked >= 0):
            report.add(7, "short", (takers or [None])[-1], f"{item} is {balance}", other=item, at=time)
        if limit is not None and balance > limit and (makers or stocked <= limit):
            detail = f"{item} is {balance}, at most {limit}"
            report.add(7, "max_stock", (makers or [None])[-1], detail, other=item, at=time)


def _check_instants(
    plant: Plant, answer: Answer, by_item: dict[str, dict[int, list[Movement]]], report: Report
) -> None:
    """Operations of zero duration at one instant: is there an order that never lacks anything?"""
    at_instant: dict[int, list[Placed]] = defaultdict(list)
    for placed in answer.in_order():
        at_once = placed.holds_nothing and not placed.started and placed.start == placed.end
        if at_once and plant.materials.get(placed.key):
            at_instant[placed.start].append(placed)
    for time, meeting in sorted(at_instant.items()):
        instant = {placed.key for placed in meeting}
        recipes = {key: recipe(plant, key) for key in sorted(instant)}
        there: dict[str, Any] = {}
        for item in {item for consumed, made in recipes.values() for item in (*consumed, *made)}:
            there[item] = sum(
                row.quantity
                for when, rows in by_item[item].items()
                for row in rows
                if when < time
                or (when == time and row.operation not in instant and (not row.operation or row.quantity > 0))
            )
        if not _some_order(recipes, there):
            detail = "no order of the operations without duration at this instant feeds them all"
            report.add(7, "instant_order", sorted(instant)[0], detail, at=time)


def _some_order(recipes: dict[str, Recipe], there: dict[str, Any]) -> bool:
    """Whether all recipes can run one after the other, each consuming before it produces."""

    def fits(key: str, stock: dict[str, Any]) -> bool:
        return all(stock[item] >= quantity for item, quantity in recipes[key][0].items())

    def after(key: str, stock: dict[str, Any]) -> dict[str, Any]:
        consumed, produced = recipes[key]
        return {item: q - consumed.get(item, 0) + produced.get(item, 0) for item, q in stock.items()}

    seen: set[frozenset[str]] = set()

    def place(rest: frozenset[str], stock: dict[str, Any]) -> bool:
        if not rest:
            return True
        if rest in seen:
            return False
        seen.add(rest)
        able = [key for key in sorted(rest) if fits(key, stock)]
        for key in able:
            # What loses nothing can go first without harm; only then is there nothing else to try.
            harmless = all(after(key, stock)[item] >= stock[item] for item in recipes[key][0])
            if harmless:
                return place(rest - {key}, after(key, stock))
        return any(place(rest - {key}, after(key, stock)) for key in able)

    return place(frozenset(recipes), there)
