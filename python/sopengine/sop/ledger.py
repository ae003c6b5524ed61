"""The gap ledger: why the schedule does not finish what the plan says, unit by unit.

For every item and week ``plan - schedule = sum of the entries``, exactly, and so for every family and month.
Positive entries are units that the plan wants in the week and the schedule does not finish there; negative
ones are units that it finishes there without the plan wanting them in that week.

============= ==========================================================================================
later         finished after its week (+ there, - where it is finished)
earlier       finished before its week (+ there, - where it is finished)
unscheduled   not scheduled at all
yield         lost to scrap that the floor has reported
lot_rounding  lot sizes: - where they add, + in the later week whose plan that covers
unplanned     work orders beyond the plan: - where they are due, + in the later week whose plan they cover
============= ==========================================================================================

Proof: split each work order into units. Plan minus orders due in a week is rounding and surplus by the
identity of netting; orders due minus orders finished in it is every unit that left or entered the week, or
never came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sopengine.sop.aggregate import OrderLine
    from sopengine.sop.netting import Net

CAUSES: Final = ("later", "earlier", "unscheduled", "yield", "lot_rounding", "unplanned")


@dataclass(frozen=True, slots=True)
class Entry:
    """Units of an item missing in (or, negative, added to) a week, and why."""

    item: str
    week: int
    cause: str
    quantity: int
    work_order: str | None = None
    other_week: int | None = None
    """Where moved units went to or came from."""
    reason: str | None = None
    """Why they moved, from the reasons of the schedule."""


def gap_ledger(
    accounts: Iterable[Net], lines: Iterable[OrderLine], reasons: Mapping[str, str] | None = None
) -> list[Entry]:
    """Return all entries.

    Parameters
    ----------
    accounts
        The netting of every planned item and week.
    lines
        Work orders of these items.
    reasons
        One sentence a work order, where the schedule gives any.
    """
    entries = [entry for account in accounts for entry in _netting(account)]
    for line in lines:
        entries.extend(_moved(line, (reasons or {}).get(line.work_order)))
    return sorted(
        (e for e in entries if e.quantity),
        key=lambda e: (e.week, e.item, CAUSES.index(e.cause), e.work_order or "", e.quantity),
    )


def _netting(net: Net) -> Iterable[Entry]:
    yield Entry(net.item, net.week, "unplanned", -net.surplus)
    yield Entry(net.item, net.week, "unplanned", net.from_surplus)
    yield Entry(net.item, net.week, "lot_rounding", -net.rounding)
    yield Entry(net.item, net.week, "lot_rounding", net.from_rounding)


def _moved(line: OrderLine, reason: str | None) -> Iterable[Entry]:
    item, week, order = line.item, line.week, line.work_order
    if line.end_week is None:
        yield Entry(item, week, "unscheduled", line.ordered, order, None, reason)
        return
    yield Entry(item, week, "yield", line.ordered - line.output, order)
    if line.end_week != week:
        cause = "later" if line.end_week > week else "earlier"
        yield Entry(item, week, cause, line.output, order, line.end_week, reason)
        yield Entry(item, line.end_week, cause, -line.output, order, week, reason)


def sums(entries: Iterable[Entry]) -> dict[tuple[str, int, str], int]:
    """Return the ledger by item, week and cause."""
    result: dict[tuple[str, int, str], int] = {}
    for entry in entries:
        slot = entry.item, entry.week, entry.cause
        result[slot] = result.get(slot, 0) + entry.quantity
    return result
