"""Random plants: the same bytes for a seed, valid rows, every pair of features."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from .random_plants import (
    EXCLUSIVE,
    FEATURES,
    REQUIRES,
    Plant,
    compatible_pairs,
    covered,
    pairwise,
    random_plant,
)


def digest(plants: list[Plant]) -> str:
    """A hash over all bytes of all tables."""
    found = hashlib.sha256()
    for plant in plants:
        for name, table in plant.tables.items():
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table)
            found.update(name.encode() + sink.getvalue().to_pybytes())
        found.update(repr((sorted(plant.features), plant.options)).encode())
    return found.hexdigest()


def test_a_seed_gives_the_same_bytes_in_every_process() -> None:
    program = (
        "from plants.random_plants import pairwise; from plants.test_random_plants import digest; "
        "print(digest(pairwise(5, 20)))"
    )
    here = digest(pairwise(5, 20))
    for salt in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": salt}
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=Path(__file__).parents[1], env=environment,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert run.stdout.strip() == here


def test_every_pair_of_features_occurs() -> None:
    pairs = set(compatible_pairs())
    missing = pairs - covered(pairwise(1, 400))
    assert not missing, sorted(map(sorted, missing))
    assert len(pairs) == len(FEATURES) * (len(FEATURES) - 1) // 2 - len(EXCLUSIVE)


@pytest.mark.parametrize("feature", sorted(FEATURES))
def test_a_feature_asked_for_is_there_in_most_plants(feature: str) -> None:
    plants = [random_plant(seed, features=[feature]) for seed in range(20)]
    assert sum(feature in plant.features for plant in plants) >= 8
    allowed = {feature}
    while any(REQUIRES.get(name, name) not in allowed for name in allowed):
        allowed |= {REQUIRES[name] for name in allowed if name in REQUIRES}
    assert all(plant.features <= allowed for plant in plants)


def test_sizes_are_as_asked() -> None:
    for seed in range(30):
        plant = random_plant(seed, operations=(6, 8), features=["alternative_modes"])
        assert 6 <= plant.tables["operations"].num_rows <= 8


def test_integer_plants_have_no_temporal_column() -> None:
    for seed in range(60):
        tables = random_plant(seed).tables
        assert not any(pa.types.is_temporal(kind) for table in tables.values() for kind in table.schema.types)


def test_keys_are_unique_and_references_known() -> None:
    for plant in pairwise(2, 120):
        tables = {name: table.to_pylist() for name, table in plant.tables.items()}
        for name, key in (("orders", "order"), ("operations", "operation"), ("resources", "resource")):
            keys = [row[key] for row in tables.get(name, [])]
            assert len(keys) == len(set(keys))
        known = {
            name: {row[key] for row in tables[name]}
            for name, key in (("operations", "operation"), ("resources", "resource"))
        }
        for table in ("modes", "requirements", "baseline", "baseline_members", "materials", "setup_states"):
            for row in tables.get(table, []):
                assert row["operation"] in known["operations"]
                assert row.get("resource") is None or row["resource"] in known["resources"]
        modes = [(row["operation"], row.get("mode") or row["resource"]) for row in tables["modes"]]
        assert len(modes) == len(set(modes))


def test_unknown_features_are_named() -> None:
    with pytest.raises(ValueError, match="no_such"):
        random_plant(0, features=["no_such"])
