"""The calls of the service.

Each call turns messages into the tables and keywords of the local API, calls it, and turns the answer back.
What is wrong with the input is found by the same checks as in process, so both doors say the same.

A solve ends early in three ways: CancelSolve, the end of its call, and the deadline of its call, for which
it stops a little before, so that the best still arrives. No message is sent after a call has ended.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import grpc

from sopengine.errors import SopDataError
from sopengine.options import DEFAULT_TIME
from sopengine.problem import Problem
from sopengine.service import convert
from sopengine.service.errors import Refusal, abort
from sopengine.service.readers import Readers
from sopengine.service.settings import Settings
from sopengine.service.solves import Solve, Solves, TooManySolvesError
from sopengine.service.transfer import pieces, requested
from sopengine.service.uploads import Uploads, check_id, received
from sopengine.solve import evaluate, solve
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from sopengine.errors import Finding
    from sopengine.result import Result
    from sopengine.v1 import table_pb2

_log = logging.getLogger(__name__)

SERVICE: Final = "sopengine.v1.SchedulingService"
MAX_FINDINGS: Final = 1000
_FINDINGS_BYTES: Final = 900_000
_SHORTEST_S: Final = 0.02
"""A deadline nearer than this is not worth a start."""
_SEND_S: Final = 0.2
"""Seconds kept back before a deadline to write and send the result."""
_SEND_OPERATION_S: Final = 2e-5
"""The same, per operation: the tables of a rich plant take 13 microseconds an operation, its verifier 2."""


def _unary(method: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what a call raises into a status."""

    @wraps(method)
    def call(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except Exception as error:
            abort(context, error)

    return call


def _stream(response: Any) -> Callable[[Callable[..., Iterator[Any]]], Callable[..., Iterator[Any]]]:
    """Turn what a streaming call raises into a status, with all findings of wrong input before it."""

    def decorate(method: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        @wraps(method)
        def call(self: Any, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            try:
                yield from self.readers.watched(method(self, request, context), context.cancel)
            except Exception as error:
                told = "findings" in response.DESCRIPTOR.fields_by_name and context.is_active()
                if told and isinstance(error, SopDataError):
                    yield response(findings=_all(error.issues))
                abort(context, error)

        return call

    return decorate


def _all(findings: list[Finding]) -> Any:
    return convert.finding_list(findings, MAX_FINDINGS, _FINDINGS_BYTES)


class Scheduling(pb_grpc.SchedulingServiceServicer):
    """The service.

    Parameters
    ----------
    settings
        What it allows.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.solves = Solves(self.settings.max_solves)
        self.uploads = Uploads(self.settings.max_upload_bytes)
        self.readers = Readers(self.settings.stalled_s)

    @_unary
    def ValidateProblem(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Answer with the findings of a problem."""
        try:
            problem = self._problem(request)
        except SopDataError as refused:
            return pb.ValidateProblemResponse(valid=False, findings=_all(refused.issues))
        counts = problem.summary()
        return pb.ValidateProblemResponse(
            valid=True,
            findings=_all(_noticed(problem)),
            orders=counts["orders"],
            operations=counts["operations"],
            resources=counts["resources"],
        )

    @_stream(pb.SolveScheduleResponse)
    def SolveSchedule(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Solve, and send what is found on the way."""
        response = pb.SolveScheduleResponse
        deadline = self._deadline(context)
        options = convert.options_from(request.options)
        problem = self._problem(request)
        if request.start:
            options["start"] = _pair(self._tables(request.start))
        operations = problem.summary()["operations"]
        self._clamp(options, deadline, operations)
        running = self._begin(problem, options, operations)
        if not context.add_callback(running.cancel):
            running.cancel()
        started = pb.SolveStarted(
            solve_id=running.id,
            time_limit=convert.duration_to(options["time_limit"]),
            threads=options["threads"],
        )
        yield response(started=started)
        until = min(time.monotonic() + options["time_limit"] + 1.0, deadline - _SEND_S / 2)
        for progress in running.improvements(until):
            if progress.schedule is not None:
                for piece in pieces("schedule", progress.schedule):
                    yield response(table=piece)
            yield response(incumbent=convert.incumbent_to(progress))
            if not context.is_active():
                return
        yield from self._sent(response, running.result(), context)

    @_stream(pb.EvaluateScheduleResponse)
    def EvaluateSchedule(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Judge a schedule from elsewhere."""
        self._deadline(context)
        problem = self._problem(request)
        given = _pair(self._tables(request.schedule))
        result = evaluate(
            problem,
            given.schedule,
            given.assignments,
            objective=convert.objective_from(request.objective),
            partial=request.partial if request.HasField("partial") else True,
        )
        yield from self._sent(pb.EvaluateScheduleResponse, result, context)

    @_unary
    def CancelSolve(self, request: Any, context: grpc.ServicerContext) -> Any:
        """End a solve."""
        self._find(request.solve_id).cancel()
        return pb.CancelSolveResponse()

    @_stream(pb.GetSolveResultResponse)
    def GetSolveResult(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        """Send the result of a solve that has ended."""
        found = self._find(request.solve_id)
        if not found.ended:
            raise Refusal(
                grpc.StatusCode.FAILED_PRECONDITION, "SOLVE_RUNS", "the solve has not ended", retry_s=1
            )
        yield from self._sent(pb.GetSolveResultResponse, found.result(), context)

    @_unary
    def UploadTable(self, request: Iterator[Any], context: grpc.ServicerContext) -> Any:
        """Take a table in chunks."""
        upload_id, size = received(request, self.uploads, self.settings.upload_idle_s, context.is_active)
        ttl = convert.duration_to(self.uploads.ttl_s)
        return pb.UploadTableResponse(upload_id=upload_id, size_bytes=size, ttl=ttl)

    @_unary
    def DeleteTable(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Forget an uploaded table."""
        self.uploads.drop(request.upload_id)
        return pb.DeleteTableResponse()

    def _problem(self, request: Any) -> Problem:
        tables = self._tables(request.problem.tables)
        scale = request.problem.scale if request.problem.HasField("scale") else None
        return Problem(scale=scale, **tables)

    def _tables(self, messages: Any) -> dict[str, pa.Table]:
        given: list[table_pb2.Table] = messages
        return requested(given, self.uploads.fetch, self.settings.max_decoded_bytes)

    def _find(self, solve_id: str) -> Solve:
        check_id("solve_id", solve_id)
        found = self.solves.find(solve_id)
        if found is None:
            raise Refusal(grpc.StatusCode.NOT_FOUND, "SOLVE_NOT_FOUND", "no such solve, or no longer")
        return found

    def _deadline(self, context: grpc.ServicerContext) -> float:
        """Moment of the monotonic clock at which the call ends; a call without deadline has the longest."""
        left = context.time_remaining()
        if left is not None and left < _SHORTEST_S:
            text = "the deadline is too near to start"
            raise Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "DEADLINE_TOO_NEAR", text)
        longest = self.settings.max_time_s + 60.0
        return time.monotonic() + (longest if left is None else min(left, longest))

    def _clamp(self, options: dict[str, Any], deadline: float, operations: int) -> None:
        """Shorten the time limit to what the server and the deadline allow; likewise the threads."""
        left = max(0.0, deadline - time.monotonic())
        keep = min(left / 2, _SEND_S + _SEND_OPERATION_S * operations)
        asked = options.get("time_limit")
        if asked is None and options.get("work_limit") is None:
            asked = DEFAULT_TIME
        most = min(self.settings.max_time_s, left - keep)
        options["time_limit"] = most if asked is None else min(asked, most)
        threads = options.get("threads")
        options["threads"] = (
            self.settings.max_threads if threads is None else min(threads, self.settings.max_threads)
        )

    def _begin(self, problem: Problem, options: dict[str, Any], operations: int) -> Solve:
        def run(cancel: Any, tell: Any) -> Result:
            result = solve(problem, cancel=cancel, on_progress=tell, **options)
            _log.info("a solve of %d operations ended: %s", operations, result.termination)
            return replace(result, problem=None)  # a kept result shall not keep the tables of its problem

        try:
            return self.solves.begin(run)
        except TooManySolvesError as refused:
            if self.solves.closed:
                raise Refusal(grpc.StatusCode.UNAVAILABLE, "DRAINING", str(refused), retry_s=5) from None
            code = grpc.StatusCode.RESOURCE_EXHAUSTED
            raise Refusal(code, "TOO_MANY_SOLVES", str(refused), quota="solves", retry_s=1) from None

    def _sent(self, response: Any, result: Result, context: grpc.ServicerContext) -> Iterator[Any]:
        """Give the messages of a result."""
        for name, table in result.tables.items():
            for piece in pieces(name, table):
                if not context.is_active():
                    return
                yield response(table=piece)
        yield response(result=convert.result_to(result))


class _Given:
    """The two tables of a schedule, as the local API takes them from a result."""

    def __init__(self, tables: dict[str, pa.Table]) -> None:
        self.schedule = tables.get("schedule")
        self.assignments = tables.get("assignments")


def _pair(tables: dict[str, pa.Table]) -> Any:
    from sopengine.errors import Finding

    issues = [
        Finding("UNKNOWN_TABLE", id=name, found=f"table `{name}`", expected="schedule or assignments")
        for name in tables
        if name not in ("schedule", "assignments")
    ]
    if "schedule" not in tables:
        issues.append(Finding("MISSING_TABLE", table="schedule", found="no such table"))
    if issues:
        raise SopDataError(issues)
    return _Given(tables)


def _noticed(problem: Problem) -> list[Finding]:
    from sopengine.errors import Finding

    return [Finding(**row) for row in problem.findings.to_pylist()]
