"""What can go wrong, as a tree of three exceptions and one row type.

A wrong input is reported whole: every finding at once, each with the table, the row, what was found, what
was expected and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Finding:
    """One failed check, at one place."""

    check: str
    severity: str
    table: str | None = None
    row: int | None = None
    id: str | None = None
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        place = self.table or "input"
        if self.row is not None:
            place += f"[{self.row}]"
        if self.column:
            place += f".{self.column}"
        text = f"{self.check} {place}"
        if self.found is not None:
            text += f": found {self.found}"
        if self.expected:
            text += f", expected {self.expected}"
        return f"{text}. {self.hint}" if self.hint else text


class SopError(Exception):
    """Base of every error raised by this package."""


class SopDataError(SopError, ValueError):
    """The input is wrong; ``issues`` lists every finding."""

    def __init__(self, issues: Iterable[Finding]) -> None:
        self.issues = list(issues)
        shown = "\n".join(f"  {issue}" for issue in self.issues[:10])
        more = len(self.issues) - 10
        tail = f"\n  and {more} more" if more > 0 else ""
        super().__init__(f"{len(self.issues)} finding(s) in the input\n{shown}{tail}")


class SopInternalError(SopError):
    """A defect of the engine, not of the input."""
