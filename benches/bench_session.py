"""A stream of events on generated plants: how fast sessions answer, and how good the answers are.

    python benches/bench_session.py [operations] [seed] [events] [scratch]

For each event: `simulate` (the engine alone and the whole call), `repair` (0.2 s allowed), `reschedule`
(2 s allowed), operations moved by more than 15 minutes among those that the change does not reach in the
simulation, and operations moved in the frozen zone (the first four hours) beyond what the change itself
forces. For the first `scratch` events tardiness is compared with a solve from scratch of 20 s that may move
everything. Every
answer is verified. Then promises for new orders of three operations.
"""

from __future__ import annotations

import random
import statistics
import sys
from datetime import timedelta
from time import perf_counter
from typing import Any

import pyarrow.compute as pc
from memory import peak

import sopengine as so
from sopengine import changes
from sopengine.demo.generator import generate

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


def starts(result: so.Result) -> dict[str, int]:
    table = result.schedule
    return dict(zip(table["operation"].to_pylist(), table["start"].cast("int64").to_pylist(), strict=True))


def timed(call: Any, *arguments: Any, **options: Any) -> tuple[Any, float]:
    begun = perf_counter()
    answer = call(*arguments, **options)
    return answer, 1000 * (perf_counter() - begun)


def main(operations: int = 5000, seed: int = 1, events: int = 20, scratch: int = 3) -> None:
    dice = random.Random(seed)
    problem = so.Problem(**generate(operations, seed))
    first = so.solve(problem, time_limit=20, objective="on_time")
    session = so.open(problem, first)
    session.frozen_until = min(row["start"] for row in planned(session)) + timedelta(hours=4)
    print(f"{operations} operations, seed {seed}: {first}")
    print(
        "event      engine  simulate  repair  objective  repair 2 s   scratch  reached  moved  far%  frozen"
    )
    figures: dict[str, list[float]] = {
        "engine": [],
        "call": [],
        "repair": [],
        "ratio": [],
        "far": [],
        "frozen": [],
    }
    for number in range(events):
        name, told = event(session, number, dice)
        simulated, sim_ms = timed(session.simulate, told)
        repaired, repair_ms = timed(session.repair, told)
        answer, _ = timed(session.reschedule, told, time_limit=2.0)
        for result in (simulated, repaired, answer):
            assert result.verify().num_rows == 0, result.verify().to_pylist()[:3]
        live, pushed, moved = starts(session.schedule), starts(simulated), starts(answer)
        reached = {op for op, at in pushed.items() if live.get(op) != at}
        outside = [op for op in live.keys() & moved.keys() if op not in reached and live[op] is not None]
        far = [op for op in outside if moved[op] is None or abs(moved[op] - live[op]) > QUARTER]
        total = sum(moved.get(op) != at for op, at in live.items())
        share = 100 * len(far) / max(1, len(outside))
        frozen = [
            op for op in answer.frozen if op in moved and moved[op] not in (live[op], starts(repaired)[op])
        ]
        base = {key: sum(result.levels[:2]) for key, result in
                (("sim", simulated), ("repair", repaired), ("two", answer))}  # fmt: skip
        text = "-"
        if number < scratch:
            whole = so.solve(answer.problem, time_limit=20, objective="on_time")
            ratio = answer.objective["tardiness"] / max(1, whole.objective["tardiness"])
            figures["ratio"].append(ratio)
            text = f"{ratio:.3f}"
        engine_ms = 1000 * simulated.stats["wall_s"]
        for key, value in (("engine", engine_ms), ("call", sim_ms), ("repair", repair_ms), ("far", share),
                           ("frozen", len(frozen))):  # fmt: skip
            figures[key].append(value)
        print(f"{name:<10}{engine_ms:>8.1f} ms{sim_ms:>7.0f} ms{repair_ms:>5.0f} ms  {base['sim']:.4e}"
              f" {base['repair'] / max(1, base['sim']):.3f} {base['two'] / max(1, base['sim']):.3f}  {text:>7}"
              f" {len(reached):>7} {total:>6} {share:>6.2f} {len(frozen):>5}", flush=True)  # fmt: skip
        session.accept(answer)
    promises = []
    for number in range(50):
        order, steps, due = order_like(session, f"ask-{number}", dice)
        answer, ms = timed(session.promise, order, steps, due=due)
        assert answer.moved == 0 and answer.end is not None
        promises.append(ms)
    promises.sort()
    print(f"simulate: engine median {statistics.median(figures['engine']):.1f} ms, max {max(figures['engine']):.1f};"
          f" call median {statistics.median(figures['call']):.0f} ms")  # fmt: skip
    print(
        f"repair call: median {statistics.median(figures['repair']):.0f} ms, max {max(figures['repair']):.0f}"
    )
    print(f"moved > 15 min outside the reach of the change: median {statistics.median(figures['far']):.2f} %,"
          f" max {max(figures['far']):.2f} %; frozen zone moved: {sum(figures['frozen']):.0f}")  # fmt: skip
    if figures["ratio"]:
        print(f"tardiness after 2 s against 20 s from scratch: {[round(r, 3) for r in figures['ratio']]}")
    print(f"promise: median {statistics.median(promises):.0f} ms, p99 {promises[-1]:.0f} ms")
    print(f"peak memory {peak():,.0f} MiB")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
