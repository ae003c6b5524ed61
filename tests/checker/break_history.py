"""Breaks of rules 7 to 9: material, history and pins, orders left out in part."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .break_case import Breaks, Case
from .changeover import sequence_on
from .material import movements
from .model import Baseline
from .partial import operations_by_order
from .pins import pin_can_hold

if TYPE_CHECKING:
    from .answer import Placed

BREAKS = Breaks()


def _balances(case: Case, sign: int) -> list[tuple[str, int, Any, str]]:
    """(item, instant, balance after it, operation) for every movement of this sign by an operation."""
    rows = movements(case.plant, case.answer)
    result = []
    for row in rows:
        if row.operation is not None and row.quantity * sign > 0:
            balance = sum(
                other.quantity for other in rows if other.item == row.item and other.time <= row.time
            )
            result.append((row.item, row.time, balance, row.operation))
    return result


@BREAKS.of(7)
def stock_one_unit_short(case: Case) -> bool:
    found = case.choose(_balances(case, -1))
    if found is None:
        return False
    item, _, balance, _ = found
    case.add("stock", item=item, quantity=-(balance + 1))
    return True


@BREAKS.of(7)
def consumption_one_unit_more(case: Case) -> bool:
    found = case.choose(_balances(case, -1))
    if found is None:
        return False
    item, _, balance, operation = found
    case.add("materials", operation=operation, item=item, quantity=-(balance + 1))
    return True


@BREAKS.of(7)
def store_one_unit_too_small(case: Case) -> bool:
    found = case.choose(_balances(case, 1))
    if found is None:
        return False
    item, _, balance, _ = found
    rows = [row for row in case.tables.get("items", []) if str(row["item"]) != item]
    case.tables["items"] = [*rows, {"item": item, "max_stock": balance - 1}]
    return True


@BREAKS.of(7)
def arrival_one_tick_late(case: Case) -> bool:
    """One unit more is consumed than there is, and it arrives one tick after the consumption."""
    found = case.choose(_balances(case, -1))
    if found is None:
        return False
    item, time, balance, _ = found
    case.add("stock", item=item, quantity=-(balance + 1))
    case.add("stock", item=item, time=time + 1, quantity=balance + 1)
    return True


def _with_status(case: Case, status: str) -> str | None:
    keys = [key for key in sorted(case.answer.entries) if case.plant.status(key) == status]
    return case.choose(keys)


@BREAKS.of(8)
def done_scheduled_again(case: Case) -> bool:
    key = _with_status(case, "done")
    if key is None:
        return False
    case.row(key).update(start=case.plant.now + 1, end=case.plant.now + 2)
    return True


@BREAKS.of(8)
def done_called_planned(case: Case) -> bool:
    key = _with_status(case, "done")
    if key is None:
        return False
    case.row(key)["status"] = "planned"
    return True


def _started(case: Case) -> Placed | None:
    return case.choose([p for p in case.answer.in_order() if p.started and p.mode.duration > 0])


@BREAKS.of(8)
def started_moved(case: Case) -> bool:
    found = _started(case)
    if found is None or case.plant.baseline[found.key].start is None:
        return False
    case.row(found.key)["start"] = found.start - 1
    return True


@BREAKS.of(8)
def started_ends_one_tick_late(case: Case) -> bool:
    found = _started(case)
    if found is None:
        return False
    case.time(found.key, found.start, found.end + 1)
    return True


@BREAKS.of(8)
def started_ends_one_tick_early(case: Case) -> bool:
    found = _started(case)
    if found is None:
        return False
    case.time(found.key, found.start, found.end - 1)
    return True


@BREAKS.of(8)
def started_left_out(case: Case) -> bool:
    found = _started(case)
    if found is None:
        return False
    case.leave_out(found.key)
    return True


@BREAKS.of(8)
def started_with_another_member(case: Case) -> bool:
    options = []
    for placed in case.answer.in_order():
        known = case.plant.baseline_members.get((placed.key, "run"), set())
        for need in placed.needs:
            group = need.requirement.group
            other = sorted(case.plant.groups.get(group or "", set()) - known - {placed.mode.resource})
            if placed.started and group is not None and need.phase == "run" and known and other:
                options.append((placed.key, need, other[0]))
    found = case.choose(options)
    if found is None:
        return False
    key, need, other = found
    for row in case.held(key, "run"):
        if str(row["resource"]) == need.resource and str(row.get("requirement")) == need.requirement.key:
            row["resource"] = other
    return True


@BREAKS.of(8)
def planned_called_started(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    case.row(found.key)["status"] = "started"
    return True


@BREAKS.of(8)
def pinned_start_missed_by_one_tick(case: Case) -> bool:
    """Pinned one tick after the actual start; only where the pin could hold."""

    def fits(placed: Placed) -> bool:
        start, own = placed.start + 1, placed.mode.resource
        pin = Baseline(placed.key, None, own, start, None, "planned", None, 0, "start", "resume")
        before = case.plant.baseline.get(placed.key)
        case.plant.baseline[placed.key] = pin
        held = pin_can_hold(case.plant, case.answer, pin)
        if before is None:
            del case.plant.baseline[placed.key]
        else:
            case.plant.baseline[placed.key] = before
        return held

    rows = [p for p in case.answer.in_order() if not p.started and p.mode.resource is not None]
    found = next((p for p in case.rng.sample(rows, len(rows)) if fits(p)), None)
    if found is None:
        return False
    case.pin(found.key, pin="start", resource=case.row(found.key)["resource"], start=found.start + 1)
    return True


@BREAKS.of(8)
def pinned_to_another_resource(case: Case) -> bool:
    found = case.pairs(
        lambda a, b: (
            a.mode.resource is not None and b.mode.resource is not None and a.mode.resource != b.mode.resource
        )
    )
    if found is None:
        return False
    key, resource = found[0].key, case.row(found[1].key)["resource"]
    if not any(mode.resource == found[1].mode.resource for mode in found[0].operation.modes.values()):
        mode = case.new_id("modes", "mode", "as broken") if "mode" in case.tables["modes"][0] else None
        values = {"mode": mode, "resource": resource, "duration": 1}
        case.add("modes", operation=case.row(key)["operation"], **values)
    case.pin(key, pin="resource", resource=resource)
    return True


@BREAKS.of(8)
def pinned_sequence_swapped(case: Case) -> bool:
    lines = [sequence_on(case.answer, resource) for resource in sorted(case.plant.resources)]
    pairs = []
    for line in lines:
        planned = [placed for placed in line if not placed.started]
        pairs += [(a, b) for a, b in pairwise(planned) if a.start < b.start]
    found = case.choose(pairs)
    if found is None:
        return False
    first, second = found
    resource = case.row(first.key)["resource"]
    case.pin(first.key, pin="sequence", resource=resource, start=second.start)
    case.pin(second.key, pin="sequence", resource=resource, start=first.start)
    return True


@BREAKS.of(9)
def order_left_out_in_part(case: Case) -> bool:
    options = []
    for keys in operations_by_order(case.plant).values():
        there = [key for key in keys if key in case.answer.placed and not case.answer.placed[key].started]
        options += there if len(there) > 1 else []
    key = case.choose(options)
    if key is None:
        return False
    case.leave_out(key)
    return True


@BREAKS.of(9)
def successor_of_left_out_scheduled(case: Case) -> bool:
    found = case.pairs(lambda a, b: a.operation.order is None or a.operation.order != b.operation.order)
    if found is None:
        return False
    before, after = found
    case.add("precedences", before=before.key, after=after.key, min_lag=-(10**9))
    order = before.operation.order
    for key, placed in case.answer.placed.items():
        same = key == before.key or (order is not None and placed.operation.order == order)
        if same and not placed.started:
            case.leave_out(key)
    return True


@BREAKS.of(9)
def left_out_with_an_end(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    end = found.end
    case.leave_out(found.key)
    case.row(found.key)["end"] = end
    return True


@BREAKS.of(9)
def left_out_holds_its_resource(case: Case) -> bool:
    found = case.pick(lambda p: bool(case.held(p.key)))
    if found is None:
        return False
    kept = [dict(row) for row in case.held(found.key)]
    case.leave_out(found.key)
    case.assignments += kept
    return True
