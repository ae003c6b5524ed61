"""Tables on the way in that are too large for one message.

Held as the bytes that came, under random ids, until some time after their last use. Memory is bounded by
one total for all.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

import grpc

from sopengine.service.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable

_ID: Final = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """Return an id of 128 random bits."""
    return secrets.token_hex(16)


def check_id(kind: str, text: str) -> None:
    """Refuse what cannot be an id, before it is looked up or written to a log."""
    if not _ID.fullmatch(text):
        raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "MALFORMED_ID", f"{kind} is no id of this service")


@dataclass(slots=True)
class _Held:
    data: bytes
    used: float


@dataclass
class Uploads:
    """The uploaded tables.

    Parameters
    ----------
    most_bytes
        Bytes of all tables together, those on the way included.
    ttl_s
        Seconds after its last use for which a table is kept.
    clock
        Seconds, ever increasing.
    """

    most_bytes: int
    ttl_s: float = 600.0
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, _Held] = field(default_factory=dict)
    _bytes: int = 0
    _lock: Lock = field(default_factory=Lock)

    def reserve(self, size: int) -> None:
        """Count bytes that are about to be held.

        Raises
        ------
        Refusal
            Where they are too many.
        """
        with self._lock:
            self._expire()
            if self._bytes + size > self.most_bytes:
                text = f"uploads hold at most {self.most_bytes} bytes"
                code = grpc.StatusCode.RESOURCE_EXHAUSTED
                raise Refusal(code, "UPLOADS_FULL", text, quota="uploads", retry_s=int(self.ttl_s))
            self._bytes += size

    def release(self, size: int) -> None:
        """Uncount bytes of an upload that came to nothing."""
        with self._lock:
            self._bytes -= size

    def keep(self, data: bytes) -> str:
        """Hold bytes that were reserved, and return their id."""
        upload_id = new_id()
        with self._lock:
            self._held[upload_id] = _Held(data, self.clock())
        return upload_id

    def fetch(self, upload_id: str) -> bytes:
        """Return the bytes of an upload.

        Raises
        ------
        Refusal
            Where there is no such upload, or no longer.
        """
        check_id("upload_id", upload_id)
        with self._lock:
            self._expire()
            held = self._held.get(upload_id)
            if held is None:
                raise _unknown()
            held.used = self.clock()
            return held.data

    def drop(self, upload_id: str) -> None:
        """Forget an upload."""
        check_id("upload_id", upload_id)
        with self._lock:
            held = self._held.pop(upload_id, None)
            if held is None:
                raise _unknown()
            self._bytes -= len(held.data)

    @property
    def held_bytes(self) -> int:
        """Bytes held or on the way."""
        return self._bytes

    def _expire(self) -> None:
        oldest = self.clock() - self.ttl_s
        for upload_id in [key for key, held in self._held.items() if held.used < oldest]:
            self._bytes -= len(self._held.pop(upload_id).data)


def _unknown() -> Refusal:
    return Refusal(grpc.StatusCode.NOT_FOUND, "UPLOAD_NOT_FOUND", "no such upload, or no longer")
