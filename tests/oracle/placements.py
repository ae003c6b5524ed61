"""Every way to place an operation: mode, members and start determine all else.

Given mode and members, the instants at which an operation can work are known, so its end, the pieces of
time over which it holds each resource, and the instants at which parts of its work are done are functions
of its start. A ``Choice`` is a mode with members; a ``Row`` is a choice with a start. The same is true of a
changeover, given its duration. Cost: choices x horizon rows an operation, which is little on small problems.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations, groupby, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .problem import Mode, Need, Problem

Piece = tuple[int, int, int]
"""Start, end, quantity."""


@dataclass(frozen=True)
class Choice:
    """A mode with the resource of every requirement of one phase."""

    mode: Mode = field(hash=False)
    phase: str
    taken: tuple[tuple[str, int, bool, str], ...]
    """Resource, quantity, released at breaks, requirement."""

    def quantities(self) -> dict[str, int]:
        """Total quantity needed in this phase, the mode's own resource included."""
        total = {}
        if self.mode.resource is not None:
            total[self.mode.resource] = self.mode.quantity
        for resource, quantity, _, _ in self.taken:
            total[resource] = total.get(resource, 0) + quantity
        return total


@dataclass
class Row:
    """One placement: choice, times, what it holds when, and marks (see ``links``)."""

    choice: int
    start: int
    end: int
    work: list[int]
    pieces: dict[str, list[Piece]] = field(default_factory=dict)


def choices(problem: Problem, mode: Mode, phase: str) -> list[Choice]:
    """All member choices of a mode in a phase; one without any where it takes no time."""
    if mode.duration == 0:
        return [Choice(mode, phase, ())]
    options = [_takings(problem, mode, need) for need in mode.needs if need.phase == phase]
    found = []
    for chosen in product(*options):
        taken = tuple(sorted(one for taking in chosen for one in taking))
        members = [one[0] for one in taken if problem.resources[one[0]].unary]
        if len(set(members)) == len(members) and mode.resource not in members:
            found.append(Choice(mode, phase, taken))
    return found


def _takings(problem: Problem, mode: Mode, need: Need) -> list[list[tuple[str, int, bool, str]]]:
    if need.resource is not None:
        return [[(need.resource, need.quantity, need.release, need.key)]]
    members = sorted(problem.groups[need.group or ""] - {mode.resource or ""})
    return [
        [(name, 1, need.release, need.key) for name in some] for some in combinations(members, need.quantity)
    ]


def is_open(problem: Problem, choice: Choice, at: int) -> bool:
    """Whether every resource that the phase needs offers the quantity at an instant."""
    return all(problem.resources[name].capacity_at(at) >= q for name, q in choice.quantities().items())


def working(problem: Problem, choice: Choice, begin: int, end: int) -> list[int]:
    """The open instants in an interval."""
    return [at for at in range(begin, end) if is_open(problem, choice, at)]


def runs(problem: Problem, choice: Choice, index: int, low: int, high: int, breaks: bool) -> list[Row]:
    """Every placement of a run with ``start >= low`` and ``end <= high``."""
    duration = choice.mode.duration
    if duration == 0:
        return [Row(index, at, at, []) for at in range(max(0, low), high + 1)]
    instants = working(problem, choice, max(0, low), high)
    rows = []
    for place in range(len(instants) - duration + 1):
        work = instants[place : place + duration]
        start, end = work[0], work[-1] + 1
        if breaks or end - start == duration:
            rows.append(Row(index, start, end, work, holdings(problem, choice, start, end, work)))
    return rows


def holdings(
    problem: Problem, choice: Choice, start: int, end: int, work: list[int]
) -> dict[str, list[Piece]]:
    """What is held over which pieces of time; a mode's own unary resource is not among it."""
    held: dict[str, list[Piece]] = {}
    own = choice.mode.resource
    rows = list(choice.taken)
    if own is not None and not problem.resources[own].unary and choice.phase == "run":
        rows.append((own, choice.mode.quantity, False, ""))
    total = choice.quantities()
    for resource, quantity, release, _ in rows:
        if release:
            instants = work
        elif problem.resources[resource].unary:
            instants = list(range(start, end))
        else:
            # A hold does not count where the pool offers less than this operation needs of it.
            instants = [
                at
                for at in range(start, end)
                if problem.resources[resource].capacity_at(at) >= total[resource]
            ]
        held.setdefault(resource, []).extend((a, b, quantity) for a, b in spans(instants))
    return held


def spans(instants: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive instants as half-open intervals."""
    found = []
    for _, run in groupby(enumerate(instants), key=lambda pair: pair[1] - pair[0]):
        members = [at for _, at in run]
        found.append((members[0], members[-1] + 1))
    return found
