"""Rule 3, changeovers: what a unary resource with a matrix must do between two operations.

The operations whose mode's own resource it is come in the order of their starts, started work first. The
state is kept per attribute; an operation changes only the attributes it names. ``needed`` gives what the
matrix asks before each operation; the check compares it with the changeover that the schedule shows.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from .calendar import covers, length
from .model import baseline_mode, baseline_resource

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import ChangeoverRule, Matrix, Plant
    from .report import Report

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\Z")


class Changeover(NamedTuple):
    """What the matrix asks before an operation, and which operation was there before."""

    duration: int
    cost: int
    previous: str | None


def state_at_now(plant: Plant, resource: str) -> dict[str, str]:
    """Per attribute: ``resource_states``, else what the last done operation there left, else absent."""
    finished = []
    for key, row in plant.baseline.items():
        if row.status == "done" and baseline_resource(plant, key) == resource:
            mode = baseline_mode(plant, key)
            if mode is None or mode.duration > 0:
                finished.append((row.end, key))
    state: dict[str, str] = {}
    for _, key in sorted(finished):
        state.update(plant.operations[key].states)
    state.update(plant.resource_states.get(resource, {}))
    return state


def compares(kind: str, left: str, right: str) -> bool:
    """``differs`` compares text; ``rises`` and ``falls`` compare as numbers where both are."""
    if kind == "differs":
        return left != right
    before: object = left.encode()
    after: object = right.encode()
    if NUMBER.match(left) and NUMBER.match(right):
        before, after = Fraction(left), Fraction(right)
    return before < after if kind == "rises" else before > after  # type: ignore[operator]


def matches(rule: ChangeoverRule, before: str | None, after: str) -> bool:
    """Whether a rule speaks of going from one value (``None``: unset) to another."""
    if rule.to_value is not None and rule.to_value != after:
        return False
    if before is None:
        return rule.from_value == "unset" and rule.compare is None
    if rule.from_value is not None and rule.from_value != before:
        return False
    if before == after and (rule.from_value is None or rule.to_value is None):
        return False
    return rule.compare is None or compares(rule.compare, before, after)


def rank(rule: ChangeoverRule) -> tuple[int, int, int]:
    """Priority; then both values, to, from, none; then rises or falls, differs, no comparison."""
    named = 2 * (rule.to_value is not None) + (rule.from_value is not None)
    return rule.priority, named, {"rises": 2, "falls": 2, "differs": 1}.get(rule.compare or "", 0)


def between(plant: Plant, matrix: Matrix, state: dict[str, str], wanted: dict[str, str]) -> tuple[int, int]:
    """Duration and cost of going from a state to what an operation names."""
    durations, cost = [0], 0
    rules = plant.changeovers.get(matrix.matrix, [])
    for attribute, value in wanted.items():
        fitting = [r for r in rules if r.attribute == attribute and matches(r, state.get(attribute), value)]
        if fitting:
            best = max(fitting, key=rank)
            durations.append(best.duration)
            cost += best.cost
    return (max(durations) if matrix.combine == "max" else sum(durations)), cost


def sequence_on(answer: Answer, resource: str) -> list[Placed]:
    """Who runs on a resource as its mode's own, in order of start; started work comes first."""
    rows = [p for p in answer.in_order() if p.mode.resource == resource and not p.holds_nothing]
    return sorted(rows, key=lambda p: (not p.started, p.start, p.end, p.key))


def needed(plant: Plant, answer: Answer) -> dict[str, Changeover]:
    """What each planned operation on a unary resource must pay before it runs."""
    result: dict[str, Changeover] = {}
    for resource, row in sorted(plant.resources.items()):
        if row.kind != "unary":
            continue
        matrix = plant.matrices.get(row.matrix) if row.matrix is not None else None
        state, previous = state_at_now(plant, resource), None
        for placed in sequence_on(answer, resource):
            if not placed.started:
                wanted = placed.operation.states
                duration, cost = between(plant, matrix, state, wanted) if matrix else (0, 0)
                result[placed.key] = Changeover(duration, cost, previous)
            state.update(placed.operation.states)
            previous = placed.key
    return result


def check_changeover(plant: Plant, answer: Answer, report: Report) -> None:
    asked = needed(plant, answer)
    for placed in answer.in_order():
        if not placed.started:
            _check_one(plant, answer, placed, asked.get(placed.key, Changeover(0, 0, None)), report)


def _check_one(plant: Plant, answer: Answer, placed: Placed, asked: Changeover, report: Report) -> None:
    key, entry = placed.key, placed.entry
    if asked.duration == 0:
        if entry.changeover_start is not None or entry.changeover_end is not None:
            report.add(3, "changeover_not_due", key, "a changeover where none is due", at=entry.start)
        return
    if entry.changeover_start is None or entry.changeover_end is None:
        detail = f"a changeover of {asked.duration} is missing"
        report.add(3, "changeover_missing", key, detail, other=asked.previous, at=placed.start)
        return
    start, end = entry.changeover_start, entry.changeover_end
    changed = length(placed.changing)
    if end <= start:
        report.add(3, "changeover_interval", key, f"changeover end {end} is not after its start", at=start)
    elif not covers(placed.changing, start) or not covers(placed.changing, end - 1):
        report.add(3, "changeover_closed", key, f"first or last instant of [{start}, {end}) closed", at=start)
    if changed != asked.duration:
        detail = f"{changed} open instants in [{start}, {end}), not {asked.duration}"
        report.add(3, "changeover_duration", key, detail, other=asked.previous, at=start)
    matrix = plant.matrices[plant.resources[placed.mode.resource or ""].matrix or ""]
    if matrix.suspend == "never" and changed != end - start:
        report.add(3, "changeover_suspended", key, "interrupted, and may not be", at=start)
    if end > placed.start:
        report.add(3, "changeover_late", key, f"changeover ends {end}, start is {placed.start}", at=end)
    if matrix.attached and end != placed.start:
        report.add(3, "changeover_detached", key, f"ends {end}, must end at start {placed.start}", at=end)
    if start < plant.now:
        report.add(3, "changeover_before_now", key, f"begins {start}, before now {plant.now}", at=start)
    if asked.previous is not None and answer.placed[asked.previous].end > start:
        detail = f"begins {start}, before {asked.previous} has ended"
        report.add(3, "changeover_early", key, detail, other=asked.previous, at=start)
