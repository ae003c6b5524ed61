"""What a planner has fixed: resource and start by leaving out rows, sequences by order of starts."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .core import Model, Step
    from .placements import Row
    from .problem import Problem


def pin_of(problem: Problem, operation: str) -> str:
    return (problem.baseline.get(operation) or {}).get("pin") or "none"


def pinned_resource(problem: Problem, operation: str) -> str | None:
    """The resource of the baseline row, or of the mode that it names."""
    row = problem.baseline[operation]
    return row["resource"] or (problem.history_mode(operation).resource if row["mode"] else None)


def keep_pinned_rows(model: Model) -> None:
    """Keep only the rows that pins allow; a start pin that no row can keep is released."""
    for key, step in model.steps.items():
        pin = pin_of(model.problem, key)
        if pin == "none":
            continue
        resource, start = pinned_resource(model.problem, key), model.problem.baseline[key].get("start")
        fixed = [row for row in step.rows if step.options[row.choice].mode.resource == resource]
        if pin == "start":
            fixed = [row for row in fixed if row.start == start]
            if not any(_beside_started(model, step, row) for row in fixed):
                continue
        step.rows = fixed


def _beside_started(model: Model, step: Step, row: Row) -> bool:
    """Whether a row fits beside the started work alone."""
    pieces = dict(row.pieces)
    own = step.options[row.choice].mode.resource
    if own is not None and model.problem.resources[own].unary and row.end > row.start:
        pieces[own] = [(row.start, row.end, 1)]
    for name, spans in pieces.items():
        resource = model.problem.resources[name]
        theirs = [piece for past in model.past.values() for piece in past.pieces.get(name, [])]
        for at in range(row.start, row.end):
            used, mine = (sum(q for a, b, q in held if a <= at < b) for held in (theirs, spans))
            if used and mine and used + mine > (1 if resource.unary else resource.capacity_at(at)):
                return False
    return True


def add_sequences(model: Model) -> None:
    """Operations pinned in sequence on one resource start in the order of their baseline."""
    pinned: dict[str | None, list[tuple[int, str]]] = defaultdict(list)
    for key in model.steps:
        if pin_of(model.problem, key) == "sequence":
            start = model.problem.baseline[key]["start"]
            pinned[pinned_resource(model.problem, key)].append((start, key))
    for found in pinned.values():
        for (_, first), (_, then) in combinations(sorted(found), 2):
            before, after = model.steps[first], model.steps[then]
            model.cp.add(before.start <= after.start).only_enforce_if(before.present, after.present)
