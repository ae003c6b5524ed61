"""Splitting whole numbers without losing a unit: the largest remainder method, in integers alone.

A total T is laid over parts in proportion to weights w: part i gets ``floor(T w_i / W)``, and the units
left over go one each to the parts with the largest remainders ``T w_i mod W``, ties to the smallest id. The
parts sum to T, always; each differs from its exact share by less than one; and a part of weight 0 gets
nothing as long as any weight is positive. Where no weight is, all count alike.

References
----------
Balinski and Young, Fair Representation, 1982 (Hamilton's method).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

K = TypeVar("K", str, int)

Basis = Literal["orders", "history", "even"]


def split(total: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Split a total over keys in proportion to their weights, exactly.

    Parameters
    ----------
    total
        Any integer; a negative one is split like its opposite.
    weights
        At least one key; weights are 0 or more, all 0 means even.

    Examples
    --------
    >>> split(10, {"a": 1, "b": 1, "c": 1})
    {'a': 4, 'b': 3, 'c': 3}
    >>> split(7, {"oak": 2, "white": 5, "red": 0})
    {'oak': 2, 'white': 5, 'red': 0}
    """
    if not weights:
        raise ValueError("nothing to split over")
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("weights must not be negative")
    if total < 0:
        return {key: -part for key, part in split(-total, weights).items()}
    whole = sum(weights.values())
    even = whole == 0
    if even:
        whole = len(weights)
    parts: dict[K, int] = {}
    remainders: list[tuple[int, K]] = []
    for key, weight in weights.items():
        parts[key], remainder = divmod(total * (1 if even else weight), whole)
        remainders.append((-remainder, key))
    left = total - sum(parts.values())
    for _, key in sorted(remainders)[:left]:
        parts[key] += 1
    return parts


def split_above(total: int, weights: Mapping[K, int], floors: Mapping[K, int]) -> dict[K, int]:
    """Split a total so that no key gets less than what is already fixed for it.

    What is fixed comes first; the rest goes where the proportional share is not reached yet, in proportion
    to what is missing, so that the parts come as near to the wanted mix as what is fixed allows. A total
    below the sum of the floors is split in proportion to the floors: then no part exceeds its floor.

    Examples
    --------
    >>> split_above(100, {"a": 1, "b": 1}, {"a": 80})
    {'a': 80, 'b': 20}
    >>> split_above(60, {"a": 1, "b": 1}, {"a": 80, "b": 40})
    {'a': 40, 'b': 20}
    """
    fixed = {key: floors.get(key, 0) for key in weights}
    rest = total - sum(fixed.values())
    if rest < 0:
        return split(total, fixed)
    wanted = split(total, weights)
    missing = {key: max(0, wanted[key] - fixed[key]) for key in weights}
    added = split(rest, missing if any(missing.values()) else weights)
    return {key: fixed[key] + added[key] for key in weights}


def named_basis(
    items: Sequence[str], orders: Mapping[str, int], history: Mapping[str, int]
) -> tuple[Basis, dict[str, int]]:
    """Return the mix of a family and its name: open orders, else what was shipped, else even."""
    by_orders = {item: orders.get(item, 0) for item in items}
    if any(by_orders.values()):
        return "orders", by_orders
    by_history = {item: history.get(item, 0) for item in items}
    if any(by_history.values()):
        return "history", by_history
    return "even", dict.fromkeys(items, 1)


def months_to_weeks(total: int, given: Mapping[int, int], working: Mapping[int, int]) -> dict[int, int]:
    """Split the figure of a month over its weeks by working time, around weeks already given.

    Parameters
    ----------
    total
        The month's figure.
    given
        Weeks with a figure of their own.
    working
        Working time of every week of the month; the key set is the month.

    Raises
    ------
    ValueError
        Where the weeks given exceed the month, or are all its weeks and sum to something else.
    """
    rest = total - sum(given.values())
    free = {week: time for week, time in working.items() if week not in given}
    if rest and (not free or (rest < 0 <= total)):
        raise ValueError(f"weeks sum to {sum(given.values())}, their month is {total}")
    parts = split(rest, free) if free else {}
    return {week: given[week] if week in given else parts[week] for week in working}
