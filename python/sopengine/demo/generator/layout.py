"""What stands where, and when it is open: sites, work centers, machines, crews, tools, shifts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

HOUR = 3_600
DAY = 24 * HOUR
NOW = int(datetime(2026, 3, 23, 5, 0, tzinfo=UTC).timestamp())
"""A Monday, one hour before the first shift."""

SHIFTS = {
    "day": (((6, 0), (10, 0)), ((10, 30), (14, 30))),
    "two-shift": (((6, 0), (10, 0)), ((10, 30), (14, 0)), ((14, 0), (18, 0)), ((18, 30), (22, 0))),
}
"""Open intervals of a working day by calendar, as (hour, minute); ``always`` has no calendar."""

HOLIDAY = 11
"""Day of the calendar, counted from ``now``, on which nothing but ``always`` is open."""

COLORS = ("blue", "green", "red", "white", "yellow", "black")
SIZES = ("10", "20", "40")


@dataclass(frozen=True)
class Layout:
    """Machines grouped in work centers, and what they share.

    Arrays are by machine unless they say otherwise; ``center`` numbers rise, so the machines of a work
    center are neighbors ``first[c]:first[c + 1]``.
    """

    days: int
    center: np.ndarray
    first: np.ndarray
    speed: np.ndarray
    """Percent of the normal speed."""
    calendar: np.ndarray
    """By center: index into ``CALENDARS``."""
    site: np.ndarray
    """By center: 0 or 1."""
    colored: np.ndarray
    """By center: whether color and size change over."""
    load: np.ndarray
    """By center: share of the open time that orders are to fill."""
    crews: int
    """Labor pools a site."""
    welders: int
    """Skilled workers in the group ``welders``."""

    @property
    def centers(self) -> int:
        """How many work centers."""
        return len(self.site)

    @property
    def machines(self) -> int:
        """How many machines."""
        return len(self.center)

    def machine_names(self) -> np.ndarray:
        """``wc007-2``: second machine of work center 7."""
        rank = np.arange(self.machines) - self.first[self.center]
        return np.array([f"wc{c:03d}-{r + 1}" for c, r in zip(self.center, rank, strict=True)], dtype=object)

    def open_seconds(self) -> np.ndarray:
        """Open time of one machine until the end of the order book, by center."""
        weeks = self.days / 7
        daily = {name: sum(_length(part) for part in parts) for name, parts in SHIFTS.items()}
        weekly = np.array([5 * daily["day"], 5 * daily["two-shift"], 7 * DAY])
        seconds: np.ndarray = weekly[self.calendar] * weeks
        return seconds

    def tables(self) -> dict[str, pa.Table]:
        """Tables that do not depend on orders."""
        return {
            "problem": pa.table({"now": pa.array([NOW], pa.timestamp("s", "UTC"))}),
            "resources": self._resources(),
            "groups": pa.table(
                {
                    "group": ["welders"] * self.welders,
                    "member": [f"welder-{i + 1:02d}" for i in range(self.welders)],
                }
            ),
            "calendars": self._calendars(),
            "matrices": pa.table(
                {
                    "matrix": ["finish", "finish-parallel"],
                    "combine": ["sum", "max"],
                    "suspend": ["breaks", "breaks"],
                    "attached": [False, False],
                }
            ),
            "changeovers": _changeovers(),
            "transport": pa.table(
                {
                    "from_location": ["north", "south"],
                    "to_location": ["south", "north"],
                    "duration": pa.array([2 * HOUR, 2 * HOUR], pa.duration("s")),
                }
            ),
        }

    def _resources(self) -> pa.Table:
        calendars = np.array(["day", "two-shift", None], dtype=object)
        sites = np.array(["north", "south"], dtype=object)
        matrix = np.where(self.site == 0, "finish", "finish-parallel").astype(object)
        matrix[~self.colored] = None
        names = list(self.machine_names())
        kind = ["unary"] * self.machines
        capacity = [1] * self.machines
        calendar = list(calendars[self.calendar][self.center])
        matrices = list(matrix[self.center])
        location = list(sites[self.site][self.center])
        cost = list((1_500 + 20 * self.speed).astype(object))
        for site in ("north", "south"):
            pools = [(f"crew-{site}-{i + 1:02d}", 6, "crew") for i in range(self.crews)]
            for name, most, pattern in [*pools, (f"setters-{site}", 2 + self.centers // 8, "two-shift")]:
                names.append(name)
                kind.append("cumulative")
                capacity.append(most)
                calendar.append(pattern)
                matrices.append(None)
                location.append(site)
                cost.append(0)
        for index in range(self.welders):
            names.append(f"welder-{index + 1:02d}")
            kind.append("unary")
            capacity.append(1)
            calendar.append("two-shift")
            matrices.append(None)
            location.append(None)
            cost.append(0)
        for index in range(self.tools):
            names.append(f"tool-{index + 1:03d}")
            kind.append("unary")
            capacity.append(1)
            calendar.append(None)
            matrices.append(None)
            location.append(None)
            cost.append(0)
        return pa.table(
            {
                "resource": names,
                "kind": kind,
                "capacity": pa.array(capacity, pa.int64()),
                "calendar": pa.array(calendar, pa.string()),
                "changeover_matrix": pa.array(matrices, pa.string()),
                "cost_per_hour": pa.array(cost, pa.int64()),
                "location": pa.array(location, pa.string()),
            }
        )

    @property
    def tools(self) -> int:
        """How many tools that only one operation at a time can use."""
        return max(2, self.centers // 2)

    def _calendars(self) -> pa.Table:
        """Shifts over four times the order book: late work finds time as well."""
        rows: list[tuple[str, int, int, int | None]] = []
        midnight = NOW - NOW % DAY
        for day in range(4 * self.days):
            if day % 7 >= 5 or day == HOLIDAY:
                continue
            start = midnight + day * DAY
            for name, parts in SHIFTS.items():
                rows += [(name, start + _clock(a), start + _clock(b), None) for a, b in parts]
            early, late = 6, 4
            rows += [
                ("crew", start + _clock(a), start + _clock(b), early if index < 2 else late)
                for index, (a, b) in enumerate(SHIFTS["two-shift"])
            ]
        names, starts, ends, capacities = zip(*rows, strict=True)
        return pa.table(
            {
                "calendar": names,
                "start": pa.array(starts, pa.timestamp("s", "UTC")),
                "end": pa.array(ends, pa.timestamp("s", "UTC")),
                "capacity": pa.array(capacities, pa.int64()),
            }
        )


def draw_layout(operations: int, random: np.random.Generator) -> Layout:
    """Draw the machines of a plant of this size: about the square root of the operations."""
    machines = max(6, round(0.9 * operations**0.5))
    sizes: list[int] = []
    while sum(sizes) < machines:
        sizes.append(int(random.choice([1, 2, 2, 3, 4])))
    sizes[-1] -= sum(sizes) - machines
    if sizes[-1] == 0:
        sizes.pop()
    centers = len(sizes)
    bottleneck = random.random(centers) < 0.2
    bottleneck[int(random.integers(centers))] = True
    return Layout(
        days=_days(operations, machines),
        center=np.repeat(np.arange(centers), sizes),
        first=np.concatenate([[0], np.cumsum(sizes)]),
        speed=random.choice([80, 90, 100, 100, 125], machines),
        calendar=random.choice([0, 1, 1, 1, 2], centers),
        site=(np.arange(centers) * 2 // centers),
        colored=random.random(centers) < 0.3,
        load=np.where(bottleneck, random.uniform(0.85, 0.98, centers), random.uniform(0.4, 0.75, centers)),
        crews=max(1, centers // 12),
        welders=max(3, centers // 4),
    )


def _days(operations: int, machines: int) -> int:
    """Whole weeks for which the plant is booked: 3 at a thousand operations, 22 at a million."""
    return 7 * max(1, round(float((operations / machines) ** 0.6) / 3))


def _clock(time: tuple[int, int]) -> int:
    return time[0] * HOUR + time[1] * 60


def _length(part: tuple[tuple[int, int], tuple[int, int]]) -> int:
    return _clock(part[1]) - _clock(part[0])


def _changeovers() -> pa.Table:
    """Any other color 20 minutes, to white 45, to black 10; sizes 15 up and 25 down."""
    rows = [
        ("color", None, None, "differs", 20, 1_500, 0),
        ("color", None, "white", None, 45, 4_000, 1),
        ("color", None, "black", None, 10, 500, 1),
        ("color", "unset", None, None, 15, 0, 0),
        ("size", None, None, "rises", 15, 0, 0),
        ("size", None, None, "falls", 25, 0, 0),
    ]
    both = [(matrix, *row) for matrix in ("finish", "finish-parallel") for row in rows]
    matrix, attribute, before, after, compare, minutes, cost, priority = zip(*both, strict=True)
    return pa.table(
        {
            "matrix": matrix,
            "attribute": attribute,
            "from_value": pa.array(before, pa.string()),
            "to_value": pa.array(after, pa.string()),
            "compare": pa.array(compare, pa.string()),
            "duration": pa.array([60 * minute for minute in minutes], pa.duration("s")),
            "cost": pa.array(cost, pa.int64()),
            "priority": pa.array(priority, pa.int64()),
        }
    )
