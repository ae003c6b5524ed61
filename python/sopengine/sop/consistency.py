"""Whether a family's production can be split so that every item is served, or the proof that it cannot.

A family with stock enough on the whole may still be short: what lies in white chairs serves nobody who wants
black ones. For item i let L_i(t) be the least it must have made by the end of week t (the running maximum of
demand so far + safety stock - opening stock, at least 0) and H_i(t) the most it may have made (what keeps it
at or below its storage limit then and in every later week; H_i(0) = 0; no limit: no bound). With Y(t) the
family's production so far, whole-number item plans exist if and only if

- ``L_i(t) <= H_i(t)`` for every item and week,
- ``Y(t2) - Y(t1) >= sum of max(0, L_i(t2) - H_i(t1))`` for all 0 <= t1 < t2, and
- ``Y(t) <= sum of H_i(t)`` for every week.

Each is necessary at a glance; together they are Hall's condition for handing the family's units, earliest
week first, to the units that items need, earliest deadline first. So a `Gap` is a certificate: two weeks and
two sums that anybody can add up. Lot sizes and setups are left to the schedule.

Cost: items x weeks where nothing has a storage limit, items x weeks squared else.

References
----------
Hall, On representatives of subsets, 1935. Erschler, Fontan and Merce, Consistency of the disaggregation
process in hierarchical planning, Operations Research 34, 1986.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class ItemNeed:
    """What an item needs: demand (less receipts) by week, stock now, least and greatest stock."""

    item: str
    demand: tuple[int, ...]
    opening: int = 0
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """Why no split exists: behind week `first` (-1: from now) up to week `last`, `have` is not `need`.

    ``short``: the family makes fewer than its items need; ``beyond``: more than they may hold; ``item``: one
    item must have made more than it may hold.
    """

    kind: Literal["short", "beyond", "item"]
    first: int
    last: int
    need: int
    have: int
    items: tuple[str, ...]


def least_made(need: ItemNeed) -> list[int]:
    """Return L: the least that must have been made by the end of each week, and 0 for now."""
    wanted = (total + need.least - need.opening for total in accumulate(need.demand))
    return list(accumulate(wanted, max, initial=0))


def most_made(need: ItemNeed) -> list[int | None]:
    """Return H: the most that may have been made by the end of each week, and 0 for now."""
    if need.most is None:
        return [0, *[None] * len(need.demand)]
    bounds = [total + need.most - need.opening for total in accumulate(need.demand)]
    return [0, *list(accumulate(reversed(bounds), min))[::-1]]


def family_gap(production: Sequence[int], needs: Sequence[ItemNeed]) -> Gap | None:
    """Return the first reason why a family's production serves its items in no split; None where one does.

    Parameters
    ----------
    production
        The family's production by week.
    needs
        Its items, each with as many weeks.

    Examples
    --------
    >>> black, white = ItemNeed("black", (5, 5)), ItemNeed("white", (0, 0), opening=50)
    >>> family_gap([5, 5], [black, white])
    >>> family_gap([4, 6], [black, white])
    Gap(kind='short', first=-1, last=0, need=5, have=4, items=('black',))
    """
    made = [0, *accumulate(production)]
    low = [least_made(need) for need in needs]
    high = [most_made(need) for need in needs]
    limited = any(need.most is not None for need in needs)
    for last in range(1, len(made)):
        for need, least, most in zip(needs, low, high, strict=True):
            bound = most[last]
            if bound is not None and least[last] > bound:
                return Gap("item", -1, last - 1, least[last], bound, (need.item,))
        for first in range(last) if limited else (0,):
            parts = [
                (need.item, least[last] - bound)
                for need, least, most in zip(needs, low, high, strict=True)
                if (bound := most[first]) is not None and least[last] > bound
            ]
            wanted, have = sum(units for _, units in parts), made[last] - made[first]
            if have < wanted:
                return Gap("short", first - 1, last - 1, wanted, have, tuple(item for item, _ in parts))
        bounds = [most[last] for most in high]
        room = sum(bound for bound in bounds if bound is not None)
        if None not in bounds and made[last] > room:
            return Gap("beyond", -1, last - 1, room, made[last], tuple(need.item for need in needs))
    return None
