"""`sopengine evaluate`: what a given schedule comes to, and which rules it breaks."""

from __future__ import annotations

from typing import Any

import click

from sopengine.cli import INFEASIBLE, OK
from sopengine.cli.output import echo_json, save, show
from sopengine.cli.source import load, load_schedule, read_options, title_of


@click.command("evaluate")
@click.argument("path")
@click.argument("schedule")
@click.option("--out", type=click.Path(file_okay=False), help="Folder for tables and reports.")
@click.option(
    "--format", type=click.Choice(["parquet", "csv", "arrow"]), default="parquet", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
@read_options
def command(path: str, schedule: str, out: str | None, format: str, as_json: bool, **reading: Any) -> int:
    """Check SCHEDULE, a file or the folder of a result, against the problem at PATH.

    Exit code 3 says that it breaks rules.
    """
    import sopengine as so

    rows, assignments = load_schedule(schedule)
    source = load(path, **reading)
    result = so.evaluate(source.problem, rows, assignments=assignments)  # type: ignore[attr-defined, unused-ignore]
    files = save(source, result, title_of(schedule), out, format) if out is not None else []
    if as_json:
        violations = result.violations.slice(0, 1000).to_pylist()
        figures = {**result.to_json(), "num_violations": result.violations.num_rows, "violations": violations}
        echo_json({**figures, "verified": not violations, "files": [str(file) for file in files]})
    else:
        show(source, result, title_of(schedule), False, files)
    return INFEASIBLE if result.violations.num_rows else OK
