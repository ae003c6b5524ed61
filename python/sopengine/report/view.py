"""One reading of problem and result for all reports: columns as numpy arrays, ids as text.

Nothing here makes an object per operation; a report of a million operations costs a few passes over
columns. What is drawn is picked first and only then becomes Python values.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sopengine.report.axis import TimeAxis, axis_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt

_FOREVER: Final = 2**62
_ARRAYS: Final = ("operation", "resource", "changeover", "start", "end", "quantity")


@dataclass(frozen=True, slots=True)
class Holdings:
    """Holdings of resources as parallel arrays, ordered by start; a resource is its place in `names`."""

    names: list[str]
    operation: npt.NDArray[np.object_]
    resource: npt.NDArray[np.int64]
    changeover: npt.NDArray[np.bool_]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    quantity: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.start)

    def take(self, rows: Any) -> Holdings:
        """The holdings of these rows."""
        return Holdings(self.names, *(getattr(self, name)[rows] for name in _ARRAYS))

    def of(self, name: str) -> Holdings:
        """The holdings of one resource."""
        return self.take(np.flatnonzero(self.resource == self.names.index(name)))


@dataclass(frozen=True, slots=True)
class LateOrder:
    """An order that ends after its due date, or is left out, with its weightiest cause."""

    order: str
    due: int | None
    end: int | None
    tardiness: int
    status: str
    cause: str


class View:
    """What the reports read."""

    def __init__(self, problem: Mapping[str, pa.Table], result: Mapping[str, pa.Table]) -> None:
        self.problem = dict(problem)
        self.result = dict(result)
        schedule = self._table("schedule")
        columns = [schedule.column(name) for name in ("start", "end") if name in schedule.column_names]
        self.axis: TimeAxis = axis_of(self.problem, columns)

    def _table(self, name: str) -> pa.Table:
        return self.result.get(name, pa.table({}))

    @cached_property
    def now(self) -> int | None:
        """The instant `now`; 0 by default for integers, None where a temporal problem is not at hand."""
        table = self.problem.get("problem")
        if table is not None and "now" in table.column_names and table.num_rows:
            values, valid = self.axis.instants(table.column("now"))
            if valid[0]:
                return int(values[0])
        return None if self.axis.temporal else 0

    @cached_property
    def holdings(self) -> Holdings:
        """Holdings of positive length: from `assignments` where there are any, else from `schedule`."""
        table = self._table("assignments")
        if table.num_rows == 0:
            return self._from_schedule()
        start, valid = self.axis.instants(table.column("start"))
        end, _ = self.axis.instants(table.column("end"))
        quantity = table.column("quantity") if "quantity" in table.column_names else None
        count = table.num_rows
        names, resource = _codes(table.column("resource"))
        everything = Holdings(
            names,
            _texts(table.column("operation")),
            resource,
            np.asarray(pc.fill_null(pc.equal(table.column("phase").cast(pa.string()), "changeover"), False)),
            start,
            end,
            np.ones(count, dtype=np.int64) if quantity is None else _integers(quantity),
        )
        return _in_time_order(everything.take(valid & (end > start)))

    def _from_schedule(self) -> Holdings:
        table = self._table("schedule")
        if table.num_rows == 0:
            none = np.empty(0, dtype=np.int64)
            return Holdings([], none.astype(object), none, none.astype(bool), none, none, none)
        operation = _texts(table.column("operation"))
        names, resource = _codes(table.column("resource"))
        parts = []
        for changeover, first, last in (
            (False, "start", "end"),
            (True, "changeover_start", "changeover_end"),
        ):
            if first not in table.column_names:
                continue
            start, valid = self.axis.instants(table.column(first))
            end, _ = self.axis.instants(table.column(last))
            kept = valid & (end > start) & (resource >= 0)
            size = int(kept.sum())
            unit = np.ones(size, dtype=np.int64)
            kind = np.full(size, changeover)
            parts.append((operation[kept], resource[kept], kind, start[kept], end[kept], unit))
        merged = [np.concatenate(columns) for columns in zip(*parts, strict=True)]
        return _in_time_order(Holdings(names, *merged))

    def orders_of(self, operations: Iterable[str]) -> dict[str, str]:
        """Order of each of these operations that has one."""
        wanted = pa.array(sorted(set(operations)), pa.string())
        for table in (self._table("schedule"), self.problem.get("operations", pa.table({}))):
            if "order" in table.column_names and "operation" in table.column_names:
                return _lookup(table, "operation", "order", wanted)
        return {}

    def families_of(self, operations: Iterable[str], orders: Mapping[str, str]) -> dict[str, str]:
        """What operations are colored by: family or item of the order, else setup state, else order.

        A family is what the eye follows from row to row; without one, every order has its own color.
        """
        table = self.problem.get("orders", pa.table({}))
        for name in ("family", "item"):
            if name in table.column_names:
                known = _lookup(table, "order", name, pa.array(sorted(set(orders.values())), pa.string()))
                return {operation: known[order] for operation, order in orders.items() if order in known}
        table = self.problem.get("operations", pa.table({}))
        if "setup_state" in table.column_names:
            states = _lookup(
                table, "operation", "setup_state", pa.array(sorted(set(operations)), pa.string())
            )
            if states:
                return states
        table = self.problem.get("setup_states", pa.table({}))
        if table.num_rows:
            states = _lookup(table, "operation", "value", pa.array(sorted(set(operations)), pa.string()))
            if states:
                return states
        return dict(orders)

    @cached_property
    def capacity(self) -> dict[str, int]:
        """Nominal capacity of the cumulative resources; the others are unary."""
        table = self.problem.get("resources", pa.table({}))
        if "resource" not in table.column_names:
            return {}
        count = table.num_rows
        sizes = _integers(table.column("capacity")) if "capacity" in table.column_names else np.ones(count)
        kinds = _texts(table.column("kind")) if "kind" in table.column_names else [None] * count
        rows = zip(_texts(table.column("resource")), sizes, kinds, strict=True)
        return {name: max(1, int(size)) for name, size, kind in rows if kind == "cumulative" or size > 1}

    @cached_property
    def _calendar_rows(self) -> dict[str, npt.NDArray[np.int64]]:
        table = self.problem.get("calendars", pa.table({}))
        if table.num_rows == 0:
            return {}
        names = _texts(table.column("calendar"))
        start, _ = self.axis.instants(table.column("start"))
        end, ends = self.axis.instants(table.column("end"))
        end = np.where(ends, end, _FOREVER)
        is_open = np.ones(len(names), dtype=bool)
        if "capacity" in table.column_names:
            column = table.column("capacity")
            is_open = ~(np.asarray(column.is_valid()) & (_integers(column) <= 0))
        calendars: dict[str, npt.NDArray[np.int64]] = {}
        for name in sorted({name for name in names if name is not None}):
            rows = np.flatnonzero((names == name) & is_open)
            rows = rows[np.argsort(start[rows], kind="stable")]
            calendars[name] = np.stack((start[rows], end[rows]), axis=1)
        return calendars

    @cached_property
    def open_time(self) -> dict[str, npt.NDArray[np.int64]]:
        """Open intervals (start, end) of each resource that has a calendar."""
        table = self.problem.get("resources", pa.table({}))
        if "calendar" not in table.column_names:
            return {}
        rows = zip(_texts(table.column("resource")), _texts(table.column("calendar")), strict=True)
        none = np.empty((0, 2), dtype=np.int64)
        return {
            name: self._calendar_rows.get(calendar, none) for name, calendar in rows if calendar is not None
        }

    def working(self, resource: str, start: int, end: int) -> list[tuple[int, int]]:
        """Parts of `[start, end)` in which the resource is open."""
        rows = self.open_time.get(resource)
        if rows is None:
            return [(start, end)]
        low = int(np.searchsorted(rows[:, 1], start, side="right"))
        high = int(np.searchsorted(rows[:, 0], end, side="left"))
        return [(max(start, int(a)), min(end, int(b))) for a, b in rows[low:high]]

    def open_until(self, resource: str, at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Open time of the resource up to each instant, from a fixed origin: differences are what counts."""
        rows = self.open_time.get(resource)
        if rows is None or len(rows) == 0:
            return at if rows is None else np.zeros_like(at)
        before = np.concatenate(([0], np.cumsum(np.minimum(rows[:, 1], _FOREVER) - rows[:, 0])[:-1]))
        row = np.searchsorted(rows[:, 0], at, side="right") - 1
        inside = np.minimum(at, rows[row, 1]) - rows[row, 0]
        return np.where(row < 0, 0, before[row] + inside)

    def closed(self, resource: str, low: int, high: int) -> list[tuple[int, int]]:
        """Parts of `[low, high)` in which the resource is closed."""
        gaps, at = [], low
        for start, end in self.working(resource, low, high):
            if start > at:
                gaps.append((at, start))
            at = max(at, end)
        if at < high:
            gaps.append((at, high))
        return gaps

    @cached_property
    def late_orders(self) -> list[LateOrder]:
        """Orders late or left out, the latest first."""
        table = self._table("order_results")
        if table.num_rows == 0:
            return []
        order = _texts(table.column("order"))
        status = _texts(table.column("status"))
        tardiness, _ = self.axis.instants(table.column("tardiness"))
        due, has_due = self.axis.instants(table.column("due"))
        end, has_end = self.axis.instants(table.column("end"))
        rows = np.flatnonzero((tardiness > 0) | (status == "unscheduled"))
        late = [
            LateOrder(
                order[row],
                int(due[row]) if has_due[row] else None,
                int(end[row]) if has_end[row] else None,
                int(tardiness[row]),
                str(status[row]),
                self._causes.get(order[row], ""),
            )
            for row in rows.tolist()
        ]
        return sorted(late, key=lambda each: (each.status != "unscheduled", -each.tardiness, each.order))

    @cached_property
    def broken(self) -> frozenset[str]:
        """Operations that break a rule, in an evaluated schedule."""
        table = self._table("violations")
        names = _texts(table.column("operation")) if "operation" in table.column_names else ()
        return frozenset(name for name in names if name is not None)

    @property
    def late_title(self) -> str:
        """Heading of the table of late orders."""
        late = self.late_orders
        left_out = any(each.status == "unscheduled" for each in late)
        name = "Late or left out" if left_out else "Late orders"
        return f"{name} ({len(late):,})" if late else name

    @cached_property
    def _causes(self) -> dict[str, str]:
        """The first reason of each order in words."""
        table = self._table("reasons")
        causes: dict[str, str] = {}
        if table.num_rows == 0:
            return causes
        delays, has_delay = self.axis.instants(table.column("delay"))
        gains, has_gain = (
            self.axis.instants(table.column("gain"))
            if "gain" in table.column_names
            else (delays, np.zeros_like(has_delay))
        )
        words, objects, orders = (_texts(table.column(name)) for name in ("cause", "object", "order"))
        for row in np.argsort(_integers(table.column("rank")), kind="stable").tolist():
            if orders[row] in causes:
                continue
            text = str(words[row] or "").replace("_", " ").lower()
            text += f" {objects[row]}" if objects[row] else ""
            if has_delay[row] and delays[row] > 0:
                text += f" ({self.axis.duration_text(int(delays[row]))})"
            if has_gain[row] and gains[row] > 0:
                text += f", {self.axis.duration_text(int(gains[row]))} earlier without it"
            causes[orders[row]] = text
        return causes


