"""Random plants with every feature and column type: every answer of a session is valid."""

from __future__ import annotations

import random
from typing import Any

import pytest

import sopengine as so
from plants.random_plants import random_plant
from sopengine import changes


def something(session: so.Session, dice: random.Random) -> Any:
    """A change of one planned operation, its order or its resource."""
    rows = [row for row in session.schedule.schedule.to_pylist() if row["status"] == "planned"]
    rows = [row for row in rows if row["resource"] is not None and row["end"] > row["start"]]
    if not rows:
        return None
    row = dice.choice(rows)
    told = [
        changes.machine_down(row["resource"], row["start"], row["end"]),
        changes.operation_late(row["operation"], start=row["end"]),
    ]
    if row["order"] is not None:
        told += [changes.cancel_order(row["order"]), changes.order_changed(row["order"], due=row["start"])]
    return dice.choice(told)


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_every_answer_is_valid(first: int) -> None:
    answered = 0
    for seed in range(first, first + 10):
        problem = so.Problem(**random_plant(seed, integer=seed % 2 == 0).tables)
        session = so.open(problem, so.solve(problem, work_limit=3_000))
        for row, same in zip(
            session.schedule.schedule.to_pylist(), session.simulate().schedule.to_pylist(), strict=True
        ):
            assert row["start"] is None or row["start"] == same["start"], (seed, row["operation"])
        told = something(session, random.Random(seed))
        if told is None:
            continue
        answered += 1
        simulated = session.simulate(told)
        repaired = session.repair(told, time_limit=0.01)
        answer = session.reschedule(told, time_limit=0.02)
        for result in (simulated, repaired, answer):
            assert result.verify().num_rows == 0, (seed, result.verify().to_pylist()[:2])
        assert repaired.levels <= simulated.levels, seed
        assert answer.diff().page()
        session.accept(answer)
        assert session.schedule.verify().num_rows == 0
    assert answered >= 5
