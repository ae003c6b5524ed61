"""A compiled plant, and the way back up: what a schedule means for work orders, steps, customers and stock.

`Compiled` holds the tables of the Problem, the pegs and the findings. `lift` joins a schedule (any source:
the engine, a planner, a file) with them. Quantities are int64 base units of their item; they are those of
the plant, to the unit: the receipts of an item sum to the outputs of its scheduled work orders, the pegs of
a demand to its quantity.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.errors import Finding, SopDataError, findings_table
from sopengine.plant.localtime import to_local

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sopengine.plant.facts import Facts
    from sopengine.plant.lots import Lot
    from sopengine.plant.pegging import Peg, Pegging

NEEDED = ("operation", "start", "end")
Row = dict[str, Any]


class Compiled:
    """A Problem made from a Plant, with everything needed to read its schedule as the plant does."""

    def __init__(
        self,
        problem_tables: dict[str, pa.Table],
        facts: Facts,
        lots: Sequence[Lot],
        left_out: Sequence[str],
        pegging: Pegging,
        now: int,
        findings: Sequence[Finding],
    ) -> None:
        self.problem_tables = problem_tables
        self.now = now
        self._facts = facts
        self._lots = list(lots)
        self._left_out = list(left_out)
        self._pegging = pegging
        self._findings = list(findings)

    @cached_property
    def problem(self) -> Any:
        """The Problem that the engine solves, built on first use."""
        from sopengine.problem import Problem

        return Problem(**self.problem_tables)

    @property
    def timezone(self) -> str:
        """Zone of every time in these tables."""
        return str(self._facts.settings["timezone"])

    @property
    def findings(self) -> pa.Table:
        """What the plant's data left open, and what was assumed."""
        return findings_table(self._findings)

    @cached_property
    def pegs(self) -> pa.Table:
        """Who is served by what, through all levels of the bill of materials.

        Level 0 is what the customer gets (consumer null); demand null is work for stock. Supply kinds are
        on_hand, receipt, work_order, purchase (to be bought), bulk, and short (nothing covers it, supply
        null).
        """
        names = ("demand", "level", "consumer", "supply_kind", "supply", "item", "quantity")
        kinds = {"level": pa.int64(), "quantity": pa.int64()}
        return pa.table(
            {
                n: pa.array([getattr(p, n) for p in self._pegging.pegs], kinds.get(n, pa.string()))
                for n in names
            }
        )

    def lift(self, schedule: pa.Table, order_results: pa.Table | None = None) -> dict[str, pa.Table]:
        """Read a schedule as the plant does.

        Parameters
        ----------
        schedule
            One row an operation: ``operation``, ``start``, ``end`` and, where known, ``mode``, ``resource``,
            ``changeover_start``, ``changeover_end``, ``status``. Null times: not scheduled.
        order_results
            The engine's table of orders; its ``start`` and ``end``, which count history, go before those
            derived here.

        Returns
        -------
        dict[str, pyarrow.Table]
            ``work_order_results``, ``step_results``, ``demand_results``, ``receipts``, ``production``.

        Raises
        ------
        SopDataError
            Columns that are missing, operations unknown or given twice.
        """
        found = self._rows(schedule)
        results = {r["order"]: r for r in _plain(order_results)} if order_results is not None else {}
        steps = [
            self._step(lot, step, found.get(step.operation, {})) for lot in self._lots for step in lot.steps
        ]
        by_order: dict[str, list[Row]] = defaultdict(list)
        for row in steps:
            by_order[row["work_order"]].append(row)
        orders = [
            self._order(lot, by_order[lot.work_order], results.get(lot.work_order)) for lot in self._lots
        ]
        numbers = {r["work_order"]: n for n, r in enumerate(self._facts.rows["work_orders"])}
        for work_order in self._left_out:
            row = self._facts.rows["work_orders"][numbers[work_order]]
            orders.append(
                {
                    "work_order": work_order,
                    "item": row["item"],
                    "quantity": 0,
                    "due": row["due"],
                    "status": "unscheduled",
                }
            )
        receipts = self._receipts(orders)
        return {
            "work_order_results": self._table(orders, _ORDER),
            "step_results": self._table(steps, _STEP),
            "demand_results": self._table(self._demands(orders), _DEMAND),
            "receipts": self._table(receipts, _RECEIPT),
            "production": self._table(self._production(receipts), _PRODUCTION),
        }

    def _rows(self, schedule: pa.Table) -> dict[str, Row]:
        issues = [
            Finding("MISSING_COLUMN", table="schedule", column=name)
            for name in NEEDED
            if name not in schedule.column_names
        ]
        if issues:
            raise SopDataError(issues)
        known = {step.operation for lot in self._lots for step in lot.steps}
        found: dict[str, Row] = {}
        for number, row in enumerate(_plain(schedule)):
            operation = row["operation"]
            if operation not in known:
                issues.append(
                    Finding(
                        "DANGLING_REF",
                        table="schedule",
                        row=number,
                        column="operation",
                        found=str(operation),
                        expected="an operation of this compiled plant",
                    )
                )
            elif operation in found:
                issues.append(Finding("DUPLICATE_ID", table="schedule", row=number, id=operation))
            found[operation] = row
        if issues:
            raise SopDataError(issues)
        return found

    def _step(self, lot: Lot, step: Any, row: Row) -> Row:
        report = step.progress or {}
        start, end = row.get("start"), row.get("end")
        if step.status == "done":
            end = end if end is not None else report["ended"] if report["ended"] is not None else self.now
            start = start if start is not None else report["started"]
        elif step.status == "started" and start is None:
            start = report["started"]
        placed = (
            step.status if step.status != "planned" else "planned" if start is not None else "unscheduled"
        )
        return {
            "work_order": lot.work_order,
            "step": step.step,
            "operation": step.operation,
            "sequence": step.sequence,
            "mode": row.get("mode"),
            "resource": row.get("resource", report.get("resource")),
            "changeover_start": row.get("changeover_start"),
            "changeover_end": row.get("changeover_end"),
            "start": start,
            "end": end,
            "units_in": step.units_in,
            "units_out": step.units_out,
            "status": row.get("status") or placed,
        }

    def _order(self, lot: Lot, steps: list[Row], result: Row | None) -> Row:
        whole = all(r["end"] is not None for r in steps)
        starts = [r["start"] for r in steps if r["start"] is not None]
        start = min(starts, default=None)
        end = max(r["end"] for r in steps) if whole else None
        if result is not None and whole:
            start, end = result.get("start", start), result.get("end", end)
        due = self._pegging.due[lot.work_order]
        states = {s.status for s in lot.steps}
        status = (
            "unscheduled"
            if not whole
            else "done"
            if states == {"done"}
            else "planned"
            if states == {"planned"}
            else "started"
        )
        return {
            "work_order": lot.work_order,
            "item": lot.item,
            "quantity": lot.output,
            "start": start,
            "end": end,
            "due": due,
            "weight": self._pegging.priority[lot.work_order],
            "status": status,
            **_late(end, due),
        }

    def _demands(self, orders: list[Row]) -> list[Row]:
        """Promise each demand: the end of the last supply that it is directly pegged to."""
        ends = {r["work_order"]: r.get("end") for r in orders}
        direct: dict[str, list[Peg]] = defaultdict(list)
        for p in self._pegging.pegs:
            if p.level == 0 and p.demand is not None:
                direct[p.demand].append(p)
        result = []
        for row in self._facts.rows["demands"]:
            if row["status"] != "open":
                continue
            times = [self._supply_time(p, ends) for p in direct[row["demand"]]]
            missing = sum(p.quantity for p, t in zip(direct[row["demand"]], times, strict=True) if t is None)
            promised = max((t for t in times if t is not None), default=self.now) if not missing else None
            late = _late(promised, row["due"])
            result.append(
                {
                    "demand": row["demand"],
                    "item": row["item"],
                    "customer": row["customer"],
                    "quantity": self._facts.base(row["item"], row["quantity"]),
                    "short": missing,
                    "due": row["due"],
                    "promised": promised,
                    "priority": row["priority"],
                    **late,
                    "status": "short" if missing else "late" if late["late"] else "on_time",
                }
            )
        return result

    def _supply_time(self, p: Peg, ends: dict[str, Any]) -> int | None:
        match p.supply_kind:
            case "on_hand" | "bulk":
                return self.now
            case "receipt":
                return self._receipt_times[p.supply or ""]
            case "purchase":
                return self.now + int(self._facts.items[p.item]["lead_time"])
            case "work_order":
                return ends.get(p.supply or "")
        return None

    @cached_property
    def _receipt_times(self) -> dict[str, int]:
        return {r["receipt"]: max(self.now, r["time"]) for r in self._facts.rows["receipts"]}

    def _receipts(self, orders: list[Row]) -> list[Row]:
        return [
            {
                "item": r["item"],
                "work_order": r["work_order"],
                "time": r["end"],
                "quantity": r["quantity"],
                "date": to_local(r["end"], self._facts.zone).date(),
            }
            for r in orders
            if r.get("end") is not None and r["quantity"]
        ]

    @staticmethod
    def _production(receipts: list[Row]) -> list[Row]:
        sums: dict[tuple[str, dt.date], int] = defaultdict(int)
        for row in receipts:
            sums[row["item"], row["date"]] += row["quantity"]
        return [{"item": i, "date": d, "quantity": q} for (i, d), q in sorted(sums.items())]

    def _table(self, rows: list[Row], columns: dict[str, str]) -> pa.Table:
        kinds = {
            "id": pa.string(),
            "int": pa.int64(),
            "flag": pa.bool_(),
            "date": pa.date32(),
            "time": pa.timestamp("s", self.timezone),
            "span": pa.duration("s"),
        }
        arrays = {}
        for name, kind in columns.items():
            values = [row.get(name) for row in rows]
            plain = kind in ("time", "span")
            arrays[name] = (
                pa.array(values, pa.int64()).cast(kinds[kind]) if plain else pa.array(values, kinds[kind])
            )
        return pa.table(arrays)


