"""What a command leaves behind: files in a folder, a page or one JSON object on stdout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pyarrow as pa

from sopengine.cli import INFEASIBLE, OK
from sopengine.io import write
from sopengine.report import report_text, write_report

if TYPE_CHECKING:
    from sopengine.cli.source import Source
    from sopengine.result import Result


def save(source: Source, result: Result, title: str, folder: str | Path, format: str) -> list[Path]:
    """Write result tables, reports, figures, and the schedule in the plant's own words."""
    target = Path(folder)
    tables = {name: table for name, table in result.tables.items() if table.num_columns}
    files = write(tables, target, format)
    files += write_report(source.problem.tables, result, target, title)
    figures = target / "result.json"
    figures.write_text(json.dumps(result.to_json(), indent=2) + "\n", encoding="utf-8")
    files.append(figures)
    if source.lift is not None and result.has_schedule:
        orders = result.order_results
        lifted_tables = source.lift(result.schedule, orders if orders.num_rows else None)
        lifted = {name: table for name, table in lifted_tables.items() if isinstance(table, pa.Table)}
        files += write(lifted, target / "plant", format)
    return files


def show(source: Source, result: Result, title: str, as_json: bool, files: list[Path]) -> None:
    """Print the result on stdout, as a page or as one JSON object."""
    if as_json:
        echo_json({**result.to_json(), "files": [str(file) for file in files]})
        return
    click.echo(report_text(source.problem.tables, result, title), nl=False)
    if files:
        click.echo(f"\n{len(files)} files in {files[0].parent}")


def echo_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    click.echo(json.dumps(value, default=str))


def exit_code(result: Result) -> int:
    """Return 0 where there is a schedule, 3 where there is none: proven infeasible, or none found."""
    return OK if result.has_schedule else INFEASIBLE
