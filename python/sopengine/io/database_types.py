"""What a database's driver gives for types that Arrow has no word for, as columns that a table can have.

PostgreSQL's `numeric` comes as text of its own (opaque), and so do its enumerations, as bytes; `interval`
comes as months, days and nanoseconds. Amounts become decimals with the longest fraction that occurs;
intervals become durations unless they count months, whose length nobody knows; the rest becomes text.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.errors import Finding

if TYPE_CHECKING:
    from collections.abc import Callable

SHOWN: Final = 20
DAY_US: Final = 86_400_000_000
MOST_DIGITS: Final = 38


def plain_columns(name: str, table: pa.Table, findings: list[Finding]) -> pa.Table:
    """The table with such columns converted; what cannot be is appended to `findings`."""
    for index, field in enumerate(table.schema):
        column = table.column(index).combine_chunks()
        if pa.types.is_interval(field.type):
            column = _values(name, field.name, column, _microseconds, pa.duration("us"), findings)
        elif isinstance(field.type, pa.BaseExtensionType):
            column = _extension(name, field, column, findings)
        else:
            continue
        table = table.set_column(index, pa.field(field.name, column.type), column)
    return table


def _extension(name: str, field: pa.Field, column: pa.Array, findings: list[Finding]) -> pa.Array:
    kind = getattr(field.type, "type_name", "")
    if kind == "numeric":
        return _decimals(name, field.name, column.storage, findings)
    if pa.types.is_fixed_size_binary(column.storage.type):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    try:
        return column.storage.cast(pa.string())
    except pa.ArrowException:
        expected = "a type that a column can have; convert it in a view"
        findings.append(
            Finding("UNSUPPORTED_TYPE", "error", name, column=field.name, found=kind[:80], expected=expected)
        )
        return pa.nulls(len(column), pa.string())


def _decimals(name: str, column: str, text: pa.Array, findings: list[Finding]) -> pa.Array:
    """Exact amounts: the scale is the longest fraction that occurs."""
    written = pc.drop_null(pc.utf8_length(pc.replace_substring_regex(text, r"^[^.]*\.?", "")))
    scale = min(MOST_DIGITS, int(pc.max(written).as_py() or 0)) if len(written) else 0
    kind = pa.decimal128(MOST_DIGITS, scale)

    def amount(value: str) -> Decimal:
        made = Decimal(value)
        if not made.is_finite() or made.adjusted() >= MOST_DIGITS - scale:
            raise ValueError(value)
        return made

    return _values(name, column, text, amount, kind, findings)


def _microseconds(value: pa.MonthDayNano) -> int:
    if value.months or value.nanoseconds % 1_000:
        raise ValueError(value)
    whole: int = value.days * DAY_US + value.nanoseconds // 1_000
    return whole


def _values(
    name: str,
    column: str,
    values: pa.Array,
    convert: Callable[..., object],
    kind: pa.DataType,
    findings: list[Finding],
) -> pa.Array:
    """Each value converted; the first few that cannot be are findings."""
    made: list[object] = []
    wrong = 0
    expected = "a length without months" if pa.types.is_duration(kind) else "a finite amount of 38 digits"
    for row, value in enumerate(values.to_pylist()):
        try:
            made.append(None if value is None else convert(value))
        except (ValueError, InvalidOperation):
            made.append(None)
            wrong += 1
            if wrong <= SHOWN:
                found = str(value)[:60]
                findings.append(
                    Finding(
                        "TYPE_MISMATCH", "error", name, row=row, column=column, found=found, expected=expected
                    )
                )
    if wrong > SHOWN:
        found = f"{wrong - SHOWN} more"
        findings.append(
            Finding("TYPE_MISMATCH", "error", name, column=column, found=found, expected=expected)
        )
    return pa.array(made, kind)
