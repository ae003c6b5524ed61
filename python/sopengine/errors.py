"""What can go wrong, and how it is said.

A wrong input is never reported one mistake at a time: `SopDataError` carries every finding at once, each
with the table, row, column, what was found, what was expected and a hint. Infeasible or out of time is an
answer of the solver (`Termination`), never an exception.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

Severity = Literal["error", "warning", "info"]

MAX_ISSUES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One failed check on one place of the input.

    Parameters
    ----------
    check
        Stable code in upper snake case, such as ``DANGLING_REF``.
    severity
        ``error`` (rejected), ``warning`` (accepted, probably wrong) or ``info``.
    table
        Table in which it was found, or None for the input as a whole.
    row
        Row number in that table, from 0; None where no single row is meant.
    id
        Id of the thing concerned, as text.
    column
        Column concerned.
    found
        The value found, as text.
    expected
        What would be right.
    hint
        One sentence of advice.
    """

    check: str
    severity: Severity = "error"
    table: str | None = None
    row: int | None = None
    id: str | None = None
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    hint: str | None = None

    def __str__(self) -> str:
        """Return the finding as one line."""
        place = self.table or "input"
        if self.row is not None:
            place += f"[{self.row}]"
        if self.column:
            place += f".{self.column}"
        text = f"{self.check} at {place}"
        if self.id:
            text += f" ({self.id!r})"
        if self.found is not None:
            text += f": found {self.found}"
        if self.expected is not None:
            text += f", expected {self.expected}"
        return text + (f". {self.hint}" if self.hint else "")


def findings_table(findings: Iterable[Finding]) -> pa.Table:
    """Return findings as a table, one row each, in the order given."""
    import pyarrow as pa

    rows = [asdict(finding) for finding in findings]
    schema = pa.schema(
        [pa.field(f.name, pa.int64() if f.name == "row" else pa.string()) for f in fields(Finding)]
    )
    return pa.Table.from_pylist(rows, schema=schema)


class SopError(Exception):
    """Base of every exception raised by this package on purpose."""


class SopDataError(SopError, ValueError):
    """The input tables are wrong; `issues` lists every finding.

    Parameters
    ----------
    issues
        The findings; those of severity ``error`` are the reason.
    """

    def __init__(self, issues: Iterable[Finding]) -> None:
        self.issues: list[Finding] = list(issues)
        errors = [issue for issue in self.issues if issue.severity == "error"]
        shown = [f"  {issue}" for issue in errors[:MAX_ISSUES_SHOWN]]
        if len(errors) > MAX_ISSUES_SHOWN:
            shown.append(f"  and {len(errors) - MAX_ISSUES_SHOWN} more in .issues")
        noun = "error" if len(errors) == 1 else "errors"
        super().__init__("\n".join([f"{len(errors)} {noun} in the input", *shown]))

    @property
    def findings(self) -> pa.Table:
        """The issues as a table."""
        return findings_table(self.issues)

    def __reduce__(self) -> tuple[type[SopDataError], tuple[list[Finding]]]:
        """Pickle by the findings, so that a worker process can raise it."""
        return type(self), (self.issues,)


class SopInternalError(SopError):
    """A bug in this package: an invariant of the engine was broken."""
