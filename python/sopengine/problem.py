"""What the engine solves: orders, operations, modes, resources, as tables.

A `Problem` is checked once, when it is made, and never changes. It keeps the tables as they were given, all
columns included; the engine sees what the reference of tables names.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sopengine import _engine
from sopengine.errors import SopDataError
from sopengine.tables import TableLike, coerce, prepare, result_table, schedule_tables, with_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from sopengine.changes import Changes
    from sopengine.result import Result


class Problem:
    """A scheduling problem made of tables.

    Parameters
    ----------
    scale
        Decimal places of quantities of items that are given as floats; floats are refused without it.
    **tables
        `operations`, `modes` and `resources` are required; `problem` too where times are timestamps.
        Any object with `__arrow_c_stream__` (polars, pandas, duckdb, pyarrow), or a dictionary of columns.
        `sopengine.table_spec()` lists every table and column.

    Raises
    ------
    SopDataError
        With every finding at once, where one of them is an error.

    Examples
    --------
    >>> import sopengine as so
    >>> problem = so.Problem(
    ...     operations={"operation": ["cut", "weld"], "order": ["A", "A"], "sequence": [1, 2]},
    ...     modes={"operation": ["cut", "weld"], "resource": ["saw", "robot"], "duration": [3, 4]},
    ...     resources={"resource": ["saw", "robot"]},
    ...     orders={"order": ["A"], "due": [9]},
    ... )
    >>> problem
    <Problem 1 orders, 2 operations, 2 resources>
    """

    __slots__ = ("_engine", "_scale", "_tables")

    def __init__(self, *, scale: int | None = None, **tables: TableLike | None) -> None:
        check_scale(scale)
        self._scale = scale
        self._tables = coerce(tables)
        crossing, issues = prepare(self._tables)
        try:
            engine = _engine.Problem(crossing, scale)
        except SopDataError as refused:
            raise SopDataError([*issues, *refused.issues]) from None
        if issues:
            raise SopDataError(issues)
        self._engine = engine

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """The tables as given, by name."""
        return MappingProxyType(self._tables)

    @property
    def scale(self) -> int | None:
        """Decimal places of quantities given as floats."""
        return self._scale

    @property
    def findings(self) -> pa.Table:
        """What was noticed about the input: warnings and information."""
        return result_table(self._engine.findings())

    @property
    def timezone(self) -> str | None:
        """Zone of timestamps in results; None for integer time."""
        return self._engine.timezone

    def summary(self) -> dict[str, Any]:
        """Count what there is: orders, operations, resources, what is started, done and pinned."""
        return self._engine.summary()

    def with_baseline(self, schedule: Result | TableLike) -> Problem:
        """Make the same problem with a schedule as its plan so far, counted in the term `stability`.

        What the table `baseline` already says of an operation stays.
        """
        tables = with_plan(self._tables, schedule_tables(schedule)["schedule"])
        return Problem(scale=self._scale, **tables)

    def with_changes(self, changes: Changes) -> Problem:
        """The problem after changes; see `sopengine.changes`.

        Raises
        ------
        SopDataError
            Where a change does not fit the tables, or they contradict each other afterwards.
        """
        from sopengine.session.apply import with_changes

        return with_changes(self, changes)

    @property
    def engine(self) -> _engine.Problem:
        """The problem as the engine holds it."""
        return self._engine

    def __repr__(self) -> str:
        return repr(self._engine)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the tables, so that a worker process can make the same problem."""
        return _rebuild, (self._tables, self._scale)


def _rebuild(tables: dict[str, pa.Table], scale: int | None) -> Problem:
    return Problem(scale=scale, **tables)


def check_scale(scale: object) -> None:
    """Refuse a scale that no quantity can have."""
    from sopengine.errors import Finding

    if scale is None or (isinstance(scale, int) and not isinstance(scale, bool) and 0 <= scale <= 18):
        return
    found = f"{scale!r}"[:80]
    expected = "an integer from 0 to 18"
    hint = "It is the number of decimal places that count."
    raise SopDataError([Finding("PARAM_RANGE", column="scale", found=found, expected=expected, hint=hint)])
