"""A dense run of the floor, simulated in time: the schedule that a planted plant hides.

The run knows what no planner of the finished plant knows: it may take orders in when it wants, and due
dates do not exist yet. Machines of a center pull from one queue. Whoever is free takes, of the first
candidates, the one that starts soonest, changeover included, so campaigns form by themselves; waiting
and a hidden favor of each order shift the choice, so that neither due dates nor releases tell the sequence.
Orders come in as long as the busiest center has less than some days of work on its way: it never starves.

It begins before ``NOW`` with an empty floor. What runs at ``NOW`` is started, what it has finished is done.

Shared resources are kept by *lanes*: the moment from which each worker, tool or setter is free. Lanes hold
through breaks and nights, and the two workers of a crew who go home at two take only what ends by then;
both keep a little less than the rules allow, so what the run does is valid.

Cost: a few microseconds a candidate, so near linear. Invariants: decisions are taken in the order of time,
hence appending to a lane is never worse than filling its gaps.
"""

from __future__ import annotations

import heapq
from bisect import insort
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sopengine.demo.generator.clock import TWO_SHIFT, Clock
from sopengine.demo.generator.layout import DAY, HOUR, NOW, SIZES

if TYPE_CHECKING:
    from sopengine.demo.generator.book import Book

READY, FREE, FEED = 0, 1, 2
WHITE, BLACK = 3, 5
CANDIDATES = 6
COLORED_CANDIDATES = 20
EARLY_END = 14 * HOUR
SHIPPING = 2 * HOUR
HANDLING = 5 * 60
PATIENCE = 90 * 60
"""A machine commits to work that starts so much later than it could, not more."""


@dataclass
class Run:
    """What happened, by operation of the book; -1 where it did not."""

    start: list[int]
    end: list[int]
    machine: list[int]
    change_start: list[int]
    change_end: list[int]
    welder: list[int]
    fed: list[int] = field(default_factory=list)
    """Orders taken in, in that order."""
    states: dict[int, int] = field(default_factory=dict)
    """By machine: color and size, as one number, that it is set up for at ``NOW``."""


