"""Open time of one resource, cut and joined.

A calendar row is `(start, end, capacity)` in whole units of the time column; no end means open from then
on, no capacity means the resource's own. A resource that shares its calendar gets a copy before it is
changed, one that is always open gets a calendar that reaches back before all history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.session.sheet import Sheet, missing, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

Row: TypeAlias = tuple[int, int | None, int | None]


def close(rows: list[Row], start: int, end: int | None) -> list[Row]:
    """The rows without what lies in `[start, end)`.

    Examples
    --------
    >>> close([(0, 10, None)], 4, 6)
    [(0, 4, None), (6, 10, None)]
    """
    kept: list[Row] = []
    for low, high, capacity in rows:
        if low < start:
            kept.append((low, start if high is None else min(high, start), capacity))
        if end is not None and (high is None or high > end):
            kept.append((max(low, end), high, capacity))
    return [row for row in kept if row[1] is None or row[0] < row[1]]


def within(rows: list[Row], start: int, end: int | None) -> list[Row]:
    """What lies in `[start, end)`."""
    cut: list[Row] = []
    for low, high, capacity in rows:
        first = max(low, start)
        last = high if end is None else end if high is None else min(high, end)
        if last is None or first < last:
            cut.append((first, last, capacity))
    return cut


def widen(rows: list[Row], start: int, end: int, capacity: int | None) -> list[Row]:
    """The rows, and open where they are closed in `[start, end)`."""
    added: list[Row] = [(start, end, capacity)]
    for low, high, _ in rows:
        added = close(added, low, high)
    return sorted(rows + added, key=lambda row: row[0])


def shift(rows: list[Row], start: int, end: int | None, step: int, own: int) -> list[Row]:
    """The rows with `step` added to the capacity in `[start, end)`; no capacity is closed."""
    open_rows: list[Row] = []
    for low, high, capacity in within(rows, start, end):
        changed = (own if capacity is None else capacity) + step
        if changed > 0:
            open_rows.append((low, high, changed))
    return sorted(close(rows, start, end) + open_rows, key=lambda row: row[0])


def change_calendar(sheet: Sheet, op: str, key: Any, column: str | None, value: Any) -> None:
    """Apply a change of the open time of a resource."""
    resource = key["resource"]
    mask = sheet.mask("resources", {"resource": resource})
    if not pc.any(mask).as_py():
        raise missing("resources", {"resource": resource})
    start, end = (_ticks(sheet, key.get(name)) for name in ("start", "end"))
    start = now(sheet) if start is None else start
    if end is not None and end <= start:
        raise refused("END_BEFORE_START", "calendars", "end", str(key["end"]), f"after {key['start']}")
    own = sheet.table("resources").filter(mask).to_pylist()[0]
    name, rows = _own_rows(sheet, own, start)
    if op == "delete":
        rows = close(rows, start, end)
    elif op == "insert":
        if end is None:
            raise refused("NULL_VALUE", "calendars", "end", "null", "an end")
        rows = widen(rows, start, end, (value or {}).get("capacity"))
    elif op == "add" and column == "capacity":
        rows = shift(rows, start, end, int(value), int(own.get("capacity") or 1))
    else:
        raise refused("CHANGE_OP", "calendars", column, op, "delete, insert, or add to capacity")
    if op == "delete" and end is None:
        rows = [_before_history(sheet, start, rows), *rows]
    _write(sheet, name, rows)
    sheet.set("resources", {"resource": resource}, "calendar", name)


def now(sheet: Sheet) -> int:
    """The problem's `now`, in units of the time column."""
    rows = sheet.table("problem")
    if rows.num_rows == 0 or "now" not in rows.column_names or rows["now"][0].as_py() is None:
        return 0
    return int(rows["now"].cast(pa.int64())[0].as_py())


def beginning(sheet: Sheet, start: int) -> int:
    """An instant before everything that has happened."""
    known = [now(sheet), start]
    baseline = sheet.tables.get("baseline")
    if baseline is not None and "start" in baseline.column_names:
        first = pc.min(baseline["start"].cast(pa.int64())).as_py()
        known += [] if first is None else [int(first)]
    return min(known) - tick(sheet)


def tick(sheet: Sheet) -> int:
    """One tick in units of the time column."""
    kind = sheet.time_type()
    if not pa.types.is_timestamp(kind):
        return 1
    return {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]


