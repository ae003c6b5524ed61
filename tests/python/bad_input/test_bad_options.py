"""Weights, options, and callers that misbehave (D48, D49, D54, D55)."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from bad_tables import Case, check_said, given, warn

import sopengine as so

CASES = [
    Case("D48", "negative weight", given(orders={"weight": [-1]}), "WEIGHT_INVALID", ("orders", "weight"), (0, "A")),
    warn("D48", "no weight at all", given(orders={"weight": [0]}), "WEIGHT_INVALID", ("orders", "weight")),
    Case("D48", "1e18", given(orders={"weight": [10**18]}), "OVERFLOW", ("problem", None),
         (None, "sum of order weights x horizon")),
    warn("D55", "case alone", given(resources={"resource": ["m", "M"]}), "CONFUSABLE_IDS", ("resources", "resource"), (1, "M")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
    check_said(case)


PARAMETERS: list[dict[str, Any]] = [
    {"time_limit": -1},
    {"time_limit": float("inf")},
    {"time_limit": float("nan")},
    {"work_limit": -1},
    {"threads": 0},
    {"threads": 1_000_000},
    {"workers": 0},
    {"seed": -1},
    {"seed": 2**64},
    {"objective": "fastest"},
    {"objective": [{"tardiness": -1}]},
    {"objective": [{"tardiness": 1.5}]},
    {"objective": []},
]


@pytest.mark.parametrize("options", PARAMETERS, ids=str)
def test_d49_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(so.SopDataError) as refused:
        so.solve(so.Problem(**given()), **options)
    (issue,) = refused.value.issues
    assert (issue.check, issue.severity, issue.column) == ("PARAM_RANGE", "error", *options)
    assert issue.found
    assert issue.expected
    assert issue.hint


@pytest.mark.parametrize("scale", [-1, 19, 1.5, True], ids=str)
def test_d49_scales_out_of_range(scale: Any) -> None:
    with pytest.raises(so.SopDataError, match="PARAM_RANGE"):
        so.Problem(**given(), scale=scale)


def test_d49_no_time_is_the_first_schedule() -> None:
    result = so.solve(so.Problem(**given()), time_limit=0)
    assert result.objective["unscheduled"] == 0
    assert result.violations.num_rows == 0


def test_d54_the_buffer_changes_during_the_solve() -> None:
    durations = np.array([3, 4], dtype=np.int64)
    problem = so.Problem(**given(modes={"duration": pa.array(durations)}))
    stop = threading.Event()

    def scribble() -> None:
        while not stop.is_set():
            durations[:] = np.random.default_rng(0).integers(-(2**62), 2**62, 2)

    thread = threading.Thread(target=scribble)
    thread.start()
    try:
        results = [so.solve(problem, time_limit=None, work_limit=500, seed=seed) for seed in range(20)]
    finally:
        stop.set()
        thread.join()
    for result in results:
        assert result.schedule["end"].to_pylist() == [3, 7]
        assert result.violations.num_rows == 0


def reading_time(ids: list[str]) -> float:
    size = len(ids)
    tables = {
        "operations": {"operation": ids},
        "modes": {"operation": ids, "resource": ["m"] * size, "duration": [1] * size},
        "resources": {"resource": ["m"]},
    }
    least = float("inf")
    for _ in range(2):
        begin = time.process_time()
        so.Problem(**tables)
        least = min(least, time.process_time() - begin)
    return least


def test_d55_ids_made_to_collide() -> None:
    """Blocks of equal sum under the multiply-and-add hashes that such attacks are made for."""
    size = 65_536
    plain = [f"{number:032}" for number in range(size)]
    collide = ["".join("AaBB"[2 * bit : 2 * bit + 2] for bit in map(int, f"{n:016b}")) for n in range(size)]
    assert len(set(collide)) == size
    assert reading_time(collide) < 2 * reading_time(plain) + 0.5
