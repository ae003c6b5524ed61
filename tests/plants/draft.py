"""A random problem in the making: rows by table, and what is known about each operation.

Every feature is a function that takes a ``Draft`` and adds rows; it returns whether it found room to do
so. Operations carry a global number, and whatever relates two of them (precedence, pinned sequences,
material) runs from the smaller to the larger number, so that no combination of features is cyclic.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

Row = dict[str, Any]


@dataclass
class Draft:
    """Rows of all tables, in plain integers and text; times are absolute ticks."""

    rng: random.Random
    now: int
    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    done: list[str] = field(default_factory=list)
    started: dict[str, str] = field(default_factory=dict)
    """Started operations and which history feature asked for each."""
    claimed: set[str] = field(default_factory=set)
    """Resources that some started operation holds: never by two of them."""
    by_rows: set[str] = field(default_factory=set)
    """Orders linked by rows of ``precedences``; the others are chained by ``sequence``."""
    objective: list[dict[str, int]] = field(default_factory=list)
    temporal: str = ""

    def operations(self) -> list[Row]:
        return self.tables["operations"]

    def fresh(self) -> list[Row]:
        """Operations that history has not touched."""
        return [row for row in self.operations() if not self.is_history(row["operation"])]

    def is_history(self, operation: str) -> bool:
        return operation in self.done or operation in self.started

    def modes(self, operation: str) -> list[Row]:
        return [row for row in self.tables["modes"] if row["operation"] == operation]

    def positive(self, operation: str) -> bool:
        return all(mode["duration"] > 0 for mode in self.modes(operation))

    def requirements(self, operation: str) -> list[Row]:
        return [row for row in self.tables["requirements"] if row["operation"] == operation]

    def resource(self, name: str) -> Row:
        return next(row for row in self.tables["resources"] if row["resource"] == name)

    def unary(self) -> list[str]:
        """Machines: unary resources that modes run on."""
        return [row["resource"] for row in self.tables["resources"] if row["resource"].startswith("M")]

    def pools(self) -> list[Row]:
        return [row for row in self.tables["resources"] if row.get("kind") == "cumulative"]

    def in_order(self, order: str) -> list[Row]:
        return [row for row in self.operations() if row.get("order") == order]

    def add(self, table: str, **row: Any) -> Row:
        self.tables[table].append(row)
        return row

    def add_resource(self, name: str, **row: Any) -> str:
        """Add a resource once."""
        if all(known["resource"] != name for known in self.tables["resources"]):
            self.add("resources", resource=name, **row)
        return name

    def some(self, rows: list[Row], low: int = 1, high: int = 3) -> list[Row]:
        """A few of the rows, in their order."""
        count = min(len(rows), self.rng.randint(low, high))
        return sorted(self.rng.sample(rows, count), key=rows.index)

    def links(self) -> list[Row]:
        """Rows of ``precedences`` whose end is not history, the only ones that features change."""
        return [row for row in self.tables["precedences"] if not self.is_history(row["after"])]
