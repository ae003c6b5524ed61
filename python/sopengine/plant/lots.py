"""Work orders through their routings: which steps, how many units at each, what they consume.

Backward from the ordered quantity, every step starts enough units that its planned scrap leaves what the
next step needs: ``start = ceil(out / (1 - scrap))``. Forward, what the floor reports takes the place of the
plan: a finished step hands on its good count, a started one its good count and the yield of the rest. Only
less than planned matters; surplus units are not worked on further. All counts are integers in base units of
the item (10^-scale uom).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sopengine.plant.localtime import to_local

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from sopengine.plant.facts import Facts
    from sopengine.plant.intake.collect import Collector

MILLION = 1_000_000


@dataclass(slots=True)
class StepPlan:
    """One step of one work order: units started and handed on, and what the floor says."""

    operation: str
    step: str
    sequence: int
    row: dict[str, Any]
    number: int
    units_in: int = 0
    units_out: int = 0
    progress: dict[str, Any] | None = None
    progress_number: int | None = None

    @property
    def status(self) -> str:
        """planned, started or done."""
        return self.progress["status"] if self.progress else "planned"

    @property
    def reported(self) -> int | None:
        """Units the floor has counted, good and scrap; None where it has not counted."""
        if self.progress is None or (self.progress["good"] is None and self.progress["scrap"] is None):
            return None
        return int(self.progress["good"] or 0) + int(self.progress["scrap"] or 0)


@dataclass(frozen=True, slots=True)
class Consumption:
    """Units of a component taken at the start of an operation."""

    operation: str
    item: str
    quantity: int
    bom_number: int


@dataclass(slots=True)
class Lot:
    """A work order to be planned."""

    work_order: str
    item: str
    row: dict[str, Any]
    number: int
    routing: str
    ordered: int
    steps: list[StepPlan]
    output: int = 0
    consumption: list[Consumption] = field(default_factory=list)

    def groups(self) -> list[list[StepPlan]]:
        """Return the steps, those of equal sequence together, in order."""
        return [list(g) for _, g in groupby(self.steps, key=lambda s: s.sequence)]

    def components(self) -> dict[str, int]:
        """Units still to be consumed, by item."""
        result: dict[str, int] = {}
        for part in self.consumption:
            result[part.item] = result.get(part.item, 0) + part.quantity
        return result


def operation_id(work_order: str, step: str) -> str:
    """Return the id of an operation; slash and percent inside a part are escaped, so ids never collide."""
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in (work_order, step))


def ceil_div(number: int, divisor: int) -> int:
    """Return the quotient rounded up."""
    return -(-number // divisor)


def build_lots(facts: Facts, now: int, out: Collector) -> tuple[list[Lot], list[str]]:
    """Return the lots to plan, and the open work orders left out because nothing says how to make them."""
    lots, left_out = [], []
    for number, row in enumerate(facts.rows["work_orders"]):
        if row["status"] in ("done", "cancelled"):
            continue
        routing = choose_routing(facts, row, now)
        if routing is None:
            left_out.append(row["work_order"])
            out.add(
                "NO_ROUTING",
                "work_orders",
                number,
                id=row["work_order"],
                column="routing",
                found=row["item"],
                expected="a valid routing of the item",
                severity="warning",
                hint="The work order is not scheduled.",
            )
            continue
        lots.append(_lot(facts, row, number, routing, now, out))
    return sorted(lots, key=lambda lot: lot.work_order), sorted(left_out)


def reference_date(facts: Facts, row: dict[str, Any], now: int) -> Any:
    """Return the local day on which validity ranges are looked up: of release, at least of now."""
    zone: ZoneInfo = facts.zone
    return to_local(max(now, row["release"] if row["release"] is not None else now), zone).date()


def choose_routing(facts: Facts, row: dict[str, Any], now: int) -> str | None:
    """Return the routing given, else the valid one of highest priority (ties: smallest id)."""
    if row["routing"] is not None:
        return str(row["routing"])
    day = reference_date(facts, row, now)
    valid = [
        (-(r["priority"] or 0), r["routing"])
        for r in facts.routings_of.get(row["item"], ())
        if (r["valid_from"] is None or r["valid_from"] <= day)
        and (r["valid_to"] is None or day <= r["valid_to"])
    ]
    return min(valid)[1] if valid else None


def _lot(facts: Facts, row: dict[str, Any], number: int, routing: str, now: int, out: Collector) -> Lot:
    work_order, item = row["work_order"], row["item"]
    steps = [
        StepPlan(operation_id(work_order, s["step"]), s["step"], s["sequence"], s, n)
        for n, s in facts.steps_of[routing]
    ]
    steps.sort(key=lambda s: (s.sequence, s.step))
    lot = Lot(work_order, item, row, number, routing, facts.base(item, row["quantity"]), steps)
    reports = dict(facts.progress_of.get(work_order, {}))
    for step in steps:
        if step.step in reports:
            step.progress_number, report = reports.pop(step.step)
            counts = {
                k: None if report[k] is None else facts.base(item, report[k]) for k in ("good", "scrap")
            }
            step.progress = {**report, **counts}
    for step_id, (place, _) in sorted(reports.items()):
        out.add(
            "DANGLING_REF",
            "progress",
            place,
            id=work_order,
            column="step",
            found=step_id,
            expected=f"a step of routing {routing!r}",
        )
    _count(lot, facts.base(item, row["received"] or 0), out)
    _consume(lot, facts, reference_date(facts, row, now), out)
    return lot


def _count(lot: Lot, received: int, out: Collector) -> None:
    """Fill units of every step and the output still to come."""
    last = lot.steps[-1]
    target = lot.ordered if last.status != "planned" else max(0, lot.ordered - received)
    needed = target
    for group in reversed(lot.groups()):
        for step in group:
            step.units_out = needed
            step.units_in = ceil_div(needed * MILLION, MILLION - step.row["scrap_ppm"])
        needed = max(step.units_in for step in group)
    available: int | None = None
    for group in lot.groups():
        for step in group:
            if available is not None:
                step.units_in = min(step.units_in, available)
            step.units_out = min(step.units_out, _yield(step))
        available = min(step.units_out for step in group)
    if last.status == "done":
        return
    lot.output = max(0, last.units_out - (received if last.status == "started" else 0))
    if last.units_out < target:
        out.add(
            "QUANTITY_SHORT",
            "work_orders",
            lot.number,
            id=lot.work_order,
            column="quantity",
            found=last.units_out,
            expected=f"{target} base units",
            severity="warning",
            hint="Reported scrap is above plan: the work order yields less than ordered.",
        )


def _yield(step: StepPlan) -> int:
    """Return the good units that a step hands on, from its counts where there are any."""
    keep = MILLION - int(step.row["scrap_ppm"])
    reported = step.reported
    if step.status == "planned" or reported is None or step.progress is None:
        return step.units_in * keep // MILLION if step.status != "done" else step.units_out
    good = int(step.progress["good"] or 0)
    if step.status == "done":
        return good if step.progress["good"] is not None else max(0, step.units_in - reported)
    return good + max(0, step.units_in - reported) * keep // MILLION


def _consume(lot: Lot, facts: Facts, day: Any, out: Collector) -> None:
    """Fill the components that steps not yet started will take."""
    by_step = {step.step: step for step in lot.steps}
    for number, row in facts.bom_of.get(lot.item, ()):
        if (row["valid_from"] and day < row["valid_from"]) or (row["valid_to"] and row["valid_to"] < day):
            continue
        step = by_step.get(row["step"]) if row["step"] is not None else lot.steps[0]
        if step is None:
            step = lot.steps[0]
            out.add(
                "BOM_STEP",
                "bom",
                number,
                id=lot.item,
                column="step",
                found=row["step"],
                severity="warning",
                expected=f"a step of routing {lot.routing!r}",
                hint="Consumed at the first step instead.",
            )
        if step.status != "planned":
            continue
        quantity = component_quantity(
            step.units_in,
            facts.scale[lot.item],
            row["quantity"],
            facts.scale[row["component"]],
            row["scrap_ppm"],
        )
        if quantity:
            lot.consumption.append(Consumption(step.operation, row["component"], quantity, number))


def component_quantity(
    units: int, scale: int, per_unit: Decimal | int, component_scale: int, scrap_ppm: int
) -> int:
    """Return the component base units for `units` base units of an item, rounded up once, exactly."""
    rate = int(Decimal(per_unit) * MILLION)
    return ceil_div(units * rate * 10**component_scale * MILLION, 10**scale * MILLION * (MILLION - scrap_ppm))


def low_level_order(items: Iterable[str], parts: dict[str, set[str]]) -> list[str]:
    """Return every item before its components; ties by id. The bill of materials must have no loop."""
    import heapq

    parents = dict.fromkeys(items, 0)
    for components in parts.values():
        for component in components:
            parents[component] += 1
    free = [item for item, count in parents.items() if not count]
    heapq.heapify(free)
    order = []
    while free:
        item = heapq.heappop(free)
        order.append(item)
        for component in parts.get(item, ()):
            parents[component] -= 1
            if not parents[component]:
                heapq.heappush(free, component)
    return order
