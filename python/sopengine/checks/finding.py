"""One answer of a check: what does not fit, by how much, and what can be done."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "warning", "info"]
RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """A gap between what is expected and what is.

    Parameters
    ----------
    code
        Stable code of the catalogue.
    severity
        ``error`` (the plan cannot come true as it stands), ``warning`` (needs a decision) or ``info``.
    subject
        What it is about: a family, item, resource, work order or table.
    bucket
        Monday of the week, as ISO text; None where no week is meant.
    expected, actual, gap
        Integers in the unit of the subject (base units, seconds, minor units).
    sentence
        The finding for people.
    hint
        What to do about it.
    weight
        Money at stake in minor units; quantities where no price is known. Larger is more urgent.
    """

    code: str
    severity: Severity
    subject: str
    bucket: str | None
    expected: int
    actual: int
    gap: int
    sentence: str
    hint: str
    weight: int = 0


def ranked(findings: Iterable[CheckFinding]) -> list[CheckFinding]:
    """Return findings in order: errors first, then by weight, ties by code, subject and bucket."""
    return sorted(findings, key=lambda f: (RANK[f.severity], -f.weight, f.code, f.subject, f.bucket or ""))


def check_table(findings: Iterable[CheckFinding]) -> pa.Table:
    """Return findings as a table, in the order given."""
    numbers = ("expected", "actual", "gap", "weight")
    names = [field for field in CheckFinding.__dataclass_fields__]
    schema = pa.schema([(name, pa.int64() if name in numbers else pa.string()) for name in names])
    return pa.Table.from_pylist([asdict(finding) for finding in findings], schema=schema)
