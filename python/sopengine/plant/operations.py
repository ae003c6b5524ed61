"""Steps of a lot to operations: modes, requirements, setup states and precedences.

A step's time in a mode is ``setup + fixed + ceil(run_time_num * units / (run_time_den * speed))`` in exact
integers; speed shortens the run alone. With a ``transfer_quantity`` t the next step may start when t good
units are through: ``transfer`` is the share of this step's time until then, and ``tail`` the share of the
next step's time that t units take, so that the last batch still lies ahead when this step ends. Where modes
differ the larger share is taken: never earlier than any of them allows.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sopengine.plant.intake.validate import parse_setup
from sopengine.plant.lots import MILLION, Lot, StepPlan, ceil_div

if TYPE_CHECKING:
    from sopengine.plant.emit import Emitter
    from sopengine.plant.facts import Facts
    from sopengine.plant.intake.collect import Collector


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to run an operation: its resource, speed in millionths, cost, and the plant row behind it."""

    mode: str
    resource: str | None
    quantity: int
    speed: int
    cost: int
    choice: str | None
    number: int | None


def run_time(row: dict[str, Any], units: int, scale: int, speed: int) -> int:
    """Return the ticks that `units` base units take at `speed` millionths, rounded up once."""
    return ceil_div(row["run_time_num"] * units * MILLION, row["run_time_den"] * 10**scale * speed)


def duration(row: dict[str, Any], units: int, scale: int, speed: int) -> int:
    """Return the whole duration of a step in one mode."""
    return int(row["setup_time"] + row["fixed_time"]) + run_time(row, units, scale, speed)


def step_modes(facts: Facts, routing: str, step: StepPlan) -> list[Mode]:
    """Return the modes of a step in order of their ids."""
    rows = facts.resources_of.get((routing, step.step), [])
    choices: list[str | None] = [*sorted({r["choice"] for _, r in rows if r["choice"] is not None})] or [None]
    drafts: list[Mode] = []
    for choice in choices:
        mine = [(n, r) for n, r in rows if r["choice"] in (None, choice)]
        cost = sum(r["cost"] for _, r in mine)
        main = next(((n, r) for n, r in mine if r["role"] == "main"), None)
        if main is None:
            drafts.append(Mode(choice or step.operation, None, 1, MILLION, cost, choice, None))
            continue
        number, row = main
        speed = int(Decimal(row["speed"]) * MILLION)
        for resource in [row["resource"]] if row["resource"] is not None else facts.members_of[row["group"]]:
            drafts.append(Mode(resource, resource, row["quantity"], speed, cost, choice, number))
    times = Counter(m.mode for m in drafts)
    named = [
        m
        if times[m.mode] == 1
        else Mode(f"{m.mode}:{m.choice or ''}", m.resource, m.quantity, m.speed, m.cost, m.choice, m.number)
        for m in drafts
    ]
    return sorted(named, key=lambda m: m.mode)


def emit_lot(facts: Facts, lot: Lot, emit: Emitter) -> dict[str, list[Mode]]:
    """Emit all operations of a lot with what belongs to them; return their modes by operation."""
    scale = facts.scale[lot.item]
    modes: dict[str, list[Mode]] = {}
    for step in lot.steps:
        emit.add(
            "operations",
            ("steps", step.number),
            operation=step.operation,
            order=lot.work_order,
            sequence=step.sequence,
            suspend=step.row["suspend"],
            work_order=lot.work_order,
            step=step.step,
            routing=lot.routing,
            item=lot.item,
            units_in=step.units_in,
            units_out=step.units_out,
        )
        for attribute, value in parse_setup(step.row["setup"]).items():
            emit.add(
                "setup_states",
                ("steps", step.number),
                operation=step.operation,
                attribute=attribute,
                value=value,
            )
        modes[step.operation] = step_modes(facts, lot.routing, step)
        for mode in modes[step.operation]:
            emit.add(
                "modes",
                ("step_resources", mode.number) if mode.number is not None else ("steps", step.number),
                operation=step.operation,
                mode=mode.mode,
                resource=mode.resource,
                quantity=mode.quantity,
                duration=duration(step.row, step.units_in, scale, mode.speed),
                cost=mode.cost,
                choice=mode.choice,
            )
        _requirements(facts, lot, step, modes[step.operation], emit)
    groups = lot.groups()
    for before, after in itertools.pairwise(groups):
        for a in before:
            for b in after:
                _precedence(a, b, modes, scale, emit)
    return modes


