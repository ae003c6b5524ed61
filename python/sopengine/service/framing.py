"""What an Arrow IPC stream claims, read before anything is decoded.

A few bytes can claim gigabytes: a compressed buffer says how long it becomes, a batch without buffers how
many rows it has. This walk over the messages adds the claims up, so that a stream is refused before memory
is given to it.

Idea: an IPC stream is a row of messages, each a marker, the length of its metadata, the metadata (a
flatbuffer) and its body. Only five fields of the metadata are read here; the rest is left to pyarrow, which
verifies it again.

Cost: linear in the number of buffers, none of the bodies is touched but for eight bytes a compressed buffer.

References
----------
Apache Arrow, "Serialization and interprocess communication (IPC)", Columnar format 1.5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

MAX_MESSAGES: Final = 100_000
_MARKER: Final = 0xFFFFFFFF
_SCHEMA, _DICTIONARY, _BATCH = 1, 2, 3


class ArrowRefused(Exception):
    """Bytes that are no Arrow stream that we read.

    Parameters
    ----------
    reason
        `ARROW_INVALID`, `ARROW_TRUNCATED` or `DECOMPRESSED_TOO_LARGE`.
    offset
        Byte at which it was noticed; None where the decoder does not say.
    text
        What was found.
    """

    def __init__(self, reason: str, offset: int | None, text: str) -> None:
        super().__init__(text)
        self.reason = reason
        self.offset = offset
        self.text = text

    @property
    def found(self) -> str:
        """Place and text in one line."""
        return self.text if self.offset is None else f"byte {self.offset}: {self.text}"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a stream says that it holds."""

    decoded_bytes: int
    """Bytes of all buffers after decompression."""
    rows: int
    """Rows of all record batches."""


class _Flat:
    """Fields of one table of a flatbuffer; every access stays within the bytes or raises."""

    def __init__(self, data: memoryview, position: int) -> None:
        self.data = data
        self.position = position
        (distance,) = struct.unpack_from("<i", data, position)
        self.vtable = position - distance
        if self.vtable < 0:
            raise IndexError("vtable before the metadata")
        (self.size,) = struct.unpack_from("<H", data, self.vtable)

    @classmethod
    def root(cls, data: memoryview) -> _Flat:
        return cls(data, struct.unpack_from("<I", data, 0)[0])

    def place(self, field: int) -> int | None:
        slot = 4 + 2 * field
        if slot + 2 > self.size:
            return None
        (offset,) = struct.unpack_from("<H", self.data, self.vtable + slot)
        return self.position + offset if offset else None

    def number(self, field: int, form: str) -> int:
        place = self.place(field)
        return 0 if place is None else int(struct.unpack_from(form, self.data, place)[0])

    def table(self, field: int) -> _Flat | None:
        place = self.place(field)
        if place is None:
            return None
        return _Flat(self.data, place + struct.unpack_from("<I", self.data, place)[0])

    def pairs(self, field: int) -> list[tuple[int, int]]:
        """Return a vector of structures of two 64-bit integers."""
        place = self.place(field)
        if place is None:
            return []
        start = place + struct.unpack_from("<I", self.data, place)[0]
        (count,) = struct.unpack_from("<I", self.data, start)
        if start + 4 + 16 * count > len(self.data):
            raise IndexError("vector beyond the metadata")
        return list(struct.iter_unpack("<qq", self.data[start + 4 : start + 4 + 16 * count]))


