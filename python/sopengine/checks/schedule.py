"""Whether the schedule makes what the plan says, family by family and week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopengine.checks.catalogue import check
from sopengine.checks.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sopengine.checks.context import CheckContext


def _progress(context: CheckContext) -> Iterator[tuple[str, int, int, int]]:
    """Yield family, week, planned and finished units since now; only weeks that are scheduled."""
    for family in sorted({name for name, _ in context.plan_supply}):
        plan = real = 0
        for number in range(min(context.schedule_weeks, len(context.weeks))):
            plan += context.plan_supply.get((family, number), 0)
            real += context.scheduled.get((family, number), 0)
            yield family, number, plan, real


@check("PLAN_NOT_SCHEDULED", "At the end of a week the schedule has finished less of a family than planned.")
def plan_not_scheduled(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each family and week in which the schedule, summed from now, is behind the plan."""
    for family, number, plan, real in _progress(context):
        if real < plan:
            cause = context.main_cause.get((family, number))
            yield CheckFinding(
                "PLAN_NOT_SCHEDULED",
                "warning",
                family,
                context.week(number),
                plan,
                real,
                plan - real,
                f"{context.name(family)}: {context.amount(family, plan - real)} behind the plan at the end "
                f"of the week of {context.week(number)}" + (f": {cause}." if cause else "."),
                "Look at the largest cause in the gap table first.",
                context.worth(family, plan - real),
            )


@check("SCHEDULE_BEYOND_PLAN", "The schedule is further ahead of the plan than the next week's production.")
def schedule_beyond_plan(context: CheckContext) -> Iterator[CheckFinding]:
    """Report the week of each family in which the schedule is furthest ahead, beyond a week's plan."""
    worst: dict[str, tuple[int, int, int, int]] = {}
    for family, number, plan, real in _progress(context):
        following = context.plan_supply.get((family, number + 1), 0)
        beyond = real - plan - following
        if beyond > 0 and beyond > worst.get(family, (0, 0, 0, 0))[0]:
            worst[family] = beyond, number, plan + following, real
    for family, (beyond, number, plan, real) in sorted(worst.items()):
        yield CheckFinding(
            "SCHEDULE_BEYOND_PLAN",
            "info",
            family,
            context.week(number),
            plan,
            real,
            beyond,
            f"By the end of the week of {context.week(number)} {context.amount(family, beyond)} of "
            f"{context.name(family)} are finished more than a week before the plan wants them.",
            "Release them later if the time is wanted elsewhere, or move the plan up.",
            context.worth(family, beyond) // 10,
        )
