"""The way down: from the plan of families and months to a Problem that the engine can solve.

`prepare` reads like the process: months to weeks by working time, families to items by the mix of orders,
items to work orders by netting, parts to work orders by their need, all of it into a plant, the plant into a
Problem. Nothing is rounded away: each split is exact, each lot's rounding is on account.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.plant.compile import Moment, read_moment, usable_stock
from sopengine.plant.facts import Facts
from sopengine.plant.intake.coerce import plain_values
from sopengine.plant.spec import ARROW, SPEC
from sopengine.sop.aggregate import order_week
from sopengine.sop.buckets import open_time, open_windows
from sopengine.sop.capacity import Bills, elapsed_over_open, plan_load
from sopengine.sop.disaggregate import named_basis, split_above
from sopengine.sop.inventory import item_targets
from sopengine.sop.loop.assumptions import Assumptions, assumptions_of
from sopengine.sop.netting import Needs, Net, Planner, item_plan, order_row
from sopengine.sop.plan import Plan, plan_from_orders, read_plan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from sopengine.plant import Compiled, Plant
    from sopengine.sop.buckets import Grid, Window
    from sopengine.sop.hierarchy import Key

DEFAULT_WEEKS = 6
ASIDE = 20


@dataclass(frozen=True)
class Draft:
    """Everything that the way down has made; the way up reads its figures against it."""

    plant: Plant
    """With the work orders made from the plan."""
    facts: Facts
    compiled: Compiled
    plan: Plan
    weeks: int
    """How many weeks are scheduled in detail."""
    windows: Mapping[str, tuple[Window, ...]]
    open_time: Mapping[tuple[str, int], int]
    demand: Mapping[tuple[Key, int], int]
    production: Mapping[tuple[Key, int], int]
    orders: Mapping[tuple[str, int], int]
    """Open customer orders by item and week."""
    item_demand: Mapping[tuple[str, int], int]
    item_production: Mapping[tuple[str, int], int]
    needs: Needs
    """Opening stock, receipts, demand and targets of the planned items."""
    basis: Mapping[Key, str]
    mix: Mapping[Key, Mapping[str, int]]
    accounts: tuple[Net, ...]
    planner: Planner
    planned: Mapping[str, int]
    """Week of each work order made from the plan that is scheduled."""
    load: Mapping[tuple[str, int], Mapping[str, Fraction]]
    """Planned load by resource and week, split by work order."""
    assumptions: Assumptions
    expected: Assumptions
    """What the plan was made from, as far as its maker said."""

    @property
    def grid(self) -> Grid:
        """The plan's weeks."""
        return self.plan.grid

    @cached_property
    def planned_items(self) -> list[str]:
        """The items of the plan, in order."""
        return sorted(item for key in self.plan.keys for item in self.plan.hierarchy.items[key])


def prepare(
    plant: Plant,
    plan: Mapping[str, Any] | Plan | None,
    now: Moment,
    weeks: int | None = None,
    expected: Assumptions | None = None,
) -> Draft:
    """Take a plan down to a compiled plant; see `run_plan`."""
    facts = Facts(plant.tables)
    instant = read_moment(now, facts)
    before = plant.compile(instant)
    due_of = _dues(before)
    if not isinstance(plan, Plan):
        plan = read_plan(facts, instant, plan) if plan else plan_from_orders(facts, instant, due_of)
    grid, hierarchy = plan.grid, plan.hierarchy
    windows = open_windows(facts, grid)
    opened = open_time(windows, grid)
    totals = {name: sum(opened[name, n] for n in range(len(grid))) for name in windows}
    bills = Bills(facts, totals)
    working = _working(plan, bills, opened)
    demand, production = plan.weekly("demand", working), plan.weekly("production", working)
    orders = _orders(facts, grid)
    basis, mix = _mix(facts, plan)
    item_demand = _item_demand(plan, demand, mix, orders)
    planner = Planner(facts, grid, order_weeks(facts, before, due_of, grid))
    existing = {
        (item, week): units
        for key in plan.keys
        for item in hierarchy.items[key]
        for week, units in planner.existing(item).items()
    }
    targets, stock = item_stock_targets(facts, plan, mix), on_hand(facts)
    needs = Needs(stock, item_receipts(facts, grid), item_demand, targets)
    item_production = item_plan(production, mix, existing, needs, len(grid))
    accounts = tuple(planner.plan_items(item_production))
    planner.plan_parts(hierarchy, _available(facts))
    detailed = min(len(grid), _detailed_weeks(plan) if weeks is None else weeks)
    chosen = [order for order in planner.orders if order.week < detailed]
    full = with_orders(plant, facts, due_of, [order_row(facts, order) for order in chosen])
    return Draft(
        plant=full,
        facts=Facts(full.tables),
        compiled=full.compile(instant),
        plan=plan,
        weeks=detailed,
        windows=windows,
        open_time=opened,
        demand=demand,
        production=production,
        orders=orders,
        item_demand=item_demand,
        item_production=item_production,
        needs=needs,
        basis=basis,
        mix=mix,
        accounts=accounts,
        planner=planner,
        planned={order.work_order: order.week for order in chosen},
        load=plan_load(planner.lots.values(), planner.week_of, bills, elapsed_over_open(windows, grid)),
        assumptions=assumptions_of(Facts(full.tables)),
        expected=expected or assumptions_of(facts),
    )


