"""The answer of a plan run on one page of plain text.

The question first: can the business support this demand plan? Then where it gets tight and who causes it,
how far plan and schedule part and why, which customers wait, what it means in money, and what to do about
it. Every figure stands in a table of the `PlanResult`; the page only chooses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopengine.checks.capacity import tight
from sopengine.checks.demand import span
from sopengine.plant.localtime import to_local
from sopengine.sop.aggregate import attainment, roll_up
from sopengine.sop.capacity import hours
from sopengine.sop.ledger import CAUSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sopengine.checks import CheckFinding
    from sopengine.sop.loop.result import PlanResult

SHOWN = 8
GAPS = 32
WIDEST = 46
SPEAKING = (
    "DEMAND_WITHOUT_SUPPLY",
    "MIX_WITHOUT_SUPPLY",
    "LOAD_OVER_CAPACITY",
    "MATERIAL_SHORT",
    "DEMAND_UNSERVED",
    "STOCKOUT",
)
HEADS = ("later", "earlier", "unsched.", "yield", "lots", "unplanned")


def page(result: PlanResult) -> str:
    """Return the page."""
    parts = [
        _headline(result),
        _tight(result),
        _gaps(result),
        _late(result),
        _money(result),
        _actions(result),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _headline(result: PlanResult) -> list[str]:
    grid, weeks = result.draft.grid, result.draft.weeks
    now = to_local(grid.now, grid.zone)
    lines = [
        "Can the business support this demand plan?",
        "",
        *_answer(result),
        "",
        f"Planned on {now:%A, %d %B %Y, %H:%M} for {len(grid)} weeks, the first {weeks} of them scheduled"
        f" ({len(result.draft.planned)} work orders made from the plan).",
    ]
    if result.result is not None:
        lines.append(f"Schedule: {printable(str(result.result.termination))}.")
    return lines


def _answer(result: PlanResult) -> list[str]:
    """Yes or no, and the first place in which each kind of limit is met."""
    late = [f for f in result.check_findings if f.code == "ORDER_LATE_FOR_DEMAND"]
    tail = [f"  - {len(late)} customer orders are late."] if late else []
    if result.supported:
        return ["Yes, but some of it late:" if late else "Yes.", *tail]
    lines = []
    for code in SPEAKING:
        found = [f for f in result.check_findings if f.code == code and f.severity == "error"]
        if found:
            first = min(found, key=lambda f: (f.bucket or "", -f.weight))
            more = f" ({len(found) - 1} more like this)" if len(found) > 1 else ""
            lines.append(f"  - {printable(first.sentence)}{more}")
    return ["No.", *lines, *tail]


def _tight(result: PlanResult) -> list[str]:
    """Resources at 90 % or more in any week, by the first such week."""
    draft, context = result.draft, result.context
    rows: list[tuple[str, ...]] = []
    behind = ""
    for (resource, number), there in sorted(
        draft.open_time.items(), key=lambda cell: (cell[0][1], cell[0][0])
    ):
        plan = context.plan_load.get((resource, number), 0)
        real = context.schedule_load.get((resource, number), 0) if number < draft.weeks else 0
        load = max(plan, real)
        if tight(plan, real, there):
            source = context.load_from.get((resource, number), "")
            behind = behind or source
            rows.append(
                (
                    f"{draft.grid.weeks[number].monday:%d %b}",
                    context.name(resource),
                    f"{hours(there)}",
                    f"{hours(plan)}",
                    f"{hours(real)}" if number < draft.weeks else "",
                    f"{100 * load // there} %" if there else "closed",
                    source.partition(";")[0],
                )
            )
    if not rows:
        return ["Capacity: no resource is loaded to 90 % of its open time in any week."]
    heads = ("week of", "resource", "open h", "plan h", "schedule h", "load", "caused by")
    first = rows[0]
    head = f"Where it gets tight: first {printable(first[1])} in the week of {first[0]} ({first[5]})"
    head += f", by {printable(behind)}." if behind else "."
    return [head, *columns(heads, "llrrrrl", rows[:SHOWN], len(rows))]


def _gaps(result: PlanResult) -> list[str]:
    """Plan against schedule by family and week with the ledger's causes."""
    draft = result.draft
    hierarchy = draft.plan.hierarchy
    made = roll_up(result.finished, hierarchy)
    causes: dict[tuple[object, int, str], int] = {}
    for entry in result.entries:
        slot = hierarchy.key[entry.item], entry.week, entry.cause
        causes[slot] = causes.get(slot, 0) + entry.quantity
    rows = []
    plans, reals = [], []
    for key in draft.plan.keys:
        for number in range(draft.weeks):
            plan, real = draft.production.get((key, number), 0), made.get((key, number), 0)
            parts = [causes.get((key, number, cause), 0) for cause in CAUSES]
            if plan or real:
                plans.append(plan)
                reals.append(real)
                week = f"{draft.grid.weeks[number].monday:%d %b}"
                cells = (f"{value:+,}" if value else "" for value in parts)
                rows.append((str(key), week, f"{plan:,}", f"{real:,}", f"{plan - real:+,}", *cells))
    met, of = attainment(plans, reals)
    share = f" ({100 * met // of} %)" if of else ""
    everything = len(rows)
    if everything > GAPS:
        worst = sorted(range(everything), key=lambda n: (-abs(plans[n] - reals[n]), n))[:GAPS]
        rows = [rows[n] for n in sorted(worst)]
    head = f"Plan against schedule: {met:,} of {of:,} units are finished in the week planned{share}."
    return [
        head,
        *columns(("family", "week of", "plan", "schedule", "gap", *HEADS), "ll" + "r" * 9, rows, everything),
    ]


