"""The way up: a schedule read on the plan's keys, and everything that does not fit.

`conclude` takes the draft of the way down and any schedule of its Problem, the engine's or a planner's, and
gives the `PlanResult`. It decides nothing: it adds, subtracts and names.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.checks import CheckContext, DemandLine, Shortage, StockWeek, run_checks
from sopengine.plant.intake.coerce import records
from sopengine.sop.aggregate import finished_by_item, order_lines, roll_up
from sopengine.sop.capacity import Holding, holdings_of, schedule_load, total
from sopengine.sop.inventory import Stock, item_targets, project
from sopengine.sop.ledger import Entry, gap_ledger
from sopengine.sop.loop.result import PlanResult
from sopengine.sop.loop.stated import stated_assumptions
from sopengine.sop.loop.tables import result_tables
from sopengine.sop.money import money_rows, price_of, value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sopengine.sop.loop.down import Draft

EMPTY = pa.schema([("operation", pa.string()), ("start", pa.int64()), ("end", pa.int64())]).empty_table()


def conclude(
    draft: Draft,
    schedule: pa.Table | None,
    *,
    assignments: pa.Table | None = None,
    order_results: pa.Table | None = None,
    reasons: pa.Table | None = None,
    result: Any = None,
) -> PlanResult:
    """Read a schedule of the draft's Problem on the plan's keys.

    Parameters
    ----------
    draft
        From `prepare`.
    schedule
        One row an operation, as for `Compiled.lift`; None: nothing is scheduled.
    assignments, order_results, reasons
        The engine's tables of these names, where there are any.
    result
        The engine's answer, kept for the reader.
    """
    table = EMPTY if schedule is None or not schedule.num_rows else schedule
    lifted = draft.compiled.lift(table, order_results)
    planned = set(draft.planned_items)
    everything = order_lines(
        draft.facts,
        records(lifted["work_order_results"]),
        draft.grid,
        draft.planner.week_of,
        draft.planned,
    )
    lines = [line for line in everything if line.item in planned]
    finished = finished_by_item(lines)
    running, changing = schedule_load(_holdings(draft, table, assignments), draft.windows, draft.grid)
    why = _reasons(reasons)
    entries = gap_ledger([a for a in draft.accounts if a.week < draft.weeks], lines, why)
    entries = [e for e in entries if e.week < draft.weeks]
    plan_stock, schedule_stock = _stocks(draft, finished)
    context = _context(draft, lifted, finished, entries, running, changing, schedule_stock)
    findings = run_checks(context)
    money = money_rows(draft.facts, draft.plan.hierarchy, plan_stock, schedule_stock)
    return PlanResult(
        draft=draft,
        result=result,
        lifted=lifted,
        lines=lines,
        entries=entries,
        stock_plan=plan_stock,
        stock_schedule=schedule_stock,
        money_rows=money,
        finished=finished,
        running=running,
        changing=changing,
        reasons=why,
        context=context,
        check_findings=findings,
        tables=result_tables(
            draft, finished, entries, running, changing, plan_stock, schedule_stock, money, findings
        ),
    )


def _holdings(draft: Draft, schedule: pa.Table, assignments: pa.Table | None) -> list[Holding]:
    if assignments is not None and assignments.num_rows:
        return [
            Holding(r["operation"], r["resource"], r["phase"], r["start"], r["end"], r["quantity"])
            for r in records(assignments)
            if r["start"] is not None and r["end"] is not None
        ]
    tables = draft.compiled.problem_tables
    needs = records(tables["requirements"]) if "requirements" in tables else []
    full = dict.fromkeys(("mode", "resource", "status"))
    rows = [{**full, **row} for row in records(schedule)]
    return holdings_of(rows, records(tables["modes"]), needs)


def _reasons(table: pa.Table | None) -> dict[str, str]:
    """Return the first reason of each order in words."""
    if table is None or not table.num_rows:
        return {}
    best: dict[str, tuple[int, str]] = {}
    for row in records(table):
        what = " ".join(str(row.get(name)) for name in ("cause", "object") if row.get(name) is not None)
        rank = row.get("rank") or 0
        if row["order"] is not None and (row["order"] not in best or rank < best[row["order"]][0]):
            best[row["order"]] = rank, what
    return {order: what for order, (_, what) in best.items()}


def _stocks(draft: Draft, finished: Mapping[tuple[str, int], int]) -> tuple[list[Stock], list[Stock]]:
    """Project each planned item twice; behind the scheduled weeks both sides follow the plan."""
    facts, grid = draft.facts, draft.grid
    numbers = range(len(grid))
    on_hand: dict[str, int] = {}
    for row in facts.rows["on_hand"]:
        on_hand[row["item"]] = on_hand.get(row["item"], 0) + facts.base(row["item"], row["quantity"])
    receipts: dict[tuple[str, int], int] = {}
    for row in facts.rows["receipts"]:
        slot = row["item"], grid.arrives(row["time"])
        receipts[slot] = receipts.get(slot, 0) + facts.base(row["item"], row["quantity"])
    safety = {i: facts.base(i, facts.items[i]["safety_stock"] or 0) for i in draft.planned_items}
    targets = item_targets(draft.plan.at_end("inventory_target"), draft.plan.hierarchy, safety, draft.mix)
    sides: tuple[list[Stock], list[Stock]] = ([], [])
    for item in draft.planned_items:
        plan = [draft.item_production.get((item, n), 0) for n in numbers]
        real = [finished.get((item, n), 0) if n < draft.weeks else plan[n] for n in numbers]
        limit = facts.items[item]["max_stock"]
        for side, production in zip(sides, (plan, real), strict=True):
            side += project(
                item,
                on_hand.get(item, 0),
                [receipts.get((item, n), 0) for n in numbers],
                production,
                [draft.item_demand.get((item, n), 0) for n in numbers],
                [targets.get((item, n), safety[item]) for n in numbers],
                None if limit is None else facts.base(item, limit),
            )
    return sides


def _context(
    draft: Draft,
    lifted: Mapping[str, pa.Table],
    finished: Mapping[tuple[str, int], int],
    entries: Sequence[Entry],
    running: Mapping[tuple[str, int], int],
    changing: Mapping[tuple[str, int], int],
    stock: Sequence[Stock],
) -> CheckContext:
    facts, hierarchy = draft.facts, draft.plan.hierarchy
    named = {key: str(key) for key in hierarchy.items}
    prices = dict(price_of(facts))
    values, sources = _load_sources(draft, prices)
    opening: dict[str, int] = {}
    for row in facts.rows["on_hand"]:
        key = hierarchy.key.get(row["item"])
        if key is not None:
            opening[named[key]] = opening.get(named[key], 0) + facts.base(row["item"], row["quantity"])
    family_price = {}
    for key, items in hierarchy.items.items():
        known = [prices[item] for item in items if prices[item]]
        family_price[named[key]] = sum(known) // len(known) if known else 0
    some = {named[key]: items[0] for key, items in hierarchy.items.items() if items}
    return CheckContext(
        now=draft.grid.now,
        weeks=[week.id for week in draft.grid.weeks],
        schedule_weeks=draft.weeks,
        plan_demand={(named[k], n): v for (k, n), v in draft.demand.items()},
        order_demand={(named[k], n): v for (k, n), v in roll_up(draft.orders, hierarchy).items()},
        plan_supply={(named[k], n): v for (k, n), v in draft.production.items()},
        opening=opening,
        scheduled={(named[k], n): v for (k, n), v in roll_up(finished, hierarchy).items()},
        main_cause=_main_causes(draft, entries),
        capacity=draft.open_time,
        plan_load={slot: total(parts) for slot, parts in draft.load.items()},
        schedule_load={
            slot: running.get(slot, 0) + changing.get(slot, 0)
            for slot in {*running, *changing}
            if slot[1] < len(draft.grid)
        },
        load_value=values,
        load_from=sources,
        stock=[
            StockWeek(s.item, s.week, s.closing, s.target, s.limit, s.demand)
            for s in stock
            if s.week < draft.weeks
        ],
        demands=_demands(draft, lifted),
        shortages=_shortages(draft, prices),
        assumptions=stated_assumptions(draft, opening),
        fingerprints=tuple(draft.expected.against(draft.assumptions)),
        taken=facts.settings["extracted_at"],
        max_age=facts.settings["max_age"],
        names={r["resource"]: r["name"] for r in facts.rows["resources"] if r["name"]}
        | {item: row["name"] for item, row in facts.items.items() if row["name"]},
        price={**family_price, **prices},
        unit={i: r["uom"] or "" for i, r in facts.items.items()}
        | {name: facts.items[item]["uom"] or "" for name, item in some.items()},
        scale={**facts.scale, **{name: facts.scale[item] for name, item in some.items()}},
    )


def _load_sources(
    draft: Draft, prices: Mapping[str, int]
) -> tuple[dict[tuple[str, int], int], dict[tuple[str, int], str]]:
    """Return the sales value behind each load, and in words which families and customers cause it."""
    lots, hierarchy = draft.planner.lots, draft.plan.hierarchy
    customer = {r["demand"]: r["customer"] for r in draft.facts.rows["demands"]}
    served: dict[str, dict[str, int]] = {}
    for row in draft.compiled.pegs.to_pylist():
        who = customer.get(row["demand"]) if row["demand"] else None
        if row["supply_kind"] == "work_order" and who:
            mine = served.setdefault(row["supply"], {})
            mine[who] = mine.get(who, 0) + row["quantity"]
    values: dict[tuple[str, int], int] = {}
    words: dict[tuple[str, int], str] = {}
    for slot, parts in draft.load.items():
        families: dict[str, Fraction] = {}
        people: dict[str, Fraction] = {}
        worth = 0
        for order, seconds in parts.items():
            lot = lots[order]
            family = hierarchy.key[lot.item].family if lot.item in hierarchy.key else lot.item
            families[family] = families.get(family, Fraction(0)) + seconds
            worth += value(lot.output, prices[lot.item], draft.facts.scale[lot.item])
            for who, units in served.get(order, {}).items():
                share = seconds * units / max(lot.output, units)
                people[who] = people.get(who, Fraction(0)) + share
        values[slot] = worth
        whole = sum(families.values(), Fraction(0))
        first = [f"{name} {int(100 * part / whole)} %" for name, part in _largest(families, 3)]
        behind = [name for name, _ in _largest(people, 3)]
        words[slot] = ", ".join(first) + (f"; most for {', '.join(behind)}" if behind else "")
    return values, words


def _largest(parts: Mapping[str, Fraction], count: int) -> list[tuple[str, Fraction]]:
    return sorted(parts.items(), key=lambda part: (-part[1], part[0]))[:count]


def _main_causes(draft: Draft, entries: Sequence[Entry]) -> dict[tuple[str, int], str]:
    """Return the largest cause of being behind, by family and week, summed from now."""
    words = {
        "later": "finished later",
        "unscheduled": "not scheduled",
        "yield": "lost to scrap",
        "earlier": "made earlier",
        "lot_rounding": "lot sizes",
        "unplanned": "work beyond the plan",
    }
    result: dict[tuple[str, int], str] = {}
    for key in draft.plan.keys:
        sums: dict[str, int] = {}
        for number in range(draft.weeks):
            mine = [e for e in entries if e.week == number and draft.plan.hierarchy.key[e.item] == key]
            for entry in mine:
                sums[entry.cause] = sums.get(entry.cause, 0) + entry.quantity
            positive = sorted(((-v, c) for c, v in sums.items() if v > 0))
            if positive:
                units, cause = -positive[0][0], positive[0][1]
                name = str(key)
                result[name, number] = f"{units:,} {words[cause]}"
    return result


def _demands(draft: Draft, lifted: Mapping[str, pa.Table]) -> list[DemandLine]:
    served: dict[str, list[str]] = {}
    for row in draft.compiled.pegs.to_pylist():
        if row["level"] == 0 and row["demand"] and row["supply_kind"] == "work_order":
            served.setdefault(row["demand"], []).append(row["supply"])
    return [
        DemandLine(
            row["demand"],
            row["item"],
            row["customer"] or "",
            row["quantity"],
            row["due"],
            row["promised"],
            row["short"] or 0,
            tuple(sorted(set(served.get(row["demand"], [])))),
        )
        for row in records(lifted["demand_results"])
    ]


def _shortages(draft: Draft, prices: Mapping[str, int]) -> list[Shortage]:
    """Return the components that no supply covers, with who waits for them and what that is worth."""
    missing: dict[str, dict[str, int]] = {}
    for row in draft.compiled.pegs.to_pylist():
        if row["supply_kind"] == "short" and row["consumer"]:
            parts = missing.setdefault(row["item"], {})
            parts[row["consumer"]] = parts.get(row["consumer"], 0) + row["quantity"]
    result = []
    for item, orders in sorted(missing.items()):
        worth = 0
        for order, units in orders.items():
            lot = draft.planner.lots[order]
            need = lot.components().get(item, units)
            part = lot.output * units // max(1, need)
            worth += value(part, prices[lot.item], draft.facts.scale[lot.item])
        there = sum(
            draft.facts.base(item, row["quantity"])
            for table in ("on_hand", "receipts")
            for row in draft.facts.rows[table]
            if row["item"] == item
        )
        result.append(Shortage(item, sum(orders.values()), tuple(sorted(orders)), worth, there))
    return result
