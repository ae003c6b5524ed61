"""Bytes that nobody meant well: streams of the tables of a valid problem, and ways to spoil them.

Used by the tests of every door that takes bytes from outside: tables, files, the wire.
"""

from __future__ import annotations

import os
import struct
from random import Random

import pyarrow as pa
import pyarrow.ipc

PATIENCE = 5.0
"""Seconds that one stream may take."""
MEMORY = 1 << 30
"""Bytes by which all of them together may raise the peak."""


def mutants() -> int:
    """How many streams a door is tried with."""
    return int(os.environ.get("SOPENGINE_MUTANTS", 20_000))


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


def encode(table: pa.Table, compression: str | None = None, file: bool = False) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression=compression)
    new = pa.ipc.new_file if file else pa.ipc.new_stream
    with new(sink, table.schema, options=options) as writer:
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


def spoil(rng: Random, stream: bytes) -> bytes:
    """A stream with one mutation, at times two."""
    data = bytearray(stream)
    for _ in range(rng.choice([1, 1, 1, 2])):
        if len(data) > 16:
            rng.choice(MUTATIONS)(rng, data)
    return bytes(data)
