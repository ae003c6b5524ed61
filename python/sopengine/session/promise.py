"""When a new order can be had.

The order is put into the gaps of the live schedule; nobody else moves. The date is exact: it is the end
of a verified schedule. An inquiry leaves no trace. A quote keeps the place: the order becomes part of the
live schedule until it expires, is confirmed or is withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from sopengine.changes import rush_order

if TYPE_CHECKING:
    from sopengine.session.live import Response, Session


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


def promise(session: Session, order: Any, operations: Any, expires: Any, cells: dict[str, Any]) -> Promise:
    """Insert an order into the live schedule of a session."""
    response = session.simulate(rush_order(order, operations, **cells))
    rows = response.order_results.filter(pc.equal(response.order_results["order"], order)).to_pylist()
    end = rows[0]["end"] if rows else None
    start = rows[0]["start"] if rows else None
    reasons = response.reasons.filter(pc.equal(response.reasons["order"], order)).to_pylist()
    cause = f"{reasons[0]['cause']} {reasons[0]['object'] or ''}".strip() if end is None and reasons else None
    found = Promise(order, start, end, cause, _moved(session, response), response)
    if expires is not None and end is not None and found.moved == 0:
        session.hold(order, response, expires)
    return found


def _moved(session: Session, response: Response) -> int:
    before, after = session.schedule.schedule, response.schedule
    place = pc.index_in(before["operation"], after["operation"])
    then = after["start"].take(place)
    same = pc.or_kleene(
        pc.equal(before["start"], then), pc.and_(pc.is_null(before["start"]), pc.is_null(then))
    )
    return len(before) - int(pc.sum(pc.fill_null(same, fill_value=False)).as_py() or 0)
