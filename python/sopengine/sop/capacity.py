"""Rough-cut capacity: what the plan asks of every resource and week, and what the schedule really takes.

**Bill of resources.** The seconds of each resource in one good unit of an item, from its routing: run time,
grown by the planned scrap of the step and of all steps after it, times the quantity needed. Setup and fixed
time come once a lot. Where a step may run on alternatives its units are shared in proportion to speed x open
time, which is the share at which all of them are equally busy; so time on each is share / speed. Crews and
tools needed while a step runs take the same time as its modes; changeovers are not in a bill, because only a
sequence knows them: the schedule side shows them apart.

**Resource profile.** A step lies before the end of its lot by the work and the waiting after it. Where that
reaches back whole weeks (work is stretched by how little its resource is open) its load lies in an earlier
week; with offsets of 0 the profile is the bill.

**Load.** The plan side sums all lots, those in progress with what is left of them; the schedule side
sums the working time of every holding. Both are capacity x seconds and are compared with the same open time.
Shares are exact fractions; a load is rounded up once, at the end.

References
----------
Berry, Schmitt and Vollmann, Capacity planning techniques for manufacturing control systems, 1982.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Any

from sopengine.plant.lots import MILLION, StepPlan
from sopengine.plant.operations import Mode, step_modes
from sopengine.sop.buckets import WEEK, split_by_week
from sopengine.sop.hierarchy import routing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sopengine.plant.facts import Facts
    from sopengine.plant.lots import Lot
    from sopengine.sop.buckets import Grid, Window

Slot = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StepBill:
    """Load of one step on one resource: seconds a base unit that enters the step, and seconds a lot."""

    resource: str
    per_unit: Fraction
    per_lot: Fraction


class Bills:
    """Bills of resources of a plant.

    Parameters
    ----------
    facts
        The plant.
    open_total
        Open capacity x seconds of each resource, for sharing work among alternatives.
    """

    def __init__(self, facts: Facts, open_total: Mapping[str, int]) -> None:
        self.facts = facts
        self.open_total = open_total
        self._steps: dict[tuple[str, str], tuple[StepBill, ...]] = {}
        self._pace: dict[tuple[str, str], tuple[Fraction, Fraction]] = {}

    def step(self, routing: str, row: Mapping[str, Any], scale: int) -> tuple[StepBill, ...]:
        """Return the load of one step, resource by resource."""
        name = routing, row["step"]
        if name not in self._steps:
            modes = step_modes(self.facts, routing, StepPlan("", row["step"], row["sequence"], dict(row), 0))
            shares = self._shares(modes)
            once = Fraction(row["setup_time"] + row["fixed_time"])
            run = Fraction(row["run_time_num"], row["run_time_den"] * 10**scale)
            sums: dict[str, list[Fraction]] = defaultdict(lambda: [Fraction(0), Fraction(0)])
            for mode, share in zip(modes, shares, strict=True):
                unit, lot = share * run * MILLION / mode.speed, share * once
                for resource, quantity in self._holds(routing, row["step"], mode):
                    sums[resource][0] += quantity * unit
                    sums[resource][1] += quantity * lot
            self._steps[name] = tuple(StepBill(r, u, o) for r, (u, o) in sorted(sums.items()))
            pace = sum((s * run * MILLION / m.speed for m, s in zip(modes, shares, strict=True)), Fraction(0))
            self._pace[name] = pace, once
        return self._steps[name]

    def _shares(self, modes: Sequence[Mode]) -> list[Fraction]:
        weights = [m.speed * max(0, self.open_total.get(m.resource or "", 0)) for m in modes]
        if not any(weights):
            weights = [m.speed for m in modes]
        return [Fraction(w, sum(weights)) for w in weights]

    def _holds(self, routing: str, step: str, mode: Mode) -> list[tuple[str, Fraction]]:
        """Return what one mode holds while it runs: its own resource, then what the step needs besides."""
        held = [] if mode.resource is None else [(mode.resource, Fraction(mode.quantity))]
        for _, row in self.facts.resources_of.get((routing, step), ()):
            besides = row["role"] != "main" and row["phase"] == "run"
            if not besides or row["choice"] not in (None, mode.choice):
                continue
            members = [row["resource"]] if row["resource"] else self.facts.members_of[row["group"]]
            held.extend((member, Fraction(row["quantity"], len(members))) for member in members)
        return held

    def per_good_unit(self, item: str) -> dict[str, Fraction]:
        """Return the classic bill: seconds of each resource per good base unit, lot times left out."""
        routing = routing_of(self.facts, item)
        result: dict[str, Fraction] = {}
        entering = Fraction(1)
        rows = [row for _, row in self.facts.steps_of.get(routing or "", ())]
        for row in sorted(rows, key=lambda r: (r["sequence"], r["step"]), reverse=True):
            entering *= Fraction(MILLION, MILLION - row["scrap_ppm"])
            for bill in self.step(routing or "", row, self.facts.scale[item]):
                result[bill.resource] = result.get(bill.resource, Fraction(0)) + entering * bill.per_unit
        return dict(sorted(result.items()))

    def lot(self, lot: Lot, stretch: Mapping[str, Fraction]) -> list[tuple[str, int, Fraction]]:
        """Return what is left to do in a lot: resource, whole weeks before its end, seconds.

        `stretch` is elapsed over open time of each resource.
        """
        result = []
        scale = self.facts.scale[lot.item]
        behind = Fraction(0)
        for group in reversed(lot.groups()):
            longest = Fraction(0)
            for step in group:
                bills = self.step(lot.routing, step.row, scale)
                units, lots = _left(step)
                early = behind + step.row["min_lag"]
                for bill in bills:
                    seconds = bill.per_unit * units + bill.per_lot * lots
                    if seconds:
                        result.append((bill.resource, int(early // WEEK), seconds))
                pace, once = self._pace[lot.routing, step.step]
                slow = max((stretch.get(b.resource, Fraction(1)) for b in bills), default=Fraction(1))
                longest = max(longest, (pace * units + once * lots) * slow + step.row["min_lag"])
            behind += longest
        return result


def _left(step: StepPlan) -> tuple[int, int]:
    """Return units still to run in a step, and 1 where its setup is still to come."""
    if step.status == "done":
        return 0, 0
    if step.status == "started":
        return max(0, step.units_in - (step.reported or 0)), 0
    return step.units_in, 1 if step.units_in else 0


def plan_load(
    lots: Iterable[Lot], week_of: Mapping[str, int], bills: Bills, stretch: Mapping[str, Fraction]
) -> dict[Slot, dict[str, Fraction]]:
    """Return the load of all lots by resource and week, each split by work order."""
    result: dict[Slot, dict[str, Fraction]] = defaultdict(dict)
    for lot in lots:
        due = week_of.get(lot.work_order, 0)
        for resource, early, seconds in bills.lot(lot, stretch):
            parts = result[resource, max(0, due - early)]
            parts[lot.work_order] = parts.get(lot.work_order, Fraction(0)) + seconds
    return dict(result)


def total(parts: Mapping[str, Fraction]) -> int:
    """Return a load in whole seconds, rounded up once."""
    return ceil(sum(parts.values(), Fraction(0)))


def elapsed_over_open(windows: Mapping[str, Sequence[Window]], grid: Grid) -> dict[str, Fraction]:
    """Return how much longer than its work a piece of work lasts on each resource."""
    span = grid.weeks[-1].end - grid.now
    result = {}
    for resource, times in windows.items():
        seconds = sum(t.end - t.start for t in times if t.capacity > 0)
        result[resource] = Fraction(span, seconds) if seconds else Fraction(1)
    return result


@dataclass(frozen=True, slots=True)
class Holding:
    """Units of a resource held by an operation over `[start, end)` in a phase."""

    operation: str
    resource: str
    phase: str
    start: int
    end: int
    quantity: int


def schedule_load(
    holdings: Iterable[Holding], windows: Mapping[str, Sequence[Window]], grid: Grid
) -> tuple[dict[Slot, int], dict[Slot, int]]:
    """Return the load of a schedule by resource and week: running, and changing over.

    An operation works where every resource that it holds in that phase is open for it; closed time in
    between is no load.
    """
    groups: dict[tuple[str, str], list[Holding]] = defaultdict(list)
    for holding in holdings:
        groups[holding.operation, holding.phase].append(holding)
    loads: dict[str, dict[Slot, int]] = {"run": defaultdict(int), "changeover": defaultdict(int)}
    for (_, phase), held in sorted(groups.items()):
        low, high = max(grid.now, held[0].start), held[0].end
        pieces = [(low, high)] if low < high else []
        for holding in held:
            pieces = _inside(pieces, windows.get(holding.resource, ()), holding.quantity)
        for holding in held:
            by_week = split_by_week(((a, b, holding.quantity) for a, b in pieces), grid)
            for week, seconds in by_week.items():
                loads[phase][holding.resource, week] += seconds
    return dict(loads["run"]), dict(loads["changeover"])


def _inside(pieces: list[tuple[int, int]], windows: Sequence[Window], quantity: int) -> list[tuple[int, int]]:
    """Return the pieces cut to the windows whose capacity is enough."""
    result = []
    for low, high in pieces:
        for window in windows:
            if window.capacity >= quantity and window.start < high and low < window.end:
                result.append((max(low, window.start), min(high, window.end)))
    return result


def holdings_of(
    schedule: Iterable[Mapping[str, Any]],
    modes: Iterable[Mapping[str, Any]],
    requirements: Iterable[Mapping[str, Any]],
) -> list[Holding]:
    """Return the holdings of a schedule that comes without assignments.

    Members of groups are not known then and stay out. Times in seconds.
    """
    quantity = {(m["operation"], m["mode"]): m["quantity"] or 1 for m in modes}
    besides: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in requirements:
        besides[row["operation"]].append(row)
    result = []
    for row in schedule:
        spans = {"run": (row["start"], row["end"])}
        spans["changeover"] = row.get("changeover_start"), row.get("changeover_end")
        for phase, (start, end) in spans.items():
            if start is None or end is None or row.get("status") == "done":
                continue
            if row["resource"] is not None:
                own = quantity.get((row["operation"], row.get("mode")), 1)
                result.append(Holding(row["operation"], row["resource"], phase, start, end, own))
            for need in besides[row["operation"]]:
                if need["resource"] and need["phase"] == phase and need["mode"] in (None, row.get("mode")):
                    result.append(
                        Holding(row["operation"], need["resource"], phase, start, end, int(need["quantity"]))
                    )
    return result


def hours(seconds: int) -> Decimal:
    """Return seconds as hours with one decimal, for people."""
    return (Decimal(seconds) / 3600).quantize(Decimal("0.1"))
