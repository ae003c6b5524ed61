"""The oracle on random plants: what must hold whatever the plant."""

from __future__ import annotations

import random
from itertools import combinations
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from plants.random_plants import FEATURES, Plant, pairwise, random_plant

from .cpsat import Inexact, solve_exact, supports

if TYPE_CHECKING:
    from .cpsat import Exact

PLANTS = pairwise(3, 30)


def solved(plant: Plant, tables: dict[str, pa.Table] | None = None, partial: bool = True) -> Exact:
    return solve_exact(tables or plant.tables, plant.options["objective"], partial=partial, time_limit=60)


def shuffled(table: pa.Table, rng: random.Random) -> pa.Table:
    rows = list(range(table.num_rows))
    rng.shuffle(rows)
    columns = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_string_view(column.type):  # has no kernel that takes rows
            values = column.to_pylist()
            columns[name] = pa.array([values[row] for row in rows], column.type)
        else:
            columns[name] = column.take(pa.array(rows))
    return pa.table(columns)


@pytest.mark.parametrize("number", range(len(PLANTS)))
def test_a_plant_is_solved_and_the_answer_is_one_of_the_problem(number: int) -> None:
    plant = PLANTS[number]
    if supports(plant.tables):
        with pytest.raises(Inexact):
            solved(plant)
        return
    exact = solved(plant)
    assert exact.status == "optimal"
    again = solved(
        plant, {name: shuffled(table, random.Random(number)) for name, table in plant.tables.items()}
    )
    assert again.levels == exact.levels, "the order of rows matters"
    whole = solved(plant, partial=False)
    if exact.levels[0] == 0:
        assert whole.levels == exact.levels[1:]
    else:
        assert whole.status == "infeasible"


def test_few_plants_are_refused() -> None:
    refused = [reasons for plant in PLANTS + pairwise(4, 70) if (reasons := supports(plant.tables))]
    assert len(refused) <= 3, refused


def test_relaxing_a_plant_never_makes_it_worse() -> None:
    for seed in range(6):
        plant = random_plant(seed, features=["unary_calendars", "deadlines", "single_attribute", "max_lags"])
        tables = {
            name: table for name, table in plant.tables.items() if name not in ("changeovers", "matrices")
        }
        tables["resources"] = tables["resources"].drop_columns(["changeover_matrix"])
        assert solved(plant, tables).levels <= solved(plant).levels


def test_thirty_plants_cover_most_pairs_of_features() -> None:
    seen = {pair for plant in PLANTS for pair in combinations(sorted(plant.features), 2)}
    assert {name for plant in PLANTS for name in plant.features} == set(FEATURES)
    assert len(seen) > 900
