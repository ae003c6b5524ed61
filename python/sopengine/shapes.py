"""Lengths of time as libraries write them that Arrow, or the engine, does not take as they are.

NumPy counts in minutes, hours, days and weeks, which Arrow has no unit for. DuckDB knows intervals alone; one
without months is a length of time like any other, a day being 24 hours of it. Neither loses anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

_COARSE: Final = frozenset({"m", "h", "D", "W"})
_SECOND: Final = 1_000_000_000
_DAY: Final = 86_400
_MOST_DAYS: Final = 10**8


def fine(columns: Mapping[str, Any]) -> dict[str, Any]:
    """Columns with NumPy's coarse units in seconds; days stay days, which are no instants."""
    import numpy as np

    changed = dict(columns)
    for name, cells in columns.items():
        if isinstance(cells, np.ndarray) and cells.dtype.kind in "mM":
            unit = np.datetime_data(cells.dtype)[0]
            if unit in _COARSE and (cells.dtype.kind == "m" or unit in "mh"):
                changed[name] = cells.astype(f"{cells.dtype.kind}8[s]")
    return changed


def elapsed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Intervals as durations; as they are where one has months, which have no length."""
    import numpy as np
    import pyarrow as pa

    chunks: list[tuple[Any, Any, Any]] = []
    for chunk in column.chunks:
        fields = np.dtype([("months", "<i4"), ("days", "<i4"), ("nanos", "<i8")])
        cells = np.frombuffer(chunk.buffers()[1] or b"", fields)[chunk.offset : chunk.offset + len(chunk)]
        missing = np.asarray(chunk.is_null())
        days, nanos = (np.where(missing, 0, cells[name]).astype(np.int64) for name in ("days", "nanos"))
        if (cells["months"][~missing] != 0).any() or (np.abs(days) > _MOST_DAYS).any():
            return column
        chunks.append((missing, days, nanos))
    whole = not any((nanos % _SECOND).any() for _, _, nanos in chunks)
    if whole:
        values = [(missing, days * _DAY + nanos // _SECOND) for missing, days, nanos in chunks]
        kind = pa.duration("s")
    elif any((np.abs(days) > _DAY).any() for _, days, _ in chunks):
        return column
    else:
        values = [(missing, days * _DAY * _SECOND + nanos) for missing, days, nanos in chunks]
        kind = pa.duration("ns")
    arrays = [pa.array(cells, pa.int64(), mask=missing).cast(kind) for missing, cells in values]
    return pa.chunked_array(arrays, kind)
