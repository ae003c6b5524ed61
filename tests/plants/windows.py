"""Releases, due dates, deadlines, the horizon, costs, the objective and how time is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .draft import Draft

TERMS = [
    "tardiness",
    "late_orders",
    "max_lateness",
    "makespan",
    "earliness",
    "flow_time",
    "changeover_time",
    "changeover_cost",
    "mode_cost",
    "resource_cost",
    "stability",
]


def releases(draft: Draft) -> bool:
    for row in draft.some(draft.tables["orders"], 1, 2):
        row["release"] = draft.now + draft.rng.randint(-5, 15)
    for row in draft.some(draft.fresh(), 1, 2):
        row["release"] = draft.now + draft.rng.randint(-5, 20)
    return True


def deadlines(draft: Draft) -> bool:
    for row in draft.some(draft.tables["orders"], 1, 1):
        row["deadline"] = draft.now + draft.rng.randint(25, 60)
    for row in draft.some(draft.fresh(), 1, 2):
        row["deadline"] = draft.now + draft.rng.randint(20, 60)
    return True


def passed_deadlines(draft: Draft) -> bool:
    """Deadlines before ``now``: no limits; the order's is its due date where it has none."""
    row = draft.tables["orders"][-1]
    row["deadline"] = draft.now - draft.rng.randint(1, 9)
    draft.rng.choice(draft.operations())["deadline"] = draft.now - 1
    return True


def due_dates(draft: Draft) -> bool:
    for row in draft.some(draft.tables["orders"], 1, 4):
        row["due"] = draft.now + draft.rng.randint(-5, 40)
        row["weight"] = draft.rng.choice((None, 0, 1, 2, 5))
    return True


def earliness(draft: Draft) -> bool:
    for row in draft.some(draft.tables["orders"], 1, 3):
        row.setdefault("due", draft.now + draft.rng.randint(10, 40))
        row["earliness_weight"] = draft.rng.randint(1, 3)
    return True


def horizon_end(draft: Draft) -> bool:
    draft.tables["problem"][0]["horizon_end"] = draft.now + draft.rng.randint(55, 90)
    return True


def resource_costs(draft: Draft) -> bool:
    for row in draft.tables["resources"]:
        row["cost_per_hour"] = draft.rng.choice((None, 0, 1, 3, 700))
    draft.tables["resources"][0]["cost_per_hour"] = 2
    return True


def several_levels(draft: Draft) -> bool:
    terms = draft.rng.sample(TERMS, 4)
    draft.objective = [
        {terms[0]: 1, terms[1]: draft.rng.randint(1, 3)},
        {terms[2]: 1},
        {terms[3]: draft.rng.randint(1, 4)},
    ]
    return True


def default_objective(draft: Draft) -> list[dict[str, int]]:
    """The feature's own levels, else the usual preset for what the plant has."""
    if draft.objective:
        return draft.objective
    if any(row.get("due") is not None for row in draft.tables["orders"]):
        return [{"tardiness": 1}, {"changeover_time": 1, "mode_cost": 1}, {"makespan": 1}]
    return [{"makespan": 1}]


def temporal_zoned(draft: Draft) -> bool:
    """Timestamps with a zone, and durations."""
    draft.temporal = draft.rng.choice(("UTC", "Europe/Berlin"))
    draft.tables["problem"][0]["timezone"] = draft.rng.choice((None, draft.temporal))
    return True


def temporal_naive(draft: Draft) -> bool:
    """Timestamps without zone, read in the problem's."""
    draft.temporal = "naive"
    draft.tables["problem"][0]["timezone"] = draft.rng.choice(("UTC", "America/New_York"))
    return True
