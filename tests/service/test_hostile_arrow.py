"""Arrow bytes that nobody meant well: cut, flipped, lying. Always an answer, always the right kind."""

from __future__ import annotations

import contextlib
import random
import struct
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import sopengine as so
from service import shops
from sopengine.service.arrow import decode, encode
from sopengine.service.framing import ArrowRefused, measure
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import table_pb2

LIMIT = 1 << 26
REASONS = {"ARROW_INVALID", "ARROW_TRUNCATED", "DECOMPRESSED_TOO_LARGE"}


def stream(table: pa.Table, codec: str | None = None) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as writer:
        writer.write_table(table, max_chunksize=64)
    return sink.getvalue().to_pybytes()


def mixed() -> pa.Table:
    """Every shape of column that a planner's tables have."""
    ids = [f"operation {number} of a longer name" for number in range(150)]
    return pa.table(
        {
            "operation": ids,
            "order": pa.array(ids, pa.string_view()),
            "resource": pa.array([f"r{number % 7}" for number in range(150)]).dictionary_encode(),
            "sequence": pa.array([None if number % 5 == 0 else number for number in range(150)], pa.int64()),
            "duration": pa.array(range(150), pa.duration("s")),
            "release": pa.array(range(150), pa.timestamp("ms", "UTC")),
            "large": pa.array(ids, pa.large_string()),
            "flag": pa.array([number % 2 == 0 for number in range(150)]),
        }
    )


SEEDS = {codec: stream(mixed(), codec) for codec in (None, "lz4", "zstd")}


@pytest.mark.parametrize("codec", SEEDS)
def test_what_is_sound_passes_unchanged(codec: str | None) -> None:
    table, size = decode(SEEDS[codec], LIMIT)
    assert table.equals(mixed())
    assert size >= 150 * 8 * 3


def test_our_own_bytes_pass() -> None:
    for table in (mixed(), mixed().slice(0, 0), pa.table({"a": pa.nulls(10)}), pa.table({"a": [[1], None]})):
        assert decode(encode(table), LIMIT)[0].equals(table)
    large = pa.table({"a": np.zeros(1_000_000, dtype=np.int64)})
    assert len(encode(large)) < 100_000
    assert decode(encode(large), LIMIT)[0].equals(large)


@pytest.mark.parametrize("codec", SEEDS)
def test_cut_at_every_byte(codec: str | None) -> None:
    data = SEEDS[codec]
    for length in range(0, len(data), 7):
        with pytest.raises(ArrowRefused) as caught:
            decode(data[:length], LIMIT)
        assert caught.value.reason == "ARROW_TRUNCATED", length
        assert caught.value.offset is not None
        assert caught.value.offset <= length


@pytest.mark.parametrize("codec", SEEDS)
def test_mutants_never_do_more_than_be_refused(codec: str | None) -> None:
    draw = random.Random(20261122)
    refused = 0
    for _ in range(1_000):
        data = bytearray(SEEDS[codec])
        for _ in range(draw.randint(1, 4)):
            place = draw.randrange(len(data))
            kind = draw.randrange(4)
            if kind == 0:
                data[place] ^= 1 << draw.randrange(8)
            elif kind == 1:
                struct.pack_into(
                    "<i", data, min(place, len(data) - 4), draw.choice([-1, 0, 1 << 30, -(2**31)])
                )
            elif kind == 2:
                struct.pack_into("<q", data, min(place, len(data) - 8), draw.choice([-1, 1 << 40, 2**63 - 1]))
            else:
                del data[place : place + draw.randint(1, 64)]
        try:
            table, _ = decode(bytes(data), LIMIT)
        except ArrowRefused as error:
            refused += 1
            assert error.reason in REASONS
        else:
            assert table.nbytes < LIMIT
            with contextlib.suppress(so.SopDataError):
                so.Problem(operations=table, modes=table, resources=table)
    assert refused > 300


def test_mutants_over_the_wire(stub: Any) -> None:
    draw = random.Random(7)
    sound = {name: encode(pa.table(table)) for name, table in shops.paint().items()}
    refused = 0
    for _ in range(300):
        name = draw.choice(sorted(sound))
        data = bytearray(sound[name])
        for _ in range(draw.randint(1, 3)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        tables = [
            table_pb2.Table(name=other, arrow_ipc=bytes(data) if other == name else sound[other])
            for other in sound
        ]
        answer = stub.ValidateProblem(pb.ValidateProblemRequest(problem=table_pb2.Problem(tables=tables)))
        if not answer.valid:
            refused += 1
            assert answer.findings.total >= 1
            assert all(finding.check.isupper() for finding in answer.findings.findings)
    assert refused > 100


def body_claims(data: bytes, value: int) -> bytes:
    """The stream with the uncompressed length of its first compressed buffer replaced."""
    table, place = pa.ipc.open_stream(data), 0
    assert table is not None
    # message 0 is the schema; the body of message 1 begins after its prefix and metadata
    (length,) = struct.unpack_from("<i", data, 4)
    place = 8 + length
    (length,) = struct.unpack_from("<i", data, place + 4)
    body = place + 8 + length
    changed = bytearray(data)
    struct.pack_into("<q", changed, body, value)
    return bytes(changed)


@pytest.mark.parametrize("codec", ["lz4", "zstd"])
@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (10 << 30, "DECOMPRESSED_TOO_LARGE"),
        (2**63 - 1, "DECOMPRESSED_TOO_LARGE"),
        (-2, "ARROW_INVALID"),
        (0, "ARROW_INVALID"),
        (80_001, "ARROW_INVALID"),
    ],
)
def test_a_buffer_that_lies_about_its_length(codec: str, claim: int, reason: str) -> None:
    honest = stream(pa.table({"a": pa.array(range(10_000), pa.int64())}).combine_chunks().slice(0, 64), codec)
    with pytest.raises(ArrowRefused) as caught:
        decode(body_claims(honest, claim), LIMIT)
    assert caught.value.reason == reason


