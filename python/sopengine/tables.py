"""Anything that speaks Arrow, as a table that the engine can trust.

Tables cross to the engine by the Arrow PyCapsule protocol, so polars, pandas, duckdb and pyarrow are all
taken as they are, but for lengths of time that the engine has no word for (`shapes`). Here they are validated
in full (the protocol itself cannot be), local times become instants of the problem's zone, and columns that
nobody reads are kept from crossing.

pyarrow is loaded with the first table, not with the package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast, runtime_checkable

from sopengine import _engine
from sopengine.errors import Finding, SopDataError
from sopengine.shapes import elapsed, fine

if TYPE_CHECKING:
    import pyarrow as pa

    from sopengine.result import Result

TOLD: Final = 100
"""So many faulty rows of a column are told one by one; the rest are counted."""

OWN_COLUMN: Final = {b"sopengine": b"own"}
"""Metadata of a column that the package itself keeps with a table; the engine is not told of it."""

_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d")


@runtime_checkable
class ArrowStream(Protocol):
    """An object that hands its rows over as an Arrow C stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with the stream."""


TableLike: TypeAlias = ArrowStream | Mapping[str, Any]


def table_spec() -> list[dict[str, Any]]:
    """Every column of every table: name, type, unit, default and meaning, one dictionary a column.

    `direction` tells the tables of a problem (`in`) from those of a result (`out`) and those that
    `evaluate` takes.
    """
    return _engine.table_spec()


@cache
def _columns(direction: str) -> dict[str, dict[str, str]]:
    """Type of each column, by table."""
    known: dict[str, dict[str, str]] = {}
    for row in table_spec():
        if row["direction"] == direction:
            known.setdefault(row["table"], {})[row["column"]] = row["type"]
    return known


def is_known(table: str, column: str) -> bool:
    """Whether the tables of a problem have such a column."""
    return column in _columns("in").get(table, {})


def coerce(given: Mapping[str, TableLike | None]) -> dict[str, pa.Table]:
    """Validate tables by name; None stands for a table that is not there.

    Raises
    ------
    SopDataError
        Where something is no table, or breaks the rules of its own format.
    """
    tables: dict[str, pa.Table] = {}
    issues: list[Finding] = []
    for name, table in given.items():
        if table is None:
            continue
        found = _coerce(name, table)
        if isinstance(found, Finding):
            issues.append(found)
        else:
            tables[name] = found
    if issues:
        raise SopDataError(issues)
    return tables


def _coerce(name: str, given: object) -> pa.Table | Finding:
    import pyarrow as pa

    kind = f"{type(given).__module__.partition('.')[0]}.{type(given).__qualname__}"
    expected = "a table: anything with __arrow_c_stream__"
    if isinstance(given, str | bytes | PathLike):
        hint = "Nothing is opened by itself; use sopengine.read for files."
        return Finding("TYPE_MISMATCH", table=name, found=kind, expected=expected, hint=hint)
    if type(given).__name__ == "LazyFrame":
        hint = "Call collect() first."
        return Finding("TYPE_MISMATCH", table=name, found=kind, expected=expected, hint=hint)
    if not isinstance(given, ArrowStream | Mapping):
        hint = "Give a pyarrow, polars, pandas or duckdb table, or a dictionary of columns."
        return Finding("TYPE_MISMATCH", table=name, found=kind, expected=expected, hint=hint)
    try:
        given = fine(given) if isinstance(given, Mapping) else given
        table = given if isinstance(given, pa.Table) else pa.table(given)
        table.validate(full=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, TypeError, ValueError) as error:
        text = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        hint = "Make the table again with the library that wrote it, and validate it there."
        return Finding("ARROW_INVALID", table=name, found=text, expected="valid Arrow data", hint=hint)
    return table


def prepare(
    tables: Mapping[str, pa.Table], direction: str = "in", zone: str | None = None
) -> tuple[dict[str, pa.Table], list[Finding]]:
    """Make the tables that cross to the engine, and say what was wrong with local times.

    Parameters
    ----------
    tables
        Validated tables.
    direction
        `in` for the tables of a problem, `evaluate` for those of a schedule.
    zone
        Zone of timestamps without one; by default `problem.timezone`.
    """
    known = _columns(direction)
    if zone is None:
        zone = _timezone(tables.get("problem"))
    issues: list[Finding] = []
    if zone is not None and not _is_zone(zone):
        issues.append(_unknown_zone(zone))
        zone = None
    if zone is not None and not _all_local(tables, known):
        zone = None  # a mixture of both is refused by the engine, with all its columns named
    crossing = {
        name: _crossing(name, table, known[name], zone, issues) if name in known else table.select([])
        for name, table in tables.items()
    }
    return crossing, issues


def _timezone(problem: pa.Table | None) -> str | None:
    if problem is None or problem.column_names.count("timezone") != 1:
        return None
    values = [value for value in problem["timezone"].to_pylist() if value is not None]
    return values[0] if values and isinstance(values[0], str) else None


def _is_zone(zone: str) -> bool:
    from zoneinfo import ZoneInfo

    if _OFFSET.fullmatch(zone):
        return True
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _unknown_zone(zone: str) -> Finding:
    return Finding(
        "TZ_UNKNOWN",
        table="problem",
        row=0,
        column="timezone",
        found=zone[:80],
        expected="a name of the time zone database, such as Europe/Berlin",
        hint="Names are case sensitive.",
    )


def _instants(
    tables: Mapping[str, pa.Table], known: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, pa.Field]]:
    """Columns of instants that are timestamps."""
    import pyarrow as pa

    for name, table in tables.items():
        types = known.get(name, {})
        for field in table.schema:
            if types.get(field.name) == "time" and pa.types.is_timestamp(field.type):
                yield name, field


def _all_local(tables: Mapping[str, pa.Table], known: Mapping[str, Mapping[str, str]]) -> bool:
    return all(
        field.type.tz is None or tables[name][field.name].null_count == tables[name].num_rows
        for name, field in _instants(tables, known)
        if tables[name].column_names.count(field.name) == 1
    )


def _crossing(
    name: str, table: pa.Table, types: Mapping[str, str], zone: str | None, issues: list[Finding]
) -> pa.Table:
    """One table with instants for local times, and nothing in columns that nobody reads."""
    import pyarrow as pa

    fields: list[pa.Field] = []
    columns: list[pa.ChunkedArray | pa.Array] = []
    for field, column in zip(table.schema, table.itercolumns(), strict=True):
        if field.name not in types and field.metadata == OWN_COLUMN:
            continue
        crossing: pa.ChunkedArray | pa.Array = column
        if field.name not in types:
            crossing = pa.nulls(table.num_rows)
        elif zone is not None and types[field.name] == "time" and _is_local(field.type):
            crossing = _localize(name, field.name, column, zone, issues)
        elif types[field.name] == "duration" and field.type == pa.month_day_nano_interval():
            crossing = elapsed(column)
        fields.append(pa.field(field.name, crossing.type))
        columns.append(crossing)
    if not columns:
        return table
    return pa.Table.from_arrays(columns, schema=pa.schema(fields))


def _is_local(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return pa.types.is_timestamp(kind) and kind.tz is None


def _localize(
    name: str, column: str, local: pa.ChunkedArray, zone: str, issues: list[Finding]
) -> pa.ChunkedArray:
    """Instants of local times; those that the clock skips or repeats are findings."""
    import pyarrow.compute as pc

    early = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest")
    late = pc.assume_timezone(local, zone, ambiguous="latest", nonexistent="earliest")
    doubtful = pc.indices_nonzero(pc.fill_null(pc.not_equal(early, late), fill_value=False)).to_pylist()
    for row in doubtful[:TOLD]:
        value = local[row]
        repeated = pc.local_timestamp(early[row]) == value
        issues.append(_doubtful(name, column, row, str(value), repeated=repeated, zone=zone))
    if len(doubtful) > TOLD:
        more = f"{len(doubtful) - TOLD} more rows like those before"
        hint = "Mend those that are told; the rest is alike."
        issues.append(Finding("MORE_ROWS", table=name, column=column, found=more, hint=hint))
    return early


def _doubtful(name: str, column: str, row: int, text: str, *, repeated: bool, zone: str) -> Finding:
    return Finding(
        "TZ_AMBIGUOUS" if repeated else "TZ_NONEXISTENT",
        table=name,
        row=row,
        column=column,
        found=text,
        expected=f"a local time that {zone} has once",
        hint="The clock change repeats it." if repeated else "The clock change skips it.",
    )


def schedule_tables(
    schedule: Result | TableLike, assignments: TableLike | None = None
) -> dict[str, pa.Table]:
    """Validated `schedule` and, where there are any, `assignments`, of a result or of tables."""
    table: TableLike
    if isinstance(schedule, ArrowStream | Mapping):
        table = schedule
    else:
        table = cast("TableLike", getattr(schedule, "schedule", schedule))
        assignments = getattr(schedule, "assignments", None) if assignments is None else assignments
    return coerce({"schedule": table, "assignments": assignments})


def with_plan(tables: Mapping[str, pa.Table], schedule: pa.Table) -> dict[str, pa.Table]:
    """Make the tables of a problem with a schedule as its plan so far.

    What `baseline` says of an operation, its history and its pins, goes before the schedule. Local times
    become instants, because those of a schedule are.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    changed = _with_instants(tables)
    columns = ("operation", "mode", "resource", "start", "end")
    plan = schedule.select([name for name in columns if name in schedule.column_names])
    if not {"operation", "start"} <= set(plan.column_names):
        expected = "a schedule with the columns operation and start"
        found = ", ".join(schedule.column_names) or "no columns"
        hint = "Give the table `schedule` of a result."
        raise SopDataError(
            [Finding("MISSING_COLUMN", table="baseline", found=found, expected=expected, hint=hint)]
        )
    plan = plan.filter(pc.is_valid(plan["start"]))
    history = changed.get("baseline")
    if history is not None and "operation" in history.column_names:
        told = pc.is_in(
            plan["operation"].cast(pa.string()),
            value_set=history["operation"].cast(pa.string()).combine_chunks(),
        )
        plan = plan.filter(pc.invert(told))
        for place, name in enumerate(plan.column_names):
            known = history.schema.field(name).type if name in history.column_names else pa.null()
            if not pa.types.is_null(known):
                plan = plan.set_column(place, name, plan[name].cast(known))
        plan = pa.concat_tables([history, plan], promote_options="permissive")
    changed["baseline"] = plan
    return changed


