"""A stream of answers, read to its result."""

from __future__ import annotations

import threading
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any, Final

import grpc

from sopengine.service import convert
from sopengine.service.errors import ServiceError, raised_by
from sopengine.service.transfer import Assembly

if TYPE_CHECKING:
    from collections.abc import Callable

    from sopengine.errors import Finding
    from sopengine.problem import Problem
    from sopengine.result import Result
    from sopengine.service.link import Link
    from sopengine.solve import Cancel, Progress

_WAKE_S: Final = 0.05
_LIMIT: Final = 1 << 40


class Reading:
    """One stream of the service, read on a thread, told on the caller's.

    The thread waits for messages, so that the caller wakes for Ctrl-C and for its cancel flag. It holds
    few messages: a slow caller slows the stream, and the service drops what is no longer the newest.

    Parameters
    ----------
    link
        The connection.
    method
        Name of the call.
    request
        Its request.
    """

    def __init__(self, link: Link, method: str, request: Any) -> None:
        self._link = link
        self._call = link.open(method, request)
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
        except Exception as error:
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
                    raise ServiceError(
                        "DATA_LOSS", "NO_RESULT", "the stream ended without a result", self._solve_id
                    )
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
            self._link.cancel_solve(self._solve_id)
        except ServiceError as error:
            if error.code != "NOT_FOUND":
                raise
