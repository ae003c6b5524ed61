"""Precedences: optima worked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from .shop import best, shop, solved, step


def pair(first: int, second: int, **columns: Any) -> dict[str, Any]:
    """A before B, each on its own machine."""
    return shop(
        step("A", first, "M"), step("B", second, "N"), precedences=[{"before": "A", "after": "B", **columns}]
    )


@pytest.mark.parametrize(
    ("columns", "makespan"),
    [
        ({}, 7),
        ({"min_lag": 3}, 10),
        ({"min_lag": -2}, 5),
        ({"kind": "start_start", "min_lag": 1}, 4),
        ({"kind": "end_end", "min_lag": 2}, 6),
        ({"kind": "start_end", "min_lag": 9}, 9),
        ({"transfer": 0.5}, 5),
        ({"transfer": 0.3}, 5),
        ({"transfer": 0.0}, 4),
        ({"transfer": 0.25, "tail": 1.0}, 7),
        ({"transfer": 0.25, "tail": 0.5}, 6),
    ],
)
def test_lags_kinds_and_overlap(columns: dict[str, Any], makespan: int) -> None:
    # A takes 4, B 3. transfer 0.5: B from 2; 0.3: 1.2 is 2 ticks; tail 0.5: at 4 two of B are still to do.
    assert best(pair(4, 3, **columns)) == [0, makespan]


def test_max_lag_pulls_the_first_operation_back() -> None:
    problem = shop(
        step("A", 2, "M"),
        step("B", 1, "N", release=10),
        precedences=[{"before": "A", "after": "B", "max_lag": 1}],
    )
    start = solved(problem)["A"][0]
    assert start is not None and start >= 7


def test_same_resource() -> None:
    other = [{"operation": "B", "resource": "M", "duration": 5}]
    steps = [step("A", 2, "M"), step("B", 1, "N")]
    link = {"before": "A", "after": "B"}
    assert best(shop(*steps, more_modes=other, precedences=[link])) == [0, 3]
    assert best(shop(*steps, more_modes=other, precedences=[{**link, "same_resource": True}])) == [0, 7]


def test_transport_between_locations() -> None:
    places = [{"resource": "M", "location": "hall"}, {"resource": "N", "location": "yard"}]
    rides = [{"from_location": "hall", "to_location": "yard", "duration": 4}]
    other = [{"operation": "B", "resource": "M", "duration": 3}]
    steps = [step("A", 2, "M", order="O", sequence=1), step("B", 1, "N", order="O", sequence=2)]
    orders = [{"order": "O"}]
    assert best(shop(*steps, resources=places, transport=rides, orders=orders)) == [0, 7]
    assert best(shop(*steps, resources=places, transport=rides, orders=orders, more_modes=other)) == [0, 5]


def test_sequence_chains_values_and_leaves_null_outside() -> None:
    numbers = {"A": 1, "B": 1, "C": 2, "D": None}
    steps = [step(name, 2, name, order="O", sequence=number) for name, number in numbers.items()]
    assert best(shop(*steps, orders=[{"order": "O"}])) == [0, 4]
    # One row inside the order and sequence says nothing.
    link = [{"before": "A", "after": "D"}]
    ends = solved(shop(*steps, orders=[{"order": "O"}], precedences=link), [{"flow_time": 1}])
    assert max(end for _, end in ends.values() if end is not None) == 4
    assert best(
        shop(*steps, orders=[{"order": "O"}], precedences=[*link, {"before": "D", "after": "C"}])
    ) == [0, 6]


def test_what_is_left_out_takes_its_successors_along() -> None:
    steps = [step("A", 5, order="O", deadline=3), step("B", 1, order="P"), step("C", 1)]
    orders = [{"order": "O", "weight": 3}, {"order": "P", "weight": 0}]
    problem = shop(*steps, orders=orders, precedences=[{"before": "A", "after": "B"}])
    assert best(problem) == [4, 1]
