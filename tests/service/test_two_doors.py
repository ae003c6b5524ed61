"""The same case in process and over the wire: worked by hand once, true for both; and both compared."""

from __future__ import annotations

import datetime as dt
import inspect
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import sopengine as so
from service import shops
from sopengine.service import Client

if TYPE_CHECKING:
    from service.conftest import Door

GOOD = {
    "operation": ["a1", "a2", "b1"],
    "start": [0, 4, 6],
    "end": [4, 9, 9],
    "changeover_start": [None, None, 4],
    "changeover_end": [None, None, 6],
}


def test_a_solve_is_the_schedule_worked_by_hand(door: Door) -> None:
    result = door.solve(shops.paint(), work_limit=20_000)
    # A first: red is set, ends at 9; B pays 2 for the change to blue and ends at 9: nothing is late.
    assert result.objective["tardiness"] == 0
    assert result.objective["makespan"] == 9
    assert result.levels[:2] == [0, 0]
    assert result.termination.limit in ("work", "none")
    assert result.stats["seed"] == 0


def test_a_foreign_schedule_is_judged(door: Door) -> None:
    result = door.evaluate(shops.paint(), GOOD)
    assert result.violations.num_rows == 0
    assert result.objective["changeover_cost"] == 7
    bad = door.evaluate(shops.paint(), {**GOOD, "start": [0, 3, 6], "end": [4, 8, 9]})
    assert ("min_lag", "a2") in {(row["check"], row["operation"]) for row in bad.violations.to_pylist()}


def test_a_member_is_taken_from_assignments(door: Door) -> None:
    held = {
        "operation": ["a1", "b1"],
        "resource": ["ann", "ann"],
        "phase": ["run", "run"],
        "requirement": ["r1", "r2"],
    }
    result = door.evaluate(shops.paint(), GOOD, held)
    members = {(row["operation"], row["resource"]) for row in result.assignments.to_pylist()}
    assert {("a1", "ann"), ("b1", "ann")} <= members


def test_a_solve_that_is_cancelled_at_once(door: Door) -> None:
    cancel = so.Cancel()
    cancel.cancel()
    result = door.solve(shops.shop(30, 5), objective=[{"flow_time": 1}], cancel=cancel)
    assert result.termination.limit == "cancelled"
    assert len(result.bound) == 2, "also where no schedule was found: levels are then empty"
    assert len(result.levels) in (0, 2)


@pytest.mark.parametrize("preset", ["on_time", "throughput", "stable", "changeovers"])
def test_every_preset_passes(door: Door, preset: str) -> None:
    result = door.solve(shops.paint(), work_limit=5_000, objective=preset)
    assert result.termination.reason in ("optimal", "feasible")


def test_levels_keep_their_order_and_weights(door: Door) -> None:
    levels = [{"changeover_cost": 3, "makespan": 1}, {"tardiness": 2}]
    result = door.evaluate(shops.paint(), GOOD, objective=levels, partial=False)
    assert result.levels == [3 * 7 + 9, 0]


def test_bytes_of_a_work_limit_are_the_same(client: Client) -> None:
    tables = shops.shop(12, 5)
    problem = so.Problem(**tables)
    here = so.solve(problem, work_limit=60_000, seed=7)
    there = client.solve(problem, work_limit=60_000, seed=7)
    assert there.tables.keys() == here.tables.keys()
    for name, table in here.tables.items():
        assert there.tables[name].equals(table), name
        assert there.tables[name].schema.equals(table.schema), name
    assert (there.objective, there.levels, there.bound) == (here.objective, here.levels, here.bound)
    assert there.termination == here.termination
    assert there.stats["work"] == here.stats["work"]
    assert there.verify().num_rows == 0


def test_types_of_ids_and_times_survive(client: Client) -> None:
    zone = "Europe/Berlin"
    tables = {
        "problem": {"now": pa.array([dt.datetime(2026, 3, 2, 6)], pa.timestamp("ms")), "timezone": [zone]},
        "orders": {"order": pa.array([5, 6], pa.uint8())},
        "operations": {
            "operation": pa.array([1, 2, 10], pa.int16()),
            "order": pa.array([5, 5, 6], pa.uint8()),
        },
        "modes": {
            "operation": pa.array([1, 2, 10], pa.int16()),
            "resource": pa.array(["x", "x", "y"]).dictionary_encode(),
            "duration": pa.array([60, 90, 30], pa.duration("s")),
        },
        "resources": {"resource": pa.array(["x", "y"], pa.string_view())},
    }
    problem = so.Problem(**tables)
    here, there = so.solve(problem, work_limit=2_000), client.solve(problem, work_limit=2_000)
    assert there.schedule.schema.equals(here.schedule.schema)
    assert there.schedule.equals(here.schedule)


