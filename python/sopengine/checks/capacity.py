"""Whether there is enough open time, in the plan and in the schedule, and where it gets tight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopengine.checks.catalogue import check
from sopengine.checks.context import CheckContext, Slot, cells
from sopengine.checks.finding import CheckFinding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
    """Report each resource and week whose planned load exceeds its open time."""
    yield from _over("LOAD_OVER_CAPACITY", "error", "The plan", context.plan_load, context)


@check("LOAD_OVER_CAPACITY_SCHEDULE", "The schedule loads a resource beyond its open time.")
def load_over_capacity_schedule(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each resource and week whose scheduled load exceeds its open time: no valid schedule does."""
    code = "LOAD_OVER_CAPACITY_SCHEDULE"
    yield from _over(code, "error", "The schedule", context.schedule_load, context)


def _over(
    code: str, severity: Severity, who: str, loads: Mapping[Slot, int], context: CheckContext
) -> Iterator[CheckFinding]:
    for resource, number in cells(loads):
        load, there = loads[resource, number], context.capacity.get((resource, number), 0)
        if load > there:
            cause = context.load_from.get((resource, number))
            yield CheckFinding(
                code,
                severity,
                resource,
                context.week(number),
                there,
                load,
                load - there,
                f"{who} needs {_hours(load)} h of {context.name(resource)} in the week of "
                f"{context.week(number)}, it is open {_hours(there)} h" + (f"; {cause}." if cause else "."),
                f"Find {_hours(load - there)} h: extra shift, alternative resource, or build earlier.",
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