def order_weeks(
    facts: Facts, compiled: Compiled, due_of: Mapping[str, int | None], grid: Grid
) -> dict[str, int]:
    """Return the week in which the plan counts each existing work order.

    That of its own due date; else the one in which the first of the units pegged to customers are due, a
    twentieth of the lot left aside: a lot of fifty is not planned a week earlier because one of its units
    stands in for scrap elsewhere.
    """
    wanted = {row["demand"]: row["due"] for row in facts.rows["demands"]}
    units: dict[str, list[tuple[int, int]]] = {}
    for row in compiled.pegs.to_pylist():
        if row["level"] == 0 and row["supply_kind"] == "work_order" and row["demand"]:
            units.setdefault(row["supply"], []).append((wanted[row["demand"]], row["quantity"]))
    own = {row["work_order"]: row["due"] for row in facts.rows["work_orders"]}
    result = {}
    for name, pegged in due_of.items():
        instant = pegged
        if own.get(name) is None and name in units:
            aside = sum(quantity for _, quantity in units[name]) // ASIDE
            reached = itertools.accumulate(quantity for _, quantity in sorted(units[name]))
            instant = next(
                due for (due, _), sofar in zip(sorted(units[name]), reached, strict=True) if sofar > aside
            )
        result[name] = order_week(instant, grid)
    return result


def with_orders(
    plant: Plant, facts: Facts, due_of: Mapping[str, int | None], rows: list[dict[str, Any]]
) -> Plant:
    """Return the plant with more work orders.

    Orders there before keep the due date that their demands gave them: what is new must not take it away.
    """
    kept = [
        {**row, "due": row["due"] if row["due"] is not None else due_of.get(row["work_order"])}
        for row in facts.rows["work_orders"]
    ]
    given = plant.tables.get("work_orders")
    columns: dict[str, pa.Array] = {}
    for column in SPEC["work_orders"].columns:
        values = [row.get(column.name) for row in [*kept, *rows]]
        kind = pa.timestamp("s", plant.timezone) if column.kind == "time" else ARROW[column.kind]
        if column.kind == "time":
            columns[column.name] = pa.array(values, pa.int64()).cast(kind)
        elif column.kind == "quantity":
            columns[column.name] = pa.array([None if v is None else Decimal(v) for v in values], kind)
        else:
            columns[column.name] = pa.array(values, kind)
    if given is not None:
        for name in given.column_names:
            if name not in columns:
                data = given.column(name)
                nulls = pa.nulls(len(rows), data.type)
                columns[name] = pa.chunked_array([*data.chunks, nulls], data.type)
    return plant.replace(work_orders=pa.table(columns))


def _dues(compiled: Compiled) -> dict[str, int | None]:
    table = compiled.problem_tables.get("orders")
    if table is None:
        return {}
    return dict(zip(table["order"].to_pylist(), plain_values(table["due"]), strict=True))


