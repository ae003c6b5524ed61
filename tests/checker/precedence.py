"""Rule 5, precedences: four kinds, lags, transfer batches, same resource, transport.

For each link whose two operations are scheduled or history, the two instants that it ties are found and
compared. What history alone has settled (both sides done or started, or an ``after`` that has started, or
an upper limit that history put before ``now``) is not checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from .calendar import advance, clip, length
from .history import resumption
from .model import Mode, baseline_mode, baseline_resource

if TYPE_CHECKING:
    from .answer import Answer, Placed
    from .model import Link, Plant
    from .report import Report


@dataclass
class Side:
    """One end of a link: where it runs and from when to when, scheduled or in history."""

    key: str
    status: str
    mode: Mode | None
    resource: str | None
    start: int
    end: int
    placed: Placed | None


def side_of(plant: Plant, answer: Answer, key: str) -> Side | None:
    """The operation as it stands in the schedule or, done, in history; ``None`` where it is left out."""
    status = plant.status(key)
    if status == "done":
        row = plant.baseline[key]
        if row.end is None:
            return None
        # A done start that is null is its end.
        start = row.end if row.start is None else row.start
        mode, resource = baseline_mode(plant, key), baseline_resource(plant, key)
        return Side(key, status, mode, resource, start, row.end, None)
    placed = answer.placed.get(key)
    if placed is None:
        return None
    return Side(key, status, placed.mode, placed.mode.resource, placed.start, placed.end, placed)


def ppm(share: float | Decimal) -> int:
    """A share in millionths, rounded half to even."""
    exact = Decimal(share) if isinstance(share, int | Decimal) else Decimal(repr(float(share)))
    return int((exact * 1_000_000).to_integral_value(ROUND_HALF_EVEN))


def portion(share: float, duration: int) -> int:
    """That share of a duration, rounded up."""
    return -(-ppm(share) * duration // 1_000_000)


def transport(plant: Plant, before: str | None, after: str | None) -> int:
    """Ticks from one resource's location to the other's; 0 for the same, none, or a pair not named."""
    origin = plant.resources[before].location if before is not None else None
    target = plant.resources[after].location if after is not None else None
    if origin is None or target is None or origin == target:
        return 0
    return plant.transport.get((origin, target), 0)


def transfer_time(plant: Plant, before: Side, share: float) -> int:
    """T: the end of the working instant at which the share of ``before`` that is awaited is done."""
    if before.placed is None or before.mode is None:
        return before.end
    need = portion(share, before.mode.duration)
    if before.status == "started":
        work = resumption(plant, before.placed)
        # Work since the last restart counts; what was done before now is already there.
        behind = before.mode.duration - work.rest
        at = advance(work.open, work.start, need - behind)
        return max(plant.now, at) if need > behind and at is not None else plant.now
    at = advance(before.placed.working, before.start, need)
    return before.end if at is None else at


def check_precedence(plant: Plant, answer: Answer, report: Report) -> None:
    for link in plant.links:
        before, after = side_of(plant, answer, link.before), side_of(plant, answer, link.after)
        if before is None or after is None or after.status == "done":
            continue
        if before.status != "planned" and after.status != "planned":
            continue
        _check_times(plant, link, before, after, report)
        if link.same_resource and after.status == "planned":
            _check_same(link, before, after, report)


def _check_same(link: Link, before: Side, after: Side, report: Report) -> None:
    if before.resource is None or before.resource != after.resource:
        detail = f"runs on {after.resource}, {before.key} on {before.resource}"
        report.add(5, "same_resource", after.key, detail, other=link.before)


def _check_times(plant: Plant, link: Link, before: Side, after: Side, report: Report) -> None:
    from_start = link.kind in ("start_start", "start_end")
    to_start = link.kind in ("start_start", "end_start")
    if after.status == "started" and to_start and ppm(link.transfer) >= 1_000_000:
        return
    min_lag = link.min_lag + transport(plant, before.resource, after.resource)
    base = before.start if from_start else before.end
    if link.kind == "end_start" and ppm(link.transfer) < 1_000_000:
        base = transfer_time(plant, before, link.transfer)
        _check_tail(plant, link, before, after, min_lag, report)
        if after.status == "started":
            return
    tied = after.start if to_start else after.end
    if tied < base + min_lag:
        detail = f"{link.kind}: {tied} is before {base} + {min_lag}"
        report.add(5, "min_lag", after.key, detail, other=before.key, at=tied)
    if link.max_lag is not None and tied > base + link.max_lag:
        settled = before.status != "planned"
        if not (settled and base + link.max_lag < plant.now):
            detail = f"{link.kind}: {tied} is after {base} + {link.max_lag}"
            report.add(5, "max_lag", after.key, detail, other=before.key, at=tied)


def _check_tail(plant: Plant, link: Link, before: Side, after: Side, min_lag: int, report: Report) -> None:
    """At the end of ``before`` plus lag, the tail of ``after`` is still to do, and it ends no earlier."""
    if after.placed is None or after.mode is None:
        return
    limit = before.end + min_lag
    if after.end < limit:
        detail = f"ends {after.end}, before {before.end} + {min_lag}"
        report.add(5, "transfer_end", after.key, detail, other=before.key, at=after.end)
    tail = portion(link.tail, after.mode.duration)
    to_do = length(clip(after.placed.working, limit, after.end))
    if after.status == "started":
        work = resumption(plant, after.placed)
        tail = min(tail, work.rest)
        left = length(clip(work.open, max(limit, work.start), after.end))
        to_do = left if limit > work.start else work.rest
    if to_do < tail:
        detail = f"{to_do} of its work is left at {limit}, not {tail}"
        report.add(5, "tail", after.key, detail, other=before.key, at=limit)
