"""Tables, columns, cells and ids (D1 to D13, D54 to D57):
what cannot be read, and what is read all the same."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest
from bad_tables import (
    NONE,
    Case,
    answer,
    broken_text,
    check_said,
    counted,
    falling_offsets,
    given,
    outputs,
    warn,
    wild_dictionary,
)

import sopengine as so

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
    Case("D5", "more nulls told than there are", given(modes={"duration": counted(0b11, 1)}), "ARROW_INVALID",
         ("modes", None)),
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
    Case("D56", "path", {**given(), "operations": "plant/operations.csv"}, "TYPE_MISMATCH", ("operations", None)),
    Case("D56", "URL", {**given(), "modes": "https://host/modes"}, "TYPE_MISMATCH", ("modes", None)),
    Case("D56", "pickle", {**given(), "orders": b"\x80\x04K\x01."}, "TYPE_MISMATCH", ("orders", None)),
    Case("D57", "name of an output column", given(operations={"start": [1, 2]}), "UNKNOWN_COLUMN",
         ("operations", None), severity="info"),
    Case("D57", "reserved id", given(orders={"order": ["__dummy__"]}), "RESERVED_NAME", ("orders", "order"), (0, "__dummy__")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
    check_said(case)


TEXTS = [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())]


@pytest.mark.parametrize("valid", [0b11, 0xFF03, 0xFFFF], ids=bin)
def test_d5_bits_past_the_end_say_nothing(valid: int) -> None:
    assert outputs(answer(given(modes={"duration": counted(valid, -1)}))) == outputs(answer(given()))


def test_d5_a_count_of_no_nulls_is_taken_at_its_word() -> None:
    """As the format has it: without nulls nobody looks at the bits, at whichever door."""
    assert outputs(answer(given(modes={"duration": counted(0b01, 0)}))) == outputs(answer(given()))


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


def test_d57_the_column_of_the_user_is_kept() -> None:
    problem = so.Problem(**given(operations={"start": [1, 2]}))
    assert problem.tables["operations"]["start"].to_pylist() == [1, 2]
