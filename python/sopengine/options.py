"""Options of a solve: ranges and objective, checked once for every door.

Every option out of range is named, all at once, before any work begins.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from sopengine.errors import Finding, SopDataError

Objective: TypeAlias = str | Sequence[Mapping[str, int]]
"""A preset, or levels of weighted terms, the most important first."""

Levels: TypeAlias = str | list[list[tuple[str, int]]] | None
"""An objective as the engine takes it."""

DEFAULT_TIME: Final = 10.0
"""Seconds of a solve without limits."""

MAX_THREADS: Final = 1024
MAX_WORKERS: Final = 256


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """What a solve is asked for; `sopengine.solve` says what each option means.

    Raises
    ------
    SopDataError
        With a finding for each option out of range.
    """

    time_limit: float | None = None
    work_limit: int | None = None
    threads: int | None = None
    workers: int = 4
    seed: int = 0
    objective: Objective | None = None
    partial: bool = True
    progress_schedule: bool = False

    def __post_init__(self) -> None:
        threads = self.threads is None or _is_whole(self.threads, 1, MAX_THREADS)
        work = self.work_limit is None or _is_whole(self.work_limit, 0, 2**63 - 1)
        checks = [
            ("time_limit", _is_seconds(self.time_limit), "seconds, at least 0 and finite"),
            ("work_limit", work, "at least 0"),
            ("threads", threads, f"1 to {MAX_THREADS}"),
            ("workers", _is_whole(self.workers, 1, MAX_WORKERS), f"1 to {MAX_WORKERS}"),
            ("seed", _is_whole(self.seed, 0, 2**64 - 1), "0 to 2^64 - 1"),
        ]
        issues = [_range(name, getattr(self, name), expected) for name, fits, expected in checks if not fits]
        if issues:
            raise SopDataError(issues)
        objective_levels(self.objective)

    @property
    def seconds(self) -> float | None:
        """Time limit; the default where no limit is given."""
        unlimited = self.time_limit is None and self.work_limit is None
        return DEFAULT_TIME if unlimited else self.time_limit

    @property
    def processors(self) -> int:
        """Threads; by default as many as there are processors."""
        return (os.cpu_count() or 1) if self.threads is None else self.threads


def objective_levels(objective: Objective | None) -> Levels:
    """Return an objective as the engine takes it.

    Raises
    ------
    SopDataError
        Where it is neither a preset nor levels of whole weights.
    """
    if objective is None or isinstance(objective, str):
        return objective
    try:
        levels = [list(level.items()) for level in objective]
    except (AttributeError, TypeError):
        levels = []
    fits = all(
        isinstance(term, str) and _is_whole(weight, 1 - 2**63, 2**63 - 1)
        for level in levels
        for term, weight in level
    )
    if not levels or not fits:
        expected = 'a preset, or levels such as [{"tardiness": 1}]'
        raise SopDataError([_range("objective", objective, expected)])
    return levels


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _is_seconds(value: object) -> bool:
    if value is None:
        return True
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and 0 <= value <= 10**9
    )


def _range(option: str, value: object, expected: str) -> Finding:
    hint = "Leave the option out for its default."
    return Finding("PARAM_RANGE", column=option, found=f"{value!r}"[:80], expected=expected, hint=hint)
