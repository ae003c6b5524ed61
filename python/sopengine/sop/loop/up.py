"""The way up: a schedule read on the plan's keys, and everything that does not fit.

`conclude` takes the draft of the way down and any schedule of its Problem, the engine's or a planner's, and
gives the `PlanResult`. It decides nothing: it adds, subtracts and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.checks import run_checks
from sopengine.plant.intake.coerce import records
from sopengine.sop.aggregate import finished_by_item, order_lines
from sopengine.sop.capacity import Holding, holdings_of, schedule_load
from sopengine.sop.inventory import Stock, project
from sopengine.sop.ledger import gap_ledger
from sopengine.sop.loop.context import check_context
from sopengine.sop.loop.result import PlanResult
from sopengine.sop.loop.tables import result_tables
from sopengine.sop.money import money_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    context = check_context(draft, lifted, finished, entries, running, changing, schedule_stock)
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
    needs = draft.needs
    sides: tuple[list[Stock], list[Stock]] = ([], [])
    for item in draft.planned_items:
        plan = [draft.item_production.get((item, n), 0) for n in numbers]
        real = [finished.get((item, n), 0) if n < draft.weeks else plan[n] for n in numbers]
        limit = facts.items[item]["max_stock"]
        for side, production in zip(sides, (plan, real), strict=True):
            side += project(
                item,
                needs.opening.get(item, 0),
                [needs.receipts.get((item, n), 0) for n in numbers],
                production,
                [needs.demand.get((item, n), 0) for n in numbers],
                [needs.target.get((item, n), 0) for n in numbers],
                None if limit is None else facts.base(item, limit),
            )
    return sides
