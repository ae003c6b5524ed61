"""A small plant with integer time: two saws that share a calendar, one paint shop with changeovers."""

from __future__ import annotations

from typing import Any

import pytest

import sopengine as so

TABLES: dict[str, dict[str, list[Any]]] = {
    "orders": {"order": ["A", "B", "C"], "due": [20, 30, 40], "weight": [1, 2, 1], "quantity": [10, 10, 10]},
    "operations": {
        "operation": ["A1", "A2", "B1", "B2", "C1", "C2"],
        "order": ["A", "A", "B", "B", "C", "C"],
        "sequence": [1, 2, 1, 2, 1, 2],
        "setup_state": [None, "red", None, "blue", None, "red"],
        "suspend": ["breaks"] * 6,
    },
    "modes": {
        "operation": ["A1", "A1", "A2", "B1", "B1", "B2", "C1", "C2"],
        "resource": ["saw1", "saw2", "paint", "saw1", "saw2", "paint", "saw1", "paint"],
        "duration": [5, 6, 4, 5, 6, 4, 5, 4],
    },
    "resources": {
        "resource": ["saw1", "saw2", "paint"],
        "calendar": ["day", "day", None],
        "changeover_matrix": [None, None, "colors"],
    },
    "calendars": {"calendar": ["day", "day"], "start": [-10, 60], "end": [50, 200]},
    "matrices": {"matrix": ["colors"], "combine": ["sum"]},
    "changeovers": {"matrix": ["colors"], "compare": ["differs"], "duration": [2]},
}


@pytest.fixture
def problem() -> so.Problem:
    return so.Problem(**TABLES)


@pytest.fixture
def session(problem: so.Problem) -> so.Session:
    result = so.solve(problem, work_limit=20_000)
    return so.open(problem, result)
