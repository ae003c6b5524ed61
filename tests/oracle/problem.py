"""The tables of a problem as objects, times counted from ``now`` (which is 0)."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Row = dict[str, Any]
SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
INSTANTS = {
    "problem": ("horizon_end",), "orders": ("release", "due", "deadline"),
    "operations": ("release", "deadline"),
    "calendars": ("start", "end"), "stock": ("time",), "baseline": ("start", "end"),
}  # fmt: skip


@dataclass
class Need:
    """A row of ``requirements``."""

    key: str
    resource: str | None
    group: str | None
    quantity: int
    phase: str
    release: bool


@dataclass
class Mode:
    operation: str
    mode: str
    resource: str | None
    quantity: int
    duration: int
    cost: int
    needs: list[Need] = field(default_factory=list)


@dataclass
class Operation:
    operation: str
    order: str | None
    release: int
    deadline: int | None
    breaks: bool
    states: dict[str, str]
    modes: list[Mode] = field(default_factory=list)


@dataclass
class Resource:
    resource: str
    unary: bool
    capacity: int
    spans: list[tuple[int, int | None, int]] | None
    matrix: str | None
    cost: int
    location: str | None

    def capacity_at(self, at: int) -> int:
        """What it offers at an instant."""
        if self.spans is None:
            return self.capacity
        return next((c for start, end, c in self.spans if start <= at and (end is None or at < end)), 0)


@dataclass
class Link:
    before: str
    after: str
    kind: str = "end_start"
    min_lag: int = 0
    max_lag: int | None = None
    transfer: int = 10**6
    tail: int = 0
    same_resource: bool = False


@dataclass
class Problem:
    temporal: bool
    now: int
    horizon: int | None
    orders: dict[str, Row] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    states: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    groups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    matrices: dict[str, Row] = field(default_factory=dict)
    rules: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    links: list[Link] = field(default_factory=list)
    transport: dict[tuple[str, str], int] = field(default_factory=dict)
    materials: dict[str, list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    stock: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    max_stock: dict[str, int] = field(default_factory=dict)
    unlimited: set[str] = field(default_factory=set)
    baseline: dict[str, Row] = field(default_factory=dict)
    members: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def status(self, operation: str) -> str:
        row = self.baseline.get(operation)
        return (row.get("status") or "planned") if row else "planned"

    def unstarted(self) -> list[Operation]:
        return [self.operations[key] for key in sorted(self.operations) if self.status(key) == "planned"]

    def started(self) -> list[str]:
        return [key for key in sorted(self.operations) if self.status(key) == "started"]

    def order_key(self, operation: str) -> str:
        """The order of an operation; one without order is its own."""
        order = self.operations[operation].order
        return f"order {order}" if order is not None else f"operation {operation}"

    def history_mode(self, operation: str) -> Mode:
        """The mode that a baseline row determines."""
        row, modes = self.baseline[operation], self.operations[operation].modes
        if row.get("mode") is not None:
            return next(mode for mode in modes if mode.mode == row["mode"])
        return next(mode for mode in modes if row.get("resource") in (None, mode.resource))

    def distance(self, before: str | None, after: str | None) -> int:
        """Transport between two resources."""
        places = [self.resources[name].location if name is not None else None for name in (before, after)]
        return self.transport.get((places[0] or "", places[1] or ""), 0) if places[0] != places[1] else 0


def text(value: Any) -> str | None:
    return None if value is None else str(value)


def _first(value: Any, default: Any) -> Any:
    return default if value is None else value


def rows_of(tables: dict[str, pa.Table]) -> tuple[dict[str, list[Row]], bool]:
    """Plain rows, instants and durations in ticks; whether the problem is temporal."""
    temporal = any(pa.types.is_temporal(kind) for table in tables.values() for kind in table.schema.types)
    zone = "UTC"
    if "problem" in tables and "timezone" in tables["problem"].column_names:
        zone = tables["problem"]["timezone"][0].as_py() or "UTC"
    plain = {}
    for name, table in tables.items():
        columns = {column: _ticks(table[column], zone) for column in table.column_names}
        plain[name] = [{c: v[i] for c, v in columns.items()} for i in range(table.num_rows)]
    return plain, temporal


def _ticks(column: pa.ChunkedArray, zone: str) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.tz is None:
        column = pc.assume_timezone(column, zone)
    if pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return [None if v is None else v // SECOND[kind.unit] for v in column.cast(pa.int64()).to_pylist()]
    return column.to_pylist()


def read(tables: dict[str, pa.Table]) -> Problem:
    """Read all tables."""
    rows, temporal = rows_of(tables)
    head = (rows.get("problem") or [{}])[0]
    now = _first(head.get("now"), 0)
    for name, columns in INSTANTS.items():
        for row in rows.get(name, []):
            row.update({c: row[c] - now for c in columns if row.get(c) is not None})
    problem = Problem(temporal, now, head.get("horizon_end"))
    for table in defaultdict(list, rows).keys() & set(READERS):
        for row in rows[table]:
            READERS[table](problem, row)
    _modes(problem, rows)
    _resources(problem, rows)
    _links(problem, rows)
    return problem


def _order(problem: Problem, row: Row) -> None:
    problem.orders[str(row["order"])] = {
        "release": row.get("release"), "due": row.get("due"), "deadline": row.get("deadline"),
        "weight": _first(row.get("weight"), 1), "earliness": _first(row.get("earliness_weight"), 0),
    }  # fmt: skip


def _matrix(problem: Problem, row: Row) -> None:
    problem.matrices[str(row["matrix"])] = row


def _rule(problem: Problem, row: Row) -> None:
    problem.rules[str(row["matrix"])].append(row)


def _state(problem: Problem, row: Row) -> None:
    problem.states[str(row["resource"])][str(row["attribute"])] = str(row["value"])


def _group(problem: Problem, row: Row) -> None:
    problem.groups[str(row["group"])].add(str(row["member"]))


def _transport(problem: Problem, row: Row) -> None:
    problem.transport[str(row["from_location"]), str(row["to_location"])] = row["duration"]


def _material(problem: Problem, row: Row) -> None:
    problem.materials[str(row["operation"])].append((str(row["item"]), row["quantity"]))


def _stock(problem: Problem, row: Row) -> None:
    arrivals, at = problem.stock[str(row["item"])], max(0, _first(row.get("time"), 0))
    arrivals[at] = arrivals.get(at, 0) + row["quantity"]


def _item(problem: Problem, row: Row) -> None:
    if row.get("max_stock") is not None:
        problem.max_stock[str(row["item"])] = row["max_stock"]
    if row.get("unlimited"):
        problem.unlimited.add(str(row["item"]))


def _baseline(problem: Problem, row: Row) -> None:
    row = dict(row)
    row["mode"], row["resource"] = text(row.get("mode")), text(row.get("resource"))
    problem.baseline[str(row["operation"])] = row


def _member(problem: Problem, row: Row) -> None:
    problem.members[str(row["operation"]), row.get("phase") or "run"].add(str(row["resource"]))


READERS = {
    "orders": _order, "matrices": _matrix, "changeovers": _rule, "resource_states": _state, "groups": _group,
    "transport": _transport, "materials": _material, "stock": _stock, "items": _item, "baseline": _baseline,
    "baseline_members": _member,
}  # fmt: skip


def _requirement_key(row: Row) -> str:
    target = row["resource"] if row.get("resource") is not None else row["group"]
    mode = "*" if row.get("mode") is None else row["mode"]
    return f"{row['operation']}/{mode}/{target}/{row.get('phase') or 'run'}"


def _modes(problem: Problem, rows: dict[str, list[Row]]) -> None:
    for row in rows["operations"]:
        key = str(row["operation"])
        states = {"state": str(row["setup_state"])} if row.get("setup_state") is not None else {}
        problem.operations[key] = Operation(
            key, text(row.get("order")), _first(row.get("release"), 0), row.get("deadline"),
            row.get("suspend") == "breaks", states,
        )  # fmt: skip
    for row in rows.get("setup_states", []):
        problem.operations[str(row["operation"])].states[str(row["attribute"])] = str(row["value"])
    for row in rows["modes"]:
        key, resource = str(row["operation"]), text(row.get("resource"))
        name = text(row.get("mode")) or resource or key
        problem.operations[key].modes.append(
            Mode(
                key,
                name,
                resource,
                _first(row.get("quantity"), 1),
                row["duration"],
                _first(row.get("cost"), 0),
            )
        )
    for row in rows.get("requirements", []):
        need = Need(
            text(row.get("requirement")) or _requirement_key(row),
            text(row.get("resource")), text(row.get("group")), _first(row.get("quantity"), 1),
            row.get("phase") or "run", row.get("breaks") == "release",
        )  # fmt: skip
        for mode in problem.operations[str(row["operation"])].modes:
            if row.get("mode") is None or str(row["mode"]) == mode.mode:
                mode.needs.append(need)
    for operation in problem.operations.values():
        operation.modes.sort(key=lambda mode: mode.mode)


def _resources(problem: Problem, rows: dict[str, list[Row]]) -> None:
    spans: dict[str, list[Row]] = defaultdict(list)
    for row in rows.get("calendars", []):
        spans[str(row["calendar"])].append(row)
    for row in rows["resources"]:
        key, capacity = str(row["resource"]), _first(row.get("capacity"), 1)
        open_at = None
        if row.get("calendar") is not None:
            open_at = sorted(
                (
                    (s["start"], s.get("end"), _first(s.get("capacity"), capacity))
                    for s in spans[str(row["calendar"])]
                ),
                key=lambda span: span[0],
            )
        highest = max([capacity, *(c for _, _, c in open_at or [])])
        unary = row["kind"] == "unary" if row.get("kind") else highest <= 1
        problem.resources[key] = Resource(
            key, unary, capacity, open_at, text(row.get("changeover_matrix")),
            _first(row.get("cost_per_hour"), 0),
            text(row.get("location")),
        )  # fmt: skip


def _links(problem: Problem, rows: dict[str, list[Row]]) -> None:
    linked = set()
    for row in rows.get("precedences", []):
        before, after = str(row["before"]), str(row["after"])
        problem.links.append(
            Link(
                before,
                after,
                row.get("kind") or "end_start",
                _first(row.get("min_lag"), 0),
                row.get("max_lag"),
                round(Fraction(_first(row.get("transfer"), 1.0)) * 10**6),
                round(Fraction(_first(row.get("tail"), 0.0)) * 10**6),
                bool(row.get("same_resource")),
            )
        )
        if problem.order_key(before) == problem.order_key(after):
            linked.add(problem.order_key(before))
    steps: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["operations"]:
        key = str(row["operation"])
        if (
            row.get("order") is not None
            and row.get("sequence") is not None
            and problem.order_key(key) not in linked
        ):
            steps[problem.order_key(key)][row["sequence"]].append(key)
    for order in sorted(steps):
        values = sorted(steps[order])
        for low, high in itertools.pairwise(values):
            problem.links += [
                Link(a, b) for a in sorted(steps[order][low]) for b in sorted(steps[order][high])
            ]
