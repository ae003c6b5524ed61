"""Tables on the way in that are too large for one message.

Held as the bytes that came, under random ids, until some time after their last use. Memory is bounded by
one total for all. A chunk that does not come blocks whoever waits for it, so a reader thread waits, and the
call waits for the reader with a limit. A stream that was broken off may look like one that ended, so the
digest on the last message is what tells that all of it came.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import grpc

from sopengine.service.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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


def received(
    requests: Iterator[Any], uploads: Uploads, idle_s: float, is_active: Callable[[], bool]
) -> tuple[str, int]:
    """Take all chunks of an upload; return its id and size.

    Parameters
    ----------
    requests
        Messages of the call.
    uploads
        Where the bytes are held.
    idle_s
        Seconds that a chunk may take.
    is_active
        Whether the call goes on; what comes of one that was broken off is not kept.

    Raises
    ------
    Refusal
        Where a chunk is late, the bytes are too many, or are not those that the digest tells.
    """
    chunks: list[bytes] = []
    reserved, kept = 0, False
    digest, told = hashlib.sha256(), b""
    try:
        for message in _waited(requests, idle_s):
            uploads.reserve(len(message.chunk))
            reserved += len(message.chunk)
            chunks.append(message.chunk)
            digest.update(message.chunk)
            told = message.sha256 or told
        if not is_active():
            raise _broken_off()
        if not told:
            text = "the stream ended without the sha256 of its bytes"
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "DIGEST_MISSING", text)
        if told != digest.digest():
            text = "the bytes are not those that sha256 tells"
            raise Refusal(grpc.StatusCode.INVALID_ARGUMENT, "DIGEST_MISMATCH", text)
        upload_id = uploads.keep(b"".join(chunks))
        kept = True
        return upload_id, reserved
    finally:
        if not kept:
            uploads.release(reserved)


def _waited(requests: Iterator[Any], idle_s: float) -> Iterator[Any]:
    """Give the messages of a stream; end it with an error where one takes too long or the client is gone."""
    queue: Queue[Any] = Queue(maxsize=2)
    left = threading.Event()

    def read() -> None:
        last: Any = None
        try:
            for message in requests:
                if left.is_set():
                    return
                queue.put(message)
        except Exception as error:
            last = error
        queue.put(last)

    threading.Thread(target=read, name="upload", daemon=True).start()
    try:
        while True:
            try:
                message = queue.get(timeout=idle_s)
            except Empty:
                text = f"no chunk came for {idle_s:g} s"
                raise Refusal(grpc.StatusCode.DEADLINE_EXCEEDED, "UPLOAD_STALLED", text) from None
            if message is None:
                return
            if isinstance(message, Exception):
                raise _broken_off()
            yield message
    finally:
        left.set()
        while not queue.empty():
            queue.get_nowait()


def _broken_off() -> Refusal:
    return Refusal(grpc.StatusCode.CANCELLED, "UPLOAD_BROKEN_OFF", "the upload did not come to its end")
