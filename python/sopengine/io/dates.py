"""Text to instants, days and durations, without guessing.

A date such as `03/04/2026` has two meanings. One value that only fits one of them (`25/04/2026`) settles it
for the file; without such a value, or an option, the reader stops and says what to pass. Dotted dates
(`03.04.2026`) are day first, a convention without exception. Columns are matched by regular expression and
assembled by numpy, a whole column at a time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    import numpy.typing as npt

    from sopengine.io.options import DateOrder, DurationUnit

_CLOCK: Final = (
    r"(?:[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"(?: *(?P<half>[AaPp])\.?[Mm]\.?)?)?"
    r" *(?P<zone>Z|z|[+-]\d{2}:?\d{2})?$"
)
ISO: Final = r"^(?P<a>\d{4})(?P<mark>[-/.])(?P<b>\d{1,2})[-/.](?P<c>\d{1,2})" + _CLOCK
TURNED: Final = r"^(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})[-/.](?P<c>\d{4})" + _CLOCK
COMPACT: Final = r"^(?P<a>\d{4})(?P<mark>)(?P<b>\d{2})(?P<c>\d{2})" + _CLOCK.replace(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})",
    r"(?P<hour>\d{2}):?(?P<minute>\d{2})(?::?(?P<second>\d{2})",
)
INTEGER: Final = r"^[+-]?\d{1,18}$"
_PERIOD: Final = r"^(?P<sign>-?)P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?)?$"
_HMS: Final = r"^(?P<sign>-?)(?P<h>\d+):(?P<m>[0-5]\d):(?P<s>[0-5]\d)$"
_SECONDS: Final = {"s": 1, "min": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column read from text: its values, and which rows could not be read."""

    values: pa.Array
    wrong: npt.NDArray[np.bool_]
    expected: str


class AmbiguousDates(ValueError):
    """Dates of a file that are valid day first and month first alike."""


def is_integer_column(text: pa.Array) -> bool:
    """Whether every value that is there is a plain integer."""
    return bool(pc.all(pc.match_substring_regex(text, INTEGER), min_count=0).as_py())


def _fields(text: pa.Array, pattern: str) -> tuple[npt.NDArray[np.bool_], pa.StructArray]:
    found = pc.extract_regex(text, re.sub(r"\(\?P<(\w+)>", r"(?P<\1>", pattern))
    return np.asarray(pc.fill_null(found.is_valid(), False)), found


def _numbers(found: pa.StructArray, name: str) -> npt.NDArray[np.int64]:
    text = pc.fill_null(pc.struct_field(found, name), "0")
    text = pc.if_else(pc.equal(text, ""), "0", text)
    return np.asarray(pc.cast(text, pa.int64()))


def date_order(columns: list[pa.Array]) -> DateOrder | None:
    """Order of day and month in the dates of one file; None where no date needs it.

    Raises
    ------
    AmbiguousDates
        Where the values fit both orders, or no single one.
    """
    first, second, dotted, seen = 0, 0, True, ""
    for text in columns:
        matched, found = _fields(text, TURNED)
        if not matched.any():
            continue
        marks = set(pc.unique(pc.struct_field(found, "mark").filter(pa.array(matched))).to_pylist())
        dotted = dotted and marks == {"."}
        first = max(first, int(_numbers(found, "a")[matched].max()))
        second = max(second, int(_numbers(found, "b")[matched].max()))
        seen = seen or text[int(np.flatnonzero(matched)[0])].as_py()
    if not seen:
        return None
    if first > 12 and second > 12:
        raise AmbiguousDates("dates in day first and in month first order in one file")
    if second > 12:
        return "month_first"
    if first > 12 or dotted:
        return "day_first"
    raise AmbiguousDates(f"{seen} and the like fit day first and month first")


