"""What the floor reports, as the history of a Problem: steps done, started, or published to be kept.

The time left of a started step is what the floor says; else, where units have been counted, the run time of
the uncounted ones (setup lies behind); else null, and the engine takes the duration less the time worked
since the start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sopengine.plant.lots import MILLION, Lot, StepPlan
from sopengine.plant.operations import Mode, run_time

if TYPE_CHECKING:
    from sopengine.plant.emit import Emitter
    from sopengine.plant.facts import Facts
    from sopengine.plant.intake.collect import Collector


def emit_progress(
    facts: Facts, lots: list[Lot], modes: dict[str, list[Mode]], now: int, emit: Emitter, out: Collector
) -> None:
    """Emit the baseline and the members that started steps hold."""
    taken: set[str] = set()
    for lot in lots:
        undone = False
        for group in lot.groups():
            for step in group:
                if step.progress is not None:
                    if undone and step.status != "planned":
                        out.add(
                            "OUT_OF_SEQUENCE",
                            "progress",
                            step.progress_number,
                            id=step.operation,
                            column="status",
                            found=step.status,
                            severity="warning",
                            expected="the steps before it done",
                        )
                    _step(facts, lot, step, modes[step.operation], now, emit, out, taken)
            overlapping = any(s.row["transfer_quantity"] is not None for s in group)
            undone = undone or any(
                s.status == "planned" or (s.status == "started" and not overlapping) for s in group
            )


def _step(
    facts: Facts,
    lot: Lot,
    step: StepPlan,
    modes: list[Mode],
    now: int,
    emit: Emitter,
    out: Collector,
    taken: set[str],
) -> None:
    report: dict[str, Any] = step.progress or {}
    mode = _mode(step, modes, out)
    start, end = report["started"], report["ended"]
    if step.status == "started" and start is not None and start > now:
        _inconsistent(out, step, "started", "after now", "a start at or before now")
    if step.status == "done" and end is None:
        end = now
        out.add(
            "END_ASSUMED",
            "progress",
            step.progress_number,
            id=step.operation,
            column="ended",
            found="null",
            expected="when the step ended",
            severity="warning",
            hint="Taken to have ended now.",
        )
    elif step.status == "done" and end > now:
        _inconsistent(out, step, "ended", "after now", "an end at or before now")
    known = mode if step.status != "planned" or report["resource"] is not None else None
    emit.add(
        "baseline",
        ("progress", step.progress_number),
        operation=step.operation,
        mode=known.mode if known and step.status == "started" else None,
        resource=known.resource if known else None,
        start=start,
        end=end,
        status=step.status,
        remaining=_remaining(facts, lot, step, mode) if step.status == "started" else None,
        pin=report["pin"] if step.status == "planned" else "none",
    )
    if step.status == "started":
        _members(facts, lot, step, mode, emit, out, taken)


def _inconsistent(out: Collector, step: StepPlan, column: str, found: str, expected: str) -> None:
    out.add(
        "STATUS_INCONSISTENT",
        "progress",
        step.progress_number,
        id=step.operation,
        column=column,
        found=found,
        expected=expected,
    )


def _mode(step: StepPlan, modes: list[Mode], out: Collector) -> Mode | None:
    """Return the mode on the reported resource; a started step must have one."""
    resource = (step.progress or {}).get("resource")
    fitting = [m for m in modes if m.resource == resource] if resource is not None else modes
    if resource is not None and not fitting:
        out.add(
            "NO_ELIGIBLE_RESOURCE",
            "progress",
            step.progress_number,
            id=step.operation,
            column="resource",
            found=resource,
            expected=", ".join(sorted(str(m.resource) for m in modes)),
        )
        return None
    if resource is None and len(fitting) > 1:
        if step.status == "started":
            _inconsistent(out, step, "resource", "null", "the resource that the started step runs on")
        return None
    return fitting[0]


def _remaining(facts: Facts, lot: Lot, step: StepPlan, mode: Mode | None) -> int | None:
    report = step.progress or {}
    if report["remaining"] is not None:
        return int(report["remaining"])
    reported = step.reported
    if not reported:
        return None
    speed = mode.speed if mode else MILLION
    return run_time(step.row, max(0, step.units_in - reported), facts.scale[lot.item], speed)


def _members(
    facts: Facts, lot: Lot, step: StepPlan, mode: Mode | None, emit: Emitter, out: Collector, taken: set[str]
) -> None:
    """Emit the members of a started step: those reported, else the first free ones of each group."""
    reported = [m.strip() for m in ((step.progress or {}).get("members") or "").split(";") if m.strip()]
    unused = list(reported)
    for number, row in facts.resources_of.get((lot.routing, step.step), []):
        wanted = row["choice"] is None or (mode is not None and mode.choice == row["choice"])
        if row["group"] is None or row["role"] == "main" or row["phase"] != "run" or not wanted:
            continue
        pool = facts.members_of[row["group"]]
        chosen = [m for m in unused if m in pool][: row["quantity"]]
        if len(chosen) < row["quantity"]:
            free = [m for m in pool if m not in taken and m not in reported and m != (mode and mode.resource)]
            chosen += free[: row["quantity"] - len(chosen)]
            out.add(
                "MEMBERS_ASSUMED",
                "progress",
                step.progress_number,
                id=step.operation,
                column="members",
                found=";".join(reported) or "null",
                expected=f"{row['quantity']} members of {row['group']}",
                severity="warning",
                hint=f"Taken to be {';'.join(chosen)}.",
            )
        unused = [m for m in unused if m not in chosen]
        taken.update(chosen)
        for member in sorted(chosen):
            emit.add(
                "baseline_members",
                ("step_resources", number),
                operation=step.operation,
                resource=member,
                phase="run",
            )
    for name in unused:
        out.add(
            "DANGLING_REF",
            "progress",
            step.progress_number,
            id=step.operation,
            column="members",
            found=name,
            expected="a member of a group that the step needs",
        )
