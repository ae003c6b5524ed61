"""Rule 1, work: the number of working instants is the mode's duration.

An operation works where its mode's resource and every resource required in phase ``run`` are open for it.
Started work is history's business (rule 8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calendar import covers, length

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import Plant
    from .report import Report


def check_work(plant: Plant, answer: Answer, report: Report) -> None:
    for placed in answer.in_order():
        if not placed.started:
            _check_one(placed, report)


def _check_one(placed: Placed, report: Report) -> None:
    key, start, end, duration = placed.key, placed.start, placed.end, placed.mode.duration
    if duration == 0:
        if start != end:
            report.add(1, "zero_duration", key, f"takes no time, yet runs [{start}, {end})", at=start)
        return
    if end <= start:
        report.add(1, "interval", key, f"end {end} is not after start {start}", at=start)
        return
    worked = length(placed.working)
    if worked != duration:
        report.add(1, "work", key, f"{worked} working instants in [{start}, {end}), not {duration}", at=end)
    if not covers(placed.working, start):
        report.add(1, "start_closed", key, f"not working at its start {start}", at=start)
    if not covers(placed.working, end - 1):
        report.add(1, "end_closed", key, f"not working at its last instant {end - 1}", at=end - 1)
    if placed.operation.suspend == "never" and worked != end - start:
        report.add(1, "suspended", key, f"interrupted in [{start}, {end}), and may not be", at=start)
