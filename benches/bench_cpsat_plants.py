"""Side by side with CP-SAT on planted plants, features one by one and together.

    python benches/bench_cpsat_plants.py [--sizes 50,200,1000,5000] [--seeds 1,2] [--cpu 10] [--features all,plain,...]

Each plant hides a schedule of weighted tardiness 0 (``demo.generator.planted``). ``plain`` is what is left of it
when all that is named below is taken away: calendars, work in progress, orders, one machine an operation.
Every other variant adds one feature to it, ``all`` has them all. What is taken away only relaxes, so the
planted value stands. Taken out of ``precedences``, streamed links are gone; of alternatives, the machine of
the planted schedule stays.

Both get the same processor seconds on ``--threads`` threads, model building apart, and every schedule of either
is checked by the engine's verifier. ``score`` is (value - planted) / (best rule - planted): 0 is the planted
schedule, 1 the best priority rule. ``nothing`` means that no schedule was found in time. ``ours_peak_mb`` and ``peak_mb`` are the peak memory of
the process before and after CP-SAT had its turn. Rows that the
file has already are not run again, so a long measurement may be interrupted.
"""

from __future__ import annotations

import argparse
import csv
import threading
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from cpsat_plant import PlantModel
from memory import peak
from ortools.sat.python import cp_model

import sopengine as so
from sopengine.demo.generator import generate, split

FEATURES = ("alternatives", "changeovers", "crews", "tools", "skills", "streaming", "transport", "material")
RESULTS = Path(__file__).parent / "results" / "planted-cpsat.csv"


def reduced(tables: dict[str, pa.Table], planted: pa.Table, keep: set[str]) -> dict[str, pa.Table]:
    """The plant with only these features."""
    made = dict(tables)
    needs = made["requirements"]
    target = pc.coalesce(needs["resource"], needs["group"])
    prefixes = {"crews": "crew", "tools": "tool", "skills": "welders", "changeovers": "setters"}
    for feature, prefix in prefixes.items():
        if feature not in keep:
            stays = pc.invert(pc.starts_with(target, prefix))
            needs, target = needs.filter(stays), target.filter(stays)
    made["requirements"] = needs
    if "skills" not in keep:
        del made["groups"], made["baseline_members"]
    if "changeovers" not in keep:
        for name in ("setup_states", "resource_states", "matrices", "changeovers"):
            del made[name]
        made["resources"] = made["resources"].drop_columns(["changeover_matrix"])
    if "material" not in keep:
        del made["materials"], made["stock"]
    if "transport" not in keep:
        del made["transport"]
    if "streaming" not in keep:
        made["precedences"] = made["precedences"].filter(pc.equal(made["precedences"]["transfer"], 1.0))
    if "alternatives" not in keep:
        chosen = planted.select(["operation", "resource"])
        made["modes"] = made["modes"].join(chosen, ["operation", "resource"], join_type="inner")
    return made


def within(cpu: float, stop: Any) -> threading.Event:
    """Call `stop` when the process has used so many more processor seconds."""
    done, begun = threading.Event(), time.process_time()

    def watch() -> None:
        while not done.wait(0.05):
            if time.process_time() - begun >= cpu:
                stop()
                return

    threading.Thread(target=watch, daemon=True).start()
    return done


def ours(problem: so.Problem, cpu: float, threads: int) -> so.Result:
    cancel = so.Cancel()
    done = within(cpu, cancel.cancel)
    result = so.solve(problem, time_limit=20 * cpu, threads=threads, cancel=cancel)
    done.set()
    return result


def exact(
    tables: dict[str, pa.Table], problem: so.Problem, planted: pa.Table, cpu: float, threads: int
) -> dict[str, Any]:
    """What CP-SAT finds; the schedule is checked like ours."""
    begun = time.process_time()
    model = PlantModel(tables, planted)
    built = time.process_time() - begun
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = threads
    solver.parameters.random_seed = 1
    solver.parameters.max_time_in_seconds = 20 * cpu
    done = within(cpu, solver.stop_search)
    status = solver.solve(model.cp)
    done.set()
    name = solver.status_name(status).lower()
    row = {"cpsat_status": name, "cpsat_build_s": round(built, 1), "variables": len(model.cp.proto.variables)}
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return row | {"cpsat": None, "cpsat_valid": None}
    judged = so.evaluate(problem, model.schedule(solver.value))
    for violation in judged.violations.to_pylist()[:3]:
        print("  cpsat:", violation)
    return row | {"cpsat": judged.objective["tardiness"], "cpsat_valid": judged.violations.num_rows == 0}


def measured(size: int, seed: int, variant: str, cpu: float, threads: int) -> dict[str, Any]:
    tables, schedule, _ = split(generate(size, seed, planted=True))
    keep = set(FEATURES) if variant == "all" else {variant} & set(FEATURES)
    tables = reduced(tables, schedule, keep)
    problem = so.Problem(**tables)
    rule = so.solve(problem, time_limit=0, threads=threads)
    found = ours(problem, cpu, threads)
    assert found.violations.num_rows == 0
    ours_peak = peak()
    best, value = rule.objective["tardiness"], found.objective["tardiness"]
    other = exact(tables, problem, schedule, cpu, threads)

    def score(value: int | None) -> float | str | None:
        if value is None:
            return "nothing"
        return round(value / best, 3) if best else None

    return {
        "operations": size,
        "seed": seed,
        "variant": variant,
        "cpu_s": cpu,
        "threads": threads,
        "planted": 0,
        "rule": best,
        "ours": value,
        "ours_score": score(value),
        **other,
        "cpsat_score": score(other["cpsat"]),
        "ours_peak_mb": round(ours_peak),
        "peak_mb": round(peak()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", default="50,200,1000,5000")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--cpu", type=float, default=10.0, help="processor seconds for each of the two")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--features", default=",".join(("all", "plain", *FEATURES)))
    parser.add_argument("--csv", type=Path, default=RESULTS)
    given = parser.parse_args()
    known = set()
    if given.csv.exists():
        with given.csv.open(encoding="utf-8") as file:
            columns = ("operations", "seed", "variant", "cpu_s", "threads")
            known = {tuple(row[column] for column in columns) for row in csv.DictReader(file)}
    for size in map(int, given.sizes.split(",")):
        for seed in map(int, given.seeds.split(",")):
            for variant in given.features.split(","):
                if (str(size), str(seed), variant, str(given.cpu), str(given.threads)) in known:
                    continue
                row = measured(size, seed, variant, given.cpu, given.threads)
                print("  ".join(f"{name} {value}" for name, value in row.items()), flush=True)
                fresh = not given.csv.exists()
                with given.csv.open("a", newline="", encoding="utf-8") as file:
                    writer = csv.DictWriter(file, row)
                    if fresh:
                        writer.writeheader()
                    writer.writerow(row)


if __name__ == "__main__":
    main()
