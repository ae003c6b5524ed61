"""Breaks of rules 5 and 6: precedences and windows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .break_case import Break, Breaks, Case
from .precedence import side_of, transfer_time, transport

if TYPE_CHECKING:
    from .answer import Placed

BREAKS = Breaks()
FAR = 10**9


def _later(a: Placed, b: Placed) -> bool:
    return a.start <= b.start


def _tied(kind: str, before: Placed, after: Placed) -> tuple[int, int]:
    """The instant that a kind of precedence starts from and the one that it binds."""
    base = before.start if kind.startswith("start") else before.end
    return base, after.start if kind.endswith("start") else after.end


def _lag(kind: str, bound: str) -> Break:
    """A link of this kind whose lag the schedule misses by one tick."""

    def edit(case: Case) -> bool:
        found = case.pairs(_later)
        if found is None:
            return False
        before, after = found
        base, tied = _tied(kind, before, after)
        row = {"before": before.key, "after": after.key, "kind": kind, "min_lag": -FAR}
        if bound == "min":
            moved = transport(case.plant, before.mode.resource, after.mode.resource)
            row["min_lag"] = tied - base - moved + 1
        else:
            row["max_lag"] = tied - base - 1
        case.add("precedences", **row)
        return True

    return Break(5, edit)


for _kind in ("end_start", "start_start", "end_end", "start_end"):
    BREAKS[f"min_lag_{_kind}"] = _lag(_kind, "min")
    BREAKS[f"max_lag_{_kind}"] = _lag(_kind, "max")


@BREAKS.of(5)
def transport_one_tick_longer(case: Case) -> bool:
    found = case.pairs(
        lambda a, b: (
            a.end <= b.start
            and a.mode.resource != b.mode.resource
            and a.mode.resource is not None
            and b.mode.resource is not None
        )
    )
    if found is None:
        return False
    before, after = found
    for row in (*case.tables["resources"], *case.tables.get("transport", [])):
        for column in {"location", "from_location", "to_location"} & row.keys():
            row[column] = None if row[column] is None else str(row[column])
    for placed in found:
        case.find("resources", "resource", placed.mode.resource)["location"] = f"at {placed.mode.resource}"
    ends = {"from_location": f"at {before.mode.resource}", "to_location": f"at {after.mode.resource}"}
    case.add("transport", **ends, duration=1)
    case.add("precedences", before=before.key, after=after.key, min_lag=after.start - before.end)
    return True


@BREAKS.of(5)
def transfer_one_tick_early(case: Case) -> bool:
    found = case.pairs(lambda a, b: a.mode.duration > 1 and _later(a, b))
    if found is None:
        return False
    before, after = found
    side = side_of(case.plant, case.answer, before.key)
    moved = transport(case.plant, before.mode.resource, after.mode.resource)
    lag = after.start - transfer_time(case.plant, side, 0.5) - moved + 1
    case.add("precedences", before=before.key, after=after.key, transfer=0.5, min_lag=lag)
    return True


@BREAKS.of(5)
def tail_one_tick_short(case: Case) -> bool:
    found = case.pairs(lambda a, b: a.mode.duration > 1 and b.mode.duration > 0 and _later(a, b))
    if found is None:
        return False
    before, after = found
    moved = transport(case.plant, before.mode.resource, after.mode.resource)
    lag = after.start + 1 - before.end - moved
    case.add("precedences", before=before.key, after=after.key, transfer=0.5, tail=1.0, min_lag=lag)
    return True


@BREAKS.of(5)
def transfer_ends_one_tick_early(case: Case) -> bool:
    found = case.pairs(lambda a, b: a.mode.duration > 1 and _later(a, b))
    if found is None:
        return False
    before, after = found
    moved = transport(case.plant, before.mode.resource, after.mode.resource)
    lag = after.end - before.end - moved + 1
    case.add("precedences", before=before.key, after=after.key, transfer=0.5, min_lag=lag)
    return True


@BREAKS.of(5)
def not_on_the_same_resource(case: Case) -> bool:
    found = case.pairs(lambda a, b: a.mode.resource != b.mode.resource)
    if found is None:
        return False
    keys = {"before": found[0].key, "after": found[1].key}
    case.add("precedences", **keys, min_lag=-FAR, same_resource=True)
    return True


@BREAKS.of(6)
def release_one_tick_late(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    case.find("operations", "operation", found.key)["release"] = found.start + 1
    return True


@BREAKS.of(6)
def order_release_one_tick_late(case: Case) -> bool:
    found = case.pick(lambda p: p.operation.order in case.plant.orders)
    if found is None:
        return False
    case.find("orders", "order", found.operation.order)["release"] = found.start + 1
    return True


@BREAKS.of(6)
def deadline_one_tick_early(case: Case) -> bool:
    found = case.pick(lambda p: p.end > case.plant.now)
    if found is None:
        return False
    case.find("operations", "operation", found.key)["deadline"] = found.end - 1
    return True


@BREAKS.of(6)
def order_deadline_one_tick_early(case: Case) -> bool:
    found = case.pick(lambda p: p.operation.order in case.plant.orders and p.end > case.plant.now)
    if found is None:
        return False
    case.find("orders", "order", found.operation.order)["deadline"] = found.end - 1
    return True


@BREAKS.of(6)
def horizon_one_tick_early(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    if not case.tables.get("problem"):
        case.add("problem", now=case.plant.now)
    case.tables["problem"][0]["horizon_end"] = found.end - 1
    return True


@BREAKS.of(6)
def start_before_now(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    case.time(found.key, case.plant.now - 1, found.end)
    return True
