"""Options of a solve: what is refused, and that everything wrong is told at once."""

from __future__ import annotations

from typing import Any

import pytest

import sopengine as so


@pytest.fixture
def problem() -> so.Problem:
    return so.Problem(
        orders={"order": ["A"], "due": [9]},
        operations={"operation": ["a", "b"], "order": ["A", "A"], "sequence": [1, 2]},
        modes={"operation": ["a", "b"], "resource": ["m", "m"], "duration": [3, 4]},
        resources={"resource": ["m"]},
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("time_limit", -1),
        ("time_limit", float("inf")),
        ("time_limit", float("nan")),
        ("time_limit", True),
        ("work_limit", -1),
        ("work_limit", 2**63),
        ("threads", 0),
        ("threads", 1_000_000),
        ("workers", 0),
        ("seed", -1),
        ("seed", 2**64),
        ("seed", 1.5),
        ("objective", "fastest"),
        ("objective", []),
        ("objective", [{}]),
        ("objective", [{"tardiness": -1}]),
        ("objective", [{"tardiness": 0.5}]),
        ("objective", [{"tardiness": 2**63}]),
        ("objective", [{"happiness": 1}]),
        ("objective", 7),
    ],
)
def test_out_of_range(problem: so.Problem, option: str, value: Any) -> None:
    with pytest.raises(so.SopDataError) as caught:
        so.solve(problem, **{"time_limit": 0, option: value})
    issues = caught.value.issues
    assert [(issue.check, issue.column) for issue in issues] == [("PARAM_RANGE", option)]
    assert issues[0].found
    assert issues[0].expected


def test_all_at_once(problem: so.Problem) -> None:
    with pytest.raises(so.SopDataError) as caught:
        so.solve(problem, time_limit=-1, threads=0, seed=-1)
    assert [issue.column for issue in caught.value.issues] == ["time_limit", "threads", "seed"]


@pytest.mark.parametrize("scale", [-1, 19, 1.5, True])
def test_scale(scale: Any) -> None:
    with pytest.raises(so.SopDataError) as caught:
        so.Problem(scale=scale)
    assert caught.value.issues[0].column == "scale"


def test_levels_are_weighted_sums(problem: so.Problem) -> None:
    schedule = {"operation": ["a", "b"], "start": [0, 6], "end": [3, 10]}
    levels = [{"tardiness": 3, "makespan": 2}, {"flow_time": 1}]
    assert so.evaluate(problem, schedule, objective=levels, partial=False).levels == [3 * 1 + 2 * 10, 10]
    assert so.evaluate(problem, schedule, objective=levels).levels == [0, 23, 10]
    assert so.evaluate(problem, schedule, objective="throughput").levels == [0, 10]


def test_an_unknown_attribute_is_one() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'sovle'"):
        _ = so.sovle
