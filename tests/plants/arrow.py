"""From rows to Arrow tables: id types, shuffled rows, integer or temporal time."""

from __future__ import annotations

import random
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

    from .draft import Draft, Row

ID_CLASS = {
    ("*", "order"): "order", ("*", "operation"): "operation", ("*", "before"): "operation",
    ("*", "after"): "operation", ("*", "resource"): "resource", ("*", "mode"): "resource",
    ("*", "member"): "resource", ("*", "group"): "group", ("*", "calendar"): "calendar",
    ("*", "matrix"): "matrix", ("resources", "changeover_matrix"): "matrix", ("*", "item"): "item",
    ("resources", "location"): "location", ("transport", "from_location"): "location",
    ("transport", "to_location"): "location",
}  # fmt: skip
TIMES = {
    "problem": {"now", "horizon_end"}, "orders": {"release", "due", "deadline"},
    "operations": {"release", "deadline"}, "calendars": {"start", "end"}, "stock": {"time"},
    "baseline": {"start", "end"},
}  # fmt: skip
DURATIONS = {
    "modes": {"duration"}, "changeovers": {"duration"}, "precedences": {"min_lag", "max_lag"},
    "transport": {"duration"}, "baseline": {"remaining", "remaining_changeover"},
}  # fmt: skip
INTEGERS = {
    "sequence", "weight", "earliness_weight", "quantity", "cost", "capacity", "cost_per_hour", "priority",
    "max_stock",
}  # fmt: skip
FLAGS = {"attached", "same_resource", "unlimited"}
FLOATS = {"transfer", "tail"}
TEXT_TYPES = (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()))
NUMBER_TYPES = (pa.int64(), pa.int32(), pa.uint16())
SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
EPOCH = 1_772_431_200
"""Tick 0 of temporal plants: 2026-03-02 06:00 UTC."""


def tables(draft: Draft) -> dict[str, pa.Table]:
    """All tables that have rows, rows shuffled."""
    rng = random.Random(draft.rng.random())
    ids = {name: _id_writer(rng, draft, name) for name in sorted(set(ID_CLASS.values()))}
    clock = _clock(rng, draft)
    if rng.random() < 0.5:
        for number, row in enumerate(draft.tables.get("requirements", [])):
            row["requirement"] = f"R{number}"
    made = {}
    for name in sorted(draft.tables):
        rows = list(draft.tables[name])
        rng.shuffle(rows)
        if rows:
            made[name] = _table(name, rows, ids, clock)
    return made


def _table(name: str, rows: list[Row], ids: dict[str, Any], clock: dict[str, Any]) -> pa.Table:
    """One table; columns in the order of their names, those without any value left out."""
    columns = sorted({column for row in rows for column, value in row.items() if value is not None})
    arrays = {}
    for column in columns:
        values = [row.get(column) for row in rows]
        kind = ID_CLASS.get((name, column)) or ID_CLASS.get(("*", column))
        if kind is not None:
            arrays[column] = ids[kind](values)
        elif column in TIMES.get(name, ()):
            arrays[column] = clock["time"](values)
        elif column in DURATIONS.get(name, ()):
            arrays[column] = clock["duration"](values)
        elif column in INTEGERS:
            arrays[column] = pa.array(values, pa.int64())
        elif column in FLAGS:
            arrays[column] = pa.array(values, pa.bool_())
        else:
            arrays[column] = pa.array(values, pa.float64() if column in FLOATS else pa.string())
    return pa.table(arrays)


def _id_writer(rng: random.Random, draft: Draft, kind: str) -> Callable[[list[str | None]], pa.Array]:
    """Ids of one class as text of some type, or as integers whose order as text is not their size."""
    if rng.random() < 0.7:
        text = rng.choice(TEXT_TYPES)
        if pa.types.is_dictionary(text):
            return lambda values: pa.array(values, pa.string()).dictionary_encode()
        return lambda values: pa.array(values, text)
    known = sorted(
        {
            str(row[column])
            for name, rows in draft.tables.items()
            for row in rows
            for column in row
            if (ID_CLASS.get((name, column)) or ID_CLASS.get(("*", column))) == kind
            and row[column] is not None
        }
    )
    # A group and a resource of one number would make the default keys of requirements ambiguous.
    first = rng.choice((1, 7, 95)) + (500 if kind == "group" else 0)
    numbers: dict[str | None, int | None] = {text: first + 3 * place for place, text in enumerate(known)}
    numbers[None] = None
    number = rng.choice(NUMBER_TYPES)
    return lambda values: pa.array([numbers[value] for value in values], number)


def _clock(rng: random.Random, draft: Draft) -> dict[str, Callable[[list[int | None]], pa.Array]]:
    """How instants and durations are written."""
    if not draft.temporal:
        whole = rng.choice((pa.int64(), pa.int64(), pa.int32()))
        return {"time": lambda v: pa.array(v, whole), "duration": lambda v: pa.array(v, whole)}
    unit, span = rng.choice(tuple(SECOND)), rng.choice(tuple(SECOND))
    zone = None if draft.temporal == "naive" else draft.temporal
    shift = _utc_offset(draft.tables["problem"][0]["timezone"]) if zone is None else 0
    instant = pa.timestamp(unit, zone)

    def time(values: list[int | None]) -> pa.Array:
        return pa.array([None if v is None else (EPOCH + v + shift) * SECOND[unit] for v in values], instant)

    def duration(values: list[int | None]) -> pa.Array:
        return pa.array([None if v is None else v * SECOND[span] for v in values], pa.duration(span))

    return {"time": time, "duration": duration}


def _utc_offset(zone: str) -> int:
    offset = datetime.fromtimestamp(EPOCH, ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0
