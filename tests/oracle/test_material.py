"""Material: optima worked by hand."""

from __future__ import annotations

from typing import Any

from .shop import best, shop, solved, step


def moves(*rows: tuple[str, str, int]) -> list[dict[str, Any]]:
    return [
        {"operation": operation, "item": item, "quantity": quantity} for operation, item, quantity in rows
    ]


def test_consumption_waits_for_receipts() -> None:
    stock = [{"item": "I", "time": None, "quantity": 2}, {"item": "I", "time": 6, "quantity": 2}]
    problem = shop(
        step("A", 3, "M"), step("B", 3, "N"), materials=moves(("A", "I", -2), ("B", "I", -2)), stock=stock
    )
    assert best(problem) == [0, 9]


def test_an_issue_to_others_must_stay_covered() -> None:
    # At 4 two are taken by others, at 9 they come back: A can take its two only then.
    stock = [{"item": "I", "time": at, "quantity": q} for at, q in ((0, 2), (4, -2), (9, 2))]
    assert solved(shop(step("A", 5), materials=moves(("A", "I", -2)), stock=stock))["A"] == (9, 14)
    # Short work is over before anyone looks: limits are examined up to the last end.
    assert solved(shop(step("A", 3), materials=moves(("A", "I", -2)), stock=stock))["A"] == (0, 3)


def test_production_feeds_consumption_through_a_small_store() -> None:
    items = [{"item": "I", "max_stock": 2}]
    steps = [step("A", 2, "M"), step("B", 2, "M"), step("C", 5, "N"), step("D", 5, "N")]
    material = moves(("A", "I", 2), ("B", "I", 2), ("C", "I", -2), ("D", "I", -2))
    # A [0, 2), C [2, 7) takes it; B may end from 2 on; D [7, 12).
    assert best(shop(*steps, materials=material, items=items)) == [0, 12]
    # Limits hold after all movements of an instant: C starts when A ends, D when B ends, nothing is stored.
    assert best(shop(*steps, materials=material, items=[{"item": "I", "max_stock": 0}])) == [0, 12]


def test_what_must_lie_in_store_needs_room_there() -> None:
    links = [{"before": "A", "after": "B", "min_lag": 1}]
    steps, material = [step("A", 2, "M"), step("B", 5, "N")], moves(("A", "I", 2), ("B", "I", -2))
    for room, levels in ((2, [0, 8]), (1, [2, 0])):
        items = [{"item": "I", "max_stock": room}]
        assert best(shop(*steps, materials=material, items=items, precedences=links)) == levels


def test_what_is_unlimited_binds_nothing() -> None:
    problem = shop(step("A", 3), materials=moves(("A", "I", -9)), items=[{"item": "I", "unlimited": True}])
    assert best(problem) == [0, 3]


def test_operations_of_no_duration_feed_each_other_in_some_order() -> None:
    steps = [step("A", 0, None, mode="X"), step("B", 0, None, mode="X")]
    circle = moves(("A", "I", -1), ("A", "J", 1), ("B", "J", -1), ("B", "I", 1))
    # Each waits for what the other makes, at whatever instant: both are left out.
    assert best(shop(*steps, materials=circle)) == [2, 0]
    # One piece to begin with and the circle turns, at once.
    assert best(shop(*steps, materials=circle, stock=[{"item": "I", "quantity": 1}])) == [0, 0]
