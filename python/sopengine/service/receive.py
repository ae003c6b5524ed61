"""The chunks of an upload, from a client that may stall.

A chunk that does not come blocks whoever waits for it, so a reader thread waits, and the call waits for the
reader with a limit.
"""

from __future__ import annotations

import hashlib
import threading
from queue import Empty, Queue
from typing import TYPE_CHECKING, Any

import grpc

from sopengine.service.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sopengine.service.uploads import Uploads


def received(requests: Iterator[Any], uploads: Uploads, idle_s: float) -> tuple[str, int]:
    """Take all chunks of an upload; return its id and size.

    Parameters
    ----------
    requests
        Messages of the call.
    uploads
        Where the bytes are held.
    idle_s
        Seconds that a chunk may take.

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
        if told and told != digest.digest():
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
                raise Refusal(grpc.StatusCode.CANCELLED, "UPLOAD_ENDED", "the upload did not end")
            yield message
    finally:
        left.set()
        while not queue.empty():
            queue.get_nowait()
