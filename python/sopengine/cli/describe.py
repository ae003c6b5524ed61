"""`sopengine describe`: what is in a folder or a file, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import click

from sopengine.cli.output import echo_json
from sopengine.cli.source import load, read_options, title_of
from sopengine.report.axis import TimeAxis
from sopengine.report.text import printable, text_table


@click.command("describe")
@click.argument("path")
@click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
@read_options
def command(path: str, as_json: bool, **reading: Any) -> int:
    """Read PATH, check it, and say what it holds."""
    source = load(path, **reading)
    thing = source.plant or source.problem
    kind = "plant" if source.plant is not None else "problem"
    counts = {name: table.num_rows for name, table in thing.tables.items()}
    findings = source.findings
    summary = source.problem.summary()
    if as_json:
        echo_json({"kind": kind, "tables": counts, "summary": summary, "findings": findings})
        return 0
    click.echo(f"{printable(title_of(path))}: a {kind}\n")
    click.echo(
        "\n".join(text_table(("table", "rows"), "lr", [(name, f"{rows:,}") for name, rows in counts.items()]))
    )
    click.echo("\nAs a problem to solve")
    axis = TimeAxis(bool(summary.get("temporal")), summary.get("timezone"))
    rows = [(name.replace("_", " "), _value(name, value, axis)) for name, value in summary.items()]
    click.echo("\n".join(text_table(("", ""), "ll", rows)[2:]))
    if findings:
        click.echo(f"\nFindings ({len(findings):,})")
        heads = ("severity", "check", "table", "column", "id", "found")
        shown = [tuple(str(row.get(name) or "") for name in heads) for row in findings[:20]]
        click.echo("\n".join(text_table(heads, "llllll", shown, len(findings))))
    return 0


def _value(name: str, value: object, axis: TimeAxis) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return axis.instant_text(value) if name in ("now", "horizon_end") else f"{value:,}"
    return printable(str(value))
