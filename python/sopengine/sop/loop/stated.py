"""Figures that the plan states about the plant, beside what the plant itself says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sopengine.checks import Assumption

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.sop.loop.down import Draft


def stated_assumptions(draft: Draft, opening: Mapping[str, int]) -> list[Assumption]:
    """Return opening inventory and open hours from both sides.

    Opening inventory is compared where the plan gives it for the first bucket. Open hours of a bucket are
    what is left of it from now on, rounded to whole hours.
    """
    grid = draft.grid
    found = []
    first = {"week": grid.weeks[0].monday, "month": grid.weeks[0].month}
    for row in draft.plan.rows:
        if row.measure == "opening_inventory" and row.day == first[row.level]:
            name = str(row.key)
            found.append(Assumption(name, None, "opening stock", row.value, opening.get(name, 0)))
    for (resource, level, day), planned in draft.plan.open_hours().items():
        weeks = grid.months.get(day, ()) if level == "month" else (grid.number[day],)
        seconds = sum(draft.open_time[resource, number] for number in weeks)
        found.append(Assumption(resource, day.isoformat(), "open hours", planned, (seconds + 1800) // 3600))
    return found
