"""Rule 2, unary resources: holdings never overlap.

A holding is the part of time over which one operation has a unary resource for itself: the mode's own from
changeover start to end (the gap between changeover and run included), everything else over its phase, or,
with ``breaks = release``, only while the operation works or changes over. Overlaps among started work alone
are findings, not violations, and what lies before ``now`` is history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .calendar import clip

if TYPE_CHECKING:
    from .answer import Answer, Need, Placed
    from .calendar import Spans
    from .model import Plant
    from .report import Report


class Holding(NamedTuple):
    start: int
    end: int
    operation: str
    started: bool


def phase_spans(placed: Placed, need: Need) -> Spans:
    """When an operation has what a requirement gives it."""
    if need.phase == "changeover":
        return placed.changing if need.breaks == "release" else _whole(placed.changeover)
    return placed.working if need.breaks == "release" else _whole(placed.run)


def _whole(span: tuple[int, int] | None) -> Spans:
    return [span] if span is not None and span[0] < span[1] else []


def holdings(plant: Plant, answer: Answer) -> dict[str, list[Holding]]:
    """Every holding of every unary resource, from ``now`` on."""
    held: dict[str, list[Holding]] = {}
    for placed in answer.in_order():
        if placed.holds_nothing:
            continue
        own = placed.mode.resource
        uses = [] if own is None else [(own, _whole((_first(placed), placed.end)))]
        uses += [(need.resource, phase_spans(placed, need)) for need in placed.needs]
        for resource, spans in uses:
            if plant.resources[resource].kind == "unary":
                for start, end in clip(spans, plant.now, 1 << 61):
                    held.setdefault(resource, []).append(Holding(start, end, placed.key, placed.started))
    return held


def _first(placed: Placed) -> int:
    return min(placed.run[0], placed.changeover[0]) if placed.changeover else placed.run[0]


def check_unary(plant: Plant, answer: Answer, report: Report) -> None:
    for resource, rows in sorted(holdings(plant, answer).items()):
        active: list[Holding] = []
        for row in sorted(rows):
            active = [other for other in active if other.end > row.start]
            for other in active:
                if not (row.started and other.started):
                    detail = f"on {resource} with {other.operation} over [{row.start}, {other.end})"
                    report.add(2, "overlap", row.operation, detail, other=other.operation, at=row.start)
            active.append(row)
