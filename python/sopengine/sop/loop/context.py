"""What the checks look at, gathered from a draft and its schedule."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from sopengine.checks import CheckContext, DemandLine, Shortage, SplitGap, StockWeek
from sopengine.plant.intake.coerce import records
from sopengine.sop.aggregate import roll_up
from sopengine.sop.capacity import total
from sopengine.sop.consistency import ItemNeed, family_gap
from sopengine.sop.loop.stated import stated_assumptions
from sopengine.sop.money import price_of, value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from sopengine.sop.inventory import Stock
    from sopengine.sop.ledger import Entry
    from sopengine.sop.loop.down import Draft


def check_context(
    draft: Draft,
    lifted: Mapping[str, pa.Table],
    finished: Mapping[tuple[str, int], int],
    entries: Sequence[Entry],
    running: Mapping[tuple[str, int], int],
    changing: Mapping[tuple[str, int], int],
    stock: Sequence[Stock],
) -> CheckContext:
    """Gather the context of `run_checks`; families go by the name of their key."""
    facts, hierarchy = draft.facts, draft.plan.hierarchy
    named = {key: str(key) for key in hierarchy.items}
    prices = dict(price_of(facts))
    values, sources = _load_sources(draft, prices)
    opening: dict[str, int] = {}
    for item, units in draft.needs.opening.items():
        key = hierarchy.key.get(item)
        if key is not None:
            opening[named[key]] = opening.get(named[key], 0) + units
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
        splits=_splits(draft),
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
    by_key: dict[tuple[str, int], list[Entry]] = {}
    for entry in entries:
        slot = str(draft.plan.hierarchy.key[entry.item]), entry.week
        by_key.setdefault(slot, []).append(entry)
    result: dict[tuple[str, int], str] = {}
    for name in sorted({name for name, _ in by_key}):
        sums: dict[str, int] = {}
        for number in range(draft.weeks):
            for entry in by_key.get((name, number), ()):
                sums[entry.cause] = sums.get(entry.cause, 0) + entry.quantity
            positive = sorted((-units, cause) for cause, units in sums.items() if units > 0)
            if positive:
                result[name, number] = f"{-positive[0][0]:,} {words[positive[0][1]]}"
    return result


def _splits(draft: Draft) -> list[SplitGap]:
    """Ask of each family whether any split of its production serves its items."""
    facts, needs, result = draft.facts, draft.needs, []
    numbers = range(len(draft.grid))
    for key in draft.plan.keys:
        production = [draft.production.get((key, n), 0) for n in numbers]
        if not any(production):
            continue
        items = []
        for item in draft.plan.hierarchy.items[key]:
            net = (needs.demand.get((item, n), 0) - needs.receipts.get((item, n), 0) for n in numbers)
            limit = facts.items[item]["max_stock"]
            most = None if limit is None else facts.base(item, limit)
            items.append(ItemNeed(item, tuple(net), needs.opening.get(item, 0), 0, most))
        gap = family_gap(production, items)
        if gap is not None:
            result.append(SplitGap(str(key), gap.kind, gap.first, gap.last, gap.need, gap.have, gap.items))
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
