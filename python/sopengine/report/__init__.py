"""Reports of a schedule: a chart, a page for the browser, a page for the terminal.

All of them read the tables of a problem and the tables of a result and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sopengine.report.gantt import gantt_svg
from sopengine.report.html import fragment, report_html
from sopengine.report.text import report_text
from sopengine.report.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    import pyarrow as pa

    from sopengine.result import Result

__all__ = ["View", "fragment", "gantt", "gantt_svg", "report_html", "report_text", "write_report"]


def gantt(problem: Mapping[str, pa.Table], result: Result, *, title: str = "Schedule") -> str:
    """The Gantt chart of a result as SVG."""
    return gantt_svg(View(problem, result.tables), title=title)


def write_report(
    problem: Mapping[str, pa.Table],
    result: Result,
    folder: str | PathLike[str],
    title: str = "Schedule",
) -> list[Path]:
    """Write `report.html`, `report.txt` and `gantt.svg` into a folder; returns the files."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    pages = {
        "gantt.svg": gantt(problem, result, title=title),
        "report.html": report_html(problem, result, title),
        "report.txt": report_text(problem, result, title),
    }
    files = []
    for name, page in pages.items():
        (target / name).write_text(page, encoding="utf-8")
        files.append(target / name)
    return files
