"""Solving through the package: valid answers, the same bytes again, limits, cancel and progress."""

from __future__ import annotations

import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import sopengine as so
from sopengine.demo.generator import generate

PACKAGE = Path(so.__file__).parents[1]


def shop(orders: int, steps: int, resources: int, seed: int = 1) -> dict[str, Any]:
    """A job shop with due times and two modes an operation."""
    draw = random.Random(seed)
    operations, modes = [], []
    for order in range(orders):
        for step in range(steps):
            name = f"o{order:04d}-{step:02d}"
            operations.append({"operation": name, "order": f"o{order:04d}", "sequence": step})
            for resource in draw.sample(range(resources), 2):
                modes.append(
                    {"operation": name, "resource": f"m{resource:02d}", "duration": draw.randint(2, 30)}
                )
    return {
        "orders": pa.table(
            {
                "order": [f"o{i:04d}" for i in range(orders)],
                "due": [draw.randint(10 * steps, 30 * steps) for _ in range(orders)],
            }
        ),
        "operations": pa.Table.from_pylist(operations),
        "modes": pa.Table.from_pylist(modes),
        "resources": pa.table({"resource": [f"m{i:02d}" for i in range(resources)]}),
    }


@pytest.fixture(scope="module")
def problem() -> so.Problem:
    return so.Problem(**shop(20, 6, 5))


def test_an_answer_is_valid_and_complete(problem: so.Problem) -> None:
    result = so.solve(problem, work_limit=50_000, threads=1)
    assert result.violations.num_rows == 0
    assert so.verify(problem, result).num_rows == 0
    assert set(result.schedule["status"].to_pylist()) == {"planned"}
    assert result.objective["unscheduled"] == 0
    assert result.termination.reason in ("feasible", "optimal")
    assert not [row for row in result.findings.to_pylist() if row["check"] == "TERMS_DISAGREE"]
    slack = result.schedule["slack"].to_pylist()
    assert min(slack) == 0
    assert [s == 0 for s in slack] == result.schedule["critical"].to_pylist()
    again = so.evaluate(problem, result)
    assert again.objective == result.objective
    assert again.levels == result.levels


def test_the_same_work_gives_the_same_bytes(problem: so.Problem) -> None:
    one = so.solve(problem, work_limit=50_000, threads=1, seed=3)
    two = so.solve(problem, work_limit=50_000, threads=2, seed=3)
    shuffled = {
        name: table.take(random.Random(5).sample(range(table.num_rows), table.num_rows))
        for name, table in problem.tables.items()
    }
    other = so.solve(so.Problem(**shuffled), work_limit=50_000, threads=1, seed=3)
    for name in ("schedule", "assignments", "dispatch", "order_results", "kpis", "reasons"):
        assert one.tables[name].equals(two.tables[name]), name
        assert one.tables[name].equals(other.tables[name]), name
    assert one.stats["work"] == two.stats["work"] == other.stats["work"]


def test_zero_seconds_is_construction_alone(problem: so.Problem) -> None:
    result = so.solve(problem, time_limit=0)
    assert result.schedule.num_rows == 120
    assert result.violations.num_rows == 0
    better = so.solve(problem, work_limit=100_000, start=result)
    assert better.levels <= result.levels


@pytest.fixture(scope="module")
def large() -> so.Problem:
    return so.Problem(**generate(10_000, 1))


def stopped(problem: so.Problem, objective: str | None) -> tuple[so.Result, float]:
    """A solve that is cancelled with its first schedule, and processor seconds from then to the answer.

    Other load does not change processor time, but for what it evicts from caches: the least of some counts.
    """
    least = float("inf")
    for _ in range(5):
        cancel = so.Cancel()
        asked: list[float] = []

        def stop(_: so.Progress, asked: list[float] = asked, cancel: so.Cancel = cancel) -> None:
            asked.append(time.process_time())
            cancel.cancel()

        result = so.solve(
            problem, time_limit=60, cancel=cancel, on_progress=stop, threads=1, objective=objective
        )
        least = min(least, time.process_time() - asked[0])
    return result, least


