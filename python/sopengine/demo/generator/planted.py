"""Plants that hide a schedule in which nothing is late, to see how far from it a planner ends.

Method: the floor is run first (``floor_run``): dense, in campaigns, with everything that the rules ask for.
Then the plant is written around the run. A due date is the end that the run gave its order plus a small slack
of a kind drawn by order: most within an hour, some within eight, a few within a day, less in short order
books, so that the order of due dates is not the sequence of any machine. Releases lie up to days before the
first start. Purchased parts arrive shortly before the run needs them. What runs at ``NOW`` is started, what
it finished is done.

So the best weighted tardiness is 0, or, where ``late`` names a share of orders whose due date is set before
their end, at most the sum that the run has. The busiest center works 90 to 98 % of its open time, changeovers
included; a rule that breaks its campaigns has less time than it needs, and the loss adds up over weeks.

``planted_schedule`` and ``planted_assignments`` carry the run in the columns of a result, so
``so.evaluate(problem, planted_schedule, planted_assignments)`` judges it like any other schedule.

Reference: planted solutions are the usual way to get large instances of known value, for instance in
satisfiability (Barthel et al., 2002, "Hiding solutions in random satisfiability problems").
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sopengine.demo.generator.book import Book, book_orders
from sopengine.demo.generator.clock import ALWAYS
from sopengine.demo.generator.floor_run import Floor, busiest, fullness
from sopengine.demo.generator.layout import COLORS, DAY, HOUR, NOW, SIZES
from sopengine.demo.generator.planted_rows import planted_tables

if TYPE_CHECKING:
    from sopengine.demo.generator.catalog import Catalog
    from sopengine.demo.generator.floor_run import Run
    from sopengine.demo.generator.layout import Layout

SLACKS = ((0.70, HOUR), (0.20, 8 * HOUR), (0.10, 24 * HOUR))
"""Share of orders, and the most that their due date lies behind the planted end."""


AHEAD = (3.5, 5.0, 7.5, 11.0)
"""Days of work on its way to the busiest center, by attempt."""
FULL, ENOUGH = 0.96, 0.9
"""Load of the busiest center that small and large plants try for."""
SMALL, LARGE = 2_000, 200_000
"""Small plants are run more often: they differ more, and it costs nothing. Large ones take their time."""
BOTTLENECK = 0.85


def plant(
    operations: int, layout: Layout, catalog: Catalog, random: np.random.Generator, late: float
) -> dict[str, pa.Table]:
    """Tables of a planted plant, the planted schedule among them."""
    warm = 4 if layout.days <= 7 else 7
    span = 1.3 + 2 * warm / layout.days
    book = book_orders(round(operations * span), layout, catalog, random, span)
    book = _thinned(_balanced(book, random), span, random)
    run = _dense_run(book, operations, random, warm)
    book, chosen = _kept(book, run)
    book = _dated(book, chosen, run, random, late)
    tables = layout.tables() | book.tables()
    tables |= planted_tables(book, chosen, run, tables["requirements"])
    tables["stock"] = _stock(book, chosen, run, random)
    tables["resource_states"] = _states(book, run)
    return tables


def _dense_run(book: Book, operations: int, random: np.random.Generator, warm: int) -> Run:
    """Run the floor with more and more work on its way, until the busiest center is full."""
    best: tuple[float, Run] | None = None
    small = operations <= SMALL
    attempts = AHEAD * 2 if small else AHEAD[:2] if operations > LARGE else AHEAD
    for ahead in attempts:
        floor = Floor(book, operations, random, warm, ahead)
        run = floor.simulate()
        load = floor.load()
        if best is None or load > best[0]:
            best = (load, run)
        if load >= (FULL if small else ENOUGH):
            break
    assert best is not None
    return best[1]


def _balanced(book: Book, random: np.random.Generator) -> Book:
    """Give the other bottlenecks nearly as much to do as the busiest center: one alone is easy."""
    rates = fullness(book)
    wanted = rates.max() * random.uniform(0.9, 0.98, len(rates))
    others = (book.layout.load >= BOTTLENECK) & (rates < wanted) & (rates > 0)
    # Where setters go home and machines do not, changeovers wait for the morning.
    layout = book.layout
    slow = layout.colored & (layout.calendar == ALWAYS)
    wanted = np.where(slow, 0.6 * rates.max(), wanted)
    factor = np.where(others | (slow & (rates > wanted)), wanted / np.maximum(rates, 1e-9), 1.0)
    work = np.rint(book.work * factor[book.catalog.center[book.step]] / 60).astype(np.int64) * 60
    return replace(book, work=np.clip(work, 5 * 60, 16 * HOUR))


def _thinned(book: Book, span: float, random: np.random.Generator) -> Book:
    """Drop needs of steps, at random, until no crew, tool or group is the bottleneck.

    The busiest center waits for no tool and no welder, busy ones that work at night for no crew.
    """
    layout, catalog = book.layout, book.catalog
    work = np.bincount(book.step, weights=book.work, minlength=len(catalog.center)) * 1.1
    two_shift = 5 * 15.5 * HOUR * layout.days / 7 * span
    # Tools and welders are held through the night, by work on machines that stop for it.
    hold = np.where(layout.calendar[catalog.center] == 2, 1.0, 7 * 24 / (5 * 15.5)) * work
    site = layout.site[catalog.center]
    crew, tool, welded = catalog.crew.copy(), catalog.tool.copy(), catalog.welded.copy()
    full = catalog.center == busiest(book)
    tool[full], welded[full] = -1, False
    rates = fullness(book)
    nights = ((layout.calendar == ALWAYS) & (rates > 0.5 * rates.max()))[catalog.center]
    crew[nights], welded[nights] = -1, False
    crew_load: dict[tuple[int, int], float] = {}
    tool_load: dict[int, float] = {}
    welder_load = 0.0
    for step in random.permutation(len(work)).tolist():
        if crew[step] >= 0:
            key = (int(site[step]), int(crew[step]))
            load = crew_load.get(key, 0.0) + work[step] * catalog.crew_size[step]
            if load > 0.7 * 4.5 * two_shift:
                crew[step] = -1
            else:
                crew_load[key] = load
        if tool[step] >= 0:
            load = tool_load.get(int(tool[step]), 0.0) + hold[step]
            if load > 0.5 * 7 * DAY * layout.days / 7 * span:
                tool[step] = -1
            else:
                tool_load[int(tool[step])] = load
        if welded[step]:
            if welder_load + hold[step] > 0.5 * layout.welders * two_shift:
                welded[step] = False
            else:
                welder_load += hold[step]
    return replace(book, catalog=replace(catalog, crew=crew, tool=tool, welded=welded))


def _kept(book: Book, run: Run) -> tuple[Book, np.ndarray]:
    """The book without orders that were never taken in or are finished, and its operations."""
    last = np.append(book.first[1:], len(book.order)) - 1
    end = np.array(run.end)
    fed = np.zeros(len(book.family), dtype=bool)
    fed[run.fed] = True
    keep = fed & (end[last] > NOW)
    chosen = np.flatnonzero(keep[book.order])
    number = np.cumsum(keep) - 1
    length = np.diff(np.append(book.first, len(book.order)))[keep]
    kept = replace(
        book,
        family=book.family[keep],
        release=book.release[keep],
        due=book.due[keep],
        weight=book.weight[keep],
        color=book.color[keep],
        size=book.size[keep],
        first=np.concatenate([[0], np.cumsum(length)[:-1]]).astype(np.int64),
        order=number[book.order[chosen]],
        step=book.step[chosen],
        work=book.work[chosen],
    )
    return kept, chosen


def _dated(book: Book, chosen: np.ndarray, run: Run, random: np.random.Generator, late: float) -> Book:
    """Set releases and due dates around the run."""
    start, end = np.array(run.start)[chosen], np.array(run.end)[chosen]
    count = len(book.family)
    last = np.append(book.first[1:], len(book.order)) - 1
    kind = random.choice(len(SLACKS), count, p=[share for share, _ in SLACKS])
    most = np.array([seconds for _, seconds in SLACKS])[kind]
    # A short order book leaves little time for a loss to add up.
    most = most * min(1.0, book.layout.days / 21) ** 2
    slack = (random.random(count) * most).astype(np.int64) // 60 * 60
    tight = random.random(count) < late
    slack = np.where(tight, -random.integers(1, 2 * DAY, count) // HOUR * HOUR, slack)
    early = random.choice([2 * HOUR, DAY, 3 * DAY, 10 * DAY], count) * random.random(count)
    release = (start[book.first] - early.astype(np.int64)) // HOUR * HOUR
    due = -(-(end[last] + slack) // 60) * 60
    return replace(book, release=release, due=due)


def _stock(book: Book, chosen: np.ndarray, run: Run, random: np.random.Generator) -> pa.Table:
    """Parts arrive once a day and item, at most half a day before the run first needs them."""
    materials = book.consumption()
    start = np.array(run.start)[chosen][book.first[materials.order]]
    open_ones = start >= NOW
    day = np.maximum(0, (start - NOW) // DAY) // 3
    arrivals: dict[tuple[str, int], list[int]] = {}
    for item, bucket, time, need, counts in zip(
        materials.item.tolist(),
        day.tolist(),
        start.tolist(),
        materials.need.tolist(),
        open_ones.tolist(),
        strict=True,
    ):
        row = arrivals.setdefault((item, bucket), [time, 0])
        row[0] = min(row[0], time) if counts else row[0]
        row[1] += need if counts else 0
    keys = sorted(arrivals)
    ahead = random.integers(0, 12, len(keys))
    times = [
        NOW if bucket == 0 else max(NOW, (arrivals[item, bucket][0] // HOUR - int(hours)) * HOUR)
        for (item, bucket), hours in zip(keys, ahead, strict=True)
    ]
    return pa.table(
        {
            "item": pa.array([item for item, _ in keys], pa.string()),
            "time": pa.array(times, pa.timestamp("s", "UTC")),
            "quantity": pa.array([arrivals[key][1] for key in keys], pa.int64()),
        }
    )


def _states(book: Book, run: Run) -> pa.Table:
    """How machines are set up at ``NOW``; those that nothing ran on are white and small."""
    names, states = [], []
    machine_names = book.layout.machine_names()
    for machine in np.flatnonzero(book.layout.colored[book.layout.center]).tolist():
        paint = run.states.get(machine)
        names.append(str(machine_names[machine]))
        states.append(
            (COLORS[paint // len(SIZES)], SIZES[paint % len(SIZES)])
            if paint is not None
            else ("white", SIZES[0])
        )
    return pa.table(
        {
            "resource": pa.array(names * 2, pa.string()),
            "attribute": pa.array(["color"] * len(names) + ["size"] * len(names), pa.string()),
            "value": pa.array([s[0] for s in states] + [s[1] for s in states], pa.string()),
        }
    )
