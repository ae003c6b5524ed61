"""The way up: what the schedule finishes, by the keys and buckets of the plan.

Aggregation is the exact inverse of disaggregation: it adds integers and nothing else, so a figure that went
down as a family and a month comes up as the same figure. Each work order becomes one `OrderLine` that says
when the plan wants it and when the schedule finishes it; every view above is a sum over these lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

    from sopengine.plant.facts import Facts
    from sopengine.sop.buckets import Grid
    from sopengine.sop.hierarchy import Hierarchy, Key

K = TypeVar("K")
ItemWeek = dict[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A work order from both sides."""

    work_order: str
    item: str
    ordered: int
    """Units still to come, in base units."""
    output: int
    """Units that its steps will really yield."""
    week: int
    """Week in which the plan wants it: that of its due date."""
    end_week: int | None
    """Week in which the schedule finishes it; None: not scheduled."""
    planned: bool
    """Whether it was made from the plan; else it was there before."""
    due: int | None = None
    end: int | None = None


def order_week(due: int | None, grid: Grid) -> int:
    """Return the week in which the plan counts a work order; without a due date the first."""
    return 0 if due is None else grid.ends(due)


def order_lines(
    facts: Facts,
    results: Iterable[Mapping[str, Any]],
    grid: Grid,
    week_of: Mapping[str, int],
    planned: Collection[str],
) -> list[OrderLine]:
    """Return one line an open work order, in order of ids.

    Parameters
    ----------
    facts
        The plant, work orders made from the plan included.
    results
        Rows of the lifted table ``work_order_results``, times as seconds.
    grid
        The plan's weeks.
    week_of
        Week in which the plan counts each work order; the others are counted when they are due.
    planned
        Work orders made from the plan.
    """
    found = {row["work_order"]: row for row in results}
    lines = []
    for row in sorted(facts.rows["work_orders"], key=lambda r: r["work_order"]):
        if row["status"] in ("done", "cancelled"):
            continue
        name = row["work_order"]
        result = found.get(name, {})
        end, due = result.get("end"), result.get("due")
        ordered = facts.base(row["item"], row["quantity"]) - facts.base(row["item"], row["received"] or 0)
        finished = result.get("status") == "done"
        lines.append(
            OrderLine(
                name,
                row["item"],
                0 if finished else max(0, ordered),
                int(result.get("quantity") or 0),
                week_of[name] if name in week_of else order_week(due, grid),
                None if end is None else grid.ends(end),
                name in planned,
                due,
                end,
            )
        )
    return lines


def finished_by_item(lines: Iterable[OrderLine]) -> ItemWeek:
    """Return the units that the schedule finishes, by item and week."""
    result: ItemWeek = {}
    for line in lines:
        if line.end_week is not None and line.output:
            slot = line.item, line.end_week
            result[slot] = result.get(slot, 0) + line.output
    return result


def roll_up(values: Mapping[tuple[str, int], int], hierarchy: Hierarchy) -> dict[tuple[Key, int], int]:
    """Add items to the keys of the plan; items without family stay out."""
    result: dict[tuple[Key, int], int] = {}
    for (item, week), value in values.items():
        key = hierarchy.key.get(item)
        if key is not None:
            result[key, week] = result.get((key, week), 0) + value
    return result


def by_month(values: Mapping[tuple[K, int], int], grid: Grid) -> dict[tuple[K, dt.date], int]:
    """Add weeks to months; what lies behind the grid stays out."""
    result: dict[tuple[K, dt.date], int] = {}
    for (key, week), value in values.items():
        if week < len(grid):
            slot = key, grid.weeks[week].month
            result[slot] = result.get(slot, 0) + value
    return result


def attainment(plan: Iterable[int], actual: Iterable[int]) -> tuple[int, int]:
    """Return how much of a plan is met, as numerator and denominator.

    The sum of min(actual, plan) over the sum of plan: making more than planned of one thing earns nothing
    for another.
    """
    pairs = list(zip(plan, actual, strict=True))
    return sum(min(a, p) for p, a in pairs), sum(p for p, _ in pairs)
