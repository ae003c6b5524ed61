"""Started work: all of it follows from history and calendars, so it enters the model as constants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .placements import Choice, Piece, choices, holdings, is_open, working

if TYPE_CHECKING:
    from .problem import Mode, Problem


class Inexact(Exception):
    """The problem has something that this model does not cover exactly."""


@dataclass
class Started:
    """A started operation from ``now`` on."""

    mode: Mode
    run: Choice
    change: Choice
    start: int
    end: int
    work: list[int]
    """Working instants from now to the end, those lost to a restart included."""
    changing: list[int]
    earlier: int
    """Work done before now that still counts."""
    final: list[int]
    """The instants at which the rest of the work is done."""
    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    change_end: int = 0

    def done_at(self, need: int) -> int:
        """The end of the need-th working instant; not before now."""
        rest = need - self.earlier
        return 0 if rest <= 0 else self.final[rest - 1] + 1


def started(problem: Problem, operation: str, far: int) -> Started:
    """Work out how a started operation goes on."""
    row, mode = problem.baseline[operation], problem.history_mode(operation)
    run, change = (_choice(problem, operation, mode, phase) for phase in ("run", "changeover"))
    rest = row.get("remaining_changeover") or 0
    changing = working(problem, change, 0, far)[:rest]
    begin = changing[-1] + 1 if changing else 0
    restart = row.get("on_stop") == "restart"
    if restart and rest:
        raise Inexact("restart with a remaining changeover")
    remaining = row.get("remaining")
    if remaining is None:
        remaining = max(0, mode.duration - _worked(problem, run, row["start"], restart))
    if remaining > mode.duration and any(
        link.before == operation and link.transfer < 10**6 for link in problem.links
    ):
        raise Inexact("transfer from work that has more left than its duration")
    earlier = mode.duration - remaining
    final, lost = _resume(problem, run, begin, remaining, far), False
    if restart and remaining:
        final, lost = _restart(problem, run, remaining, mode.duration, far)
    if len(final) < (mode.duration if lost else remaining):
        raise Inexact("started work that no calendar lets end")
    end = final[-1] + 1 if final else begin
    result = Started(
        mode, run, change, row["start"], end, working(problem, run, begin, end), changing,
        0 if lost else earlier, final, change_end=begin,
    )  # fmt: skip
    _hold(problem, result)
    return result


def _choice(problem: Problem, operation: str, mode: Mode, phase: str) -> Choice:
    members = problem.members.get((operation, phase), set())
    grouped = {
        name
        for need in mode.needs
        if need.phase == phase and need.group is not None
        for name in problem.groups[need.group]
    }
    fitting = [
        choice
        for choice in choices(problem, mode, phase)
        if not members or {taken[0] for taken in choice.taken} & grouped <= members
    ]
    if phase == "changeover" and not problem.baseline[operation].get("remaining_changeover"):
        return Choice(mode, phase, ())
    if len(fitting) != 1:
        raise Inexact("started work whose members are not determined")
    return fitting[0]


def _worked(problem: Problem, run: Choice, start: int, restart: bool) -> int:
    """Working instants in ``[start, now)``; with restart, those since the last stop."""
    count = 0
    for at in range(start, 0):
        if is_open(problem, run, at):
            count += 1
        elif restart:
            count = 0
    return count


def _resume(problem: Problem, run: Choice, begin: int, remaining: int, far: int) -> list[int]:
    return working(problem, run, begin, far)[:remaining]


def _restart(
    problem: Problem, run: Choice, remaining: int, duration: int, far: int
) -> tuple[list[int], bool]:
    """Instants of the last stretch, and whether work before it was lost."""
    need, stretch, lost = remaining, [], False
    for at in range(far):
        if is_open(problem, run, at):
            stretch.append(at)
            if len(stretch) == need:
                return stretch, lost
        else:
            need, stretch, lost = duration, [], True
    return [], lost


def _hold(problem: Problem, started: Started) -> None:
    """Its holdings from now on, the mode's own unary resource included."""
    if started.mode.duration == 0 or started.end == 0:
        return
    started.pieces = holdings(problem, started.run, 0, started.end, started.work)
    own = started.mode.resource
    if own is not None and problem.resources[own].unary:
        started.pieces[own] = [(0, started.end, 1)]
    if started.changing:
        change = holdings(problem, started.change, 0, started.change_end, started.changing)
        for resource, pieces in change.items():
            started.pieces.setdefault(resource, []).extend(pieces)
