"""The solves that run, and those that lately ran.

Each solve has a thread of its own, which no slow reader can hold up: it leaves its newest schedule in a
slot of one, and whoever reads takes the newest there is. The result stays for some minutes, so that a
client that lost its stream, or ended it, still gets the best.

Knows nothing of gRPC.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sopengine.solve import Cancel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sopengine.result import Result
    from sopengine.solve import Progress

    Run = Callable[[Cancel, Callable[[Progress], None]], Result]

KEEP_S: Final = 600.0
"""Seconds for which a result is kept."""

MAX_KEPT: Final = 32
"""Results that are kept; the oldest goes first."""


class TooManySolvesError(Exception):
    """As many solves run as are allowed, or the service is about to end."""


class Solve:
    """One solve on its own thread.

    Parameters
    ----------
    run
        Solves; takes the flag that ends it and the callback for improvements.
    on_end
        Called on the thread of the solve when it has ended.
    """

    def __init__(self, run: Run, on_end: Callable[[Solve], None]) -> None:
        self.id: Final = secrets.token_hex(16)
        self._run = run
        self._on_end = on_end
        self._flag = Cancel()
        self._changed = threading.Condition()
        self._newest: Progress | None = None
        self._result: Result | None = None
        self._error: BaseException | None = None
        self._overdue = False
        self.cancelled_at: float | None = None
        self.ended_at: float | None = None
        self._thread = threading.Thread(target=self._go, name=f"solve-{self.id[:8]}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """End it; the best so far becomes the result."""
        with self._changed:
            if self.cancelled_at is None and self.ended_at is None:
                self.cancelled_at = time.monotonic()
        self._flag.cancel()

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.ended_at is not None

    @property
    def stopped_in(self) -> float | None:
        """Seconds from `cancel` to the end; None while it runs or where nobody cancelled it."""
        if self.cancelled_at is None or self.ended_at is None:
            return None
        return self.ended_at - self.cancelled_at

    def improvements(self, until: float) -> Iterator[Progress]:
        """Give improvements, the newest there is each time, until the end.

        Parameters
        ----------
        until
            Moment of the monotonic clock at which the solve is ended, should it still run; the limit that
            its result names is then time.
        """
        while True:
            with self._changed:
                while self._newest is None and self.ended_at is None:
                    left = until - time.monotonic()
                    if left <= 0:
                        break
                    self._changed.wait(min(left, 3600.0))
                newest, self._newest = self._newest, None
                ended = self.ended_at is not None
            if newest is not None:
                yield newest
            elif ended:
                return
            elif time.monotonic() >= until:
                self._overdue = True
                self.cancel()
                until = float("inf")

    def result(self) -> Result:
        """Return the result of a solve that has ended, or raise what ended it."""
        if self._error is not None:
            raise self._error
        if self._result is None:
            raise RuntimeError("the solve has not ended")
        return self._result

    def join(self, timeout: float) -> bool:
        """Wait for the end; whether it came."""
        self._thread.join(timeout)
        return self.ended

    def _tell(self, progress: Progress) -> None:
        with self._changed:
            self._newest = progress
            self._changed.notify_all()

    def _go(self) -> None:
        result: Result | None = None
        error: BaseException | None = None
        try:
            result = self._run(self._flag, self._tell)
            if self._overdue and result.termination.limit == "cancelled":
                result = replace(result, termination=replace(result.termination, limit="time"))
        except BaseException as raised:
            error = raised
        with self._changed:
            self._result, self._error = result, error
            self.ended_at = time.monotonic()
            self._changed.notify_all()
        self._on_end(self)


class Solves:
    """All solves of a service.

    Parameters
    ----------
    most
        Solves that may run at once.
    keep_s
        Seconds for which a result is kept.
    """

    def __init__(self, most: int, keep_s: float = KEEP_S) -> None:
        self._most = most
        self._keep_s = keep_s
        self._running: dict[str, Solve] = {}
        self._ended: OrderedDict[str, Solve] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = False

    def begin(self, run: Run) -> Solve:
        """Start a solve.

        Raises
        ------
        TooManySolvesError
            Where as many run as may.
        """
        solve = Solve(run, self._end)
        with self._lock:
            if self._closed:
                raise TooManySolvesError("the service is about to end")
            if len(self._running) >= self._most:
                raise TooManySolvesError(f"{self._most} solves run already")
            solve.start()
            self._running[solve.id] = solve
        return solve

    def find(self, solve_id: str) -> Solve | None:
        """Return a solve that runs or is still kept."""
        with self._lock:
            self._expire()
            return self._running.get(solve_id) or self._ended.get(solve_id)

    @property
    def running(self) -> int:
        """Number of solves that run."""
        return len(self._running)

    @property
    def closed(self) -> bool:
        """Whether no more are started."""
        return self._closed

    def close(self) -> None:
        """Start no more."""
        self._closed = True

    def drain(self, grace_s: float) -> None:
        """Start no more, let those that run go on for a while, then end them with the best they have."""
        self.close()
        until = time.monotonic() + grace_s
        with self._lock:
            running = list(self._running.values())
        for solve in running:
            solve.join(max(0.0, until - time.monotonic()))
        for solve in running:
            solve.cancel()
        for solve in running:
            solve.join(5.0)

    def _end(self, solve: Solve) -> None:
        with self._lock:
            self._running.pop(solve.id, None)
            self._ended[solve.id] = solve
            self._expire()

    def _expire(self) -> None:
        oldest = time.monotonic() - self._keep_s
        while self._ended:
            first = next(iter(self._ended.values()))
            if len(self._ended) <= MAX_KEPT and (first.ended_at or 0.0) >= oldest:
                return
            self._ended.popitem(last=False)
