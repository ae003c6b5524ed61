"""`sopengine plan`: the bucketed plan of a plant, kept consistent with its schedule."""

from __future__ import annotations

from typing import Any

import click
import pyarrow as pa

from sopengine.cli.output import echo_json
from sopengine.cli.solve import solve_options
from sopengine.cli.source import plant_now, read_options
from sopengine.io import read, write


def plan_tables(outcome: Any) -> dict[str, pa.Table]:
    """Tables of a plan, whether it is a mapping itself or has `tables`."""
    tables = getattr(outcome, "tables", outcome)
    return {name: table for name, table in dict(tables).items() if isinstance(table, pa.Table)}


@click.command("plan")
@click.argument("path")
@solve_options
@click.option("--out", type=click.Path(file_okay=False), help="Folder for the plan's tables.")
@click.option(
    "--format", type=click.Choice(["parquet", "csv", "arrow"]), default="parquet", show_default=True
)
@click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
@read_options
def command(
    path: str,
    time_limit: float | None,
    work_limit: int | None,
    threads: int | None,
    seed: int,
    out: str | None,
    format: str,
    as_json: bool,
    **reading: Any,
) -> int:
    """Plan the plant at PATH in buckets, schedule it, and report where the two differ."""
    from sopengine.plant import Plant
    from sopengine.sop.loop import run_plan

    now = reading.pop("now")
    plant = read(path, **reading)
    if not isinstance(plant, Plant):
        raise click.UsageError(f"{path} is a problem; a plan needs a plant (work orders, routings, demands)")
    outcome = run_plan(
        plant,
        plan=path,
        now=plant_now(plant.tables, now),
        time_limit=10.0 if time_limit is None and work_limit is None else time_limit,
        work_limit=work_limit,
        threads=threads,
        seed=seed,
    )
    tables = plan_tables(outcome)
    files = write(tables, out, format) if out is not None else []
    if as_json:
        counts = {name: table.num_rows for name, table in sorted(tables.items())}
        echo_json({"supported": outcome.supported, "tables": counts, "files": [str(file) for file in files]})
        return 0
    click.echo(outcome.page(), nl=False)
    if files:
        click.echo(f"\n{len(files)} files in {files[0].parent}")
    return 0
