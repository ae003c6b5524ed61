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
    names, cells = (table[name].to_pylist() for name in ("operation", "start"))
    return dict(zip(map(str, names), cells, strict=True))


def moves_of(response: Any) -> dict[str, dict[str, Any]]:
    """Operations that have a place before and after, and another one."""
    rows = response.diff().moves.to_pylist()
    return {
        str(row["operation"]): row for row in rows if None not in (row["start_before"], row["start_after"])
    }


def check(session: so.Session, told: list[list[Change]]) -> tuple[int, int]:
    """Every move has a cause; without it the operation moves less, or as far for another cause.

    How many moves were less, and how many are put down to nothing.
    """
    simulated = session.simulate(told)
    moves = moves_of(simulated)
    after, without = starts(simulated), {}
    less = unknown = 0
    for name in moves:
        cause, by = root(moves, name)
        if cause not in ("change", "new"):
            unknown += 1
            continue
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
    return less, unknown


@pytest.mark.parametrize("seed", range(6))
def test_without_its_cause_an_operation_moves_less(seed: int) -> None:
    problem = so.Problem(**generate(150, seed))
    session = so.open(problem, so.solve(problem, work_limit=20_000))
    found = [check(session, several(session, random.Random(100 * seed + n), 1 + n)) for n in range(3)]
    assert sum(less for less, _ in found) > 0
    assert all(unknown == 0 for _, unknown in found), "nobody chooses in a simulation"


def test_one_change_is_the_cause_of_nearly_all_that_moves() -> None:
    """Every feature at once: what a full store or an empty one delays may stay without a name."""
    less = unknown = 0
    for seed in range(40):
        problem = so.Problem(**random_plant(seed, integer=True).tables)
        session = so.open(problem, so.solve(problem, work_limit=3_000))
        found = check(session, several(session, random.Random(seed), 1))
        less, unknown = less + found[0], unknown + found[1]
    assert less > 40
    assert 10 * unknown <= less, (less, unknown)
