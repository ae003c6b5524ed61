"""From planned quantities to work orders: what is ordered already, what is missing, in lots.

**Planned items.** The production plan of an item and week is met first by the work orders due there. Where
those exceed the plan the surplus is carried into the following weeks; where they fall short the rest is
covered by what was carried and then by new lots. Lots obey lot_min, lot_multiple and lot_max; what rounding
adds is carried too, in a pool of its own, so that the ledger can tell the two apart. To the unit:
``orders there + new lots = plan + carried at the end - carried before``.

**Parts made here.** Their need follows from the lots that consume them, one level after the other, parents
first. Stock and every open order count before anything new is made, whatever their date: rescheduling an
order comes before adding one.

A new order is due when its week ends and released at the start of the week that its lead time reaches back
to, whole weeks.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sopengine.plant.intake.collect import Collector
from sopengine.plant.lots import Lot, build_lots, ceil_div, low_level_order
from sopengine.sop.buckets import WEEK
from sopengine.sop.disaggregate import split

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sopengine.plant.facts import Facts
    from sopengine.sop.buckets import Grid
    from sopengine.sop.hierarchy import Hierarchy, Key


@dataclass(frozen=True, slots=True)
class Net:
    """An item and week: ``plan = existing - surplus + from_surplus + from_rounding + lots - rounding``."""

    item: str
    week: int
    plan: int
    existing: int
    """Units of work orders due in this week."""
    surplus: int
    """Of these, units beyond the plan, carried on."""
    from_surplus: int
    """Units of the plan covered by earlier surplus."""
    from_rounding: int
    """Units of the plan covered by earlier rounding."""
    lots: int
    """Units of new work orders."""
    rounding: int
    """Of these, units added by lot sizes, carried on."""


@dataclass(frozen=True, slots=True)
class PlannedOrder:
    """A new work order: `need` is what asked for it, `quantity` what the lot size makes of it."""

    work_order: str
    item: str
    week: int
    quantity: int
    need: int
    release: int | None
    due: int


def lot_sizes(quantity: int, lot_min: int = 0, lot_multiple: int = 0, lot_max: int = 0) -> list[int]:
    """Return the fewest lots that make at least a quantity, as even as multiples allow; 0 means no limit.

    Where the rules contradict each other the largest lot wins over the multiple and the smallest lot.

    Examples
    --------
    >>> lot_sizes(130, lot_min=20, lot_multiple=10, lot_max=60)
    [50, 40, 40]
    >>> lot_sizes(7, lot_min=20)
    [20]
    """
    if quantity <= 0:
        return []
    unit = lot_multiple if lot_multiple > 0 and (not lot_max or lot_multiple <= lot_max) else 1
    most = lot_max // unit if lot_max else None
    least = ceil_div(lot_min, unit)
    if most is not None:
        least = min(least, most)
    units = ceil_div(quantity, unit)
    count = 1 if most is None else ceil_div(units, most)
    return [max(part, least) * unit for part in split(units, dict.fromkeys(range(count), 1)).values()]


def item_lots(facts: Facts, item: str, quantity: int) -> list[int]:
    """Return the lots of an item in base units."""
    row = facts.items[item]
    limits = (facts.base(item, row[name] or 0) for name in ("lot_min", "lot_multiple", "lot_max"))
    return lot_sizes(quantity, *limits)


@dataclass(frozen=True, slots=True)
class Needs:
    """What items need, by item and week: the figures that decide where a family's production goes."""

    opening: Mapping[str, int]
    receipts: Mapping[tuple[str, int], int]
    demand: Mapping[tuple[str, int], int]
    target: Mapping[tuple[str, int], int]


