"""A client with the calls of the local API.

    with Client("localhost:50051") as client:
        result = client.solve(problem, time_limit=10, on_progress=print)

The same tables go in, the same `Result` comes out, and wrong input raises the same `SopDataError` with the
same issues. Ctrl-C ends a solve on the server and keeps its best; a second one gives up.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, Final, Self

import grpc

from sopengine.errors import Finding, SopDataError, SopError
from sopengine.problem import Problem, check_scale
from sopengine.service import convert
from sopengine.service.arrow import encode
from sopengine.service.errors import ServiceError, raised_by
from sopengine.service.transfer import PIECE, Assembly
from sopengine.solve import _check_limits, _levels
from sopengine.tables import coerce
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc
from sopengine.v1 import table_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from sopengine.result import Result
    from sopengine.solve import Cancel, Objective, Progress
    from sopengine.tables import TableLike

INLINE_BYTES: Final = 2 << 20
"""Bytes of tables that go within a request; what is beyond is uploaded before."""

_WAKE_S: Final = 0.05
_LIMIT: Final = 1 << 40
_OPTIONS: Final = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.max_metadata_size", 16 * 1024),
)


class Client:
    """A connection to a service.

    Parameters
    ----------
    target
        Host and port, such as `localhost:50051`, or any name that gRPC resolves.
    credentials
        TLS, as `grpc.ssl_channel_credentials` gives them; None for plain text.
    token
        Bearer token.
    timeout
        Seconds after which a call ends; a solve then answers a little before with its best. None: no limit.
    """

    def __init__(
        self,
        target: str,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        token: str | None = None,
        timeout: float | None = None,
    ) -> None:
        self._timeout = timeout
        self._metadata = (("authorization", f"Bearer {token}"),) if token is not None else ()
        if credentials is None:
            self._channel = grpc.insecure_channel(target, options=_OPTIONS)
        else:
            self._channel = grpc.secure_channel(target, credentials, options=_OPTIONS)
        self._stub = pb_grpc.SchedulingServiceStub(self._channel)

    def close(self) -> None:
        """End the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def validate(
        self, problem: Problem | Mapping[str, TableLike | None], *, scale: int | None = None
    ) -> pa.Table:
        """Findings of a problem that can be solved: warnings and information.

        Raises
        ------
        SopDataError
            With every finding, where one of them is an error.
        """
        with _Outgoing(self) as outgoing:
            request = pb.ValidateProblemRequest(problem=outgoing.problem(problem, scale))
            answer = self._call(self._stub.ValidateProblem, request)
        findings = [convert.finding_from(finding) for finding in answer.findings.findings]
        if not answer.valid:
            raise SopDataError(findings)
        from sopengine.errors import findings_table

        return findings_table(findings)

    def solve(
        self,
        problem: Problem | Mapping[str, TableLike | None],
        *,
        scale: int | None = None,
        time_limit: float | None = None,
        work_limit: int | None = None,
        threads: int | None = None,
        workers: int = 4,
        seed: int = 0,
        objective: Objective | None = None,
        partial: bool = True,
        start: Result | TableLike | None = None,
        cancel: Cancel | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        progress_schedule: bool = False,
        on_start: Callable[[str], object] | None = None,
    ) -> Result:
        """Find a good schedule; see `sopengine.solve`.

        Parameters
        ----------
        problem
            A problem, or its tables by name, which only the service then checks. Results of the latter
            carry no problem to verify against.
        scale
            Decimal places of quantities given as floats, where tables are given.
        time_limit, work_limit, threads, workers, seed, objective, partial, start, cancel
            As in `sopengine.solve`; the service may allow less time and fewer threads.
        on_progress
            Called on this thread with a `Progress`; what a slow one misses is dropped.
        progress_schedule
            Whether progress carries the schedule.
        on_start
            Called with the id of the solve, for `cancel_solve` and `result`.

        Raises
        ------
        SopDataError
            Where tables or options are wrong.
        ServiceError
            Where the service is out of reach or has no room, or the call took too long.
        """
        _check_limits(time_limit, work_limit, 1 if threads is None else threads, workers, seed)
        options = convert.options_to(
            {
                "time_limit": time_limit,
                "work_limit": work_limit,
                "threads": threads,
                "workers": workers,
                "seed": seed,
                "objective": None if _levels(objective) is None else objective,
                "partial": partial,
                "progress_schedule": progress_schedule and on_progress is not None,
            }
        )
        with _Outgoing(self) as outgoing:
            request = pb.SolveScheduleRequest(
                problem=outgoing.problem(problem, scale),
                options=options,
                start=[] if start is None else outgoing.schedule(start),
            )
            reading = _Reading(self, self._stub.SolveSchedule, request)
            return reading.result(_known(problem), cancel, on_progress, on_start)

    def evaluate(
        self,
        problem: Problem | Mapping[str, TableLike | None],
        schedule: Result | TableLike,
        assignments: TableLike | None = None,
        *,
        scale: int | None = None,
        objective: Objective | None = None,
        partial: bool = True,
    ) -> Result:
        """Judge a schedule from elsewhere; see `sopengine.evaluate`."""
        _levels(objective)
        with _Outgoing(self) as outgoing:
            request = pb.EvaluateScheduleRequest(
                problem=outgoing.problem(problem, scale),
                schedule=outgoing.schedule(schedule, assignments),
                objective=convert.objective_to(objective),
                partial=partial,
            )
            return _Reading(self, self._stub.EvaluateSchedule, request).result(_known(problem))

    def cancel_solve(self, solve_id: str) -> None:
        """End a solve; whoever reads it gets the best so far."""
        self._call(self._stub.CancelSolve, pb.CancelSolveRequest(solve_id=solve_id))

    def result(self, solve_id: str, problem: Problem | None = None) -> Result:
        """Result of a solve that has ended, where its own call was lost."""
        request = pb.GetSolveResultRequest(solve_id=solve_id)
        return _Reading(self, self._stub.GetSolveResult, request).result(problem)

    def _call(self, method: Any, request: Any, solve_id: str | None = None) -> Any:
        try:
            return method(request, timeout=self._timeout, metadata=self._metadata)
        except grpc.RpcError as error:
            raise raised_by(error, solve_id=solve_id) from None

    def _upload(self, data: bytes) -> str:
        digest = hashlib.sha256(data).digest()

        def chunks() -> Iterator[Any]:
            for begin in range(0, len(data), PIECE):
                yield pb.UploadTableRequest(chunk=data[begin : begin + PIECE])
            yield pb.UploadTableRequest(sha256=digest)

        return str(self._call(self._stub.UploadTable, chunks()).upload_id)


