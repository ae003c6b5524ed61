"""A schedule as objects: which operation runs in which mode, with whom, from when to when.

``read_answer`` joins the schedule rows with the plant. An operation that the schedule places becomes a
``Placed``: its mode, its *needs* (every resource besides the mode's own, group members included), the
interval of its run and of its changeover, and the instants at which it works and changes over. Members of
groups are learned from the ``assignments`` rows. Whether all this is allowed, the rules decide.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .calendar import Span, Spans, advance, open_for_all
from .model import Mode, Operation, Plant, Requirement, baseline_mode
from .rows import amount, plain, text

if TYPE_CHECKING:
    from .report import Report


@dataclass
class Entry:
    operation: str
    mode: str | None
    resource: str | None
    changeover_start: int | None
    changeover_end: int | None
    start: int | None
    end: int | None
    status: str | None


@dataclass
class Taken:
    """One row of ``assignments``."""

    operation: str
    resource: str
    phase: str
    requirement: str | None
    start: int | None
    end: int | None
    quantity: Any


@dataclass
class Need:
    """A resource needed besides the mode's own, and for which requirement."""

    resource: str
    quantity: int
    breaks: str
    phase: str
    requirement: Requirement


@dataclass
class Placed:
    """A scheduled operation. For started work ``run`` and ``changeover`` begin at ``now``."""

    operation: Operation
    mode: Mode
    entry: Entry
    started: bool
    start: int
    end: int
    run: Span
    changeover: Span | None
    needs: list[Need] = field(default_factory=list)
    working: Spans = field(default_factory=list)
    changing: Spans = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.operation.operation

    @property
    def holds_nothing(self) -> bool:
        return self.mode.duration == 0

    def quantities(self, phase: str) -> dict[str, int]:
        """What the operation needs in a phase: total quantity by resource, the mode's own included."""
        total: dict[str, int] = defaultdict(int)
        if self.mode.duration > 0:
            if self.mode.resource is not None:
                total[self.mode.resource] += self.mode.quantity
            for need in self.needs:
                if need.phase == phase:
                    total[need.resource] += need.quantity
        return dict(total)


@dataclass
class Answer:
    entries: dict[str, Entry] = field(default_factory=dict)
    placed: dict[str, Placed] = field(default_factory=dict)
    taken: dict[str, list[Taken]] | None = None

    def in_order(self) -> list[Placed]:
        """All scheduled operations, by id."""
        return [self.placed[key] for key in sorted(self.placed)]

    def left_out(self, plant: Plant) -> set[str]:
        """The unstarted operations that are not scheduled."""
        return {
            key
            for key in plant.operations
            if plant.status(key) == "planned" and (key not in self.entries or self.entries[key].start is None)
        }


def read_answer(plant: Plant, schedule: Any, assignments: Any, report: Report) -> Answer:
    """Join schedule and assignments with the plant; rows that name nothing known are reported at once."""
    answer = Answer()
    for row in plain(schedule, plant.zone):
        entry = Entry(
            str(row["operation"]),
            text(row.get("mode")),
            text(row.get("resource")),
            row.get("changeover_start"),
            row.get("changeover_end"),
            row.get("start"),
            row.get("end"),
            row.get("status"),
        )
        if entry.operation not in plant.operations:
            report.add(1, "unknown_operation", entry.operation, "the problem has no such operation")
        elif entry.operation in answer.entries:
            report.add(1, "listed_twice", entry.operation, "two rows of the schedule name it")
        else:
            answer.entries[entry.operation] = entry
    if assignments is not None:
        answer.taken = _read_taken(plant, assignments)
    for key, entry in answer.entries.items():
        if plant.status(key) != "done" and entry.start is not None:
            _place(plant, answer, entry, report)
    return answer


