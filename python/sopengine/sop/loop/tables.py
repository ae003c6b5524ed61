"""The tables of a `PlanResult`: one function a table, no figure that is not computed elsewhere."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.checks import CheckFinding, check_table
from sopengine.sop.aggregate import by_month, roll_up
from sopengine.sop.capacity import total

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sopengine.sop.inventory import Stock
    from sopengine.sop.ledger import Entry
    from sopengine.sop.loop.down import Draft
    from sopengine.sop.money import MoneyRow

Slots = "Mapping[tuple[str, int], int]"


def result_tables(
    draft: Draft,
    finished: Mapping[tuple[str, int], int],
    entries: Sequence[Entry],
    running: Mapping[tuple[str, int], int],
    changing: Mapping[tuple[str, int], int],
    plan_stock: Sequence[Stock],
    schedule_stock: Sequence[Stock],
    money: Sequence[MoneyRow],
    findings: Iterable[CheckFinding],
) -> dict[str, pa.Table]:
    """Return every table by name."""
    return {
        "plan": draft.plan.table,
        "items": _items(draft),
        "planned_orders": _planned_orders(draft),
        "schedule_view": _schedule_view(draft, finished),
        "ledger": _ledger(draft, entries),
        "load": _load(draft, running, changing),
        "inventory": _inventory(draft, plan_stock, schedule_stock),
        "money": _money(draft, money),
        "findings": check_table(findings),
    }


_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "date": pa.date32(),
    "flag": pa.bool_(),
}


def _table(columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table(
        {
            name: pa.array(values, _TYPES[kind])
            for (name, kind), values in zip(columns.items(), cells, strict=True)
        }
    )


def _items(draft: Draft) -> pa.Table:
    accounts = {(a.item, a.week): a for a in draft.accounts}
    columns = {"family": "text", "location": "text", "item": "text", "week": "date", "basis": "text"}
    numbers = ("demand", "orders", "production", "existing", "surplus", "from_surplus", "from_rounding")
    columns |= dict.fromkeys((*numbers, "lots", "rounding"), "int")
    rows = []
    for item in draft.planned_items:
        key = draft.plan.hierarchy.key[item]
        for number, week in enumerate(draft.grid.weeks):
            slot = item, number
            account = accounts.get(slot)
            names = ("existing", "surplus", "from_surplus", "from_rounding", "lots", "rounding")
            net = [getattr(account, name) if account else 0 for name in names]
            rows.append(
                (
                    key.family,
                    key.location or None,
                    item,
                    week.monday,
                    draft.basis[key],
                    draft.item_demand.get(slot, 0),
                    draft.orders.get(slot, 0),
                    draft.item_production.get(slot, 0),
                    *net,
                )
            )
    return _table(columns, rows)


def _planned_orders(draft: Draft) -> pa.Table:
    zone = pa.timestamp("s", draft.plant.timezone)
    orders = sorted(draft.planner.orders, key=lambda o: (o.week, o.item, o.work_order))
    plain = _table(
        {"work_order": "text", "item": "text", "week": "date", "quantity": "int", "need": "int"},
        [(o.work_order, o.item, draft.grid.weeks[o.week].monday, o.quantity, o.need) for o in orders],
    )
    for name in ("release", "due"):
        times = pa.array([getattr(o, name) for o in orders], pa.int64()).cast(zone)
        plain = plain.append_column(name, times)
    return plain.append_column(
        "scheduled", pa.array([o.work_order in draft.planned for o in orders], pa.bool_())
    )


def _schedule_view(draft: Draft, finished: Mapping[tuple[str, int], int]) -> pa.Table:
    """Plan and schedule on the plan's keys: the scheduled weeks, then the months that lie in them wholly."""
    scheduled = roll_up({s: v for s, v in finished.items() if s[1] < draft.weeks}, draft.plan.hierarchy)
    plan = {slot: v for slot, v in draft.production.items() if slot[1] < draft.weeks}
    demand = {slot: v for slot, v in draft.demand.items() if slot[1] < draft.weeks}
    rows: list[tuple[Any, ...]] = []
    for key in draft.plan.keys:
        for number in range(draft.weeks):
            slot = key, number
            cells = (demand.get(slot, 0), plan.get(slot, 0), scheduled.get(slot, 0))
            rows.append((key.family, key.location or None, "week", draft.grid.weeks[number].monday, *cells))
    whole = [month for month, weeks in draft.grid.months.items() if weeks[-1] < draft.weeks]
    monthly = [by_month(values, draft.grid) for values in (demand, plan, scheduled)]
    for key in draft.plan.keys:
        for month in whole:
            cells_of_month = tuple(values.get((key, month), 0) for values in monthly)
            rows.append((key.family, key.location or None, "month", month, *cells_of_month))
    columns = {"family": "text", "location": "text", "level": "text", "bucket": "date"}
    columns |= dict.fromkeys(("demand", "production", "scheduled", "gap"), "int")
    return _table(columns, [(*row, row[5] - row[6]) for row in rows])


