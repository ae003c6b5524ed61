"""What a caller may say about a source that the source does not say itself."""

from __future__ import annotations

import codecs
import re
import zoneinfo
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import datetime

DateOrder = Literal["iso", "day_first", "month_first", "compact"]
DurationUnit = Literal["s", "min", "h", "d"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of :func:`sopengine.io.read`; None means "find out, or report that it cannot be found"."""

    format: str | None = None
    """One of `folder`, `jobshop`, `flexible`, `psplib`, `excel`, `database`; default: by name."""
    delimiter: str | None = None
    """Field delimiter of CSV files."""
    decimal: str | None = None
    """Decimal mark of numbers in text, `.` or `,`."""
    dates: DateOrder | None = None
    """Order of day, month and year in text; `compact` also reads `20260131` as a day."""
    duration_unit: DurationUnit | None = None
    """Unit of durations written as bare integers in a temporal problem."""
    encoding: str | None = None
    """Character encoding of text files; default UTF-8 or what a byte order mark says."""
    timezone: str | None = None
    """Zone of naive timestamps, where the `problem` table names none."""
    now: int | str | datetime.datetime | None = None
    """The instant `now`, where there is no `problem` table."""
    scale: int | None = None
    """Base units per unit for quantities given as floats."""

    def __post_init__(self) -> None:
        """Reject values outside the lists above at once."""
        allowed: dict[str, tuple[Any, ...]] = {
            "decimal": (".", ","),
            "dates": ("iso", "day_first", "month_first", "compact"),
            "duration_unit": ("s", "min", "h", "d"),
        }
        for name, values in allowed.items():
            value = getattr(self, name)
            if value is not None and value not in values:
                raise ValueError(f"{name}={value!r} is not one of {', '.join(map(repr, values))}")
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise ValueError(f"delimiter={self.delimiter!r} is not one character")

        if self.encoding is not None:
            try:
                codecs.lookup(self.encoding)
            except LookupError as error:
                raise ValueError(f"encoding={self.encoding!r} is not known") from error
        if self.timezone is not None and not _is_zone(self.timezone):
            raise ValueError(f"timezone={self.timezone!r} is not a zone such as Europe/Berlin or +01:00")

    @classmethod
    def from_keywords(cls, keywords: dict[str, Any]) -> ReadOptions:
        """Options from keyword arguments; an unknown one is named with the known ones."""
        known = [field.name for field in fields(cls)]
        unknown = sorted(set(keywords) - set(known))
        if unknown:
            raise TypeError(f"read() has no option {', '.join(unknown)}; known: {', '.join(known)}")
        return cls(**keywords)


def _is_zone(name: str) -> bool:
    if re.fullmatch(r"[+-]\d{2}:\d{2}", name):
        return True
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
