"""Why an operation has moved: withdraw the named cause, and the move is gone or smaller."""

from __future__ import annotations

import random
from typing import Any

import pytest

import sopengine as so
from plants.random_plants import random_plant
from sopengine import changes
from sopengine.changes import Change, flatten
from sopengine.demo.generator import generate


def several(session: so.Session, dice: random.Random, count: int) -> list[list[Change]]:
    """Things that happen to operations, resources and orders, each of its own."""
    rows = [row for row in session.schedule.schedule.to_pylist() if row["status"] == "planned"]
    rows = [row for row in rows if row["resource"] is not None and row["end"] > row["start"]]
    told = []
    for row in dice.sample(rows, min(count, len(rows))):
        length = row["end"] - row["start"]
        stop = changes.machine_down(row["resource"], row["start"], row["start"] + length)
        late = changes.operation_late(row["operation"], start=row["end"])
        told.append(flatten(dice.choice([stop, late])))
    return told


def root(moves: dict[str, dict[str, Any]], name: str) -> tuple[str, str | None]:
    """The end of a chain of pushes: its cause, and what it names."""
    seen = set()
    while name in moves and moves[name]["cause"] == "pushed" and name not in seen:
        seen.add(name)
        name = moves[name]["by"]
    return (moves[name]["cause"], moves[name]["by"]) if name in moves else ("gone", name)


def names(told: list[Change]) -> set[str]:
    keys = ("operation", "order", "resource", "item")
    return {str(change.key[key]) for change in told for key in keys if key in change.key}


def starts(result: so.Result) -> dict[str, Any]:
    table = result.schedule
    cells = (table[name].to_pylist() for name in ("operation", "start"))
    return dict(zip(*cells, strict=True))


def check(session: so.Session, told: list[list[Change]]) -> int:
    """Every move has a cause, and is less without it; how many moves were looked at."""
    simulated = session.simulate(told)
    moves = {row["operation"]: row for row in simulated.diff().moves.to_pylist()}
    assert all(row["cause"] != "choice" for row in moves.values()), "nobody chooses in a simulation"
    after, without = starts(simulated), {}
    looked = 0
    for name in moves:
        cause, by = root(moves, name)
        assert cause in ("change", "new"), (name, cause, by)
        hit = [part for part in told if by in names(part)]
        assert hit, (name, by)
        key = tuple(id(part) for part in hit)
        if key not in without:
            without[key] = starts(session.simulate([part for part in told if part not in hit]))
        then = without[key][name]
        if after[name] is not None:
            looked += 1
            assert then is not None, name
            assert then < after[name], (name, by, moves[name])
    return looked


@pytest.mark.parametrize("seed", range(6))
def test_without_its_cause_an_operation_moves_less(seed: int) -> None:
    problem = so.Problem(**generate(150, seed))
    session = so.open(problem, so.solve(problem, work_limit=20_000))
    looked = sum(check(session, several(session, random.Random(100 * seed + n), 1 + n)) for n in range(3))
    assert looked > 0


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_one_change_is_the_cause_of_all_that_moves(first: int) -> None:
    for seed in range(first, first + 10):
        problem = so.Problem(**random_plant(seed, integer=True).tables)
        session = so.open(problem, so.solve(problem, work_limit=3_000))
        check(session, several(session, random.Random(seed), 1))