def _ledger(draft: Draft, entries: Sequence[Entry]) -> pa.Table:
    columns = {
        "family": "text",
        "location": "text",
        "month": "date",
        "week": "date",
        "item": "text",
        "cause": "text",
        "quantity": "int",
        "work_order": "text",
        "other_week": "date",
        "reason": "text",
    }
    rows = []
    for e in entries:
        key, week = draft.plan.hierarchy.key[e.item], draft.grid.weeks[e.week]
        rows.append(
            (
                key.family,
                key.location or None,
                week.month,
                week.monday,
                e.item,
                e.cause,
                e.quantity,
                e.work_order,
                _monday(draft, e.other_week),
                e.reason,
            )
        )
    return _table(columns, rows)


def _monday(draft: Draft, number: int | None) -> dt.date | None:
    """Return the Monday of a week; of what lies behind the grid, the first Monday behind it."""
    if number is None:
        return None
    if number < len(draft.grid):
        return draft.grid.weeks[number].monday
    return draft.grid.weeks[-1].monday + dt.timedelta(weeks=1)


def _load(
    draft: Draft, running: Mapping[tuple[str, int], int], changing: Mapping[tuple[str, int], int]
) -> pa.Table:
    columns = {"resource": "text", "week": "date"}
    columns |= dict.fromkeys(("open", "planned", "scheduled", "changeover"), "int")
    rows = []
    for (resource, number), seconds in sorted(draft.open_time.items()):
        slot = resource, number
        detailed = number < draft.weeks
        rows.append(
            (
                resource,
                draft.grid.weeks[number].monday,
                seconds,
                total(draft.load.get(slot, {})),
                running.get(slot, 0) if detailed else None,
                changing.get(slot, 0) if detailed else None,
            )
        )
    return _table(columns, rows)


def _inventory(draft: Draft, plan: Sequence[Stock], schedule: Sequence[Stock]) -> pa.Table:
    columns = {"side": "text", "family": "text", "location": "text", "item": "text", "week": "date"}
    names = ("opening", "receipts", "production", "demand", "closing", "target", "limit")
    columns |= dict.fromkeys((*names, "short", "below", "excess"), "int")
    rows = []
    for side, stocks, weeks in (("plan", plan, len(draft.grid)), ("schedule", schedule, draft.weeks)):
        for s in stocks:
            if s.week < weeks:
                key = draft.plan.hierarchy.key[s.item]
                cells = [getattr(s, name) for name in (*names, "short", "below", "excess")]
                monday = draft.grid.weeks[s.week].monday
                rows.append((side, key.family, key.location or None, s.item, monday, *cells))
    return _table(columns, rows)


def _money(draft: Draft, money: Sequence[MoneyRow]) -> pa.Table:
    columns = {"family": "text", "location": "text", "week": "date"}
    names = ("revenue", "cost_of_sales", "margin", "stock_plan", "stock_schedule", "unserved")
    columns |= dict.fromkeys(names, "int")
    rows = [
        (
            m.key.family,
            m.key.location or None,
            draft.grid.weeks[m.week].monday,
            *(getattr(m, name) for name in names),
        )
        for m in money
    ]
    return _table(columns, rows)