def _with_instants(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Turn local times of a problem that was accepted into instants of its zone."""
    zone = _timezone(tables.get("problem"))
    known = _columns("in")
    changed = dict(tables)
    for name, field in _instants(tables, known):
        if zone is not None and field.type.tz is None:
            place = changed[name].schema.get_field_index(field.name)
            instants = _localize(name, field.name, changed[name][field.name], zone, [])
            changed[name] = changed[name].set_column(place, field.name, instants)
    return changed


def version() -> str:
    """Version of the engine."""
    return _engine.version()


def result_table(table: ArrowStream) -> pa.Table:
    """Hand a table of the engine to pyarrow."""
    import pyarrow as pa

    return pa.table(table)


class ResultTables(Mapping[str, "pa.Table"]):
    """Tables of a result by name, each made by the engine when it is first read, and kept.

    Reading all of them costs more than finding a first schedule, and few callers want all. Copies and
    pickles hold the tables, made.
    """

    __slots__ = ("_made", "_outcome")

    def __init__(self, outcome: _engine.Outcome) -> None:
        self._outcome = outcome
        self._made: dict[str, pa.Table] = {}

    @property
    def outcome(self) -> _engine.Outcome:
        """The schedule as the engine holds it."""
        return self._outcome

    def __getitem__(self, name: str) -> pa.Table:
        if name not in self._made:
            self._made[name] = result_table(self._outcome[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._outcome.keys())

    def __len__(self) -> int:
        return len(self._outcome)

    def __contains__(self, name: object) -> bool:
        return name in self._outcome.keys()  # noqa: SIM118 - it is no dictionary

    def __repr__(self) -> str:
        return f"<ResultTables {', '.join(self)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the plain dictionary of all tables."""
        return dict, (dict(self),)


class ResultTerms(Mapping[str, int]):
    """Every term of a schedule by name, from the verifier, which is asked when the first is read.

    A large solve that was stopped answers before its schedule is judged; no figure is told before.
    """

    __slots__ = ("_outcome", "_terms")

    def __init__(self, outcome: _engine.Outcome) -> None:
        self._outcome = outcome
        self._terms: dict[str, int] | None = None

    def _known(self) -> dict[str, int]:
        if self._terms is None:
            self._terms = self._outcome.objective()
        return self._terms

    def __getitem__(self, name: str) -> int:
        return self._known()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())

    def __repr__(self) -> str:
        return repr(self._known())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as the plain dictionary."""
        return dict, (self._known(),)