def _late(end: int | None, due: int | None) -> Row:
    if end is None or due is None:
        return {"lateness": None, "late": None}
    return {"lateness": end - due, "late": end > due}


def _plain(table: pa.Table) -> list[Row]:
    """Return rows with times and durations as whole seconds."""
    columns: dict[str, list[Any]] = {}
    for name in table.column_names:
        data = table.column(name)
        if pa.types.is_timestamp(data.type):
            data = data.cast(pa.timestamp("s", data.type.tz)).cast(pa.int64())
        elif pa.types.is_duration(data.type):
            data = data.cast(pa.duration("s")).cast(pa.int64())
        columns[name] = data.to_pylist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


_ORDER = {
    "work_order": "id",
    "item": "id",
    "quantity": "int",
    "start": "time",
    "end": "time",
    "due": "time",
    "weight": "int",
    "lateness": "span",
    "late": "flag",
    "status": "id",
}
_STEP = {
    "work_order": "id",
    "step": "id",
    "operation": "id",
    "sequence": "int",
    "mode": "id",
    "resource": "id",
    "changeover_start": "time",
    "changeover_end": "time",
    "start": "time",
    "end": "time",
    "units_in": "int",
    "units_out": "int",
    "status": "id",
}
_DEMAND = {
    "demand": "id",
    "item": "id",
    "customer": "id",
    "quantity": "int",
    "short": "int",
    "due": "time",
    "promised": "time",
    "priority": "int",
    "lateness": "span",
    "late": "flag",
    "status": "id",
}
_RECEIPT = {"item": "id", "work_order": "id", "time": "time", "date": "date", "quantity": "int"}
_PRODUCTION = {"item": "id", "date": "date", "quantity": "int"}
