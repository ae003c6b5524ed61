"""Arrow IPC files and streams, Feather, and Parquet.

The bytes come from outside, so they are decoded by pyarrow and validated in full before anything else sees
them: offsets that do not rise, dictionary indices out of range and broken UTF-8 end here. Types that no
column can have (structs, unions, extensions) are refused by name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from sopengine.errors import Finding

if TYPE_CHECKING:
    from pathlib import Path

_MAGIC_FILE: Final = b"ARROW1"
_MAGIC_PARQUET: Final = b"PAR1"


def read_arrow(path: Path, table: str, findings: list[Finding]) -> pa.Table | None:
    """One table from one file; what is wrong is appended to `findings`."""
    try:
        content = _decode(path)
        content.validate(full=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        found = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        findings.append(Finding("ARROW_INVALID", "error", table, found=found, expected="a whole, valid file"))
        return None
    findings += _unsupported(table, content.schema)
    return content


def _decode(path: Path) -> pa.Table:
    with path.open("rb") as stream:
        magic = stream.read(6)
    if magic[:4] == _MAGIC_PARQUET:
        return pa.parquet.read_table(path, partitioning=None)
    if magic == _MAGIC_FILE:
        with pa.OSFile(str(path)) as source:
            return pa.ipc.open_file(source).read_all()
    with pa.OSFile(str(path)) as source:
        return pa.ipc.open_stream(source).read_all()


def _unsupported(table: str, schema: pa.Schema) -> list[Finding]:
    findings = [
        Finding("DUPLICATE_COLUMN", "error", table, column=name, found="the column twice")
        for name in sorted({name for name in schema.names if schema.names.count(name) > 1})
    ]
    for field in schema:
        kind = field.type
        nested = pa.types.is_nested(kind) or pa.types.is_union(kind) or pa.types.is_run_end_encoded(kind)
        if nested or isinstance(kind, pa.BaseExtensionType):
            findings.append(
                Finding(
                    "UNSUPPORTED_TYPE",
                    "error",
                    table,
                    column=field.name,
                    found=str(kind)[:80],
                    expected="a plain column",
                )
            )
    return findings
