"""Text columns to the Arrow type of their class.

The class comes from :func:`sopengine.io.types.column_type`; the look of the values never decides whether a
column is an id or a number. Every value that cannot be read is a finding with its row; nothing is rounded,
dropped or cast in silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sopengine.errors import Finding
from sopengine.io.dates import (
    INTEGER,
    AmbiguousDates,
    Parsed,
    date_order,
    parse_days,
    parse_durations,
    parse_times,
)
from sopengine.io.types import column_type

if TYPE_CHECKING:
    import numpy.typing as npt

    from sopengine.io.options import DateOrder, ReadOptions

_SHOWN: Final = 20
_TRUE: Final = ["true", "t", "yes", "y", "1"]
_FALSE: Final = ["false", "f", "no", "n", "0"]
_DECIMAL: Final = r"^[+-]?\d{1,18}(\.\d{1,9})?$"


@dataclass(frozen=True, slots=True)
class Conventions:
    """How one file writes dates and decimals."""

    dates: DateOrder | None
    decimal: str


def convert_table(table: str, text: pa.Table, options: ReadOptions, findings: list[Finding]) -> pa.Table:
    """A table of strings with every known column in its type; problems are appended to `findings`."""
    conventions = _conventions(table, text, options, findings)
    columns = []
    for name in text.column_names:
        values = text.column(name).combine_chunks()
        columns.append(_convert(table, name, values, conventions, options, findings))
    return pa.table(columns, names=text.column_names)


def _convert(
    table: str,
    column: str,
    text: pa.Array,
    conventions: Conventions,
    options: ReadOptions,
    findings: list[Finding],
) -> pa.Array:
    kind = column_type(table, column)
    if kind in (None, "id", "text"):
        return text
    if kind == "time":
        parsed = parse_times(text, conventions.dates, options.timezone)
    elif kind == "duration":
        parsed = parse_durations(text, options.duration_unit)
    elif kind == "date":
        parsed = parse_days(text, conventions.dates)
    elif kind == "boolean":
        parsed = _booleans(text)
    else:
        parsed = _numbers(text, kind, conventions.decimal)
    findings += wrong_values(table, column, text, parsed)
    return parsed.values


def wrong_values(table: str, column: str, text: pa.Array, parsed: Parsed) -> list[Finding]:
    """The first few unreadable values of a column, and how many more there are."""
    places = np.flatnonzero(parsed.wrong)
    hint = _hint(column_type(table, column))
    findings = [
        Finding(
            "TYPE_MISMATCH",
            "error",
            table=table,
            row=row,
            column=column,
            found=repr(text[row].as_py()[:60]),
            expected=parsed.expected,
            hint=hint,
        )
        for row in places[:_SHOWN].tolist()
    ]
    if len(places) > _SHOWN:
        found = f"{len(places) - _SHOWN} more"
        findings.append(
            Finding("TYPE_MISMATCH", "error", table, column=column, found=found, expected=parsed.expected)
        )
    return findings


def _hint(kind: str | None) -> str | None:
    if kind == "time":
        return "Maybe pass dates='day_first', 'month_first' or 'compact'."
    if kind == "duration":
        return "Maybe pass duration_unit='min' for bare integers, or write PT2H for two hours."
    if kind in ("quantity", "number"):
        return "Maybe pass decimal=',' or decimal='.'."
    if kind == "integer":
        return "Counts and ranks are whole; money is in minor units, so 100.50 is 10050."
    return None


def _conventions(table: str, text: pa.Table, options: ReadOptions, findings: list[Finding]) -> Conventions:
    by_kind: dict[str, list[str]] = {}
    for name in text.column_names:
        by_kind.setdefault(column_type(table, name) or "text", []).append(name)
    dates = options.dates
    date_columns = by_kind.get("time", []) + by_kind.get("date", [])
    if dates is None:
        try:
            dates = date_order([text.column(name).combine_chunks() for name in date_columns])
        except AmbiguousDates as error:
            hint = "Pass dates='day_first' or dates='month_first'."
            columns = ", ".join(date_columns)
            findings.append(
                Finding("DATES_AMBIGUOUS", "error", table, column=columns, found=str(error), hint=hint)
            )
            dates = "day_first"
    amounts = [
        text.column(name).combine_chunks() for name in by_kind.get("quantity", []) + by_kind.get("number", [])
    ]
    decimal = options.decimal
    if decimal is None:
        decimal, doubtful = _decimal_mark(amounts)
        if doubtful is not None:
            hint = "Pass decimal=',' or decimal='.'."
            findings.append(Finding("DECIMAL_AMBIGUOUS", "error", table, found=doubtful, hint=hint))
    return Conventions(dates, decimal)


def _decimal_mark(columns: list[pa.Array]) -> tuple[str, str | None]:
    """Decimal mark of the amounts of a file, and a value that fits both readings if nothing settles it."""
    certain: set[str] = set()
    doubtful: str | None = None
    for text in columns:
        marked = pc.drop_null(pc.unique(text.filter(pc.match_substring_regex(text, "[.,]"))))
        for mark, other in ((".", ","), (",", ".")):
            grouped = rf"\d{{1,3}}(\{other}\d{{3}})+\{mark}\d+"
            proof = rf"^[+-]?({grouped}|0*\{mark}\d+|\d+\{mark}(\d{{1,2}}|\d{{4,}})|\d{{4,}}\{mark}\d+)$"
            if pc.any(pc.match_substring_regex(marked, proof)).as_py():
                certain.add(mark)
        commas = marked.filter(pc.match_substring_regex(marked, r"^[+-]?[1-9]\d{0,2},\d{3}$"))
        if len(commas) and doubtful is None:
            doubtful = commas[0].as_py()
    if len(certain) == 1:
        return certain.pop(), None
    if len(certain) == 2:
        return ".", "decimal commas and decimal points in one file"
    return ".", f"{doubtful} and the like may be thousands or thousandths" if doubtful else None


def _booleans(text: pa.Array) -> Parsed:
    lower = pc.utf8_lower(text)
    yes, no = (pc.is_in(lower, value_set=pa.array(words)) for words in (_TRUE, _FALSE))
    missing = np.asarray(text.is_null())
    wrong = ~missing & ~np.asarray(pc.or_(yes, no))
    return Parsed(pa.array(np.asarray(yes), mask=missing | wrong), wrong, "true or false")


def _numbers(text: pa.Array, kind: str, decimal: str) -> Parsed:
    """Integers, fractions or amounts; an amount with decimals becomes decimal128 with its own scale."""
    plain = text
    if kind != "integer":
        group = "." if decimal == "," else ","
        grouped = pc.match_substring_regex(text, rf"^[+-]?[1-9]\d{{0,2}}(\{group}\d{{3}})+(\{decimal}\d+)?$")
        plain = pc.if_else(pc.fill_null(grouped, False), pc.replace_substring(text, group, ""), text)
        marked = pc.replace_substring(plain, ",", ".") if decimal == "," else plain
        # A point left over from grouping that was not in threes must stay wrong.
        stray = pc.match_substring(plain, "." if decimal == "," else ",")
        plain = pc.if_else(pc.fill_null(stray, False), text, marked)
        if decimal == ",":
            plain = pc.if_else(pc.fill_null(stray, False), pc.binary_join_element_wise(text, "?", ""), plain)
    integers = np.asarray(pc.fill_null(pc.match_substring_regex(plain, INTEGER), False))
    missing = np.asarray(text.is_null())
    if kind == "integer":
        return _cast(plain, integers, missing, pa.int64(), "an integer")
    readable = np.asarray(pc.fill_null(pc.match_substring_regex(plain, _DECIMAL), False))
    if kind == "number":
        return _cast(plain, readable, missing, pa.float64(), "a number")
    if (integers | missing | ~readable).all():
        return _cast(plain, readable, missing, pa.int64(), "a number")
    tail = pc.replace_substring_regex(pc.filter(plain, pa.array(readable)), r"^[^.]*\.?", "")
    scale = int(pc.max(pc.utf8_length(tail)).as_py())
    return _cast(plain, readable, missing, pa.decimal128(18 + scale, scale), "a number")


def _cast(
    text: pa.Array,
    readable: npt.NDArray[np.bool_],
    missing: npt.NDArray[np.bool_],
    target: pa.DataType,
    expected: str,
) -> Parsed:
    kept = pc.if_else(pa.array(readable), text, pa.scalar(None, pa.string()))
    unsigned = pc.replace_substring_regex(kept, r"^\+", "")
    return Parsed(pc.cast(unsigned, target), ~missing & ~readable, expected)