def _late(result: PlanResult) -> list[str]:
    """Customers who wait, the most valuable first."""
    lines = [d for d in result.context.demands if d.short or (d.promised is not None and d.promised > d.due)]
    if not lines:
        return ["Customers: every order is served on time."]
    context, zone = result.context, result.draft.grid.zone
    lines.sort(key=lambda line: (-context.worth(line.item, line.quantity), line.demand))
    rows = []
    for line in lines[:SHOWN]:
        why = next((result.reasons[o] for o in line.orders if o in result.reasons), "")
        wait = "not served" if line.short or line.promised is None else span(line.promised - line.due)
        rows.append(
            (
                line.demand,
                line.customer,
                context.amount(line.item, line.quantity),
                context.name(line.item),
                f"{to_local(line.due, zone):%d %b %H:%M}",
                wait,
                why,
            )
        )
    heads = ("order", "customer", "quantity", "item", "due", "late by", "why")
    return [f"Customers who wait: {len(lines)}.", *columns(heads, "llrllrl", rows, len(lines))]


def _money(result: PlanResult) -> list[str]:
    rows = [row for row in result.money_rows if row.week < result.draft.weeks]
    last = [row for row in rows if row.week == result.draft.weeks - 1]
    currency = result.draft.facts.settings["currency"] or ""

    def text(minor: int) -> str:
        return f"{minor // 100:,} {currency}".strip()

    revenue = sum(row.revenue for row in rows)
    if not revenue:
        return []
    margin = sum(row.margin for row in rows)
    return [
        f"Money: the demand of these weeks sells for {text(revenue)} with a margin of {text(margin)};"
        f" at their end {text(sum(row.unserved for row in last))} of it are not served",
        f"and stock is worth {text(sum(row.stock_schedule for row in last))}"
        f" (plan {text(sum(row.stock_plan for row in last))}).",
    ]


def _actions(result: PlanResult) -> list[str]:
    """The findings that weigh most, at most two of a kind, each with what to do."""
    chosen: list[CheckFinding] = []
    for finding in result.check_findings:
        if sum(f.code == finding.code for f in chosen) < 2 and finding.code != "MORE_FINDINGS":
            chosen.append(finding)
    lines = [f"What to do ({len(result.check_findings)} findings, the weightiest first):"]
    for number, finding in enumerate(chosen[:SHOWN], 1):
        lines.append(f"{number:>3}. {finding.code}: {printable(finding.sentence)}")
        lines.append(f"     {printable(finding.hint)}")
    return lines if chosen else ["Nothing to do: no finding."]


def columns(heads: Sequence[str], align: str, rows: Sequence[Sequence[str]], total: int = 0) -> list[str]:
    """Return rows under their headings; `align` is one l or r a column."""
    cells = [[_cut(printable(cell)) for cell in row] for row in rows]
    wide = [max(len(line[n]) for line in [list(heads), *cells]) for n in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        placed = (
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, wide, align, strict=True)
        )
        return "  " + "  ".join(placed).rstrip()

    lines = [line(heads), *(line(row) for row in cells)]
    return [*lines, f"  and {total - len(rows)} more"] if total > len(rows) else lines


def printable(text: str) -> str:
    """Return the text without characters that move a terminal's cursor."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