def item_plan(
    production: Mapping[tuple[Key, int], int],
    mix: Mapping[Key, Mapping[str, int]],
    existing: Mapping[tuple[str, int], int],
    needs: Needs,
    weeks: int,
) -> dict[tuple[str, int], int]:
    """Lay the production of families over their items, week by week.

    Work orders that exist come first. What the family makes beyond them goes to items that would run out,
    then to items below their target, each in proportion to what is missing, and the rest by the mix: a
    family with stock enough never leaves one of its items short. The parts of a family sum to its plan.
    """
    result: dict[tuple[str, int], int] = {}
    for key in sorted(mix):
        stock = {item: needs.opening.get(item, 0) for item in mix[key]}
        for week in range(weeks):
            fixed = {item: existing.get((item, week), 0) for item in stock}
            ahead = {
                item: stock[item] + needs.receipts.get((item, week), 0) - needs.demand.get((item, week), 0)
                for item in stock
            }
            total = production.get((key, week))
            parts = fixed
            if total is not None and stock:
                before = {item: ahead[item] + fixed[item] for item in stock}
                aims = {item: needs.target.get((item, week), 0) for item in stock}
                parts = _fill(total, fixed, before, aims, mix[key])
                result.update({(item, week): part for item, part in parts.items()})
            stock = {item: ahead[item] + parts[item] for item in stock}
    return result


def _fill(
    total: int,
    fixed: Mapping[str, int],
    stock: Mapping[str, int],
    aims: Mapping[str, int],
    mix: Mapping[str, int],
) -> dict[str, int]:
    """Split a total: what is fixed, then up to no backlog, then up to the targets, then by the mix."""
    rest = total - sum(fixed.values())
    if rest < 0:
        return split(total, fixed)
    parts = dict(fixed)
    backlog = {item: max(0, -units) for item, units in stock.items()}
    below = {item: max(0, aims[item] - max(0, units)) for item, units in stock.items()}
    for missing in (backlog, below, None):
        if missing is None or rest <= sum(missing.values()):
            added = split(rest, mix if missing is None else missing)
        else:
            added = missing
        parts = {item: parts[item] + added[item] for item in parts}
        rest -= sum(added.values())
        if not rest:
            break
    return parts


def net_item(
    facts: Facts, item: str, plan: Sequence[int], existing: Sequence[int]
) -> list[tuple[Net, list[int]]]:
    """Net one item week by week; return the account and the new lots of each week."""
    surplus = rounding = 0
    result = []
    for week, (wanted, there) in enumerate(zip(plan, existing, strict=True)):
        beyond, rest = max(0, there - wanted), max(0, wanted - there)
        from_surplus = min(rest, surplus)
        from_rounding = min(rest - from_surplus, rounding)
        need = rest - from_surplus - from_rounding
        lots = item_lots(facts, item, need)
        added = sum(lots) - need
        surplus += beyond - from_surplus
        rounding += added - from_rounding
        account = Net(item, week, wanted, there, beyond, from_surplus, from_rounding, sum(lots), added)
        result.append((account, lots))
    return result