def _read_taken(plant: Plant, assignments: Any) -> dict[str, list[Taken]]:
    taken: dict[str, list[Taken]] = defaultdict(list)
    for row in plain(assignments, plant.zone):
        key = str(row["operation"])
        taken[key].append(
            Taken(
                key,
                str(row["resource"]),
                row.get("phase") or "run",
                text(row.get("requirement")),
                row.get("start"),
                row.get("end"),
                amount(row.get("quantity"), 1),
            )
        )
    return taken


def _place(plant: Plant, answer: Answer, entry: Entry, report: Report) -> None:
    key = entry.operation
    operation, started = plant.operations[key], plant.status(key) == "started"
    # Nulls mean the default: the mode is named like its resource, or like the operation.
    mode = operation.modes.get(entry.mode or entry.resource or key)
    if mode is None:
        report.add(1, "mode", key, f"{entry.mode!r} is none of its modes")
        mode = baseline_mode(plant, key) if started else None
    if mode is None:
        return
    if entry.resource not in (None, mode.resource):
        report.add(1, "resource", key, f"mode {mode.mode} uses {mode.resource}, not {entry.resource}")
    if entry.end is None or entry.start is None:
        report.add(1, "end", key, "scheduled with a start but without an end")
        return
    placed = Placed(operation, mode, entry, started, entry.start, entry.end, (entry.start, entry.end), None)
    if mode.duration > 0:
        placed.needs = _needs(plant, answer, placed)
    (_time_started if started else _time_planned)(plant, placed)
    answer.placed[key] = placed


def _time_planned(plant: Plant, placed: Placed) -> None:
    entry = placed.entry
    if placed.mode.duration > 0:
        placed.working = open_for_all(plant, placed.quantities("run"), placed.start, placed.end)
        if entry.changeover_start is not None and entry.changeover_end is not None:
            placed.changeover = (entry.changeover_start, entry.changeover_end)
            placed.changing = open_for_all(plant, placed.quantities("changeover"), *placed.changeover)


def _time_started(plant: Plant, placed: Placed) -> None:
    """Started work is looked at from ``now`` on: first what is left of the changeover, then work."""
    work_from, rest = plant.now, plant.baseline[placed.key].remaining_changeover
    if rest > 0:
        far = 1 << 60
        opening = open_for_all(plant, placed.quantities("changeover"), plant.now, far)
        work_from = advance(opening, plant.now, rest) or far
        placed.changeover = (plant.now, work_from)
        placed.changing = open_for_all(plant, placed.quantities("changeover"), *placed.changeover)
    placed.run = (plant.now, placed.end)
    placed.working = open_for_all(plant, placed.quantities("run"), work_from, placed.end)


def requirements_of(placed: Placed) -> list[Requirement]:
    """The requirement rows that bind an operation in its mode; none where it takes no time."""
    if placed.holds_nothing:
        return []
    return [row for row in placed.operation.requirements if row.mode in (None, placed.mode.mode)]


def _needs(plant: Plant, answer: Answer, placed: Placed) -> list[Need]:
    needs: list[Need] = []
    for row in requirements_of(placed):
        if row.resource is not None:
            needs.append(Need(row.resource, row.quantity, row.breaks, row.phase, row))
        else:
            for member in _members(plant, answer, placed, row, needs):
                needs.append(Need(member, 1, row.breaks, row.phase, row))
    return needs


def _members(plant: Plant, answer: Answer, placed: Placed, row: Requirement, before: list[Need]) -> list[str]:
    """Who is taken for a group requirement: as the assignments say, else as history determines."""
    if answer.taken is not None:
        rows = answer.taken.get(placed.key, [])
        named = {t.resource for t in rows if t.requirement == row.key and t.phase == row.phase}
        return sorted(named & set(plant.resources))
    if placed.started:
        pool = plant.baseline_members.get((placed.key, row.phase), plant.groups[row.group or ""])
        used = {need.resource for need in before if need.phase == row.phase} | {placed.mode.resource}
        free = sorted((pool & plant.groups[row.group or ""]) - used)
        return free[: row.quantity]
    return []
