"""The plan: a tidy table of what the business means to sell, make and hold.

One row a figure: measure, family, location, bucket (a column ``month`` or ``week`` with a date), and
``quantity`` in the family's unit. Rows by month and by week may stand side by side; weeks go before their
month, and where every week of a month is given they must sum to it.

================== ======= ==========================================================================
demand             flow    what customers will take, orders included
production         flow    what is to be finished
inventory          stock   at the end of the bucket, as the plan computes it
inventory_target   stock   wanted at the end of the bucket
opening_inventory  stock   at hand when the first bucket begins
open_hours         flow    capacity that the plan assumes of a ``resource`` (hours, column ``quantity``)
================== ======= ==========================================================================

The month under way is planned from the week of `now` on: its figures are for the weeks still to come.
Reading a plan collects every finding before it raises.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sopengine.errors import findings_table
from sopengine.plant.intake.coerce import CellError, as_table, read_decimal
from sopengine.plant.intake.collect import Collector, nearest
from sopengine.plant.localtime import to_local
from sopengine.sop.buckets import Grid, monday_of, month_of
from sopengine.sop.disaggregate import months_to_weeks
from sopengine.sop.hierarchy import Hierarchy, Key, families

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sopengine.errors import Finding
    from sopengine.plant.facts import Facts

FLOWS: Final = ("demand", "production")
STOCKS: Final = ("inventory", "inventory_target", "opening_inventory")
MEASURES: Final = (*FLOWS, *STOCKS, "open_hours")
TABLES: Final = ("plan", "plan_weeks")
MAX_WEEKS: Final = 520


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One figure: of a key (or a resource) in the month or the week that begins on a day, in base units."""

    measure: str
    key: Key
    resource: str
    level: str
    day: dt.date
    value: int


class Plan:
    """A plan on the weeks of a grid.

    Parameters
    ----------
    rows
        Figures, checked.
    grid
        The weeks from now to the end of the plan.
    hierarchy
        Which items belong to which key.
    findings
        Warnings about the plan.
    """

    def __init__(
        self, rows: Iterable[PlanRow], grid: Grid, hierarchy: Hierarchy, findings: Iterable[Finding] = ()
    ) -> None:
        self.rows = tuple(sorted(rows, key=lambda r: (r.measure, r.key, r.resource, r.day, r.level)))
        self.grid = grid
        self.hierarchy = hierarchy
        self._findings = tuple(findings)
        self._months: dict[tuple[str, Key], dict[dt.date, int]] = {}
        self._weeks: dict[tuple[str, Key], dict[int, int]] = {}
        for row in self.rows:
            if row.resource:
                continue
            if row.level == "month":
                self._months.setdefault((row.measure, row.key), {})[row.day] = row.value
            elif row.day in grid.number:
                self._weeks.setdefault((row.measure, row.key), {})[grid.number[row.day]] = row.value

    @property
    def findings(self) -> pa.Table:
        """Warnings and information about the plan; errors have been raised."""
        return findings_table(self._findings)

    @property
    def keys(self) -> list[Key]:
        """The keys that the plan speaks of, in order."""
        return sorted(self.hierarchy.planned)

    @property
    def table(self) -> pa.Table:
        """The plan as it was read, tidy: measure, family, location, resource, level, bucket, value."""
        return pa.table(
            {
                "measure": [r.measure for r in self.rows],
                "family": [r.key.family for r in self.rows],
                "location": [r.key.location or None for r in self.rows],
                "resource": pa.array([r.resource or None for r in self.rows], pa.string()),
                "level": [r.level for r in self.rows],
                "bucket": pa.array([r.day for r in self.rows], pa.date32()),
                "value": pa.array([r.value for r in self.rows], pa.int64()),
            }
        )

    def weekly(self, measure: str, working: Mapping[tuple[Key, int], int]) -> dict[tuple[Key, int], int]:
        """Return a flow by key and week; months are laid over their weeks by working time, exactly.

        Weeks of which the plan says nothing are absent.
        """
        result: dict[tuple[Key, int], int] = {}
        for key in self.keys:
            given = self._weeks.get((measure, key), {})
            for number, value in given.items():
                result[key, number] = value
            for month, total in self._months.get((measure, key), {}).items():
                weeks = self.grid.months.get(month, ())
                fixed = {n: given[n] for n in weeks if n in given}
                parts = months_to_weeks(total, fixed, {n: working.get((key, n), 0) for n in weeks})
                result.update({(key, number): part for number, part in parts.items()})
        return result

    def at_end(self, measure: str) -> dict[tuple[Key, int], int]:
        """Return a stock by key and week; a month's figure holds at the end of each of its weeks."""
        result: dict[tuple[Key, int], int] = {}
        for (name, key), months in self._months.items():
            if name == measure:
                for month, value in months.items():
                    result.update({(key, number): value for number in self.grid.months.get(month, ())})
        for (name, key), weeks in self._weeks.items():
            if name == measure:
                result.update({(key, number): value for number, value in weeks.items()})
        return result

    def open_hours(self) -> dict[tuple[str, str, dt.date], int]:
        """Return the hours that the plan assumes, by resource, level and bucket."""
        return {(r.resource, r.level, r.day): r.value for r in self.rows if r.measure == "open_hours"}


