"""The order book: orders, their operations, and what each operation needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from sopengine.demo.generator.layout import COLORS, DAY, HOUR, NOW, SIZES

if TYPE_CHECKING:
    from sopengine.demo.generator.catalog import Catalog
    from sopengine.demo.generator.layout import Layout

LONGEST_WHOLE = 3 * HOUR
"""Work that may not pause stays within every shift, slow machines included."""


@dataclass(frozen=True)
class Consumption:
    """Purchased parts that orders consume at their first operation, by row."""

    order: np.ndarray
    item: np.ndarray
    need: np.ndarray


@dataclass(frozen=True)
class Book:
    """Orders and operations as arrays; operations of an order are neighbors.

    By order: ``family``, ``release``, ``due``, ``weight``, ``color``, ``size``, ``first``. By operation:
    ``order``, ``step`` (of the catalog), ``work`` (seconds at normal speed).
    """

    layout: Layout
    catalog: Catalog
    family: np.ndarray
    release: np.ndarray
    due: np.ndarray
    weight: np.ndarray
    color: np.ndarray
    size: np.ndarray
    first: np.ndarray
    order: np.ndarray
    step: np.ndarray
    work: np.ndarray

    def operation_names(self) -> pa.Array:
        """``O000012-03``: third step of order 12."""
        rank = np.arange(len(self.order)) - self.first[self.order] + 1
        return pa.array(
            [f"O{o:06d}-{r:02d}" for o, r in zip(self.order.tolist(), rank.tolist(), strict=True)]
        )

    def order_names(self) -> pa.Array:
        """``O000012``."""
        return pa.array([f"O{o:06d}" for o in range(len(self.family))])

    def whole(self) -> np.ndarray:
        """By operation: whether it may not pause."""
        fixed: np.ndarray = ~self.catalog.suspendable[self.step] & (self.work <= LONGEST_WHOLE)
        return fixed

    def tables(self) -> dict[str, pa.Table]:
        """Tables of orders and operations."""
        names = self.operation_names()
        orders = self.order_names()
        center = self.catalog.center[self.step]
        colored = self.layout.colored[center]
        return {
            "orders": pa.table(
                {
                    "order": orders,
                    "release": pa.array(self.release, pa.timestamp("s", "UTC")),
                    "due": pa.array(self.due, pa.timestamp("s", "UTC")),
                    "weight": self.weight,
                    "earliness_weight": np.ones(len(self.family), dtype=np.int64),
                }
            ),
            "operations": pa.table(
                {
                    "operation": names,
                    "order": orders.take(pa.array(self.order)),
                    "suspend": pa.array(np.where(self.whole(), "never", "breaks")),
                }
            ),
            "setup_states": self._setup_states(names, colored),
            "modes": self._modes(names, center),
            "requirements": self._requirements(names, center),
            "precedences": self._precedences(names),
            **self._materials(names),
        }

    def _setup_states(self, names: pa.Array, colored: np.ndarray) -> pa.Table:
        at = np.flatnonzero(colored)
        color = np.array(COLORS, dtype=object)[self.color[self.order[at]]]
        size = np.array(SIZES, dtype=object)[self.size[self.order[at]]]
        return pa.table(
            {
                "operation": names.take(pa.array(np.concatenate([at, at]))),
                "attribute": pa.array(["color"] * len(at) + ["size"] * len(at), pa.string()),
                "value": pa.array(np.concatenate([color, size]), pa.string()),
            }
        )

    def _modes(self, names: pa.Array, center: np.ndarray) -> pa.Table:
        count = np.diff(self.layout.first)[center]
        operation = np.repeat(np.arange(len(self.order)), count)
        within = np.arange(len(operation)) - np.repeat(np.cumsum(count) - count, count)
        machine = self.layout.first[center[operation]] + within
        duration = (self.work[operation] * 100 + self.layout.speed[machine] - 1) // self.layout.speed[machine]
        resources = pa.array(self.layout.machine_names(), pa.string())
        return pa.table(
            {
                "operation": names.take(pa.array(operation)),
                "resource": resources.take(pa.array(machine)),
                "duration": pa.array(duration, pa.duration("s")),
                "cost": np.maximum(0, self.layout.speed[machine] - 100).astype(np.int64) * 10,
            }
        )

    def _requirements(self, names: pa.Array, center: np.ndarray) -> pa.Table:
        site = np.array(["north", "south"], dtype=object)[self.layout.site[center]]
        crew = self.catalog.crew[self.step]
        tool = self.catalog.tool[self.step]
        parts: list[tuple[np.ndarray, list[str | None], list[str | None], np.ndarray, str, str]] = []
        at = np.flatnonzero(crew >= 0)
        pools: list[str | None] = [f"crew-{s}-{c + 1:02d}" for s, c in zip(site[at], crew[at], strict=True)]
        sizes = self.catalog.crew_size[self.step[at]]
        parts.append((at, pools, [None] * len(at), sizes, "run", "release"))
        at = np.flatnonzero(tool >= 0)
        tools: list[str | None] = [f"tool-{t + 1:03d}" for t in tool[at]]
        parts.append((at, tools, [None] * len(at), np.ones(len(at)), "run", "hold"))
        at = np.flatnonzero(self.catalog.welded[self.step])
        parts.append((at, [None] * len(at), ["welders"] * len(at), np.ones(len(at)), "run", "hold"))
        at = np.flatnonzero(self.layout.colored[center])
        setters: list[str | None] = [f"setters-{s}" for s in site[at]]
        parts.append((at, setters, [None] * len(at), np.ones(len(at)), "changeover", "release"))
        operation = np.concatenate([part[0] for part in parts])
        return pa.table(
            {
                "operation": names.take(pa.array(operation)),
                "resource": pa.array([name for part in parts for name in part[1]], pa.string()),
                "group": pa.array([name for part in parts for name in part[2]], pa.string()),
                "quantity": np.concatenate([part[3] for part in parts]).astype(np.int64),
                "phase": pa.array([part[4] for part in parts for _ in part[0]], pa.string()),
                "breaks": pa.array([part[5] for part in parts for _ in part[0]], pa.string()),
            }
        )

    def _precedences(self, names: pa.Array) -> pa.Table:
        before = np.flatnonzero(self.order[:-1] == self.order[1:])
        streamed = self.catalog.streamed[self.step[before]]
        return pa.table(
            {
                "before": names.take(pa.array(before)),
                "after": names.take(pa.array(before + 1)),
                "min_lag": pa.array(np.where(streamed, 0, 5 * 60), pa.duration("s")),
                "transfer": np.where(streamed, 0.25, 1.0),
                "tail": np.where(streamed, 0.1, 0.0),
            }
        )

    def consumption(self) -> Consumption:
        """Let the first operation of every third order consume a purchased item."""
        orders = np.arange(0, len(self.family), 3)
        part = np.array([f"part-{f:03d}" for f in range(self.catalog.families)], dtype=object)
        return Consumption(orders, part[self.family[orders]], (5 + (orders * 7) % 40).astype(np.int64))

    def _materials(self, names: pa.Array) -> dict[str, pa.Table]:
        """What is consumed, and stock: half of the total is there, half yet to come."""
        used_by = self.consumption()
        used, place = np.unique(used_by.item.astype(str), return_inverse=True)
        total = np.bincount(place, weights=used_by.need).astype(np.int64)
        there = total // 2
        arrival = NOW + (1 + np.arange(len(used)) % max(1, self.layout.days // 2)) * DAY
        stock_time = np.concatenate([np.full(len(used), NOW), arrival])
        return {
            "materials": pa.table(
                {
                    "operation": names.take(pa.array(self.first[used_by.order])),
                    "item": pa.array(used_by.item, pa.string()),
                    "quantity": -used_by.need,
                }
            ),
            "stock": pa.table(
                {
                    "item": pa.array(np.concatenate([used, used]), pa.string()),
                    "time": pa.array(stock_time, pa.timestamp("s", "UTC")),
                    "quantity": np.concatenate([there, total - there]),
                }
            ),
        }


def book_orders(
    operations: int, layout: Layout, catalog: Catalog, random: np.random.Generator, span: float = 1.0
) -> Book:
    """Draw orders until the operations are reached, and scale work to the load of each center.

    They are to fill ``span`` times the days of the layout.
    """
    draws = random.integers(0, catalog.families, operations // 3 + 1)
    steps = catalog.steps()
    count = int(np.searchsorted(np.cumsum(steps[draws]), operations)) + 1
    family = draws[:count]
    length = steps[family]
    first = np.concatenate([[0], np.cumsum(length)])
    order = np.repeat(np.arange(count), length)
    step = catalog.first[family[order]] + np.arange(first[-1]) - first[order]
    quantity = random.integers(5, 40, count)
    work = _scaled(catalog.work[step] * quantity[order], catalog.center[step], layout, span)
    release = _releases(count, layout, random)
    touch = np.add.reduceat(work, first[:-1])
    tightness = random.choice([2, 3, 4, 6, 10], count)
    return Book(
        layout=layout,
        catalog=catalog,
        family=family,
        release=release,
        due=_on_the_hour(np.maximum(release, NOW) + touch * tightness + 8 * HOUR),
        weight=random.choice([1, 1, 1, 2, 2, 5, 10], count).astype(np.int64),
        color=random.integers(0, len(COLORS), count),
        size=random.integers(0, len(SIZES), count),
        first=first[:-1],
        order=order,
        step=step,
        work=work,
    )


def _scaled(raw: np.ndarray, center: np.ndarray, layout: Layout, span: float) -> np.ndarray:
    """Seconds of work such that each center is loaded as the layout says, changeovers apart."""
    booked = np.bincount(center, weights=raw, minlength=layout.centers)
    speed = np.add.reduceat(layout.speed / 100, layout.first[:-1])
    wanted = layout.open_seconds() * layout.load * speed * span
    factor = wanted / np.maximum(booked, 1)
    seconds = np.rint(raw * factor[center] / 60).astype(np.int64) * 60
    work: np.ndarray = np.clip(seconds, 5 * 60, 16 * HOUR)
    return work


def _releases(count: int, layout: Layout, random: np.random.Generator) -> np.ndarray:
    """Release a quarter of the orders now, the others over three quarters of the time."""
    span = layout.days * DAY * 3 // 4
    later = NOW + random.integers(0, span, count)
    return np.where(random.random(count) < 0.25, NOW, _on_the_hour(later))


def _on_the_hour(seconds: np.ndarray) -> np.ndarray:
    hours: np.ndarray = seconds // HOUR * HOUR
    return hours
