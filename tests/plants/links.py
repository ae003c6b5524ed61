"""Precedences: lags, kinds, overlap, same resource, transport."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .draft import Draft, Row


def _plain(draft: Draft) -> list[Row]:
    """Rows that no feature has changed yet; a new row between two orders where none is left."""
    rows = [row for row in draft.links() if len(row) == 2]
    if rows:
        return rows
    known = {(row["before"], row["after"]) for row in draft.tables["precedences"]}
    for after in reversed(draft.fresh()):
        for before in draft.operations():
            pair = (before["operation"], after["operation"])
            if pair[0] < pair[1] and pair not in known and before.get("order") != after.get("order"):
                return [draft.add("precedences", before=pair[0], after=pair[1])]
    return []


def _mark(draft: Draft, high: int, **columns: object) -> bool:
    rows = _plain(draft)
    if "transfer" in columns:
        rows = [row for row in rows if row["before"] not in draft.done]
    rows = draft.some(rows, 1, high)
    for row in rows:
        row.update(columns)
    return bool(rows)


def min_lags(draft: Draft) -> bool:
    return _mark(draft, 2, min_lag=draft.rng.randint(1, 8))


def negative_lags(draft: Draft) -> bool:
    return _mark(draft, 1, min_lag=-draft.rng.randint(1, 4))


def max_lags(draft: Draft) -> bool:
    low = draft.rng.randint(0, 2)
    return _mark(draft, 1, min_lag=low or None, max_lag=low + draft.rng.randint(0, 8))


def start_start(draft: Draft) -> bool:
    return _mark(draft, 1, kind="start_start", min_lag=draft.rng.choice((None, 2, 4)))


def end_end(draft: Draft) -> bool:
    return _mark(
        draft, 1, kind="end_end", min_lag=draft.rng.choice((None, 1)), max_lag=draft.rng.choice((None, 9))
    )


def start_end(draft: Draft) -> bool:
    return _mark(draft, 1, kind="start_end", min_lag=draft.rng.choice((None, 6)))


def transfer(draft: Draft) -> bool:
    """The successor starts when part of the work has passed on."""
    return _mark(
        draft, 2, transfer=draft.rng.choice((0.0, 0.25, 0.3, 0.5)), min_lag=draft.rng.choice((None, 1))
    )


def tail(draft: Draft) -> bool:
    return _mark(draft, 1, transfer=draft.rng.choice((0.2, 0.5)), tail=draft.rng.choice((0.1, 0.5, 1.0)))


def same_resource(draft: Draft) -> bool:
    """Two linked operations with a resource in common."""
    for row in _plain(draft):
        before, after = draft.modes(row["before"]), draft.modes(row["after"])
        named = {mode["resource"] for mode in before if mode["resource"] is not None}
        if not named:
            continue
        if not named & {mode["resource"] for mode in after}:
            machines = sorted(name for name in named if name.startswith("M"))
            if not machines or len(after) > 1:
                continue
            draft.add("modes", operation=row["after"], resource=machines[0], duration=after[0]["duration"])
        row["same_resource"] = True
        return True
    return False


def cross_links(draft: Draft) -> bool:
    """A precedence between two orders: what is left out takes its successors with it."""
    pairs = [
        (a["operation"], b["operation"])
        for a in draft.operations()
        for b in draft.fresh()
        if a["operation"] < b["operation"] and a.get("order") != b.get("order")
    ]
    known = {(row["before"], row["after"]) for row in draft.tables["precedences"]}
    free = [pair for pair in pairs if pair not in known]
    for before, after in draft.rng.sample(free, min(2, len(free))):
        draft.add("precedences", before=before, after=after)
    return bool(free)


def transport(draft: Draft) -> bool:
    places = ("hall", "yard")
    for row in draft.tables["resources"]:
        row["location"] = draft.rng.choice((*places, None))
    machines = draft.unary()
    for number, name in enumerate(machines[:2]):
        draft.resource(name)["location"] = places[number]
    draft.add("transport", from_location="hall", to_location="yard", duration=draft.rng.randint(1, 4))
    draft.add("transport", from_location="yard", to_location="hall", duration=draft.rng.randint(0, 4))
    return True
