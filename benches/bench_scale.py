"""What size costs: seconds and memory of every stage, from tables to a verified schedule.

    python benches/bench_scale.py [rich|plain] [operations] [seed]

`rich` is a generated plant with everything switched on, `plain` a job shop of 1,000 machines. One stage a
row: wall seconds, processor seconds of all threads, and the peak of memory so far (VmHWM). Not
measured: making the tables.

Stages: `problem` (tables in, every cross check), `first` (the first schedule, time_limit=0), `judged` (the
verifier, which a solve that was stopped leaves to whoever reads first), `read` (result tables as pyarrow tables),
`verify` (the schedule back in as tables, the verifier, and all tables out again), `cancel` (a solve that is
cancelled after so many seconds: how long it takes to return from then on).
"""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pyarrow as pa
from memory import peak

import sopengine as so
from sopengine.demo.generator import generate
from sopengine.solve import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


def job_shop(operations: int, seed: int) -> dict[str, pa.Table]:
    """Jobs that visit every one of up to 1,000 machines in an order of their own, 1 to 99 ticks each."""
    machines = min(1_000, max(10, int(operations**0.5)))
    jobs = operations // machines
    random = np.random.default_rng(seed)
    visits = np.argsort(random.random((jobs, machines)), axis=1).ravel()
    steps = np.tile(np.arange(machines), jobs)
    orders = np.repeat(np.arange(jobs), machines)
    ids = pa.array(np.arange(jobs * machines))
    return {
        "resources": pa.table({"resource": np.arange(machines)}),
        "orders": pa.table({"order": np.arange(jobs)}),
        "operations": pa.table({"operation": ids, "order": orders, "sequence": steps}),
        "modes": pa.table(
            {"operation": ids, "resource": visits, "duration": random.integers(1, 100, len(ids))}
        ),
    }


def stage(name: str, operations: int, run: Callable[[], Found]) -> Found:
    """Run one stage and print its row."""
    before = peak()
    wall, processor = time.perf_counter(), time.process_time()
    found = run()
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    grown = (peak() - before) * 2**20 / operations
    print(
        f"{name:<10} {operations:>9,} {wall:9.3f} {processor:9.3f} {peak():9,.0f} {grown:9,.0f}", flush=True
    )
    return found


def cancelled(problem: so.Problem, after: float) -> tuple[float, float]:
    """Wall and processor seconds from a cancel to the answer."""
    cancel, asked = Cancel(), [0.0, 0.0]

    def ask() -> None:
        asked[:] = time.perf_counter(), time.process_time()
        cancel.cancel()

    timer = threading.Timer(after, ask)
    timer.start()
    so.solve(problem, time_limit=600, cancel=cancel, threads=1)
    return time.perf_counter() - asked[0], time.process_time() - asked[1]


def main(kind: str = "rich", operations: int = 10_000, seed: int = 0) -> None:
    tables = generate(operations, seed) if kind == "rich" else job_shop(operations, seed)
    count = tables["operations"].num_rows
    print(f"{'stage':<10} {'operations':>9} {'wall s':>8} {'cpu s':>9} {'peak MiB':>9} {'B each':>9}")
    stage("generated", count, lambda: None)
    problem = stage("problem", count, lambda: so.Problem(**tables))
    result = stage("first", count, lambda: so.solve(problem, time_limit=0, threads=1))
    stage("judged", count, lambda: dict(result.objective))
    stats = ", ".join(
        f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}"
        for key, value in result.stats.items()
    )
    print(f"  {result!r}\n  {stats}")
    stage("read", count, lambda: [table.num_rows for table in result.tables.values()])
    violations = stage("verify", count, result.verify)
    assert violations.num_rows == 0
    for after in (0.3, 3.0):
        wall, processor = stage(f"cancel {after}", count, lambda after=after: cancelled(problem, after))
        print(f"  from the cancel to the answer: {wall:.3f} s, {processor:.3f} s of processor time")


if __name__ == "__main__":
    main(*(kind(value) for kind, value in zip((str, int, int), sys.argv[1:], strict=False)))
