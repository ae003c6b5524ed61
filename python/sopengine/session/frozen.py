"""The frozen zone: what starts soon does not move.

Frozen are planned operations with a published start before a time, one for all or one by resource or
location. A reschedule pins them where the repaired schedule has them, which is where they were unless the
change itself has pushed them on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.problem import Problem
from sopengine.session.sheet import Sheet

if TYPE_CHECKING:
    from sopengine.result import Result

FrozenUntil: TypeAlias = Any
"""A time, or times by resource or location; None freezes nothing."""


def frozen_operations(problem: Problem, live: Result, until: FrozenUntil) -> list[str]:
    """Planned operations of the frozen zone, as text."""
    if until is None:
        return []
    rows = live.schedule.filter(pc.equal(live.schedule["status"], "planned"))
    sheet = Sheet(problem.tables)

    def ticks(moment: Any) -> int:
        scalar = pa.scalar(sheet.scalar("problem", "now", moment).as_py(), rows.schema.field("start").type)
        return int(scalar.cast(pa.int64()).as_py())

    starts = rows["start"].cast(pa.int64()).to_pylist()
    if not isinstance(until, Mapping):
        limit = ticks(until)
        limits: list[int | None] = [limit] * len(starts)
    else:
        by_name = {str(name): ticks(moment) for name, moment in until.items()}
        places = problem.tables["resources"].to_pydict()
        names = [str(name) for name in places["resource"]]
        location = dict(zip(names, places.get("location", names), strict=True))
        resources = [str(name) for name in rows["resource"].to_pylist()]
        limits = [by_name.get(name, by_name.get(str(location.get(name)))) for name in resources]
    operations = rows["operation"].to_pylist()
    return [
        str(operation)
        for operation, start, limit in zip(operations, starts, limits, strict=True)
        if limit is not None and start < limit
    ]


def pinned(problem: Problem, repaired: Result, names: tuple[str, ...]) -> Problem:
    """The problem with the frozen zone pinned where the repaired schedule has it."""
    sheet = Sheet(problem.tables)
    rows = sheet.table("baseline")
    frozen = pa.array(list(names), pa.string())
    planned = pc.equal(pc.fill_null(rows["status"], "planned"), "planned")
    mine = pc.and_(pc.is_in(rows["operation"].cast(pa.string()), frozen), planned)
    now_at = repaired.schedule
    place = pc.index_in(rows["operation"].cast(pa.string()), now_at["operation"].cast(pa.string()))
    for column in ("start", "resource", "mode"):
        kind = rows.schema.field(column).type
        cells = pc.if_else(mine, now_at[column].cast(kind).take(place), rows[column])
        rows = rows.set_column(rows.column_names.index(column), column, cells)
    has_start = pc.and_(mine, pc.is_valid(rows["start"]))
    pins = rows["pin"].cast(pa.string()) if "pin" in rows.column_names else pa.nulls(len(rows), pa.string())
    pins = pc.if_else(has_start, "start", pins)
    if "pin" in rows.column_names:
        rows = rows.set_column(rows.column_names.index("pin"), "pin", pins)
    else:
        rows = rows.append_column("pin", pins)
    return Problem(scale=problem.scale, **{**problem.tables, "baseline": rows})
