"""What a command works on: a path read as a Problem, a Plant compiled to one on the way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sopengine.errors import Finding, SopDataError
from sopengine.io import ReadOptions, read
from sopengine.io.folder import ARROW, TEXT, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Source:
    """A problem to solve, and how its schedule goes back to the plant that it came from."""

    problem: Any
    plant: Any = None
    lift: Callable[..., dict[str, pa.Table]] | None = None
    noticed: tuple[dict[str, Any], ...] = ()
    """What the plant and its compilation noticed; what the problem noticed is in its own findings."""

    @property
    def findings(self) -> list[dict[str, Any]]:
        """Everything that was noticed on the way to the problem."""
        return [*self.noticed, *self.problem.findings.to_pylist()]


def read_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options of every command that reads tables."""
    for option in (
        click.option("--now", help="The instant now: ISO timestamp, or an integer for integer problems."),
        click.option("--timezone", help="Zone of naive timestamps, such as Europe/Berlin."),
        click.option("--decimal", type=click.Choice([".", ","]), help="Decimal mark in CSV files."),
        click.option(
            "--dates",
            type=click.Choice(["iso", "day_first", "month_first", "compact"]),
            help="Order of day and month in CSV files, where it cannot be told.",
        ),
        click.option(
            "--duration-unit",
            type=click.Choice(["s", "min", "h", "d"]),
            help="Unit of durations written as bare integers.",
        ),
        click.option("--encoding", help="Encoding of CSV files, such as cp1252; default UTF-8."),
        click.option("--delimiter", help="Delimiter of CSV files; default: found."),
        click.option("--scale", type=click.IntRange(0, 18), help="Decimals of quantities given as floats."),
    ):
        function = option(function)
    return function


def load(path: str, *, now: str | None = None, **reading: Any) -> Source:
    """The problem at a path, read with these options; a plant is compiled for `now` first."""
    thing = read(path, now=integer_or_text(now), **reading)
    if not hasattr(thing, "compile"):
        return Source(thing)
    compiled = thing.compile(plant_now(thing.tables, now))
    noticed = [*thing.findings.to_pylist(), *compiled.findings.to_pylist()]
    return Source(compiled.problem, thing, compiled.lift, tuple(noticed))


def title_of(path: str) -> str:
    """What a page calls a source: the last part of its path, whatever way the path is written."""
    return path if "://" in path else Path(path).resolve().name


def integer_or_text(now: str | None) -> int | str | None:
    """`now` as typed: digits are an integer, anything else a timestamp."""
    if now is None:
        return None
    return int(now) if now.lstrip("+-").isdigit() else now


def plant_now(tables: Mapping[str, pa.Table], now: str | None) -> Any:
    """The instant to plan at: as given (the plant reads it), else when the plant's tables were extracted.

    Never the clock of this computer: the same input must give the same plan tomorrow.
    """
    if now is not None:
        return now
    settings = tables.get("settings")
    columns = settings.column_names if settings is not None and settings.num_rows else []
    if settings is not None and "extracted_at" in columns:
        extracted = settings.column("extracted_at")[0].as_py()
        if extracted is not None:
            return extracted
    hint = "Pass --now, or fill settings.extracted_at."
    raise SopDataError([Finding("MISSING_NOW", "error", "settings", column="extracted_at", hint=hint)])


def keep_close(source: Source, schedule: pa.Table) -> Source:
    """The same source with a schedule as its plan so far: its starts count in the term `stability`.

    What the problem itself knows of an operation, its history above all, goes before the schedule.
    """
    import pyarrow.compute as pc

    from sopengine.problem import Problem
    from sopengine.tables import with_plan

    known = source.problem.tables["operations"].column("operation").combine_chunks()
    names = schedule.column("operation")
    schedule = schedule.filter(pc.is_in(names, value_set=known.cast(names.type)))
    tables = with_plan(source.problem.tables, schedule)
    return replace(source, problem=Problem(**tables, scale=getattr(source.problem, "scale", None)))


def load_schedule(path: str) -> tuple[pa.Table, pa.Table | None]:
    """A schedule, and its assignments where they lie beside it: a file, or a folder with such files."""
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"no such file or folder: {path}")
    findings: list[Finding] = []
    tables: dict[str, pa.Table] = {}
    files = {"schedule": place} if place.is_file() else {}
    for entry in sorted(place.iterdir()) if place.is_dir() else []:
        if entry.stem in ("schedule", "assignments") and entry.suffix.lower() in TEXT | ARROW:
            files.setdefault(entry.stem, entry)
    for name, file in files.items():
        table = read_table(file, name, ReadOptions(), findings)
        if table is not None:
            tables[name] = table
    if not findings and "schedule" not in tables:
        expected = "a file named schedule.parquet, .csv or .arrow"
        findings.append(Finding("MISSING_TABLE", "error", place.name, found="no schedule", expected=expected))
    if findings:
        raise SopDataError(findings)
    return tables["schedule"], tables.get("assignments")
