"""Mutated Arrow streams: refused or taken, never a crash, never a hang.

Streams of the tables of a valid problem, and of its schedule, are cut, flipped and sown with hostile
integers by a seed, then decoded as the service decodes what strangers send, or read from a file, and what
passes goes all the way: read, solved for a little, evaluated. A child process does it, so that a crash is
counted and named by its seed instead of ending the tests; ``SOPENGINE_MUTANTS=100000`` tries so many.

Run as a program: ``python test_hostile_arrow.py SEED FIRST END`` prints each number before it is tried.
"""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from hostile.mutations import INTEGERS, MEMORY, PATIENCE, encode, mutants, spoil, tables

MUTANTS = mutants()
LIMIT = 64 << 20


def decode(data: bytes) -> pa.Table:
    """As the service does, where it is installed; else as any caller would."""
    try:
        from sopengine.service.arrow import decode as service_decode
    except ImportError:
        with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
            table = reader.read_all()
        table.validate(full=True)
        return table
    return service_decode(data, LIMIT)[0]


@cache
def subjects() -> tuple[Any, list[tuple[str, bytes]]]:
    """The valid problem, and every stream to be mutated with the name of its table."""
    import sopengine as so

    problem = so.Problem(**tables())
    result = so.solve(problem, time_limit=None, work_limit=300, threads=1)
    assert result.violations.num_rows == 0
    assert result.objective["unscheduled"] == 0
    whole = {**tables(), "schedule": result.schedule, "assignments": result.assignments}
    streams = [(name, encode(table)) for name, table in whole.items()]
    return problem, [*streams, ("operations", encode(whole["operations"], "zstd"))]


def attempt(seed: str, number: int) -> str:
    """What becomes of one mutant: `refused` by Arrow, `told` in findings, or `taken`."""
    rng = Random(f"{seed}/{number}")
    if rng.random() < 0.3:
        return read_from_folder(rng)
    return through_tables(rng)


def through_tables(rng: Random) -> str:
    """Decoded as the service does, then read, solved for a little, evaluated."""
    import sopengine as so

    problem, streams = subjects()
    name, stream = rng.choice(streams)
    try:
        table = decode(spoil(rng, stream))
    except (ValueError, TypeError, KeyError, OSError, OverflowError, MemoryError, pa.ArrowException):
        return "refused"
    except Exception as error:
        if type(error).__name__ == "ArrowRefused":
            return "refused"
        raise
    try:
        if name in ("schedule", "assignments"):
            schedule = table if name == "schedule" else decode(dict(streams)["schedule"])
            so.evaluate(problem, schedule, table if name == "assignments" else None)
        else:
            solved(so.Problem(**{**tables(), name: table}))
    except so.SopDataError as error:
        assert error.issues
        return "told"
    return "taken"


def read_from_folder(rng: Random) -> str:
    """One spoiled file among sound ones, by the door for files."""
    import sopengine as so

    whole = tables()
    spoiled = rng.choice(sorted(whole))
    file = rng.random() < 0.5
    compression = rng.choice([None, None, "lz4", "zstd"])
    with tempfile.TemporaryDirectory() as place:
        for name, table in whole.items():
            data = encode(table, compression if name == spoiled else None, file)
            data = spoil(rng, data) if name == spoiled else data
            (Path(place) / f"{name}.{'arrow' if file else 'arrows'}").write_bytes(data)
        try:
            problem = so.read(place)
        except so.SopDataError as error:
            assert error.issues
            return "refused" if error.issues[0].check == "ARROW_INVALID" else "told"
    solved(problem)
    return "taken"


def solved(problem: Any) -> None:
    """A little search ends, and its schedule is valid."""
    import sopengine as so

    result = so.solve(problem, time_limit=2, work_limit=100, threads=1)
    assert result.violations.num_rows == 0, result.violations.to_pylist()