def test_a_bomb_is_refused_before_it_is_opened() -> None:
    sink = pa.BufferOutputStream()
    bomb = pa.table({"a": np.zeros(40_000_000, dtype=np.int64)})
    with pa.ipc.new_stream(sink, bomb.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(bomb)
    data = sink.getvalue().to_pybytes()
    assert len(data) < 1 << 20
    del bomb
    before = pa.total_allocated_bytes()
    with pytest.raises(ArrowRefused) as caught:
        decode(data, 1 << 26)
    assert caught.value.reason == "DECOMPRESSED_TOO_LARGE"
    assert caught.value.offset is not None
    assert pa.total_allocated_bytes() - before < 1 << 20


def test_rows_out_of_nothing_are_refused() -> None:
    with pytest.raises(ArrowRefused) as caught:
        decode(
            stream(pa.table({"a": pa.nulls(64)})).replace(struct.pack("<q", 64), struct.pack("<q", 1 << 40)),
            LIMIT,
        )
    assert caught.value.reason == "ARROW_INVALID"


def test_text_that_many_rows_share_is_counted() -> None:
    long = "x" * 1_000_000
    views = pa.array([long] * 100).dictionary_encode()
    with pytest.raises(ArrowRefused) as caught:
        decode(stream(pa.table({"a": views})), LIMIT)
    assert caught.value.reason == "DECOMPRESSED_TOO_LARGE"


def extension() -> pa.Table:
    field = pa.field("a", pa.int64(), metadata={"ARROW:extension:name": "sopengine.secret"})
    return pa.Table.from_arrays([pa.array([1])], schema=pa.schema([field]))


def file_format() -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, mixed().schema) as writer:
        writer.write_table(mixed())
    return sink.getvalue().to_pybytes()


OTHERS = {
    "empty": b"",
    "text": b"hello, this is not arrow at all",
    "parquet": b"PAR1" + bytes(200),
    "file format": file_format(),
    "two streams": SEEDS[None] + SEEDS[None],
    "trailing bytes": SEEDS[None] + b"\0",
    "no end marker": SEEDS[None][:-8],
    "end marker alone": b"\xff\xff\xff\xff\0\0\0\0",
    "old framing": SEEDS[None].replace(b"\xff\xff\xff\xff", b"", 1),
    "extension": stream(extension()),
    "nested extension": stream(
        pa.table({"a": pa.array([{"b": 1}], pa.struct([extension().schema.field("a")]))})
    ),
    "negative metadata": b"\xff\xff\xff\xff" + struct.pack("<i", -8) + bytes(64),
    "huge metadata": b"\xff\xff\xff\xff" + struct.pack("<i", 2**31 - 1) + bytes(64),
    "zeros": b"\xff\xff\xff\xff" + struct.pack("<i", 64) + bytes(64),
}


@pytest.mark.parametrize("case", OTHERS)
def test_bytes_that_are_no_stream(case: str) -> None:
    with pytest.raises(ArrowRefused) as caught:
        decode(OTHERS[case], LIMIT)
    cut = case in ("empty", "no end marker", "huge metadata")
    assert caught.value.reason == ("ARROW_TRUNCATED" if cut else "ARROW_INVALID")


def test_text_that_is_no_utf8() -> None:
    data = stream(pa.table({"operation": ["abcdefgh"]})).replace(b"abcdefgh", b"abc\xff\xfeefg")
    with pytest.raises(ArrowRefused) as caught:
        decode(data, LIMIT)
    assert caught.value.reason == "ARROW_INVALID"


def test_a_dictionary_index_beyond_its_end() -> None:
    good = pa.array(["a", "b"]).dictionary_encode()
    bad = pa.DictionaryArray.from_arrays(pa.array([0, 9], pa.int32()), good.dictionary, safe=False)
    with pytest.raises(ArrowRefused) as caught:
        decode(stream(pa.table({"a": bad})), LIMIT)
    assert caught.value.reason == "ARROW_INVALID"


def test_measuring_counts_rows_and_bytes() -> None:
    claim = measure(stream(pa.table({"a": pa.array(range(100), pa.int64())})), LIMIT)
    assert claim.rows == 100
    assert 800 <= claim.decoded_bytes <= 1024


def test_a_refused_table_over_the_wire_names_the_byte(stub: Any) -> None:
    table = table_pb2.Table(name="operations", arrow_ipc=SEEDS["zstd"][:1000])
    request = pb.ValidateProblemRequest(problem=table_pb2.Problem(tables=[table]))
    (finding,) = stub.ValidateProblem(request).findings.findings
    assert (finding.check, finding.table) == ("ARROW_TRUNCATED", "operations")
    assert finding.found.startswith("byte ")
