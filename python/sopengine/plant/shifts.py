"""Weekly local shifts to open intervals of elapsed time.

For every calendar the working shifts of each local day are put on the time axis, breaks are cut out, then
the exceptions are laid over it: a ``closed`` day removes the shifts that start on it, ``open`` exceptions
set their own capacity, ``closed`` exceptions with times cut last. Touching intervals of equal capacity
become one. The clock change is in `localtime`: a night shift over it is an hour shorter or longer, and
nothing else changes.

Cost: one conversion a shift and day, two sorted sweeps.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sopengine.plant.localtime import LocalTimeError, to_local, to_utc

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sopengine.plant.intake.collect import Collector

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Open:
    """Open time `[start, end)` with a capacity (None: the resource's own) and the row that it comes from."""

    start: int
    end: int
    capacity: int | None
    table: str
    row: int


def parse_weekdays(text: str) -> frozenset[int]:
    """Return the days (Monday is 0) of ``Mon-Fri``, ``Sat,Sun``, ``Fri-Mon`` or ``1111100``.

    Raises
    ------
    ValueError
        Where a part is no day.
    """
    text = text.strip().lower()
    if re.fullmatch(r"[01]{7}", text):
        return frozenset(i for i, flag in enumerate(text) if flag == "1")
    days: set[int] = set()
    for part in re.split(r"[,;]\s*", text):
        first, _, last = (p.strip()[:3] for p in part.partition("-"))
        low, high = DAYS.index(first), DAYS.index(last or first)
        days.update((low + i) % 7 for i in range((high - low) % 7 + 1))
    return frozenset(days)


def clock_seconds(text: str) -> int:
    """Return the seconds since local midnight of ``HH:MM:SS``."""
    hour, minute, second = (int(part) for part in text.split(":"))
    return hour * 3600 + minute * 60 + second


def span(row: dict[str, Any]) -> tuple[int, int]:
    """Return start and end in seconds since midnight; an end before the start is on the next day."""
    start, end = clock_seconds(row["start"]), clock_seconds(row["end"])
    return (start, end) if end > start else (start, end + DAY_SECONDS)


class ShiftExpander:
    """Expands the shifts of a plant between two instants."""

    def __init__(self, timezone: str, rule: str, window: tuple[int, int], out: Collector) -> None:
        self.zone = ZoneInfo(timezone)
        self.rule = rule
        self.low, self.high = window
        self.out = out

    def expand(
        self, shifts: Sequence[dict[str, Any]], exceptions: Sequence[dict[str, Any]]
    ) -> dict[str, list[Open]]:
        """Return the open intervals of every calendar, in order."""
        by_calendar: dict[str, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
        for number, row in enumerate(shifts):
            by_calendar[row["calendar"]].append((number, row))
        # dates far outside are no work, and the last day of 9999 has no tomorrow
        first = to_local(self.low, self.zone).date() - dt.timedelta(days=3)
        last = to_local(self.high, self.zone).date() + dt.timedelta(days=3)
        result = {}
        for calendar in sorted(by_calendar):
            special = [
                (n, e)
                for n, e in enumerate(exceptions)
                if e["calendar"] in (None, calendar) and first <= e["date"] <= last
            ]
            result[calendar] = self._calendar(by_calendar[calendar], special)
        return result

    def _calendar(
        self, rows: list[tuple[int, dict[str, Any]]], special: list[tuple[int, dict[str, Any]]]
    ) -> list[Open]:
        zone = ZoneInfo(rows[0][1]["timezone"]) if rows[0][1]["timezone"] else self.zone
        days_off = {e["date"] for _, e in special if e["kind"] == "closed" and e["start"] is None}
        work: list[Open] = []
        breaks: list[Open] = []
        for number, row in rows:
            place = breaks if row["kind"] == "break" else work
            for day in self._days(row, zone):
                if place is breaks or day not in days_off:
                    place.extend(self._interval(day, row, zone, "shifts", number))
        opened: list[Open] = []
        closed: list[Open] = []
        for number, row in special:
            if row["start"] is not None and row["end"] is not None:
                place = opened if row["kind"] == "open" else closed
                place.extend(self._interval(row["date"], row, zone, "shift_exceptions", number))
        times = cut(merge(work), breaks)
        times = merge([*cut(times, opened), *merge(opened)])
        times = cut(times, closed)
        return [t for t in times if t.end > self.low and t.start < self.high]

    def _days(self, row: dict[str, Any], zone: ZoneInfo) -> Iterator[dt.date]:
        weekdays = parse_weekdays(row["weekdays"])
        first = to_local(self.low, zone).date() - dt.timedelta(days=1)
        last = to_local(self.high, zone).date()
        first = max(first, row["valid_from"] or first)
        last = min(last, row["valid_to"] or last)
        for number in range((last - first).days + 1):
            day = first + dt.timedelta(days=number)
            if day.weekday() in weekdays:
                yield day

    def _interval(
        self, day: dt.date, row: dict[str, Any], zone: ZoneInfo, table: str, number: int
    ) -> Iterator[Open]:
        low, high = span(row)
        midnight = dt.datetime.combine(day, dt.time())
        ends = []
        for seconds in (low, high):
            local = midnight + dt.timedelta(seconds=seconds)
            try:
                ends.append(to_utc(local, zone, self.rule))
            except LocalTimeError as error:
                self.out.add(
                    error.check,
                    table,
                    number,
                    id=row["calendar"],
                    found=f"{local} in {zone.key}",
                    expected="a local time that exists once",
                    hint="Set settings.local_time_rule to earlier or later.",
                )
        if len(ends) == 2 and ends[0] < ends[1]:
            yield Open(ends[0], ends[1], row.get("capacity"), table, number)


def merge(times: Iterable[Open]) -> list[Open]:
    """Return disjoint intervals in order; touching or overlapping ones of equal capacity become one.

    Where two capacities overlap the earlier start keeps its time (a Plant reports such shifts as
    SHIFT_CONFLICT).
    """
    result: list[Open] = []
    for time in sorted(times, key=lambda t: (t.start, t.end, t.table, t.row)):
        last = result[-1] if result else None
        if last and time.start <= last.end and time.capacity == last.capacity:
            result[-1] = Open(last.start, max(last.end, time.end), last.capacity, last.table, last.row)
        elif last and time.end <= last.end:
            continue
        else:
            start = max(time.start, last.end) if last else time.start
            result.append(Open(start, time.end, time.capacity, time.table, time.row))
    return result


def cut(times: Sequence[Open], holes: Iterable[Open]) -> list[Open]:
    """Return `times` (disjoint, in order) without what the holes cover."""
    gaps: list[list[int]] = []
    for low, high in sorted((hole.start, hole.end) for hole in holes):
        if gaps and low <= gaps[-1][1]:
            gaps[-1][1] = max(gaps[-1][1], high)
        else:
            gaps.append([low, high])
    kept: list[Open] = []
    first = 0
    for time in times:
        start = time.start
        while first < len(gaps) and gaps[first][1] <= start:
            first += 1
        number = first
        while number < len(gaps) and gaps[number][0] < time.end:
            if start < gaps[number][0]:
                kept.append(Open(start, gaps[number][0], time.capacity, time.table, time.row))
            start = max(start, gaps[number][1])
            number += 1
        if start < time.end:
            kept.append(Open(start, time.end, time.capacity, time.table, time.row))
    return kept
