"""Tiny valid problems with one thing wrong, and what must be said about it.

A case changes one thing; `check` is what must be among the findings, with its table, column, row and id. A
hint is always there. Errors refuse the problem, warnings and information do not. The rows D1 to D57 are those
of the catalogue of bad inputs; each file of this folder holds the rows of one subject.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

import sopengine as so

NOW = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)
UTC = pa.timestamp("s", "UTC")
NONE = pa.array([], pa.string())
BIG = 2**63 - 1


def hours(*values: int) -> pa.Array:
    return pa.array([dt.timedelta(hours=value) for value in values])


def given(**changed: dict[str, Any] | None) -> dict[str, Any]:
    """Two operations of one order on one resource, with some columns changed."""
    tables: dict[str, Any] = {
        "orders": {"order": ["A"], "due": [9]},
        "operations": {"operation": ["a", "b"], "order": ["A", "A"], "sequence": [1, 2]},
        "modes": {"operation": ["a", "b"], "resource": ["m", "m"], "duration": [3, 4]},
        "resources": {"resource": ["m"]},
    }
    for name, columns in changed.items():
        if columns is None:
            tables.pop(name)
        else:
            tables[name] = {**tables.get(name, {}), **columns}
            tables[name] = {column: cells for column, cells in tables[name].items() if cells is not None}
    return tables


def temporal(**changed: dict[str, Any]) -> dict[str, Any]:
    tables = given(
        problem={"now": pa.array([NOW], UTC)},
        orders={"due": pa.array([NOW + dt.timedelta(days=1)], UTC)},
        modes={"duration": hours(3, 4)},
    )
    for name, columns in changed.items():
        tables[name] = {**tables.get(name, {}), **columns}
    return tables


def loose(**changed: Any) -> dict[str, Any]:
    """The same without the chain by sequence."""
    changed["operations"] = {"sequence": None, **changed.get("operations", {})}
    return given(**changed)


def calendar(starts: list[int], ends: list[int | None], **columns: Any) -> dict[str, Any]:
    rows = {"calendar": ["c"] * len(starts), "start": starts, "end": ends, **columns}
    return given(resources={"calendar": ["c"]}, calendars=rows)


def pinned(**columns: Any) -> dict[str, Any]:
    return {"pin": ["start"] * len(columns["operation"]), **columns}


def broken_text() -> dict[str, Any]:
    offsets = pa.py_buffer(b"\0\0\0\0\x01\0\0\0\x02\0\0\0")
    array = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"\xffa")])
    return {**given(), "operations": pa.table({"operation": array})}


def falling_offsets() -> dict[str, Any]:
    offsets = pa.py_buffer(b"\0\0\0\0\xff\xff\xff\xff\x02\0\0\0")
    array = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"ab")])
    return {**given(), "operations": pa.table({"operation": array})}


def counted(valid: int, null_count: int) -> pa.Array:
    """Durations 3 and 4 with these validity bits, and this count of nulls whatever the bits say."""
    cells = pa.py_buffer((3).to_bytes(8, "little") + (4).to_bytes(8, "little"))
    bits = pa.py_buffer(valid.to_bytes(2, "little"))
    return pa.Array.from_buffers(pa.int64(), 2, [bits, cells], null_count=null_count)


def wild_dictionary() -> dict[str, Any]:
    ids = pa.DictionaryArray.from_arrays(pa.array([0, 9], pa.int8()), pa.array(["a", "b"]), safe=False)
    return given(operations={"operation": ids})


def cycle(length: int) -> dict[str, Any]:
    ids = [f"o{number:04}" for number in range(length)]
    return {
        "operations": {"operation": ids},
        "modes": {"operation": ids, "resource": ["m"] * length, "duration": [1] * length},
        "resources": {"resource": ["m"]},
        "precedences": {"before": ids, "after": [*ids[1:], ids[0]]},
    }


def three(**lags: Any) -> dict[str, Any]:
    """A link from a to c, and the way round by b."""
    ids = ["a", "b", "c"]
    return given(
        operations={"operation": ids, "order": ["A"] * 3, "sequence": None},
        modes={"operation": ids, "resource": ["m", "n", "m"], "duration": [3, 4, 5]},
        resources={"resource": ["m", "n"]},
        precedences={"before": ["a", "a", "b"], "after": ["c", "b", "c"], **lags},
    )


def local(*times: dt.datetime, zone: str | None = "Europe/Berlin") -> dict[str, Any]:
    orders = [f"o{number}" for number in range(len(times))]
    return temporal(
        problem={"now": pa.array([dt.datetime(2026, 1, 1)]), "timezone": [zone]},
        orders={"order": orders, "due": pa.array(times)},
        operations={"order": ["o0", "o0"]},
    )


@dataclass(frozen=True)
class Case:
    row: str
    what: str
    tables: dict[str, Any] = field(repr=False)
    check: str
    place: tuple[str, str | None]
    at: tuple[int | None, str | None] = (None, None)
    severity: str = "error"


def warn(row: str, what: str, tables: dict[str, Any], check: str, *place: Any) -> Case:
    return Case(row, what, tables, check, *place, severity="warning")


GROUP = {"resources": {"resource": ["m", "n"]}, "groups": {"group": ["g"], "member": ["n"]}}
MATRIX = {"resources": {"changeover_matrix": ["x"]}, "matrices": {"matrix": ["x"]}}


def check_said(case: Case) -> None:
    """One finding of the case is there, every finding is complete, and errors alone refuse."""
    try:
        findings = so.Problem(**case.tables).findings.to_pylist()
        accepted = True
    except so.SopDataError as refused:
        findings = [asdict(issue) for issue in refused.issues]
        accepted = False
    assert accepted == (case.severity != "error"), findings
    found = [
        row
        for row in findings
        if (row["check"], row["severity"]) == (case.check, case.severity)
        and (row["table"], row["column"]) == case.place
    ]
    assert found, findings
    assert found[0]["row"] == case.at[0], findings
    assert (found[0]["id"] or "") == (case.at[1] or "") or case.at[1] is None, findings
    for row in findings:
        assert row["hint"], row
        assert row["found"] is not None, row
        assert "engine/" not in str(row), "no path of the source in a finding"


def answer(tables: dict[str, Any], **options: Any) -> so.Result:
    result = so.solve(so.Problem(**tables), time_limit=None, work_limit=500, threads=1, **options)
    assert result.violations.num_rows == 0
    return result


def outputs(result: so.Result) -> list[list[dict[str, Any]]]:
    return [table.to_pylist() for table in (result.schedule, result.assignments, result.dispatch)]
