"""Material: stock, receipts, consumption, production, storage limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .draft import Draft


def consume(draft: Draft) -> bool:
    """Bought material, nearly enough on hand."""
    rows = draft.some(draft.fresh(), 2, 4)
    total = 0
    for row in rows:
        quantity = draft.rng.randint(1, 4)
        total += quantity
        draft.add("materials", operation=row["operation"], item="I0", quantity=-quantity)
    draft.add("stock", item="I0", quantity=total - draft.rng.choice((0, 0, 0, 1)))
    return bool(rows)


def receipts(draft: Draft) -> bool:
    """Material that arrives in time, some of it before ``now``."""
    rows = draft.some(draft.fresh(), 1, 3)
    for row in rows:
        quantity = draft.rng.randint(1, 3)
        draft.add("materials", operation=row["operation"], item="I1", quantity=-quantity)
        draft.add("stock", item="I1", time=draft.now + draft.rng.randint(-4, 25), quantity=quantity)
    return bool(rows)


def issues(draft: Draft) -> bool:
    """A negative row: stock promised elsewhere."""
    rows = draft.some(draft.fresh(), 1, 2)
    for row in rows:
        draft.add("materials", operation=row["operation"], item="I2", quantity=-2)
    draft.add("stock", item="I2", time=draft.now, quantity=4)
    draft.add("stock", item="I2", time=draft.now + draft.rng.randint(3, 12), quantity=-3)
    draft.add("stock", item="I2", time=draft.now + draft.rng.randint(15, 25), quantity=5)
    return bool(rows)


def produce(draft: Draft) -> bool:
    """One operation makes what later ones take."""
    rows = draft.operations()
    maker = draft.rng.randrange(len(rows) - 1)
    takers = [row for row in rows[maker + 1 :] if not draft.is_history(row["operation"])]
    if not takers:
        return False
    chosen = draft.some(takers, 1, 2)
    draft.add("materials", operation=rows[maker]["operation"], item="I3", quantity=2 * len(chosen))
    if rows[maker]["operation"] in draft.done:
        draft.add("stock", item="I3", quantity=2 * len(chosen))
    for row in chosen:
        draft.add("materials", operation=row["operation"], item="I3", quantity=-2)
    return True


def max_stock(draft: Draft) -> bool:
    """A buffer between makers and takers that holds less than all of it."""
    rows = draft.fresh()
    if len(rows) < 4:
        return False
    for number in range(2):
        draft.add("materials", operation=rows[number]["operation"], item="I4", quantity=2)
        draft.add("materials", operation=rows[number + 2]["operation"], item="I4", quantity=-2)
    draft.add("items", item="I4", max_stock=draft.rng.choice((2, 3, 4)))
    return True


def unlimited(draft: Draft) -> bool:
    rows = draft.some(draft.fresh(), 1, 2)
    for row in rows:
        draft.add("materials", operation=row["operation"], item="I5", quantity=-7)
    draft.add("items", item="I5", unlimited=True)
    return bool(rows)


def instant_material(draft: Draft) -> bool:
    """Operations of duration 0 that turn one item into another at once."""
    zero = [
        row for row in draft.fresh() if all(mode["duration"] == 0 for mode in draft.modes(row["operation"]))
    ]
    if not zero:
        return False
    first, last = zero[0]["operation"], zero[-1]["operation"]
    draft.add("materials", operation=first, item="I6", quantity=-1)
    draft.add("materials", operation=first, item="I7", quantity=1)
    draft.add("stock", item="I6", time=draft.now + draft.rng.randint(0, 6), quantity=1)
    takers = [row["operation"] for row in draft.fresh() if row["operation"] > first]
    taker = last if last != first else (draft.rng.choice(takers) if takers else None)
    if taker is not None:
        draft.add("materials", operation=taker, item="I7", quantity=-1)
    return True
