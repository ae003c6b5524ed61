"""`sopengine demo`: a whole plant to look at: its tables, its plan, its schedule."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

import click

from sopengine.cli.output import exit_code, save, show
from sopengine.cli.plan import plan_tables
from sopengine.cli.solve import run, solve_options
from sopengine.cli.source import load, plant_now
from sopengine.io import write


@click.command("demo")
@click.argument("out", type=click.Path(file_okay=False))
@click.option("--plant", default="small", show_default=True, help="Which demo plant.")
@solve_options
@click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object on stdout.")
def command(
    out: str,
    plant: str,
    time_limit: float | None,
    work_limit: int | None,
    threads: int | None,
    seed: int,
    as_json: bool,
) -> int:
    """Copy a demo plant to OUT/plant, plan it into OUT/plan, schedule it into OUT/schedule."""
    place = Path(out) / "plant"
    copy_plant(plant, place)
    source = load(str(place), None, None, None, None)
    if source.plant is not None:
        from sopengine.sop.loop import run_plan

        now = plant_now(source.plant.tables, None)
        plan_limit = 10.0 if time_limit is None and work_limit is None else time_limit
        outcome = run_plan(
            source.plant, now=now, time_limit=plan_limit, work_limit=work_limit, threads=threads, seed=seed
        )
        write(plan_tables(outcome), Path(out) / "plan", "csv")
    result = run(
        source, quiet=as_json, time_limit=time_limit, work_limit=work_limit, threads=threads, seed=seed
    )
    title = f"Demo plant {plant}"
    written = save(source, result, title, Path(out) / "schedule", "csv")
    show(source, result, title, as_json, written)
    return exit_code(result)


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
