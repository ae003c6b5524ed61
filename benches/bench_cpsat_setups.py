"""CP-SAT beside the engine on job shops with sequence dependent transition times.

    python benches/bench_cpsat_setups.py --data DIR [--seconds 20] [--workers 2] [--only la21,ft10] [--seed 1]

The instances are those of `setups/instance.rs`: points in a square, drawn by xorshift32 with the sum of the file's
numbers as seed. Both get the same wall seconds and workers, one after the other. CP-SAT's model: an interval for
each operation, no overlap and a circuit for each machine, whose arcs carry the transition times, makespan. Its
starts are evaluated by the engine's verifier, so both makespans mean the same.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
from bench_cpsat import read_instance
from memory import peak
from ortools.sat.python import cp_model

import sopengine as so

SIDE = 20
LISTED = "ft10,la05,la15,la21,la31,la39,orb05,abz7,swv03,swv13,yn1"
"""Sizes and families from 10 x 5 to 50 x 10."""

Shop = list[list[tuple[int, int]]]


class Instance:
    """A shop and the time from one order to another on each machine."""

    def __init__(self, data: Path, name: str) -> None:
        rows = read_instance(data, name)
        self.shop: Shop = [[modes[0] for modes in order] for order in rows]
        machines = len(rows[0])
        numbers = [len(rows), machines, *(n for order in self.shop for pair in order for n in pair)]
        random = sum(numbers) % 2**32
        self.between: list[list[list[int]]] = []
        for _ in range(machines):
            points = []
            for _ in rows:
                point = []
                for _ in range(2):
                    random ^= random << 13 & 0xFFFFFFFF
                    random ^= random >> 17
                    random ^= random << 5 & 0xFFFFFFFF
                    point.append(math.floor(random / 0xFFFFFFFF * SIDE + 0.5))
                points.append(point)
            self.between.append([[math.floor(math.dist(a, b) + 0.5) for b in points] for a in points])

    def problem(self) -> so.Problem:
        """The tables of the engine."""
        steps = [(j, s, m, d) for j, order in enumerate(self.shop) for s, (m, d) in enumerate(order)]
        names = [f"{j:03}-{s:02}" for j, s, _, _ in steps]
        machines = [f"m{m:03}" for m in range(len(self.between))]
        moves = [
            (machines[m], f"j{a:03}", f"j{b:03}", t)
            for m, rows in enumerate(self.between)
            for a, row in enumerate(rows)
            for b, t in enumerate(row)
            if a != b
        ]
        columns = zip(*moves, strict=True)
        keys = ("matrix", "from_value", "to_value", "duration")
        return so.Problem(
            orders=pa.table({"order": [f"j{j:03}" for j in range(len(self.shop))]}),
            operations=pa.table({
                "operation": names,
                "order": [f"j{j:03}" for j, *_ in steps],
                "sequence": [s for _, s, _, _ in steps],
                "setup_state": [f"j{j:03}" for j, *_ in steps],
            }),
            modes=pa.table({
                "operation": names,
                "resource": [machines[m] for _, _, m, _ in steps],
                "duration": [d for *_, d in steps],
            }),
            resources=pa.table({"resource": machines, "changeover_matrix": machines}),
            matrices=pa.table({"matrix": machines}),
            changeovers=pa.table({key: list(cells) for key, cells in zip(keys, columns, strict=True)}),
        )  # fmt: skip


class Improvements(cp_model.CpSolverSolutionCallback):
    """When the last better schedule came."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = time.monotonic()
        self.last = 0.0

    def on_solution_callback(self) -> None:
        self.last = time.monotonic() - self.begun


