"""A valid schedule to be broken: plain rows to edit, and the plant as the checker sees it to choose by."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .answer import Answer, Placed, read_answer
from .model import Plant, read_plant
from .report import Report
from .rows import Row, plain, plain_tables, zone_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Rows = dict[str, list[Row]]
Broken = tuple[Rows, list[Row], list[Row]]


@dataclass
class Case:
    """Copies that a break may edit. ``plant`` and ``answer`` show them as they were before."""

    tables: Rows
    schedule: list[Row]
    assignments: list[Row]
    rng: Random
    plant: Plant = field(init=False)
    answer: Answer = field(init=False)

    def __post_init__(self) -> None:
        self.plant = read_plant(self.tables)
        self.answer = read_answer(self.plant, self.schedule, self.assignments, Report())

    def pick(self, fits: Callable[[Placed], bool] = lambda _: True) -> Placed | None:
        """Some planned and scheduled operation that fits."""
        return self.choose([p for p in self.answer.in_order() if not p.started and fits(p)])

    def pairs(self, fits: Callable[[Placed, Placed], bool]) -> tuple[Placed, Placed] | None:
        """Some pair of different planned operations that fits; at most 40 by 40 are looked at."""
        rows = [p for p in self.answer.in_order() if not p.started]
        some = self.rng.sample(rows, min(40, len(rows)))
        return self.choose([(a, b) for a in some for b in some if a is not b and fits(a, b)])

    def choose(self, rows: list[Any]) -> Any:
        return self.rng.choice(rows) if rows else None

    def row(self, key: str) -> Row:
        """The schedule row of an operation."""
        return next(row for row in self.schedule if str(row["operation"]) == key)

    def held(self, key: str, phase: str | None = None) -> list[Row]:
        """The assignment rows of an operation."""
        rows = [row for row in self.assignments if str(row["operation"]) == key]
        return [row for row in rows if phase is None or (row.get("phase") or "run") == phase]

    def find(self, table: str, column: str, key: str) -> Row:
        """The row of a table that has an id in a column."""
        return next(row for row in self.tables[table] if str(row[column]) == key)

    def new_id(self, table: str, column: str, name: str) -> Any:
        """An id that no row of the table has yet, of the type of those that it has."""
        used = [row[column] for row in self.tables.get(table, []) if row.get(column) is not None]
        return max(used) + 1 if used and all(isinstance(key, int) for key in used) else name

    def add(self, table: str, **values: Any) -> None:
        self.tables.setdefault(table, []).append(values)

    def time(self, key: str, start: int, end: int) -> None:
        """Give an operation another start and end, its holdings with it."""
        self.row(key).update(start=start, end=end)
        for row in self.held(key, "run"):
            row.update(start=start, end=end)

    def time_changeover(self, key: str, start: int | None, end: int | None) -> None:
        """Give an operation another changeover, its holdings with it; none for ``None``."""
        self.row(key).update(changeover_start=start, changeover_end=end)
        rows = self.held(key, "changeover")
        if start is None:
            self.drop(rows)
        for row in rows:
            row.update(start=start, end=end)

    def drop(self, rows: list[Row]) -> None:
        """Take assignment rows away."""
        self.assignments[:] = [row for row in self.assignments if not any(row is other for other in rows)]

    def leave_out(self, key: str) -> None:
        """Make an operation unscheduled."""
        empty = ("mode", "resource", "changeover_start", "changeover_end", "start", "end")
        self.row(key).update(dict.fromkeys(empty), status="unscheduled")
        self.drop(self.held(key))

    def set_capacity(self, resource: str, start: int, end: int, capacity: int) -> None:
        """Give a resource another capacity over ``[start, end)``: 0 closes it."""
        row = self.find("resources", "resource", resource)
        old, new = row.get("calendar"), self.new_id("calendars", "calendar", f"{resource} as broken")
        spans = [dict(span) for span in self.tables.get("calendars", []) if str(span["calendar"]) == str(old)]
        if old is None:
            spans = [{"start": -(1 << 40), "end": None, "capacity": None}]
        kept: list[Row] = []
        for span in spans:
            stop = (1 << 60) if span.get("end") is None else span["end"]
            for a, b in ((span["start"], min(stop, start)), (max(span["start"], end), stop)):
                if a < b:
                    whole = {"start": a, "end": None if b == 1 << 60 else b}
                    kept.append({**whole, "capacity": span.get("capacity")})
        if capacity > 0:
            kept.append({"start": start, "end": end, "capacity": capacity})
        self.tables.setdefault("calendars", []).extend({"calendar": new, **span} for span in kept)
        row["calendar"] = new

    def pin(self, key: str, **values: Any) -> None:
        """Put a planned operation into the baseline."""
        rows = [row for row in self.tables.get("baseline", []) if str(row["operation"]) != key]
        self.tables["baseline"] = [*rows, {"operation": key, "status": "planned", **values}]


ENTITIES = {
    "operation": ("operations", ("operation", "before", "after")),
    "order": ("orders", ("order",)),
    "resource": ("resources", ("resource", "member")),
    "item": ("materials", ("item",)),
    "mode": ("modes", ("mode",)),
}
"""Which table defines ids, under the first of the columns that hold them."""


def type_ids(case: Case) -> None:
    """Edits write ids as text; give them back the type that the plant has for them."""
    for name, (table, columns) in ENTITIES.items():
        given = [*case.tables.get(table, []), *case.schedule]
        if not any(isinstance(row.get(name), int) for row in given):
            continue
        for rows in (*case.tables.values(), case.schedule, case.assignments):
            for row in rows:
                for column in columns:
                    if isinstance(row.get(column), str) and row[column].isdigit():
                        row[column] = int(row[column])


@dataclass(frozen=True)
class Break:
    """One way to break a schedule: which rule must be reported, and the edit that breaks it.

    ``edit`` changes a case and says whether it could. A break called on a problem and a schedule gives broken
    copies as plain integer rows, or ``None`` where there is nothing of its kind to break.
    """

    rule: int
    edit: Callable[[Case], bool]

    def __call__(self, tables: Any, schedule: Any, assignments: Any, rng: Random) -> Broken | None:
        zone = zone_of(tables)
        rows, holds = deepcopy(plain(schedule, zone)), deepcopy(plain(assignments, zone))
        case = Case(deepcopy(plain_tables(tables)), rows, holds, rng)
        if not self.edit(case):
            return None
        type_ids(case)
        return case.tables, case.schedule, case.assignments


class Breaks(dict[str, Break]):
    """Breaks by name, filled by a decorator that names the rule."""

    def of(self, rule: int) -> Callable[[Callable[[Case], bool]], Callable[[Case], bool]]:
        def register(edit: Callable[[Case], bool]) -> Callable[[Case], bool]:
            self[edit.__name__] = Break(rule, edit)
            return edit

        return register
