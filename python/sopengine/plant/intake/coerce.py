"""Turn any Arrow table into the canonical columns of `spec`, or say exactly which cells do not fit.

Nothing is cast silently: text is no duration, a bare integer is a duration only where
``settings.duration_unit`` says of what, a float is a quantity only through its shortest decimal text. A
cell that cannot be read becomes null and a finding, so that one pass reports every bad cell of every table.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.types as pt

from sopengine.plant.intake.collect import nearest
from sopengine.plant.localtime import LocalTimeError, to_utc
from sopengine.plant.spec import ARROW, SPEC, Column, TableSpec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sopengine.plant.intake.collect import Collector

MAX_ID_BYTES = 1024
UNIT_SECONDS = {"s": 1, "min": 60, "h": 3600}
LONGEST = 10**11
"""Three thousand years, in seconds."""
FIRST_TIME, LAST_TIME = -62_135_510_400, 253_402_214_400
"""The second day of the year 1 and the last of 9999, so that every zone can show them."""
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")


class Reader:
    """Reads the columns of one Plant; knows its zone, its duration unit and where findings go."""

    def __init__(self, collector: Collector) -> None:
        self.out = collector
        self.timezone = "UTC"
        self.rule = "error"
        self.unit: str | None = None

    def settings(self, source: Any) -> pa.Table:
        """Read the settings first: all other tables need its zone and unit."""
        raw = as_table(source, "settings", self.out)
        if raw.num_rows != 1:
            self.out.add("SETTINGS_ROWS", "settings", found=raw.num_rows, expected="exactly one row")
            return raw.slice(0, 0)
        names = ("timezone", "duration_unit", "local_time_rule")
        first = {name: _first_text(raw, name) for name in names}
        zone = first["timezone"]
        if zone is not None:
            if known_zone(zone):
                self.timezone = zone
            else:
                self.out.add(
                    "TZ_UNKNOWN", "settings", 0, column="timezone", found=zone, expected="an IANA zone name"
                )
        if first.get("duration_unit") in UNIT_SECONDS:
            self.unit = first["duration_unit"]
        if first.get("local_time_rule") in ("error", "earlier", "later"):
            self.rule = str(first["local_time_rule"])
        return self.table(raw, SPEC["settings"])

    def table(self, source: Any, spec: TableSpec) -> pa.Table:
        """Return `source` with exactly the columns of `spec`, then the unknown ones."""
        raw = as_table(source, spec.name, self.out)
        columns: dict[str, pa.Array] = {}
        for column in spec.columns:
            if column.name in raw.column_names:
                columns[column.name] = self.column(raw.column(column.name), spec.name, column)
            else:
                if column.required:
                    self.out.add(
                        "MISSING_COLUMN",
                        spec.name,
                        column=column.name,
                        expected=column.doc,
                        hint=nearest(column.name, set(raw.column_names) - set(spec.by_name)),
                    )
                columns[column.name] = self.canonical([column_default(column)] * raw.num_rows, column)
        for name in raw.column_names:
            if name not in columns:
                columns[name] = raw.column(name)
                near = nearest(name, set(spec.by_name) - set(raw.column_names))
                self.out.add(
                    "UNKNOWN_COLUMN",
                    spec.name,
                    column=name,
                    found="a column that nobody reads",
                    severity="warning" if near else "info",
                    hint=near or "It is kept with the table.",
                )
        return pa.table(columns)

    def column(self, data: pa.ChunkedArray, table: str, column: Column) -> pa.Array:
        """Convert one column; bad cells are reported and become null, nulls become the default."""
        if pt.is_dictionary(data.type):
            data = data.cast(data.type.value_type)
        convert = None if pt.is_null(data.type) else self.converter(column, data.type)
        if convert is None and not pt.is_null(data.type):
            known = UNIT_SECONDS if column.kind == "duration" and pt.is_integer(data.type) else None
            self.out.add(
                "UNIT_UNDECLARED" if known else "TYPE_MISMATCH",
                table,
                column=column.name,
                found=data.type,
                expected=f"{column.kind} ({ARROW[column.kind]})",
                hint="Set settings.duration_unit to s, min or h." if known else None,
            )
            return self.canonical([None] * len(data), column)
        values: list[Any] = []
        default = column_default(column)
        for row, value in enumerate(plain_values(data)):
            if value is None:
                if column.required:
                    self.out.add("NULL_VALUE", table, row, column=column.name, expected=column.doc)
                values.append(default)
                continue
            try:
                values.append(convert(value) if convert else None)
            except CellError as error:
                self.out.add(
                    error.check, table, row, column=column.name, found=value, expected=error.expected
                )
                values.append(None)
        return self.canonical(values, column)

    def converter(self, column: Column, kind: pa.DataType) -> Callable[[Any], Any] | None:
        """Return the function for one cell, or None where the Arrow type does not fit the column."""
        text = pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind)
        number = pt.is_integer(kind) or pt.is_decimal(kind) or pt.is_floating(kind)
        match column.kind:
            case "id" if text or pt.is_integer(kind):
                return read_id
            case "text" if text or pt.is_integer(kind):
                return str
            case "integer" | "money" if number:
                return read_integer
            case "quantity" | "ratio" if number:
                return read_decimal
            case "duration" if pt.is_duration(kind):
                return lambda v: read_duration(read_ticks(v, kind.unit))
            case "duration" if pt.is_integer(kind) and self.unit:
                return lambda v: read_duration(read_integer(v) * UNIT_SECONDS[self.unit or "s"])
            case "time" if pt.is_timestamp(kind):
                return lambda v: self.read_time(v, kind)
            case "date" if pt.is_date(kind):
                return lambda v: v
            case "clock" if text:
                return read_clock
            case "clock" if pt.is_time(kind):
                return lambda v: v.strftime("%H:%M:%S")
            case "flag" if pt.is_boolean(kind):
                return lambda v: v
        return None

    def read_time(self, ticks: int, kind: pa.TimestampType) -> int:
        """Return seconds since 1970 in UTC of a timestamp cell given in its own unit."""
        seconds = read_ticks(ticks, kind.unit)
        if not FIRST_TIME <= seconds <= LAST_TIME:
            raise CellError("BAD_TIMESTAMP", "a year from 1 to 9999")
        if kind.tz is not None:
            return seconds
        try:
            local = dt.datetime(1970, 1, 1) + dt.timedelta(seconds=seconds)
            return to_utc(local, ZoneInfo(self.timezone), self.rule)
        except LocalTimeError as error:
            raise CellError(error.check, f"a time that exists once in {self.timezone}") from error
        except (OverflowError, ValueError) as error:
            raise CellError("BAD_TIMESTAMP", "a year from 1 to 9999") from error

    def canonical(self, values: list[Any], column: Column) -> pa.Array:
        """Build the canonical Arrow array of a column from plain values."""
        kind = ARROW[column.kind]
        if column.kind == "quantity" and all(v is None or v == int(v) for v in values):
            return pa.array([None if v is None else int(v) for v in values], pa.int64())
        if column.kind == "time":
            kind = pa.timestamp("s", self.timezone)
        if column.kind in ("time", "duration"):
            return pa.array(values, pa.int64()).cast(kind)
        return pa.array(values, kind)


class CellError(Exception):
    """A cell that cannot be read: the check that it fails and what was expected."""

    def __init__(self, check: str, expected: str) -> None:
        super().__init__(check)
        self.check = check
        self.expected = expected


def _first_text(table: pa.Table, name: str) -> str | None:
    """Return the first cell of a column of text or integers as text; None for anything else."""
    if name not in table.column_names:
        return None
    value = plain_values(table.column(name).slice(0, 1))[0]
    return str(value) if isinstance(value, str | int) else None


def as_table(source: Any, name: str, out: Collector) -> pa.Table:
    """Return the Arrow table behind any object with the Arrow stream protocol, fully validated."""
    if not hasattr(source, "__arrow_c_stream__"):
        out.add("TYPE_MISMATCH", name, found=type(source).__name__, expected="a table (__arrow_c_stream__)")
        return pa.table({})
    table = pa.table(source)
    try:
        table.validate(full=True)
    except (pa.ArrowInvalid, IndexError) as error:
        out.add("ARROW_INVALID", name, found=error)
        return pa.table({})
    if len(set(table.column_names)) != len(table.column_names):
        out.add("DUPLICATE_COLUMN", name, found=", ".join(table.column_names))
        return pa.table({})
    return table


def plain_values(data: pa.ChunkedArray) -> list[Any]:
    """Return the cells as Python values; times and durations as integer ticks of their own unit."""
    if pt.is_timestamp(data.type) or pt.is_duration(data.type):
        data = data.cast(pa.int64())
    if pt.is_time64(data.type):
        data = data.cast(pa.time64("us"), safe=False)
    values: list[Any] = data.to_pylist()
    return values


def column_default(column: Column) -> Any:
    """Return the default of a column as the plain value that `canonical` takes."""
    return (
        Decimal(column.default)
        if column.kind in ("quantity", "ratio") and column.default is not None
        else column.default
    )


def known_zone(name: str) -> bool:
    """Return whether `name` is an IANA zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def read_id(value: Any) -> str:
    """Return an id as text."""
    text = str(value)
    if not text:
        raise CellError("EMPTY_ID", "an id that is not empty")
    if len(text.encode()) > MAX_ID_BYTES:
        raise CellError("ID_TOO_LONG", f"at most {MAX_ID_BYTES} bytes")
    return text


