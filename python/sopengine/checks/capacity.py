"""Whether there is enough open time, in the plan and in the schedule, and where it gets tight."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sopengine.checks.catalogue import check
from sopengine.checks.context import CheckContext, cells
from sopengine.checks.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

TIGHT_PERCENT = 90
REAL_PERCENT = 50


def tight(plan: int, real: int, there: int) -> bool:
    """Whether a load is 90 % of the open time or more, in the plan or in the schedule.

    A resource that the schedule fills although the plan, which spreads work over alternatives, asks less
    than half of it is a choice of the schedule, not a bottleneck.
    """
    chosen = max(plan, real if 100 * plan >= REAL_PERCENT * there else 0)
    return chosen > 0 and 100 * chosen >= TIGHT_PERCENT * there


@check("LOAD_OVER_CAPACITY", "The plan loads a resource with more work than it is open for in a week.")
def load_over_capacity(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each resource and week whose planned load exceeds its open time.

    An error where all weeks up to it are not enough either; else a warning, for the work can be done
    earlier.
    """
    for resource, number in cells(context.plan_load):
        load, there = context.plan_load[resource, number], context.capacity.get((resource, number), 0)
        if load <= there:
            continue
        so_far = [(resource, n) for n in range(number + 1)]
        lacking = sum(context.plan_load.get(s, 0) - context.capacity.get(s, 0) for s in so_far)
        if lacking > 0:
            hint = f"Find {_hours(lacking)} h until then: extra shift, alternative resource, or less demand."
        else:
            spare = _hours(load - there - lacking)
            hint = f"Build {_hours(load - there)} h of it earlier: the weeks before have {spare} h to spare."
        over = _over("LOAD_OVER_CAPACITY", "The plan", resource, number, load, hint, context)
        yield over if lacking > 0 else replace(over, severity="warning")


@check("LOAD_OVER_CAPACITY_SCHEDULE", "The schedule loads a resource beyond its open time.")
def load_over_capacity_schedule(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each resource and week whose scheduled load exceeds its open time: no valid schedule does."""
    for resource, number in cells(context.schedule_load):
        load = context.schedule_load[resource, number]
        if load > context.capacity.get((resource, number), 0):
            hint = "Verify the schedule: it was made for other calendars or breaks the rules."
            yield _over("LOAD_OVER_CAPACITY_SCHEDULE", "The schedule", resource, number, load, hint, context)


def _over(
    code: str, who: str, resource: str, number: int, load: int, hint: str, context: CheckContext
) -> CheckFinding:
    there = context.capacity.get((resource, number), 0)
    cause = context.load_from.get((resource, number))
    return CheckFinding(
        code,
        "error",
        resource,
        context.week(number),
        there,
        load,
        load - there,
        f"{who} needs {_hours(load)} h of {context.name(resource)} in the week of {context.week(number)}, "
        f"it is open {_hours(there)} h" + (f"; {cause}." if cause else "."),
        hint,
        _at_stake(context, resource, number, load - there, load),
    )


@check("BOTTLENECK_TIGHT", "A resource is loaded to 90 % of its open time or more in a week.")
def bottleneck_tight(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each resource and week whose load, planned or scheduled, is 90 to 100 % of the open time."""
    for resource, number in cells(context.capacity):
        there = context.capacity[resource, number]
        plan = context.plan_load.get((resource, number), 0)
        real = context.schedule_load.get((resource, number), 0)
        load = max(plan, real)
        if tight(plan, real, there) and load <= there:
            side = "planned" if plan >= real else "scheduled, changeovers included,"
            yield CheckFinding(
                "BOTTLENECK_TIGHT",
                "info",
                resource,
                context.week(number),
                there,
                load,
                there - load,
                f"{context.name(resource)} is {side} to {100 * load // there} % of its open time in the week "
                f"of {context.week(number)}: {_hours(there - load)} h are left.",
                "Protect its time: no idle start of the week, similar setups in a row.",
                _at_stake(context, resource, number, load, load) // 100,
            )


def _at_stake(context: CheckContext, resource: str, number: int, part: int, load: int) -> int:
    """Return the sales value that a part of a load stands for, or its hours where none is known."""
    value = context.load_value.get((resource, number), 0)
    return value * part // load if value and load else part // 3600


def _hours(seconds: int) -> str:
    tenths = (seconds * 10 + 1800) // 3600
    return f"{tenths // 10:,}.{tenths % 10}"