@pytest.mark.parametrize("objective", [None, "throughput", "stable"])
def test_a_cancel_is_obeyed_at_once(large: so.Problem, objective: str | None) -> None:
    result, took = stopped(large, objective)
    assert took < 0.05, f"{took:.3f} s"
    assert result.termination.limit == "cancelled"
    assert result.violations.num_rows == 0
    assert result.verify().num_rows == 0


def test_what_is_judged_late_is_what_would_have_been_judged_at_once(large: so.Problem) -> None:
    """A solve that ended by itself is judged before it answers, one that was stopped when it is looked at."""
    late = so.solve(large, time_limit=0, threads=1)
    assert late.termination.limit == "time"
    assert not isinstance(late.objective, dict)
    judged = so.evaluate(large, late)
    assert late.objective == judged.objective
    assert pickle.loads(pickle.dumps(late.objective)) == judged.objective
    assert late.levels == judged.levels
    assert late.violations.num_rows == 0
    assert "TERMS_DISAGREE" not in late.findings["check"].to_pylist()
    small = so.solve(so.Problem(**generate(500, 1)), time_limit=0, threads=1)
    assert isinstance(small.objective, dict)


def test_tables_of_a_late_judgment_may_be_read_at_once_by_many(large: so.Problem) -> None:
    late = so.solve(large, time_limit=0, threads=1)
    with ThreadPoolExecutor(4) as pool:
        names = ["violations", "schedule", "kpis", "findings"] * 2
        rows = list(pool.map(lambda name: late.tables[name].num_rows, names))
    assert rows[:4] == rows[4:]
    assert rows[0] == 0


def test_tables_are_made_once_and_travel(problem: so.Problem) -> None:
    result = so.solve(problem, work_limit=1_000)
    assert set(result.tables) == {
        "schedule", "assignments", "dispatch", "order_results", "reasons", "kpis", "findings", "violations",
    }  # fmt: skip
    assert result.tables["kpis"] is result.kpis
    assert "nothing" not in result.tables
    with pytest.raises(KeyError):
        result.tables["nothing"]
    copy = pickle.loads(pickle.dumps(result.tables))
    assert copy == dict(result.tables)


def test_a_start_is_never_made_worse(problem: so.Problem) -> None:
    good = so.solve(problem, work_limit=100_000)
    again = so.solve(problem, time_limit=0, start=good)
    assert again.levels <= good.levels


def test_a_baseline_is_kept_close_to(problem: so.Problem) -> None:
    before = so.solve(problem, work_limit=20_000)
    close = so.solve(problem, work_limit=20_000, baseline=before, start=before, objective=[{"stability": 1}])
    assert close.objective["stability"] == 0
    assert close.problem is not None
    assert close.problem.tables["baseline"].num_rows == 120
    moved = {
        "operation": before.schedule["operation"],
        "resource": before.schedule["resource"],
        "start": [start + 5 for start in before.schedule["start"].to_pylist()],
    }
    assert so.evaluate(problem.with_baseline(moved), before).objective["stability"] == 5 * 120


def test_history_goes_before_a_baseline() -> None:
    import datetime as dt

    day = dt.datetime(2026, 5, 4)
    tables: dict[str, Any] = {
        "problem": {"now": [day], "timezone": ["Europe/Berlin"]},
        "operations": {"operation": [1, 2]},
        "modes": {"operation": [1, 2], "resource": ["m", "m"], "duration": [dt.timedelta(hours=1)] * 2},
        "resources": {"resource": ["m"]},
        "baseline": {"operation": [1], "resource": ["m"], "start": [day], "end": [None], "pin": ["start"]},
    }
    problem = so.Problem(**tables)
    result = so.solve(problem, time_limit=0.2)
    again = problem.with_baseline(result).tables["baseline"].to_pylist()
    assert [(row["operation"], row["pin"]) for row in again] == [(1, "start"), (2, None)]
    assert so.solve(problem, time_limit=0.2, baseline=result).violations.num_rows == 0


def test_a_time_limit_holds(problem: so.Problem) -> None:
    begin = time.monotonic()
    result = so.solve(problem, time_limit=0.5)
    assert time.monotonic() - begin < 3
    assert result.termination.limit in ("time", "none")
    assert result.stats["wall_s"] <= 1.5


