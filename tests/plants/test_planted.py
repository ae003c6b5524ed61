"""Planted plants: the hidden schedule is valid, dense, worth what it says, and not found by rules."""

from __future__ import annotations

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet
import pytest

import sopengine as so
from checker import check
from sopengine.cli import main
from sopengine.demo.generator import generate, split
from sopengine.demo.generator.planted_load import loads

SIZES = [(50, seed) for seed in range(12)] + [(300, seed) for seed in range(6)] + [(2_000, 0), (2_000, 1)]


@cache
def planted(operations: int, seed: int, late: float = 0.0) -> dict[str, pa.Table]:
    return generate(operations, seed, planted=True, late=late)


@pytest.mark.parametrize(("operations", "seed"), SIZES)
def test_the_planted_schedule_is_valid_and_nothing_is_late(operations: int, seed: int) -> None:
    tables, schedule, assignments = split(planted(operations, seed))
    problem = so.Problem(**tables)
    assert operations <= tables["operations"].num_rows < operations + 12
    answer = so.evaluate(problem, schedule, assignments)
    assert answer.violations.to_pylist()[:3] == []
    assert answer.objective["tardiness"] == 0
    assert answer.objective["unscheduled"] == 0
    assert {row["check"] for row in problem.findings.to_pylist()} <= {"CALENDAR_ENDS"}


@pytest.mark.parametrize("seed", range(4))
def test_the_checker_written_apart_agrees(seed: int) -> None:
    tables, schedule, assignments = split(planted(120, seed, 0.2))
    report = check(tables, schedule, assignments)
    assert report.violations == []
    assert report.terms == so.evaluate(so.Problem(**tables), schedule, assignments).objective


def test_a_share_of_late_orders_gives_a_known_sum() -> None:
    tables, schedule, assignments = split(planted(300, 3, 0.25))
    ends = schedule.group_by("order").aggregate([("end", "max")])
    orders = tables["orders"].join(ends, "order")
    late = pc.max_element_wise(
        pc.subtract(orders["end_max"].cast(pa.int64()), orders["due"].cast(pa.int64())), 0
    )
    known = pc.sum(pc.multiply(late, orders["weight"])).as_py()
    answer = so.evaluate(so.Problem(**tables), schedule, assignments)
    assert answer.objective["tardiness"] == known > 0
    share = pc.sum(pc.greater(late, 0)).as_py() / orders.num_rows
    assert 0.1 <= share <= 0.4


def test_large_plants_are_full_and_rules_are_late() -> None:
    """The busiest center works 90 % of its time or more; no priority rule finds what it does."""
    for seed in range(3):
        tables = planted(10_000, seed)
        center, load = next(iter(loads(tables).items()))
        problem, _, _ = split(tables)
        rule = so.solve(so.Problem(**problem), time_limit=0, threads=1)
        late = rule.objective["late_orders"] / pc.sum(problem["orders"]["weight"]).as_py()
        print(f"seed {seed}: {center} {load:.1%} full, best rule {late:.1%} of weight late")
        assert 0.9 <= load <= 1.0
        assert rule.objective["tardiness"] > 10**6


def test_every_feature_is_there() -> None:
    tables = planted(2_000, 0)
    assert set(tables["baseline"]["status"].to_pylist()) == {"done", "started"}
    members = sum(planted(10_000, seed)["baseline_members"].num_rows for seed in range(3))
    assert members > 0, "some started operation holds a welder"
    assert pc.min(tables["precedences"]["transfer"]).as_py() < 1
    assert set(tables["operations"]["suspend"].to_pylist()) == {"never", "breaks"}
    assert set(tables["requirements"]["phase"].to_pylist()) == {"run", "changeover"}
    assert tables["requirements"]["group"].null_count < tables["requirements"].num_rows
    assert pc.starts_with(tables["requirements"]["resource"], "tool").to_pylist().count(True) > 0
    assert tables["planted_schedule"]["changeover_start"].null_count < tables["planted_schedule"].num_rows
    late_parts = pc.greater(tables["stock"]["time"], tables["problem"]["now"][0])
    assert pc.sum(late_parts).as_py() > 0
    assert {*tables["resources"]["calendar"].to_pylist()} >= {"day", "two-shift", "crew", None}


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = generate(500, 9, planted=True), generate(500, 9, planted=True)
    assert all(table.equals(again[name]) for name, table in first.items())
    assert not generate(500, 10, planted=True)["modes"].equals(first["modes"])


def test_the_demo_writes_it_beside_the_problem(tmp_path, capsys) -> None:
    out = tmp_path / "planted"
    assert main(["demo", str(out), "--operations", "80", "--seed", "2", "--planted"]) == 0
    assert "planted_schedule" in capsys.readouterr().out
    problem = so.read(out)
    schedule = pa.parquet.read_table(out / "planted_schedule.parquet")
    assignments = pa.parquet.read_table(out / "planted_assignments.parquet")
    assert so.evaluate(problem, schedule, assignments).violations.num_rows == 0


def test_options_out_of_range_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="late"):
        generate(100, 0, planted=True, late=1.5)
    assert main(["demo", str(tmp_path / "x"), "--planted"]) != 0
