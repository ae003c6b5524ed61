"""Local wall time to elapsed time, across clock changes.

In spring one local hour does not exist, in autumn one exists twice. Both are errors unless the plant says
which is meant: ``earlier`` and ``later`` pick one of two repeated hours, and put a skipped time on the
instant of the change. A shift from 22:00 to 06:00 therefore lasts 7, 8 or 9 hours of elapsed time.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

UTC = dt.UTC


class LocalTimeError(ValueError):
    """A local time that does not exist, or exists twice; `check` says which."""

    def __init__(self, check: str, local: dt.datetime, zone: str) -> None:
        super().__init__(f"{local} in {zone}")
        self.check = check


def _instant(local: dt.datetime, zone: ZoneInfo, fold: int) -> int:
    return int(local.replace(tzinfo=zone, fold=fold).timestamp())


def to_utc(local: dt.datetime, zone: ZoneInfo, rule: str = "error") -> int:
    """Return seconds since 1970 of a naive local time.

    Parameters
    ----------
    local
        Naive local time, whole seconds.
    zone
        Its zone.
    rule
        ``error``, ``earlier`` or ``later``: what to do where the clock changes.

    Raises
    ------
    LocalTimeError
        ``TZ_NONEXISTENT`` or ``TZ_AMBIGUOUS`` under the rule ``error``.
    """
    first, second = _instant(local, zone, 0), _instant(local, zone, 1)
    if first == second:
        return first
    if (
        first > second
    ):  # skipped: fold 0 reads it with the offset before the change, fold 1 with the one after
        if rule == "error":
            raise LocalTimeError("TZ_NONEXISTENT", local, zone.key)
        return _change_between(second, first, zone)
    if rule == "error":
        raise LocalTimeError("TZ_AMBIGUOUS", local, zone.key)
    return first if rule == "earlier" else second


def _change_between(low: int, high: int, zone: ZoneInfo) -> int:
    """Return the instant in (low, high] at which the offset of `zone` changes."""
    before = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(instant: int, zone: ZoneInfo) -> dt.timedelta | None:
    return dt.datetime.fromtimestamp(instant, zone).utcoffset()


def to_local(instant: int, zone: ZoneInfo) -> dt.datetime:
    """Return the naive local time of an instant."""
    return dt.datetime.fromtimestamp(instant, zone).replace(tzinfo=None)
