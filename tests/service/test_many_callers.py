"""Many callers at once, each of whom leaves in its own way: nothing is mixed up, nothing is left over."""

from __future__ import annotations

import random
import threading
from collections import Counter

import pytest

import sopengine as so
from service import shops
from service.conftest import until
from sopengine.service import Client, Server, ServiceError
from sopengine.service.settings import Settings

CALLERS = 6
CALLS = 10
ROOM = {"RESOURCE_EXHAUSTED", "DEADLINE_EXCEEDED"}
"""What a busy service may answer."""


class Leaving(Exception):
    """Raised by a callback that has seen enough."""


def leave(_: object) -> None:
    raise Leaving


def call(way: str, patient: Client, hasty: Client, problem: so.Problem, draw: random.Random) -> str:
    """Make one call; what came of it."""
    try:
        if way == "cancels":
            flag = so.Cancel()
            threading.Timer(draw.random() * 0.1, flag.cancel).start()
            return patient.solve(problem, time_limit=20, cancel=flag).termination.limit
        if way == "raises":
            patient.solve(problem, time_limit=20, on_progress=leave)
        if way == "hurries":
            return hasty.solve(problem, time_limit=20).termination.limit
        if way == "errs":
            patient.solve({"operations": {"operation": ["a"]}})
        return str(patient.solve(problem, time_limit=0.05).verify().num_rows)
    except (Leaving, so.SopDataError) as error:
        return type(error).__name__
    except ServiceError as error:
        return "no room" if error.code in ROOM else error.code


EXPECTED = {
    "cancels": "cancelled",
    "raises": "Leaving",
    "hurries": "time",
    "errs": "SopDataError",
    "stays": "0",
}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_caller_gets_its_own_answer(seed: int) -> None:
    problem = so.Problem(**shops.shop(20, 5))
    outcomes: Counter[tuple[str, str]] = Counter()

    def caller(number: int) -> None:
        draw = random.Random(seed * 100 + number)
        target = f"localhost:{server.port}"
        with Client(target) as patient, Client(target, timeout=0.5) as hasty:
            for _ in range(CALLS):
                way = draw.choice(sorted(EXPECTED))
                outcomes[way, call(way, patient, hasty, problem, draw)] += 1

    before = threading.active_count()
    with Server(settings=Settings(max_solves=5, max_threads=1)) as server:
        callers = [threading.Thread(target=caller, args=(number,)) for number in range(CALLERS)]
        for thread in callers:
            thread.start()
        for thread in callers:
            thread.join(120)
        assert until(lambda: server.scheduling.solves.running == 0)
    assert sum(outcomes.values()) == CALLERS * CALLS
    assert {(way, came) for way, came in outcomes if came != "no room"} == set(EXPECTED.items())
    assert until(lambda: threading.active_count() <= before + 1), threading.enumerate()
