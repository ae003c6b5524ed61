"""Breaks of rules 3 and 4: changeovers and capacity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .break_case import Breaks, Case
from .break_time import on_unary
from .changeover import needed, sequence_on
from .cumulative import loads

if TYPE_CHECKING:
    from .answer import Placed

BREAKS = Breaks()


def _changing(case: Case) -> Placed | None:
    return case.pick(lambda p: p.changeover is not None)


@BREAKS.of(3)
def changeover_left_away(case: Case) -> bool:
    found = _changing(case)
    if found is None:
        return False
    case.time_changeover(found.key, None, None)
    return True


@BREAKS.of(3)
def changeover_one_tick_short(case: Case) -> bool:
    found = _changing(case)
    if found is None:
        return False
    case.time_changeover(found.key, found.changeover[0], found.changeover[1] - 1)
    return True


@BREAKS.of(3)
def matrix_one_tick_longer(case: Case) -> bool:
    if _changing(case) is None:
        return False
    for row in case.tables["changeovers"]:
        row["duration"] += 1
    return True


@BREAKS.of(3)
def changeover_before_now(case: Case) -> bool:
    found = _changing(case)
    if found is None:
        return False
    start, end = found.changeover
    case.time_changeover(found.key, case.plant.now - 1, case.plant.now - 1 + end - start)
    return True


@BREAKS.of(3)
def changeover_detached(case: Case) -> bool:
    loose = case.pick(lambda p: p.changeover is not None and p.changeover[1] < p.start)
    if loose is not None:
        matrix = case.plant.resources[loose.mode.resource].matrix
        case.find("matrices", "matrix", matrix)["attached"] = True
        return True
    found = case.pick(lambda p: p.changeover is not None)
    if found is None:
        return False
    matrix = case.plant.resources[found.mode.resource].matrix
    case.find("matrices", "matrix", matrix)["attached"] = True
    case.time_changeover(found.key, found.changeover[0] - 1, found.changeover[1] - 1)
    return True


@BREAKS.of(3)
def changeover_past_start(case: Case) -> bool:
    found = _changing(case)
    if found is None:
        return False
    length = found.changeover[1] - found.changeover[0]
    case.time_changeover(found.key, found.start + 1 - length, found.start + 1)
    return True


@BREAKS.of(3)
def changeover_during_previous(case: Case) -> bool:
    asked = needed(case.plant, case.answer)
    found = case.pick(lambda p: p.changeover is not None and asked[p.key].previous is not None)
    if found is None:
        return False
    end = case.answer.placed[asked[found.key].previous].end
    length = found.changeover[1] - found.changeover[0]
    case.time_changeover(found.key, end - 1, end - 1 + length)
    return True


@BREAKS.of(3)
def changeover_in_closed_time(case: Case) -> bool:
    found = _changing(case)
    if found is None:
        return False
    start = found.changeover[0]
    case.set_capacity(found.mode.resource, start, start + 1, 0)
    return True


@BREAKS.of(3)
def changeover_that_is_not_due(case: Case) -> bool:
    found = case.pick(lambda p: on_unary(case, p) and p.changeover is None)
    if found is None:
        return False
    case.row(found.key).update(changeover_start=found.start - 1, changeover_end=found.start)
    return True


@BREAKS.of(3)
def state_at_now_changed(case: Case) -> bool:
    """The first operation on a resource finds the state that it needs, yet changes over."""
    options = []
    for resource, row in sorted(case.plant.resources.items()):
        line = sequence_on(case.answer, resource) if row.matrix is not None else []
        if line and not line[0].started and line[0].changeover is not None:
            options.append((resource, line[0]))
    found = case.choose(options)
    if found is None:
        return False
    resource, placed = found
    states = [r for r in case.tables.get("resource_states", []) if str(r["resource"]) != resource]
    for attribute, value in placed.operation.states.items():
        states.append({"resource": resource, "attribute": attribute, "value": value})
        for rule in case.tables["changeovers"]:
            # A rule from a value to itself would still ask for a changeover.
            if str(rule.get("from_value")) == value and str(rule.get("to_value")) == value:
                return False
    case.tables["resource_states"] = states
    return True


@BREAKS.of(4)
def capacity_one_unit_less(case: Case) -> bool:
    options = []
    for resource, rows in sorted(loads(case.plant, case.answer).items()):
        for row in rows:
            there = [other for other in rows if other.start <= row.start < other.end]
            if len({other.operation for other in there}) > 1 and not all(other.started for other in there):
                options.append((resource, row.start, sum(other.quantity for other in there)))
    found = case.choose(options)
    if found is None:
        return False
    resource, at, total = found
    case.set_capacity(resource, at, at + 1, total - 1)
    return True


def _crowd_row(case: Case) -> dict | None:
    kinds = {key: row.kind for key, row in case.plant.resources.items()}
    rows = [
        row
        for placed in case.answer.in_order()
        if not placed.started
        for row in case.held(placed.key)
        if kinds.get(str(row["resource"])) == "cumulative"
    ]
    return case.choose(rows)


@BREAKS.of(4)
def quantity_one_unit_more(case: Case) -> bool:
    row = _crowd_row(case)
    if row is None:
        return False
    row["quantity"] = (1 if row.get("quantity") is None else row["quantity"]) + 1
    return True


@BREAKS.of(4)
def cumulative_holding_missing(case: Case) -> bool:
    row = _crowd_row(case)
    if row is None:
        return False
    case.drop([row])
    return True


@BREAKS.of(4)
def cumulative_holding_one_tick_short(case: Case) -> bool:
    row = _crowd_row(case)
    if row is None:
        return False
    row["end"] -= 1
    return True
