"""CSV files as an ERP system exports them.

Delimiter, byte order mark, decimal mark and date order are found, or asked for when they cannot be; headings
may differ from the specification in case, blanks and hyphens. Every column is read as text first and then
converted by its class, so an id keeps its leading zeros and an empty field is null.
"""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from sopengine.errors import Finding
from sopengine.io.types import column_name, column_type, columns_of
from sopengine.io.values import convert_table

if TYPE_CHECKING:
    from pathlib import Path

    from sopengine.io.options import ReadOptions

_DELIMITERS: Final = ",;\t|"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHOWN: Final = 20


def read_csv(path: Path, table: str, options: ReadOptions, findings: list[Finding]) -> pa.Table | None:
    """One table from one file; what is wrong is appended to `findings`, None where nothing can be read."""
    data = _utf8(path.read_bytes(), table, options, findings)
    if data is None:
        return None
    data = data.lstrip(b"\r\n")
    if not data.strip():
        findings.append(
            Finding("EMPTY_FILE", "error", table, found="no heading", expected="a row of column names")
        )
        return None
    delimiter = options.delimiter or _delimiter(data, table)
    names = _header(data, delimiter, table, findings)
    text = _read_text(data, names, delimiter, table, findings)
    if text is None:
        return None
    return convert_table(table, _named_columns(text, table, findings), options, findings)


def _utf8(data: bytes, table: str, options: ReadOptions, findings: list[Finding]) -> bytes | None:
    encoding = options.encoding
    for mark, name in _MARKS:
        if data.startswith(mark):
            data, encoding = data[len(mark) :], name
            break
    try:
        if encoding is None or codecs.lookup(encoding).name == "utf-8":
            data.decode("utf-8")
            return data
        return data.decode(encoding).encode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start)
        found = f"byte 0x{data[error.start]:02x}, not {error.encoding}"
        hint = "Pass encoding='cp1252' for files of older Windows programs."
        findings.append(
            Finding("ENCODING", "error", table, max(0, row - 1), found=found, expected="UTF-8", hint=hint)
        )
        return None


def _delimiter(data: bytes, table: str) -> str:
    """The delimiter that gives most known column names, then most columns."""
    line = data[: data.find(b"\n") if b"\n" in data else len(data)].decode("utf-8", "replace")

    def score(delimiter: str) -> tuple[int, int]:
        fields = next(csv.reader([line], delimiter=delimiter), [])
        return sum(column_type(table, column_name(table, field)) is not None for field in fields), len(fields)

    return max(_DELIMITERS, key=score)


def _header(data: bytes, delimiter: str, table: str, findings: list[Finding]) -> list[str]:
    reader = csv.reader(
        io.StringIO(data[: 1 << 20].decode("utf-8", "ignore"), newline=""), delimiter=delimiter
    )
    fields = next(reader, [])
    names = [column_name(table, field) for field in fields]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        findings.append(Finding("DUPLICATE_COLUMN", "error", table, column=name, found="the heading twice"))
    if not any(column_type(table, name) for name in names):
        found = ", ".join(names)[:80]
        known = ", ".join(columns_of(table)[:6])
        hint = "Maybe the heading row is missing, or pass delimiter=';'."
        findings.append(Finding("MISSING_COLUMN", "error", table, found=found, expected=known, hint=hint))
    # Readable by position whatever the headings are; nameless columns are looked at later.
    return [f"{index}:{name}" for index, name in enumerate(names)]


def _read_text(
    data: bytes, names: list[str], delimiter: str, table: str, findings: list[Finding]
) -> pa.Table | None:
    ragged: list[Any] = []

    def note(row: Any) -> str:
        ragged.append(row)
        return "skip"

    try:
        text = pacsv.read_csv(
            pa.BufferReader(data),
            read_options=pacsv.ReadOptions(use_threads=False, column_names=names, skip_rows_after_names=1),
            parse_options=pacsv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note
            ),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid as error:
        findings.append(
            Finding("CSV_INVALID", "error", table, found=str(error)[:200], expected="rows of fields")
        )
        return None
    for row in ragged[:_SHOWN]:
        found = f"{row.actual_columns} fields: {row.text[:60]!r}"
        number = None if row.number is None else max(0, row.number - 2)
        expected = f"{row.expected_columns} fields"
        findings.append(Finding("CSV_RAGGED", "error", table, number, found=found, expected=expected))
    if len(ragged) > _SHOWN:
        findings.append(Finding("CSV_RAGGED", "error", table, found=f"{len(ragged) - _SHOWN} more rows"))
    return text


def _named_columns(text: pa.Table, table: str, findings: list[Finding]) -> pa.Table:
    """Outer blanks gone, empty rows and empty nameless columns dropped."""
    columns: dict[str, pa.ChunkedArray] = {}
    for index, full in enumerate(text.column_names):
        name = full.partition(":")[2]
        values = pc.utf8_trim_whitespace(text.column(index))
        values = pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
        if name:
            columns.setdefault(name, values)
        elif values.null_count < len(values):
            hint = "Maybe a delimiter inside a field is not quoted."
            findings.append(
                Finding("MISSING_COLUMN", "error", table, found=f"no name over column {index + 1}", hint=hint)
            )
    named = pa.table(columns)
    if not columns or not named.num_rows:
        return named
    empty = columns[next(iter(columns))].is_null()
    for values in columns.values():
        empty = pc.and_(empty, values.is_null())
    return named.filter(pc.invert(empty))
