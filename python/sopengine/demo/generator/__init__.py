"""Plants of any size for tests, benches and demos, from 50 to a million operations.

A generated plant is a Problem with everything switched on: families with routings of 3 to 12 steps over
two sites, alternative machines of different speed, bottlenecks near their capacity, shifts with breaks
and a holiday, work that may pause and work that may not, color and size changeovers, labor pools that
change by shift, skills, tools, setup crews, lot streaming, transport, purchased material, work in
progress, due dates of mixed tightness. The same size and seed give the same tables.

The chapters: ``layout`` (what stands where, and when it is open), ``catalog`` (families and their
routings), ``book`` (orders, their operations and what each needs), ``floor`` (work in progress);
``planted`` (plants around a hidden schedule), ``floor_run`` (how that comes about).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sopengine.demo.generator.book import book_orders
from sopengine.demo.generator.catalog import draw_catalog
from sopengine.demo.generator.floor import start_work
from sopengine.demo.generator.layout import draw_layout
from sopengine.demo.generator.planted import plant

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["generate", "split"]


def generate(
    operations: int, seed: int = 0, *, planted: bool = False, late: float = 0.0
) -> dict[str, pa.Table]:
    """Tables of a Problem of about ``operations`` operations.

    Parameters
    ----------
    operations
        Size aimed at, 50 to 1,000,000; routings end whole, so it is met within one routing.
    seed
        Anything that fits 64 bits; another seed is another plant.
    planted
        Whether the plant hides a schedule, which is then given too: tables ``planted_schedule`` and
        ``planted_assignments``, see ``planted``; `split` takes them apart from the problem.
    late
        With ``planted``: share of orders that are late in the hidden schedule; at 0 its tardiness is 0.

    Raises
    ------
    ValueError
        If ``operations`` or ``late`` is out of range.
    """
    if not 0 <= late <= 1:
        raise ValueError(f"late is {late}, expected a share from 0 to 1")
    if not 50 <= operations <= 1_000_000:
        raise ValueError(f"operations is {operations}, expected 50 to 1,000,000")
    random = np.random.Generator(np.random.PCG64([seed & 0xFFFF_FFFF_FFFF_FFFF, operations]))
    layout = draw_layout(operations, random)
    catalog = draw_catalog(layout, random)
    if planted:
        return plant(operations, layout, catalog, random, late)
    book = book_orders(operations, layout, catalog, random)
    tables = layout.tables() | book.tables()
    return tables | start_work(layout, book, random)


def split(tables: dict[str, pa.Table]) -> tuple[dict[str, pa.Table], pa.Table, pa.Table]:
    """Tables of the problem, the planted schedule and its assignments, from a planted plant.

    Raises
    ------
    KeyError
        If nothing is planted.
    """
    problem = {name: table for name, table in tables.items() if not name.startswith("planted_")}
    return problem, tables["planted_schedule"], tables["planted_assignments"]
