"""Rule 8, released pins: can a start pin hold at all?

A start pin is released where it lies before ``now``, or where no mode and members on its resource can run
from it given calendars, windows, horizon and started work alone. Every choice of mode and members is tried,
and each is put to the rules of work, windows and capacity beside the started work and nothing else.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from .answer import Answer, Entry, Need, Placed, requirements_of
from .calendar import FOREVER, advance, open_for_all
from .cumulative import check_cumulative
from .model import Baseline, Mode, Plant, baseline_resource
from .report import Report
from .unary import check_unary
from .windows import check_windows
from .work import check_work

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .model import Requirement


def pin_can_hold(plant: Plant, answer: Answer, row: Baseline) -> bool:
    """Whether some mode and members on the pinned resource can run from the pinned start."""
    if row.start is None or row.start < plant.now:
        return False
    started = {key: placed for key, placed in answer.placed.items() if placed.started}
    fixed = baseline_resource(plant, row.operation)
    for mode in plant.operations[row.operation].modes.values():
        if mode.resource != fixed:
            continue
        for placed in _choices(plant, row, mode):
            report, alone = Report(), Answer(placed={**started, placed.key: placed})
            for check in (check_work, check_unary, check_cumulative, check_windows):
                check(plant, alone, report)
            if report.valid:
                return True
    return False


def _choices(plant: Plant, row: Baseline, mode: Mode) -> Iterator[Placed]:
    """The operation from its pinned start in one mode, with every choice of members in turn."""
    start = row.start or 0
    entry = Entry(row.operation, mode.mode, mode.resource, None, None, start, None, "planned")
    operation = plant.operations[row.operation]
    bare = Placed(operation, mode, entry, False, start, start, (start, start), None)
    rows = [requirement for requirement in requirements_of(bare) if requirement.phase == "run"]
    for needs in _members(plant, mode, rows):
        placed = Placed(operation, mode, entry, False, start, start, (start, start), None, needs)
        opening = open_for_all(plant, placed.quantities("run"), start, FOREVER)
        end = advance(opening, start, mode.duration)
        if end is not None:
            placed.end, placed.run = end, (start, end)
            placed.working = open_for_all(plant, placed.quantities("run"), start, end)
            yield placed


def _members(plant: Plant, mode: Mode, rows: list[Requirement]) -> Iterator[list[Need]]:
    if not rows:
        yield []
        return
    row, rest = rows[0], rows[1:]
    for tail in _members(plant, mode, rest):
        if row.resource is not None:
            yield [Need(row.resource, row.quantity, row.breaks, row.phase, row), *tail]
            continue
        used = {need.resource for need in tail} | {mode.resource}
        free = sorted(plant.groups[row.group or ""] - used)
        for members in combinations(free, row.quantity):
            yield [*(Need(member, 1, row.breaks, row.phase, row) for member in members), *tail]
