"""The best schedule of a small problem, proven: an exact model in CP-SAT.

Written from the contract alone, sharing no code with the engine, so that the two can be held against each
other: the engine is never better than this optimum, nor finds a schedule where there is none. The idea is
enumeration where the contract is hard and constraints where it is easy: the placements of an operation
(mode, members, start) are enumerated and enter as linear pieces (``placements``, ``segments``, ``core``);
sequences and setup states are circuits with carried state (``setups``); precedences, material and terms
relate their columns. Levels are solved one after the other, each to proven optimality and then kept. What
cannot be modelled exactly is refused (``supports``).

Cost: choices x horizon rows an operation; problems of a dozen operations and a hundred ticks take
a fraction of a second. References: L. Perron and F. Didier, CP-SAT (OR-Tools).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from .capacity import add_capacity
from .core import Model, build
from .links import add_links, marks
from .material import add_material
from .past import Inexact
from .pins import add_sequences
from .problem import read
from .rows import assignment_rows, schedule_rows
from .setups import add_setups
from .terms import Terms

if TYPE_CHECKING:
    import pyarrow as pa

Level = dict[str, int]


@dataclass
class Exact:
    """``status`` is ``optimal``, ``infeasible`` or ``unknown`` (the time was up before the proof)."""

    status: str
    levels: list[int] = field(default_factory=list)
    objective: list[Level] = field(default_factory=list)
    schedule: list[dict[str, Any]] = field(default_factory=list)
    assignments: list[dict[str, Any]] = field(default_factory=list)


def supports(tables: dict[str, pa.Table]) -> list[str]:
    """What makes the model inexact; empty where it is exact."""
    try:
        _model(tables, partial=True)
    except Inexact as reason:
        return [str(reason)]
    return []


def _model(tables: dict[str, pa.Table], partial: bool) -> Model:
    problem = read(tables)
    model = build(problem, partial, marks(problem))
    add_setups(model)
    add_capacity(model)
    add_links(model)
    add_material(model)
    add_sequences(model)
    return model


def solve_exact(
    tables: dict[str, pa.Table], objective: list[Level], partial: bool = True, time_limit: float = 20
) -> Exact:
    """Solve to proven optimality, level by level; times in the rows are the problem's ticks.

    With ``partial``, ``unscheduled`` is the first level unless ``objective`` starts with it. Raises
    ``Inexact`` for what ``supports`` names.
    """
    model = _model(tables, partial)
    levels = list(objective)
    if partial and (not levels or set(levels[0]) != {"unscheduled"}):
        levels.insert(0, {"unscheduled": 1})
    terms, values = Terms(model), []
    solver = cp_model.CpSolver()
    for level in levels:
        expression = terms.level(level)
        model.cp.minimize(expression)
        solver = _solver(time_limit)
        status = solver.solve(model.cp)
        time_limit -= solver.wall_time
        if status == cp_model.INFEASIBLE:
            return Exact("infeasible", objective=levels)
        if status != cp_model.OPTIMAL or time_limit <= 0:
            return Exact("unknown", values, levels)
        values.append(round(solver.objective_value))
        model.cp.add(expression == values[-1])
        _hint(model, solver)
    return Exact("optimal", values, levels, schedule_rows(model, solver), assignment_rows(model, solver))


def _solver(time_limit: float) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_time_in_seconds = max(0.01, time_limit)
    return solver


def _hint(model: Model, solver: cp_model.CpSolver) -> None:
    """Start the next level where this one ended."""
    model.cp.clear_hints()
    for index in range(len(model.cp.proto.variables)):
        var = model.cp.get_int_var_from_proto_index(index)
        model.cp.add_hint(var, solver.value(var))
