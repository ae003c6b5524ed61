"""Doors for tables: folders, spreadsheets, databases and published instance files.

`read` makes a Problem or a Plant of whatever it is given, `read_tables` stops at the tables, `write` puts
result tables into a folder. Every reader reports all that is wrong at once, by table, row and column.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyarrow as pa

from sopengine.errors import Finding, SopDataError
from sopengine.io.folder import Kind, belonging, kind_of, read_folder
from sopengine.io.options import ReadOptions
from sopengine.io.write import write

if TYPE_CHECKING:
    from os import PathLike

    from sopengine.plant import Plant
    from sopengine.problem import Problem

__all__ = ["ReadOptions", "Tables", "read", "read_tables", "write"]

_FORMATS: Final = ("folder", "jobshop", "flexible", "psplib", "excel", "database")
_BY_SUFFIX: Final = {
    ".fjs": "flexible",
    ".rcp": "psplib",
    ".sm": "psplib",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".ods": "excel",
    ".txt": "jobshop",
    ".jsp": "jobshop",
    ".jss": "jobshop",
    "": "jobshop",
}


class Tables(NamedTuple):
    """What a source holds: the kind of thing it describes, and its tables by name."""

    kind: Kind
    tables: dict[str, pa.Table]


def read(path: str | PathLike[str], **options: Any) -> Problem | Plant:
    """A Problem or a Plant from a folder of tables, a workbook, a database or an instance file.

    Parameters
    ----------
    path
        Folder, file, or database address such as `sqlite:///plant.db`.
    **options
        Fields of :class:`ReadOptions`, such as `dates="day_first"`.

    Raises
    ------
    SopDataError
        With every finding of every file.
    """
    chosen = ReadOptions.from_keywords(options)
    kind, tables = read_tables(path, chosen)
    if kind == "plant":
        from sopengine.plant import Plant

        return Plant(**tables)
    from sopengine.problem import Problem

    return Problem(**tables, scale=chosen.scale)


def read_tables(path: str | PathLike[str], options: ReadOptions | None = None) -> Tables:
    """Kind and tables of a source, not yet checked against each other."""
    chosen = options or ReadOptions()
    text = str(path)
    if "://" in text:
        return _sorted_out(_database(text, chosen), text.partition("://")[0], chosen)
    place = Path(path)
    if not place.exists():
        raise FileNotFoundError(f"no such file or folder: {text}")
    format = chosen.format or _format_of(place)
    if format not in _FORMATS:
        raise ValueError(f"format={format!r} is not one of {', '.join(map(repr, _FORMATS))}")
    if format == "folder":
        return _sorted_out(read_folder(place, chosen), place.name, chosen)
    if format == "excel":
        from sopengine.io.excel import read_excel

        return _sorted_out(read_excel(place, chosen), place.name, chosen)
    if format == "database":
        return _sorted_out(_database(f"sqlite:///{place}", chosen), place.name, chosen)
    return Tables("problem", _instance(place, format))


def _instance(place: Path, format: str) -> dict[str, pa.Table]:
    if format == "flexible":
        from sopengine.io.flexible import read_flexible

        return read_flexible(place)
    if format == "psplib":
        from sopengine.io.psplib import read_psplib

        return read_psplib(place)
    from sopengine.io.jobshop import read_jobshop

    return read_jobshop(place)


def _database(uri: str, options: ReadOptions) -> dict[str, pa.Table]:
    from sopengine.io.database import read_database

    return read_database(uri, options)


def _format_of(place: Path) -> str:
    if place.is_dir():
        return "folder"
    suffixes = [suffix.lower() for suffix in place.suffixes]
    if suffixes and suffixes[-1] in (".db", ".sqlite", ".sqlite3"):
        return "database"
    packed = bool(suffixes) and suffixes[-1] in (".zip", ".gz")
    suffix = suffixes[-1] if suffixes else ""
    if packed:
        # `mk01.fjs.gz` says what is inside, `tai_10_10_1.zip` is a job shop as they are published.
        inner = suffixes[-2] if len(suffixes) > 1 else ""
        return _BY_SUFFIX.get(inner, "jobshop")
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    known = ", ".join(sorted(filter(None, _BY_SUFFIX)))
    hint = f"Pass the folder that it lies in, or format=; known files: {known}."
    raise SopDataError(
        [
            Finding(
                "FILE_FORMAT",
                "error",
                place.name,
                found=f"suffix {suffix}",
                expected="a folder or an instance",
                hint=hint,
            )
        ]
    )


def _sorted_out(tables: dict[str, pa.Table], place: str, options: ReadOptions) -> Tables:
    kind = kind_of(tables, place)
    kept = belonging(kind, tables)
    if kind == "problem":
        kept = with_problem_row(kept, options)
    return Tables(kind, kept)


def with_problem_row(tables: dict[str, pa.Table], options: ReadOptions) -> dict[str, pa.Table]:
    """The tables with `now` and `timezone` of the options where the `problem` table does not say them."""
    problem = tables.get("problem")
    given = {"now": options.now, "timezone": options.timezone}
    missing = {
        name: value
        for name, value in given.items()
        if value is not None and (problem is None or name not in problem.column_names)
    }
    if not missing:
        return tables
    if problem is not None and problem.num_rows != 1:
        return tables
    problem = problem if problem is not None else pa.table({"now": pa.array([None])}).drop_columns("now")
    for name, value in missing.items():
        column = _instant(value, options) if name == "now" else pa.array([value], pa.string())
        problem = problem.append_column(name, column) if problem.num_columns else pa.table({name: column})
    return {**tables, "problem": problem}


def _instant(value: Any, options: ReadOptions) -> pa.Array:
    if isinstance(value, str):
        from sopengine.io.dates import parse_times

        parsed = parse_times(pa.array([value], pa.string()), options.dates or "iso", options.timezone)
        if parsed.wrong.any():
            raise ValueError(f"now={value!r} is not {parsed.expected}")
        return parsed.values
    return pa.array([value])
