"""Tables as plain rows of integers and text.

Every table, whether an Arrow table or a list of dictionaries, becomes a list of dictionaries in which
instants are seconds since 1970 (or the user's own ticks), durations are seconds (or ticks) and everything
else stays as Python has it. Naive instants are read in the zone of the ``problem`` table. Nothing is
validated here: the checker is given tables that are known to be well formed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

Row = dict[str, Any]
Tables = dict[str, Any]

PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def zone_of(tables: Tables) -> str:
    """The zone in which naive instants are meant: the problem's, else UTC."""
    rows = plain(tables.get("problem"), "UTC")
    return (rows[0].get("timezone") or "UTC") if rows else "UTC"


def is_temporal(tables: Tables) -> bool:
    """Whether any column of the problem holds an instant or a duration rather than an integer."""
    for table in tables.values():
        if isinstance(table, pa.Table):
            if any(pa.types.is_temporal(field.type) for field in table.schema):
                return True
        elif any(isinstance(value, datetime | timedelta) for row in table or [] for value in row.values()):
            return True
    return False


def plain(table: Any, zone: str) -> list[Row]:
    """One table as rows of integers, text, booleans and nulls."""
    if table is None:
        return []
    if isinstance(table, pa.Table):
        columns = {name: _column(table[name], zone) for name in table.column_names}
        return [{name: values[i] for name, values in columns.items()} for i in range(table.num_rows)]
    return [{name: _value(value, zone) for name, value in row.items()} for row in table]


def plain_tables(tables: Tables) -> dict[str, list[Row]]:
    """All tables of a problem as plain rows."""
    zone = zone_of(tables)
    return {name: plain(table, zone) for name, table in tables.items()}


def _column(column: pa.ChunkedArray, zone: str) -> list[Any]:
    kind = column.type
    if pa.types.is_timestamp(kind):
        if kind.tz is None:
            column = pc.assume_timezone(column, zone, ambiguous="earliest", nonexistent="earliest")
        return [_ticks(value, kind.unit) for value in column.cast(pa.int64()).to_pylist()]
    if pa.types.is_duration(kind):
        return [_ticks(value, kind.unit) for value in column.cast(pa.int64()).to_pylist()]
    return column.to_pylist()


def _ticks(value: int | None, unit: str) -> int | None:
    return None if value is None else value // PER_SECOND[unit]


def _value(value: Any, zone: str) -> Any:
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    if isinstance(value, timedelta):
        return value // timedelta(seconds=1)
    return value


def arrow(rows: list[Row]) -> pa.Table:
    """Plain rows as an Arrow table with every column that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.table({name: [row.get(name) for row in rows] for name in names})


def text(value: Any) -> str | None:
    """An id as the text by which it is compared and ordered."""
    return None if value is None else str(value)


def amount(value: Any, default: int | None = None) -> Any:
    """A quantity, exact: an integer or a fraction of the unit."""
    if value is None:
        return default
    if isinstance(value, Decimal | float):
        exact = Fraction(Decimal(repr(value))) if isinstance(value, float) else Fraction(value)
        return int(exact) if exact.denominator == 1 else exact
    return value
