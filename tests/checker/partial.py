"""Rule 9, partial schedules: an order is scheduled whole or left out whole, with what only it needs.

Left out are all unstarted operations of an order; nothing with a left-out predecessor is scheduled. An
operation without an order is its own order. Without ``partial`` nothing may be left out at all.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .answer import Answer
    from .model import Plant
    from .report import Report


def operations_by_order(plant: Plant) -> dict[str, list[str]]:
    """The operations of every order, by id; the key of an operation's own order is made unmistakable."""
    result: dict[str, list[str]] = defaultdict(list)
    for key in sorted(plant.operations):
        order = plant.operations[key].order
        result[f"order {order}" if order is not None else f"operation {key}"].append(key)
    return result


def check_partial(plant: Plant, answer: Answer, partial: bool, report: Report) -> None:
    left_out = answer.left_out(plant)
    if not partial:
        for key in sorted(left_out):
            report.add(9, "left_out", key, "not scheduled, and nothing may be left out")
    for order, keys in operations_by_order(plant).items():
        unstarted = [key for key in keys if plant.status(key) == "planned"]
        missing = [key for key in unstarted if key in left_out]
        if missing and len(missing) < len(unstarted):
            kept = next(key for key in unstarted if key not in left_out)
            report.add(9, "order_in_part", kept, f"{order}: scheduled, {missing[0]} is not", other=missing[0])
    for link in plant.links:
        if link.before in left_out and plant.status(link.after) == "planned" and link.after not in left_out:
            detail = f"scheduled, its predecessor {link.before} is not"
            report.add(9, "predecessor_left_out", link.after, detail, other=link.before)
    for key in sorted(left_out & set(answer.entries)):
        _check_row(answer, key, report)


def _check_row(answer: Answer, key: str, report: Report) -> None:
    entry = answer.entries[key]
    if (entry.end, entry.changeover_start, entry.changeover_end) != (None, None, None):
        report.add(9, "unscheduled_times", key, "has no start, yet other times")
    if entry.status not in ("unscheduled", None):
        report.add(9, "unscheduled_status", key, f"has no start, yet status {entry.status}")
    if answer.taken is not None and answer.taken.get(key):
        report.add(9, "unscheduled_holds", key, "is not scheduled, yet holds resources")
