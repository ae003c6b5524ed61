"""Instance files as one vector of integers that remembers its lines.

The published formats are integers separated by blanks. The whole file is classified byte by byte with numpy
and converted in one call, so a million operations take well under a second; the line of every number is
kept for messages.

Invariants: every byte is accounted for, a byte that is no part of an integer is a finding at its line.
"""

from __future__ import annotations

import gzip
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from sopengine.errors import Finding, SopDataError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

_MAX_BYTES: Final = 2 << 30
_SHOWN: Final = 20
MAX_COUNT: Final = 10_000_000
_COMMENT: Final = re.compile(rb"(?:#|//)[^\n]*")
_SPACE, _DIGIT, _SIGN, _OTHER = range(4)


def _byte_classes() -> npt.NDArray[np.uint8]:
    table = np.full(256, _OTHER, dtype=np.uint8)
    table[np.frombuffer(b" \t\r\n\v\f", dtype=np.uint8)] = _SPACE
    table[np.frombuffer(b"0123456789", dtype=np.uint8)] = _DIGIT
    table[np.frombuffer(b"+-", dtype=np.uint8)] = _SIGN
    return table


_CLASS: Final = _byte_classes()


@dataclass(frozen=True, slots=True)
class Numbers:
    """All integers of a file, in order, with the line (from 1) that each one stands on."""

    name: str
    values: npt.NDArray[np.int64]
    lines: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.values)


def format_error(name: str, line: int | None, found: str, expected: str, hint: str | None = None) -> Finding:
    """Finding about the shape of an instance file."""
    return Finding("FILE_FORMAT", "error", table=name, row=line, found=found, expected=expected, hint=hint)


def read_bytes(path: Path) -> tuple[str, bytes]:
    """Name and content of a file; of the one member of a `.zip`, or of an unpacked `.gz`."""
    name, suffix = path.name, path.suffix.lower()
    try:
        if suffix == ".gz":
            with gzip.open(path) as stream:
                name, data = path.stem, stream.read(_MAX_BYTES + 1)
        elif suffix == ".zip":
            name, data = _zip_member(path)
        else:
            data = path.read_bytes()
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError) as error:
        # RuntimeError is how zipfile says "encrypted" and "unknown compression".
        issue = format_error(path.name, None, "an archive that cannot be unpacked", "zip or gzip", str(error))
        raise SopDataError([issue]) from error
    if len(data) > _MAX_BYTES:
        raise SopDataError([format_error(path.name, None, "more than 2 GiB", "at most 2 GiB of text")])
    return name, data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _zip_member(path: Path) -> tuple[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        if len(members) != 1:
            found = f"{len(members)} files"
            raise SopDataError([format_error(path.name, None, found, "one instance file in the archive")])
        with archive.open(members[0]) as stream:
            return members[0].filename.rpartition("/")[2], stream.read(_MAX_BYTES + 1)


def check_size(name: str, num_orders: int, num_machines: int) -> None:
    """Refuse counts that no instance has, before anything is made of that size."""
    for what, count in (("orders", num_orders), ("machines", num_machines)):
        if not 1 <= count <= MAX_COUNT:
            expected = f"1 to {MAX_COUNT:,} {what}"
            raise SopDataError([format_error(name, None, f"{count} {what}", expected)])


def strip_comments(data: bytes) -> bytes:
    """The text without `# ...` and `// ...`; line numbers stay."""
    return _COMMENT.sub(b"", data) if b"#" in data or b"//" in data else data


def parse_numbers(name: str, data: bytes) -> Numbers:
    """Every integer of a text without comments.

    Raises
    ------
    SopDataError
        Naming the lines where something else than an integer stands.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    kind = _CLASS[raw]
    solid = kind != _SPACE
    if not solid.any():
        empty = np.empty(0, dtype=np.int64)
        return Numbers(name, empty, empty)
    before = np.concatenate(([False], solid[:-1]))
    starts = np.flatnonzero(solid & ~before)
    line_of = np.cumsum(raw == ord("\n"))
    digit_after = np.concatenate((kind[1:] == _DIGIT, [False]))
    wrong = (kind == _OTHER) | ((kind == _SIGN) & (before | ~digit_after))
    ends = np.flatnonzero(np.concatenate((solid, [False]))[1:] < solid) + 1
    wrong[starts[ends - starts > 18]] = True
    if wrong.any():
        raise SopDataError(_wrong_tokens(name, data, np.flatnonzero(wrong), line_of))
    values = np.fromstring(data.decode("ascii"), dtype=np.int64, sep=" ")
    return Numbers(name, values, line_of[starts] + 1)


def _wrong_tokens(
    name: str, data: bytes, places: npt.NDArray[np.int64], line_of: npt.NDArray[np.int64]
) -> list[Finding]:
    lines, first = np.unique(line_of[places], return_index=True)
    findings = []
    for line, index in zip(lines[:_SHOWN].tolist(), first[:_SHOWN].tolist(), strict=True):
        place = int(places[index])
        left = max(data.rfind(b" ", 0, place), data.rfind(b"\n", 0, place), data.rfind(b"\t", 0, place)) + 1
        match = re.compile(rb"\S+").match(data, left)
        token = match.group()[:40].decode("utf-8", "replace") if match else ""
        findings.append(format_error(name, line + 1, repr(token), "an integer of at most 18 characters"))
    return findings


def padded_ids(*parts: str | npt.NDArray[np.int64]) -> pa.Array:
    """Ids such as `j01-03`: numbers padded with zeros, so that text order is number order.

    Built as one block of bytes, without a Python string per id.
    """
    count = max(len(part) for part in parts if not isinstance(part, str))
    columns: list[npt.NDArray[np.uint8]] = []
    for part in parts:
        if isinstance(part, str):
            columns.append(np.tile(np.frombuffer(part.encode(), dtype=np.uint8), (count, 1)))
            continue
        width = len(str(int(part.max()))) if len(part) else 1
        powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
        digits = (part[:, None] // powers) % 10 + ord("0")
        columns.append(digits.astype(np.uint8))
    block = np.ascontiguousarray(np.concatenate(columns, axis=1))
    if block.size >= 2**31:
        raise ValueError("too many ids for one column")
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(block.shape[1])
    return pa.Array.from_buffers(pa.string(), count, [None, pa.py_buffer(offsets), pa.py_buffer(block)])


def at_lines(
    numbers: Numbers, wrong: npt.NDArray[np.bool_], rows: Sequence[int] | npt.NDArray[np.int64], expected: str
) -> list[Finding]:
    """Findings for the wrong ones among some numbers, the first few in full and the rest as a count."""
    places = np.asarray(rows)[wrong]
    findings = [
        format_error(numbers.name, int(numbers.lines[p]), str(int(numbers.values[p])), expected)
        for p in places[:_SHOWN]
    ]
    if len(places) > _SHOWN:
        findings.append(format_error(numbers.name, None, f"{len(places) - _SHOWN} more", expected))
    return findings
