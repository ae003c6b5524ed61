"""Short forms in which the hand-worked cases are written.

``plant(a=("m", 5))`` is one operation ``a`` with one mode of 5 ticks on resource ``m``. ``judge`` checks a
schedule given as ``{"a": ("m", 0, 5)}`` (mode, start, end) and writes the assignments that it implies:
the mode's own resource, every required resource, and the members named in ``members``. A case about wrong
assignments passes its own.
"""

from __future__ import annotations

from typing import Any

from . import Options, Report, check

Row = dict[str, Any]


def plant(
    modes: dict[str, tuple[str | None, int]] | None = None, /, **tables: list[Row]
) -> dict[str, list[Row]]:
    """Tables with one operation and mode for each entry of ``modes``, and what else is given.

    Rows of ``operations``, ``modes`` and ``resources`` that are given take the place of the made ones.
    """
    modes = modes or {}
    given = {row["operation"] for row in tables.get("operations", [])}
    moded = {row["operation"] for row in tables.get("modes", [])}
    known = {row["resource"] for row in tables.get("resources", [])}
    used = sorted({resource for resource, _ in modes.values() if resource is not None} - known)
    made = dict(tables)
    made["operations"] = [
        *tables.get("operations", []),
        *({"operation": key} for key in modes if key not in given),
    ]
    made["modes"] = [
        *tables.get("modes", []),
        *(
            {"operation": key, "resource": resource, "duration": duration}
            for key, (resource, duration) in modes.items()
            if key not in moded
        ),
    ]
    made["resources"] = [*tables.get("resources", []), *({"resource": key} for key in used)]
    return made


Times = tuple[str | None, int | None, int | None] | tuple[str | None, int, int, int, int]


def schedule_rows(tables: dict[str, list[Row]], times: dict[str, Times]) -> list[Row]:
    """Schedule rows from (mode, start, end) or (mode, start, end, changeover start, changeover end)."""
    status = {row["operation"]: row.get("status") or "planned" for row in tables.get("baseline", [])}
    resource = {
        (row["operation"], row.get("mode") or row.get("resource") or row["operation"]): row.get("resource")
        for row in tables["modes"]
    }
    rows = []
    for key, (mode, start, end, *changeover) in times.items():
        known = status.get(key, "planned")
        rows.append(
            {
                "operation": key,
                "mode": mode,
                "resource": resource.get((key, mode)),
                "changeover_start": changeover[0] if changeover else None,
                "changeover_end": changeover[1] if changeover else None,
                "start": start,
                "end": end,
                "status": "unscheduled" if start is None and known == "planned" else known,
            }
        )
    return rows


def assignment_rows(
    tables: dict[str, list[Row]], schedule: list[Row], members: dict[tuple[str, str], list[str]]
) -> list[Row]:
    """The holdings that a schedule implies; members of groups by (operation, group)."""
    rows = []
    for line in schedule:
        key, start, end = line["operation"], line["start"], line["end"]
        phases = {"run": (start, end), "changeover": (line["changeover_start"], line["changeover_end"])}
        if start is None or start == end or line["status"] == "done":
            continue

        def hold(
            resource: str,
            phase: str,
            requirement: str | None,
            quantity: int,
            key: str = key,
            phases: dict[str, tuple[int | None, int | None]] = phases,
        ) -> None:
            begin, finish = phases[phase]
            if begin is not None:
                holding = {"operation": key, "resource": resource, "phase": phase, "requirement": requirement}
                rows.append({**holding, "start": begin, "end": finish, "quantity": quantity})

        for mode in tables["modes"]:
            name = mode.get("mode") or mode.get("resource") or mode["operation"]
            if mode["operation"] == key and name == line["mode"] and mode.get("resource") is not None:
                hold(mode["resource"], "run", None, mode.get("quantity") or 1)
                hold(mode["resource"], "changeover", None, mode.get("quantity") or 1)
        for need in tables.get("requirements", []):
            if need["operation"] != key or need.get("mode") not in (None, line["mode"]):
                continue
            phase, target = need.get("phase") or "run", need.get("resource") or need["group"]
            name = need.get("requirement") or f"{key}/{need.get('mode') or '*'}/{target}/{phase}"
            if need.get("resource") is not None:
                hold(target, phase, name, need.get("quantity") or 1)
            for member in members.get((key, target), []) if need.get("group") is not None else []:
                hold(member, phase, name, 1)
    return rows


def judge(
    tables: dict[str, list[Row]],
    times: dict[str, Times],
    members: dict[tuple[str, str], list[str]] | None = None,
    *,
    assignments: list[Row] | None = None,
    partial: bool = True,
    options: Options | None = None,
) -> Report:
    """Check a schedule written by hand."""
    schedule = schedule_rows(tables, times)
    if assignments is None:
        assignments = assignment_rows(tables, schedule, members or {})
    return check(tables, schedule, assignments, partial=partial, options=options)


def found(report: Report) -> set[tuple[int, str]]:
    """What is broken: rule number and name of the check."""
    return {(violation.rule, violation.check) for violation in report.violations}
