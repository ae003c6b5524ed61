"""How a wrong input is told: all findings as a table, as lines where there is no room for one, or as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sopengine.cli import BAD_INPUT
from sopengine.errors import SopDataError
from sopengine.report.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sopengine.errors import Finding

_SHOWN: Final = 200
_WARNED: Final = 10
_WIDE: Final = 120
"""Columns of a terminal that has room for a table of findings."""
_ORDER: Final = ("error", "warning", "info")
_COLORS: Final = {"error": "red", "warning": "yellow", "info": "cyan"}


def explain(error: Exception, as_json: bool) -> int:
    """Say what is wrong with the input; returns the exit code."""
    issues = error.issues if isinstance(error, SopDataError) else []
    if as_json:
        print(json.dumps({"error": str(error), "findings": [asdict(issue) for issue in issues]}))
        return BAD_INPUT
    console = Console(stderr=True)
    if issues:
        print_findings(console, issues)
    else:
        console.print(Text(f"sopengine: {printable(str(error))}", style="red"))
    sys.stderr.flush()
    return BAD_INPUT


def warn(findings: Iterable[Mapping[str, Any]]) -> None:
    """Say on stderr what is probably wrong with an input that was accepted."""
    from sopengine.errors import Finding

    known = Finding.__dataclass_fields__
    told = [
        Finding(**{name: value for name, value in row.items() if name in known})
        for row in findings
        if row["severity"] != "info" or "mean" in (row.get("hint") or "")
    ]
    if told:
        console = Console(stderr=True)
        for issue in told[:_WARNED]:
            rest = printable(str(issue).removeprefix(issue.check))
            console.print(Text.assemble((issue.check, _COLORS.get(issue.severity, "yellow")), rest))
        if len(told) > _WARNED:
            console.print(f"and {len(told) - _WARNED} more; `sopengine describe` tells all")


def print_findings(console: Console, issues: Iterable[Finding]) -> None:
    """All findings; nothing of the data is taken for markup."""
    rows = sorted(issues, key=lambda issue: _ORDER.index(issue.severity))
    title = f"{len(rows)} finding{'s' if len(rows) != 1 else ''} in the input"
    if console.width >= _WIDE:
        console.print(_table(title, rows[:_SHOWN]))
    else:
        console.print(title)
        for issue in rows[:_SHOWN]:
            style = _COLORS.get(issue.severity, "red")
            rest = printable(str(issue).removeprefix(issue.check))
            console.print(Text.assemble("  ", (issue.check, style), rest))
    if len(rows) > _SHOWN:
        console.print(f"and {len(rows) - _SHOWN} more")


def _table(title: str, rows: list[Finding]) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("check", "table", "row", "column", "found", "expected", "hint"):
        table.add_column(heading, overflow="fold", justify="right" if heading == "row" else "left")
    for issue in rows:
        row = "" if issue.row is None else str(issue.row)
        found = " ".join(part for part in (issue.id and f"[{issue.id}]", issue.found) if part)
        cells = (issue.table, row, issue.column, found, issue.expected, issue.hint)
        style = _COLORS.get(issue.severity, "red")
        table.add_row(Text(issue.check, style=style), *(Text(printable(str(cell or ""))) for cell in cells))
    return table
