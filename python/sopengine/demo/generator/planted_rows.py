"""The run of the floor as tables: what a result would say of it, and what is history at ``NOW``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sopengine.demo.generator.clock import Clock
from sopengine.demo.generator.layout import NOW

if TYPE_CHECKING:
    from sopengine.demo.generator.book import Book
    from sopengine.demo.generator.floor_run import Run

TIME = pa.timestamp("s", "UTC")
SPAN = pa.duration("s")


class Written:
    """The run by operation of the plant; times as arrays, -1 for none."""

    def __init__(self, book: Book, chosen: np.ndarray, run: Run) -> None:
        self.book = book
        self.start, self.end, self.machine, self.change_start, self.change_end, self.welder = (
            np.array(column, dtype=np.int64)[chosen]
            for column in (run.start, run.end, run.machine, run.change_start, run.change_end, run.welder)
        )
        self.names = book.operation_names()
        self.machines = pa.array(book.layout.machine_names(), pa.string())
        self.done = self.end <= NOW
        self.started = (self.start < NOW) & ~self.done
        self.changed = (self.change_end >= 0) & (self.start >= NOW)

    def schedule(self) -> pa.Table:
        """The table ``schedule``."""
        resource = self.machines.take(pa.array(self.machine))
        status = np.where(self.done, "done", np.where(self.started, "started", "planned"))
        return pa.table(
            {
                "operation": self.names,
                "order": self.book.order_names().take(pa.array(self.book.order)),
                "mode": resource,
                "resource": resource,
                "changeover_start": pa.array(self.change_start, TIME, mask=~self.changed),
                "changeover_end": pa.array(self.change_end, TIME, mask=~self.changed),
                "start": pa.array(self.start, TIME),
                "end": pa.array(self.end, TIME),
                "status": pa.array(status, pa.string()),
            }
        )

    def assignments(self, requirements: pa.Table) -> pa.Table:
        """The table ``assignments``: machines, then what requirements ask for."""
        every = np.flatnonzero(~self.done)
        changed = np.flatnonzero(self.changed)
        needs = self._needs(requirements)
        operation = np.concatenate([every, changed, needs["at"]])
        is_change = np.concatenate([np.zeros(len(every), bool), np.ones(len(changed), bool), needs["change"]])
        own = pa.concat_arrays(
            [
                self.machines.take(pa.array(self.machine[every])),
                self.machines.take(pa.array(self.machine[changed])),
            ]
        )
        return pa.table(
            {
                "operation": self.names.take(pa.array(operation)),
                "resource": pa.concat_arrays([own, needs["resource"]]),
                "phase": pa.array(np.where(is_change, "changeover", "run"), pa.string()),
                "requirement": pa.concat_arrays([pa.nulls(len(own), pa.string()), needs["key"]]),
                "start": pa.array(
                    np.where(is_change, self.change_start[operation], self.start[operation]), TIME
                ),
                "end": pa.array(np.where(is_change, self.change_end[operation], self.end[operation]), TIME),
                "quantity": np.concatenate([np.ones(len(own), np.int64), needs["quantity"]]),
            }
        )

    def _needs(self, requirements: pa.Table) -> dict[str, object]:
        """Requirements in force: of what is not done, in phase changeover where there is one."""
        index = pc.index_in(requirements["operation"], value_set=self.names)
        at = np.asarray(index.to_numpy(zero_copy_only=False), dtype=np.int64)
        change = np.asarray(requirements["phase"].to_numpy(zero_copy_only=False) == "changeover")
        rows = np.flatnonzero(~self.done[at] & (~change | self.changed[at]))
        taken = requirements.take(pa.array(rows)).combine_chunks()
        at, change = at[rows], change[rows]
        welders = pa.array([f"welder-{i + 1:02d}" for i in range(self.book.layout.welders)])
        picked = self.welder[at]
        member = welders.take(pa.array(picked, mask=picked < 0))
        grouped = taken["group"].is_valid()
        resource = pc.if_else(grouped, member, taken["resource"])
        target = pc.coalesce(taken["resource"], taken["group"])
        key = pc.binary_join_element_wise(taken["operation"], "*", target, taken["phase"], "/")
        return {
            "at": at,
            "change": change,
            "resource": _one(resource),
            "key": _one(key),
            "quantity": taken["quantity"].to_numpy(),
        }

    def baseline(self) -> dict[str, pa.Table]:
        """What is done, and what runs at ``NOW`` with the work that it has left."""
        rows = np.flatnonzero(self.done | self.started)
        started = self.started[rows]
        left = np.zeros(len(rows), dtype=np.int64)
        for place in np.flatnonzero(started).tolist():
            left[place] = self._left(int(rows[place]))
        welded = np.flatnonzero(self.started & (self.welder >= 0))
        return {
            "baseline": pa.table(
                {
                    "operation": self.names.take(pa.array(rows)),
                    "resource": self.machines.take(pa.array(self.machine[rows])),
                    "status": pa.array(np.where(started, "started", "done"), pa.string()),
                    "start": pa.array(self.start[rows], TIME),
                    "end": pa.array(self.end[rows], TIME, mask=started),
                    "remaining": pa.array(left, SPAN, mask=~started),
                }
            ),
            "baseline_members": pa.table(
                {
                    "operation": self.names.take(pa.array(welded)),
                    "resource": pa.array([f"welder-{w + 1:02d}" for w in self.welder[welded]], pa.string()),
                    "phase": pa.array(["run"] * len(welded), pa.string()),
                }
            ),
        }

    def _left(self, operation: int) -> int:
        """Working time of started work from ``NOW`` to its end."""
        book = self.book
        step = book.step[operation]
        kind = int(book.layout.calendar[book.layout.center[self.machine[operation]]])
        if book.catalog.crew[step] >= 0 or book.catalog.welded[step]:
            kind = min(kind, 1)
        last = int((self.end[operation] - NOW) // 86_400) + 3
        clock = Clock(kind, -1, last)
        return clock.until(int(self.end[operation])) - clock.until(NOW)


def _one(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def planted_tables(book: Book, chosen: np.ndarray, run: Run, requirements: pa.Table) -> dict[str, pa.Table]:
    """The planted schedule, its assignments, and history."""
    written = Written(book, chosen, run)
    return {
        "planted_schedule": written.schedule(),
        "planted_assignments": written.assignments(requirements),
        **written.baseline(),
    }
