"""Time for the eye: instants and durations as integers, labels, and ticks that fall on round values.

A problem is all integer or all temporal, and so is its axis. Inside, time is an int64 number of ticks
(seconds since the epoch where temporal). Labels are local: in the zone of the output columns, else in the
zone of the `problem` table; without either, naive times are shown as they are.
"""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
_STEPS: Final = (
    *(_MINUTE * count for count in (1, 2, 5, 10, 15, 30)),
    *(_HOUR * count for count in (1, 2, 3, 4, 6, 12)),
    *(_DAY * count for count in (1, 2, 7, 14, 28, 91, 182, 364)),
)
_EPOCH: Final = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on the axis; `day` is set where a new day (or none finer) begins there."""

    at: int
    label: str
    day: bool


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """How instants of one problem are read and written."""

    temporal: bool
    zone: str | None = None

    def instants(self, column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """Ticks of a time or duration column, and which rows have one."""
        valid = np.asarray(column.is_valid())
        kind = column.type
        if pa.types.is_timestamp(kind):
            if kind.tz is None and self.zone is not None:
                column = pc.assume_timezone(column, self.zone, ambiguous="earliest", nonexistent="earliest")
            column = column.cast(pa.timestamp("s", column.type.tz), safe=False).cast(pa.int64())
        elif pa.types.is_duration(kind):
            column = column.cast(pa.duration("s"), safe=False).cast(pa.int64())
        elif pa.types.is_null(kind):
            column = column.cast(pa.int64())
        return np.asarray(pc.fill_null(column.cast(pa.int64()), 0)), valid

    def local(self, at: int) -> datetime.datetime:
        """The wall clock at an instant."""
        moment = _EPOCH + datetime.timedelta(seconds=at)
        return moment.astimezone(_zone(self.zone)) if self.zone else moment

    def instant_text(self, at: int) -> str:
        """An instant such as `Mon 5 Jan 06:30`, or a number with separators."""
        if not self.temporal:
            return f"{at:,}"
        local = self.local(at)
        clock = f"{local:%H:%M}" if local.second == 0 else f"{local:%H:%M:%S}"
        return f"{local:%a} {local.day} {local:%b} {clock}"

    def duration_text(self, ticks: int) -> str:
        """A duration in its two largest units, such as `1 d 4 h`; a number where time has no unit."""
        if not self.temporal:
            return f"{ticks:,}"
        sign, rest = ("-" if ticks < 0 else ""), abs(ticks)
        parts: list[tuple[int, str]] = []
        for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s")):
            count, rest = divmod(rest, size)
            if count or parts:
                parts.append((count, unit))
        shown = [f"{count} {unit}" for count, unit in parts[:2] if count]
        return sign + " ".join(shown) if shown else "0"

    def ticks(self, low: int, high: int, room: int) -> list[Tick]:
        """At most `room` ticks at round values in `[low, high]`."""
        span = max(1, high - low)
        if not self.temporal:
            step = _round_step(span, room)
            first = -(-low // step) * step
            return [Tick(at, f"{at:,}", False) for at in range(first, high + 1, step)]
        widest = -(-span // (room * 364 * _DAY)) * 364 * _DAY
        step = next((step for step in _STEPS if span <= step * room), widest)
        return list(self._clock_ticks(low, high, step))

    def days(self, low: int, high: int) -> list[Tick]:
        """Midnights in `[low, high]` with the day's name, and the start as a day of its own."""
        local = self.local(low)
        first = Tick(low, _day_text(local), True)
        later = [tick for tick in self._clock_ticks(low + 1, high, _DAY) if tick.day]
        return [first, *(Tick(tick.at, _day_text(self.local(tick.at)), True) for tick in later)]

    def _clock_ticks(self, low: int, high: int, step: int) -> Iterator[Tick]:
        """Ticks on the wall clock: after a change of the clock they still fall on round hours."""
        zone = _zone(self.zone)
        day = self.local(low).date()
        if step > _DAY:
            day -= datetime.timedelta(days=day.weekday())
        stride = datetime.timedelta(days=max(1, step // _DAY))
        while True:
            midnight = datetime.datetime.combine(day, datetime.time(), tzinfo=zone)
            if _instant(midnight) > high:
                return
            for second in range(0, _DAY, min(step, _DAY)):
                wall = midnight + datetime.timedelta(seconds=second)
                at = _instant(wall)
                if low <= at <= high and self.local(at).hour == wall.hour:
                    whole = second == 0
                    yield Tick(at, _day_text(wall) if step >= _DAY else f"{wall:%H:%M}", whole)
            day += stride


def _zone(name: str | None) -> datetime.tzinfo:
    """The zone of a name or of a fixed offset such as `+02:00`."""
    if name is None:
        return datetime.UTC
    if name[0] in "+-" and len(name) == 6:
        minutes = int(name[1:3]) * 60 + int(name[4:6])
        return datetime.timezone(datetime.timedelta(minutes=-minutes if name[0] == "-" else minutes))
    return zoneinfo.ZoneInfo(name)


def _instant(local: datetime.datetime) -> int:
    return int((local.astimezone(datetime.UTC) - _EPOCH).total_seconds())


def _day_text(local: datetime.datetime) -> str:
    return f"{local:%a} {local.day} {local:%b}"


def _round_step(span: int, room: int) -> int:
    """Smallest of 1, 2, 5, 10, 20, 50, ... that makes at most `room` steps of a span."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if span <= factor * size * room:
                return factor * size
        size *= 10


def axis_of(problem: dict[str, pa.Table], columns: list[pa.ChunkedArray]) -> TimeAxis:
    """The axis of a problem, told by its output columns and its `problem` table."""
    zone: str | None = None
    table = problem.get("problem")
    if table is not None and "timezone" in table.column_names and table.num_rows:
        zone = table.column("timezone")[0].as_py()
    stamps = [column.type for column in columns if pa.types.is_timestamp(column.type)]
    for kind in stamps:
        if kind.tz is not None:
            return TimeAxis(True, zone if kind.tz == "UTC" and zone else kind.tz)
    return TimeAxis(bool(stamps), zone)
