"""Weeks and months that telescope, and the open time that lies in them.

A week begins on Monday, local time, and belongs to the month of that Monday; so every month is a whole
number of weeks, and what is summed by week is summed by month. The first week may be under way: its open
time counts from now.

Two conventions decide which bucket an instant belongs to. What *arrives* at an instant belongs to the bucket
that contains it. What *ends* at an instant belongs to the bucket that contains the moment before: work that
ends on the stroke of Monday midnight is production of the week gone by, and meets a due date set there.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sopengine.errors import SopDataError
from sopengine.plant.intake.collect import Collector
from sopengine.plant.localtime import to_local, to_utc
from sopengine.plant.shifts import ShiftExpander

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from sopengine.plant.facts import Facts

WEEK = 7 * 86_400
ALWAYS = -(2**62), 2**62


@dataclass(frozen=True, slots=True)
class Week:
    """One week: its local Monday, the month it belongs to, and its instants `[start, end)`."""

    monday: dt.date
    month: dt.date
    start: int
    end: int

    @property
    def id(self) -> str:
        """The Monday as ISO text."""
        return self.monday.isoformat()


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of the week in which a day lies."""
    return day - dt.timedelta(days=day.weekday())


def month_of(monday: dt.date) -> dt.date:
    """Return the first day of the month that a week belongs to."""
    return monday.replace(day=1)


class Grid:
    """Consecutive weeks from the one in which `now` lies.

    Parameters
    ----------
    zone
        Zone of the plant.
    now
        Seconds since 1970.
    count
        How many weeks, at least one.
    """

    def __init__(self, zone: ZoneInfo, now: int, count: int) -> None:
        if count < 1:
            raise ValueError(f"a grid needs at least one week, not {count}")
        self.zone = zone
        self.now = now
        first = monday_of(to_local(now, zone).date())
        mondays = [first + dt.timedelta(weeks=n) for n in range(count + 1)]
        instants = [to_utc(dt.datetime.combine(day, dt.time()), zone, "earlier") for day in mondays]
        self.weeks: tuple[Week, ...] = tuple(
            Week(day, month_of(day), low, high)
            for day, low, high in zip(mondays, instants, instants[1:], strict=False)
        )
        self._starts = instants[:-1]

    def __len__(self) -> int:
        return len(self.weeks)

    @property
    def after(self) -> int:
        """The number that stands for everything behind the last week."""
        return len(self.weeks)

    def arrives(self, instant: int) -> int:
        """Return the week that contains an instant; what is overdue belongs to the first week."""
        if instant >= self.weeks[-1].end:
            return self.after
        return max(0, bisect_right(self._starts, instant) - 1)

    def ends(self, instant: int) -> int:
        """Return the week in which something that ends at an instant was finished."""
        return self.arrives(instant - 1)

    @cached_property
    def number(self) -> Mapping[dt.date, int]:
        """Number of each week by its Monday."""
        return {week.monday: n for n, week in enumerate(self.weeks)}

    @cached_property
    def months(self) -> Mapping[dt.date, tuple[int, ...]]:
        """Numbers of the weeks of each month, in order."""
        result: dict[dt.date, list[int]] = {}
        for number, week in enumerate(self.weeks):
            result.setdefault(week.month, []).append(number)
        return {month: tuple(numbers) for month, numbers in result.items()}


@dataclass(frozen=True, slots=True)
class Window:
    """Open time `[start, end)` of a resource with its capacity."""

    start: int
    end: int
    capacity: int


def open_windows(facts: Facts, grid: Grid) -> dict[str, tuple[Window, ...]]:
    """Return when each resource is open from now to the end of the grid.

    Raises
    ------
    SopDataError
        Where a shift stands at a local time that does not exist.
    """
    out = Collector()
    low, high = grid.now, grid.weeks[-1].end
    zone = facts.settings["timezone"]
    expander = ShiftExpander(zone, facts.settings["local_time_rule"], (low, high), out)
    calendars = expander.expand(facts.rows["shifts"], facts.rows["shift_exceptions"])
    if any(finding.severity == "error" for finding in out.findings):
        raise SopDataError(out.findings)
    result: dict[str, tuple[Window, ...]] = {}
    for row in sorted(facts.rows["resources"], key=lambda r: r["resource"]):
        own = int(row["capacity"])
        if row["calendar"] is None:
            result[row["resource"]] = (Window(low, high, own),)
            continue
        times = calendars.get(row["calendar"], [])
        result[row["resource"]] = tuple(
            Window(max(low, t.start), min(high, t.end), own if t.capacity is None else t.capacity)
            for t in times
            if min(high, t.end) > max(low, t.start)
        )
    return result


def open_time(windows: Mapping[str, Sequence[Window]], grid: Grid) -> dict[tuple[str, int], int]:
    """Return capacity x open seconds by resource and week, what is past left out."""
    result: dict[tuple[str, int], int] = {}
    for resource, times in windows.items():
        by_week = split_by_week(((t.start, t.end, t.capacity) for t in times), grid)
        for number in range(len(grid)):
            result[resource, number] = by_week.get(number, 0)
    return result


def split_by_week(pieces: Iterable[tuple[int, int, int]], grid: Grid) -> dict[int, int]:
    """Return quantity x seconds by week of pieces (start, end, quantity).

    What lies behind the grid counts under `grid.after`, what lies before it under week 0.
    """
    result: dict[int, int] = {}
    for start, end, quantity in pieces:
        low = start
        while low < end:
            number = grid.arrives(low)
            high = end if number == grid.after else min(end, grid.weeks[number].end)
            result[number] = result.get(number, 0) + (high - low) * quantity
            low = high
    return result
