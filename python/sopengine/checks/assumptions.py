"""Whether both levels start from the same figures, and whether these are fresh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopengine.checks.catalogue import check
from sopengine.checks.finding import CheckFinding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sopengine.checks.context import CheckContext


@check("ASSUMPTIONS_DIFFER", "Plan and schedule were made from different demand, capacity or stock.")
def assumptions_differ(context: CheckContext) -> Iterator[CheckFinding]:
    """Report each figure that the plan states and the plant contradicts, and each table that changed."""
    for item in context.assumptions:
        if item.plan != item.plant:
            when = f" in {item.bucket}" if item.bucket else ""
            yield CheckFinding(
                "ASSUMPTIONS_DIFFER",
                "error",
                item.subject,
                item.bucket,
                item.plan,
                item.plant,
                item.plant - item.plan,
                f"The plan assumes {item.plan:,} {item.unit} of {context.name(item.subject)}{when}, "
                f"the plant says {item.plant:,}.",
                "Correct whichever is wrong before comparing the two.",
                abs(item.plant - item.plan),
            )
    for name, before, now in context.fingerprints:
        if before != now:
            yield CheckFinding(
                "ASSUMPTIONS_DIFFER",
                "error",
                name,
                None,
                0,
                1,
                1,
                f"The {name} data has changed since the plan was made ({before[:12]} then, {now[:12]} now).",
                "Make the plan again from the present data.",
            )


@check("STALE_DATA", "The data was taken from its systems longer ago than allowed.")
def stale_data(context: CheckContext) -> Iterator[CheckFinding]:
    """Report data older than its greatest allowed age."""
    if context.taken is None or context.max_age is None:
        return
    age = context.now - context.taken
    if age > context.max_age:
        yield CheckFinding(
            "STALE_DATA",
            "warning",
            "settings",
            None,
            context.max_age,
            age,
            age - context.max_age,
            f"The data is {age // 3600} hours old, {context.max_age // 3600} are allowed.",
            "Extract it again: progress and stock have moved since.",
        )
