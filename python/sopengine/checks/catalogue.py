"""Every check that there is, by its stable code, and the one way to run them.

A check is a function of a `CheckContext` that yields findings of its code. It is registered where it is
defined; the package imports all its modules, so that the catalogue is complete. Few findings that
lead to something are worth more than many: the list is ranked, and cut where nobody would read on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from sopengine.checks.context import CheckContext
from sopengine.checks.finding import CheckFinding, ranked

CheckFunction: TypeAlias = Callable[[CheckContext], Iterator[CheckFinding]]
CAP = 60


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its code, what it finds in one line, and the function."""

    code: str
    doc: str
    function: CheckFunction


CATALOGUE: dict[str, Check] = {}


def check(code: str, doc: str) -> Callable[[CheckFunction], CheckFunction]:
    """Register a function as the check of a code."""

    def register(function: CheckFunction) -> CheckFunction:
        if code in CATALOGUE:
            raise ValueError(f"two checks are named {code}")
        CATALOGUE[code] = Check(code, doc, function)
        return function

    return register


def run_checks(context: CheckContext, *, cap: int = CAP) -> list[CheckFinding]:
    """Run every check; return the findings that matter most first.

    Where there are more than `cap`, the last one returned says how many were left out (``MORE_FINDINGS``).
    """
    found = ranked(finding for code in sorted(CATALOGUE) for finding in CATALOGUE[code].function(context))
    if len(found) <= cap:
        return found
    left = len(found) - cap
    more = CheckFinding(
        "MORE_FINDINGS",
        "info",
        "checks",
        None,
        cap,
        len(found),
        left,
        f"{left:,} findings of lower rank are not shown.",
        "Raise the cap to see them all.",
    )
    return [*found[:cap], more]