def read_plan(facts: Facts, now: int, tables: Mapping[str, Any]) -> Plan:
    """Read the tables of a plan.

    Parameters
    ----------
    facts
        The plant that it is for.
    now
        Seconds since 1970.
    tables
        Any number of tables with the Arrow stream protocol, by name.

    Raises
    ------
    SopDataError
        With every finding of every table.
    """
    out = Collector()
    rows: list[PlanRow] = []
    for name, source in tables.items():
        rows.extend(_Reader(facts, name, out).rows(as_table(source, name, out)))
    _duplicates(rows, out)
    first = monday_of(to_local(now, facts.zone).date())
    live = [r for r in rows if r.day >= (first if r.level == "week" else month_of(first))]
    if len(live) < len(rows):
        out.add("PLAN_PAST", "plan", found=f"{len(rows) - len(live)} rows before {first}", severity="info")
    for row in live:
        if (row.day - first).days > 7 * (MAX_WEEKS - 6):
            what = f"{row.measure} {row.resource or row.key}"
            out.add("BAD_BUCKET", "plan", id=what, found=row.day, expected="within ten years from now")
    if not any(r.measure in FLOWS for r in live):
        out.add("PLAN_EMPTY", "plan", expected="demand or production from now on")
    out.raise_errors()
    grid = Grid(facts.zone, now, _weeks_until(first, live))
    hierarchy = Hierarchy(facts, {r.key for r in live if not r.resource})
    plan = Plan(live, grid, hierarchy, out.findings)
    _check_keys(facts, plan, out)
    _check_levels(plan, out)
    out.raise_errors()
    return Plan(live, grid, hierarchy, out.findings)


class _Reader:
    """Reads the rows of one table."""

    def __init__(self, facts: Facts, name: str, out: Collector) -> None:
        self.facts = facts
        self.name = name
        self.out = out
        self.scale = {name: facts.items[item]["scale"] or 0 for item, name in families(facts).items()}
        self.resources = {r["resource"] for r in facts.rows["resources"]}

    def rows(self, table: pa.Table) -> list[PlanRow]:
        names = set(table.column_names)
        bucket = next((c for c in ("week", "month") if c in names), None)
        value = next((c for c in ("quantity", "value") if c in names), None)
        for column, found in (("measure", "measure" in names), ("month", bucket), ("quantity", value)):
            if not found:
                self.out.add("MISSING_COLUMN", self.name, column=column)
        if "measure" not in names or bucket is None or value is None:
            return []
        result = []
        for number, row in enumerate(table.to_pylist()):
            level = next((c for c in ("week", "month") if row.get(c) is not None), bucket)
            read = self.row(number, row, level, row[value])
            if read is not None:
                result.append(read)
        return result

    def row(self, number: int, row: dict[str, Any], level: str, value: Any) -> PlanRow | None:
        measure, resource = row["measure"], row.get("resource") or ""
        if measure not in MEASURES:
            hint = nearest(str(measure), MEASURES)
            self._wrong("UNKNOWN_MEASURE", number, "measure", measure, ", ".join(MEASURES), hint)
            return None
        if (measure == "open_hours") != bool(resource):
            self._wrong("PLAN_SUBJECT", number, "resource", resource, "a resource with open_hours alone")
            return None
        key = Key("") if resource else Key(str(row.get("family") or ""), str(row.get("location") or ""))
        if resource and resource not in self.resources:
            self._wrong("DANGLING_REF", number, "resource", resource, "a resource of the plant")
        elif not resource and key.family not in self.scale:
            hint = nearest(key.family, self.scale)
            self._wrong("DANGLING_REF", number, "family", key.family, "a family of items", hint)
        else:
            day = self._day(number, level, row.get(level))
            base = self._value(number, value, self.scale.get(key.family, 0))
            if day is not None and base is not None:
                return PlanRow(measure, key, resource, level, day, base)
        return None

    def _day(self, number: int, level: str, value: Any) -> dt.date | None:
        day = value.date() if isinstance(value, dt.datetime) else value
        if isinstance(day, str):
            try:
                day = dt.date.fromisoformat(day if len(day) > 7 else f"{day}-01")
            except ValueError:
                day = None
        if not isinstance(day, dt.date):
            self._wrong("BAD_BUCKET", number, level, value, "a date")
        elif level == "week" and day.weekday():
            self._wrong("BAD_BUCKET", number, level, value, "a Monday", f"Maybe {monday_of(day)}.")
        elif level == "month" and day.day != 1:
            self._wrong("BAD_BUCKET", number, level, value, "the first day of a month")
        else:
            return day
        return None

    def _value(self, number: int, value: Any, scale: int) -> int | None:
        try:
            exact = None if value is None else read_decimal(value) * Decimal(10) ** scale
        except (CellError, TypeError, ValueError):
            exact = None
        if exact is None or exact < 0 or exact != int(exact):
            self._wrong("BAD_QUANTITY", number, "quantity", value, f"0 or more, at most {scale} decimals")
            return None
        return int(exact)

    def _wrong(
        self, check: str, row: int, column: str, found: Any, expected: str, hint: str | None = None
    ) -> None:
        self.out.add(check, self.name, row, column=column, found=found, expected=expected, hint=hint)


