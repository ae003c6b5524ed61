"""Rules 5, 6 and 9: precedences, windows, orders left out."""

from __future__ import annotations

from typing import Any

import pytest

from .precedence import portion, ppm
from .written import found, judge, plant


def linked(first: int = 10, second: int = 10, /, **link: Any) -> dict[str, Any]:
    """a on m, b on n, and one precedence between them."""
    return plant({"a": ("m", first), "b": ("n", second)}, precedences=[{"before": "a", "after": "b", **link}])


def verdict(tables: dict[str, Any], start_of_b: int, *, start_of_a: int = 0) -> set[tuple[int, str]]:
    first, second = (row["duration"] for row in tables["modes"])
    times = {
        "a": ("m", start_of_a, start_of_a + first),
        "b": ("n", start_of_b, start_of_b + second),
    }
    return found(judge(tables, times))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        # a is [20, 30), b lasts 10; lags 3 to 5.
        ("end_start", 33, 35),  # start(b) from 30 + 3 to 30 + 5
        ("start_start", 23, 25),  # start(b) from 20 + 3
        ("end_end", 23, 25),  # end(b) from 30 + 3, so start from 23
        ("start_end", 13, 15),  # end(b) from 20 + 3, so start from 13
    ],
)
def test_four_kinds_with_both_lags(kind: str, first: int, last: int) -> None:
    tables = linked(kind=kind, min_lag=3, max_lag=5)
    assert verdict(tables, first, start_of_a=20) == set()
    assert verdict(tables, last, start_of_a=20) == set()
    assert verdict(tables, first - 1, start_of_a=20) == {(5, "min_lag")}
    assert verdict(tables, last + 1, start_of_a=20) == {(5, "max_lag")}


def test_lags_may_be_negative() -> None:
    tables = linked(min_lag=-4)
    assert verdict(tables, 6) == set()
    assert verdict(tables, 5) == {(5, "min_lag")}


def test_all_rows_on_a_pair_apply() -> None:
    tables = linked(min_lag=2)
    tables["precedences"].append({"before": "a", "after": "b", "kind": "start_start", "min_lag": 15})
    assert verdict(tables, 15) == set()
    assert verdict(tables, 14) == {(5, "min_lag")}


def test_operations_of_an_order_are_chained_by_sequence() -> None:
    rows = [{"operation": key, "order": "O", "sequence": s} for key, s in (("a", 1), ("b", 2), ("c", 2))]
    tables = plant({"a": ("m", 5), "b": ("n", 5), "c": ("o", 5)}, operations=rows)
    # b and c share a value: side by side, after a.
    assert judge(tables, {"a": ("m", 0, 5), "b": ("n", 5, 10), "c": ("o", 6, 11)}).valid
    early = judge(tables, {"a": ("m", 0, 5), "b": ("n", 4, 9), "c": ("o", 6, 11)})
    assert found(early) == {(5, "min_lag")}


def test_a_precedence_inside_an_order_takes_the_place_of_its_chain() -> None:
    rows = [{"operation": key, "order": "O", "sequence": s} for key, s in (("a", 1), ("b", 2), ("c", 3))]
    tables = plant({"a": ("m", 5), "b": ("n", 5), "c": ("o", 5)}, operations=rows)
    tables["precedences"] = [{"before": "a", "after": "c"}]
    assert judge(tables, {"a": ("m", 0, 5), "b": ("n", 0, 5), "c": ("o", 5, 10)}).valid


def test_no_sequence_stands_outside_the_chain() -> None:
    rows = [{"operation": "a", "order": "O", "sequence": 1}, {"operation": "b", "order": "O"}]
    tables = plant({"a": ("m", 5), "b": ("n", 5)}, operations=rows)
    assert judge(tables, {"a": ("m", 0, 5), "b": ("n", 0, 5)}).valid


def test_shares_are_millionths_rounded_half_to_even_and_amounts_rounded_up() -> None:
    assert [ppm(share) for share in (0.25, 0.0000005, 0.0000015, 0.3333333)] == [250000, 0, 2, 333333]
    # 333333 x 3 / 10^6 = 0.999999 -> 1;  0.25 x 10 = 2.5 -> 3.
    assert (portion(0.3333333, 3), portion(0.25, 10), portion(0.0, 10)) == (1, 3, 0)


def test_transfer_lets_the_next_start_when_a_share_is_done() -> None:
    # A quarter of 10 is 2.5, so 3 instants: T = 3, and b starts from 3 + 2 on.
    tables = linked(transfer=0.25, min_lag=2)
    assert verdict(tables, 5) == set()
    assert verdict(tables, 4) == {(5, "min_lag")}
    tables["precedences"][0]["max_lag"] = 4
    assert verdict(tables, 7) == set()
    assert verdict(tables, 8) == {(5, "max_lag")}


