"""Rule 6, windows: releases, deadlines, ``now`` and the horizon.

A deadline that had passed at ``now`` is no limit. Started and done work is history: limits shorter than it
are findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import Order

if TYPE_CHECKING:
    from .answer import Answer
    from .model import Operation, Plant
    from .report import Report


def order_of(plant: Plant, operation: Operation) -> Order:
    """The order of an operation; one without is its own order, without windows."""
    found = plant.orders.get(operation.order) if operation.order is not None else None
    return found or Order(operation.order or operation.operation)


def check_windows(plant: Plant, answer: Answer, report: Report) -> None:
    for placed in answer.in_order():
        if placed.started:
            continue
        key, operation = placed.key, placed.operation
        order = order_of(plant, operation)
        if placed.start < plant.now:
            report.add(6, "now", key, f"starts {placed.start}, before now {plant.now}", at=placed.start)
        for name, release in (("release", operation.release), ("order_release", order.release)):
            if release is not None and placed.start < release:
                report.add(6, name, key, f"starts {placed.start}, released {release}", at=placed.start)
        for name, deadline in (("deadline", operation.deadline), ("order_deadline", order.deadline)):
            if deadline is not None and deadline >= plant.now and placed.end > deadline:
                report.add(6, name, key, f"ends {placed.end}, deadline {deadline}", at=placed.end)
        if plant.horizon_end is not None and placed.end > plant.horizon_end:
            report.add(6, "horizon", key, f"ends {placed.end}, horizon {plant.horizon_end}", at=placed.end)
