"""Keys, references and precedences (D14 to D17, D42, D43)."""

from __future__ import annotations

import pytest
from bad_tables import Case, answer, check_said, cycle, given, loose, pinned, three, warn

import sopengine as so

CASES = [
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
    Case("D42", "max_lag below min_lag",
         given(precedences={"before": ["a"], "after": ["b"], "min_lag": [5], "max_lag": [3]}), "LAG_INVALID",
         ("precedences", "max_lag"), (0, "a -> b")),
    warn("D42", "lag cycle without slack", three(max_lag=[3, None, None]), "TEMPORAL_INFEASIBLE",
         ("precedences", "max_lag"), (0, "a -> c")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
    check_said(case)


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
