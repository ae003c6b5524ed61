"""When a new order can be had.

The order is put into the gaps of the live schedule; nobody else moves. The date is exact: it is the end
of a verified schedule. An inquiry leaves no trace. A quote keeps the place: the order becomes part of the
live schedule until it expires, is confirmed or is withdrawn.

Where the date is too late, `alternatives` tells what else there is: the whole order later, as much of it as
is ready in time, or the whole of it sooner at the cost of other orders, each named with its delay.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import pyarrow.compute as pc

from sopengine.changes import Changes, order_changed, rush_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.session.live import Response, Session

PARTS: Final = 6
"""So many parts of a quantity are tried."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A promised order whose place is reserved."""

    order: Any
    expires: Any


@dataclass(frozen=True, slots=True)
class Promise:
    """The answer to an inquiry."""

    order: Any
    """The order asked for."""
    start: Any
    """Its first start; None where it has no place."""
    end: Any
    """Its end: the earliest date without moving others; None where it has no place."""
    cause: str | None
    """Why it has no place."""
    moved: int
    """Other operations that start at another time: 0, or the promise would not stand."""
    response: Response
    """The schedule with the order in it."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to have an order."""

    kind: Literal["later", "part", "sooner"]
    """The whole of it without moving others; so much as is ready in time; the whole of it, others wait."""
    quantity: Any
    """How much; None where the order has no quantity."""
    end: Any
    """When it is ready."""
    cost: tuple[tuple[Any, int], ...]
    """Orders that end later, each with its delay in ticks, the largest first."""
    response: Response
    """The schedule; `accept` makes it live."""


def promise(session: Session, order: Any, operations: Any, expires: Any, cells: dict[str, Any]) -> Promise:
    """Insert an order into the live schedule of a session."""
    response = session.simulate(rush_order(order, operations, **cells))
    start, end = _span(response, order)
    cause = None
    if end is None:
        reasons = response.reasons.filter(pc.equal(response.reasons["order"], order)).to_pylist()
        cause = f"{reasons[0]['cause']} {reasons[0]['object'] or ''}".strip() if reasons else None
    found = Promise(order, start, end, cause, int(response.stats["moved"]), response)
    if expires is not None and end is not None and found.moved == 0:
        session.hold(order, response, expires)
    return found


def alternatives(
    session: Session, order: Any, operations: Any, due: Any, cells: Mapping[str, Any]
) -> tuple[Alternative, ...]:
    """Ways to have an order, the one that costs nobody anything first."""
    told = rush_order(order, operations, due=due, **cells)
    quantity = cells.get("quantity")
    whole = session.simulate(told)
    end = _span(whole, order)[1]
    found = [] if end is None else [Alternative("later", quantity, end, (), whole)]
    if end is not None and not _is_late(whole, order):
        return tuple(found)
    if isinstance(quantity, int) and quantity > 1:
        found += _part(session, order, told, quantity)
    sooner = session.repair(told)
    its_end = _span(sooner, order)[1]
    if its_end is not None and (end is None or its_end < end):
        found.append(Alternative("sooner", quantity, its_end, _cost(sooner, order), sooner))
    return tuple(found)


def _part(session: Session, order: Any, told: Changes, quantity: int) -> list[Alternative]:
    """The largest part that is ready in time, by halving what is not known."""
    low, high, best = 0, quantity, None
    for _ in range(PARTS):
        middle = (low + high) // 2
        if middle in (low, high):
            break
        response = session.simulate([told, order_changed(order, quantity=middle)])
        end = _span(response, order)[1]
        if end is None or _is_late(response, order):
            high = middle
        else:
            low, best = middle, Alternative("part", middle, end, (), response)
    return [] if best is None else [best]


def _row(response: Response, order: Any) -> dict[str, Any]:
    table = response.order_results
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["order"], order)).to_pylist()
    return rows[0] if rows else {}


def _span(response: Response, order: Any) -> tuple[Any, Any]:
    row = _row(response, order)
    return row.get("start"), row.get("end")


def _is_late(response: Response, order: Any) -> bool:
    return bool(_row(response, order).get("late"))


def _cost(response: Response, order: Any) -> tuple[tuple[Any, int], ...]:
    """Other orders that end later, the largest delay first."""
    rows = [
        (row["order"], row["delay"])
        for row in response.diff().orders.to_pylist()
        if row["order"] != order and row["delay"] is not None and row["delay"] > 0
    ]
    return tuple(sorted(rows, key=lambda row: (-row[1], str(row[0]))))