def measure(data: bytes, limit: int) -> Claim:
    """Walk over the messages of a stream and add up what they claim.

    Raises
    ------
    ArrowRefused
        Where the stream is cut, is none, or decodes to more than `limit` bytes.
    """
    view = memoryview(data)
    if data.startswith(b"ARROW1"):
        raise ArrowRefused("ARROW_INVALID", 0, "the Arrow file format; send the streaming format")
    position, decoded, rows = 0, 0, 0
    for count in range(MAX_MESSAGES):
        marker, length = _prefix(view, position)
        if marker != _MARKER:
            raise ArrowRefused("ARROW_INVALID", position, "no message of an Arrow stream begins here")
        if length == 0:
            return _end(view, position, count, Claim(decoded, rows))
        body = position + 8 + length
        if length < 0 or body > len(view):
            reason = "ARROW_INVALID" if length < 0 else "ARROW_TRUNCATED"
            raise ArrowRefused(reason, position + 4, f"metadata of {length} bytes")
        try:
            more_bytes, more_rows, after = _message(view, position + 8, body, first=count == 0)
        except (struct.error, IndexError) as error:
            raise ArrowRefused("ARROW_INVALID", position + 8, f"metadata: {error}") from None
        decoded, rows, position = decoded + more_bytes, rows + more_rows, after
        if decoded > limit:
            text = f"decodes to {decoded} bytes or more; at most {limit} are taken"
            raise ArrowRefused("DECOMPRESSED_TOO_LARGE", body, text)
    raise ArrowRefused("ARROW_INVALID", position, f"more than {MAX_MESSAGES} messages")


def _prefix(view: memoryview, position: int) -> tuple[int, int]:
    if position + 8 > len(view):
        raise ArrowRefused("ARROW_TRUNCATED", len(view), "the stream ends before its end marker")
    marker, length = struct.unpack_from("<Ii", view, position)
    return marker, length


def _end(view: memoryview, position: int, count: int, claim: Claim) -> Claim:
    if count == 0:
        raise ArrowRefused("ARROW_INVALID", position, "a stream without schema")
    if position + 8 != len(view):
        left = len(view) - position - 8
        raise ArrowRefused("ARROW_INVALID", position + 8, f"{left} bytes after the end marker")
    return claim


def _message(view: memoryview, start: int, body: int, *, first: bool) -> tuple[int, int, int]:
    """Decoded bytes and rows that one message claims, and where the next begins."""
    message = _Flat.root(view[start:body])
    kind, size = message.number(1, "<B"), message.number(3, "<q")
    if size < 0:
        raise ArrowRefused("ARROW_INVALID", start, f"a body of {size} bytes")
    if body + size > len(view):
        raise ArrowRefused("ARROW_TRUNCATED", len(view), f"a body of {size} bytes does not end")
    if first != (kind == _SCHEMA):
        raise ArrowRefused("ARROW_INVALID", start, "one schema is expected, as the first message")
    after = body + size
    if kind == _SCHEMA:
        return 0, 0, after
    if kind not in (_DICTIONARY, _BATCH):
        raise ArrowRefused("ARROW_INVALID", start, f"a message of kind {kind}")
    batch = message.table(2)
    if kind == _DICTIONARY and batch is not None:
        batch = batch.table(1)
    if batch is None:
        raise ArrowRefused("ARROW_INVALID", start, "a batch without content")
    length = batch.number(0, "<q")
    if length < 0:
        raise ArrowRefused("ARROW_INVALID", start, f"a batch of {length} rows")
    decoded = _buffers(view[body:after], batch, body)
    return decoded, length if kind == _BATCH else 0, after


def _buffers(body: memoryview, batch: _Flat, place: int) -> int:
    """Bytes of the buffers of a batch after decompression."""
    compressed = batch.table(3) is not None
    total = 0
    for offset, length in batch.pairs(2):
        if offset < 0 or length < 0 or offset + length > len(body):
            text = f"a buffer of {length} bytes at {offset} in a body of {len(body)}"
            raise ArrowRefused("ARROW_INVALID", place, text)
        size = length
        if compressed and length > 0:
            if length < 8:
                raise ArrowRefused("ARROW_INVALID", place + offset, "a compressed buffer without length")
            (size,) = struct.unpack_from("<q", body, offset)
            if size < -1:
                raise ArrowRefused("ARROW_INVALID", place + offset, f"a compressed buffer of {size} bytes")
            size = length - 8 if size == -1 else size
        total += size
    return total
