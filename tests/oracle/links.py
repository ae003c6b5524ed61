"""Precedences: lags of all kinds, transfer and tail, same resource, transport, and what is left out."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from .past import Inexact

if TYPE_CHECKING:
    from .core import Model
    from .problem import Link, Problem

WHOLE = 10**6


def marks(problem: Problem) -> dict[str, set[tuple[str, int]]]:
    """Which shares of which operations' work precedences look at."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for link in problem.links:
        if link.transfer < WHOLE:
            found[link.before].add(("passed", link.transfer))
            found[link.after].add(("left", link.tail))
    return found


def add_links(model: Model) -> None:
    for link in model.problem.links:
        if link.after in model.steps:
            _add(model, link)
        elif link.before in model.steps and model.problem.status(link.after) == "started":
            raise Inexact("started work before its predecessor")


def _ends(model: Model, link: Link) -> tuple[Any, Any, Any]:
    """Start, end and passing point of the operation before."""
    problem, key = model.problem, link.before
    if key in model.steps:
        step = model.steps[key]
        return step.start, step.end, step.marks.get(("passed", link.transfer), step.end)
    if key in model.past:
        past = model.past[key]
        need = -(-link.transfer * past.mode.duration // WHOLE)
        return past.start, past.end, past.done_at(need) if link.transfer < WHOLE else past.end
    row = problem.baseline[key]
    if link.transfer < WHOLE:
        raise Inexact("transfer from done work")
    start = row["start"] if row.get("start") is not None else row["end"]
    return start, row["end"], row["end"]


def _add(model: Model, link: Link) -> None:
    cp, after = model.cp, model.steps[link.after]
    start, end, passed = _ends(model, link)
    both = [after.present]
    if link.before in model.steps:
        cp.add_implication(after.present, model.steps[link.before].present)
    source = {"end_start": passed, "start_start": start, "end_end": end, "start_end": start}[link.kind]
    target = after.start if link.kind in ("end_start", "start_start") else after.end
    if link.max_lag is not None:
        cp.add(target <= source + link.max_lag).only_enforce_if(both)
    for lits, lag in _rides(model, link):
        cp.add(target >= source + link.min_lag + lag).only_enforce_if(both + lits)
        if link.transfer < WHOLE:
            cp.add(after.end >= end + link.min_lag + lag).only_enforce_if(both + lits)
            cp.add(end + link.min_lag + lag <= after.marks["left", link.tail]).only_enforce_if(both + lits)
    if link.same_resource:
        _same(model, link)


def _resources(model: Model, operation: str) -> dict[str | None, Any]:
    """Literal of each resource that the operation's mode may use."""
    if operation not in model.steps:
        row = model.problem.baseline[operation]
        return {row["resource"] or model.problem.history_mode(operation).resource: True}
    step = model.steps[operation]
    names = {choice.mode.resource for choice in step.options}
    found = {}
    for name in sorted(names, key=str):
        lit = model.cp.new_bool_var("")
        model.cp.add(sum(step.on(lambda choice, name=name: choice.mode.resource == name)) == lit)
        found[name] = lit
    return found


def _rides(model: Model, link: Link) -> list[tuple[list[Any], int]]:
    """No lag in any case, and that of transport where the two resources are apart."""
    rides: list[tuple[list[Any], int]] = [([], 0)]
    if not model.problem.transport:
        return rides
    befores, afters = _resources(model, link.before), _resources(model, link.after)
    for before, left in befores.items():
        for after, right in afters.items():
            lag = model.problem.distance(before, after)
            if lag:
                rides.append(([lit for lit in (left, right) if lit is not True], lag))
    return rides


def _same(model: Model, link: Link) -> None:
    present = model.steps[link.after].present
    befores, afters = _resources(model, link.before), _resources(model, link.after)
    for before, left in befores.items():
        for after, right in afters.items():
            if before != after or before is None:
                lits = [lit.negated() for lit in (left, right) if lit is not True]
                model.cp.add_bool_or([*lits, present.negated()])
