"""Rules 2 and 4, who is taken: the ``assignments`` rows are what mode and requirements ask, and no more.

Expected is one row for the mode's own resource in each phase, one for every required resource over its
phase, and as many different members of a group as its requirement says. A phase ``changeover`` exists only
where there is one. A wrong, missing or extra row breaks rule 2 where it concerns a unary resource or a
group, rule 4 where a cumulative one. For started work the time before ``now`` is not looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .answer import requirements_of

if TYPE_CHECKING:
    from .answer import Answer, Placed, Taken
    from .model import Plant, Requirement
    from .report import Report


def check_takings(plant: Plant, answer: Answer, report: Report) -> None:
    for placed in answer.in_order():
        if answer.taken is not None:
            _check_rows(plant, placed, answer.taken.get(placed.key, []), report)
        _check_groups(plant, placed, report)


def _rule(plant: Plant, resource: str | None) -> int:
    found = plant.resources.get(resource or "")
    return 4 if found is not None and found.kind == "cumulative" else 2


def _check_rows(plant: Plant, placed: Placed, rows: list[Taken], report: Report) -> None:
    rest = list(rows)
    own = placed.mode.resource
    phases = ["run", "changeover"] if placed.changeover else ["run"]
    if own is not None and not placed.holds_nothing:
        for phase in phases:
            found = [t for t in rest if t.requirement is None and t.phase == phase and t.resource == own]
            _check_found(plant, placed, own, phase, placed.mode.quantity, found, report)
            rest = [t for t in rest if t not in found]
    for row in requirements_of(placed):
        found = [t for t in rest if t.requirement == row.key and t.phase == row.phase]
        if row.phase in phases:
            if row.resource is not None:
                found = [t for t in found if t.resource == row.resource]
                _check_found(plant, placed, row.resource, row.phase, row.quantity, found, report)
            else:
                found = [t for t in found if t.resource in plant.resources]
                _check_member_rows(plant, placed, row, found, report)
            rest = [t for t in rest if t not in found]
    for extra in rest:
        detail = f"holds {extra.resource} in phase {extra.phase} for {extra.requirement}: nothing asks for it"
        report.add(
            _rule(plant, extra.resource), "extra", placed.key, detail, other=extra.resource, at=extra.start
        )


def _check_found(
    plant: Plant, placed: Placed, resource: str, phase: str, quantity: int, found: list[Taken], report: Report
) -> None:
    rule = _rule(plant, resource)
    if len(found) != 1:
        report.add(
            rule, "rows", placed.key, f"{len(found)} rows for {resource} in {phase}, not 1", other=resource
        )
    for row in found:
        if row.quantity != quantity:
            detail = f"{row.quantity} of {resource}, not {quantity}"
            report.add(rule, "quantity", placed.key, detail, other=resource, at=row.start)
        _check_interval(placed, row, rule, report)


def _check_interval(placed: Placed, row: Taken, rule: int, report: Report) -> None:
    start, end = placed.changeover if row.phase == "changeover" and placed.changeover else placed.run
    if placed.started:
        # What history says of the time before now is not looked at.
        right = row.end == end and row.start is not None and row.start <= max(start, placed.run[0])
        if row.phase == "changeover" and placed.changing:
            right = row.end == end and row.start is not None and row.start <= placed.changing[0][0]
    else:
        right = (row.start, row.end) == (start, end)
    if not right:
        detail = f"{row.resource} is held [{row.start}, {row.end}), its phase is [{start}, {end})"
        report.add(rule, "interval", placed.key, detail, other=row.resource, at=row.start)


def _check_member_rows(
    plant: Plant, placed: Placed, requirement: Requirement, found: list[Taken], report: Report
) -> None:
    seen: set[str] = set()
    for row in found:
        if row.resource in seen:
            report.add(2, "member_twice", placed.key, f"{row.resource} is taken twice", other=row.resource)
        seen.add(row.resource)
        if row.quantity != 1:
            detail = f"{row.quantity} of member {row.resource}"
            report.add(2, "quantity", placed.key, detail, other=row.resource, at=row.start)
        _check_interval(placed, row, 2, report)


def _check_groups(plant: Plant, placed: Placed, report: Report) -> None:
    """As many different members as asked, of the right group, each for one requirement of a phase only."""
    used: dict[tuple[str, str], str] = {}
    for row in requirements_of(placed):
        if row.group is None or (row.phase == "changeover" and placed.changeover is None):
            continue
        members = [need.resource for need in placed.needs if need.requirement is row]
        if len(members) != row.quantity:
            detail = f"{len(members)} members for {row.key}, not {row.quantity}"
            report.add(2, "member_count", placed.key, detail, other=row.group)
        for member in members:
            if member not in plant.groups.get(row.group, set()):
                report.add(2, "not_a_member", placed.key, f"{member} is not in {row.group}", other=member)
            if member == placed.mode.resource:
                report.add(2, "own_member", placed.key, f"{member} is the mode's own resource", other=member)
            if (row.phase, member) in used:
                detail = f"{member} is taken for {used[row.phase, member]} already"
                report.add(2, "member_twice", placed.key, detail, other=member)
            used[row.phase, member] = row.key
