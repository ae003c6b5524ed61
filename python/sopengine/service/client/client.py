"""A client with the calls of the local API.

    with Client("localhost:50051") as client:
        result = client.solve(problem, time_limit=10, on_progress=print)

The same tables go in, the same `Result` comes out, and wrong input raises the same `SopDataError` with the
same issues. Ctrl-C ends a solve on the server and keeps its best; a second one gives up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import grpc

from sopengine.errors import SopDataError, findings_table
from sopengine.options import SolveOptions, objective_levels
from sopengine.problem import Problem
from sopengine.service import convert
from sopengine.service.client.link import Link, Outgoing
from sopengine.service.client.reading import Reading
from sopengine.tables import coerce, schedule_tables, with_plan
from sopengine.v1 import scheduling_service_pb2 as pb
from sopengine.v1 import scheduling_service_pb2_grpc as pb_grpc

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pyarrow as pa

    from sopengine.options import Objective
    from sopengine.result import Result
    from sopengine.solve import Cancel, Progress
    from sopengine.tables import TableLike

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
        if credentials is None:
            self._channel = grpc.insecure_channel(target, options=_OPTIONS)
        else:
            self._channel = grpc.secure_channel(target, credentials, options=_OPTIONS)
        stub = pb_grpc.SchedulingServiceStub(self._channel)  # type: ignore[no-untyped-call]
        self._link = Link(stub, token, timeout)

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
        with Outgoing(self._link) as outgoing:
            request = pb.ValidateProblemRequest(problem=outgoing.problem(problem, scale))
            answer = self._link.call("ValidateProblem", request)
        findings = [convert.finding_from(finding) for finding in answer.findings.findings]
        if not answer.valid:
            raise SopDataError(findings)
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
        baseline: Result | TableLike | None = None,
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
        time_limit, work_limit, threads, workers, seed, objective, partial, baseline, start, cancel
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
        asked = SolveOptions(
            time_limit, work_limit, threads, workers, seed, objective, partial, progress_schedule
        )
        options = convert.options_to(asked, wants_schedules=on_progress is not None)
        if baseline is not None:
            problem = _planned(problem, baseline)
        with Outgoing(self._link) as outgoing:
            request = pb.SolveScheduleRequest(
                problem=outgoing.problem(problem, scale),
                options=options,
                start=[] if start is None else outgoing.schedule(start),
            )
            reading = Reading(self._link, "SolveSchedule", request)
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
        objective_levels(objective)
        with Outgoing(self._link) as outgoing:
            request = pb.EvaluateScheduleRequest(
                problem=outgoing.problem(problem, scale),
                schedule=outgoing.schedule(schedule, assignments),
                objective=convert.objective_to(objective),
                partial=partial,
            )
            return Reading(self._link, "EvaluateSchedule", request).result(_known(problem))

    def cancel_solve(self, solve_id: str) -> None:
        """End a solve; whoever reads it gets the best so far."""
        self._link.cancel_solve(solve_id)

    def result(self, solve_id: str, problem: Problem | None = None) -> Result:
        """Result of a solve that has ended, where its own call was lost."""
        request = pb.GetSolveResultRequest(solve_id=solve_id)
        return Reading(self._link, "GetSolveResult", request).result(problem)


def _known(problem: object) -> Problem | None:
    return problem if isinstance(problem, Problem) else None


def _planned(
    problem: Problem | Mapping[str, TableLike | None], baseline: Result | TableLike
) -> Problem | Mapping[str, TableLike | None]:
    """Return a problem, or its tables, with a schedule as its plan so far."""
    if isinstance(problem, Problem):
        return problem.with_baseline(baseline)
    return dict(with_plan(coerce(problem), schedule_tables(baseline)["schedule"]))
