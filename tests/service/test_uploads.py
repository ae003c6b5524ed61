"""Tables too large for one message: in by chunks, out by pieces; stalls, lies and limits."""

from __future__ import annotations

import hashlib
import random
import threading
import time
from typing import TYPE_CHECKING, Any

import grpc
import numpy as np
import pyarrow as pa
import pytest

import sopengine as so
from service import shops
from service.conftest import until
from service.test_wire_errors import failure
from sopengine.service import Client, Server
from sopengine.service.arrow import encode
from sopengine.service.settings import Settings
from sopengine.service.transfer import Assembly, decoded, pieces
from sopengine.service.uploads import Uploads
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Iterator


def noise(rows: int) -> pa.Table:
    """A table that no codec makes smaller."""
    draw = np.random.default_rng(3)
    return pa.table({"operation": draw.integers(0, 2**63 - 1, rows), "x": draw.integers(0, 2**63 - 1, rows)})


def chunks_of(*chunks: bytes) -> Iterator[Any]:
    """The messages of an upload."""
    for chunk in chunks:
        yield pb.UploadTableRequest(chunk=chunk)
    yield pb.UploadTableRequest(sha256=hashlib.sha256(b"".join(chunks)).digest())


def test_pieces_come_together_again() -> None:
    table = noise(300_000)
    messages = list(pieces("schedule", table))
    assert len(messages) == 5
    assert all(message.ByteSize() < (1 << 20) + 100 for message in messages)
    assembly = Assembly()
    for index, message in enumerate(messages):
        assert assembly.take() == {}, index
        assembly.add(message)
    assert decoded(assembly.take(), 1 << 30)["schedule"].equals(table)
    assert assembly.take() == {}


def test_a_problem_of_many_megabytes_goes_both_ways(client: Client, server: Server) -> None:
    tables: dict[str, Any] = shops.shop(1_500, 20)
    draw = random.Random(1)
    tables["operations"]["note"] = [draw.randbytes(96).hex() for _ in range(30_000)]
    problem = so.Problem(**tables)
    assert len(encode(problem.tables["operations"])) > 2 << 20
    result = client.solve(problem, time_limit=0.5)
    assert result.schedule.num_rows == 30_000
    assert result.verify().num_rows == 0
    again = client.evaluate(problem, result)
    assert again.violations.num_rows == 0
    assert again.objective == result.objective
    assert server.scheduling.uploads.held_bytes == 0


def test_an_upload_is_named_in_requests_and_dropped(client: Client, stub: Any, server: Server) -> None:
    data = {name: encode(pa.table(table)) for name, table in shops.paint().items()}
    request = pb.ValidateProblemRequest()
    ids = []
    for name, content in data.items():
        answer = stub.UploadTable(chunks_of(content[:50], content[50:]))
        assert answer.size_bytes == len(content)
        assert answer.ttl.seconds > 0
        ids.append(answer.upload_id)
        request.problem.tables.add(name=name, upload_id=answer.upload_id)
    assert len(set(ids)) == len(ids)
    assert stub.ValidateProblem(request).valid
    assert stub.ValidateProblem(request).operations == 3
    for upload_id in ids:
        stub.DeleteTable(pb.DeleteTableRequest(upload_id=upload_id))
    assert server.scheduling.uploads.held_bytes == 0
    with pytest.raises(grpc.RpcError) as caught:
        stub.ValidateProblem(request)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_digest_that_does_not_fit(stub: Any, server: Server) -> None:
    wrong = hashlib.sha256(b"other").digest()
    chunks = [pb.UploadTableRequest(chunk=b"bytes"), pb.UploadTableRequest(sha256=wrong)]
    code, reason, _, _ = failure(lambda: stub.UploadTable(iter(chunks)))
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "DIGEST_MISMATCH")
    assert server.scheduling.uploads.held_bytes == 0


def test_an_upload_without_its_digest_was_cut(stub: Any, server: Server) -> None:
    chunks = [pb.UploadTableRequest(chunk=b"bytes")]
    code, reason, _, _ = failure(lambda: stub.UploadTable(iter(chunks)))
    assert (code, reason) == (grpc.StatusCode.INVALID_ARGUMENT, "DIGEST_MISSING")
    assert server.scheduling.uploads.held_bytes == 0


def test_an_upload_that_stalls_is_dropped(stub: Any, server: Server) -> None:
    def chunks() -> Iterator[Any]:
        yield pb.UploadTableRequest(chunk=bytes(1000))
        time.sleep(3.0)

    before = time.monotonic()
    code, reason, _, _ = failure(lambda: stub.UploadTable(chunks()))
    assert (code, reason) == (grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_STALLED")
    assert time.monotonic() - before < 2.5
    assert server.scheduling.uploads.held_bytes == 0


def test_an_upload_that_is_broken_off_is_dropped(stub: Any, server: Server) -> None:
    def chunks() -> Iterator[Any]:
        yield pb.UploadTableRequest(chunk=bytes(1000))
        left.wait(5.0)

    left = threading.Event()
    call = stub.UploadTable.future(chunks())
    assert until(lambda: server.scheduling.uploads.held_bytes == 1000)
    before = time.monotonic()
    call.cancel()
    assert until(lambda: server.scheduling.uploads.held_bytes == 0)
    assert time.monotonic() - before < 0.9, "before the upload counts as stalled"
    left.set()


def test_uploads_have_a_limit() -> None:
    settings = Settings(max_upload_bytes=1000)
    with Server(settings=settings) as small, grpc.insecure_channel(f"localhost:{small.port}") as channel:
        stub = pb_grpc.SchedulingServiceStub(channel)
        held = stub.UploadTable(chunks_of(bytes(900)))
        code, reason, _, _ = failure(lambda: stub.UploadTable(chunks_of(bytes(200))))
        assert (code, reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "UPLOADS_FULL")
        stub.DeleteTable(pb.DeleteTableRequest(upload_id=held.upload_id))
        stub.UploadTable(chunks_of(bytes(1000)))


def test_the_tables_of_a_request_have_a_limit() -> None:
    with (
        Server(settings=Settings(max_decoded_bytes=10_000)) as small,
        Client(f"localhost:{small.port}") as client,
    ):
        with pytest.raises(so.SopDataError) as caught:
            client.validate({"operations": {"operation": [f"{n:0100}" for n in range(200)]}})
        assert [issue.check for issue in caught.value.issues] == ["DECOMPRESSED_TOO_LARGE"]


def test_uploads_expire_after_their_last_use() -> None:
    now = [0.0]
    uploads = Uploads(most_bytes=100, ttl_s=10.0, clock=lambda: now[0])
    uploads.reserve(60)
    kept = uploads.keep(bytes(60))
    now[0] = 9.0
    assert uploads.fetch(kept) == bytes(60)
    now[0] = 18.0
    assert uploads.fetch(kept) == bytes(60)
    now[0] = 29.0
    uploads.reserve(60)
    assert uploads.held_bytes == 60
    with pytest.raises(so.SopError):
        uploads.fetch(kept)
