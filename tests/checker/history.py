"""Rule 8, history: done and started work, resuming and restarting, pins.

Done work is not scheduled. Started work keeps mode, members and start; its end follows from what remains:
first the rest of its changeover from ``now`` over open time, then the rest of its work, suspended by every
closed time. ``resume`` goes on with the rest; ``restart`` begins the full duration anew after any stop.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from .calendar import FOREVER, Spans, advance, clip, covers, length, open_for_all
from .model import baseline_mode, baseline_resource
from .pins import pin_can_hold

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import Baseline, Plant
    from .report import Report


class Resumption(NamedTuple):
    """How started work goes on: open time, when its last stretch begins, what is left then, its end."""

    open: Spans
    start: int
    rest: int
    end: int | None


def remaining_work(plant: Plant, placed: Placed, opening: Spans) -> int:
    """What is left at now: as stated, else the duration less the work since start or the last stop."""
    row = plant.baseline[placed.key]
    if row.remaining is not None:
        return row.remaining
    worked = clip(opening, row.start if row.start is not None else plant.now, plant.now)
    if row.on_stop == "restart":
        worked = [span for span in worked if span[1] == plant.now]
    return max(0, placed.mode.duration - length(worked))


def resumption(plant: Plant, placed: Placed) -> Resumption:
    """Work out, from history and calendars alone, how a started operation goes on and when it ends."""
    row = plant.baseline[placed.key]
    opening = open_for_all(plant, placed.quantities("run"), -FOREVER, FOREVER)
    rest = remaining_work(plant, placed, opening)
    at = placed.changeover[1] if placed.changeover else plant.now
    if rest == 0:
        return Resumption(opening, at, 0, at)
    if row.on_stop == "resume":
        return Resumption(opening, at, rest, advance(opening, at, rest))
    if not covers(opening, at) or length(clip(opening, plant.now, at)) < at - plant.now:
        rest = placed.mode.duration
    for start, end in clip(opening, at, FOREVER):
        if end - start >= rest:
            return Resumption(opening, start, rest, start + rest)
        rest = placed.mode.duration
    return Resumption(opening, at, rest, None)


def check_history(plant: Plant, answer: Answer, report: Report) -> None:
    for key in sorted(plant.operations):
        status, entry = plant.status(key), answer.entries.get(key)
        if status == "done":
            _check_done(plant, answer, key, report)
        elif status == "started":
            if key in answer.placed:
                _check_started(plant, answer, answer.placed[key], report)
            else:
                report.add(8, "started_missing", key, "has started, yet is not in the schedule")
        elif entry and entry.start is not None and entry.status not in ("planned", None):
            report.add(8, "status", key, f"not started, yet its status is {entry.status}")
    _check_pins(plant, answer, report)


def _check_done(plant: Plant, answer: Answer, key: str, report: Report) -> None:
    entry, row = answer.entries.get(key), plant.baseline[key]
    if entry is None:
        return
    if entry.status not in ("done", None):
        report.add(8, "status", key, f"is done, yet its status is {entry.status}")
    if entry.start not in (None, row.start, row.end if row.start is None else row.start):
        report.add(8, "done_scheduled", key, f"is done, yet scheduled at {entry.start}", at=entry.start)
    if entry.end not in (None, row.end):
        report.add(8, "done_scheduled", key, f"ended {row.end}, not {entry.end}", at=entry.end)


def _check_started(plant: Plant, answer: Answer, placed: Placed, report: Report) -> None:
    key, entry, row = placed.key, placed.entry, plant.baseline[placed.key]
    if entry.status not in ("started", None):
        report.add(8, "status", key, f"has started, yet its status is {entry.status}")
    mode = baseline_mode(plant, key)
    if mode is not None and mode is not placed.mode:
        report.add(8, "started_mode", key, f"started in mode {mode.mode}, not {placed.mode.mode}")
    if row.start is not None and placed.start != row.start:
        report.add(8, "started_start", key, f"started {row.start}, not {placed.start}", at=placed.start)
    if placed.holds_nothing:
        return
    _check_started_changeover(plant, placed, report)
    end = resumption(plant, placed).end
    if placed.end != end:
        report.add(8, "started_end", key, f"ends {end} by what remains, not {placed.end}", at=placed.end)
    for phase in ("run", "changeover"):
        known = plant.baseline_members.get((key, phase))
        chosen = {n.resource for n in placed.needs if n.phase == phase and n.requirement.group is not None}
        if known is not None and not chosen <= known:
            wrong = sorted(chosen - known)[0]
            report.add(8, "started_members", key, f"{wrong} was not with it", other=wrong)


def _check_started_changeover(plant: Plant, placed: Placed, report: Report) -> None:
    entry = placed.entry
    if placed.changeover is None:
        if entry.changeover_end is not None and entry.changeover_end > plant.now:
            report.add(8, "started_changeover", placed.key, "shows a changeover, yet none remains")
        return
    first = placed.changing[0][0] if placed.changing else plant.now
    shown, end = entry.changeover_start, placed.changeover[1]
    if entry.changeover_end != end or shown is None or shown > first:
        detail = f"what remains of its changeover ends {end}, not {entry.changeover_end}"
        report.add(8, "started_changeover", placed.key, detail, at=end)


def _check_pins(plant: Plant, answer: Answer, report: Report) -> None:
    in_sequence: dict[str, list[tuple[int, str]]] = {}
    for placed in answer.in_order():
        row = plant.baseline.get(placed.key)
        if row is None or placed.started or row.pin == "none":
            continue
        if row.pin == "start" and not pin_can_hold(plant, answer, row):
            continue
        _check_pin(plant, placed, row, report)
        if row.pin == "sequence" and row.start is not None and placed.mode.resource is not None:
            in_sequence.setdefault(placed.mode.resource, []).append((row.start, placed.key))
    for resource, rows in sorted(in_sequence.items()):
        for (_, earlier), (_, later) in pairwise(sorted(rows)):
            left, right = answer.placed[earlier], answer.placed[later]
            if left.start > right.start:
                detail = f"pinned before {later} on {resource}, yet starts after it"
                report.add(8, "pin_sequence", earlier, detail, other=later, at=left.start)


def _check_pin(plant: Plant, placed: Placed, row: Baseline, report: Report) -> None:
    fixed = baseline_resource(plant, row.operation)
    if placed.mode.resource != fixed:
        detail = f"pinned on {fixed}, runs on {placed.mode.resource}"
        report.add(8, "pin_resource", placed.key, detail, other=fixed)
    if row.pin == "start" and placed.start != row.start:
        report.add(
            8, "pin_start", placed.key, f"pinned at {row.start}, starts {placed.start}", at=placed.start
        )
