"""One connection to a service: calls, uploads, and tables on their way out."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final, Self

import grpc

from sopengine.errors import SopError
from sopengine.problem import Problem, check_scale
from sopengine.service.arrow import encode
from sopengine.service.errors import raised_by
from sopengine.service.transfer import PIECE
from sopengine.tables import coerce, schedule_tables
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import table_pb2

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pyarrow as pa

    from sopengine.result import Result
    from sopengine.tables import TableLike

INLINE_BYTES: Final = 2 << 20
"""Bytes of tables that go within a request; what is beyond is uploaded before."""


class Link:
    """The stub of a service with what each call carries.

    Parameters
    ----------
    stub
        The stub.
    token
        Bearer token; None for none.
    timeout
        Seconds after which a call ends; None for no limit.
    """

    def __init__(self, stub: Any, token: str | None, timeout: float | None) -> None:
        self._stub = stub
        self._timeout = timeout
        self._metadata = (("authorization", f"Bearer {token}"),) if token is not None else ()

    def open(self, method: str, request: Any) -> Any:
        """Begin a call of the name given; an answer, or the stream of them."""
        return getattr(self._stub, method)(request, timeout=self._timeout, metadata=self._metadata)

    def call(self, method: str, request: Any) -> Any:
        """Call, and raise what the local API would raise."""
        try:
            return self.open(method, request)
        except grpc.RpcError as error:
            raise raised_by(error) from None

    def cancel_solve(self, solve_id: str) -> None:
        """End a solve."""
        self.call("CancelSolve", pb.CancelSolveRequest(solve_id=solve_id))

    def upload(self, data: bytes) -> str:
        """Send a table in chunks, and return its id."""
        digest = hashlib.sha256(data).digest()

        def chunks() -> Iterator[Any]:
            for begin in range(0, len(data), PIECE):
                yield pb.UploadTableRequest(chunk=data[begin : begin + PIECE])
            yield pb.UploadTableRequest(sha256=digest)

        return str(self.call("UploadTable", chunks()).upload_id)


class Outgoing:
    """Tables on their way to the service; uploads are dropped when the call is over.

    Parameters
    ----------
    link
        The connection.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._room = INLINE_BYTES
        self._uploads: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for upload_id in self._uploads:
            try:
                self._link.call("DeleteTable", pb.DeleteTableRequest(upload_id=upload_id))
            except SopError:
                return  # it expires by itself

    def problem(
        self, problem: Problem | Mapping[str, TableLike | None], scale: int | None
    ) -> table_pb2.Problem:
        """Return the message of a problem, or of its tables."""
        if isinstance(problem, Problem):
            return table_pb2.Problem(tables=self._tables(problem.tables), scale=problem.scale)
        check_scale(scale)
        return table_pb2.Problem(tables=self._tables(coerce(problem)), scale=scale)

    def schedule(
        self, schedule: Result | TableLike, assignments: TableLike | None = None
    ) -> list[table_pb2.Table]:
        """Return the messages of a schedule and who holds what."""
        return self._tables(schedule_tables(schedule, assignments))

    def _tables(self, tables: Mapping[str, pa.Table]) -> list[table_pb2.Table]:
        messages = []
        for name, table in tables.items():
            data = encode(table)
            if len(data) <= self._room:
                self._room -= len(data)
                messages.append(table_pb2.Table(name=name, arrow_ipc=data))
            else:
                upload_id = self._link.upload(data)
                self._uploads.append(upload_id)
                messages.append(table_pb2.Table(name=name, upload_id=upload_id))
        return messages
