"""Working time on the calendars of the layout, for planting: plain lists and bisection, one call a question.

The calendars form a chain: ``day`` is open only when ``two-shift`` is, and ``always`` is open whenever they
are. Crews, welders and setters work two shifts. So an operation works by the tighter of its machine's
calendar and that of whom it needs, and three calendars answer everything.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from sopengine.demo.generator.layout import DAY, HOLIDAY, NOW, SHIFTS

DAY_SHIFT, TWO_SHIFT, ALWAYS = 0, 1, 2
"""Calendars, the tightest first, numbered as in ``Layout.calendar``."""


class Clock:
    """One calendar from ``first`` until ``last`` days around ``NOW``."""

    def __init__(self, kind: int, first: int, last: int) -> None:
        self.always = kind == ALWAYS
        self.start: list[int] = []
        self.end: list[int] = []
        midnight = NOW - NOW % DAY
        if not self.always:
            for day in range(first, last):
                if day % 7 < 5 and day != HOLIDAY:
                    self._open(midnight + day * DAY, "day" if kind == DAY_SHIFT else "two-shift")
        self.before: list[int] = [0]
        for start, end in zip(self.start, self.end, strict=True):
            self.before.append(self.before[-1] + end - start)

    def _open(self, midnight: int, name: str) -> None:
        for (hour, minute), (to_hour, to_minute) in SHIFTS[name]:
            start, end = midnight + hour * 3600 + minute * 60, midnight + to_hour * 3600 + to_minute * 60
            if self.end and self.end[-1] == start:
                self.end[-1] = end
            else:
                self.start.append(start)
                self.end.append(end)

    def open_at(self, time: int) -> int:
        """First open instant from a time on."""
        if self.always:
            return time
        place = bisect_right(self.end, time)
        return max(time, self.start[place])

    def whole_at(self, time: int, duration: int) -> int:
        """First start from a time on that leaves the duration uninterrupted."""
        if self.always:
            return time
        place = bisect_right(self.end, time)
        while True:
            start = max(time, self.start[place])
            if start + duration <= self.end[place]:
                return start
            place += 1

    def worked(self, start: int, duration: int) -> int:
        """End of so much work from an open instant on."""
        if self.always:
            return start + duration
        place = bisect_right(self.end, start)
        target = self.before[place] + start - self.start[place] + duration
        place = bisect_left(self.before, target, place + 1) - 1
        return self.start[place] + target - self.before[place]

    def until(self, time: int) -> int:
        """Open time before an instant."""
        if self.always:
            return time
        place = bisect_right(self.end, time)
        if place == len(self.start):
            return self.before[-1]
        return self.before[place] + max(0, time - self.start[place])
