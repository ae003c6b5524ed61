"""Every row of the catalogue of bad inputs (D1 to D57): what is said about it, where, and what to do.

A case changes one thing in a tiny valid problem. `says` is what must be among the findings: code, table,
column, row and id; a hint is always there. Errors refuse the problem, warnings and information do not.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

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
CASES = [
    Case("D1", "table missing", given(resources=None), "MISSING_TABLE", ("resources", None)),
    Case("D1", "column missing", given(modes={"duration": None}), "MISSING_COLUMN", ("modes", "duration")),
    Case(
        "D1", "column extra", given(resources={"color": ["red"]}), "UNKNOWN_COLUMN", ("resources", None),
        severity="info",
    ),
    Case("D2", "text as duration", given(modes={"duration": ["2h", "3h"]}), "TYPE_MISMATCH", ("modes", "duration")),
    warn(
        "D3", "no operations",
        {
            "operations": {"operation": NONE},
            "modes": {"operation": NONE, "resource": NONE, "duration": pa.array([], pa.int64())},
            "resources": {"resource": ["m"]},
        },
        "EMPTY_INPUT", ("operations", None),
    ),
    Case("D3", "no resources", given(resources={"resource": NONE}), "NO_RESOURCE", ("resources", "resource")),
    Case("D4", "null in a key", given(operations={"operation": ["a", None]}), "NULL_VALUE",
         ("operations", "operation"), (1, "null")),
    Case("D4", "null in a required column", given(modes={"duration": [3, None]}), "NULL_VALUE",
         ("modes", "duration"), (1, "b/null")),
    Case("D4", "nothing but nulls", given(operations={"operation": [None, None]}), "NULL_VALUE",
         ("operations", "operation"), (0, "null")),
    Case("D7", "dictionary index out of range", wild_dictionary(), "ARROW_INVALID", ("operations", None)),
    Case("D9", "fraction", given(modes={"duration": [3.5, 4.0]}), "NOT_INTEGRAL", ("modes", "duration"), (0, "a/null")),
    Case("D9", "decimal fraction", given(modes={"duration": [Decimal("3.25"), Decimal(4)]}), "NOT_INTEGRAL",
         ("modes", "duration"), (0, "a/null")),
    Case("D9", "above i64", given(modes={"duration": pa.array([2**63, 4], pa.uint64())}), "OVERFLOW",
         ("modes", "duration"), (0, "a/null")),
    Case("D10", "struct", given(resources={"capacity": [{"of": 1}]}), "UNSUPPORTED_TYPE", ("resources", "capacity")),
    Case("D10", "list", given(resources={"capacity": [[1]]}), "UNSUPPORTED_TYPE", ("resources", "capacity")),
    Case("D11", "invalid UTF-8", broken_text(), "ARROW_INVALID", ("operations", None)),
    Case("D11", "offsets not rising", falling_offsets(), "ARROW_INVALID", ("operations", None)),
    Case("D12", "empty id", given(operations={"operation": ["a", ""]}), "EMPTY_ID", ("operations", "operation"), (1, "")),
    Case("D12", "1 MiB id", given(orders={"order": ["x" * 2**20]}), "ID_TOO_LONG", ("orders", "order"), (0, "x" * 80 + "…")),
    warn("D12", "NFC and NFD twins", given(resources={"resource": ["m", "\u00e9", "e\u0301"]}), "CONFUSABLE_IDS",
         ("resources", "resource"), (2, "e\u0301")),
    warn("D12", "outer blanks", given(resources={"resource": ["m", "m "]}), "CONFUSABLE_IDS",
         ("resources", "resource"), (1, "m ")),
    Case("D13", "NaN", given(orders={"weight": [float("nan")]}), "NOT_FINITE", ("orders", "weight"), (0, "A")),
    Case("D13", "infinite", given(modes={"cost": [0.0, float("-inf")]}), "NOT_FINITE", ("modes", "cost"), (1, "b/null")),
    Case("D13", "1e308", given(orders={"weight": [1e308]}), "OVERFLOW", ("orders", "weight"), (0, "A")),
    Case("D14", "operation twice", loose(operations={"operation": ["a", "b", "a"], "order": ["A"] * 3}),
         "DUPLICATE_ID", ("operations", "operation"), (2, "a")),
    Case("D14", "resource twice", given(resources={"resource": ["m", "m"]}), "DUPLICATE_ID",
         ("resources", "resource"), (1, "m")),
    Case("D14", "order twice", given(orders={"order": ["A", "A"], "due": [9, 9]}), "DUPLICATE_ID",
         ("orders", "order"), (1, "A")),
    Case("D14", "mode twice",
         given(modes={"operation": ["a", "a", "b"], "resource": ["m"] * 3, "duration": [1, 2, 3]}),
         "DUPLICATE_ID", ("modes", None), (1, "m")),
    Case("D15", "operation", given(modes={"operation": ["a", "z"]}), "DANGLING_REF", ("modes", "operation"), (1, "z")),
    Case("D15", "resource", given(modes={"resource": ["m", "z"]}), "DANGLING_REF", ("modes", "resource"), (1, "b")),
    Case("D15", "order", given(operations={"order": ["A", "Z"]}), "DANGLING_REF", ("operations", "order"), (1, "b")),
    Case("D15", "calendar", given(resources={"calendar": ["Z"]}), "DANGLING_REF", ("resources", "calendar"), (0, "m")),
    Case("D15", "item", given(materials={"operation": ["a"], "item": ["z"], "quantity": [-1]}),
         "ITEM_WITHOUT_SUPPLY", ("materials", "item"), (0, "z")),
    Case("D16", "self precedence", given(precedences={"before": ["a"], "after": ["a"]}), "SELF_LOOP",
         ("precedences", "after"), (0, "a -> a")),
    Case("D16", "cycle of 2", loose(precedences={"before": ["a", "b"], "after": ["b", "a"]}), "CYCLE",
         ("precedences", "after"), (None, "a")),
    Case("D16", "cycle of 1,000", cycle(1_000), "CYCLE", ("precedences", "after"), (None, "o0000")),
    warn("D17", "edge twice", given(precedences={"before": ["a"] * 2, "after": ["b"] * 2, "min_lag": [1, 2]}),
         "DUPLICATE_PRECEDENCE", ("precedences", None), (1, "a -> b")),
    Case("D20", "no mode", given(modes={"operation": ["a"], "resource": ["m"], "duration": [3]}),
         "NO_ELIGIBLE_RESOURCE", ("modes", "operation"), (None, "b")),
    Case("D20", "unknown group", given(requirements={"operation": ["a"], "group": ["g"]}), "DANGLING_REF",
         ("requirements", "group"), (0, "a")),
    Case("D21", "negative duration", given(modes={"duration": [-3, 4]}), "NEGATIVE_VALUE", ("modes", "duration"), (0, "a")),
    Case("D21", "negative setup", given(**MATRIX, changeovers={"matrix": ["x"], "duration": [-1]}),
         "NEGATIVE_VALUE", ("changeovers", "duration"), (0, "x")),
    Case("D22", "duration i64::MAX", given(modes={"duration": [BIG, 4]}), "OVERFLOW", ("modes", "duration"), (0, "a")),
    Case("D22", "weight x lateness", given(orders={"weight": [2**62]}), "OVERFLOW", ("problem", None),
         (None, "sum of order weights x horizon")),
    Case("D22", "sum of costs", given(modes={"cost": [2**62, 2**62]}), "OVERFLOW", ("problem", None),
         (None, "sum of mode costs")),
    Case("D23", "horizon beyond range", given(problem={"now": [0], "horizon_end": [BIG]}), "OVERFLOW",
         ("problem", "horizon_end"), (0, None)),
    Case("D23", "horizon inverted", given(problem={"now": [10], "horizon_end": [10]}), "HORIZON_INVERTED",
         ("problem", "horizon_end"), (0, None)),
    warn("D24", "due before now", given(problem={"now": [100]}), "DUE_IN_PAST", ("orders", "due"), (0, "A")),
    Case("D25", "naive and aware", temporal(orders={"due": pa.array([dt.datetime(2026, 1, 6)])}), "TZ_MIXED",
         ("orders", "due")),
    Case("D25", "naive without a zone", local(dt.datetime(2026, 5, 1), zone=None), "TZ_UNKNOWN", ("problem", "now")),
    Case("D27", "in the gap", local(dt.datetime(2026, 3, 29, 2, 30)), "TZ_NONEXISTENT", ("orders", "due"), (0, None)),
    Case("D27", "in the fold", local(dt.datetime(2026, 10, 25, 2, 30)), "TZ_AMBIGUOUS", ("orders", "due"), (0, None)),
    Case("D29", "unknown zone", temporal(problem={"timezone": ["Mars/Base"]}), "TZ_UNKNOWN", ("problem", "timezone"), (0, None)),
    warn("D29", "year 9999", temporal(orders={"due": pa.array([dt.datetime(9999, 12, 31, tzinfo=dt.UTC)], UTC)}),
         "SENTINEL_DATE", ("orders", "due"), (0, "A")),
    warn("D30", "median above the horizon",
         given(problem={"now": [0], "horizon_end": [10]}, modes={"duration": [30, 40]}, orders={"due": None}),
         "UNIT_SUSPECT", ("modes", "duration")),
    warn("D30", "median below a second", temporal(modes={"duration": pa.array([0, 0], pa.duration("s"))}),
         "UNIT_SUSPECT", ("modes", "duration")),
    Case("D30", "bare integers", temporal(modes={"duration": [3, 4]}), "UNIT_UNDECLARED", ("modes", "duration")),
    Case("D31", "below a tick", temporal(modes={"duration": pa.array([1_500, 2_000], pa.duration("ms"))}),
         "SUB_TICK", ("modes", "duration"), (0, "a/null")),
    Case("D32", "no capacity ever", calendar([0], [100], capacity=[0]), "NO_CAPACITY", ("operations", None), (0, "a")),
    warn("D33", "calendar ends", calendar([0], [5]), "CALENDAR_ENDS", ("calendars", "end"), (None, "m")),
    Case("D34", "shifts overlap", calendar([0, 5], [10, 20]), "SHIFT_CONFLICT", ("calendars", "start"), (1, "c")),
    Case("D34", "and contradict", calendar([0, 5], [10, 20], capacity=[1, 0]), "SHIFT_CONFLICT",
         ("calendars", "start"), (1, "c")),
    Case("D35", "end before start", calendar([0, 15], [10, 12]), "SHIFT_INVERTED", ("calendars", "end"), (1, "c")),
    Case("D35", "empty", calendar([0, 15], [10, 15]), "SHIFT_INVERTED", ("calendars", "end"), (1, "c")),
    Case("D36", "negative capacity", given(resources={"capacity": [-1]}), "NEGATIVE_VALUE",
         ("resources", "capacity"), (0, "m")),
    Case("D36", "need above capacity",
         given(resources={"kind": ["cumulative"], "capacity": [2]}, modes={"quantity": [3, 1]}),
         "CAPACITY_TOO_SMALL", ("operations", None), (0, "a")),
    Case("D38", "longer than any window", calendar([0, 10], [2, 12]), "WINDOW_TOO_SHORT", ("operations", None), (0, "a")),
    warn("D39", "state that no rule names",
         given(**MATRIX, operations={"setup_state": ["red", "blue"]},
               changeovers={"matrix": ["x"], "from_value": ["red"], "to_value": ["green"], "duration": [1]}),
         "SETUP_MISSING", ("changeovers", "to_value"), (None, "x")),
    Case("D39", "two rules alike",
         given(**MATRIX, changeovers={"matrix": ["x"] * 2, "to_value": ["red"] * 2, "duration": [1, 2]}),
         "CHANGEOVER_CONFLICT", ("changeovers", None), (1, "x")),
    Case("D40", "pins overlap",
         loose(baseline=pinned(operation=["a", "b"], resource=["m", "m"], start=[0, 2])), "PIN_CONFLICT",
         ("baseline", "pin"), (1, "b")),
    Case("D41", "pins break a precedence",
         given(baseline=pinned(operation=["a", "b"], resource=["m", "m"], start=[10, 2])), "PIN_CONFLICT",
         ("baseline", "pin"), (1, "b")),
    Case("D41", "pin on another resource",
         given(resources={"resource": ["m", "n"]},
               baseline={"operation": ["a"], "pin": ["resource"], "resource": ["n"]}),
         "PIN_INFEASIBLE", ("baseline", "resource"), (0, "a")),
    warn("D41", "pin before the release",
         given(operations={"release": [5, None]}, baseline=pinned(operation=["a"], resource=["m"], start=[2])),
         "PIN_RELEASED", ("baseline", "pin"), (0, "a")),
    Case("D42", "max_lag below min_lag",
         given(precedences={"before": ["a"], "after": ["b"], "min_lag": [5], "max_lag": [3]}), "LAG_INVALID",
         ("precedences", "max_lag"), (0, "a -> b")),
    warn("D42", "lag cycle without slack", three(max_lag=[3, None, None]), "TEMPORAL_INFEASIBLE",
         ("precedences", "max_lag"), (0, "a -> c")),
    Case("D44", "started without a start", given(baseline={"operation": ["a"], "status": ["started"]}),
         "STATUS_INCONSISTENT", ("baseline", "start"), (0, "a")),
    Case("D44", "done in the future", given(baseline={"operation": ["a"], "status": ["done"], "end": [7]}),
         "STATUS_INCONSISTENT", ("baseline", "end"), (0, "a")),
    Case("D45", "group without members", given(requirements={"operation": ["a"], "group": ["g"]}), "DANGLING_REF",
         ("requirements", "group"), (0, "a")),
    Case("D45", "group in a group",
         given(groups={"group": ["g", "h"], "member": ["h", "m"]}, requirements={"operation": ["a"], "group": ["g"]}),
         "DANGLING_REF", ("groups", "member"), (0, "g")),
    Case("D45", "resource and group", given(**GROUP, requirements={"operation": ["a"], "group": ["g"], "resource": ["n"]}),
         "REQUIREMENT_TARGET", ("requirements", "resource"), (0, "a")),
    Case("D45", "more members than there are",
         given(**GROUP, requirements={"operation": ["a"], "group": ["g"], "quantity": [2]}), "CAPACITY_TOO_SMALL",
         ("operations", None), (0, "a")),
    warn("D47", "negative stock",
         given(stock={"item": ["x"], "quantity": [-1]}, materials={"operation": ["a"], "item": ["x"], "quantity": [-5]}),
         "STOCK_LIMIT", ("stock", "quantity"), (None, "x")),
    Case("D48", "negative weight", given(orders={"weight": [-1]}), "WEIGHT_INVALID", ("orders", "weight"), (0, "A")),
    warn("D48", "no weight at all", given(orders={"weight": [0]}), "WEIGHT_INVALID", ("orders", "weight")),
    Case("D48", "1e18", given(orders={"weight": [10**18]}), "OVERFLOW", ("problem", None),
         (None, "sum of order weights x horizon")),
    warn("D55", "case alone", given(resources={"resource": ["m", "M"]}), "CONFUSABLE_IDS", ("resources", "resource"), (1, "M")),
    Case("D56", "path", {**given(), "operations": "plant/operations.csv"}, "TYPE_MISMATCH", ("operations", None)),
    Case("D56", "URL", {**given(), "modes": "https://host/modes"}, "TYPE_MISMATCH", ("modes", None)),
    Case("D56", "pickle", {**given(), "orders": b"\x80\x04K\x01."}, "TYPE_MISMATCH", ("orders", None)),
    Case("D57", "name of an output column", given(operations={"start": [1, 2]}), "UNKNOWN_COLUMN",
         ("operations", None), severity="info"),
    Case("D57", "reserved id", given(orders={"order": ["__dummy__"]}), "RESERVED_NAME", ("orders", "order"), (0, "__dummy__")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
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


TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]


def test_d6_all_shapes_of_text_are_one() -> None:
    plain = outputs(answer(given()))
    for first in TEXTS:
        for second in TEXTS:
            mixed = given(
                operations={"operation": pa.array(["a", "b"], first)},
                modes={"operation": pa.array(["a", "b"], second)},
            )
            assert outputs(answer(mixed)) == plain


def test_d8_chunks_slices_and_odd_addresses() -> None:
    chunked = pa.chunked_array([pa.array(["a"]), pa.array([], pa.string()), pa.array(["b"])])
    sliced = pa.array([9, 3, 4, 9])[1:3]
    raw = b"\0" * 3 + b"".join(value.to_bytes(8, "little") for value in (3, 4))
    unaligned = pa.Array.from_buffers(pa.int64(), 2, [None, pa.py_buffer(raw).slice(3)])
    plain = outputs(answer(given()))
    for durations in (sliced, unaligned):
        tables = given(modes={"duration": durations})
        tables["operations"] = pa.table({**tables["operations"], "operation": chunked})
        assert outputs(answer(tables)) == plain


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.decimal128(38, 2), pa.float32()], ids=str)
def test_d9_whole_numbers_of_any_type_are_taken(kind: pa.DataType) -> None:
    cells = pa.array([3, 4]).cast(kind)
    assert outputs(answer(given(modes={"duration": cells}))) == outputs(answer(given()))


def test_d12_odd_ids_are_kept_and_escaped() -> None:
    odd = "=cmd()\n\x00"
    assert answer(given(operations={"operation": [odd, "b"]}, modes={"operation": [odd, "b"]})).schedule[
        "operation"
    ].to_pylist() == [odd, "b"]
    with pytest.raises(so.SopDataError) as refused:
        so.Problem(**given(operations={"operation": [odd, "b"], "order": ["Z", "A"]}))
    assert "\n" not in str(refused.value.issues[0])
    assert "\x00" not in str(refused.value.issues[0])


def test_d13_minus_zero_is_zero() -> None:
    assert outputs(answer(given(modes={"cost": [-0.0, 0.0]}))) == outputs(answer(given()))


def test_d16_a_cycle_is_cut_where_it_is_long() -> None:
    with pytest.raises(so.SopDataError) as refused:
        so.Problem(**cycle(1_000))
    text = str(refused.value.issues[0].found)
    assert "1000 operations" in text
    assert text.count("o0") <= 21


def test_d16_a_chain_of_100_000() -> None:
    size = 100_000
    tables = cycle(2)
    ids = [f"o{number}" for number in range(size)]
    tables["operations"] = {"operation": ids}
    tables["modes"] = {"operation": ids, "resource": ["m"] * size, "duration": [1] * size}
    tables["precedences"] = {"before": ids[:-1], "after": ids[1:]}
    result = so.solve(so.Problem(**tables), time_limit=0, threads=1)
    assert result.objective["makespan"] == size
    assert result.violations.num_rows == 0


def test_d17_the_tighter_of_two_lags_counts() -> None:
    twice = given(precedences={"before": ["a"] * 2, "after": ["b"] * 2, "min_lag": [1, 2]})
    assert answer(twice).schedule["start"].to_pylist() == [0, 5]


def test_d21_no_duration_is_a_milestone() -> None:
    result = answer(given(modes={"duration": [0, 4]}))
    assert result.schedule["end"].to_pylist() == [0, 4]
    assert result.assignments["operation"].to_pylist() == ["b"]


def test_d24_release_after_due_is_late() -> None:
    result = answer(given(orders={"release": [20], "due": [9]}))
    assert result.order_results["lateness"].to_pylist() == [18]


def test_d26_another_zone_is_the_same_instant() -> None:
    plain = answer(temporal())
    for zone in ("Asia/Kathmandu", "-03:30"):
        due = pa.array([NOW + dt.timedelta(days=1)], pa.timestamp("us", zone))
        other = answer(temporal(orders={"due": due}))
        assert other.schedule["start"].cast(pa.int64()) == plain.schedule["start"].cast(pa.int64())
        assert other.objective == plain.objective


def test_d28_a_night_over_the_clock_change_has_seven_hours() -> None:
    """From 22:00 to 06:00 the clock shows eight hours, of which seven pass."""
    night = [dt.datetime(2026, 3, 28, 22), dt.datetime(2026, 3, 29, 6)]
    tables = temporal(
        problem={"now": pa.array(night[:1]), "timezone": ["Europe/Berlin"]},
        orders={"due": pa.array(night[1:])},
        modes={"duration": hours(3, 4)},
        resources={"calendar": ["night"]},
        calendars={"calendar": ["night"], "start": pa.array(night[:1]), "end": pa.array(night[1:])},
    )
    assert answer(tables).order_results["lateness"].to_pylist() == [dt.timedelta(0)]
    tables["modes"]["duration"] = hours(3, 5)
    assert answer(tables).order_results["status"].to_pylist() == ["unscheduled"]


def test_d33_what_the_calendar_has_no_time_for_is_left_out() -> None:
    result = answer(calendar([0], [5]))
    assert result.order_results["status"].to_pylist() == ["unscheduled"]
    assert result.reasons.num_rows == 1


def test_d37_many_shifts_and_much_work_on_one_resource() -> None:
    shifts, size = 100_000, 500
    ids = [f"o{number}" for number in range(size)]
    begin = np.arange(shifts) * 60
    result = so.solve(
        so.Problem(
            operations={"operation": ids, "suspend": ["breaks"] * size},
            modes={"operation": ids, "resource": ["m"] * size, "duration": [100] * size},
            resources={"resource": ["m"], "calendar": ["c"]},
            calendars={"calendar": ["c"] * shifts, "start": begin, "end": begin + 30},
        ),
        time_limit=0,
        threads=1,
    )
    assert result.violations.num_rows == 0
    assert result.objective["unscheduled"] == 0


def test_d42_the_missing_ticks_are_told() -> None:
    rows = so.Problem(**three(max_lag=[3, None, None])).findings.to_pylist()
    told = next(row for row in rows if row["check"] == "TEMPORAL_INFEASIBLE")
    assert "a, b, c" in told["found"]
    assert "1 ticks" in told["hint"]
    assert answer(three(max_lag=[3, None, None])).objective["unscheduled"] == 1
    fits = three(max_lag=[4, None, None])
    assert "TEMPORAL_INFEASIBLE" not in so.Problem(**fits).findings["check"].to_pylist()
    assert answer(fits).objective["unscheduled"] == 0


def test_d43_lags_that_fit_in_time_but_not_on_the_resource() -> None:
    """Both second steps must follow at once, and both first steps are pinned back to back."""
    tables = loose(
        operations={"operation": ["a", "b", "c", "d"], "order": ["A"] * 4},
        modes={"operation": ["a", "b", "c", "d"], "resource": ["m"] * 4, "duration": [3, 4, 5, 6]},
        precedences={"before": ["a", "b"], "after": ["c", "d"], "max_lag": [0, 0]},
        baseline=pinned(operation=["a", "b"], resource=["m", "m"], start=[0, 3]),
    )
    result = answer(tables)
    assert result.order_results["status"].to_pylist() == ["unscheduled"]
    assert result.reasons.num_rows == 1
    assert answer(tables, partial=False).termination.reason in ("infeasible", "unknown")


@pytest.mark.parametrize("arrives", [0, 90])
def test_d47_material_that_never_suffices(arrives: int) -> None:
    """One unit now, or enough after the horizon."""
    result = answer(
        given(
            problem={"now": [0], "horizon_end": [50]},
            stock={"item": ["x"], "time": [arrives], "quantity": [9 if arrives else 1]},
            materials={"operation": ["a"], "item": ["x"], "quantity": [-5]},
        )
    )
    (reason,) = result.reasons.to_pylist()
    assert reason["cause"] == "material"
    assert reason["object"].startswith("x")


PARAMETERS: list[dict[str, Any]] = [
    {"time_limit": -1},
    {"time_limit": float("inf")},
    {"time_limit": float("nan")},
    {"work_limit": -1},
    {"threads": 0},
    {"threads": 1_000_000},
    {"workers": 0},
    {"seed": -1},
    {"seed": 2**64},
    {"objective": "fastest"},
    {"objective": [{"tardiness": -1}]},
    {"objective": [{"tardiness": 1.5}]},
    {"objective": []},
]


@pytest.mark.parametrize("options", PARAMETERS, ids=str)
def test_d49_options_out_of_range(options: dict[str, Any]) -> None:
    with pytest.raises(so.SopDataError) as refused:
        so.solve(so.Problem(**given()), **options)
    (issue,) = refused.value.issues
    assert (issue.check, issue.severity, issue.column) == ("PARAM_RANGE", "error", *options)
    assert issue.found
    assert issue.expected
    assert issue.hint


@pytest.mark.parametrize("scale", [-1, 19, 1.5, True], ids=str)
def test_d49_scales_out_of_range(scale: Any) -> None:
    with pytest.raises(so.SopDataError, match="PARAM_RANGE"):
        so.Problem(**given(), scale=scale)


def test_d49_no_time_is_construction_alone() -> None:
    result = so.solve(so.Problem(**given()), time_limit=0)
    assert result.objective["unscheduled"] == 0
    assert result.violations.num_rows == 0


def test_d54_the_buffer_changes_during_the_solve() -> None:
    durations = np.array([3, 4], dtype=np.int64)
    problem = so.Problem(**given(modes={"duration": pa.array(durations)}))
    stop = threading.Event()

    def scribble() -> None:
        while not stop.is_set():
            durations[:] = np.random.default_rng(0).integers(-(2**62), 2**62, 2)

    thread = threading.Thread(target=scribble)
    thread.start()
    try:
        results = [so.solve(problem, time_limit=None, work_limit=500, seed=seed) for seed in range(20)]
    finally:
        stop.set()
        thread.join()
    for result in results:
        assert result.schedule["end"].to_pylist() == [3, 7]
        assert result.violations.num_rows == 0


def reading_time(ids: list[str]) -> float:
    size = len(ids)
    tables = {
        "operations": {"operation": ids},
        "modes": {"operation": ids, "resource": ["m"] * size, "duration": [1] * size},
        "resources": {"resource": ["m"]},
    }
    least = float("inf")
    for _ in range(2):
        begin = time.process_time()
        so.Problem(**tables)
        least = min(least, time.process_time() - begin)
    return least


def test_d55_ids_made_to_collide() -> None:
    """Blocks of equal sum under the multiply-and-add hashes that such attacks are made for."""
    size = 65_536
    plain = [f"{number:032}" for number in range(size)]
    collide = ["".join("AaBB"[2 * bit : 2 * bit + 2] for bit in map(int, f"{n:016b}")) for n in range(size)]
    assert len(set(collide)) == size
    assert reading_time(collide) < 2 * reading_time(plain) + 0.5


def test_d57_the_column_of_the_user_is_kept() -> None:
    problem = so.Problem(**given(operations={"start": [1, 2]}))
    assert problem.tables["operations"]["start"].to_pylist() == [1, 2]
