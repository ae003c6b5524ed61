"""Clients that do not read.

A message that nobody reads blocks the thread that sends it, for ever if the connection lives. One thread
looks at all calls now and then and ends those whose last message has waited too long.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_Message = TypeVar("_Message")


@dataclass(eq=False, slots=True)
class _Sending:
    end: Callable[[], object]
    since: float | None = None


class Readers:
    """The calls that send.

    Parameters
    ----------
    most_s
        Seconds that a message may wait to be read.
    """

    def __init__(self, most_s: float) -> None:
        self._most_s = most_s
        self._open: set[_Sending] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watched(self, messages: Iterator[_Message], end: Callable[[], object]) -> Iterator[_Message]:
        """Pass messages on; call `end` from another thread where one waits too long."""
        sending = _Sending(end)
        with self._lock:
            self._open.add(sending)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="readers", daemon=True)
                self._thread.start()
        try:
            for message in messages:
                sending.since = time.monotonic()
                yield message
                sending.since = None
        finally:
            with self._lock:
                self._open.discard(sending)

    def _watch(self) -> None:
        """Look at all calls until there is none."""
        while True:
            time.sleep(min(1.0, self._most_s / 4))
            with self._lock:
                if not self._open:
                    self._thread = None
                    return
                calls = list(self._open)
            oldest = time.monotonic() - self._most_s
            for sending in calls:
                since = sending.since
                if since is not None and since < oldest:
                    sending.end()