def _known(problem: object) -> Problem | None:
    return problem if isinstance(problem, Problem) else None


class _Outgoing:
    """Tables on their way to the service; uploads are dropped when the call is over."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._room = INLINE_BYTES
        self._uploads: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for upload_id in self._uploads:
            try:
                self._client._call(self._client._stub.DeleteTable, pb.DeleteTableRequest(upload_id=upload_id))
            except SopError:
                return  # it expires by itself

    def problem(
        self, problem: Problem | Mapping[str, TableLike | None], scale: int | None
    ) -> table_pb2.Problem:
        if isinstance(problem, Problem):
            return table_pb2.Problem(tables=self._tables(problem.tables), scale=problem.scale)
        check_scale(scale)
        return table_pb2.Problem(tables=self._tables(coerce(problem)), scale=scale)

    def schedule(
        self, schedule: Result | TableLike, assignments: TableLike | None = None
    ) -> list[table_pb2.Table]:
        table: Any = schedule
        if not hasattr(schedule, "__arrow_c_stream__") and not isinstance(schedule, Mapping):
            table = getattr(schedule, "schedule", schedule)
            assignments = getattr(schedule, "assignments", None) if assignments is None else assignments
        return self._tables(coerce({"schedule": table, "assignments": assignments}))

    def _tables(self, tables: Mapping[str, pa.Table]) -> list[table_pb2.Table]:
        messages = []
        for name, table in tables.items():
            data = encode(table)
            if len(data) <= self._room:
                self._room -= len(data)
                messages.append(table_pb2.Table(name=name, arrow_ipc=data))
            else:
                upload_id = self._client._upload(data)
                self._uploads.append(upload_id)
                messages.append(table_pb2.Table(name=name, upload_id=upload_id))
        return messages


class _Reading:
    """One stream of the service, read on a thread, told on the caller's.

    The thread waits for messages, so that the caller wakes for Ctrl-C and for its cancel flag. It holds
    few messages: a slow caller slows the stream, and the service drops what is no longer the newest.
    """

    def __init__(self, client: Client, method: Any, request: Any) -> None:
        self._client = client
        self._call = method(request, timeout=client._timeout, metadata=client._metadata)
        self._queue: Queue[Any] = Queue(maxsize=4)
        self._closed = threading.Event()
        self._assembly = Assembly(_LIMIT)
        self._issues: list[Finding] = []
        self._solve_id: str | None = None
        self._cancelled = False
        threading.Thread(target=self._read, name="sopengine-client", daemon=True).start()

    def _read(self) -> None:
        last: Any = None
        try:
            for message in self._call:
                if not self._put(message):
                    return
        except grpc.RpcError as error:
            last = error
        except Exception as error:  # noqa: BLE001  raised again on the thread of the caller
            last = error
        self._put(last)

    def _put(self, message: Any) -> bool:
        while not self._closed.is_set():
            try:
                self._queue.put(message, timeout=_WAKE_S)
                return True
            except Full:
                continue
        return False

    def result(
        self,
        problem: Problem | None = None,
        cancel: Cancel | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        on_start: Callable[[str], object] | None = None,
    ) -> Result:
        """Read to the end."""
        try:
            while True:
                message = self._next(cancel)
                if message is None:
                    raise ServiceError("DATA_LOSS", "NO_RESULT", "the stream ended without a result", self._solve_id)
                if isinstance(message, grpc.RpcError):
                    raise raised_by(message, self._issues, self._solve_id) from None
                if isinstance(message, Exception):
                    raise message
                event = message.WhichOneof("event")
                if event == "table":
                    self._assembly.add(message.table)
                elif event == "findings":
                    self._issues = [convert.finding_from(found) for found in message.findings.findings]
                elif event == "started":
                    self._solve_id = message.started.solve_id
                    if on_start is not None:
                        on_start(message.started.solve_id)
                elif event == "incumbent":
                    schedule = self._assembly.take().get("schedule")
                    if on_progress is not None:
                        on_progress(convert.incumbent_from(message.incumbent, schedule))
                elif event == "result":
                    return convert.result_from(message.result, self._assembly.take(), problem)
        finally:
            self._closed.set()
            self._call.cancel()

    def _next(self, cancel: Cancel | None) -> Any:
        """Wait for the next message; cancel the solve on Ctrl-C, once, or on the flag of the caller."""
        while True:
            if cancel is not None and cancel.cancelled:
                self._cancel()
            try:
                return self._queue.get(timeout=_WAKE_S)
            except Empty:
                continue
            except KeyboardInterrupt:
                if self._cancelled or self._solve_id is None:
                    raise
                self._cancel()

    def _cancel(self) -> None:
        if self._cancelled or self._solve_id is None:
            return
        self._cancelled = True
        try:
            self._client.cancel_solve(self._solve_id)
        except ServiceError as error:
            if error.code != "NOT_FOUND":
                raise
