"""What the checker hands back: violations of the nine rules, and the terms of the objective."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Violation(NamedTuple):
    """One broken rule: its number in section 3 of the specification, where and by how much."""

    rule: int
    check: str
    operation: str | None
    other: str | None
    at: int | None
    detail: str


@dataclass
class Report:
    violations: list[Violation] = field(default_factory=list)
    terms: dict[str, int] = field(default_factory=dict)

    @property
    def valid(self) -> bool:
        return not self.violations

    @property
    def rules(self) -> set[int]:
        """The numbers of all rules that are broken."""
        return {violation.rule for violation in self.violations}

    def add(
        self,
        rule: int,
        check: str,
        operation: str | None,
        detail: str,
        *,
        other: str | None = None,
        at: int | None = None,
    ) -> None:
        self.violations.append(Violation(rule, check, operation, other, at, detail))
