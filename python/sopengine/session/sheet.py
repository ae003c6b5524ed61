"""Tables of a problem while changes are applied to them.

Arrow tables are immutable; every edit replaces one column or one table and shares all others. Values come
as people write them (datetimes, ISO text, plain numbers) and are brought to the type that the table has,
or, for a column that is not there yet, to the type that its kind has elsewhere in the problem.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.errors import Finding, SopDataError
from sopengine.tables import table_spec

if TYPE_CHECKING:
    from collections.abc import Mapping

FACTS: Final = frozenset({"problem", "baseline", "resource_states", "items"})
"""Tables in which `set` makes the row that it does not find."""


@cache
def columns() -> dict[str, dict[str, dict[str, Any]]]:
    """Specification of every column of a problem, by table and name."""
    known: dict[str, dict[str, dict[str, Any]]] = {}
    for row in table_spec():
        if row["direction"] == "in":
            known.setdefault(row["table"], {})[row["column"]] = row
    return known


class Sheet:
    """The tables, open for edits."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self.tables = {name: _plain_table(table) for name, table in tables.items()}

    def table(self, name: str) -> pa.Table:
        """A table by name; an empty one where the problem has none.

        Raises
        ------
        SopDataError
            Where no problem has a table of that name.
        """
        if name in self.tables:
            return self.tables[name]
        if name not in columns():
            raise refused("UNKNOWN_TABLE", name, None, name, "a table of a problem")
        keys = [column for column, row in columns()[name].items() if row["required"] or row["key"]]
        return pa.table({column: pa.array([], self.kind(name, column)) for column in keys})

    def kind(self, table: str, column: str) -> pa.DataType:
        """Arrow type of a column, there or not."""
        if table in self.tables and column in self.tables[table].column_names:
            found = self.tables[table].schema.field(column).type
            if not pa.types.is_null(found):
                return found.value_type if pa.types.is_dictionary(found) else found
        spec = columns().get(table, {}).get(column)
        if spec is None:
            return pa.null()
        return self._kind_elsewhere(spec["type"], spec["entity"])

    def _kind_elsewhere(self, kind: str, entity: str | None) -> pa.DataType:
        if kind in ("time", "duration"):
            time = self.time_type()
            if pa.types.is_integer(time):
                return pa.int64()
            return time if kind == "time" else pa.duration("s")
        if kind == "id":
            return self._first(lambda spec: spec["entity"] == entity) or pa.string()
        if kind == "quantity":
            return self._first(lambda spec: spec["type"] == "quantity") or pa.int64()
        plain = {"integer": pa.int64(), "boolean": pa.bool_(), "fraction": pa.float64()}
        return plain.get(kind, pa.string())

    def time_type(self) -> pa.DataType:
        """Type of instants of this problem."""
        return self._first(lambda spec: spec["type"] == "time") or pa.int64()

    def _first(self, wanted: Any) -> pa.DataType | None:
        for name, known in columns().items():
            table = self.tables.get(name)
            if table is None:
                continue
            for column in table.column_names:
                if column in known and wanted(known[column]):
                    found: pa.DataType = table.schema.field(column).type
                    if not pa.types.is_null(found):
                        return found.value_type if pa.types.is_dictionary(found) else found
        return None

    def scalar(self, table: str, column: str, value: Any) -> pa.Scalar:
        """A value as the column has it."""
        kind = self.kind(table, column)
        if pa.types.is_null(kind):
            return pa.scalar(value)
        try:
            return pa.scalar(_native(value, kind), kind)
        except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError, ValueError, OverflowError) as error:
            raise refused("TYPE_MISMATCH", table, column, repr(value), str(kind)) from error

    def mask(self, table: str, key: Mapping[str, Any]) -> pa.Array:
        """Which rows a key names."""
        rows = self.table(table)
        mask: Any = pa.array([True] * rows.num_rows, pa.bool_())
        for column, value in key.items():
            if column not in rows.column_names:
                if value is None:
                    continue
                return pa.array([False] * rows.num_rows, pa.bool_())
            cells = _plain(rows[column])
            same = pc.is_null(cells) if value is None else pc.equal(cells, self.scalar(table, column, value))
            mask = pc.and_(mask, pc.fill_null(same, fill_value=False))
        return mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask

    def set(self, table: str, key: Mapping[str, Any], column: str, value: Any) -> None:
        """Put a value into a column of the rows of a key."""
        mask = self.mask(table, key)
        if not pc.any(mask).as_py():
            if table not in FACTS or (table == "problem" and self.table(table).num_rows):
                raise missing(table, key)
            self.insert(table, {**key, column: value})
            return
        rows = self.table(table)
        scalar = self.scalar(table, column, value)
        if column in rows.column_names:
            cells = _plain(rows[column])
            if pa.types.is_null(cells.type):
                cells = cells.cast(scalar.type)
            filled = pc.if_else(mask, scalar, cells)
            rows = rows.set_column(rows.column_names.index(column), column, filled)
        else:
            rows = rows.append_column(column, pc.if_else(mask, scalar, pa.scalar(None, scalar.type)))
        self.tables[table] = rows

    def add(self, table: str, key: Mapping[str, Any], column: str, value: Any) -> None:
        """Add a number to a column of the rows of a key."""
        mask = self.mask(table, key)
        rows = self.table(table)
        if not pc.any(mask).as_py() or column not in rows.column_names:
            raise missing(table, key)
        index = rows.column_names.index(column)
        cells = rows[column]
        kind = cells.type
        step = kind if not pa.types.is_timestamp(kind) else pa.duration(kind.unit)
        try:
            amount = pa.scalar(_native(value, step), step)
            raised = pc.if_else(mask, pc.add_checked(cells, amount), cells)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, TypeError) as error:
            raise refused("TYPE_MISMATCH", table, column, repr(value), str(step)) from error
        self.tables[table] = rows.set_column(index, column, raised.cast(kind))

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Append a row; cells that it does not give are null."""
        rows = self.table(table)
        cells = {name: value for name, value in row.items() if value is not None}
        for column in cells:
            if column not in rows.column_names and column not in columns().get(table, {}):
                raise refused("UNKNOWN_COLUMN", table, column, column, "a column of the table")
        arrays: dict[str, Any] = {}
        for column in [*rows.column_names, *(name for name in cells if name not in rows.column_names)]:
            scalar = self.scalar(table, column, cells.get(column))
            if column in rows.column_names:
                old = _plain(rows[column])
                old = old.cast(scalar.type) if pa.types.is_null(old.type) else old
            else:
                old = pa.chunked_array([pa.nulls(rows.num_rows, scalar.type)])
            new = pa.array([scalar.as_py()], old.type) if column not in cells else _one(scalar)
            arrays[column] = pa.chunked_array([*old.chunks, new], old.type)
        self.tables[table] = pa.table(arrays)

    def delete(self, table: str, key: Mapping[str, Any]) -> int:
        """Remove the rows of a key; how many they were."""
        if table not in self.tables:
            self.table(table)
            return 0
        before: int = self.tables[table].num_rows
        self.tables[table] = self.tables[table].filter(pc.invert(self.mask(table, key)))
        left: int = self.tables[table].num_rows
        return before - left


def refused(check: str, table: str, column: str | None, found: str, expected: str) -> SopDataError:
    """A change that does not fit the tables."""
    return SopDataError([Finding(check, table=table, column=column, found=found[:80], expected=expected)])


def missing(table: str, key: Mapping[str, Any]) -> SopDataError:
    """A change of a row that is not there."""
    text = ", ".join(f"{column} {value}" for column, value in key.items())
    return SopDataError([Finding("UNKNOWN_KEY", table=table, id=text[:80], expected="a row of the table")])


def _plain_table(table: pa.Table) -> pa.Table:
    """The table with plain text: not every kernel of Arrow knows dictionaries and views."""
    for index, field in enumerate(table.schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_string_view(kind) or pa.types.is_large_string(kind):
            kind = pa.string()
        if kind != field.type:
            table = table.set_column(index, field.name, table[field.name].cast(kind))
    return table


def _plain(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return cells.cast(cells.type.value_type) if pa.types.is_dictionary(cells.type) else cells


def _one(scalar: pa.Scalar) -> pa.Array:
    return pa.repeat(scalar, 1)


def _native(value: Any, kind: pa.DataType) -> Any:
    """A value in a form that Arrow takes for the type without loss."""
    if value is None:
        return None
    if pa.types.is_timestamp(kind):
        return _instant(value, kind)
    if pa.types.is_duration(kind) and isinstance(value, int):
        return timedelta(seconds=value)
    if (pa.types.is_string(kind) or pa.types.is_large_string(kind)) and not isinstance(value, str):
        return str(value)
    if pa.types.is_integer(kind) and isinstance(value, str):
        return int(value)
    return value


def _instant(value: Any, kind: pa.TimestampType) -> Any:
    if isinstance(value, int):
        return datetime.fromtimestamp(value, ZoneInfo("UTC"))
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    if kind.tz is not None and isinstance(moment, datetime) and moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(kind.tz))
    return moment
