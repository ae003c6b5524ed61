"""Plants of any size for tests, benches and demos, from 50 to a million operations.

A generated plant is a Problem with everything switched on: families with routings of 3 to 12 steps over
two sites, alternative machines of different speed, bottlenecks near their capacity, shifts with breaks
and a holiday, work that may pause and work that may not, color and size changeovers, labor pools that
change by shift, skills, tools, setup crews, lot streaming, transport, purchased material, work in
progress, due dates of mixed tightness. The same size and seed give the same tables.

The chapters: ``layout`` (what stands where, and when it is open), ``catalog`` (families and their
routings), ``book`` (orders, their operations and what each needs), ``floor`` (work in progress).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sopengine.demo.generator.book import book_orders
from sopengine.demo.generator.catalog import draw_catalog
from sopengine.demo.generator.floor import start_work
from sopengine.demo.generator.layout import draw_layout

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["generate"]


def generate(operations: int, seed: int = 0) -> dict[str, pa.Table]:
    """Tables of a Problem of about ``operations`` operations.

    Parameters
    ----------
    operations
        Size aimed at, 50 to 1,000,000; routings end whole, so it is met within one routing.
    seed
        Anything that fits 64 bits; another seed is another plant.

    Raises
    ------
    ValueError
        If ``operations`` is out of range.
    """
    if not 50 <= operations <= 1_000_000:
        raise ValueError(f"operations is {operations}, expected 50 to 1,000,000")
    random = np.random.Generator(np.random.PCG64([seed & 0xFFFF_FFFF_FFFF_FFFF, operations]))
    layout = draw_layout(operations, random)
    catalog = draw_catalog(layout, random)
    book = book_orders(operations, layout, catalog, random)
    tables = layout.tables() | book.tables()
    return tables | start_work(layout, book, random)
