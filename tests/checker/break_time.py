"""Breaks of rules 1 and 2: work, and who is held by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .break_case import Breaks, Case

if TYPE_CHECKING:
    from .answer import Placed

BREAKS = Breaks()


def takes_time(placed: Placed) -> bool:
    return placed.mode.duration > 0


def on_unary(case: Case, placed: Placed) -> bool:
    own = placed.mode.resource
    return takes_time(placed) and own is not None and case.plant.resources[own].kind == "unary"


def _time(case: Case, early: int, late: int) -> bool:
    found = case.pick(takes_time)
    if found is None:
        return False
    case.time(found.key, found.start + early, found.end + late)
    return True


@BREAKS.of(1)
def end_one_tick_early(case: Case) -> bool:
    return _time(case, 0, -1)


@BREAKS.of(1)
def end_one_tick_late(case: Case) -> bool:
    return _time(case, 0, 1)


@BREAKS.of(1)
def start_one_tick_early(case: Case) -> bool:
    return _time(case, -1, 0)


@BREAKS.of(1)
def start_one_tick_late(case: Case) -> bool:
    return _time(case, 1, 0)


@BREAKS.of(1)
def start_in_closed_time(case: Case) -> bool:
    found = case.pick(lambda p: takes_time(p) and p.mode.resource is not None)
    if found is None:
        return False
    case.set_capacity(found.mode.resource, found.start, found.start + 1, 0)
    return True


@BREAKS.of(1)
def last_instant_in_closed_time(case: Case) -> bool:
    found = case.pick(lambda p: takes_time(p) and p.mode.resource is not None)
    if found is None:
        return False
    case.set_capacity(found.mode.resource, found.end - 1, found.end, 0)
    return True


@BREAKS.of(1)
def required_resource_closed(case: Case) -> bool:
    found = case.pick(lambda p: any(need.phase == "run" for need in p.needs))
    if found is None:
        return False
    need = next(need for need in found.needs if need.phase == "run")
    case.set_capacity(need.resource, found.start, found.start + 1, 0)
    return True


@BREAKS.of(1)
def interrupted_though_never(case: Case) -> bool:
    found = case.pick(lambda p: takes_time(p) and p.end - p.start > p.mode.duration)
    if found is None:
        return False
    case.find("operations", "operation", found.key)["suspend"] = "never"
    return True


@BREAKS.of(1)
def duration_one_tick_longer(case: Case) -> bool:
    found = case.pick(takes_time)
    if found is None:
        return False
    for row in case.tables["modes"]:
        if str(row["operation"]) == found.key:
            row["duration"] += 1
    return True


@BREAKS.of(1)
def no_time_takes_a_tick(case: Case) -> bool:
    found = case.pick(lambda p: p.mode.duration == 0)
    if found is None:
        return False
    case.row(found.key)["end"] = found.end + 1
    return True


@BREAKS.of(1)
def mode_missing(case: Case) -> bool:
    found = case.pick(lambda p: len(p.operation.modes) > 1 and p.key not in p.operation.modes)
    if found is None:
        return False
    # Mode and resource: one alone would name the mode, for nulls mean the default.
    case.row(found.key).update(mode=None, resource=None)
    return True


@BREAKS.of(1)
def mode_of_another(case: Case) -> bool:
    found = case.pairs(lambda a, b: b.mode.mode not in a.operation.modes)
    if found is None:
        return False
    case.row(found[0].key)["mode"] = found[1].mode.mode
    return True


@BREAKS.of(1)
def resource_of_another(case: Case) -> bool:
    found = case.pairs(lambda a, b: b.mode.resource not in (None, a.mode.resource))
    if found is None:
        return False
    case.row(found[0].key)["resource"] = found[1].mode.resource
    return True


@BREAKS.of(1)
def end_missing(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    case.row(found.key)["end"] = None
    return True


@BREAKS.of(1)
def operation_listed_twice(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    case.schedule.append(dict(case.row(found.key)))
    return True


@BREAKS.of(1)
def operation_unknown(case: Case) -> bool:
    found = case.pick()
    if found is None:
        return False
    case.schedule.append(
        {**case.row(found.key), "operation": case.new_id("operations", "operation", "known to nobody")}
    )
    return True


@BREAKS.of(2)
def overlap_by_one_tick(case: Case) -> bool:
    found = case.pairs(
        lambda a, b: (
            on_unary(case, a)
            and on_unary(case, b)
            and a.mode.resource == b.mode.resource
            and a.start < b.start
        )
    )
    if found is None:
        return False
    first, second = found
    begin = min(second.start, second.changeover[0]) if second.changeover else second.start
    shift = first.end - 1 - begin
    case.time(second.key, second.start + shift, second.end + shift)
    if second.changeover:
        case.time_changeover(second.key, second.changeover[0] + shift, second.changeover[1] + shift)
    return True


def _group_rows(case: Case, least: int) -> tuple[Placed, list[dict]] | None:
    """An operation and its assignment rows for one group requirement of the run phase."""
    options = []
    for placed in case.answer.in_order():
        for key in sorted({n.requirement.key for n in placed.needs if n.requirement.group is not None}):
            rows = [row for row in case.held(placed.key, "run") if row.get("requirement") == key]
            if not placed.started and len(rows) >= least:
                options.append((placed, rows))
    return case.choose(options)


@BREAKS.of(2)
def member_taken_twice(case: Case) -> bool:
    found = _group_rows(case, 2)
    if found is None:
        return False
    found[1][1]["resource"] = found[1][0]["resource"]
    return True


@BREAKS.of(2)
def member_of_no_group(case: Case) -> bool:
    found = _group_rows(case, 1)
    if found is None:
        return False
    stranger = case.new_id("resources", "resource", "a stranger")
    case.add("resources", resource=stranger)
    found[1][0]["resource"] = stranger
    return True


@BREAKS.of(2)
def member_missing(case: Case) -> bool:
    found = _group_rows(case, 1)
    if found is None:
        return False
    case.drop(found[1][:1])
    return True


@BREAKS.of(2)
def member_leaves_early(case: Case) -> bool:
    found = _group_rows(case, 1)
    if found is None:
        return False
    found[1][0]["end"] -= 1
    return True


@BREAKS.of(2)
def own_resource_as_member(case: Case) -> bool:
    found = _group_rows(case, 1)
    if found is None or found[0].mode.resource is None:
        return False
    found[1][0]["resource"] = case.row(found[0].key)["resource"]
    return True


@BREAKS.of(2)
def own_holding_missing(case: Case) -> bool:
    found = case.pick(lambda p: on_unary(case, p))
    if found is None:
        return False
    case.drop([row for row in case.held(found.key, "run") if row.get("requirement") is None])
    return True


@BREAKS.of(2)
def holding_that_nothing_asks_for(case: Case) -> bool:
    found = case.pick(lambda p: on_unary(case, p))
    if found is None:
        return False
    own = next(row for row in case.held(found.key, "run") if row.get("requirement") is None)
    case.assignments.append({**own, "requirement": "nobody's"})
    return True
