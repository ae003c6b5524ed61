"""A stream of events on generated plants: how fast sessions answer, and how good the answers are.

    python benches/bench_session.py [--operations 5000] [--seeds 1,2] [--events 20] [--scratch 3] [--work N]
                                    [--stream 1000] [--planted]

The live schedule comes from a solve of 60 s; with `--planted` it is the one that the plant hides, on which no order
is late. For each event: `simulate` and `repair` (whole calls), `reschedule`
(2 s allowed), the share of operations that move by more than 15 minutes among those that the change does not reach
in the simulation, and how many move in the frozen zone (the first four hours) beyond what the change itself forces.
For the first `scratch` events tardiness, and what the session strives for (tardiness and moves), are compared with
those of a solve from scratch of 20 s that may move everything. Every answer is verified. Then promises for new
orders of three operations, forks, and the memory of the process after each tenth of a stream of events, each
simulated, repaired and accepted.

With `--work` reschedules end after so many operations touched, solves from scratch after ten times and the first
after thirty times as many, and all times are processor time: figures that compare on a busy computer.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import statistics
from collections import defaultdict
from datetime import timedelta
from time import perf_counter, process_time
from typing import Any

import pyarrow.compute as pc

import sopengine as so
from sopengine import changes
from sopengine.demo.generator import generate, split

QUARTER = 900


def planned(session: so.Session) -> list[dict[str, Any]]:
    """Planned operations by start."""
    rows = session.schedule.schedule
    return rows.filter(pc.equal(rows["status"], "planned")).sort_by("start").to_pylist()


def event(session: so.Session, number: int, dice: random.Random) -> tuple[str, Any]:
    """Something happens in the first days of the schedule."""
    rows = planned(session)
    row = rows[dice.randrange(len(rows) // 10)]
    kind = number % 5
    if kind in (0, 3):
        hours = dice.choice([2, 4, 8])
        return f"stop {hours} h", changes.machine_down(
            row["resource"], row["start"], row["start"] + timedelta(hours=hours)
        )
    if kind == 1:
        late = row["start"] + timedelta(hours=dice.choice([1, 3]))
        return "late", changes.operation_late(row["operation"], start=late)
    if kind == 2:
        return "rush", new_order(session, f"rush-{number}", dice)
    return "cancel", changes.cancel_order(row["order"])


def new_order(session: so.Session, name: str, dice: random.Random) -> Any:
    order, operations, due = order_like(session, name, dice)
    return changes.rush_order(order, operations, due=due, weight=5)


def order_like(session: so.Session, name: str, dice: random.Random) -> tuple[str, list[dict[str, Any]], Any]:
    """An order over three resources that are in use."""
    rows = [row for row in planned(session) if row["resource"] is not None]
    chosen = [dice.choice(rows) for _ in range(3)]
    operations = [
        {"operation": f"{name}-{step}", "resource": row["resource"], "duration": 1800}
        for step, row in enumerate(chosen)
    ]
    return name, operations, rows[0]["start"] + timedelta(days=4)


def forgotten(problem: so.Problem) -> so.Problem:
    """The problem without what was published: a rule of construction would begin from that."""
    tables = dict(problem.tables)
    rows = tables.get("baseline")
    if rows is not None:
        tables["baseline"] = rows.filter(pc.not_equal(pc.fill_null(rows["status"], "planned"), "planned"))
    return so.Problem(scale=problem.scale, **tables)


def starts(result: so.Result) -> dict[str, int]:
    table = result.schedule
    return dict(zip(table["operation"].to_pylist(), table["start"].cast("int64").to_pylist(), strict=True))


def megabytes() -> float:
    """Memory that the process holds now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20