def test_transfer_counts_working_instants() -> None:
    tables = linked(transfer=0.5)
    tables["operations"][0]["suspend"] = "breaks"
    tables["resources"][0]["calendar"] = "c"
    tables["calendars"] = [{"calendar": "c", "start": 0, "end": 3}, {"calendar": "c", "start": 20, "end": 40}]
    # a works [0, 3) and [20, 27). The fifth instant ends at 22. b then ends 32, after 27.
    times = {"a": ("m", 0, 27), "b": ("n", 22, 32)}
    assert judge(tables, times).valid
    times["b"] = ("n", 21, 31)
    assert found(judge(tables, times)) == {(5, "min_lag")}


def test_with_transfer_the_next_may_not_end_before() -> None:
    # T = 3, but b lasts only 4: it ends no earlier than a, 10, so it starts from 6.
    tables = linked(10, 4, transfer=0.25)
    assert verdict(tables, 6) == set()
    assert verdict(tables, 5) == {(5, "transfer_end")}


def test_tail_is_still_to_do_when_all_has_arrived() -> None:
    # a ends 10; a fifth of b's 10, 2 instants, must come after: b ends 12 at the earliest, starts from 2.
    tables = linked(transfer=0.1, tail=0.2)
    assert verdict(tables, 2) == set()
    assert verdict(tables, 1) == {(5, "tail")}


def test_transport_is_added_to_the_least_lag_only() -> None:
    tables = linked(min_lag=1, max_lag=4)
    for row, place in zip(tables["resources"], ("hall", "yard"), strict=True):
        row["location"] = place
    tables["transport"] = [{"from_location": "hall", "to_location": "yard", "duration": 3}]
    # From 10 + 1 + 3 to 10 + 4.
    assert verdict(tables, 14) == set()
    assert verdict(tables, 13) == {(5, "min_lag")}
    assert verdict(tables, 15) == {(5, "max_lag")}
    # It is directed, and the pair yard to hall is not named: 0.
    tables["transport"] = [{"from_location": "yard", "to_location": "hall", "duration": 3}]
    assert verdict(tables, 11) == set()


def test_same_resource() -> None:
    tables = plant(
        {"a": ("m", 5)},
        operations=[{"operation": "a"}, {"operation": "b"}],
        modes=[{"operation": key, "resource": r, "duration": 5} for key in "ab" for r in "mn"],
        resources=[{"resource": "m"}, {"resource": "n"}],
        precedences=[{"before": "a", "after": "b", "same_resource": True}],
    )
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 5, 10)}).valid
    assert found(judge(tables, {"a": ("m", 0, 5), "b": ("n", 5, 10)})) == {(5, "same_resource")}


def test_no_resource_is_not_the_same_resource() -> None:
    tables = plant(
        {"a": (None, 5), "b": (None, 5)}, precedences=[{"before": "a", "after": "b", "same_resource": True}]
    )
    assert found(judge(tables, {"a": ("a", 0, 5), "b": ("b", 5, 10)})) == {(5, "same_resource")}


def test_done_work_counts_as_a_predecessor() -> None:
    tables = linked(min_lag=5, same_resource=True)
    tables["problem"] = [{"now": 12}]
    tables["baseline"] = [{"operation": "a", "resource": "n", "start": 0, "end": 10, "status": "done"}]
    tables["modes"][0]["resource"] = "n"
    assert verdict_of_b(tables, 15) == set()
    assert verdict_of_b(tables, 14) == {(5, "min_lag")}


def verdict_of_b(tables: dict[str, Any], start: int) -> set[tuple[int, str]]:
    return found(judge(tables, {"b": ("n", start, start + 10)}))


def test_an_upper_lag_that_history_has_broken_is_not_checked() -> None:
    tables = linked(max_lag=5)
    tables["problem"] = [{"now": 20}]
    tables["baseline"] = [{"operation": "a", "resource": "m", "start": 0, "end": 10, "status": "done"}]
    # The limit 15 had passed at 20.
    assert verdict_of_b(tables, 20) == set()
    tables["problem"] = [{"now": 15}]
    assert verdict_of_b(tables, 16) == {(5, "max_lag")}