def _working(plan: Plan, bills: Bills, opened: Mapping[tuple[str, int], int]) -> dict[tuple[Key, int], int]:
    """Return the open time of what makes a family, by week: the measure that months are split by."""
    result = {}
    for key in plan.keys:
        names = {name for item in plan.hierarchy.items[key] for name in bills.per_good_unit(item)}
        for number in range(len(plan.grid)):
            result[key, number] = sum(opened[name, number] for name in sorted(names))
    return result


def _orders(facts: Facts, grid: Grid) -> dict[tuple[str, int], int]:
    result: dict[tuple[str, int], int] = {}
    for row in facts.rows["demands"]:
        if row["status"] == "open" and row["kind"] == "order":
            slot = row["item"], grid.ends(row["due"])
            result[slot] = result.get(slot, 0) + facts.base(row["item"], row["quantity"])
    return result


def _mix(facts: Facts, plan: Plan) -> tuple[dict[Key, str], dict[Key, dict[str, int]]]:
    booked: dict[str, int] = {}
    shipped: dict[str, int] = {}
    for row in facts.rows["demands"]:
        sums = {"open": booked, "shipped": shipped}.get(row["status"])
        if sums is not None:
            sums[row["item"]] = sums.get(row["item"], 0) + facts.base(row["item"], row["quantity"])
    named = {key: named_basis(plan.hierarchy.items[key], booked, shipped) for key in plan.keys}
    return {key: name for key, (name, _) in named.items()}, {key: mix for key, (_, mix) in named.items()}


def _item_demand(
    plan: Plan,
    demand: Mapping[tuple[Key, int], int],
    mix: Mapping[Key, Mapping[str, int]],
    orders: Mapping[tuple[str, int], int],
) -> dict[tuple[str, int], int]:
    """Lay the demand of families over their items around the orders; where the plan is silent, orders."""
    result: dict[tuple[str, int], int] = {}
    for key in plan.keys:
        for number in range(len(plan.grid)):
            booked = {item: orders.get((item, number), 0) for item in mix[key]}
            total = demand.get((key, number))
            parts = booked if total is None else split_above(total, mix[key], booked)
            result.update({(item, number): units for item, units in parts.items() if units})
    return result


def on_hand(facts: Facts) -> dict[str, int]:
    """Return the stock of every item now, safety stock included."""
    result: dict[str, int] = {}
    for row in facts.rows["on_hand"]:
        result[row["item"]] = result.get(row["item"], 0) + facts.base(row["item"], row["quantity"])
    return result


def item_receipts(facts: Facts, grid: Grid) -> dict[tuple[str, int], int]:
    """Return what arrives from suppliers, by item and week."""
    result: dict[tuple[str, int], int] = {}
    for row in facts.rows["receipts"]:
        slot = row["item"], grid.arrives(row["time"])
        result[slot] = result.get(slot, 0) + facts.base(row["item"], row["quantity"])
    return result


def item_stock_targets(
    facts: Facts, plan: Plan, mix: Mapping[Key, Mapping[str, int]]
) -> dict[tuple[str, int], int]:
    """Return the target of each planned item and week: its share of the family's, else its safety stock."""
    items = [item for key in plan.keys for item in plan.hierarchy.items[key]]
    safety = {item: facts.base(item, facts.items[item]["safety_stock"] or 0) for item in items}
    result = {(item, week): safety[item] for item in items for week in range(len(plan.grid))}
    return result | item_targets(plan.at_end("inventory_target"), plan.hierarchy, safety, mix)


def _available(facts: Facts) -> dict[str, int]:
    result = dict(usable_stock(facts))
    for row in facts.rows["receipts"]:
        result[row["item"]] = result.get(row["item"], 0) + facts.base(row["item"], row["quantity"])
    return result


def _detailed_weeks(plan: Plan) -> int:
    """Return how far the plan speaks in weeks; those are near enough to be scheduled."""
    named = [plan.grid.number[r.day] for r in plan.rows if r.level == "week" and r.day in plan.grid.number]
    return max(named) + 1 if named else DEFAULT_WEEKS