class Bench:
    """One plant and its stream of events."""

    def __init__(self, operations: int, seed: int, work: int | None, *, planted: bool) -> None:
        self.work, self.clock = work, perf_counter if work is None else process_time
        self.dice = random.Random(seed)
        self.figures: dict[str, list[float]] = defaultdict(list)
        if planted:
            tables, schedule, assignments = split(generate(operations, seed, planted=True))
            problem = so.Problem(**tables)
            first = so.evaluate(problem, schedule, assignments, objective="on_time")
            assert first.violations.num_rows == 0
        else:
            problem = so.Problem(**generate(operations, seed))
            first = self.from_scratch(problem, times=3)
        self.session = so.open(problem, first)
        self.session.frozen_until = min(row["start"] for row in planned(self.session)) + timedelta(hours=4)
        print(f"{operations} operations, seed {seed}: {first}")
        print("event        simulate   repair  objective: repair  reschedule  scratch  reached  far%  frozen")

    def from_scratch(self, problem: so.Problem, times: int = 1) -> so.Result:
        if self.work is not None:
            return so.solve(problem, work_limit=10 * times * self.work, objective="on_time")
        return so.solve(problem, time_limit=20 * times, objective="on_time")

    def timed(self, figure: str, call: Any, *arguments: Any, **options: Any) -> Any:
        begun = self.clock()
        answer = call(*arguments, **options)
        self.figures[figure].append(1000 * (self.clock() - begun))
        return answer

    def happens(self, number: int, *, compare: bool) -> None:
        """One event, all answers, and the last of them made live."""
        session = self.session
        name, told = event(session, number, self.dice)
        simulated = self.timed("simulate", session.simulate, told)
        repaired = self.timed("repair", session.repair, told)
        answer = session.reschedule(told, time_limit=2.0, work_limit=self.work)
        for result in (simulated, repaired, answer):
            assert result.verify().num_rows == 0, result.verify().to_pylist()[:3]
        live, pushed, moved, mended = (starts(r) for r in (session.schedule, simulated, answer, repaired))
        reached = {op for op, at in pushed.items() if live.get(op) != at}
        outside = [op for op in live.keys() & moved.keys() if op not in reached and live[op] is not None]
        far = [op for op in outside if moved[op] is None or abs(moved[op] - live[op]) > QUARTER]
        frozen = [op for op in answer.frozen if op in moved and moved[op] not in (live[op], mended[op])]
        self.figures["far"].append(100 * len(far) / max(1, len(outside)))
        self.figures["frozen"].append(len(frozen))
        text = "-"
        if compare:
            whole = self.from_scratch(forgotten(answer.problem))
            ratio = answer.objective["tardiness"] / max(1, whole.objective["tardiness"])
            self.figures["ratio"].append(ratio)
            asked = so.evaluate(answer.problem, whole, objective=session.objective).levels
            self.figures["asked"].append(sum(answer.levels) / max(1, sum(asked)))
            text = f"{ratio:.3f}"
        base = [sum(result.levels[:2]) for result in (simulated, repaired, answer)]
        last = {key: values[-1] for key, values in self.figures.items()}
        print(f"{name:<10}{last['simulate']:>8.0f} ms{last['repair']:>6.0f} ms"
              f"  {base[0]:.4e} {base[1] / max(1, base[0]):>6.3f}  {base[2] / max(1, base[0]):>10.3f}"
              f"  {text:>7} {len(reached):>8} {last['far']:>5.2f} {len(frozen):>7}", flush=True)  # fmt: skip
        session.accept(answer)

    def promises(self, count: int = 50) -> None:
        for number in range(count):
            order, steps, due = order_like(self.session, f"ask-{number}", self.dice)
            answer = self.timed("promise", self.session.promise, order, steps, due=due)
            assert answer.moved == 0
            assert answer.end is not None
            self.timed("fork", self.session.fork)

    def memory(self, events: int) -> None:
        """A stream of events, each simulated, repaired and accepted; memory after each tenth of it."""
        gc.collect()
        held = [megabytes()]
        for number in range(events):
            told = event(self.session, number % 2, self.dice)[1]
            simulated = self.session.simulate(told)
            assert simulated.objective
            self.session.accept(self.session.repair(told, time_limit=0))
            if (number + 1) % max(1, events // 10) == 0:
                gc.collect()
                held.append(megabytes())
        print(f"memory over {events} events, MB:", " ".join(f"{value:.0f}" for value in held))

    def report(self) -> None:
        for figure in ("simulate", "repair", "promise", "fork"):
            values = sorted(self.figures[figure])
            if values:
                p99 = values[min(len(values) - 1, len(values) * 99 // 100)]
                print(f"{figure}: median {statistics.median(values):.1f} ms, p99 {p99:.1f} ms")
        print(f"moved > 15 min outside the reach of the change: median {statistics.median(self.figures['far']):.2f} %,"
              f" max {max(self.figures['far']):.2f} %; frozen zone moved: {sum(self.figures['frozen']):.0f}")  # fmt: skip
        if self.figures["ratio"]:
            ratios = [round(ratio, 3) for ratio in self.figures["ratio"]]
            print(f"tardiness of reschedules against solves from scratch: {ratios}")
            asked = [round(ratio, 3) for ratio in self.figures["asked"]]
            print(f"tardiness and moves of reschedules against solves from scratch: {asked}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--operations", type=int, default=5_000)
    parser.add_argument("--seeds", default="1")
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--scratch", type=int, default=3)
    parser.add_argument("--work", type=int)
    parser.add_argument("--stream", type=int, default=100)
    parser.add_argument("--planted", action="store_true")
    given = parser.parse_args()
    for seed in given.seeds.split(","):
        bench = Bench(given.operations, int(seed), given.work, planted=given.planted)
        for number in range(given.events):
            bench.happens(number, compare=number < given.scratch)
        bench.promises()
        bench.report()
        bench.memory(given.stream)


if __name__ == "__main__":
    main()
