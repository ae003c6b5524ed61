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
    for code, name in enumerate(holdings.names):
        mine = holdings.take(np.flatnonzero(holdings.resource == code))
        if len(mine) == 0:
            continue
        start, end = np.maximum(mine.start, low), np.maximum(mine.end, low)
        busy = (view.open_until(name, end) - view.open_until(name, start)) * mine.quantity
        window = view.open_until(name, np.asarray([low, high]))
        changeovers = int(mine.changeover.sum())
        figures.append(
            ResourceFigures(
                name,
                len(mine) - changeovers,
                changeovers,
                int(busy[~mine.changeover].sum()),
                int(busy[mine.changeover].sum()),
                int(window[1] - window[0]) * view.capacity.get(name, 1),
            )
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