def parse_times(text: pa.Array, order: DateOrder | None, timezone: str | None) -> Parsed:
    """Instants: int64 where all are integers, else naive or zoned timestamps.

    Seconds where all are whole, else the finest unit that is written; offsets are kept as the zone of the
    column where they agree, else the column is in `timezone` (default UTC), the instants the same.
    """
    if order != "compact" and is_integer_column(text):
        return Parsed(pc.cast(text, pa.int64()), np.zeros(len(text), dtype=bool), "an integer")
    expected = "a timestamp such as 2026-01-31T06:00:00"
    matched, found = _matching(text, order)
    missing = np.asarray(text.is_null())
    days, valid = _days(found, order)
    seconds, nanos, valid_clock = _clock(found)
    offsets, zone = _offsets(found, matched, timezone)
    wrong = ~missing & ~(matched & valid & valid_clock)
    if zone is not None:
        naive = matched & np.asarray(pc.equal(pc.fill_null(pc.struct_field(found, "zone"), ""), ""))
        wrong |= naive & ~missing
        expected += " with an offset, as the other values have"
    ticks = days * 86400 + seconds - offsets
    unit, factor = _unit(nanos[matched & ~missing])
    # Nanoseconds reach to the year 2262; what lies beyond must not wrap around.
    wrong |= ~missing & (np.abs(ticks) > (2**63 - 1) // factor - 1)
    values = np.where(wrong, 0, ticks) * factor + nanos * factor // 1_000_000_000
    mask = missing | wrong
    return Parsed(pa.array(values, mask=mask).cast(pa.timestamp(unit, zone)), wrong, expected)


def parse_days(text: pa.Array, order: DateOrder | None) -> Parsed:
    """Days of a local calendar; a clock time other than midnight is wrong."""
    parsed = parse_times(text, order, None)
    expected = "a date such as 2026-01-31"
    if not pa.types.is_timestamp(parsed.values.type) or parsed.values.type.tz is not None:
        return Parsed(pa.nulls(len(text), pa.date32()), ~np.asarray(text.is_null()), expected)
    seconds = np.asarray(pc.fill_null(parsed.values.cast(pa.timestamp("ns")).cast(pa.int64()), 0))
    wrong = parsed.wrong | (seconds % 86_400_000_000_000 != 0)
    days = seconds // 86_400_000_000_000
    mask = wrong | np.asarray(text.is_null())
    return Parsed(pa.array(days.astype(np.int32), mask=mask).cast(pa.date32()), wrong, expected)


def parse_durations(text: pa.Array, unit: DurationUnit | None) -> Parsed:
    """Durations: integers as they are, or in `unit`; else `PT1H30M` and `HH:MM:SS`.

    `2h` and `90min` are refused on purpose: the next file would say `2 h 30`.
    """
    missing = np.asarray(text.is_null())
    if is_integer_column(text):
        integers = pc.cast(text, pa.int64())
        if unit is not None:
            integers = pc.multiply_checked(integers, _SECONDS[unit]).cast(pa.duration("s"))
        return Parsed(integers, np.zeros(len(text), dtype=bool), "an integer")
    total = np.zeros(len(text), dtype=np.int64)
    matched = np.zeros(len(text), dtype=bool)
    for pattern in (_PERIOD, _HMS):
        here, found = _fields(text, pattern)
        if pattern is _PERIOD:
            here &= ~np.asarray(pc.fill_null(pc.match_substring_regex(text, "[PT]$"), False))
        seconds = sum(
            _numbers(found, name) * size
            for name, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
            if f"<{name}>" in pattern
        )
        negative = np.asarray(pc.equal(pc.fill_null(pc.struct_field(found, "sign"), ""), "-"))
        total = np.where(here, np.where(negative, -seconds, seconds), total)
        matched |= here
    wrong = ~missing & ~matched
    values = pa.array(total, mask=missing | wrong).cast(pa.duration("s"))
    return Parsed(values, wrong, "an integer in every row, or PT1H30M or 01:30:00 in every row")


def _matching(text: pa.Array, order: DateOrder | None) -> tuple[npt.NDArray[np.bool_], pa.StructArray]:
    patterns = [ISO]
    if order == "compact":
        patterns = [COMPACT, ISO]
    elif order in ("day_first", "month_first"):
        patterns = [ISO, TURNED]
    sample = pc.drop_null(text).slice(0, 1)
    patterns.sort(key=lambda pattern: not _fields(sample, pattern)[0].any())
    best = _fields(text, patterns[0])
    needed = len(text) - text.null_count
    for pattern in patterns[1:]:
        if int(best[0].sum()) < needed:
            best = max(best, _fields(text, pattern), key=lambda pair: int(pair[0].sum()))
    return best


def _days(
    found: pa.StructArray, order: DateOrder | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    a, b, c = (_numbers(found, name) for name in "abc")
    turned = bool((a[a > 0] < 1000).any())
    if not turned:
        year, month, day = a, b, c
    elif order == "month_first":
        year, month, day = c, a, b
    else:
        year, month, day = c, b, a
    sane = (month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)
    months = (np.where(sane, year, 1970) - 1970) * 12 + np.where(sane, month, 1) - 1
    start = months.astype("datetime64[M]")
    length = ((start + 1).astype("datetime64[D]") - start.astype("datetime64[D]")).astype(np.int64)
    valid = sane & (day <= length)
    return start.astype("datetime64[D]").astype(np.int64) + day - 1, valid


def _clock(
    found: pa.StructArray,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    hour, minute, second = (_numbers(found, name) for name in ("hour", "minute", "second"))
    half = pc.utf8_lower(pc.fill_null(pc.struct_field(found, "half"), ""))
    afternoon, morning = (np.asarray(pc.equal(half, mark)) for mark in "pa")
    valid = (minute < 60) & (second < 60) & (hour < 24)
    valid &= ~(afternoon | morning) | ((hour >= 1) & (hour <= 12))
    hour = np.where(afternoon | morning, hour % 12, hour) + np.where(afternoon, 12, 0)
    fraction = pc.utf8_rpad(pc.fill_null(pc.struct_field(found, "fraction"), ""), 9, "0")
    return hour * 3600 + minute * 60 + second, np.asarray(pc.cast(fraction, pa.int64())), valid


def _offsets(
    found: pa.StructArray, matched: npt.NDArray[np.bool_], timezone: str | None
) -> tuple[npt.NDArray[np.int64], str | None]:
    """Offset of every value in seconds, and the zone of the column (None: all naive)."""
    zone = pc.utf8_upper(pc.fill_null(pc.struct_field(found, "zone"), ""))
    zone = pc.replace_substring_regex(zone, r"^([+-]\d{2})(\d{2})$", r"\1:\2")
    written = [text for text in pc.unique(zone.filter(pa.array(matched))).to_pylist() if text]
    if not written:
        return np.zeros(len(matched), dtype=np.int64), None
    digits = pc.replace_substring(zone, ":", "")
    number = pc.if_else(pc.match_substring_regex(digits, r"^[+-]\d{4}$"), digits, "+0000")
    value = np.asarray(pc.cast(pc.replace_substring_regex(number, r"^\+", ""), pa.int64()))
    offset = np.sign(value) * (np.abs(value) // 100 * 3600 + np.abs(value) % 100 * 60)
    if timezone is not None:
        return offset, timezone
    if len(written) > 1 or written[0] == "Z":
        return offset, "UTC"
    return offset, written[0]


def _unit(nanos: npt.NDArray[np.int64]) -> tuple[str, int]:
    for unit, factor in (("s", 1), ("ms", 1000), ("us", 1_000_000)):
        if not (nanos * factor % 1_000_000_000).any():
            return unit, factor
    return "ns", 1_000_000_000
