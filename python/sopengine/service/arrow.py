"""Arrow bytes from strangers, and ours for them.

Untrusted bytes are measured first (`framing`), decoded by pyarrow, and validated in full before anything
else touches a value: an unvalidated stream can point outside of its own memory. What passes is as good as a
table that was made in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sopengine.service.framing import ArrowRefused, measure

if TYPE_CHECKING:
    from collections.abc import Iterator

FREE_ROWS: Final = 65_536
"""Rows that a table without any bytes may have, such as one of nulls alone."""

MAX_COLUMNS: Final = 10_000

_COMPRESS_FROM: Final = 1 << 16
_FAILURES: Final = (pa.ArrowException, ValueError, TypeError, KeyError, OSError, OverflowError, MemoryError)


def decode(data: bytes, limit: int) -> tuple[pa.Table, int]:
    """Return the table of an untrusted IPC stream, and the bytes that it takes.

    Parameters
    ----------
    data
        One IPC stream.
    limit
        Bytes that it may take when decoded.

    Raises
    ------
    ArrowRefused
        Where the bytes are no valid stream, or claim too much.
    """
    claim = measure(data, limit)
    if claim.rows > FREE_ROWS + 8 * claim.decoded_bytes:
        text = f"{claim.rows} rows in {claim.decoded_bytes} bytes"
        raise ArrowRefused("ARROW_INVALID", None, text)
    try:
        options = pa.ipc.IpcReadOptions(use_threads=False)
        with pa.ipc.open_stream(pa.py_buffer(data), options=options) as reader:
            _check_schema(reader.schema)
            table = reader.read_all()
        table.validate(full=True)
        logical = sum(_logical_bytes(column) for column in table.itercolumns())
    except _FAILURES as error:
        text = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise ArrowRefused("ARROW_INVALID", None, text) from None
    if logical > limit:
        text = f"holds {logical} bytes of text; at most {limit} are taken"
        raise ArrowRefused("DECOMPRESSED_TOO_LARGE", None, text)
    return table.replace_schema_metadata(None), claim.decoded_bytes


def _check_schema(schema: pa.Schema) -> None:
    if len(schema) > MAX_COLUMNS:
        raise ValueError(f"{len(schema)} columns; at most {MAX_COLUMNS} are taken")
    for top in schema:
        for field in _fields(top):
            extension = (field.metadata or {}).get(b"ARROW:extension:name")
            if extension is not None or isinstance(field.type, pa.BaseExtensionType):
                raise ValueError(f"column {top.name!r} is of an extension type; send its storage type")


def _fields(field: pa.Field) -> Iterator[pa.Field]:
    yield field
    for index in range(field.type.num_fields):
        yield from _fields(field.type.field(index))


def _logical_bytes(column: pa.ChunkedArray) -> int:
    """Bytes of text that rows refer to, where many rows may share the same bytes."""
    if pa.types.is_dictionary(column.type):
        return sum(_dictionary_bytes(chunk) for chunk in column.chunks)
    if pa.types.is_string_view(column.type) or pa.types.is_binary_view(column.type):
        return sum(int(_view_lengths(chunk).sum()) for chunk in column.chunks)
    return 0


def _view_lengths(array: pa.Array) -> np.ndarray:
    views = array.buffers()[1]
    if views is None or len(array) == 0:
        return np.zeros(0, dtype=np.int64)
    lengths = np.frombuffer(views, dtype=np.int32)[::4].astype(np.int64)
    lengths = lengths[array.offset : array.offset + len(array)]
    if array.null_count:
        lengths = np.where(np.asarray(array.is_valid()), lengths, 0)
    return lengths


def _dictionary_bytes(array: pa.DictionaryArray) -> int:
    kind = array.dictionary.type
    if pa.types.is_string_view(kind) or pa.types.is_binary_view(kind):
        lengths = pa.array(_view_lengths(array.dictionary))
    elif pa.types.is_string(kind) or pa.types.is_large_string(kind):
        lengths = pc.cast(pc.fill_null(pc.binary_length(array.dictionary), 0), pa.int64())
    else:
        return 0
    return pc.sum(pc.take(lengths, array.indices)).as_py() or 0


def encode(table: pa.Table) -> bytes:
    """Return a table as one IPC stream; large ones are compressed."""
    codec = "zstd" if table.nbytes >= _COMPRESS_FROM else None
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=codec)) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data
