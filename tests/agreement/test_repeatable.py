"""The same seed and work give the same bytes at any number of threads and any order of rows."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pyarrow as pa

from agreement.solved import solve
from plants.random_plants import Plant, random_plant


def shuffled(plant: Plant, seed: int) -> Plant:
    """The same plant with the rows of every table in another order."""
    random = Random(seed)
    tables = {}
    for name, table in plant.tables.items():
        rows = [table.slice(row, 1) for row in range(table.num_rows)]
        random.shuffle(rows)
        tables[name] = pa.concat_tables(rows) if rows else table
    return replace(plant, tables=tables)


def test_threads_and_row_order_do_not_matter() -> None:
    for seed in range(40):
        plant = random_plant(seed)
        first = solve(plant, seed)
        for other in (solve(plant, seed, threads=2), solve(shuffled(plant, seed), seed)):
            assert other.levels == first.levels
            assert other.schedule.sort_by("operation").equals(first.schedule.sort_by("operation"))
