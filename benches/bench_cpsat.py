"""CP-SAT on the same instances, with the same seconds and workers, beside the plain search.

    python benches/bench_cpsat.py [--seconds 60] [--workers 2] [--only ta21,dmu41] [--csv FILE]

Writes rows with the columns of ``cargo bench --bench jobshop -- run`` (work and moves are 0, the engine
stands where the commit would), so that ``summary --csv ours.csv,theirs.csv`` prints both. Rows that the file
has already are not run again. Model: one interval per mode, no overlap per resource, makespan; nothing
tuned. Every schedule is checked from its start times before its row is written.
"""

from __future__ import annotations

import argparse
import csv
import os
import time
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import ortools
from ortools.sat.python import cp_model

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = [
    "instance",
    "family",
    "class",
    "seed",
    "threads",
    "limit",
    "objective",
    "lower_bound",
    "best_known",
    "deviation",
    "first_s",
    "last_s",
    "elapsed_s",
    "work",
    "moves_per_s",
    "peak_mb",
    "commit",
]
CURVE = ["instance", "class", "seed", "threads", "limit", "seconds", "work", "objective"]

Order = list[list[tuple[int, int]]]  # operations of one order, each a list of (resource, duration)


def read_instance(data: Path, name: str) -> list[Order]:
    """The instance file of a name, wherever it is below the folder."""
    for path in sorted(data.glob(f"*/*/{name}.*")):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                text = archive.read(archive.namelist()[0]).decode()
        else:
            text = path.read_text()
        lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        rows = [[int(word) for word in line] for line in lines[1:]]
        return [flexible(row) if path.suffix == ".fjs" else plain(row) for row in rows]
    raise FileNotFoundError(f"no file for instance {name}")


def plain(row: list[int]) -> Order:
    return [[(row[i], row[i + 1])] for i in range(0, len(row) - 1, 2) if row[i] >= 0]


def flexible(row: list[int]) -> Order:
    words = iter(row)
    return [[(next(words), next(words)) for _ in range(next(words))] for _ in range(next(words))]


class Improvements(cp_model.CpSolverSolutionCallback):
    """Records when each better schedule came."""

    def __init__(self) -> None:
        super().__init__()
        self.started = time.monotonic()
        self.found: list[tuple[float, int]] = []

    def on_solution_callback(self) -> None:
        self.found.append((time.monotonic() - self.started, round(self.objective_value)))


def solve(orders: list[Order], seconds: float, workers: int, seed: int):
    """Builds and solves; status, bound and improvements, and the checked makespan."""
    horizon = sum(max(duration for _, duration in modes) for order in orders for modes in order)
    model = cp_model.CpModel()
    on_resource: dict[int, list[cp_model.IntervalVar]] = {}
    placed = []
    makespan = model.new_int_var(0, horizon, "makespan")
    for order in orders:
        previous = None
        for modes in order:
            start, end = model.new_int_var(0, horizon, ""), model.new_int_var(0, horizon, "")
            chosen = []
            for resource, duration in modes:
                if len(modes) == 1:
                    present = model.new_constant(1)
                    interval = model.new_interval_var(start, duration, end, "")
                else:
                    present = model.new_bool_var("")
                    interval = model.new_optional_interval_var(start, duration, end, present, "")
                on_resource.setdefault(resource, []).append(interval)
                chosen.append((present, resource, duration))
            if len(modes) > 1:
                model.add_exactly_one(present for present, _, _ in chosen)
            if previous is not None:
                model.add(start >= previous)
            previous = end
            placed.append((start, chosen))
        if previous is not None:
            model.add(makespan >= previous)
    for intervals in on_resource.values():
        model.add_no_overlap(intervals)
    model.minimize(makespan)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    solver.parameters.random_seed = seed
    improvements = Improvements()
    status = solver.solve(model, improvements)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, solver.best_objective_bound, improvements.found
    chosen = iter(
        (solver.value(start), *next((r, d) for present, r, d in modes if solver.value(present)))
        for start, modes in placed
    )
    return check(orders, chosen), solver.best_objective_bound, improvements.found


def check(orders: list[Order], placed: Iterator[tuple[int, int, int]]) -> int:
    """The makespan of a schedule; raises where it is none."""
    busy: dict[int, list[tuple[int, int]]] = {}
    makespan = 0
    for order in orders:
        ready = 0
        for modes in order:
            start, resource, duration = next(placed)
            if start < ready or (resource, duration) not in modes:
                raise AssertionError("not a schedule: order or mode")
            ready = start + duration
            if duration:
                busy.setdefault(resource, []).append((start, ready))
        makespan = max(makespan, ready)
    for intervals in busy.values():
        intervals.sort()
        if any(a[1] > b[0] for a, b in pairwise(intervals)):
            raise AssertionError("not a schedule: overlap")
    return makespan


def known_values(data: Path) -> dict[str, tuple[str, float]]:
    known = {}
    for kind in ("flexible-jobshop", "jobshop"):
        with (data / kind / "bounds.csv").open() as file:
            known.update(
                {row["instance"]: (row["family"], float(row["upper_bound"])) for row in csv.DictReader(file)}
            )
    return known


def listed(path: Path) -> list[tuple[str, str]]:
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split(":")[0].strip(), name) for line in lines for name in line.split(":")[1].split()]


def append(path: Path, columns: list[str], rows: list[list[object]]) -> None:
    is_new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns] if is_new else [])
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SOPENGINE_INSTANCES", "")))
    parser.add_argument("--list", type=Path, default=Path(__file__).with_name("stratified.txt"))
    parser.add_argument("--csv", type=Path, default=Path(__file__).with_name("results") / "cpsat.csv")
    parser.add_argument("--curve", type=Path, help="append every improvement to this file")
    parser.add_argument("--only", default="", help="instances or classes, separated by commas")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seeds", default="1")
    asked = parser.parse_args()
    known = known_values(asked.data)
    only = set(filter(None, asked.only.split(",")))
    limit = f"{asked.seconds:g}s"
    engine = f"cpsat-{ortools.__version__}"
    done = set()
    if asked.csv.exists():
        with asked.csv.open() as file:
            done = {
                (row["instance"], row["seed"], row["threads"], row["limit"]) for row in csv.DictReader(file)
            }
    for group, name in listed(asked.list):
        for seed in asked.seeds.split(","):
            key = (name, seed, str(asked.workers), limit)
            if key in done or (only and name not in only and group not in only):
                continue
            started = time.monotonic()
            found, bound, improvements = solve(
                read_instance(asked.data, name), asked.seconds, asked.workers, int(seed)
            )
            elapsed = time.monotonic() - started
            family, upper = known[name]
            deviation = "-" if found is None else f"{100 * (found / upper - 1):.3f}"
            first, last = (improvements[0][0], improvements[-1][0]) if improvements else (elapsed, elapsed)
            row = [name, family, group, seed, asked.workers, limit, "-" if found is None else found]
            row += [
                round(bound),
                f"{upper:g}",
                deviation,
                f"{first:.3f}",
                f"{last:.3f}",
                f"{elapsed:.3f}",
                0,
                0,
                0,
                engine,
            ]
            append(asked.csv, COLUMNS, [row])
            if asked.curve:
                shared = [name, group, seed, asked.workers, limit]
                append(asked.curve, CURVE, [[*shared, f"{at:.3f}", 0, value] for at, value in improvements])
            print(*row, sep=",", flush=True)


if __name__ == "__main__":
    main()
