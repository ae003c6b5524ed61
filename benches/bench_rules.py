"""What search adds to the best priority rule on generated plants with everything switched on.

    python benches/bench_rules.py [operations] [seconds] [seeds]

For each seed: time to the first verified schedule, weighted tardiness of the best rule and after the
seconds, their ratio, two threads. Every schedule is verified. Not measured: reading tables.
"""

from __future__ import annotations

import statistics
import sys

from memory import peak

import sopengine as so
from sopengine.demo.generator import generate


def main(operations: int = 1_000, seconds: float = 10, seeds: int = 20) -> None:
    ratios = []
    for seed in range(seeds):
        problem = so.Problem(**generate(operations, seed))
        found = so.solve(problem, time_limit=seconds, seed=seed, threads=2)
        assert found.verify().num_rows == 0
        before, after = found.stats["constructed"][1], found.levels[1]
        ratios.append(after / before)
        first = found.stats["first_schedule_s"]
        print(
            f"seed {seed}: first {first:.3f} s, rule {before:,}, search {after:,}, ratio {after / before:.3f}"
        )
    print(f"ratio: mean {statistics.mean(ratios):.3f}, worst {max(ratios):.3f}, best {min(ratios):.3f}")
    print(f"peak memory {peak():,.0f} MiB")


if __name__ == "__main__":
    main(*(kind(value) for kind, value in zip((int, float, int), sys.argv[1:], strict=False)))
