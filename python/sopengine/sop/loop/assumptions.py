"""Fingerprints of what a plan rests on: two levels that carry the same ones used the same figures.

A fingerprint is a hash of the rows of some tables, each row as text, in order of that text; so it depends on
what the tables say and never on the order of rows or columns.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sopengine.plant.facts import Facts

DEMAND: Final = ("demands", "on_hand", "receipts", "items")
CAPACITY: Final = (
    "resources",
    "groups",
    "shifts",
    "shift_exceptions",
    "routings",
    "steps",
    "step_resources",
    "changeovers",
)


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a plan or a schedule was made from."""

    demand: str
    capacity: str

    def against(self, now: Assumptions) -> Iterator[tuple[str, str, str]]:
        """Yield name, hash here and hash there of each kind of data."""
        yield "demand", self.demand, now.demand
        yield "capacity", self.capacity, now.capacity


def assumptions_of(facts: Facts) -> Assumptions:
    """Return the fingerprints of a plant's demand and capacity."""
    return Assumptions(_digest(facts, DEMAND), _digest(facts, CAPACITY))


def _digest(facts: Facts, tables: tuple[str, ...]) -> str:
    digest = hashlib.sha256()
    for table in tables:
        digest.update(f"\x1e{table}".encode())
        for line in sorted(_line(row) for row in facts.rows[table]):
            digest.update(b"\x1d" + line.encode())
    return digest.hexdigest()


def _line(row: dict[str, Any]) -> str:
    cells = ((name, value) for name, value in sorted(row.items()) if value is not None)
    return "\x1f".join(f"{name}={_text(value)}" for name, value in cells)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(int(value)) if value == int(value) else f"{value.normalize():f}"
    return str(value)
