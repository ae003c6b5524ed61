"""Checks of shifts and their exceptions: days, zones, empty times, overlaps.

Overlaps are found on the weekly pattern, a circle of seven days in wall time, so that they are seen before
any date is known. Two shifts of one capacity that overlap are merged (a warning); of two capacities they
contradict.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sopengine.plant.intake.coerce import known_zone
from sopengine.plant.shifts import DAY_SECONDS, clock_seconds, parse_weekdays, span

if TYPE_CHECKING:
    from sopengine.plant.intake.collect import Collector

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
WEEK = 7 * DAY_SECONDS


def check_shifts(tables: Tables, out: Collector) -> None:
    """Weekdays, zones, empty shifts; overlaps of the weekly pattern, of one capacity or of two."""
    spans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, row in enumerate(tables["shifts"]):
        if row["timezone"] is not None and not known_zone(row["timezone"]):
            out.add(
                "TZ_UNKNOWN",
                "shifts",
                number,
                id=row["calendar"],
                column="timezone",
                found=row["timezone"],
                expected="an IANA zone name",
            )
        try:
            days = parse_weekdays(row["weekdays"] or "")
        except ValueError:
            if row["weekdays"] is not None:
                out.add(
                    "BAD_WEEKDAYS",
                    "shifts",
                    number,
                    id=row["calendar"],
                    column="weekdays",
                    found=row["weekdays"],
                    expected="Mon-Fri, Sat,Sun or 1111100",
                )
            continue
        if row["start"] is None or row["end"] is None:
            continue
        if _inverted(row):
            out.add(
                "SHIFT_INVERTED",
                "shifts",
                number,
                id=row["calendar"],
                column="end",
                found=row["end"],
                expected="another time than start",
                hint="A whole day is 00:00 to 24:00; an end before the start is on the next day.",
            )
        elif row["kind"] == "work":
            low, high = span(row)
            spans[row["calendar"]].extend(
                (d * DAY_SECONDS + low, d * DAY_SECONDS + high, number) for d in days
            )
    for calendar, found in spans.items():
        zones = {tables["shifts"][n]["timezone"] for _, _, n in found}
        if len(zones) > 1:
            out.add(
                "TZ_MIXED",
                "shifts",
                min(n for *_, n in found),
                id=calendar,
                column="timezone",
                found=", ".join(sorted(str(z) for z in zones)),
                expected="one zone a calendar",
            )
        _check_overlaps(calendar, found, tables["shifts"], out)


def _inverted(row: dict[str, Any]) -> bool:
    return (
        row["start"] == row["end"]
        or row["start"] == "24:00:00"
        or clock_seconds(row["start"]) == clock_seconds(row["end"])
    )


def _check_overlaps(calendar: str, found: list[tuple[int, int, int]], shifts: Rows, out: Collector) -> None:
    """Report pairs of rows whose weekly times overlap while both are valid (the week is a circle)."""
    found = sorted(found + [(low + WEEK, high + WEEK, n) for low, high, n in found if low < DAY_SECONDS])
    reported: set[tuple[int, int]] = set()
    for place, (_, high, first) in enumerate(found):
        for low, _, second in found[place + 1 :]:
            if low >= high:
                break
            pair = (min(first, second), max(first, second))
            a, b = shifts[first], shifts[second]
            apart = (a["valid_to"] or dt.date.max) < (b["valid_from"] or dt.date.min) or (
                b["valid_to"] or dt.date.max
            ) < (a["valid_from"] or dt.date.min)
            if first == second or apart or pair in reported:
                continue
            reported.add(pair)
            same = a["capacity"] == b["capacity"]
            out.add(
                "SHIFT_OVERLAP" if same else "SHIFT_CONFLICT",
                "shifts",
                pair[1],
                id=calendar,
                column="start",
                found=f"rows {pair[0]} and {pair[1]} overlap",
                severity="warning" if same else "error",
                expected="times that do not overlap" + ("; they are merged" if same else ""),
            )


def check_exceptions(tables: Tables, out: Collector) -> None:
    """Exceptions with half a time, open without times, or two openings that contradict each other."""
    opened: dict[Any, list[tuple[int, int, int]]] = defaultdict(list)
    for number, row in enumerate(tables["shift_exceptions"]):
        times = (row["start"], row["end"])
        if (row["kind"] == "open" and None in times) or times.count(None) == 1:
            out.add(
                "SHIFT_AMBIGUOUS",
                "shift_exceptions",
                number,
                id=row["calendar"],
                column="start",
                found=f"{row['start']} to {row['end']}",
                expected="both start and end",
            )
        elif None not in times and _inverted(row):
            out.add(
                "SHIFT_INVERTED",
                "shift_exceptions",
                number,
                id=row["calendar"],
                column="end",
                found=row["end"],
                expected="another time than start",
            )
        elif None not in times and row["kind"] == "open" and row["date"] is not None:
            low, high = span(row)
            base = row["date"].toordinal() * DAY_SECONDS
            opened[row["calendar"]].append((base + low, base + high, number))
    for calendar, found in opened.items():
        rows = tables["shift_exceptions"]
        ordered = sorted(found)
        for (_, high, first), (low, _, second) in itertools.pairwise(ordered):
            if low < high and rows[first]["capacity"] != rows[second]["capacity"]:
                out.add(
                    "SHIFT_CONFLICT",
                    "shift_exceptions",
                    second,
                    id=calendar,
                    column="capacity",
                    found=f"rows {first} and {second} overlap",
                    expected="one capacity at a time",
                )
