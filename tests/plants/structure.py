"""Orders, operations, modes: the skeleton of a plant and the features that change it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from .draft import Draft

if TYPE_CHECKING:
    import random


def skeleton(rng: random.Random, operations: tuple[int, int], history: bool) -> Draft:
    """Orders of two to four operations on a few unary resources, in rows of ``precedences``."""
    draft = Draft(rng, now=10 if history else rng.choice((0, 0, 7)))
    count = rng.randint(*operations)
    for number in range(rng.randint(2, 3)):
        draft.add_resource(f"M{number}")
    order = 0
    while count:
        size = min(count, rng.randint(2, 4))
        count -= size
        draft.add("orders", order=f"O{order}")
        draft.by_rows.add(f"O{order}")
        for _ in range(size):
            _operation(draft, f"O{order}")
        order += 1
    for row in draft.tables["orders"]:
        members = draft.in_order(row["order"])
        for before, after in itertools.pairwise(members):
            draft.add("precedences", before=before["operation"], after=after["operation"])
    return draft


def _operation(draft: Draft, order: str) -> None:
    name = f"P{len(draft.operations()):02d}"
    draft.add("operations", operation=name, order=order)
    draft.add(
        "modes", operation=name, resource=draft.rng.choice(draft.unary()), duration=draft.rng.randint(1, 9)
    )


def alternative_modes(draft: Draft) -> bool:
    for row in draft.some(draft.operations(), 2, 4):
        taken = {mode["resource"] for mode in draft.modes(row["operation"])}
        free = [name for name in draft.unary() if name not in taken]
        if free:
            draft.add("modes", operation=row["operation"], resource=draft.rng.choice(free),
                      duration=draft.rng.randint(1, 9))  # fmt: skip
    return True


def named_modes(draft: Draft) -> bool:
    """Two modes on one resource, told apart by name: fast and dear, slow and cheap."""
    row = draft.rng.choice(draft.operations())
    first = draft.modes(row["operation"])[0]
    first["mode"] = "X1"
    draft.add("modes", operation=row["operation"], mode="X2", resource=first["resource"],
              duration=first["duration"] + 2, cost=0)  # fmt: skip
    return True


def mode_cost(draft: Draft) -> bool:
    for mode in draft.tables["modes"]:
        mode["cost"] = draft.rng.choice((None, 0, 3, 5, 8))
    draft.tables["modes"][0]["cost"] = 4
    return True


def resourceless_modes(draft: Draft) -> bool:
    for row in draft.some(draft.operations(), 1, 2):
        mode = draft.modes(row["operation"])[0]
        if len(draft.modes(row["operation"])) == 1:
            mode.update(resource=None, mode=draft.rng.choice(("X0", "X9")))
            return True
    return False


def zero_durations(draft: Draft) -> bool:
    for row in draft.some(draft.operations(), 1, 2):
        for mode in draft.modes(row["operation"]):
            mode["duration"] = 0
    return True


def cumulative(draft: Draft) -> bool:
    """Modes that take a share of a pool."""
    pool = draft.add_resource("C0", kind="cumulative", capacity=draft.rng.randint(2, 4))
    capacity = draft.resource(pool)["capacity"]
    for row in draft.some(draft.operations(), 2, 4):
        modes = draft.modes(row["operation"])
        if len(modes) == 1 and modes[0]["resource"] is not None and "mode" not in modes[0]:
            modes[0].update(resource=pool, quantity=draft.rng.randint(1, capacity))
    return any(mode["resource"] == pool for mode in draft.tables["modes"])


def orderless(draft: Draft) -> bool:
    """An operation of no order, linked to nothing."""
    name = f"P{len(draft.operations()):02d}"
    draft.add("operations", operation=name, order=None)
    draft.add(
        "modes", operation=name, resource=draft.rng.choice(draft.unary()), duration=draft.rng.randint(1, 5)
    )
    return True


def sequence_chain(draft: Draft) -> bool:
    """The first order is chained by ``sequence`` instead of rows."""
    members = _chained(draft)
    for number, row in enumerate(members):
        row["sequence"] = 10 * (number + 1)
    return len(members) > 1


def sequence_equal(draft: Draft) -> bool:
    """Two operations of one order share a sequence value and run in parallel; another stands outside."""
    members = _chained(draft)
    for number, row in enumerate(members):
        row["sequence"] = 10 * max(1, number)
    if len(members) > 3:
        members[3]["sequence"] = None
    return len(members) > 2


def _chained(draft: Draft) -> list[dict[str, object]]:
    order = draft.tables["orders"][0]["order"]
    members = draft.in_order(order)
    names = {row["operation"] for row in members}
    draft.by_rows.discard(order)
    draft.tables["precedences"] = [
        row for row in draft.tables["precedences"] if not {row["before"], row["after"]} <= names
    ]
    return members
