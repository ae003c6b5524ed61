"""Tiny problems written by hand: rows in, levels and rows out."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from .cpsat import Exact, Level, solve_exact

Row = dict[str, Any]
MAKESPAN: list[Level] = [{"makespan": 1}]


def tables(**rows: list[Row]) -> dict[str, pa.Table]:
    """Arrow tables of integer problems; columns are those of any row."""
    made = {}
    for name, found in rows.items():
        columns = sorted({column for row in found for column in row})
        made[name] = pa.table({column: [row.get(column) for row in found] for column in columns})
    return made


def step(operation: str, duration: int, resource: str | None = "M", **columns: Any) -> tuple[Row, Row]:
    """An operation and its mode; columns ``quantity``, ``cost`` and ``mode`` are the mode's."""
    of_mode = {name: columns.pop(name) for name in ("quantity", "cost", "mode") if name in columns}
    mode = {"operation": operation, "resource": resource, "duration": duration, **of_mode}
    return {"operation": operation, **columns}, mode


def shop(
    *steps: tuple[Row, Row], resources: list[Row] | None = None, **rows: list[Row]
) -> dict[str, pa.Table]:
    """A problem of these operations; every named resource is unary and always open unless given."""
    modes = [mode for _, mode in steps] + rows.pop("more_modes", [])
    known = {row["resource"] for row in resources or []}
    names = sorted({mode["resource"] for mode in modes if mode["resource"] is not None} - known)
    all_resources = [*(resources or []), *({"resource": name} for name in names)]
    return tables(operations=[row for row, _ in steps], modes=modes, resources=all_resources, **rows)


def best(problem: dict[str, pa.Table], objective: list[Level] = MAKESPAN, partial: bool = True) -> list[int]:
    """Levels of the proven optimum, ``unscheduled`` first with ``partial``."""
    exact = solve_exact(problem, objective, partial=partial)
    assert exact.status == "optimal", exact.status
    return exact.levels


def times(exact: Exact) -> dict[str, tuple[int | None, int | None]]:
    """Start and end by operation."""
    return {row["operation"]: (row["start"], row["end"]) for row in exact.schedule}


def solved(
    problem: dict[str, pa.Table], objective: list[Level] = MAKESPAN
) -> dict[str, tuple[int | None, int | None]]:
    """Start and end by operation of one best schedule."""
    return times(solve_exact(problem, objective))
