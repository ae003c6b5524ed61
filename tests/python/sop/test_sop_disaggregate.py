"""Largest remainder, worked by hand and against its definition."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopengine.sop.disaggregate import months_to_weeks, named_basis, split, split_above

KEYS = st.text("abcdef", min_size=1, max_size=3)
WEIGHTS = st.dictionaries(KEYS, st.integers(0, 10**12), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, {"a": 1, "b": 1, "c": 1}, {"a": 4, "b": 3, "c": 3}),  # tie by id
        (100, {"a": 50, "b": 30, "c": 15, "d": 5}, {"a": 50, "b": 30, "c": 15, "d": 5}),
        (7, {"a": 3, "b": 2, "c": 2}, {"a": 3, "b": 2, "c": 2}),
        (5, {"x": 0, "y": 7}, {"x": 0, "y": 5}),
        (5, {"x": 0, "y": 0}, {"x": 3, "y": 2}),  # no base: even
        # exact shares 4.7, 3.2, 2.1: the unit left over goes to the largest remainder
        (10, {"a": 47, "b": 32, "c": 21}, {"a": 5, "b": 3, "c": 2}),
        (-10, {"a": 1, "b": 1, "c": 1}, {"a": -4, "b": -3, "c": -3}),
        (0, {"a": 5}, {"a": 0}),
    ],
)
def test_split_by_hand(total, weights, parts):
    assert split(total, weights) == parts


@given(st.integers(-(10**15), 10**15), WEIGHTS)
def test_parts_sum_and_stay_within_one_unit_of_their_share(total, weights):
    parts = split(total, weights)
    assert sum(parts.values()) == total
    whole = sum(weights.values())
    for key, part in parts.items():
        share = Fraction(total * weights[key], whole) if whole else Fraction(total, len(weights))
        assert abs(part - share) < 1


@given(st.integers(0, 10**9), WEIGHTS, st.randoms())
def test_order_of_the_keys_never_matters(total, weights, random):
    shuffled = list(weights.items())
    random.shuffle(shuffled)
    assert split(total, dict(shuffled)) == split(total, weights)


@given(st.integers(0, 10**6), WEIGHTS, st.dictionaries(KEYS, st.integers(0, 10**5), max_size=8))
def test_split_above_keeps_the_sum_and_what_is_fixed(total, weights, floors):
    parts = split_above(total, weights, floors)
    fixed = {key: floors.get(key, 0) for key in weights}
    assert sum(parts.values()) == total
    if total >= sum(fixed.values()):
        assert all(parts[key] >= fixed[key] for key in weights)
    else:
        assert all(0 <= parts[key] <= fixed[key] for key in weights)


def test_split_above_goes_where_the_mix_is_missing():
    # the mix wants 60/40 of 100; 70 of a exist, so b gets all 30
    assert split_above(100, {"a": 3, "b": 2}, {"a": 70}) == {"a": 70, "b": 30}


def test_weights_must_not_be_negative():
    with pytest.raises(ValueError, match="negative"):
        split(1, {"a": -1})
    with pytest.raises(ValueError, match="nothing"):
        split(1, {})


def test_basis_is_orders_then_history_then_even():
    assert named_basis(["a", "b"], {"a": 2}, {"b": 9}) == ("orders", {"a": 2, "b": 0})
    assert named_basis(["a", "b"], {"c": 2}, {"b": 9}) == ("history", {"a": 0, "b": 9})
    assert named_basis(["a", "b"], {}, {}) == ("even", {"a": 1, "b": 1})


def test_months_follow_working_time_around_given_weeks():
    # 100 less 40 given; 60 over 40 h and 20 h
    assert months_to_weeks(100, {1: 40}, {0: 40, 1: 40, 2: 20}) == {0: 40, 1: 40, 2: 20}
    assert months_to_weeks(10, {}, {0: 3, 1: 0}) == {0: 10, 1: 0}


@pytest.mark.parametrize("given_weeks", [{0: 60, 1: 50}, {0: 60, 1: 30}, {0: 101}])
def test_weeks_that_contradict_their_month_are_refused(given_weeks):
    with pytest.raises(ValueError, match="month is 100"):
        months_to_weeks(100, given_weeks, {0: 1, 1: 1})
