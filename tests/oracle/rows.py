"""From a solution to rows of ``schedule`` and ``assignments``, in the problem's ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    from .core import Model, Step
    from .placements import Choice

Row = dict[str, Any]
SCHEDULE = ("changeover_start", "changeover_end", "start", "end")


def _chosen(solver: cp_model.CpSolver, literals: list[Any], options: list[Choice]) -> Choice:
    return next(choice for lit, choice in zip(literals, options, strict=True) if solver.boolean_value(lit))


def schedule_rows(model: Model, solver: cp_model.CpSolver) -> list[Row]:
    """A row an operation, history included."""
    problem, rows = model.problem, []
    for key in sorted(problem.operations):
        row: Row = {"operation": key, "order": problem.operations[key].order, "mode": None, "resource": None}
        row.update(dict.fromkeys(SCHEDULE), status="unscheduled")
        if key in model.steps:
            _planned(row, model.steps[key], solver)
        elif key in model.past:
            past = model.past[key]
            row.update(
                mode=past.mode.mode,
                resource=past.mode.resource,
                start=past.start,
                end=past.end,
                status="started",
            )
            if past.changing:
                row.update(changeover_start=0, changeover_end=past.change_end)
        else:
            known, mode = problem.baseline[key], problem.history_mode(key)
            start = known["end"] if known.get("start") is None else known["start"]
            row.update(mode=mode.mode, resource=mode.resource, start=start, end=known["end"], status="done")
        for column in SCHEDULE:
            if row[column] is not None:
                row[column] += problem.now
        rows.append(row)
    return rows


def _planned(row: Row, step: Step, solver: cp_model.CpSolver) -> None:
    if not solver.boolean_value(step.present):
        return
    mode = _chosen(solver, step.chosen, step.options).mode
    row.update(mode=mode.mode, resource=mode.resource, status="planned")
    row.update(start=solver.value(step.start), end=solver.value(step.end))
    if step.change is not None and solver.boolean_value(step.change.on):
        row.update(
            changeover_start=solver.value(step.change.start), changeover_end=solver.value(step.change.end)
        )


def assignment_rows(model: Model, solver: cp_model.CpSolver) -> list[Row]:
    """A row a holding: the mode's own resource and every requirement and member, by phase."""
    rows: list[Row] = []
    for key, step in sorted(model.steps.items()):
        if not solver.boolean_value(step.present):
            continue
        span = (solver.value(step.start), solver.value(step.end))
        rows += _held(model, key, _chosen(solver, step.chosen, step.options), span)
        if step.change is not None and solver.boolean_value(step.change.on):
            span = (solver.value(step.change.start), solver.value(step.change.end))
            rows += _held(model, key, _chosen(solver, step.change.chosen, step.change.options), span)
    for key, past in sorted(model.past.items()):
        rows += _held(model, key, past.run, (past.start, past.end))
        if past.changing:
            rows += _held(model, key, past.change, (0, past.change_end))
    return rows


def _held(model: Model, operation: str, choice: Choice, span: tuple[int, int]) -> list[Row]:
    if choice.mode.duration == 0:
        return []
    taken: list[tuple[str, int, str | None]] = [
        (name, quantity, key) for name, quantity, _, key in choice.taken
    ]
    if choice.mode.resource is not None:
        taken.insert(0, (choice.mode.resource, choice.mode.quantity, None))
    start, end = (at + model.problem.now for at in span)
    return [
        {
            "operation": operation, "resource": name, "phase": choice.phase, "requirement": key,
            "start": start, "end": end, "quantity": quantity,
        }
        for name, quantity, key in taken
    ]  # fmt: skip


def as_tables(schedule: list[Row], assignments: list[Row], temporal: bool) -> tuple[pa.Table, pa.Table]:
    """The rows as Arrow tables of the contract's output types, ids as text."""
    instant = pa.timestamp("s", "UTC") if temporal else pa.int64()
    times = {"start", "end", "changeover_start", "changeover_end"}

    def table(rows: list[Row], columns: tuple[str, ...]) -> pa.Table:
        kinds = {
            name: instant if name in times else pa.int64() if name == "quantity" else pa.string()
            for name in columns
        }
        schema = pa.schema(list(kinds.items()))
        return pa.table({n: pa.array([row[n] for row in rows], k) for n, k in kinds.items()}, schema=schema)

    return (
        table(schedule, ("operation", "order", "mode", "resource", *SCHEDULE, "status")),
        table(assignments, ("operation", "resource", "phase", "requirement", "start", "end", "quantity")),
    )