def test_releases_of_operation_and_order() -> None:
    tables = plant(
        {"a": ("m", 5)},
        operations=[{"operation": "a", "order": "O", "release": 3}],
        orders=[{"order": "O", "release": 6}],
    )
    assert judge(tables, {"a": ("m", 6, 11)}).valid
    assert found(judge(tables, {"a": ("m", 5, 10)})) == {(6, "order_release")}
    assert found(judge(tables, {"a": ("m", 2, 7)})) == {(6, "release"), (6, "order_release")}


def test_deadlines_of_operation_and_order_and_the_horizon() -> None:
    tables = plant(
        {"a": ("m", 5)},
        problem=[{"now": 0, "horizon_end": 12}],
        operations=[{"operation": "a", "order": "O", "deadline": 8}],
        orders=[{"order": "O", "deadline": 10}],
    )
    assert judge(tables, {"a": ("m", 3, 8)}).valid
    assert found(judge(tables, {"a": ("m", 4, 9)})) == {(6, "deadline")}
    assert found(judge(tables, {"a": ("m", 6, 11)})) == {(6, "deadline"), (6, "order_deadline")}
    assert len(judge(tables, {"a": ("m", 8, 13)}).violations) == 3


def test_nothing_starts_before_now_and_due_dates_are_soft() -> None:
    tables = plant(
        {"a": ("m", 5)},
        problem=[{"now": 10}],
        operations=[{"operation": "a", "order": "O"}],
        orders=[{"order": "O", "due": 11}],
    )
    assert judge(tables, {"a": ("m", 10, 15)}).valid
    assert found(judge(tables, {"a": ("m", 9, 14)})) == {(6, "now")}


def test_a_deadline_before_now_is_no_limit() -> None:
    tables = plant(
        {"a": ("m", 5)},
        problem=[{"now": 10}],
        operations=[{"operation": "a", "order": "O", "deadline": 8}],
        orders=[{"order": "O", "deadline": 9}],
    )
    report = judge(tables, {"a": ("m", 10, 15)})
    assert report.valid
    # The order's stands in for a due date: 15 - 9 = 6 late.
    assert report.terms["tardiness"] == 6
    # A deadline at now itself is one.
    tables["orders"][0]["deadline"] = 10
    assert found(judge(tables, {"a": ("m", 10, 15)})) == {(6, "order_deadline")}


def order_of_two() -> dict[str, Any]:
    rows = [{"operation": key, "order": "O", "sequence": s} for key, s in (("a", 1), ("b", 2))]
    return plant(
        {"a": ("m", 5), "b": ("n", 5), "c": ("o", 5)}, operations=rows, orders=[{"order": "O", "weight": 3}]
    )


NOT = (None, None, None)


def test_an_order_is_left_out_whole() -> None:
    report = judge(order_of_two(), {"a": NOT, "b": NOT, "c": ("o", 0, 5)})
    assert report.valid
    assert report.terms["unscheduled"] == 3
    half = judge(order_of_two(), {"a": ("m", 0, 5), "b": NOT, "c": ("o", 0, 5)})
    assert found(half) == {(9, "order_in_part")}


def test_nothing_follows_what_is_left_out() -> None:
    tables = order_of_two()
    tables["precedences"] = [{"before": "b", "after": "c"}]
    report = judge(tables, {"a": NOT, "b": NOT, "c": ("o", 0, 5)})
    assert found(report) == {(9, "predecessor_left_out")}


def test_without_partial_nothing_is_left_out() -> None:
    report = judge(order_of_two(), {"a": NOT, "b": NOT, "c": ("o", 0, 5)}, partial=False)
    assert found(report) == {(9, "left_out")}


def test_an_operation_that_is_not_listed_is_left_out() -> None:
    assert judge(order_of_two(), {"c": ("o", 0, 5)}).terms["unscheduled"] == 3


def test_no_transport_inside_a_location_or_without_one() -> None:
    tables = linked()
    named = [{"from_location": key, "to_location": "hall", "duration": 9} for key in ("hall", "None")]
    tables["transport"] = named
    for place in ("hall", None):
        tables["resources"][0]["location"] = place
        tables["resources"][1]["location"] = "hall"
        assert verdict(tables, 10) == set()


def test_what_is_scheduled_in_part_is_named() -> None:
    half = judge(order_of_two(), {"a": ("m", 0, 5), "b": NOT, "c": ("o", 0, 5)})
    assert [(v.operation, v.other) for v in half.violations] == [("a", "b")]


def test_a_left_out_operation_has_no_times() -> None:
    report = judge(order_of_two(), {"a": (None, None, 5), "b": NOT, "c": ("o", 0, 5)})
    assert found(report) == {(9, "unscheduled_times")}
