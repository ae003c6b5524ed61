"""A schedule as the baseline of the next problem.

What is planned gets a row of `baseline` with its published mode, resource and start: this is what
stability is measured against, and what a floor report ("started") completes. Pins and other columns of
the rows stay; started and done work stays as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.changes import Change
from sopengine.session.sheet import Sheet, columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.result import Result

FILLED = ("operation", "mode", "resource", "start", "end", "status")


def instants(tables: Mapping[str, pa.Table], zone: str | None) -> dict[str, pa.Table]:
    """The tables with instants for local times, so that published times are never ambiguous."""
    if zone is None:
        return dict(tables)
    found = dict(tables)
    for name, table in tables.items():
        known = columns().get(name, {})
        for index, field in enumerate(table.schema):
            local = pa.types.is_timestamp(field.type) and field.type.tz is None
            if local and known.get(field.name, {}).get("type") == "time":
                cells = pc.assume_timezone(
                    table[field.name], zone, ambiguous="earliest", nonexistent="earliest"
                )
                table = table.set_column(index, field.name, cells)
        found[name] = table
    return found


def published(tables: Mapping[str, pa.Table], live: Result) -> dict[str, pa.Table]:
    """The tables with the planned part of a schedule as their baseline."""
    sheet = Sheet(tables)
    schedule = live.schedule
    planned = schedule.filter(pc.equal(schedule["status"], "planned"))
    history = _history(sheet)
    fresh = planned.filter(pc.invert(_member(planned["operation"], history["operation"])))
    rows: dict[str, Any] = {
        column: _cast(fresh[column], sheet.kind("baseline", column)) for column in FILLED[:-1]
    }
    rows["status"] = pa.repeat("planned", fresh.num_rows)
    old = sheet.table("baseline")
    if old.num_rows:
        place = pc.index_in(_cast(fresh["operation"], pa.string()), _cast(old["operation"], pa.string()))
        for column in old.column_names:
            if column not in FILLED:
                rows[column] = old[column].take(place)
    new = pa.table(rows)
    merged = pa.concat_tables([history, new], promote_options="permissive") if history.num_rows else new
    return {**sheet.tables, "baseline": merged}


def _history(sheet: Sheet) -> pa.Table:
    """Rows of started and done work, plain types."""
    old = sheet.table("baseline")
    if old.num_rows == 0 or "status" not in old.column_names:
        return old.slice(0, 0)
    under_way = pc.is_in(old["status"].cast(pa.string()), pa.array(["started", "done"]))
    rows = old.filter(pc.fill_null(under_way, fill_value=False))
    arrays = {name: _cast(rows[name], sheet.kind("baseline", name)) for name in rows.column_names}
    return pa.table(arrays)


def _member(cells: pa.ChunkedArray, values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.is_in(_cast(cells, pa.string()), _cast(values, pa.string()).combine_chunks())


def _cast(cells: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_dictionary(cells.type):
        cells = cells.cast(cells.type.value_type)
    return cells.cast(kind)


def holders(tables: Mapping[str, pa.Table], live: Result, changes: list[Change]) -> list[Change]:
    """Rows of `baseline_members` for work that changes report as started: who holds it as published."""
    started = [
        change.key["operation"]
        for change in changes
        if change.table == "baseline" and change.column == "status" and change.value == "started"
    ]
    groups = tables.get("groups")
    if not started or groups is None or "requirement" not in live.assignments.column_names:
        return []
    names = {str(operation): operation for operation in started}
    held = live.assignments
    mine = pc.is_in(_cast(held["operation"], pa.string()), pa.array(list(names)))
    members = _member(held["resource"], groups["member"])
    fixed = _fixed(tables, names)
    rows = held.filter(pc.and_(mine, members)).to_pylist()
    own = dict(
        zip(
            _cast(live.schedule["operation"], pa.string()).to_pylist(),
            live.schedule["resource"].to_pylist(),
            strict=True,
        )
    )
    return [
        Change(
            "baseline_members",
            "insert",
            {"operation": row["operation"], "resource": row["resource"], "phase": row["phase"]},
        )
        for row in rows
        if row["resource"] != own[str(row["operation"])]
        and (str(row["operation"]), row["resource"]) not in fixed
    ]


def _fixed(tables: Mapping[str, pa.Table], names: Mapping[str, Any]) -> set[tuple[str, Any]]:
    """Resources that these operations require by name, not as members of a group."""
    rows = tables.get("requirements")
    if rows is None or "resource" not in rows.column_names:
        return set()
    mine = rows.filter(pc.is_in(_cast(rows["operation"], pa.string()), pa.array(list(names))))
    pairs = zip(mine["operation"].to_pylist(), mine["resource"].to_pylist(), strict=True)
    return {(str(operation), resource) for operation, resource in pairs if resource is not None}