def test_cancel_from_another_thread(problem: so.Problem) -> None:
    cancel = so.Cancel()
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    begin = time.monotonic()
    result = so.solve(problem, time_limit=60, cancel=cancel)
    assert time.monotonic() - begin < 5
    assert result.termination.limit in ("cancelled", "none")
    assert result.violations.num_rows == 0
    timer.join()


def test_progress_gets_better_and_runs_on_this_thread(problem: so.Problem) -> None:
    seen: list[so.Progress] = []
    threads: set[int] = set()

    def look(progress: so.Progress) -> None:
        seen.append(progress)
        threads.add(threading.get_ident())

    result = so.solve(problem, time_limit=1, on_progress=look, progress_schedule=True)
    assert seen
    assert threads == {threading.get_ident()}
    levels = [progress.levels for progress in seen]
    assert levels == sorted(levels, reverse=True)
    assert levels[-1] >= result.levels
    assert seen[-1].schedule is not None
    assert so.verify(problem, seen[-1].schedule).num_rows == 0


def test_a_failing_callback_ends_the_solve(problem: so.Problem) -> None:
    def fail(progress: so.Progress) -> None:
        raise RuntimeError("no")

    begin = time.monotonic()
    with pytest.raises(RuntimeError, match="no"):
        so.solve(problem, time_limit=60, on_progress=fail)
    assert time.monotonic() - begin < 10


def test_the_interpreter_is_free_meanwhile(problem: so.Problem) -> None:
    ticks = 0
    done = threading.Event()

    def tick() -> None:
        nonlocal ticks
        while not done.wait(0.005):
            ticks += 1

    ticker = threading.Thread(target=tick)
    ticker.start()
    so.solve(problem, time_limit=0.5, threads=1)
    done.set()
    ticker.join()
    assert ticks > 10


INTERRUPTED = """
import sopengine as so, pickle, sys
problem = so.Problem(**pickle.load(open(sys.argv[1], "rb")))
print("ready", flush=True)
result = so.solve(problem, time_limit=60)
print(result.termination.limit, result.violations.num_rows, result.schedule.num_rows, flush=True)
"""


def test_ctrl_c_keeps_the_best(tmp_path: Path) -> None:
    import pickle

    source = tmp_path / "tables.pickle"
    source.write_bytes(pickle.dumps(shop(60, 10, 8)))
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
    running = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(source)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline().strip() == "ready"
    time.sleep(3)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=20)
    assert running.returncode == 0, err
    assert out.split() == ["cancelled", "0", "600"]


def test_a_forked_child_solves(problem: so.Problem) -> None:
    so.solve(problem, time_limit=0)
    child = os.fork()
    if child == 0:
        try:
            fine = so.solve(problem, work_limit=1000, threads=2).violations.num_rows == 0
        finally:
            os._exit(0 if fine else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def test_nothing_to_do() -> None:
    empty = pa.array([], pa.string())
    problem = so.Problem(
        operations={"operation": empty},
        modes={"operation": empty, "resource": empty, "duration": pa.array([], pa.int64())},
        resources={"resource": empty},
    )
    result = so.solve(problem, time_limit=1)
    assert result.schedule.num_rows == 0
    assert result.violations.num_rows == 0


def test_what_cannot_be_placed_is_left_out_with_a_reason() -> None:
    problem = so.Problem(
        orders={"order": ["A", "B"], "deadline": [2, 20]},
        operations={"operation": ["a", "b"], "order": ["A", "B"]},
        modes={"operation": ["a", "b"], "resource": ["m", "m"], "duration": [3, 4]},
        resources={"resource": ["m"]},
    )
    result = so.solve(problem, time_limit=1)
    assert result.schedule["status"].to_pylist() == ["unscheduled", "planned"]
    assert result.violations.num_rows == 0
    reasons = result.reasons.to_pylist()
    assert [(row["order"], row["rank"], row["object"]) for row in reasons] == [("A", 1, "a")]
    refused = so.solve(problem, time_limit=1, partial=False)
    assert refused.termination.reason in ("infeasible", "unknown")
    assert refused.termination.detail
    assert not refused.has_schedule
