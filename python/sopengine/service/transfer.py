"""Tables in messages: taken from requests, sent in pieces, put together again.

A message stays far below the 4 MiB that every gRPC client takes by default, so a table goes out in pieces
of 1 MiB, and a large one comes in through uploads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sopengine.errors import Finding, SopDataError
from sopengine.service.arrow import decode, encode
from sopengine.service.framing import ArrowRefused
from sopengine.v1 import table_pb2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa

PIECE: Final = 1 << 20
"""Bytes of a table in one message."""

MAX_TABLES: Final = 64
"""Tables in one request."""

_RESERVED: Final = frozenset({"", "self", "scale"})
"""Names that a keyword of the local API cannot have."""


def requested(
    messages: Iterable[table_pb2.Table], fetch: Callable[[str], bytes], limit: int
) -> dict[str, pa.Table]:
    """Return the tables of a request, validated in full.

    Parameters
    ----------
    messages
        Tables of the request.
    fetch
        Bytes of an upload by its id.
    limit
        Bytes that all tables together may take when decoded.

    Raises
    ------
    SopDataError
        With a finding for every table that is none.
    """
    tables: dict[str, pa.Table] = {}
    issues: list[Finding] = []
    for index, message in enumerate(messages):
        if index == MAX_TABLES:
            issues.append(Finding("PARAM_RANGE", column="tables", found=f"more than {MAX_TABLES} tables"))
            break
        issue = _misnamed(message, tables)
        if issue is None:
            data = fetch(message.upload_id) if message.HasField("upload_id") else message.arrow_ipc
            try:
                tables[message.name], size = decode(data, limit)
                limit -= size
            except ArrowRefused as refused:
                issue = _refused(message.name, refused)
        if issue is not None:
            issues.append(issue)
    if issues:
        raise SopDataError(issues)
    return tables


def _misnamed(message: table_pb2.Table, tables: Mapping[str, pa.Table]) -> Finding | None:
    name = message.name
    if name in _RESERVED:
        found, expected = f"table `{name}`", "a table of a problem"
        hint = "Tables of a problem are listed in the reference."
        return Finding("UNKNOWN_TABLE", id=name, found=found, expected=expected, hint=hint)
    if name in tables:
        return Finding(
            "DUPLICATE_TABLE", id=name[:80], found="the same name twice", expected="one table a name"
        )
    if message.WhichOneof("source") is None or message.continues:
        found = "a piece that continues" if message.continues else "no rows"
        return Finding(
            "FIELD_MISSING", table=name[:80], found=found, expected="arrow_ipc or upload_id, whole"
        )
    return None


def _refused(name: str, refused: ArrowRefused) -> Finding:
    large = refused.reason == "DECOMPRESSED_TOO_LARGE"
    return Finding(
        refused.reason,
        table=name[:80],
        found=refused.found,
        expected="fewer or smaller tables" if large else "one Arrow IPC stream with its end marker",
    )


def whole(name: str, table: pa.Table) -> table_pb2.Table:
    """Return a table as one message."""
    return table_pb2.Table(name=name, arrow_ipc=encode(table))


def pieces(name: str, table: pa.Table) -> Iterator[table_pb2.Table]:
    """Return a table as messages of at most 1 MiB."""
    data = encode(table)
    for start in range(0, len(data), PIECE):
        after = start + PIECE
        yield table_pb2.Table(name=name, arrow_ipc=data[start:after], continues=after < len(data))


class Assembly:
    """Tables put together again from their pieces, as bytes."""

    def __init__(self) -> None:
        self._open: dict[str, list[bytes]] = {}
        self._whole: dict[str, bytes] = {}

    def add(self, message: table_pb2.Table) -> None:
        """Take the next piece."""
        self._open.setdefault(message.name, []).append(message.arrow_ipc)
        if not message.continues:
            self._whole[message.name] = b"".join(self._open.pop(message.name))

    def take(self) -> dict[str, bytes]:
        """Return the tables that came since the last call."""
        whole, self._whole = self._whole, {}
        return whole


def decoded(tables: Mapping[str, bytes], limit: int) -> dict[str, pa.Table]:
    """Return tables of a response, each of which may take `limit` bytes when decoded."""
    return {name: decode(data, limit)[0] for name, data in tables.items()}