def child(seed: str, first: int, end: int) -> None:
    try:
        import resource
    except ImportError:
        resource = None
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    subjects()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if resource else 0
    for number in range(first, end):
        print(number, flush=True)
        # Processor time, for a computer that is busy with other things; a hang is seen by the other clock.
        faulthandler.dump_traceback_later(20 * PATIENCE, exit=True)
        spent = time.process_time()
        print(attempt(seed, number), flush=True)
        spent = time.process_time() - spent
        assert spent < PATIENCE, f"{number} took {spent:.1f} s"
        if resource:
            grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
            assert grown < MEMORY, f"{number} raised the peak by {grown >> 20} MiB"
    faulthandler.cancel_dump_traceback_later()


def run(seed: str, first: int, end: int) -> tuple[Counter[str], list[str]]:
    """What became of the mutants, and the ends that no mutant may bring about."""
    seen: Counter[str] = Counter()
    failures: list[str] = []
    while first < end:
        command = [sys.executable, __file__, seed, str(first), str(end)]
        path = os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=7_200,
            check=False,
            env={**os.environ, "PYTHONPATH": path},
        )
        lines = done.stdout.split()
        seen.update(line for line in lines if not line.isdigit())
        if done.returncode == 0:
            break
        numbers = [int(line) for line in lines if line.isdigit()]
        assert numbers, done.stderr
        failures.append(f"{seed}/{numbers[-1]} ended with {done.returncode}: {done.stderr[-600:]}")
        assert len(failures) < 10, failures
        first = numbers[-1] + 1
    return seen, failures


@pytest.mark.timeout(7_200)
def test_no_mutant_crashes_or_hangs() -> None:
    seen, failures = run("mutants", 0, MUTANTS)
    print(dict(seen))
    assert not failures, failures
    assert seen.total() == MUTANTS
    # Each way out is taken by many: the mutations are neither all noise nor all harmless.
    assert min(seen[way] for way in ("refused", "told", "taken")) > MUTANTS // 50, seen


WIDE = {
    "problem": {"now": [0], "horizon_end": [1_000]},
    "orders": {"release": [0, 1], "deadline": [90, 99], "earliness_weight": [0, 1]},
    "operations": {"release": [0, 1, 2], "deadline": [90, 95, 99]},
    "modes": {"quantity": [1, 2, 1], "cost": [1, 2, 3]},
    "requirements": {"quantity": [1]},
    "resources": {"capacity": [1, 3, 1, 1], "cost_per_hour": [1, 2, 3, 4]},
    "groups": {"priority": [0, 1]},
    "calendars": {"capacity": [1, 1]},
    "changeovers": {"priority": [0]},
    "precedences": {"min_lag": [0], "max_lag": [90]},
    "items": {"item": ["i"], "max_stock": [9]},
    "stock": {"time": [0]},
    "baseline": {"end": [13]},
}


def wide() -> dict[str, dict[str, list[Any]]]:
    """The valid problem with more columns of numbers."""
    whole = {name: table.to_pydict() for name, table in tables().items()}
    for name, columns in WIDE.items():
        whole[name] = {**whole.get(name, {}), **columns}
    return whole


NUMBERS = [
    (name, column)
    for name, columns in wide().items()
    for column, cells in columns.items()
    if all(isinstance(cell, int | None) and not isinstance(cell, bool) for cell in cells)
]


@pytest.mark.parametrize(("name", "column"), NUMBERS)
def test_a_hostile_integer_in_every_column(name: str, column: str) -> None:
    """An answer or findings, never an internal error, and no invalid schedule."""
    import sopengine as so

    for value in [*INTEGERS, 2**53, 2**53 + 1, -(2**53), 2**60]:
        changed = wide()
        cells = changed[name][column]
        changed[name][column] = pa.array([value, *cells[1:]], pa.int64())
        try:
            problem = so.Problem(**changed)
        except so.SopDataError as error:
            assert error.issues
            continue
        result = so.solve(problem, time_limit=5, work_limit=100, threads=1)
        assert result.violations.num_rows == 0, (value, result.violations.to_pylist())
        assert "TERMS_DISAGREE" not in result.findings["check"].to_pylist(), value


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