WRONG: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unknown table": ({"operation": {"a": [1]}}, {}),
    "missing tables": ({"modes": None, "resources": None}, {}),
    "dangling": (
        {"modes": {"operation": ["a1", "zz", "b1"], "resource": ["booth"] * 3, "duration": [1, 2, 3]}},
        {},
    ),
    "negative": (
        {"modes": {"operation": ["a1", "a2", "b1"], "resource": ["booth"] * 3, "duration": [1, -2, 3]}},
        {},
    ),
    "text": (
        {"modes": {"operation": ["a1", "a2", "b1"], "resource": ["booth"] * 3, "duration": ["1", "2", "3"]}},
        {},
    ),
    "null": ({"operations": {"operation": ["a1", None, "b1"]}}, {}),
    "twice": ({"orders": {"order": ["A", "A"], "due": [1, 2]}}, {}),
    "many": ({"orders": {"order": [f"x{n % 7}" for n in range(400)]}}, {}),
    "no table": ({"orders": 17}, {}),
    "scale": ({}, {"scale": 99}),
    "options": ({}, {"time_limit": -1, "threads": 0, "workers": 0, "seed": -1, "work_limit": -5}),
    "preset": ({}, {"objective": "fast"}),
    "term": ({}, {"objective": [{"speed": 1}]}),
    "weight": ({}, {"objective": [{"makespan": -1}]}),
    "empty level": ({}, {"objective": [{}]}),
    "no level": ({}, {"objective": []}),
    "start": ({}, {"start": 17}),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_input_raises_the_same_issues(client: Client, case: str) -> None:
    change, options = WRONG[case]
    tables = {name: table for name, table in {**shops.paint(), **change}.items() if table is not None}
    options = {"work_limit": 1_000, **options}
    scale = options.pop("scale", None)

    def here() -> object:
        return so.solve(so.Problem(scale=scale, **tables), **options)

    def there() -> object:
        return client.solve(tables, scale=scale, **options)

    issues = []
    for call in (here, there):
        with pytest.raises(so.SopDataError) as caught:
            call()
        issues.append(caught.value.issues)
    assert issues[0]
    assert issues[1] == issues[0]


def test_issues_name_table_row_and_column(door: Door) -> None:
    modes = {"operation": ["a1", "a2", "b1"], "resource": ["booth", "oven", "booth"], "duration": [4, 5, -3]}
    with pytest.raises(so.SopDataError) as caught:
        door.validate({**shops.paint(), "modes": modes})
    places = {(issue.table, issue.row, issue.column) for issue in caught.value.issues}
    assert ("modes", 2, "duration") in places


def test_findings_of_a_good_problem_are_the_same(client: Client) -> None:
    tables = shops.paint()
    tables["modes"] = {**tables["modes"], "color_of_cap": ["green", "blue", "red"]}
    here = so.Problem(**tables).findings
    assert here.num_rows > 0
    assert client.validate(tables).to_pylist() == here.to_pylist()
    assert client.validate(so.Problem(**tables)).to_pylist() == here.to_pylist()


def test_a_start_that_fits_badly_is_told_alike(client: Client) -> None:
    problem = so.Problem(**shops.paint())
    start = {"operation": ["a1", "a9"], "start": [0, 0], "end": [4, 1]}
    here = so.solve(problem, work_limit=1_000, start=start)
    there = client.solve(problem, work_limit=1_000, start=start)
    assert here.findings.num_rows > 0
    assert there.findings.equals(here.findings)
    again = client.solve(problem, work_limit=1_000, start=there)
    assert again.levels <= there.levels


@pytest.mark.parametrize("call", ["solve", "evaluate"])
def test_both_doors_take_the_same_options(call: str) -> None:
    here = inspect.signature(getattr(so, call)).parameters
    there = inspect.signature(getattr(Client, call)).parameters
    only_there = {"self", "scale", "on_start"} & set(there)
    assert set(there) - only_there == set(here)
    for name in set(here) - {"problem"}:
        assert there[name].default == here[name].default, name
        assert there[name].kind == here[name].kind, name


def test_a_baseline_is_stayed_close_to(door: Door) -> None:
    plan = {"operation": ["a1", "a2", "b1"], "start": [20, 24, 40], "end": [24, 29, 43]}
    levels = [{"stability": 1}]
    free = door.solve(shops.paint(), work_limit=20_000, objective=levels)
    assert free.objective["stability"] == 0, "nothing is planned"
    late = door.solve(shops.paint(), work_limit=20_000, objective="throughput", baseline=plan)
    # Integer time: factor 1, no price. The booth ends at 9 either way, so the plan is missed by far.
    assert late.objective["stability"] > 50
    near = door.solve(shops.paint(), work_limit=20_000, objective=levels, baseline=plan)
    assert near.objective["stability"] < late.objective["stability"]


def test_baselines_of_both_kinds_cross_alike(client: Client) -> None:
    problem = so.Problem(**shops.paint())
    plan = so.solve(problem, work_limit=1_000)
    here = so.solve(problem, work_limit=5_000, objective="stable", baseline=plan)
    for given in (problem, shops.paint()):
        there = client.solve(given, work_limit=5_000, objective="stable", baseline=plan)
        assert there.objective == here.objective
        assert there.schedule.equals(here.schedule)
