"""A Plant at a moment, as the Problem that the engine solves.

Read it as pseudocode in `compile_plant`: lots, pegs, then one function a table. Whatever the plant does not
say well enough becomes a finding: an error stops here, a warning says what was assumed.

Material is plant-wide: an item is the same wherever it lies, and only stock not yet consumed is stock.
Consumption of started steps and everything about done steps is taken to be booked, as in the rules of a
valid schedule.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sopengine.plant.emit import Emitter
from sopengine.plant.facts import Facts
from sopengine.plant.intake.collect import Collector
from sopengine.plant.lift import Compiled
from sopengine.plant.localtime import LocalTimeError, to_utc
from sopengine.plant.lots import Lot, build_lots, low_level_order
from sopengine.plant.operations import Mode, check_eligible, emit_lot
from sopengine.plant.pegging import Need, Pegging, Producer, Supply, peg
from sopengine.plant.progress import emit_progress
from sopengine.plant.shifts import ShiftExpander

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

DAY = 86_400
REACH_NOW = 180 * DAY
REACH_DUE = 90 * DAY
REACH_MOST = 5 * 366 * DAY

Moment = dt.datetime | str | int
Span = dt.timedelta | dt.datetime | None


def compile_plant(tables: Mapping[str, pa.Table], now: Moment, horizon: Span = None) -> Compiled:
    """Compile plant tables; see `Plant.compile`."""
    out = Collector()
    facts = Facts(tables)
    instant = read_moment(now, facts)
    end = horizon_end(horizon, instant, facts)
    check_age(facts, instant, out)
    emit = Emitter(facts.settings["timezone"])
    emit.add("problem", ("settings", 0), now=instant, horizon_end=end, timezone=facts.settings["timezone"])
    lots, left_out = build_lots(facts, instant, out)
    pegging = peg_plant(facts, lots, instant, out)
    modes: dict[str, list[Mode]] = {}
    for lot in lots:
        emit_order(facts, lot, pegging, instant, emit, out)
        modes.update(emit_lot(facts, lot, emit))
        check_eligible(facts, lot, modes, out)
        emit_materials(lot, emit)
    emit_progress(facts, lots, modes, instant, emit, out)
    emit_stock(facts, pegging, instant, emit, out)
    emit_calendars(facts, instant, end, emit, out)
    emit_resources(facts, emit)
    emit.check_magnitude(out)
    out.raise_errors()
    return Compiled(emit.tables(), facts, lots, left_out, pegging, instant, out.findings)


def read_moment(moment: Moment, facts: Facts) -> int:
    """Return seconds since 1970 of an aware or naive (plant time) datetime, ISO text, or seconds."""
    if isinstance(moment, int):
        return moment
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    if moment.microsecond:
        raise ValueError(f"now must be a whole second, not {moment.isoformat()}")
    if moment.tzinfo is None:
        try:
            return to_utc(moment, facts.zone, facts.settings["local_time_rule"])
        except LocalTimeError as error:
            raise ValueError(f"{error.check}: {error}; give now with an offset") from error
    return int(moment.timestamp())


def horizon_end(horizon: Span, now: int, facts: Facts) -> int | None:
    """Return the end of the horizon, or None where none is given."""
    if horizon is None:
        return None
    end = (
        now + int(horizon.total_seconds())
        if isinstance(horizon, dt.timedelta)
        else read_moment(horizon, facts)
    )
    if end <= now:
        raise ValueError("the horizon must end after now")
    return end


def check_age(facts: Facts, now: int, out: Collector) -> None:
    """Report data taken too long before `now`."""
    taken, limit = facts.settings["extracted_at"], facts.settings["max_age"]
    if taken is not None and limit is not None and now - taken > limit:
        out.add(
            "STALE_DATA",
            "settings",
            0,
            column="extracted_at",
            severity="warning",
            found=f"{(now - taken) // 3600} hours old",
            expected=f"at most {limit // 3600} hours",
        )


def peg_plant(facts: Facts, lots: list[Lot], now: int, out: Collector) -> Pegging:
    """Peg open demands through open work orders to stock, receipts and purchases."""
    demands = [
        Need(d["item"], facts.base(d["item"], d["quantity"]), d["demand"], None, d["due"], d["priority"])
        for d in facts.rows["demands"]
        if d["status"] == "open"
    ]
    supplies = [
        Supply("on_hand", item, item, quantity) for item, quantity in sorted(usable_stock(facts).items())
    ]
    supplies += [
        Supply("receipt", r["receipt"], r["item"], facts.base(r["item"], r["quantity"]), max(now, r["time"]))
        for r in facts.rows["receipts"]
    ]
    producers = [
        Producer(
            lot.work_order,
            lot.item,
            lot.output,
            lot.components(),
            lot.row["due"],
            lot.row["priority"],
            facts.items[lot.item]["lead_time"] or 0,
        )
        for lot in lots
    ]
    buy_at = {
        i: now + r["lead_time"]
        for i, r in facts.items.items()
        if r["kind"] == "purchased" and r["lead_time"] is not None
    }
    parts: dict[str, set[str]] = {}
    for row in facts.rows["bom"]:
        parts.setdefault(row["item"], set()).add(row["component"])
    order = low_level_order(sorted(facts.items), parts)
    bulk = {i for i, r in facts.items.items() if r["kind"] == "bulk"}
    result = peg(demands, supplies, producers, order, buy_at=buy_at, bulk=bulk)
    _report_supply(result, out)
    return result


def _report_supply(pegging: Pegging, out: Collector) -> None:
    missing: dict[tuple[str, str], int] = {}
    for p in pegging.pegs:
        if p.supply_kind in ("short", "purchase"):
            key = (p.supply_kind, p.item)
            missing[key] = missing.get(key, 0) + p.quantity
    for (kind, item), quantity in sorted(missing.items()):
        if kind == "short":
            out.add(
                "NO_SUPPLY",
                "items",
                id=item,
                found=f"{quantity} base units without supply",
                severity="warning",
                expected="stock, a receipt or a work order",
            )
        else:
            out.add(
                "PURCHASE_NEEDED",
                "items",
                id=item,
                found=f"{quantity} base units",
                severity="info",
                expected="a purchase order",
                hint="Counted on at now plus the lead time of the item.",
            )


def usable_stock(facts: Facts) -> dict[str, int]:
    """Return base units at hand by item, without safety stock where the plant sets it aside."""
    result: dict[str, int] = {}
    for row in facts.rows["on_hand"]:
        result[row["item"]] = result.get(row["item"], 0) + facts.base(row["item"], row["quantity"])
    if facts.settings["safety_stock"] == "keep":
        for item in result:
            result[item] = max(0, result[item] - facts.base(item, facts.items[item]["safety_stock"] or 0))
    return result


def emit_order(facts: Facts, lot: Lot, pegging: Pegging, now: int, emit: Emitter, out: Collector) -> None:
    """Emit the order of a lot: its own due date and priority, else those of what it serves."""
    due = pegging.due[lot.work_order]
    emit.add(
        "orders",
        ("work_orders", lot.number),
        order=lot.work_order,
        release=lot.row["release"],
        due=due,
        deadline=lot.row["deadline"],
        weight=pegging.priority[lot.work_order],
        item=lot.item,
        quantity=lot.output,
    )
    if due is not None and due < now:
        out.add(
            "DUE_IN_PAST",
            "work_orders",
            lot.number,
            id=lot.work_order,
            column="due",
            severity="warning",
            found=f"{(now - due) // 3600} hours before now",
            expected="a due date to come",
        )
    if all(step.status == "done" for step in lot.steps):
        out.add(
            "ALL_DONE",
            "work_orders",
            lot.number,
            id=lot.work_order,
            column="status",
            severity="warning",
            found=lot.row["status"],
            expected="done",
            hint="Its output is taken to be in stock.",
        )


def emit_materials(lot: Lot, emit: Emitter) -> None:
    """Emit what a lot still consumes, and its output at the end of its last step."""
    for part in lot.consumption:
        emit.add(
            "materials",
            ("bom", part.bom_number),
            operation=part.operation,
            item=part.item,
            quantity=-part.quantity,
        )
    if lot.output:
        emit.add(
            "materials",
            ("work_orders", lot.number),
            operation=lot.steps[-1].operation,
            item=lot.item,
            quantity=lot.output,
        )


def emit_stock(facts: Facts, pegging: Pegging, now: int, emit: Emitter, out: Collector) -> None:
    """Emit stock, receipts, purchases still to be placed, and the items that move or lie."""
    stock = usable_stock(facts)
    consumed = {r["item"] for r in emit.rows["materials"] if r["quantity"] < 0}
    produced = {r["item"] for r in emit.rows["materials"] if r["quantity"] > 0}
    listed: set[str] = set()
    for item, quantity in sorted(stock.items()):
        emit.add("stock", ("on_hand", None), item=item, time=None, quantity=quantity, supply=item)
        listed.add(item)
    for number, row in enumerate(facts.rows["receipts"]):
        if row["time"] < now:
            out.add(
                "RECEIPT_OVERDUE",
                "receipts",
                number,
                id=row["receipt"],
                column="time",
                severity="warning",
                found=f"{(now - row['time']) // 3600} hours ago",
                expected="a time to come",
                hint="Counted as arriving now.",
            )
        emit.add(
            "stock",
            ("receipts", number),
            item=row["item"],
            time=max(now, row["time"]),
            quantity=facts.base(row["item"], row["quantity"]),
            supply=row["receipt"],
        )
        listed.add(row["item"])
    bought: dict[str, int] = {}
    for p in pegging.pegs:
        if p.supply_kind == "purchase" and p.consumer is not None:
            bought[p.item] = bought.get(p.item, 0) + p.quantity
    for item, quantity in sorted(bought.items()):
        emit.add(
            "stock",
            ("items", None),
            item=item,
            time=now + facts.items[item]["lead_time"],
            quantity=quantity,
            supply=None,
        )
        listed.add(item)
    for number, row in enumerate(facts.rows["items"]):
        item, bulk = row["item"], row["kind"] == "bulk"
        if item in consumed and not bulk and item not in listed | produced:
            emit.add("stock", ("items", number), item=item, time=None, quantity=0, supply=None)
            listed.add(item)
        if item in consumed | produced | listed:
            limit = row["max_stock"] if item in consumed else None
            emit.add(
                "items",
                ("items", number),
                item=item,
                unlimited=bulk,
                max_stock=None if limit is None else facts.base(item, limit),
            )
        on_hand = stock.get(item, 0)
        if facts.base(item, row["safety_stock"] or 0) > on_hand and facts.settings["safety_stock"] == "use":
            out.add(
                "BELOW_SAFETY_STOCK",
                "items",
                number,
                id=item,
                column="safety_stock",
                severity="info",
                found=f"{on_hand} base units at hand",
                expected=f"at least {row['safety_stock']}",
            )


def emit_calendars(facts: Facts, now: int, end: int | None, emit: Emitter, out: Collector) -> None:
    """Expand the shifts from before the oldest started step to the horizon, or far past the last due date."""
    begun = [
        r["started"] for r in facts.rows["progress"] if r["status"] == "started" and r["started"] is not None
    ]
    dues = [r["due"] for r in emit.rows["orders"] if r["due"] is not None]
    reach = max(now + REACH_NOW, max(dues, default=now) + REACH_DUE)
    # a due date of the year 9999 must not make five thousand years of shifts
    high = end if end is not None else min(reach, now + REACH_MOST)
    window = (max(min([now, *begun]), now - REACH_MOST), high)
    expander = ShiftExpander(facts.settings["timezone"], facts.settings["local_time_rule"], window, out)
    for calendar, times in expander.expand(facts.rows["shifts"], facts.rows["shift_exceptions"]).items():
        for t in times:
            emit.add(
                "calendars",
                (t.table, t.row),
                calendar=calendar,
                start=t.start,
                end=t.end,
                capacity=t.capacity,
            )
        if not times:
            emit.add("calendars", ("shifts", None), calendar=calendar, start=now, end=now + 1, capacity=0)
            out.add(
                "NO_CAPACITY",
                "shifts",
                id=calendar,
                found="never open in the horizon",
                severity="warning",
                expected="open time",
            )


def emit_resources(facts: Facts, emit: Emitter) -> None:
    """Hand on the tables that a Plant and a Problem share."""
    shared = ("resources", "resource_states", "groups", "matrices", "changeovers", "transport")
    for table in shared:
        for number, row in enumerate(facts.rows[table]):
            emit.add(table, (table, number), **row)
    _default_kind(emit)


def _default_kind(emit: Emitter) -> None:
    """Fill the kind: a pool whose shifts ever give more than one is cumulative."""
    high: dict[Any, int] = {}
    for row in emit.rows["calendars"]:
        high[row["calendar"]] = max(high.get(row["calendar"], 0), row["capacity"] or 0)
    for row in emit.rows["resources"]:
        most = max(row["capacity"], high.get(row["calendar"], 0))
        row["kind"] = row["kind"] or ("cumulative" if most > 1 else "unary")
