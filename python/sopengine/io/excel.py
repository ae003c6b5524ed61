"""Spreadsheets: one sheet a table, the first row its headings. Extra `excel`.

Cells come typed by the program that wrote them, and not always well: an id may be a number, a number text.
All cells are turned back into the text that a user sees and then read like a CSV file, so both doors
give the same tables.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.errors import Finding, SopDataError
from sopengine.io.types import column_name, is_known_table
from sopengine.io.values import convert_table

if TYPE_CHECKING:
    from pathlib import Path

    from sopengine.io.options import ReadOptions


def read_excel(path: Path, options: ReadOptions) -> dict[str, pa.Table]:
    """All sheets named like a table."""
    try:
        from python_calamine import CalamineWorkbook
    except ImportError as error:
        raise ImportError(
            "reading spreadsheets needs the extra `excel`: pip install sopengine[excel]"
        ) from error
    try:
        book = CalamineWorkbook.from_path(str(path))
    except Exception as error:
        found = str(error)[:200]
        raise SopDataError(
            [Finding("EXCEL_INVALID", "error", path.name, found=found, expected="a workbook")]
        ) from error
    findings: list[Finding] = []
    tables: dict[str, pa.Table] = {}
    for sheet in book.sheet_names:
        name = sheet.strip().lower().replace(" ", "_")
        if not is_known_table(name):
            continue
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
        text = sheet_text(name, rows, findings)
        if text is not None:
            tables[name] = convert_table(name, text, options, findings)
    if findings:
        raise SopDataError(findings)
    return tables


def sheet_text(table: str, rows: list[list[Any]], findings: list[Finding]) -> pa.Table | None:
    """Cells of a sheet as a table of strings."""
    if not rows:
        findings.append(
            Finding("EMPTY_FILE", "error", table, found="an empty sheet", expected="a row of headings")
        )
        return None
    names = [column_name(table, str(cell_text(cell) or "")) for cell in rows[0]]
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        findings.append(Finding("DUPLICATE_COLUMN", "error", table, column=name, found="the heading twice"))
    body = [row for row in rows[1:] if any(cell not in ("", None) for cell in row)]
    columns = {
        name: pa.array([cell_text(row[index]) if index < len(row) else None for row in body], pa.string())
        for index, name in enumerate(names)
        if name
    }
    return pa.table(columns)


def cell_text(cell: Any) -> str | None:
    """The text of a cell as a user would write it; dates in ISO form, whole floats without a point."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else format(cell, ".15g")
    if isinstance(cell, datetime.datetime):
        rounded = cell + datetime.timedelta(microseconds=500)
        return rounded.replace(microsecond=rounded.microsecond // 1000 * 1000).isoformat()
    if isinstance(cell, datetime.timedelta):
        return f"PT{round(cell.total_seconds())}S"
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return str(cell).strip() or None
