"""What the checks look at: plain figures from both levels, gathered once.

Checks know nothing of plants, plans and schedules; whoever has these fills a `CheckContext`. Every mapping
may stay empty, then the checks that need it find nothing. Weeks are numbered from 0; times are seconds since
1970; quantities base units; loads capacity x seconds; money minor units.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Slot = tuple[str, int]
"""A subject (family, item or resource) and a week."""


@dataclass(frozen=True, slots=True)
class StockWeek:
    """Projected stock of an item at the end of a week."""

    item: str
    week: int
    closing: int
    target: int
    limit: int
    demand: int


@dataclass(frozen=True, slots=True)
class DemandLine:
    """A customer's demand and what becomes of it."""

    demand: str
    item: str
    customer: str
    quantity: int
    due: int
    promised: int | None
    short: int
    """Units of which nothing says where they come from."""
    orders: tuple[str, ...] = ()
    """Work orders that serve it."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A component that work orders wait for in vain."""

    item: str
    quantity: int
    orders: tuple[str, ...]
    value: int
    """Sales value of what cannot be made."""
    available: int = 0
    """Units at hand and on their way."""


@dataclass(frozen=True, slots=True)
class SplitGap:
    """Weeks in which no split of a family's production serves its items: need and have, to be added up."""

    family: str
    kind: str
    """``short``, ``beyond`` or ``item``."""
    first: int
    """Behind this week; -1: from now."""
    last: int
    need: int
    have: int
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A figure that both levels use: what the plan says, what the plant says."""

    subject: str
    bucket: str | None
    unit: str
    plan: int
    plant: int


@dataclass(frozen=True)
class CheckContext:
    """Everything that the checks may look at."""

    now: int = 0
    weeks: Sequence[str] = ()
    """Monday of each week as ISO text."""
    schedule_weeks: int = 0
    """How many weeks are scheduled in detail; the others are planned only."""
    plan_demand: Mapping[Slot, int] = field(default_factory=dict)
    """By family."""
    order_demand: Mapping[Slot, int] = field(default_factory=dict)
    """Open customer orders, by family."""
    plan_supply: Mapping[Slot, int] = field(default_factory=dict)
    """Production of the plan, by family."""
    opening: Mapping[str, int] = field(default_factory=dict)
    """Stock now, by family."""
    scheduled: Mapping[Slot, int] = field(default_factory=dict)
    """What the schedule finishes, by family."""
    main_cause: Mapping[Slot, str] = field(default_factory=dict)
    """Largest cause of the gap between plan and schedule, by family, in words."""
    capacity: Mapping[Slot, int] = field(default_factory=dict)
    plan_load: Mapping[Slot, int] = field(default_factory=dict)
    schedule_load: Mapping[Slot, int] = field(default_factory=dict)
    """Running and changing over."""
    load_value: Mapping[Slot, int] = field(default_factory=dict)
    """Sales value of the lots that load a resource."""
    load_from: Mapping[Slot, str] = field(default_factory=dict)
    """Who causes the load, in words."""
    stock: Sequence[StockWeek] = ()
    splits: Sequence[SplitGap] = ()
    demands: Sequence[DemandLine] = ()
    shortages: Sequence[Shortage] = ()
    assumptions: Sequence[Assumption] = ()
    fingerprints: Sequence[tuple[str, str, str]] = ()
    """Name, hash when the plan was made, hash now."""
    taken: int | None = None
    """When the data was taken from its systems."""
    max_age: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    price: Mapping[str, int] = field(default_factory=dict)
    """Sales value of one unit, by item or family."""
    unit: Mapping[str, str] = field(default_factory=dict)
    """Unit of an item or family."""
    scale: Mapping[str, int] = field(default_factory=dict)
    """Decimals of an item or family."""

    def worth(self, subject: str, quantity: int) -> int:
        """Return the money at stake in units of a subject; the units themselves where no price is known."""
        rate = self.price.get(subject)
        return abs(quantity) * rate // 10 ** self.scale.get(subject, 0) if rate else abs(quantity)

    def amount(self, subject: str, quantity: int) -> str:
        """Return a quantity with its unit, for people."""
        scale = self.scale.get(subject, 0)
        text = f"{Decimal(quantity).scaleb(-scale):,.{scale}f}"
        return f"{text} {self.unit.get(subject) or 'units'}"

    def week(self, number: int) -> str | None:
        """Return the Monday of a week."""
        return self.weeks[number] if 0 <= number < len(self.weeks) else None

    def name(self, subject: str) -> str:
        """Return a name for people."""
        return self.names.get(subject) or subject


def cells(values: Mapping[Slot, Any]) -> list[tuple[str, int]]:
    """Return the slots of a mapping, by week, then subject."""
    return sorted(values, key=lambda slot: (slot[1], slot[0]))
