"""The certificate against brute force: where a split exists none is given, where none exists one is."""

from itertools import accumulate, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sopengine.sop.consistency import Gap, ItemNeed, family_gap


def served(need, made):
    """Whether an item keeps its limits with what is made of it by week."""
    stock = need.opening
    for units, wanted in zip(made, need.demand, strict=True):
        stock += units - wanted
        if stock < need.least or (need.most is not None and stock > need.most):
            return False
    return True


def any_split(production, first, second):
    """Whether some split over two items serves both, by trying all."""
    for parts in product(*(range(units + 1) for units in production)):
        rest = [total - part for total, part in zip(production, parts, strict=True)]
        if served(first, parts) and served(second, rest):
            return True
    return False


def adds_up(gap, production, needs):
    """Check a certificate with nothing but sums over its two weeks."""
    have = sum(production[gap.first + 1 : gap.last + 1])
    if gap.kind == "short":
        total = 0
        for need in (n for n in needs if n.item in gap.items):
            so_far = [0, *accumulate(need.demand)]
            least = max(0, *(so_far[t] + need.least - need.opening for t in range(1, gap.last + 2)))
            most = 0
            if gap.first >= 0:
                most = min(so_far[t] + need.most - need.opening for t in range(gap.first + 1, len(so_far)))
            total += least - most
        return total == gap.need and have == gap.have < gap.need
    return gap.have > gap.need if gap.kind == "beyond" else gap.need > gap.have


WEEKS = 3
NEED = st.builds(
    ItemNeed,
    st.just("x"),
    st.tuples(*[st.integers(0, 3)] * WEEKS),
    st.integers(0, 3),
    st.integers(0, 1),
    st.one_of(st.none(), st.integers(1, 4)),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=WEEKS, max_size=WEEKS), NEED, NEED)
def test_a_gap_is_given_exactly_where_no_split_exists(production, first, second):
    first = ItemNeed("a", first.demand, first.opening, first.least, first.most)
    second = ItemNeed("b", second.demand, second.opening, second.least, second.most)
    gap = family_gap(production, [first, second])
    assert (gap is None) == any_split(production, first, second)
    if gap is not None:
        assert adds_up(gap, production, [first, second])


@pytest.mark.parametrize(
    ("production", "needs", "gap"),
    [
        ([5, 5], [ItemNeed("a", (5, 5)), ItemNeed("b", (0, 0), 50)], None),
        # ten in stock on the whole, but of the other item
        ([0, 9], [ItemNeed("a", (4, 4)), ItemNeed("b", (0, 0), 10)], Gap("short", -1, 0, 4, 0, ("a",))),
        # no item may hold more than 2, so week 1 cannot be prepared for in week 0
        ([9, 1], [ItemNeed("a", (1, 5), 0, 0, 2)], Gap("beyond", -1, 0, 3, 9, ("a",))),
        ([3, 2], [ItemNeed("a", (1, 5), 0, 0, 2)], Gap("short", -1, 1, 6, 5, ("a",))),
        ([1, 0], [ItemNeed("a", (0, 0), 5, 0, 4)], Gap("item", -1, 0, 0, -1, ("a",))),
    ],
)
def test_by_hand(production, needs, gap):
    assert family_gap(production, needs) == gap