def _before_history(sheet: Sheet, start: int, rows: list[Row]) -> Row:
    """Open time before anything has happened, as long as the longest work.

    A resource that is closed for good needs a calendar with a row, and work that never pauses needs a
    window somewhere: that it can no more be placed is an answer, not an error of the input.
    """
    first = min([beginning(sheet, start), *(row[0] for row in rows)])
    durations = sheet.tables["modes"]["duration"]
    if pa.types.is_duration(durations.type):
        durations = durations.cast(pa.duration("s"))
    longest = pc.max(durations.cast(pa.int64())).as_py() or 0
    return first - (longest + 1) * tick(sheet), first, None


def open_before_history(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """The tables with one stretch before all history in which every calendar is open.

    It is as long as the longest work and as wide as a calendar ever gets, so every mode has open time;
    nothing can be planned there.
    """
    sheet = Sheet(tables)
    calendars = sheet.table("calendars")
    starts = pc.min(calendars["start"].cast(pa.int64())).as_py()
    low, high, _ = _before_history(sheet, now(sheet), [] if starts is None else [(int(starts), None, None)])
    resources = sheet.table("resources").to_pylist()
    for name in sorted(set(calendars["calendar"].to_pylist()), key=str):
        rows = _rows(sheet, name)
        own = [int(row.get("capacity") or 1) for row in resources if row.get("calendar") == name]
        told = [capacity for _, _, capacity in rows if capacity is not None]
        widest = max([*told, *own]) if told else None
        _write(sheet, name, [(low, high, widest), *rows])
    return sheet.tables


def _ticks(sheet: Sheet, value: Any) -> int | None:
    if value is None:
        return None
    scalar = sheet.scalar("calendars", "start", value)
    return int(scalar.cast(pa.int64()).as_py())


def _own_rows(sheet: Sheet, resource: dict[str, Any], start: int) -> tuple[Any, list[Row]]:
    """The calendar that is this resource's alone, and its rows."""
    shared = resource.get("calendar")
    if shared is None:
        return _fresh(sheet, resource["resource"]), [(beginning(sheet, start), None, None)]
    rows = _rows(sheet, shared)
    users = pc.sum(sheet.mask("resources", {"calendar": shared})).as_py()
    return (shared if users == 1 else _fresh(sheet, resource["resource"])), rows


def _rows(sheet: Sheet, name: Any) -> list[Row]:
    table = sheet.table("calendars").filter(sheet.mask("calendars", {"calendar": name}))
    length = table.num_rows
    start = table["start"].cast(pa.int64()).to_pylist()
    end = table["end"].cast(pa.int64()).to_pylist() if "end" in table.column_names else [None] * length
    capacity = table["capacity"].to_pylist() if "capacity" in table.column_names else [None] * length
    return sorted(zip(start, end, capacity, strict=True), key=lambda row: row[0])


def _fresh(sheet: Sheet, resource: Any) -> Any:
    """A name that no calendar has."""
    calendars = sheet.table("calendars")
    taken = set(calendars["calendar"].to_pylist()) if "calendar" in calendars.column_names else set()
    if pa.types.is_integer(sheet.kind("calendars", "calendar")):
        return max(taken, default=0) + 1
    name, number = f"{resource} own", 2
    while name in taken:
        name, number = f"{resource} own {number}", number + 1
    return name


def _write(sheet: Sheet, name: Any, rows: list[Row]) -> None:
    sheet.delete("calendars", {"calendar": name})
    old = sheet.table("calendars")
    time = sheet.kind("calendars", "start")

    def instants(values: list[int | None]) -> pa.Array:
        return pa.array(values, pa.int64()).cast(time)

    arrays: dict[str, Any] = {
        "calendar": pa.repeat(sheet.scalar("calendars", "calendar", name), len(rows)),
        "start": instants([row[0] for row in rows]),
        "end": instants([row[1] for row in rows]),
        "capacity": pa.array([row[2] for row in rows], pa.int64()),
    }
    new = pa.table(arrays)
    old = (
        old.set_column(0, "calendar", old["calendar"].cast(new.schema.field("calendar").type))
        if (old.column_names[:1] == ["calendar"])
        else old
    )
    sheet.tables["calendars"] = pa.concat_tables([old, new], promote_options="permissive")
