"""Collect findings without drowning in them.

Every check reports into one `Collector`. It keeps the first `CAP` findings and counts the rest, so that a
million bad rows cost a million comparisons, not a million objects.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from sopengine.errors import Finding, Severity, SopDataError

if TYPE_CHECKING:
    from collections.abc import Iterable

CAP = 1000
NAMES_COMPARED = 2000


class Collector:
    """An append-only list of findings with a cap and a total."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.total = 0
        self.errors = 0

    def add(
        self,
        check: str,
        table: str | None = None,
        row: int | None = None,
        *,
        id: Any = None,
        column: str | None = None,
        found: Any = None,
        expected: str | None = None,
        hint: str | None = None,
        severity: Severity = "error",
    ) -> None:
        """Record one finding; values are turned into text here."""
        self.total += 1
        self.errors += severity == "error"
        if len(self.findings) < CAP:
            self.findings.append(
                Finding(check, severity, table, row, _text(id), column, _text(found), expected, hint)
            )

    def raise_errors(self) -> None:
        """Raise all findings at once if any of them is an error."""
        if not self.errors:
            return
        findings = list(self.findings)
        if self.total > len(findings):
            findings.append(
                Finding("MORE_FINDINGS", "info", found=str(self.total), expected=f"first {CAP} shown")
            )
        if not any(f.severity == "error" for f in findings):
            findings.append(
                Finding("MORE_FINDINGS", found=f"{self.errors} errors after the first {CAP} findings")
            )
        raise SopDataError(findings)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:200]


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return a hint naming the most similar of `names`, or None where nothing is similar."""
    known = sorted(names)[:NAMES_COMPARED]
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"Maybe {close[0]!r} is meant." if close else None
