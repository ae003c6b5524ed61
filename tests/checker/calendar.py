"""Open time: calendars as spans, and arithmetic on spans.

A *span* is a half-open interval ``(start, end)``; *spans* are sorted, disjoint and never touching. All time
arithmetic of the checker is done on spans, so a week of seconds costs as little as a handful of ticks.
``FOREVER`` stands for no end (and its negative for no beginning).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import Plant

FOREVER = 1 << 61
Span = tuple[int, int]
Spans = list[Span]
ALWAYS: Spans = [(-FOREVER, FOREVER)]


def union(spans: Iterable[Span]) -> Spans:
    """Spans in order, overlapping and touching ones made one."""
    result: Spans = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def clip(spans: Spans, low: int, high: int) -> Spans:
    """The part of spans inside ``[low, high)``."""
    first = max(0, bisect_right(spans, (low, FOREVER)) - 1)
    result: Spans = []
    for start, end in spans[first:]:
        if start >= high:
            break
        if max(start, low) < min(end, high):
            result.append((max(start, low), min(end, high)))
    return result


def intersect(left: Spans, right: Spans) -> Spans:
    """The instants that are in both."""
    result: Spans = []
    for start, end in left:
        result += clip(right, start, end)
    return result


def length(spans: Spans) -> int:
    """How many instants."""
    return sum(end - start for start, end in spans)


def covers(spans: Spans, instant: int) -> bool:
    """Whether an instant is in the spans."""
    return bool(clip(spans, instant, instant + 1))


def advance(spans: Spans, start: int, count: int) -> int | None:
    """The end of the ``count``-th instant of the spans from ``start`` on (``start`` itself for none)."""
    if count <= 0:
        return start
    for low, high in clip(spans, start, FOREVER):
        if high - low >= count:
            return low + count
        count -= high - low
    return None


def steps(plant: Plant, resource: str) -> list[tuple[int, int, int]]:
    """The capacity of a resource over all time: (start, end, capacity), one after the other without gaps."""
    row = plant.resources[resource]
    if row.calendar is None:
        return [(-FOREVER, FOREVER, row.capacity)]
    result, at = [], -FOREVER
    for start, end, capacity in plant.calendars.get(row.calendar, []):
        stop = FOREVER if end is None else end
        if at < start:
            result.append((at, start, 0))
        result.append((start, stop, row.capacity if capacity is None else capacity))
        at = stop
    if at < FOREVER:
        result.append((at, FOREVER, 0))
    return result


def open_for(plant: Plant, resource: str, quantity: int) -> Spans:
    """When a resource is open for an operation that needs this much of it (0 capacity is closed)."""
    return union((a, b) for a, b, capacity in steps(plant, resource) if capacity > 0 and capacity >= quantity)


def open_for_all(plant: Plant, needs: dict[str, int], low: int, high: int) -> Spans:
    """When every one of several resources is open, inside ``[low, high)``."""
    spans: Spans = [(low, high)] if low < high else []
    for resource in sorted(needs):
        spans = intersect(spans, open_for(plant, resource, needs[resource]))
    return spans
