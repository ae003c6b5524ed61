"""Rule 4, cumulative resources: at every instant what is held sums to at most the capacity then.

``hold`` counts over the whole phase, but not at instants where the resource's capacity is below what this
operation needs of it in that phase (it is closed for it then); ``release`` counts only while working or
changing. A mode's own resource is held. Overloads among started work alone are findings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .calendar import Spans, clip, intersect, open_for, steps
from .unary import phase_spans

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import Plant
    from .report import Report


class Load(NamedTuple):
    start: int
    end: int
    quantity: int
    operation: str
    started: bool


def loads(plant: Plant, answer: Answer) -> dict[str, list[Load]]:
    """Every load on every cumulative resource, from ``now`` on."""
    result: dict[str, list[Load]] = {}
    for placed in answer.in_order():
        for resource, quantity, spans in _uses(plant, placed):
            for start, end in clip(spans, plant.now, 1 << 61):
                row = Load(start, end, quantity, placed.key, placed.started)
                result.setdefault(resource, []).append(row)
    return result


def _uses(plant: Plant, placed: Placed) -> list[tuple[str, int, Spans]]:
    uses: list[tuple[str, int, Spans]] = []
    if placed.holds_nothing:
        return uses
    own = placed.mode.resource
    if own is not None and plant.resources[own].kind == "cumulative":
        counted = open_for(plant, own, placed.quantities("run")[own])
        uses.append((own, placed.mode.quantity, intersect([placed.run], counted)))
    for need in placed.needs:
        if plant.resources[need.resource].kind == "cumulative":
            counted = open_for(plant, need.resource, placed.quantities(need.phase)[need.resource])
            uses.append((need.resource, need.quantity, intersect(phase_spans(placed, need), counted)))
    return uses


def check_cumulative(plant: Plant, answer: Answer, report: Report) -> None:
    for resource, rows in sorted(loads(plant, answer).items()):
        _check_resource(plant, resource, sorted(rows), report)


def _check_resource(plant: Plant, resource: str, rows: list[Load], report: Report) -> None:
    profile = steps(plant, resource)
    instants = sorted({row.start for row in rows} | {row.end for row in rows} | {a for a, _, _ in profile})
    was_over, active, ahead, piece = False, [], 0, 0
    for at in instants:
        while ahead < len(rows) and rows[ahead].start <= at:
            active.append(rows[ahead])
            ahead += 1
        active = [row for row in active if row.end > at]
        while profile[piece][1] <= at:
            piece += 1
        capacity, held = profile[piece][2], sum(row.quantity for row in active)
        over = held > capacity and not all(row.started for row in active)
        if over and not was_over:
            last = next(row for row in reversed(active) if not row.started)
            report.add(
                4,
                "capacity",
                last.operation,
                f"{held} held of {capacity} on {resource}",
                other=resource,
                at=at,
            )
        was_over = over