def _duplicates(rows: list[PlanRow], out: Collector) -> None:
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        mark = (row.measure, row.key, row.resource, row.level, row.day)
        if mark in seen:
            what = f"{row.measure} {row.resource or row.key} {row.level} {row.day}"
            out.add("DUPLICATE_ID", "plan", id=what, expected="one row a figure")
        seen.add(mark)


def _weeks_until(first: dt.date, rows: list[PlanRow]) -> int:
    """Return how many weeks reach from the first to the last that any row names."""
    last = first
    for row in rows:
        if row.level == "week":
            last = max(last, row.day)
        else:
            following = (row.day + dt.timedelta(days=31)).replace(day=1)
            last = max(last, monday_of(following - dt.timedelta(days=1)))
    return min(MAX_WEEKS, (last - first).days // 7 + 1)


def _check_keys(facts: Facts, plan: Plan, out: Collector) -> None:
    for key in plan.keys:
        items = plan.hierarchy.items[key]
        units = {(facts.items[i]["uom"], facts.scale[i]) for i in items}
        if not items:
            out.add("KEY_WITHOUT_ITEMS", "plan", id=str(key), expected="items of this family finished here")
        elif len(units) > 1:
            found = ", ".join(sorted(str(unit or "none") for unit, _ in units))
            out.add("FAMILY_UNITS", "items", id=key.family, found=found, expected="one unit in a family")


def _check_levels(plan: Plan, out: Collector) -> None:
    """Report weeks that contradict their month."""
    for measure in FLOWS:
        try:
            plan.weekly(measure, {})
        except ValueError:
            _name_levels(plan, measure, out)


def _name_levels(plan: Plan, measure: str, out: Collector) -> None:
    rows = [r for r in plan.rows if r.measure == measure]
    for month in (r for r in rows if r.level == "month"):
        weeks = {n: plan.grid.weeks[n].monday for n in plan.grid.months.get(month.day, ())}
        given = {
            n: r.value
            for n, day in weeks.items()
            for r in rows
            if r.level == "week" and r.key == month.key and r.day == day
        }
        try:
            months_to_weeks(month.value, given, dict.fromkeys(weeks, 1))
        except ValueError as error:
            out.add(
                "PLAN_LEVELS_DIFFER",
                "plan",
                id=f"{measure} {month.key} {month.day:%Y-%m}",
                found=str(error),
                expected="weeks that sum to their month",
            )


def plan_from_orders(facts: Facts, now: int, due_of: Mapping[str, int | None]) -> Plan:
    """Return the plan that the order book implies: demand as ordered, production as the open work orders.

    For plants without a plan of their own: the load and the schedule can be compared all the same.
    """
    wide = Hierarchy(facts, ())
    first = monday_of(to_local(now, facts.zone).date())
    sums: dict[tuple[str, str, dt.date], int] = {}

    def add(measure: str, item: str, instant: int | None, quantity: int) -> None:
        if item in wide.key:
            local = to_local(now if instant is None else max(now, instant - 1), facts.zone)
            slot = (measure, item, monday_of(local.date()))
            sums[slot] = sums.get(slot, 0) + quantity

    for row in facts.rows["demands"]:
        if row["status"] == "open":
            add("demand", row["item"], row["due"], facts.base(row["item"], row["quantity"]))
    for row in facts.rows["work_orders"]:
        if row["status"] in ("planned", "released"):
            left = row["quantity"] - (row["received"] or 0)
            add("production", row["item"], due_of.get(row["work_order"]), facts.base(row["item"], left))
    totals: dict[tuple[str, Key, dt.date], int] = {}
    for (measure, item, day), quantity in sums.items():
        slot = (measure, wide.key[item], day)
        totals[slot] = totals.get(slot, 0) + max(0, quantity)
    rows = [PlanRow(m, key, "", "week", day, q) for (m, key, day), q in totals.items()]
    # Work that no family counts loads resources all the same.
    last = max([now, *(due for due in due_of.values() if due is not None)])
    weeks = (monday_of(to_local(last, facts.zone).date()) - first).days // 7 + 1
    grid = Grid(facts.zone, now, min(MAX_WEEKS, max(_weeks_until(first, rows), weeks)))
    return Plan(rows, grid, Hierarchy(facts, {r.key for r in rows}))