class Floor:
    """The floor while it runs."""

    def __init__(
        self, book: Book, operations: int, random: np.random.Generator, warm_days: int, ahead: float
    ) -> None:
        layout, catalog = book.layout, book.catalog
        self.book, self.wanted = book, operations
        self.begin = NOW - warm_days * DAY
        days = 6 * layout.days + 60
        self.clocks = [Clock(kind, -warm_days - 3, days) for kind in range(3)]
        self.site = layout.site.tolist()
        self.kind = layout.calendar[layout.center].tolist()
        self.speed = layout.speed.tolist()
        self.first = layout.first.tolist()
        self.colored = layout.colored.tolist()
        self.step_center = catalog.center[book.step].tolist()
        self.order = book.order.tolist()
        self.work = book.work.tolist()
        self.whole = book.whole().tolist()
        crew = catalog.crew[book.step]
        site = layout.site[catalog.center[book.step]]
        self.crew = np.where(crew >= 0, crew * 2 + site, -1).tolist()
        self.crew_size = catalog.crew_size[book.step].tolist()
        self.tool = catalog.tool[book.step].tolist()
        self.welded = catalog.welded[book.step].tolist()
        self.streamed = catalog.streamed[book.step].tolist()
        self.paint = (book.color * len(SIZES) + book.size).tolist()
        self.favor = random.exponential(4 * HOUR, len(book.family)).astype(np.int64).tolist()
        self.patience = random.uniform(0.05, 0.35, len(book.family)).tolist()
        count = len(self.order)
        none = [-1] * count
        self.run = Run(none, none[:], none[:], none[:], none[:], none[:])
        self.ready = [0] * count
        self.not_before = [0] * count
        """Earliest start of those that do not start before ``NOW``: what the rules ask of started work."""
        self.tail_from = [0] * count
        self.queue: list[list[int]] = [[] for _ in self.site]
        self.idle: list[list[int]] = [
            list(range(a, b)) for a, b in zip(self.first, self.first[1:], strict=False)
        ]
        self.setup = [WHITE * len(SIZES)] * layout.machines
        self.change = [
            [[_change(a, b, south) for b in range(18)] for a in range(18)] for south in (False, True)
        ]
        self.full = [[self.begin] * 4 for _ in range(2 * layout.crews)]
        self.early = [[self.begin] * 2 for _ in range(2 * layout.crews)]
        self.welders = [self.begin] * layout.welders
        self.tools = [self.begin] * layout.tools
        self.setters = [[self.begin] * (2 + layout.centers // 8) for _ in range(2)]
        self.events: list[tuple[int, int, int, int]] = []
        self.ticket = 0
        self._feeding(ahead)

    def _feeding(self, ahead: float) -> None:
        layout, book = self.book.layout, self.book
        self.order_first = [*book.first.tolist(), len(self.order)]
        self.busiest = busiest(book)
        machines = slice(self.first[self.busiest], self.first[self.busiest + 1])
        daily = layout.open_seconds()[self.busiest] / layout.days
        self.target = ahead * daily * sum(self.speed[machines]) / 100
        self.committed = 0
        self.next_order = 0
        self.alive = 0

    def load(self) -> float:
        """Share of its open time that the busiest center worked, from ``NOW`` until its last end."""
        run, clock = self.run, self.clocks[int(self.book.layout.calendar[self.busiest])]
        machines = range(self.first[self.busiest], self.first[self.busiest + 1])
        busy, last = 0, NOW
        for machine, start, end, begin, change_end in zip(
            run.machine, run.start, run.end, run.change_start, run.change_end, strict=True
        ):
            if machine in machines and end > NOW:
                busy += clock.until(end) - clock.until(max(NOW, start))
                last = max(last, end)
                if change_end >= 0 and start >= NOW:
                    busy += clock.until(change_end) - clock.until(begin)
        return busy / max(1, len(machines) * (clock.until(last) - clock.until(NOW)))

    def push(self, time: int, what: int, which: int) -> None:
        """Schedule an event; of one instant the first pushed comes first."""
        self.ticket += 1
        heapq.heappush(self.events, (time, self.ticket, what, which))

    def simulate(self) -> Run:
        """Run until everything that was taken in is finished."""
        self.push(self.begin, FEED, 0)
        while self.events:
            time, _, what, which = heapq.heappop(self.events)
            if what == READY:
                self.queue[self.step_center[which]].append(which)
                self.dispatch(time, self.step_center[which])
            elif what == FREE:
                center = int(self.book.layout.center[which]) if which >= 0 else -which - 1
                if which >= 0:
                    insort(self.idle[center], which)
                self.dispatch(time, center)
            else:
                self.feed(time)
        return self.run

    def feed(self, time: int) -> None:
        """Take orders in while the busiest center may run dry."""
        while (
            self.committed < self.target
            and self.alive < self.wanted
            and self.next_order + 1 < len(self.order_first)
        ):
            order = self.next_order
            self.next_order += 1
            low, high = self.order_first[order], self.order_first[order + 1]
            self.run.fed.append(order)
            self.alive += high - low
            self.committed += sum(
                self.work[op] for op in range(low, high) if self.step_center[op] == self.busiest
            )
            self.ready[low] = time
            self.push(time, READY, low)

    def dispatch(self, time: int, center: int) -> None:
        """Let idle machines of a center take work."""
        queue, idle = self.queue[center], self.idle[center]
        while queue and idle:
            chosen: tuple[float, int, int, int, int, int] | None = None
            window = queue[: COLORED_CANDIDATES if self.colored[center] else CANDIDATES]
            machine = idle[0] if len(idle) == 1 else max(idle, key=lambda m: (self.speed[m], -m))
            for place, operation in enumerate(window):
                begin, change_end, start = self.earliest(time, machine, operation)
                order = self.order[operation]
                waited = time - self.ready[operation]
                change = 3 * (change_end - begin) if change_end >= 0 else 0
                key = start - time + change - self.patience[order] * waited - self.favor[order]
                if chosen is None or key < chosen[0]:
                    chosen = (key, place, operation, begin, change_end, start)
            assert chosen is not None
            _, place, operation, begin, change_end, start = chosen
            if begin > self.clocks[self.kind[machine]].open_at(time) + PATIENCE:
                self.push(begin, FREE, -center - 1)
                return
            idle.remove(machine)
            del queue[place]
            self.commit(machine, operation, begin, change_end, start)

    def earliest(self, time: int, machine: int, operation: int) -> tuple[int, int, int]:
        """Where an operation could go: begin (of its changeover, if any), end of changeover, start."""
        center = self.step_center[operation]
        kind = self.kind[machine]
        begin, done = -1, time
        if self.colored[center]:
            site = self.site[center]
            paint = self.paint[self.order[operation]]
            change = self.change[site][self.setup[machine]][paint]
            if change:
                clock = self.clocks[min(kind, TWO_SHIFT)]
                begin = clock.open_at(max(time, self.setters[site][0]))
                done = clock.worked(begin, change)
        start = self.run_at(max(done, self.ready[operation]), machine, operation, kind)
        if begin < 0:
            return self._past_now(start, start, -1, machine, operation, kind)
        if begin < NOW <= start:
            clock = self.clocks[min(kind, TWO_SHIFT)]
            begin = clock.open_at(max(NOW, self.setters[site][0]))
            done = clock.worked(begin, change)
            start = self.run_at(max(done, self.ready[operation]), machine, operation, kind)
        return self._past_now(start, begin, done, machine, operation, kind)

    def _past_now(
        self, start: int, begin: int, done: int, machine: int, operation: int, kind: int
    ) -> tuple[int, int, int]:
        if NOW <= start < self.not_before[operation]:
            start = self.run_at(self.not_before[operation], machine, operation, kind)
            if done < 0:
                begin = start
        return begin, done, start

    def run_at(self, time: int, machine: int, operation: int, kind: int) -> int:
        """Earliest start from a time on with everybody whom it needs."""
        crew = self.crew[operation]
        welded = self.welded[operation]
        if (crew >= 0 or welded) and kind > TWO_SHIFT:
            kind = TWO_SHIFT
        clock = self.clocks[kind]
        duration = self.duration(operation, machine)
        if self.tool[operation] >= 0:
            time = max(time, self.tools[self.tool[operation]])
        if welded:
            time = max(time, min(self.welders))
        if self.tail_from[operation]:
            time = max(time, self.tail_from[operation] - duration + -(-duration // 10))
        whole = self.whole[operation]
        start = clock.whole_at(time, duration) if whole else clock.open_at(time)
        if crew < 0:
            return start
        size = self.crew_size[operation]
        free = self.full[crew][size - 1]
        if free <= start or self.takes_early(crew, size, start, duration, clock):
            return start
        return clock.whole_at(free, duration) if whole else clock.open_at(free)

    def takes_early(self, crew: int, size: int, start: int, duration: int, clock: Clock) -> bool:
        """Whether those who go home at two can do it."""
        if self.early[crew][size - 1] > start:
            return False
        return clock.worked(start, duration) <= start - start % DAY + EARLY_END

    def duration(self, operation: int, machine: int) -> int:
        """Duration on a machine."""
        speed = self.speed[machine]
        seconds: int = (self.work[operation] * 100 + speed - 1) // speed
        return seconds

    def commit(self, machine: int, operation: int, begin: int, change_end: int, start: int) -> None:
        """Write down what was decided."""
        run, order = self.run, self.order[operation]
        center, kind = self.step_center[operation], self.kind[machine]
        crew = self.crew[operation]
        if (crew >= 0 or self.welded[operation]) and kind > TWO_SHIFT:
            kind = TWO_SHIFT
        clock = self.clocks[kind]
        duration = self.duration(operation, machine)
        end = clock.worked(start, duration)
        run.start[operation], run.end[operation], run.machine[operation] = start, end, machine
        if change_end >= 0:
            run.change_start[operation], run.change_end[operation] = begin, change_end
            _take(self.setters[self.site[center]], 1, change_end)
        if self.colored[center]:
            self.setup[machine] = self.paint[order]
            if start < NOW:
                run.states[machine] = self.paint[order]
        if crew >= 0:
            size = self.crew_size[operation]
            late = self.full[crew][size - 1] <= start
            _take(self.full[crew] if late else self.early[crew], size, end)
        if self.tool[operation] >= 0:
            self.tools[self.tool[operation]] = end
        if self.welded[operation]:
            welder = self.welders.index(min(self.welders))
            run.welder[operation], self.welders[welder] = welder, end
        self.push(end, FREE, machine)
        if center == self.busiest:
            self.committed -= self.work[operation]
            self.push(start, FEED, 0)
        self.follow(operation, order, clock, start, end, duration)

    def follow(self, operation: int, order: int, clock: Clock, start: int, end: int, duration: int) -> None:
        """Tell the next operation of the order when it may start."""
        after = operation + 1
        if after == self.order_first[order + 1]:
            if end <= NOW:
                self.alive -= after - self.order_first[order]
                self.push(end, FEED, 0)
            return
        ship = SHIPPING if self.site[self.step_center[after]] != self.site[self.step_center[operation]] else 0
        if not self.streamed[operation]:
            ready = end + HANDLING + ship
        else:
            ready = clock.worked(start, -(-duration // 4)) + ship
            self.tail_from[after] = end + ship
            if start < NOW:
                self.not_before[after] = (end if end <= NOW else NOW) + ship
        self.ready[after] = ready
        self.push(ready, READY, after)


def fullness(book: Book) -> np.ndarray:
    """Work of each center for its time, an allowance for changeovers included."""
    layout = book.layout
    center = book.catalog.center[book.step]
    speed = np.add.reduceat(layout.speed / 100, layout.first[:-1])
    booked = np.bincount(center, weights=book.work, minlength=layout.centers)
    rate: np.ndarray = booked / (layout.open_seconds() * speed) * np.where(layout.colored, 1.12, 1.0)
    return rate


def busiest(book: Book) -> int:
    """Work center with the most work for its time."""
    return int(np.argmax(fullness(book)))


def _take(lanes: list[int], count: int, until: int) -> None:
    """Hold the lanes that are free first."""
    del lanes[:count]
    for _ in range(count):
        insort(lanes, until)


def _change(before: int, after: int, south: bool) -> int:
    """Seconds from one color and size to another, as the rules of the layout say."""
    (color, size), (to_color, to_size) = divmod(before, len(SIZES)), divmod(after, len(SIZES))
    minutes = 0 if color == to_color else 45 if to_color == WHITE else 10 if to_color == BLACK else 20
    resize = 15 if to_size > size else 25 if to_size < size else 0
    return 60 * (max(minutes, resize) if south else minutes + resize)
