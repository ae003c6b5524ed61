"""Work in progress: what runs at ``now``, what of its order is done, and how machines are set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sopengine.demo.generator.layout import COLORS, HOUR, NOW, SIZES

if TYPE_CHECKING:
    from sopengine.demo.generator.book import Book
    from sopengine.demo.generator.layout import Layout

SHARE = 0.4
"""So many machines run at ``now``."""


def start_work(layout: Layout, book: Book, random: np.random.Generator) -> dict[str, pa.Table]:
    """Start one operation on some machines; earlier steps of its order are done.

    Each order is started at most once, and only where no welder or tool would have to be named.
    """
    machine_names = layout.machine_names()
    center = book.catalog.center[book.step]
    free = (book.catalog.tool[book.step] < 0) & ~book.catalog.welded[book.step]
    started_orders: set[int] = set()
    rows: list[tuple[int, str | None, str, int | None, int | None, int | None]] = []
    colored: list[tuple[str, int]] = []
    for machine in np.flatnonzero(random.random(layout.machines) < SHARE):
        candidates = np.flatnonzero((center == layout.center[machine]) & free)[:40]
        open_ones = [index for index in candidates if int(book.order[index]) not in started_orders]
        if not open_ones:
            continue
        running = int(random.choice(open_ones))
        order = int(book.order[running])
        started_orders.add(order)
        left = int(book.work[running]) // 2
        rows.append((running, str(machine_names[machine]), "started", NOW - 12 * HOUR, None, left))
        for rank, done in enumerate(range(running - 1, int(book.first[order]) - 1, -1)):
            end = NOW - 14 * HOUR - rank * 8 * HOUR
            where = str(machine_names[layout.first[center[done]]])
            rows.append((done, where, "done", end - HOUR, end, None))
        if layout.colored[layout.center[machine]]:
            colored.append((str(machine_names[machine]), order))
    return {"baseline": _baseline(book, rows), "resource_states": _states(layout, book, colored)}


def _baseline(
    book: Book, rows: list[tuple[int, str | None, str, int | None, int | None, int | None]]
) -> pa.Table:
    columns = list(zip(*sorted(rows), strict=True)) if rows else [()] * 6
    time = pa.timestamp("s", "UTC")
    return pa.table(
        {
            "operation": book.operation_names().take(pa.array(columns[0], pa.int64())),
            "resource": pa.array(columns[1], pa.string()),
            "status": pa.array(columns[2], pa.string()),
            "start": pa.array(columns[3], time),
            "end": pa.array(columns[4], time),
            "remaining": pa.array(columns[5], pa.duration("s")),
        }
    )


def _states(layout: Layout, book: Book, running: list[tuple[str, int]]) -> pa.Table:
    """Machines that run are set up for it, the others for white and small."""
    known = {name: (COLORS[book.color[order]], SIZES[book.size[order]]) for name, order in running}
    names = [str(name) for name in layout.machine_names()[layout.colored[layout.center]]]
    pairs = [known.get(name, ("white", SIZES[0])) for name in names]
    return pa.table(
        {
            "resource": pa.array(names * 2, pa.string()),
            "attribute": pa.array(["color"] * len(names) + ["size"] * len(names), pa.string()),
            "value": pa.array([pair[0] for pair in pairs] + [pair[1] for pair in pairs], pa.string()),
        }
    )
