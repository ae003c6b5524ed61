"""`sopengine demo`: a whole plant to look at: its tables, its plan, its schedule."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import click

from sopengine.cli.output import exit_code, save, show
from sopengine.cli.plan import plan_tables
from sopengine.cli.solve import solve_options
from sopengine.cli.source import Source, load, plant_now
from sopengine.io import write


@click.command("demo")
@click.argument("out", type=click.Path(file_okay=False))
@click.option("--plant", default="small", show_default=True, help="Which demo plant.")
@click.option(
    "--operations", type=click.IntRange(50, 1_000_000), help="Generate a plant of this size instead."
)
@click.option(
    "--planted", is_flag=True, help="Generate it around a schedule without tardiness, written beside it."
)
@click.option(
    "--late",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="With --planted: share of orders that are late in that schedule.",
)
@solve_options
@click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
def command(
    out: str,
    plant: str,
    operations: int | None,
    planted: bool,
    late: float,
    time_limit: float | None,
    work_limit: int | None,
    threads: int | None,
    seed: int,
    as_json: bool,
) -> int:
    """Plan and schedule the demo plant: OUT/plant, OUT/plan, OUT/schedule; or generate one into OUT."""
    if operations is not None:
        return generated(out, operations, seed, planted, late)
    if planted:
        raise click.UsageError("--planted needs --operations: only generated plants hide a schedule")
    place = Path(out) / "plant"
    copy_plant(plant, place)
    source = load(str(place))
    if source.plant is None:
        raise click.UsageError(f"demo plant {plant!r} is a problem, not a plant")
    from sopengine.sop.loop import run_plan

    now = plant_now(source.plant.tables, None)
    limit = 10.0 if time_limit is None and work_limit is None else time_limit
    outcome = run_plan(
        source.plant,
        plan=place,
        now=now,
        time_limit=limit,
        work_limit=work_limit,
        threads=threads,
        seed=seed,
    )
    write(plan_tables(outcome), Path(out) / "plan", "csv")
    page = outcome.page()
    (Path(out) / "plan" / "page.txt").write_text(page, encoding="utf-8")
    planned = Source(outcome.compiled.problem, source.plant, outcome.compiled.lift)
    title = f"Demo plant {plant}"
    written = save(planned, outcome.result, title, Path(out) / "schedule", "csv")
    if not as_json:
        click.echo(page)
    show(planned, outcome.result, title, as_json, written)
    return exit_code(outcome.result)


def generated(out: str, operations: int, seed: int, planted: bool, late: float) -> int:
    """Write the tables of a generated plant; `sopengine solve OUT` schedules it."""
    from sopengine.demo.generator import generate

    tables = generate(operations, seed, planted=planted, late=late)
    write(tables, out, "parquet")
    rows = tables["operations"].num_rows
    hidden = "; planted_schedule and planted_assignments are a known answer" if planted else ""
    click.echo(
        f"{rows:,} operations of {tables['orders'].num_rows:,} orders in {out}{hidden}; "
        f"now: sopengine solve {out}"
    )
    return 0


def copy_plant(name: str, target: Path) -> None:
    """Copy the tables of a demo plant that comes with the package."""
    with as_file(files("sopengine") / "demo") as demos:
        known = sorted(entry.name for entry in demos.iterdir() if entry.is_dir()) if demos.is_dir() else []
        known = [entry for entry in known if not entry.startswith(("_", "."))]
        if name not in known:
            raise click.BadParameter(
                f"no demo plant {name!r}; there are: {', '.join(known)}", param_hint="--plant"
            )
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted((demos / name).iterdir()):
            if file.is_file() and not file.name.startswith("."):
                shutil.copyfile(file, target / file.name)
