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


def moves_of(response: Any) -> dict[str, dict[str, Any]]:
    return {row["operation"]: row for row in response.diff().moves.to_pylist()}


def check(session: so.Session, told: list[list[Change]]) -> int:
    """Every move has a cause; without it the operation moves less, or as far for another cause.

    How many moves were less.
    """
    simulated = session.simulate(told)
    moves = moves_of(simulated)
    after, without = starts(simulated), {}
    less = 0
    for name in moves:
        cause, by = root(moves, name)
        assert cause in ("change", "new"), (name, moves[name], "nobody chooses in a simulation")
        hit = [part for part in told if by in names(part)]
        assert hit, (name, by)
        key = tuple(id(part) for part in hit)
        if key not in without:
            rest = [part for part in told if part not in hit]
            answer = session.simulate(rest)
            without[key] = (rest, starts(answer), moves_of(answer))
        if after[name] is not None:
            rest, then, others = without[key]
            assert then[name] is not None, name
            assert then[name] <= after[name], (name, by, moves[name])
            less += then[name] < after[name]
            if then[name] == after[name]:
                assert any(root(others, name)[1] in names(part) for part in rest), (name, by, moves[name])
    return less


@pytest.mark.parametrize("seed", range(6))
def test_without_its_cause_an_operation_moves_less(seed: int) -> None:
    problem = so.Problem(**generate(150, seed))
    session = so.open(problem, so.solve(problem, work_limit=20_000))
    less = sum(check(session, several(session, random.Random(100 * seed + n), 1 + n)) for n in range(3))
    assert less > 0


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_one_change_is_the_cause_of_all_that_moves(first: int) -> None:
    for seed in range(first, first + 10):
        problem = so.Problem(**random_plant(seed, integer=True).tables)
        session = so.open(problem, so.solve(problem, work_limit=3_000))
        check(session, several(session, random.Random(seed), 1))
