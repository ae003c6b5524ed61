"""Figures per resource and the headline figures, computed from the tables alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.report.axis import TimeAxis
    from sopengine.report.view import View

_TIME_TERMS: Final = frozenset(
    {"tardiness", "max_lateness", "makespan", "earliness", "flow_time", "changeover_time"}
)
TERMS: Final = (
    "unscheduled",
    "late_orders",
    "tardiness",
    "max_lateness",
    "makespan",
    "flow_time",
    "earliness",
    "changeover_time",
    "changeover_cost",
    "mode_cost",
    "resource_cost",
    "stability",
)


@dataclass(frozen=True, slots=True)
class ResourceFigures:
    """How one resource spends the time from `now` until the last end."""

    resource: str
    operations: int
    changeovers: int
    running: int
    changing: int
    open: int

    @property
    def utilization(self) -> float:
        """Share of the open time in which the resource runs or changes over."""
        return (self.running + self.changing) / self.open if self.open > 0 else 0.0


def span_of(view: View) -> tuple[int, int]:
    """From `now` (or the first start, where that is earlier) until the last end."""
    holdings = view.holdings
    if len(holdings) == 0:
        low = view.now or 0
        return low, low + 1
    first = int(holdings.start.min())
    low = first if view.now is None else min(first, view.now)
    return low, int(holdings.end.max())


def resource_figures(view: View) -> list[ResourceFigures]:
    """Figures of every resource that is held, the busiest first.

    Time is counted from `now`; of a cumulative resource, quantity times time against capacity times time.
    """
    holdings = view.holdings
    low, high = span_of(view)
    low = low if view.now is None else view.now
    figures = []
    for name in sorted(set(holdings.resource.tolist())):
        mine = holdings.take(np.flatnonzero(holdings.resource == name))
        capacity = view.capacity.get(name, 1)
        open_time = sum(end - start for start, end in view.working(name, low, high)) * capacity
        busy = [0, 0]
        for start, end, changeover, quantity in zip(
            mine.start.tolist(),
            mine.end.tolist(),
            mine.changeover.tolist(),
            mine.quantity.tolist(),
            strict=True,
        ):
            parts = view.working(name, max(start, low), end) if end > low else []
            busy[changeover] += sum(b - a for a, b in parts) * quantity
        changeovers = int(mine.changeover.sum())
        figures.append(
            ResourceFigures(name, len(mine) - changeovers, changeovers, busy[0], busy[1], open_time)
        )
    return sorted(figures, key=lambda each: (-each.utilization, each.resource))


def headline(objective: Mapping[str, int], axis: TimeAxis) -> list[tuple[str, str]]:
    """Names and values of the objective terms that say something, most important first."""
    always = ("late_orders", "tardiness", "makespan")
    rows = []
    for term in (*TERMS, *sorted(set(objective) - set(TERMS))):
        value = objective.get(term)
        if value is None or (value == 0 and term not in always):
            continue
        text = axis.duration_text(value) if term in _TIME_TERMS else f"{value:,}"
        rows.append((term.replace("_", " ").capitalize(), text))
    return rows