def cpsat(instance: Instance, seconds: float, workers: int, seed: int) -> tuple[dict[str, int], int, float]:
    """Starts by operation, the bound, and when the last improvement came."""
    model = cp_model.CpModel()
    horizon = sum(d for order in instance.shop for _, d in order)
    horizon += sum(max(max(row) for row in rows) * len(rows) for rows in instance.between)
    makespan = model.new_int_var(0, horizon, "makespan")
    on_machine: dict[int, list[tuple[int, Any, Any]]] = {}
    starts: dict[str, Any] = {}
    for j, order in enumerate(instance.shop):
        ready: Any = None
        for s, (m, d) in enumerate(order):
            start = starts[f"{j:03}-{s:02}"] = model.new_int_var(0, horizon, "")
            interval = model.new_fixed_size_interval_var(start, d, "")
            on_machine.setdefault(m, []).append((j, start, interval))
            if ready is not None:
                model.add(start >= ready)
            ready = start + d
        model.add(makespan >= ready)
    for m, held in on_machine.items():
        model.add_no_overlap(interval for _, _, interval in held)
        arcs: list[tuple[int, int, Any]] = []
        for a, (j, start, interval) in enumerate(held, start=1):
            arcs += [(0, a, model.new_bool_var("")), (a, 0, model.new_bool_var(""))]
            for b, (k, other, _) in enumerate(held, start=1):
                if a != b:
                    literal = model.new_bool_var("")
                    arcs.append((a, b, literal))
                    end = start + interval.size_expr()
                    model.add(other >= end + instance.between[m][j][k]).only_enforce_if(literal)
        model.add_circuit(arcs)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    improvements = Improvements()
    status = solver.solve(model, improvements)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}, round(solver.best_objective_bound), 0.0
    found = {name: solver.value(start) for name, start in starts.items()}
    return found, round(solver.best_objective_bound), improvements.last


def judged(instance: Instance, problem: so.Problem, starts: dict[str, int]) -> int | None:
    """The makespan of starts, by the verifier; changeovers as late as they can be."""
    if not starts:
        return None
    steps = {f"{j:03}-{s:02}": (j, m, d) for j, o in enumerate(instance.shop) for s, (m, d) in enumerate(o)}
    last: dict[int, int] = {}
    change: dict[str, int] = {}
    for name in sorted(starts, key=starts.__getitem__):
        j, m, _ = steps[name]
        change[name] = instance.between[m][last[m]][j] if m in last else 0
        last[m] = j
    names = list(starts)
    schedule = pa.table({
        "operation": names,
        "mode": [f"m{steps[name][1]:03}" for name in names],
        "resource": [f"m{steps[name][1]:03}" for name in names],
        "changeover_start": [starts[n] - change[n] if change[n] else None for n in names],
        "changeover_end": [starts[n] if change[n] else None for n in names],
        "start": [starts[n] for n in names],
        "end": [starts[n] + steps[n][2] for n in names],
    })  # fmt: skip
    result = so.evaluate(problem, schedule, objective="throughput")
    assert result.verify().num_rows == 0, result.verify().to_pylist()[:3]
    return result.objective["makespan"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SOPENGINE_INSTANCES", "")))
    parser.add_argument("--only", default=LISTED)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print("instance,operations,ours,cpsat,bound,ours/cpsat %,ours s,cpsat s", flush=True)
    for name in asked.only.split(","):
        instance = Instance(asked.data, name)
        problem = instance.problem()
        last = [0.0]
        begun = time.monotonic()

        def note(_: object, begun: float = begun, last: list[float] = last) -> None:
            last[0] = time.monotonic() - begun

        found = so.solve(
            problem, time_limit=asked.seconds, threads=asked.workers, seed=asked.seed,
            objective="throughput", partial=False, on_progress=note,
        )  # fmt: skip
        assert found.verify().num_rows == 0
        ours = found.objective["makespan"] or 0
        starts, bound, when = cpsat(instance, asked.seconds, asked.workers, asked.seed)
        theirs = judged(instance, problem, starts)
        ratio = "" if theirs is None else f"{100 * (ours / theirs - 1):.2f}"
        count = sum(map(len, instance.shop))
        print(f"{name},{count},{ours},{theirs},{bound},{ratio},{last[0]:.1f},{when:.1f}", flush=True)
    print(f"peak memory {peak():,.0f} MiB")


if __name__ == "__main__":
    main()