def _in_time_order(holdings: Holdings) -> Holdings:
    return holdings.take(np.argsort(holdings.start, kind="stable"))


def _texts(column: pa.ChunkedArray) -> npt.NDArray[np.object_]:
    """Ids or words as Python strings, None where null; integer ids become their text."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    values = column.cast(pa.string()).to_numpy(zero_copy_only=False)
    texts: npt.NDArray[np.object_] = np.asarray(values, dtype=object)
    return texts


def _codes(column: pa.ChunkedArray) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The different names of a column, sorted, and the place of each row's name there; -1 for null."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    column = column.cast(pa.string())
    names = sorted(pc.drop_null(pc.unique(column)).to_pylist())
    codes = pc.index_in(column, value_set=pa.array(names, pa.string()))
    return names, np.asarray(pc.fill_null(codes, -1)).astype(np.int64)


def _lookup(table: pa.Table, key: str, value: str, wanted: pa.Array) -> dict[str, str]:
    """Values of the wanted keys, where there is one; only the wanted rows become Python objects."""
    keys = table.column(key)
    keys = keys.cast(keys.type.value_type) if pa.types.is_dictionary(keys.type) else keys
    rows = table.select([key, value]).filter(pc.is_in(keys.cast(pa.string()), value_set=wanted))
    pairs = zip(_texts(rows.column(key)), _texts(rows.column(value)), strict=True)
    return {name: text for name, text in pairs if text is not None}


def _integers(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Whole numbers for drawing, null as 1; decimals are cut to whole units."""
    return np.asarray(pc.fill_null(pc.cast(column, pa.int64(), safe=False), 1))
