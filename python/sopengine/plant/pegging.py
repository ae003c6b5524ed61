"""Who is served by what: demands to supplies, many to many, through every level of the bill of materials.

# Idea Items are visited from what is sold down to what is bought, so that when an item comes up all its
needs are known. The needs of one item, earliest due first and the highest priority first among equals, take
from its supplies in order: stock, then receipts and work orders by their date. A work order hands its own
needs on: its output is laid out as an interval, each peg covers a part of it, and a component need of N
units is split at the same marks with floor(N * mark / output). The parts sum to N exactly, so no unit is
lost or made at any level.

# Invariants Pegs of a need sum to the need (what nothing covers is a peg of kind ``short``); pegs on a
supply never exceed it. All quantities are integers in base units of the item. Ties are broken by id, so row
order never matters.

# Cost
Sorting, plus one step a peg.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

SupplyKind = Literal["on_hand", "receipt", "work_order", "purchase", "bulk", "short"]
FAR = 2**62


@dataclass(frozen=True, slots=True)
class Need:
    """Units wanted by a customer (consumer None) or a work order, for a demand or for stock (None)."""

    item: str
    quantity: int
    demand: str | None = None
    consumer: str | None = None
    due: int | None = None
    priority: int = 1
    level: int = 0


@dataclass(frozen=True, slots=True)
class Supply:
    """Units of an item that exist, arrive or are made; time None: not known yet."""

    kind: SupplyKind
    id: str
    item: str
    quantity: int
    time: int | None = None


@dataclass(frozen=True, slots=True)
class Producer:
    """A work order: what it makes and still consumes, its own due date and priority if it has them."""

    work_order: str
    item: str
    output: int
    components: Mapping[str, int]
    due: int | None = None
    priority: int | None = None
    lead_time: int = 0


@dataclass(frozen=True, slots=True)
class Peg:
    """Units of an item from a supply to a consumer (None: the customer) on behalf of a demand."""

    demand: str | None
    level: int
    consumer: str | None
    supply_kind: SupplyKind
    supply: str | None
    item: str
    quantity: int


@dataclass(slots=True)
class Pegging:
    """All pegs, and the due date and priority that every work order has or takes from what it serves."""

    pegs: list[Peg] = field(default_factory=list)
    due: dict[str, int | None] = field(default_factory=dict)
    priority: dict[str, int] = field(default_factory=dict)


def peg(
    demands: Iterable[Need],
    supplies: Iterable[Supply],
    producers: Sequence[Producer],
    items: Sequence[str],
    *,
    buy_at: Mapping[str, int] | None = None,
    bulk: Collection[str] = (),
) -> Pegging:
    """Peg demands to supplies.

    Parameters
    ----------
    demands
        Customer needs, level 0.
    supplies
        Stock and receipts; the outputs of `producers` are added here.
    producers
        Open work orders.
    items
        Every item, each before its components.
    buy_at
        Items that can be bought in any quantity, with the earliest time of arrival: kind ``purchase``.
    bulk
        Items always at hand: kind ``bulk``.
    """
    needs: dict[str, list[Need]] = defaultdict(list)
    stock: dict[str, list[Supply]] = defaultdict(list)
    made: dict[str, list[Producer]] = defaultdict(list)
    for need in demands:
        needs[need.item].append(need)
    for supply in supplies:
        stock[supply.item].append(supply)
    for producer in producers:
        made[producer.item].append(producer)
        stock[producer.item].append(
            Supply("work_order", producer.work_order, producer.item, producer.output, producer.due)
        )
    result = Pegging()
    for item in items:
        served = _allocate(item, needs[item], stock[item], (buy_at or {}), bulk, result)
        for producer in sorted(made[item], key=lambda p: p.work_order):
            for need in _hand_on(producer, served[producer.work_order], result):
                needs[need.item].append(need)
    return result


def _need_order(need: Need) -> tuple[int, int, str, str]:
    due = FAR if need.due is None else need.due
    return due, -need.priority, need.demand or "", need.consumer or ""


def _supply_order(supply: Supply) -> tuple[bool, int, str, str]:
    return supply.kind != "on_hand", FAR if supply.time is None else supply.time, supply.kind, supply.id


def _allocate(
    item: str,
    needs: list[Need],
    supplies: list[Supply],
    buy_at: Mapping[str, int],
    bulk: Collection[str],
    result: Pegging,
) -> dict[str, list[tuple[Need, int]]]:
    """Peg the needs of one item; return per work order which needs it serves, in the order served."""
    served: dict[str, list[tuple[Need, int]]] = defaultdict(list)
    queue = iter(sorted((s for s in supplies if s.quantity > 0), key=_supply_order))
    supply, left = None, 0
    for need in sorted(needs, key=_need_order):
        open_quantity = need.quantity
        while open_quantity and item not in bulk:
            if not left:
                supply = next(queue, None)
                if supply is None:
                    break
                left = supply.quantity
            assert supply is not None
            taken = min(open_quantity, left)
            open_quantity -= taken
            left -= taken
            result.pegs.append(_peg(need, supply.kind, supply.id, taken))
            if supply.kind == "work_order":
                served[supply.id].append((need, taken))
        if open_quantity:
            kind: SupplyKind = "bulk" if item in bulk else "purchase" if item in buy_at else "short"
            result.pegs.append(_peg(need, kind, None if kind == "short" else item, open_quantity))
    return served


def _peg(need: Need, kind: SupplyKind, supply: str | None, quantity: int) -> Peg:
    return Peg(need.demand, need.level, need.consumer, kind, supply, need.item, quantity)


def _hand_on(producer: Producer, served: list[tuple[Need, int]], result: Pegging) -> list[Need]:
    """Return the component needs of a work order; fix its due date and priority."""
    dues = [need.due for need, _ in served if need.due is not None]
    due = producer.due if producer.due is not None else min(dues, default=None)
    ranks = [need.priority for need, _ in served]
    priority = producer.priority if producer.priority is not None else max(ranks, default=1)
    result.due[producer.work_order] = due
    result.priority[producer.work_order] = priority
    shares = [(need.demand, need.level, need.priority, quantity) for need, quantity in served]
    excess = producer.output - sum(quantity for _, quantity in served)
    if excess or not shares:
        shares.append((None, 0, 0 if served else priority, excess))
    return _split(producer, shares, None if due is None else due - producer.lead_time)


def _split(producer: Producer, shares: list[tuple[str | None, int, int, int]], due: int | None) -> list[Need]:
    """Split the component needs at the marks of the shares.

    All are due when the work order is: one lot takes its parts at once, whomever the units are for.
    """
    needs = []
    for component in sorted(producer.components):
        total, mark, before = producer.components[component], 0, 0
        for demand, level, priority, quantity in shares:
            mark += quantity
            after = total * mark // producer.output if producer.output else total
            if after > before:
                needs.append(
                    Need(component, after - before, demand, producer.work_order, due, priority, level + 1)
                )
            before = after
    return needs