class Planner:
    """Makes work orders from a plan on one plant.

    Parameters
    ----------
    facts
        The plant, with the work orders that exist.
    grid
        The plan's weeks.
    week_of
        Week of each existing work order.
    """

    def __init__(self, facts: Facts, grid: Grid, week_of: Mapping[str, int]) -> None:
        self.facts = facts
        self.grid = grid
        self.week_of = dict(week_of)
        self.orders: list[PlannedOrder] = []
        self.lots: dict[str, Lot] = {}
        self._names = {row["work_order"] for row in facts.rows["work_orders"]}
        self._existing: dict[str, dict[int, int]] = {}
        self._needs: dict[str, dict[int, int]] = {}
        """Units of each part that the lots so far consume, by the week in which they are needed."""
        for lot in build_lots(facts, grid.now, Collector())[0]:
            self._take(lot)
            if not all(step.status == "done" for step in lot.steps):
                left = lot.ordered - facts.base(lot.item, lot.row["received"] or 0)
                weeks = self._existing.setdefault(lot.item, {})
                week = self.week_of.get(lot.work_order, 0)
                weeks[week] = weeks.get(week, 0) + max(0, left)

    def existing(self, item: str) -> dict[int, int]:
        """Return the units still to come of work orders of an item that existed before, by week."""
        return dict(self._existing.get(item, {}))

    def _take(self, lot: Lot) -> None:
        self.lots[lot.work_order] = lot
        week = max(0, self.week_of.get(lot.work_order, 0) - self.lead_weeks(lot.item))
        for item, quantity in lot.components().items():
            weeks = self._needs.setdefault(item, {})
            weeks[week] = weeks.get(week, 0) + quantity

    def plan_items(self, plan: Mapping[tuple[str, int], int]) -> list[Net]:
        """Net the production plan of every item and make its lots."""
        accounts: list[Net] = []
        rows: list[dict[str, Any]] = []
        for item in sorted({item for item, _ in plan}):
            there = self.existing(item)
            wanted = [plan.get((item, n), 0) for n in range(len(self.grid))]
            have = [there.get(n, 0) for n in range(len(self.grid))]
            for account, lots in net_item(self.facts, item, wanted, have):
                accounts.append(account)
                rows.extend(self._orders(item, account.week, lots, account.lots - account.rounding))
        self._add(rows)
        return accounts

    def plan_parts(self, hierarchy: Hierarchy, available: Mapping[str, int]) -> None:
        """Make lots of the parts that the lots so far consume and nothing covers.

        Parameters
        ----------
        hierarchy
            Planned items are left to their plan.
        available
            Stock and receipts by item.
        """
        facts = self.facts
        parts: dict[str, set[str]] = {}
        for row in facts.rows["bom"]:
            parts.setdefault(row["item"], set()).add(row["component"])
        for item in low_level_order(sorted(facts.items), parts):
            made = facts.items[item]["kind"] == "made" and bool(facts.routings_of.get(item))
            if not made or hierarchy.is_planned(item):
                continue
            need = self._needs.get(item, {})
            left = available.get(item, 0) + sum(self.existing(item).values())
            rows: list[dict[str, Any]] = []
            for week in sorted(need):
                covered = min(need[week], left)
                lots = item_lots(facts, item, need[week] - covered)
                left += sum(lots) - need[week]
                rows.extend(self._orders(item, week, lots, need[week] - covered))
            self._add(rows)

    def lead_weeks(self, item: str) -> int:
        """Return the lead time of an item in whole weeks, rounded up."""
        return ceil_div(int(self.facts.items[item]["lead_time"] or 0), WEEK)

    def _orders(self, item: str, week: int, lots: Sequence[int], need: int) -> list[dict[str, Any]]:
        rows = []
        week = min(week, len(self.grid) - 1)
        begin = week - self.lead_weeks(item)
        release = self.grid.weeks[begin].start if begin > 0 else None
        shares = split(need, dict(enumerate(lots))) if lots else {}
        for number, quantity in enumerate(lots):
            name = self._name(item, week)
            order = PlannedOrder(
                name, item, week, quantity, shares[number], release, self.grid.weeks[week].end
            )
            self.orders.append(order)
            self.week_of[name] = week
            rows.append(order_row(self.facts, order))
        return rows

    def _name(self, item: str, week: int) -> str:
        base = f"P-{self.grid.weeks[week].monday:%m%d}-{item}"
        name, number = base, 1
        while name in self._names or name in self.week_of:
            number += 1
            name = f"{base}-{number}"
        return name

    def _add(self, rows: Iterable[dict[str, Any]]) -> None:
        """Work the new orders through their routings: units at each step, parts consumed."""
        trial = copy.copy(self.facts)
        trial.rows = {**self.facts.rows, "work_orders": list(rows)}
        for lot in build_lots(trial, self.grid.now, Collector())[0]:
            self._take(lot)


def order_row(facts: Facts, order: PlannedOrder) -> dict[str, Any]:
    """Return a planned order as a row of the plant's table of work orders."""
    scale = facts.scale[order.item]
    quantity: Any = order.quantity
    if scale:
        from decimal import Decimal

        quantity = Decimal(order.quantity).scaleb(-scale)
    return {
        "work_order": order.work_order,
        "item": order.item,
        "quantity": quantity,
        "uom": None,
        "received": 0,
        "routing": None,
        "status": "planned",
        "release": order.release,
        "due": order.due,
        "deadline": None,
        "priority": 1,
    }
