"""`sopengine solve`: a schedule for a problem, a plant or an instance file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from sopengine.cli.failure import warn
from sopengine.cli.output import exit_code, save, show
from sopengine.cli.progress import Progress
from sopengine.cli.source import Source, keep_close, load, load_schedule, read_options, title_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sopengine.result import Result

PRESETS = ("on_time", "throughput", "stable", "changeovers")


def objective_of(text: str | None) -> Any:
    """A preset's name, or levels as JSON such as `[{"tardiness": 1}, {"makespan": 1}]`."""
    if text is None or text in PRESETS:
        return text
    try:
        levels = json.loads(text)
    except json.JSONDecodeError as error:
        known = ", ".join(PRESETS)
        raise click.BadParameter(
            f"neither one of {known} nor JSON: {error}", param_hint="--objective"
        ) from error
    if isinstance(levels, dict):
        levels = [levels]
    if not isinstance(levels, list) or not all(
        isinstance(level, dict) and level and all(isinstance(weight, int) for weight in level.values())
        for level in levels
    ):
        raise click.BadParameter("levels are a list of objects, term to weight", param_hint="--objective")
    return levels


def solve_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that searches."""
    for option in (
        click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Random seed."),
        click.option(
            "--threads", type=click.IntRange(min=1), help="Threads; the schedule does not depend on it."
        ),
        click.option(
            "--work-limit", type=click.IntRange(min=0), help="Stop after so much work, repeatable anywhere."
        ),
        click.option(
            "--time-limit", type=click.FloatRange(min=0), help="Seconds; default 10 without --work-limit."
        ),
    ):
        function = option(function)
    return function


def run(
    source: Source,
    *,
    quiet: bool,
    time_limit: float | None,
    work_limit: int | None,
    threads: int | None,
    seed: int,
    objective: Any = None,
) -> Result:
    """Solve with live progress; Ctrl-C keeps the best."""
    import sopengine as so

    if time_limit is None and work_limit is None:
        time_limit = 10.0
    cancel = so.Cancel()  # type: ignore[attr-defined, unused-ignore]
    with Progress(shown=not quiet, cancel=cancel) as progress:
        result: Result = so.solve(  # type: ignore[attr-defined, unused-ignore]
            source.problem,
            time_limit=time_limit,
            work_limit=work_limit,
            threads=threads,
            seed=seed,
            objective=objective,
            cancel=cancel,
            on_progress=progress,
        )
    return result


@click.command("solve")
@click.argument("path")
@solve_options
@click.option("--objective", help=f"{', '.join(PRESETS)}, or levels as JSON.")
@click.option("--baseline", help="Schedule to stay close to: a file, or the folder of an earlier result.")
@click.option("--out", type=click.Path(file_okay=False), help="Folder for tables and reports.")
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
    objective: str | None,
    baseline: str | None,
    out: str | None,
    format: str,
    as_json: bool,
    **reading: Any,
) -> int:
    """Find a schedule for PATH: a folder of tables, a workbook, a database or an instance file."""
    levels = objective_of(objective)
    source = load(path, **reading)
    if baseline is not None:
        source = keep_close(source, load_schedule(baseline)[0])
    if not as_json:
        warn(source.findings)
    result = run(
        source,
        quiet=as_json,
        time_limit=time_limit,
        work_limit=work_limit,
        threads=threads,
        seed=seed,
        objective=levels,
    )
    files = save(source, result, title_of(path), out, format) if out is not None else []
    show(source, result, title_of(path), as_json, files)
    return exit_code(result)
