"""The Plant: what ERP and MES know, checked once, then immutable."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sopengine.errors import findings_table
from sopengine.plant.compile import Moment, Span, compile_plant
from sopengine.plant.intake.coerce import Reader, records
from sopengine.plant.intake.collect import Collector, nearest
from sopengine.plant.intake.validate import validate
from sopengine.plant.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from sopengine.plant.lift import Compiled


class Plant:
    """Items, bills of material, routings, work orders, stock and shifts of one planning area.

    Parameters
    ----------
    **tables
        Tables by name, each any object with the Arrow stream protocol (pyarrow, polars, pandas, duckdb).
        Their columns are in `sopengine.plant.spec`; ``settings``, ``items`` and ``resources`` are required.

    Raises
    ------
    SopDataError
        Every finding of every table at once, if any of them is an error.

    Examples
    --------
    >>> import pyarrow as pa
    >>> plant = Plant(
    ...     settings=pa.table({"timezone": ["Europe/Berlin"], "duration_unit": ["min"]}),
    ...     items=pa.table({"item": ["chair"]}),
    ...     resources=pa.table({"resource": ["saw"]}),
    ...     routings=pa.table({"routing": ["R"], "item": ["chair"]}),
    ...     steps=pa.table({"routing": ["R"], "step": ["cut"], "sequence": [10], "run_time_num": [3]}),
    ...     step_resources=pa.table({"routing": ["R"], "step": ["cut"], "resource": ["saw"]}),
    ...     work_orders=pa.table({"work_order": ["W1"], "item": ["chair"], "quantity": [20]}),
    ... )
    >>> plant.compile("2026-03-23T06:00").problem_tables["modes"]["duration"][0].as_py()
    datetime.timedelta(seconds=3600)
    """

    def __init__(self, **tables: Any) -> None:
        out = Collector()
        reader = Reader(out)
        given = {name: source for name, source in tables.items() if source is not None}
        for name in given:
            if name not in SPEC:
                out.add("UNKNOWN_TABLE", name, hint=nearest(name, SPEC), expected="a table of the plant")
        read: dict[str, pa.Table] = {}
        if "settings" in given:
            read["settings"] = reader.settings(given["settings"])
        for name, spec in SPEC.items():
            if name not in given and spec.required:
                out.add("MISSING_TABLE", name, expected=spec.doc)
            elif name in given and name != "settings":
                read[name] = reader.table(given[name], spec)
        validate({name: records(table) for name, table in read.items()}, out)
        out.raise_errors()
        self._tables = MappingProxyType(read)
        self._findings = tuple(out.findings)

    @property
    def tables(self) -> Mapping[str, pa.Table]:
        """The tables given, in canonical types and with every column of the specification; read-only."""
        return self._tables

    @property
    def findings(self) -> pa.Table:
        """Warnings and information about the tables; errors have been raised."""
        return findings_table(self._findings)

    @property
    def timezone(self) -> str:
        """The zone of naive times and of shifts."""
        return str(self._tables["settings"]["timezone"][0])

    def __repr__(self) -> str:
        """Return the row counts."""
        rows = ", ".join(f"{name} {table.num_rows}" for name, table in self._tables.items())
        return f"Plant({rows})"

    def replace(self, **tables: Any) -> Plant:
        """Return a Plant in which the tables given replace those of the same name (None removes one)."""
        return Plant(**{**self._tables, **tables})

    def compile(self, now: Moment, horizon: Span = None) -> Compiled:
        """Return the Problem of this plant at a moment.

        Parameters
        ----------
        now
            Datetime or ISO text, aware or in plant time; or seconds since 1970.
        horizon
            How far ahead work may be placed (timedelta) or until when (datetime). By default there is no
            limit, and calendars reach 180 days from now and 90 days past the last due date, five years at
            most.

        Raises
        ------
        SopDataError
            Every error that shows only at `now`: started work without a resource, local times that do not
            exist.
        """
        return compile_plant(self._tables, now, horizon)