def _requirements(facts: Facts, lot: Lot, step: StepPlan, modes: list[Mode], emit: Emitter) -> None:
    rows = facts.resources_of.get((lot.routing, step.step), [])
    support = sorted(((n, r) for n, r in rows if r["role"] != "main"), key=_by_content)
    for rank, (number, row) in enumerate(support):
        wanted = [None] if row["choice"] is None else [m.mode for m in modes if m.choice == row["choice"]]
        for mode in wanted:
            emit.add(
                "requirements",
                ("step_resources", number),
                operation=step.operation,
                mode=mode,
                resource=row["resource"],
                group=row["group"],
                quantity=row["quantity"],
                phase=row["phase"],
                breaks=row["breaks"],
                requirement=f"{step.operation}#{row['role']}{rank}" + ("" if mode is None else f"@{mode}"),
                role=row["role"],
            )


def _by_content(numbered: tuple[int, dict[str, Any]]) -> tuple[str, ...]:
    """Sort rows by what they say, never by where they stand: names made from the rank are then stable."""
    row = numbered[1]
    return tuple(str(row[k] or "") for k in ("role", "phase", "choice", "resource", "group"))


def _precedence(a: StepPlan, b: StepPlan, modes: dict[str, list[Mode]], scale: int, emit: Emitter) -> None:
    transfer, tail = overlap(a, b, modes[a.operation], modes[b.operation], scale)
    emit.add(
        "precedences",
        ("steps", a.number),
        before=a.operation,
        after=b.operation,
        kind="end_start",
        min_lag=a.row["min_lag"],
        max_lag=a.row["max_lag"],
        transfer=transfer / MILLION,
        tail=tail / MILLION,
    )


def overlap(
    a: StepPlan, b: StepPlan, a_modes: list[Mode], b_modes: list[Mode], scale: int
) -> tuple[int, int]:
    """Return transfer and tail of two steps in millionths: (1000000, 0) where a whole lot is handed on."""
    batch = a.row["transfer_quantity"]
    good = 0 if batch is None else int(Decimal(batch) * 10**scale)
    started = ceil_div(good * MILLION, MILLION - a.row["scrap_ppm"])
    if not good or started >= a.units_in or not b.units_in:
        return MILLION, 0
    before = int(a.row["setup_time"] + a.row["fixed_time"])
    shares = [
        ceil_div((before + run_time(a.row, started, scale, m.speed)) * MILLION, total)
        for m in a_modes
        if (total := duration(a.row, a.units_in, scale, m.speed))
    ]
    tails = [
        ceil_div(run_time(b.row, min(good, b.units_in), scale, m.speed) * MILLION, total)
        for m in b_modes
        if (total := duration(b.row, b.units_in, scale, m.speed))
    ]
    transfer = min(MILLION, max(shares, default=MILLION))
    return (transfer, min(MILLION, max(tails, default=0))) if transfer < MILLION else (MILLION, 0)


def check_eligible(facts: Facts, lot: Lot, modes: dict[str, list[Mode]], out: Collector) -> None:
    """Report requirements that name the mode's own resource, or more members than a group has."""
    for step in lot.steps:
        own = {m.resource for m in modes[step.operation]}
        if not modes[step.operation]:
            out.add(
                "NO_ELIGIBLE_RESOURCE",
                "steps",
                step.number,
                id=f"{lot.routing}/{step.step}",
                found="an empty group",
                expected="at least one member",
            )
        for number, row in facts.resources_of.get((lot.routing, step.step), []):
            if row["role"] == "main":
                continue
            mine = (
                own
                if row["choice"] is None
                else {m.resource for m in modes[step.operation] if m.choice == row["choice"]}
            )
            if row["resource"] is not None and row["resource"] in mine:
                out.add(
                    "REQUIREMENT_OWN",
                    "step_resources",
                    number,
                    id=step.step,
                    column="resource",
                    found=row["resource"],
                    expected="another resource than the main one",
                )
            if row["group"] is not None and len(facts.members_of[row["group"]]) < row["quantity"]:
                out.add(
                    "CAPACITY_TOO_SMALL",
                    "step_resources",
                    number,
                    id=row["group"],
                    column="quantity",
                    found=row["quantity"],
                    expected=f"at most {len(facts.members_of[row['group']])} members",
                )
