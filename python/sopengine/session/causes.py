"""Why an operation is not where it was.

The old place is gone if the change itself closed it, if another operation now holds one of its unary
resources there or crowds a pool that it needs, if a predecessor or what makes its material now ends too
late for it, or if the one ahead of it on a resource has moved behind it and the sequence is kept. None of
these: nothing forced the move.

Where several are true, the one that ends last is told: while that one stands, the old place stays gone.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.session.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sopengine.changes import Change
    from sopengine.result import Result


def ticks_of(cells: pa.ChunkedArray) -> list[Any]:
    """Cells as plain values, times in ticks."""
    if pa.types.is_timestamp(cells.type) or pa.types.is_duration(cells.type):
        cells = cells.cast(pa.int64())
    values: list[Any] = cells.to_pylist()
    return values


def now_of(result: Result) -> int:
    """`now` of the problem of a result, in ticks."""
    summary = result.problem.summary() if result.problem is not None else {}
    return int(summary.get("now") or 0)


class Causes:
    """Why an operation is not where it was."""

    def __init__(
        self,
        before: Result,
        after: Result,
        was: Mapping[str, dict[str, Any]],
        now: Mapping[str, dict[str, Any]],
        changes: Sequence[Change],
    ) -> None:
        self.was, self.now = was, now
        self.unary = _unary(after)
        self.old_holdings: dict[str, list[tuple[Any, int, int]]] = {}
        for resource, start, end, name in _holdings(before):
            self.old_holdings.setdefault(name, []).append((resource, start, end))
        self.timeline = _timeline(after)
        self.ahead_before = _ahead(_timeline(before), self.unary)
        self.ahead_now = _ahead(self.timeline, self.unary)
        self.before_of = _predecessors(after)
        self.transport = _Transport(after)
        self.tied = _tied(after)
        self.consumed, self.producers = _flows(after)
        self.closed, self.named, self.items = _touched(before, changes)

    def of(self, name: str) -> tuple[str, str | None]:
        """Cause of a move, and what took the old place."""
        old, new = self.was.get(name), self.now.get(name)
        if old is None:
            return "new", None
        if new is None:
            return "gone", None
        if old["start"] is None:
            return "choice", None
        order = None if old["order"] is None else str(old["order"])
        told = [found for found in (name, order) if found is not None and found in self.named]
        pushers = [
            *self._late_predecessors(name, old["start"]),
            *self._taken(name),
            *self._overtaken(name, old["start"]),
            *self._starved(name, old["start"]),
        ]
        gone = [
            *((until, 1, found) for found in told if (until := self.named[found] or 0) > old["start"]),
            *self._closed(name),
            *((end, 0, other) for end, other in pushers if self._is_ahead(other, name)),
        ]
        if gone:
            _, changed, by = max(gone)
            return ("change", by) if changed else self._through(by)
        linked = self._linked(name)
        if linked is not None:
            return "pushed", linked
        touched = told or sorted(self.consumed.get(name, set()) & self.items)
        if touched:
            return "change", touched[0]
        neighbor = self._new_neighbor(name)
        return ("pushed", neighbor) if neighbor is not None else ("choice", None)

    def _through(self, by: str) -> tuple[str, str | None]:
        """Who pushes: what stands where it stood, and only changes over at another time, hands a push on.

        Ends, since whoever pushes is ahead of whom it pushes.
        """
        old, new = self.was.get(by), self.now[by]
        if old is not None and all(old[cell] == new[cell] for cell in ("start", "end", "resource")):
            cause, other = self.of(by)
            if cause in ("change", "pushed"):
                return cause, other
        return "pushed", by

    def _linked(self, name: str) -> str | None:
        """One that a precedence of another kind, or a largest lag, ties it to, and that starts later now."""
        moved = [
            other
            for other in self.tied.get(name, ())
            if (old := self.was.get(other)) is not None
            and (new := self.now.get(other)) is not None
            and None not in (old["start"], new["start"])
            and (new["start"] > old["start"] or new["end"] > old["end"])
        ]
        return min(moved, default=None)

    def _is_ahead(self, other: str, name: str) -> bool:
        """Whether it starts sooner now: what comes behind pushes nobody, and no chain of pushes is a ring."""
        first, second = self.now[other]["start"], self.now[name]["start"]
        if first is None or second is None:
            return first is not None
        return bool((first, self.now[other]["end"], other) < (second, self.now[name]["end"], name))

    def _closed(self, name: str) -> list[tuple[int, int, str]]:
        """Where a change closes what it holds at its old place: until when, and what."""
        return [
            (high, 1, str(resource))
            for resource, start, end in self.old_holdings.get(name, ())
            for low, high in self.closed.get(resource, ())
            if start < high and low < end
        ]

    def _late_predecessors(self, name: str, start: int) -> list[tuple[int, str]]:
        """Predecessors that stood clear of the old start and no longer do."""
        late = []
        for before, lag in self.before_of.get(name, ()):
            old, new = self.was.get(before), self.now.get(before)
            if new is None or new["end"] is None:
                continue
            lag += self.transport.between(new["resource"], self.was[name]["resource"])
            if new["end"] + lag > start and (old is None or old["end"] is None or old["end"] != new["end"]):
                late.append((new["end"], before))
        return late

    def _taken(self, name: str) -> list[tuple[int, str]]:
        """Others that now hold its resources where it was; in a pool, those that have moved."""
        found = []
        for resource, start, end in self.old_holdings.get(name, ()):
            stays = self.timeline.get(resource, [])
            alone = resource in self.unary
            first = bisect_left(stays, (start + 1, -(2**62), "")) if alone else 0
            for stay_end, stay_start, other in stays[first:]:
                if alone and stay_start >= end:
                    break
                if other == name or stay_start >= end or stay_end <= start:
                    continue
                if alone or (resource, stay_start, stay_end) not in self.old_holdings.get(other, ()):
                    found.append((stay_end, other))
        return found

    def _overtaken(self, name: str, start: int) -> list[tuple[int, str]]:
        """Those that were directly ahead of it on a resource and now start after its old start."""
        found = []
        for other in self.ahead_before.get(name, ()):
            new = self.now.get(other)
            if new is not None and new["start"] is not None and new["start"] > start:
                found.append((new["end"], other))
        return found

    def _starved(self, name: str, start: int) -> list[tuple[int, str]]:
        """Producers of its material that now end after its old start, and did not."""
        found = []
        for item in self.consumed.get(name, ()):
            for other in self.producers.get(item, ()):
                old, new = self.was.get(other), self.now.get(other)
                if other == name or new is None or new["end"] is None or new["end"] <= start:
                    continue
                if old is None or old["end"] is None or old["end"] <= start:
                    found.append((new["end"], other))
        return found

    def _new_neighbor(self, name: str) -> str | None:
        """Another operation is directly ahead of it now, and the changeover with it."""
        before = set(self.ahead_before.get(name, ()))
        return min((other for other in self.ahead_now.get(name, ()) if other not in before), default=None)


def _tied(result: Result) -> dict[str, list[str]]:
    """By operation, those that other precedences than a plain end before a start tie it to."""
    tied: dict[str, list[str]] = {}
    rows = None if result.problem is None else result.problem.tables.get("precedences")
    if rows is not None:
        for row in rows.to_pylist():
            first, second = str(row["before"]), str(row["after"])
            if row.get("kind") not in (None, "end_start") or (row.get("transfer") or 1.0) < 1.0:
                tied.setdefault(second, []).append(first)
            if row.get("max_lag") is not None:
                tied.setdefault(first, []).append(second)
    return tied


class _Transport:
    """Ticks from one resource to another, by their locations."""

    def __init__(self, result: Result) -> None:
        self.location: dict[Any, Any] = {}
        self.ticks: dict[tuple[Any, Any], int] = {}
        tables = {} if result.problem is None else result.problem.tables
        ways, places = tables.get("transport"), tables.get("resources")
        if ways is None or places is None or "location" not in places.column_names:
            return
        self.location = dict(zip(places["resource"].to_pylist(), places["location"].to_pylist(), strict=True))
        lengths = ticks_of(ways["duration"].cast(_seconds(ways, "duration")))
        pairs = zip(ways["from_location"].to_pylist(), ways["to_location"].to_pylist(), strict=True)
        self.ticks = dict(zip(pairs, lengths, strict=True))

    def between(self, first: Any, second: Any) -> int:
        here, there = self.location.get(first), self.location.get(second)
        return 0 if here == there else self.ticks.get((here, there), 0)


def _timeline(result: Result) -> dict[Any, list[tuple[int, int, str]]]:
    """By resource: end, start and operation of every holding, by end."""
    timeline: dict[Any, list[tuple[int, int, str]]] = {}
    for resource, start, end, name in _holdings(result):
        timeline.setdefault(resource, []).append((end, start, name))
    for stays in timeline.values():
        stays.sort()
    return timeline


def _ahead(timeline: Mapping[Any, list[tuple[int, int, str]]], unary: set[Any]) -> dict[str, list[str]]:
    """By operation, the one directly ahead of it on each unary resource."""
    ahead: dict[str, list[str]] = {}
    for resource, stays in timeline.items():
        if resource in unary:
            for (_, _, first), (_, _, second) in itertools.pairwise(stays):
                if first != second:
                    ahead.setdefault(second, []).append(first)
    return ahead


def _flows(result: Result) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """Items by the operation that consumes them, and operations by the item that they produce."""
    consumed: dict[str, set[str]] = {}
    producers: dict[str, list[str]] = {}
    rows = None if result.problem is None else result.problem.tables.get("materials")
    if rows is not None:
        cells = (rows[name].to_pylist() for name in ("operation", "item", "quantity"))
        for operation, item, quantity in zip(*cells, strict=True):
            if quantity is not None and quantity < 0:
                consumed.setdefault(str(operation), set()).add(str(item))
            elif quantity is not None:
                producers.setdefault(str(item), []).append(str(operation))
    return consumed, producers


def _holdings(result: Result) -> Iterable[tuple[Any, int, int, str]]:
    table = result.assignments
    names = [str(name) for name in table["operation"].to_pylist()]
    return zip(
        table["resource"].to_pylist(), ticks_of(table["start"]), ticks_of(table["end"]), names, strict=True
    )


def _unary(result: Result) -> set[Any]:
    """Resources of which there is one."""
    if result.problem is None:
        return set()
    table = result.problem.tables["resources"]
    length = table.num_rows
    kind = table["kind"].to_pylist() if "kind" in table.column_names else [None] * length
    capacity = table["capacity"].to_pylist() if "capacity" in table.column_names else [None] * length
    return {
        resource
        for resource, kind_of, units in zip(table["resource"].to_pylist(), kind, capacity, strict=True)
        if kind_of == "unary" or (kind_of is None and (units or 1) <= 1)
    }


def _predecessors(result: Result) -> dict[str, list[tuple[str, int]]]:
    """End-to-start predecessors with their least lag, chains of orders included."""
    links: dict[str, list[tuple[str, int]]] = {}
    if result.problem is None:
        return links
    tables = result.problem.tables
    rows = tables.get("precedences")
    in_order: set[str] = set()
    order_of: dict[str, Any] = {}
    operations = tables["operations"]
    names = [str(name) for name in operations["operation"].to_pylist()]
    if "order" in operations.column_names:
        order_of = dict(zip(names, operations["order"].to_pylist(), strict=True))
    if rows is not None:
        length = rows.num_rows
        kinds = rows["kind"].to_pylist() if "kind" in rows.column_names else [None] * length
        lags = (
            ticks_of(rows["min_lag"].cast(_seconds(rows, "min_lag")))
            if "min_lag" in rows.column_names
            else [0] * length
        )
        pairs = zip(rows["before"].to_pylist(), rows["after"].to_pylist(), kinds, lags, strict=True)
        for before, after, kind, lag in pairs:
            if order_of.get(str(before)) is not None and order_of.get(str(before)) == order_of.get(
                str(after)
            ):
                in_order.add(str(order_of[str(before)]))
            if kind in (None, "end_start"):
                links.setdefault(str(after), []).append((str(before), lag or 0))
    if "sequence" in operations.column_names:
        _chain(links, names, order_of, operations["sequence"].to_pylist(), in_order)
    return links


def _seconds(rows: pa.Table, column: str) -> pa.DataType:
    kind = rows.schema.field(column).type
    return pa.duration("s") if pa.types.is_duration(kind) else kind


def _chain(
    links: dict[str, list[tuple[str, int]]],
    names: list[str],
    order_of: Mapping[str, Any],
    sequence: list[Any],
    in_order: set[str],
) -> None:
    steps: dict[str, dict[Any, list[str]]] = {}
    for name, place in zip(names, sequence, strict=True):
        order = order_of.get(name)
        if order is not None and place is not None and str(order) not in in_order:
            steps.setdefault(str(order), {}).setdefault(place, []).append(name)
    for places in steps.values():
        ranks = sorted(places)
        for first, second in itertools.pairwise(ranks):
            for after in places[second]:
                links.setdefault(after, []).extend((before, 0) for before in places[first])


def _touched(
    before: Result, changes: Sequence[Change]
) -> tuple[dict[Any, list[tuple[int, int]]], dict[str, int | None], set[str]]:
    """What changes touch.

    Closed time by resource; operations and orders that they name, with the time before which they may not
    start where a change says so; and items.
    """
    closed: dict[Any, list[tuple[int, int]]] = {}
    named: dict[str, int | None] = {}
    items: set[str] = set()
    if before.problem is None:
        return closed, named, items
    sheet = Sheet(before.problem.tables)
    plain = before.schedule.schema.field("start").type

    def ticks(value: Any, default: int) -> int:
        if value is None:
            return default
        scalar = pa.scalar(sheet.scalar("calendars", "start", value).as_py(), plain)
        return int(scalar.cast(pa.int64()).as_py())

    for change in changes:
        if change.table == "calendars" and "resource" in change.key and change.op != "insert":
            start = ticks(change.key.get("start"), now_of(before))
            end = ticks(change.key.get("end"), 2**62)
            closed.setdefault(change.key["resource"], []).append((start, end))
        for column in ("operation", "order"):
            if column in change.key:
                released = change.column == "release" and change.value is not None
                known = named.get(str(change.key[column]))
                until = ticks(change.value, 0) if released else known
                named[str(change.key[column])] = until if known is None else max(known, until or known)
        if "item" in change.key:
            items.add(str(change.key["item"]))
    return closed, named, items
