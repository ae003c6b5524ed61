"""Tables to a folder, one file a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

_SUFFIX: Final = {"parquet": ".parquet", "csv": ".csv", "arrow": ".arrow"}


def write(tables: Mapping[str, pa.Table], folder: str | PathLike[str], format: str = "parquet") -> list[Path]:
    """Write every table to `folder`, which is made if needed; returns the files in order of names.

    A file appears whole or not at all: it is written beside its place and then renamed. CSV has timestamps
    in ISO form with their offset and durations as PT90S.
    """
    if format not in _SUFFIX:
        raise ValueError(f"format={format!r} is not one of {', '.join(map(repr, _SUFFIX))}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = []
    for name in sorted(tables):
        file = target / f"{name}{_SUFFIX[format]}"
        partial = file.with_name(f".{file.name}.partial")
        _write(tables[name], partial, format)
        partial.replace(file)
        files.append(file)
    return files


def _write(table: pa.Table, file: Path, format: str) -> None:
    if format == "parquet":
        pa.parquet.write_table(table, file, compression="zstd")
    elif format == "arrow":
        with pa.ipc.new_file(str(file), table.schema) as writer:
            writer.write_table(table)
    else:
        pa.csv.write_csv(_plain(table), file)


def _plain(table: pa.Table) -> pa.Table:
    """The table with columns that CSV can carry and the reader of this package reads back the same."""
    for index, field in enumerate(table.schema):
        column = table.column(index)
        if pa.types.is_timestamp(field.type):
            column = pc.strftime(column, format=_time_format(field.type))
        elif pa.types.is_duration(field.type):
            seconds = column.cast(pa.duration("s")).cast(pa.int64())
            column = pc.binary_join_element_wise("PT", seconds.cast(pa.string()), "S", "")
        elif pa.types.is_dictionary(field.type):
            column = column.cast(field.type.value_type)
        table = table.set_column(index, field.name, column)
    return table


def _time_format(kind: pa.TimestampType) -> str:
    return "%Y-%m-%dT%H:%M:%S%z" if kind.tz else "%Y-%m-%dT%H:%M:%S"
