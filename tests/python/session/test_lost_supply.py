"""What a change leaves without a place or without material is left out with a reason, never refused."""

from __future__ import annotations

from typing import Any

import pytest

import sopengine as so
from sopengine import changes

TABLES: dict[str, dict[str, list[Any]]] = {
    "orders": {"order": ["M", "U", "V"], "due": [20, 40, 40]},
    "operations": {
        "operation": ["M1", "U1", "V1"],
        "order": ["M", "U", "V"],
        "suspend": ["never", "never", "breaks"],
    },
    "modes": {"operation": ["M1", "U1", "V1"], "resource": ["mill", "press", "press"], "duration": [4, 5, 6]},
    "requirements": {"operation": ["U1"], "resource": ["tool"]},
    "resources": {"resource": ["mill", "press", "tool"], "calendar": ["day", "day", None]},
    "calendars": {"calendar": ["day", "day"], "start": [0, 40], "end": [30, 90]},
    "materials": {"operation": ["M1", "V1"], "item": ["part", "part"], "quantity": [3, -3]},
}


@pytest.fixture
def session() -> so.Session:
    problem = so.Problem(**TABLES)
    return so.open(problem, so.solve(problem, work_limit=2_000))


def left_out(result: so.Result) -> set[str]:
    return {row["operation"] for row in result.schedule.to_pylist() if row["status"] == "unscheduled"}


def test_a_lost_tool_leaves_out_who_needs_it(session: so.Session) -> None:
    answer = session.simulate(changes.resource_lost("tool"))
    assert left_out(answer) == {"U1"}
    assert answer.verify().num_rows == 0
    assert {row["order"] for row in answer.reasons.to_pylist()} >= {"U"}


def test_a_lost_resource_without_another_leaves_out_its_orders(session: so.Session) -> None:
    answer = session.simulate(changes.resource_lost("press"))
    assert left_out(answer) == {"U1", "V1"}
    assert answer.verify().num_rows == 0
    session.accept(answer)
    assert left_out(session.simulate()) == {"U1", "V1"}


def test_a_cancelled_producer_leaves_out_who_consumes(session: so.Session) -> None:
    answer = session.simulate(changes.cancel_order("M"))
    assert left_out(answer) == {"V1"}
    assert answer.verify().num_rows == 0
    assert {row["order"] for row in answer.reasons.to_pylist()} >= {"V"}
    session.accept(answer)
    again = session.simulate(changes.material_short("part", -3, 50))
    assert left_out(again) == set()


def test_an_item_that_never_had_supply_is_still_an_error(session: so.Session) -> None:
    step = {"operation": "R1", "resource": "mill", "duration": 1,
            "materials": [{"item": "nothing", "quantity": -1}]}  # fmt: skip
    with pytest.raises(so.SopDataError, match="nothing"):
        session.simulate(changes.rush_order("R", [step]))
