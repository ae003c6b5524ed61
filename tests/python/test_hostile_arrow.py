"""Mutated Arrow streams: refused or taken, never a crash, never a hang.

Streams of the tables of a valid problem, and of its schedule, are cut, flipped and sown with hostile
integers by a seed, then decoded as the service decodes what strangers send, and what passes goes all the
way: read, solved for a little, evaluated. A child process does it, so that a crash is counted and named by
its seed instead of ending the tests.

Run as a program: ``python test_hostile_arrow.py SEED FIRST END`` prints each number before it is tried.
"""

from __future__ import annotations

import faulthandler
import struct
import subprocess
import sys
from collections import Counter
from functools import cache
from random import Random
from typing import Any

import pyarrow as pa
import pytest

MUTANTS = 3_000
PATIENCE = 20
"""Seconds that one stream may take."""
LIMIT = 64 << 20
INTEGERS = [0, 1, -1, 2**7, 2**15, 2**31 - 1, -(2**31), 2**31, 2**32 - 1, 2**62, 2**63 - 1, -(2**63)]


def tables() -> dict[str, pa.Table]:
    """A valid problem with a column of every kind that the engine reads."""
    return {
        "orders": pa.table({"order": ["A", "B"], "due": [9, None], "weight": pa.array([1, 2], pa.int32())}),
        "operations": pa.table(
            {
                "operation": pa.array(["a1", "a2", "b1"], pa.string_view()),
                "order": pa.array(["A", "A", "B"]).dictionary_encode(),
                "sequence": pa.array([1, 2, 1], pa.uint8()),
                "setup_state": pa.array(["red", None, "blue"], pa.large_string()),
                "note": pa.array([[1], None, []]),
            }
        ),
        "modes": pa.table(
            {"operation": ["a1", "a2", "b1"], "resource": ["m", "n", "m"], "duration": [3, 4, 5]}
        ),
        "requirements": pa.table({"requirement": ["r"], "operation": ["a1"], "group": ["crew"]}),
        "groups": pa.table({"group": ["crew", "crew"], "member": ["p", "q"]}),
        "resources": pa.table(
            {
                "resource": ["m", "n", "p", "q"],
                "capacity": pa.array([1, 3, 1, 1]).cast(pa.decimal128(30, 2)),
                "calendar": ["c", None, None, None],
                "changeover_matrix": ["x", None, None, None],
            }
        ),
        "calendars": pa.table({"calendar": ["c", "c"], "start": [0, 30], "end": [25, None]}),
        "matrices": pa.table({"matrix": ["x"], "attached": [True]}),
        "changeovers": pa.table({"matrix": ["x"], "to_value": ["blue"], "duration": [2], "cost": [1.0]}),
        "precedences": pa.table({"before": ["a1"], "after": ["b1"], "transfer": [0.5]}),
        "materials": pa.table({"operation": ["a1"], "item": ["i"], "quantity": [-2]}),
        "stock": pa.table({"item": ["i"], "quantity": [5]}),
        "baseline": pa.table({"operation": ["b1"], "resource": ["m"], "start": [8], "pin": ["resource"]}),
    }


def encode(table: pa.Table, compression: str | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def flip(rng: Random, data: bytearray) -> None:
    for _ in range(rng.choice([1, 1, 2, 8])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def cut(rng: Random, data: bytearray) -> None:
    del data[rng.randrange(len(data)) :]


def drop(rng: Random, data: bytearray) -> None:
    start = rng.randrange(len(data))
    del data[start : start + rng.choice([1, 4, 8, 64])]


def sow(rng: Random, data: bytearray) -> None:
    """Put a hostile integer at an aligned place: lengths, offsets, counts and values are such."""
    for _ in range(rng.choice([1, 1, 3])):
        width = rng.choice([2, 4, 4, 8, 8])
        place = rng.randrange(0, len(data) - width, min(width, 4))
        value = rng.choice(INTEGERS) & ((1 << 8 * width) - 1)
        data[place : place + width] = value.to_bytes(width, "little")


def nudge(rng: Random, data: bytearray) -> None:
    """Make an integer a little larger or smaller: what is off by one is seldom noticed."""
    place = rng.randrange(0, len(data) - 4, 4)
    (value,) = struct.unpack_from("<I", data, place)
    struct.pack_into("<I", data, place, (value + rng.choice([-8, -1, 1, 8])) & 0xFFFFFFFF)


def splice(rng: Random, data: bytearray) -> None:
    start, size = rng.randrange(len(data)), rng.choice([8, 32, 128])
    place = rng.randrange(len(data))
    data[place:place] = data[start : start + size]


MUTATIONS = [flip, cut, drop, sow, sow, nudge, nudge, splice]


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
    import sopengine as so

    problem, streams = subjects()
    rng = Random(f"{seed}/{number}")
    name, stream = rng.choice(streams)
    data = bytearray(stream)
    rng.choice(MUTATIONS)(rng, data)
    try:
        table = decode(bytes(data))
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
            changed = so.Problem(**{**tables(), name: table})
            result = so.solve(changed, time_limit=2, work_limit=100, threads=1)
            assert result.violations.num_rows == 0, result.violations.to_pylist()
    except so.SopDataError as error:
        assert error.issues
        return "told"
    return "taken"


def child(seed: str, first: int, end: int) -> None:
    try:
        import resource
    except ImportError:
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    subjects()
    for number in range(first, end):
        print(number, flush=True)
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        print(attempt(seed, number), flush=True)
    faulthandler.cancel_dump_traceback_later()


def run(seed: str, first: int, end: int) -> tuple[Counter[str], list[str]]:
    """What became of the mutants, and the ends that no mutant may bring about."""
    seen: Counter[str] = Counter()
    failures: list[str] = []
    while first < end:
        command = [sys.executable, __file__, seed, str(first), str(end)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
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
