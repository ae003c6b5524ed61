"""Bad input gets a finding with code, table, column, row and hint; never a crash, never a guess."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import sopengine as so

UTC = pa.timestamp("s", "UTC")
NOW = dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)


def given(**changed: Any) -> dict[str, Any]:
    tables: dict[str, Any] = {
        "orders": {"order": ["A"], "due": [9], "weight": [1]},
        "operations": {"operation": ["a", "b"], "order": ["A", "A"], "sequence": [1, 2]},
        "modes": {"operation": ["a", "b"], "resource": ["m", "m"], "duration": [3, 4]},
        "resources": {"resource": ["m"], "capacity": [1]},
    }
    for name, columns in changed.items():
        if columns is None:
            tables.pop(name)
        elif isinstance(columns, dict) and name in tables:
            tables[name] = {**tables[name], **columns}
        else:
            tables[name] = columns
    return tables


def temporal(**changed: Any) -> dict[str, Any]:
    hours = pa.array([dt.timedelta(hours=3), dt.timedelta(hours=4)])
    base = given(
        problem={"now": pa.array([NOW], UTC)},
        orders={"due": pa.array([NOW], UTC)},
        modes={"duration": hours},
    )
    for name, columns in changed.items():
        base[name] = {**base.get(name, {}), **columns}
    return base


def refused(tables: dict[str, Any], **options: Any) -> list[so.Finding]:
    with pytest.raises(so.SopDataError) as caught:
        so.Problem(**tables, **options)
    issues = caught.value.issues
    for issue in issues:
        assert issue.found, issue
        assert "engine/" not in str(issue), "no path of the source in a finding"
    return [issue for issue in issues if issue.severity == "error"]


def the_one(tables: dict[str, Any], **options: Any) -> so.Finding:
    issues = refused(tables, **options)
    assert len(issues) == 1, issues
    return issues[0]


def test_a_missing_table() -> None:
    issue = the_one(given(resources=None))
    assert (issue.check, issue.table) == ("MISSING_TABLE", "resources")


def test_a_misspelt_table_is_an_error_with_the_nearest_name() -> None:
    issue = the_one({**given(), "calender": {"calendar": ["c"]}})
    assert issue.check == "UNKNOWN_TABLE"
    assert "calendars" in str(issue.hint)


def test_a_misspelt_column_is_missing_and_named() -> None:
    tables = given()
    tables["modes"]["durration"] = tables["modes"].pop("duration")
    issue = the_one(tables)
    assert (issue.check, issue.table, issue.column) == ("MISSING_COLUMN", "modes", "duration")
    assert "durration" in str(issue.hint)


@pytest.mark.parametrize(
    ("changed", "check", "table", "column"),
    [
        ({"modes": {"duration": ["3h", "4h"]}}, "TYPE_MISMATCH", "modes", "duration"),
        ({"orders": {"weight": [True]}}, "TYPE_MISMATCH", "orders", "weight"),
        ({"orders": {"due": ["tomorrow"]}}, "TYPE_MISMATCH", "orders", "due"),
        ({"operations": {"operation": [1.0, 2.0]}}, "TYPE_MISMATCH", "operations", "operation"),
        ({"resources": {"capacity": [{"of": 1}]}}, "UNSUPPORTED_TYPE", "resources", "capacity"),
        ({"resources": {"capacity": [[1]]}}, "UNSUPPORTED_TYPE", "resources", "capacity"),
        ({"operations": {"operation": ["a", None]}}, "NULL_VALUE", "operations", "operation"),
        ({"modes": {"duration": [3, None]}}, "NULL_VALUE", "modes", "duration"),
        ({"operations": {"operation": ["a", ""]}}, "EMPTY_ID", "operations", "operation"),
        ({"operations": {"operation": ["a", "x" * 1025]}}, "ID_TOO_LONG", "operations", "operation"),
        ({"resources": {"resource": ["__m__"]}}, "RESERVED_NAME", "resources", "resource"),
        ({"modes": {"duration": [3.5, 4.0]}}, "NOT_INTEGRAL", "modes", "duration"),
        ({"modes": {"duration": [Decimal("3.25"), Decimal(4)]}}, "NOT_INTEGRAL", "modes", "duration"),
        ({"modes": {"duration": pa.array([2**63, 4], pa.uint64())}}, "OVERFLOW", "modes", "duration"),
        ({"orders": {"weight": [float("nan")]}}, "NOT_FINITE", "orders", "weight"),
        ({"orders": {"weight": [float("inf")]}}, "NOT_FINITE", "orders", "weight"),
        ({"orders": {"weight": [1e300]}}, "OVERFLOW", "orders", "weight"),
        ({"operations": {"suspend": ["never", "Breaks"]}}, "ENUM_VALUE", "operations", "suspend"),
        ({"resources": {"kind": ["batch"]}}, "ENUM_VALUE", "resources", "kind"),
    ],
    ids=str,
)
def test_one_bad_cell(changed: dict[str, Any], check: str, table: str, column: str) -> None:
    issues = [i for i in refused(given(**changed)) if (i.check, i.table, i.column) == (check, table, column)]
    assert len(issues) == 1, refused(given(**changed))
    assert issues[0].hint


def test_rows_and_keys_are_named() -> None:
    issue = the_one(given(modes={"duration": [3, None]}))
    assert (issue.row, issue.id) == (1, "b/null")
    shown = the_one(given(operations={"suspend": ["never", "a\nb\x00"]}))
    assert shown.found == r"a\nb\u{0}"


def test_an_id_has_one_type() -> None:
    issue = the_one(given(modes={"operation": [1, 2]}))
    assert (issue.check, issue.table, issue.column) == ("TYPE_MISMATCH", "modes", "operation")
    assert "operations.operation" in str(issue.expected)


def test_time_is_all_temporal_or_all_integer() -> None:
    issue = the_one(temporal(modes={"duration": [3, 4]}))
    assert issue.check == "UNIT_UNDECLARED"
    assert "modes.duration" in str(issue.found)


@pytest.mark.parametrize(
    "changed",
    [
        {"orders": {"due": pa.array([NOW + dt.timedelta(milliseconds=1)], pa.timestamp("ms", "UTC"))}},
        {"modes": {"duration": pa.array([1, 3_600_000_000], pa.duration("us"))}},
    ],
)
def test_nothing_is_rounded_to_a_tick(changed: dict[str, Any]) -> None:
    assert the_one(temporal(**changed)).check == "SUB_TICK"


def test_quantities_as_floats_need_a_scale() -> None:
    tables = given(
        materials={"operation": ["a"], "item": ["x"], "quantity": [-0.5]},
        stock={"item": ["x"], "quantity": [0.75]},
    )
    assert {issue.check for issue in refused(tables)} == {"TYPE_MISMATCH"}
    assert {issue.check for issue in refused(tables, scale=1)} == {"NOT_INTEGRAL"}
    assert so.Problem(**tables, scale=2).summary()["items"] == 1


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_shares_are_between_0_and_1(share: float) -> None:
    tables = given(precedences={"before": ["a"], "after": ["b"], "transfer": [share]})
    assert the_one(tables).check == "OUT_OF_RANGE"


def local(*times: dt.datetime, zone: str | None = "Europe/Berlin") -> dict[str, Any]:
    return temporal(
        problem={"now": pa.array([dt.datetime(2026, 1, 1)]), "timezone": [zone]},
        orders={
            "order": [f"o{i}" for i in range(len(times))],
            "due": pa.array(times),
            "weight": [1] * len(times),
        },
        operations={"order": ["o0", "o0"]},
    )


def test_a_local_time_that_the_clock_skips_or_repeats() -> None:
    issues = refused(local(dt.datetime(2026, 3, 29, 2, 30), dt.datetime(2026, 10, 25, 2, 30)))
    assert [(issue.check, issue.row) for issue in issues] == [("TZ_NONEXISTENT", 0), ("TZ_AMBIGUOUS", 1)]
    assert so.Problem(**local(dt.datetime(2026, 3, 29, 3, 30))).timezone == "Europe/Berlin"


def test_zones_are_known_and_not_mixed() -> None:
    assert the_one(local(dt.datetime(2026, 5, 1), zone=None)).check == "TZ_UNKNOWN"
    assert "TZ_UNKNOWN" in {
        issue.check for issue in refused(local(dt.datetime(2026, 5, 1), zone="Mars/Base"))
    }
    mixed = local(dt.datetime(2026, 5, 1))
    mixed["orders"]["due"] = pa.array([NOW], UTC)
    assert the_one(mixed).check == "TZ_MIXED"


@pytest.mark.parametrize(
    "path", ["plant/operations.csv", Path("operations.csv"), b"\x80\x04", "https://host/x"]
)
def test_nothing_is_opened(path: object) -> None:
    issue = the_one({**given(), "operations": path})
    assert (issue.check, issue.table) == ("TYPE_MISMATCH", "operations")


def test_a_lazy_frame_must_be_collected() -> None:
    polars = pytest.importorskip("polars")
    issue = the_one({**given(), "operations": polars.LazyFrame({"operation": ["a"]})})
    assert "collect()" in str(issue.hint)


def test_broken_arrow_data_is_refused_before_it_is_read() -> None:
    invalid = pa.Array.from_buffers(
        pa.string(), 2, [None, pa.py_buffer(b"\0\0\0\0\x01\0\0\0\x02\0\0\0"), pa.py_buffer(b"\xffa")]
    )
    issue = the_one({**given(), "operations": pa.table({"operation": invalid})})
    assert issue.check == "ARROW_INVALID"


def test_exotic_columns_that_nobody_reads_do_not_cross() -> None:
    tables = given()
    runs = pa.RunEndEncodedArray.from_arrays([2], ["x"])
    tables["operations"] = pa.table(
        {**tables["operations"], "note": pa.array([{"a": 1}, None]), "runs": runs}
    )
    assert so.Problem(**tables).summary()["operations"] == 2


def test_far_dates_are_told() -> None:
    far = pa.array([dt.datetime(9999, 12, 31, tzinfo=dt.UTC)], UTC)
    found = so.Problem(**temporal(orders={"due": far})).findings.to_pylist()
    assert ("SENTINEL_DATE", "orders", 0, "due") in [
        (row["check"], row["table"], row["row"], row["column"]) for row in found
    ]


def test_lookalikes_are_told_and_kept_apart() -> None:
    tables = given(resources={"resource": ["m", "M"], "capacity": [1, 1]})
    found = so.Problem(**tables).findings.to_pylist()
    assert [
        (row["check"], row["severity"], row["row"]) for row in found if row["check"] == "CONFUSABLE_IDS"
    ] == [("CONFUSABLE_IDS", "warning", 1)]


def test_all_findings_come_at_once() -> None:
    tables = given(
        operations={"suspend": ["x", "y"]}, modes={"duration": [1.5, 2.5]}, orders={"weight": [float("nan")]}
    )
    checks = [issue.check for issue in refused(tables)]
    assert checks == ["NOT_FINITE", "ENUM_VALUE", "ENUM_VALUE", "NOT_INTEGRAL", "NOT_INTEGRAL"]


def test_a_million_broken_rows_are_a_few_sentences() -> None:
    rows = 200_000
    tables = given(
        operations={"operation": [f"o{i}" for i in range(rows)], "order": None, "sequence": None},
        modes={
            "operation": [f"o{i}" for i in range(rows)],
            "resource": ["m"] * rows,
            "duration": pa.nulls(rows, pa.int64()),
        },
    )
    tables["operations"] = {"operation": tables["operations"]["operation"]}
    issues = refused(tables)
    assert len(issues) < 300
    assert any(issue.check == "MORE_ROWS" and "199900" in str(issue.found) for issue in issues)


def test_dictionary_entries_may_be_null_unused_or_double() -> None:
    entries = pa.array(["b", None, "a", "b", "unused"])
    ids = pa.DictionaryArray.from_arrays(pa.array([2, 3], pa.int8()), entries)
    assert so.Problem(**given(operations={"operation": ids})).summary()["operations"] == 2
    ids = pa.DictionaryArray.from_arrays(pa.array([2, 1], pa.int8()), entries)
    assert the_one(given(operations={"operation": ids})).check == "NULL_VALUE"
    with pytest.raises(so.SopDataError, match="ARROW_INVALID"):
        wild = pa.DictionaryArray.from_arrays(pa.array([2, 9], pa.int8()), entries, safe=False)
        so.Problem(**given(operations={"operation": wild}))


def test_null_counts_are_not_believed() -> None:
    good = pa.array(["a", "b"])
    bitmap = pa.py_buffer(b"\xff")
    lying = pa.Array.from_buffers(pa.string(), 2, [bitmap, *good.buffers()[1:]], null_count=1)
    table = pa.table({"operation": lying})
    try:
        problem = so.Problem(**{**given(), "operations": table})
    except so.SopDataError as error:
        assert error.issues[0].check in ("ARROW_INVALID", "NULL_VALUE")
    else:
        assert problem.summary()["operations"] == 2


def test_unaligned_buffers_are_read() -> None:
    raw = b"\0" * 3 + b"".join(v.to_bytes(8, "little") for v in (3, 4))
    unaligned = pa.Array.from_buffers(pa.int64(), 2, [None, pa.py_buffer(raw).slice(3)])
    problem = so.Problem(**given(modes={"duration": unaligned}))
    schedule = {"operation": ["a", "b"], "start": [0, 3], "end": [3, 7]}
    assert so.verify(problem, schedule).num_rows == 0