def read_integer(value: Any) -> int:
    """Return an exact 64-bit integer."""
    number = read_decimal(value) if not isinstance(value, int) else value
    if number != int(number):
        raise CellError("NOT_INTEGRAL", "a whole number")
    if not -(2**63) <= number < 2**63:
        raise CellError("OVERFLOW", "a 64-bit integer")
    return int(number)


def read_decimal(value: Any) -> Decimal:
    """Return an exact decimal with at most six places; floats by their shortest text."""
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    except InvalidOperation as error:  # pragma: no cover - Arrow numbers always parse
        raise CellError("TYPE_MISMATCH", "a number") from error
    if not number.is_finite():
        raise CellError("NOT_FINITE", "a finite number")
    if abs(number) >= 10**18:
        raise CellError("OVERFLOW", "a number below 10^18")
    if number != number.quantize(Decimal("0.000001")):
        raise CellError("TOO_PRECISE", "at most six decimals")
    return number + 0


def read_ticks(value: int, unit: str) -> int:
    """Return whole seconds of ticks of an Arrow time unit."""
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    seconds, rest = divmod(value, per_second)
    if rest:
        raise CellError("SUBSECOND", "whole seconds")
    return seconds


def read_duration(seconds: int) -> int:
    """Return a duration that sums cannot overflow."""
    if abs(seconds) > LONGEST:
        raise CellError("OVERFLOW", f"at most {LONGEST} seconds")
    return seconds


def read_clock(value: str) -> str:
    """Return a time of day as HH:MM:SS, up to 24:00:00."""
    match = _CLOCK.fullmatch(value.strip())
    if match:
        hour, minute, second = (int(part or 0) for part in match.groups())
        if minute < 60 and second < 60 and (hour < 24 or (hour, minute, second) == (24, 0, 0)):
            return f"{hour:02}:{minute:02}:{second:02}"
    raise CellError("BAD_CLOCK", "a time of day such as 06:00 or 24:00")


def records(table: pa.Table) -> list[dict[str, Any]]:
    """Return canonical rows as dicts: times and durations as integer seconds, the rest as Python values."""
    columns: Mapping[str, list[Any]] = {n: plain_values(table.column(n)) for n in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
