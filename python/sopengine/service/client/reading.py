"""A stream of answers, read to its result.

A thread reads as fast as messages come and keeps the newest improvement alone; the caller takes what there
is, wakes for Ctrl-C and for its cancel flag, and runs callbacks. So a slow callback misses improvements,
and never sees old ones late.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from grpc import RpcError

from sopengine.service import convert
from sopengine.service.errors import ServiceError, raised_by
from sopengine.service.transfer import Assembly, decoded

if TYPE_CHECKING:
    from collections.abc import Callable

    from sopengine.errors import Finding
    from sopengine.problem import Problem
    from sopengine.result import Result
    from sopengine.service.client.link import Link
    from sopengine.solve import Cancel, Progress

_WAKE_S: Final = 0.02
_LIMIT: Final = 1 << 40
_CUT: Final = "the stream ended without a result"


class Reading:
    """One stream of the service, read on a thread, told on the caller's.

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
        self._changed = threading.Condition()
        self._events: deque[tuple[str, Any, dict[str, bytes]]] = deque()
        self._issues: list[Finding] = []
        self._solve_id: str | None = None
        self._cancelled = False
        threading.Thread(target=self._read, name="sopengine-client", daemon=True).start()

    def _read(self) -> None:
        assembly = Assembly()
        try:
            for message in self._call:
                event = message.WhichOneof("event")
                if event == "table":
                    assembly.add(message.table)
                elif event is not None:
                    self._put(event, getattr(message, event), assembly.take())
        except Exception as error:
            self._put("failed", error, {})
        else:
            self._put("ended", None, {})

    def _put(self, event: str, content: Any, tables: dict[str, bytes]) -> None:
        with self._changed:
            if event == "incumbent" and self._events and self._events[-1][0] == "incumbent":
                self._events.pop()
            self._events.append((event, content, tables))
            self._changed.notify_all()

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
                event, content, tables = self._next(cancel)
                if event == "result":
                    return convert.result_from(content, decoded(tables, _LIMIT), problem)
                if event == "incumbent":
                    if on_progress is not None:
                        schedule = decoded(tables, _LIMIT).get("schedule")
                        on_progress(convert.incumbent_from(content, schedule))
                elif event == "started":
                    self._solve_id = content.solve_id
                    if on_start is not None:
                        on_start(content.solve_id)
                elif event == "findings":
                    self._issues = [convert.finding_from(found) for found in content.findings]
                else:
                    raise self._failure(content)
        finally:
            self._call.cancel()

    def _failure(self, error: Exception | None) -> Exception:
        if error is None:
            return ServiceError("DATA_LOSS", "NO_RESULT", _CUT, self._solve_id)
        if isinstance(error, RpcError):
            return raised_by(error, self._issues, self._solve_id)
        return error

    def _next(self, cancel: Cancel | None) -> tuple[str, Any, dict[str, bytes]]:
        """Wait for the next event; cancel the solve on Ctrl-C, once, or on the flag of the caller."""
        while True:
            if cancel is not None and cancel.cancelled:
                self._cancel()
            try:
                with self._changed:
                    if not self._events:
                        self._changed.wait(_WAKE_S)
                    if self._events:
                        return self._events.popleft()
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
