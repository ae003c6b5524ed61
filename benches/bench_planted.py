"""How far from a schedule that is known to exist the search ends, on planted plants.

    python benches/bench_planted.py [operations] [seconds] [seeds] [--threads N] [--work N] [--csv FILE]

For each seed a plant is generated around a hidden schedule without tardiness (``demo.generator.planted``).
Measured: the load of its busiest center; weight of late orders over total weight; weighted tardiness over that
of the best priority rule, both less the planted one; seconds of wall time and of the processor until the
first schedule; peak memory of the process so far; whether the schedule passed the independent verifier; and
what the late orders wait for, by the first cause that ``reasons`` gives, weighted by their tardiness. With
``--work`` the run ends after so many operations touched instead: the same figures on every computer.

Not measured: generating, reading and building.
"""

from __future__ import annotations

import argparse
import csv
import resource
import statistics
import time
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc

import sopengine as so
from sopengine.demo.generator import generate, split
from sopengine.demo.generator.planted_load import loads


def lost(result: so.Result) -> Counter[str]:
    """Weighted tardiness by the first cause of each late order."""
    causes = {}
    for row in result.reasons.to_pylist():
        known = causes.get(row["order"])
        if known is None or row["rank"] < known[0]:
            causes[row["order"]] = (row["rank"], row["cause"])
    seconds: Counter[str] = Counter()
    for row in result.order_results.to_pylist():
        if row["late"]:
            seconds[causes.get(row["order"], (0, "unexplained"))[1]] += int(row["tardiness"].total_seconds())
    return seconds


def measured(operations: int, seed: int, seconds: float, threads: int, work: int | None) -> dict[str, object]:
    tables = generate(operations, seed, planted=True)
    load = next(iter(loads(tables).values()))
    problem_tables, schedule, assignments = split(tables)
    problem = so.Problem(**problem_tables)
    planted = so.evaluate(problem, schedule, assignments)
    assert planted.violations.num_rows == 0
    rule = so.solve(problem, time_limit=0, threads=threads)
    spent = time.process_time()
    limits = {"time_limit": seconds} if work is None else {"time_limit": None, "work_limit": work}
    found = so.solve(problem, seed=seed, threads=threads, **limits)
    spent = time.process_time() - spent
    total = pc.sum(pc.max_element_wise(problem_tables["orders"]["weight"], 0)).as_py()
    known, best, ours = (answer.objective["tardiness"] for answer in (planted, rule, found))
    causes = lost(found)
    whole = max(1, causes.total())
    return {
        "operations": problem_tables["operations"].num_rows,
        "seed": seed,
        "load": round(load, 3),
        "planted": known,
        "rule": best,
        "ours": ours,
        "ratio": round((ours - known) / (best - known), 3) if best > known else None,
        "late_weight": round(found.objective["late_orders"] / total, 3),
        "rule_late_weight": round(rule.objective["late_orders"] / total, 3),
        "unscheduled": found.objective["unscheduled"],
        "first_s": round(found.stats["first_schedule_s"], 2),
        "wall_s": round(found.stats["wall_s"], 2),
        "cpu_s": round(spent, 2),
        "work": found.stats["work"],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "verified": found.verify().num_rows == 0,
        "lost": " ".join(f"{name}={seconds / whole:.0%}" for name, seconds in causes.most_common(5)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("operations", type=int, nargs="?", default=10_000)
    parser.add_argument("seconds", type=float, nargs="?", default=10.0)
    parser.add_argument("seeds", type=int, nargs="?", default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--work", type=int)
    parser.add_argument("--csv", type=Path, help="append the rows to this file")
    given = parser.parse_args()
    rows = []
    for seed in range(given.seeds):
        row = measured(given.operations, seed, given.seconds, given.threads, given.work)
        rows.append(row)
        print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
        if given.csv is not None:
            fresh = not given.csv.exists()
            with given.csv.open("a", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, row)
                if fresh:
                    writer.writeheader()
                writer.writerow(row)
    ratios = [row["ratio"] for row in rows if row["ratio"] is not None]
    late = [row["late_weight"] for row in rows]
    print(f"late weight: mean {statistics.mean(late):.3f}, worst {max(late):.3f}; target 0.05")
    if ratios:
        print(f"ratio: mean {statistics.mean(ratios):.3f}, worst {max(ratios):.3f}; target 0.25")


if __name__ == "__main__":
    main()
