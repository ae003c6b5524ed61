"""Pegs: worked by hand, and conserved to the unit on random plants."""

from collections import Counter, defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from sopengine.plant.pegging import Need, Producer, Supply, peg

ITEMS = ["chair", "leg", "wood"]


def short(pegs):
    return [(p.demand, p.consumer, p.supply_kind, p.supply, p.item, p.quantity) for p in pegs]


def test_earliest_due_then_highest_priority_takes_stock_then_work_orders():
    demands = [
        Need("chair", 5, "late", due=30),
        Need("chair", 5, "low", due=10, priority=1),
        Need("chair", 5, "high", due=10, priority=9),
    ]
    supplies = [Supply("on_hand", "chair", "chair", 7)]
    producers = [Producer("W2", "chair", 4, {}, due=40), Producer("W1", "chair", 3, {}, due=20)]
    result = peg(demands, supplies, producers, ITEMS)
    assert short(result.pegs) == [
        ("high", None, "on_hand", "chair", "chair", 5),
        ("low", None, "on_hand", "chair", "chair", 2),
        ("low", None, "work_order", "W1", "chair", 3),
        ("late", None, "work_order", "W2", "chair", 4),
        ("late", None, "short", None, "chair", 1),
    ]


def test_component_needs_are_split_over_demands_and_stock():
    # 3 chairs for A, 4 for B, 3 for stock; 10 chairs take 41 legs: 0-12, 12-28, 28-41
    demands = [Need("chair", 3, "A", due=10, priority=2), Need("chair", 4, "B", due=20, priority=5)]
    producers = [Producer("W", "chair", 10, {"leg": 41}, lead_time=4), Producer("L", "leg", 30, {})]
    result = peg(demands, [], producers, ITEMS, buy_at={"leg": 99})
    legs = [p for p in result.pegs if p.item == "leg"]
    assert short(legs) == [
        ("B", "W", "work_order", "L", "leg", 16),
        ("A", "W", "work_order", "L", "leg", 12),
        (None, "W", "work_order", "L", "leg", 2),
        (None, "W", "purchase", "leg", "leg", 11),
    ]
    assert {p.level for p in legs} == {1}
    assert result.due == {"W": 10, "L": 6}
    assert result.priority == {"W": 5, "L": 5}


def test_own_date_and_priority_stand():
    result = peg(
        [Need("chair", 1, "A", due=10)], [], [Producer("W", "chair", 1, {}, due=77, priority=0)], ITEMS
    )
    assert (result.due["W"], result.priority["W"]) == (77, 0)


def test_a_work_order_for_nobody_still_gets_its_parts():
    result = peg(
        [],
        [Supply("on_hand", "leg", "leg", 4)],
        [Producer("W", "chair", 2, {"leg": 8})],
        ITEMS,
        bulk={"wood"},
    )
    assert short(result.pegs) == [
        (None, "W", "on_hand", "leg", "leg", 4),
        (None, "W", "short", None, "leg", 4),
    ]
    assert (result.due["W"], result.priority["W"]) == (None, 1)


quantities = st.integers(0, 60)
dates = st.none() | st.integers(0, 50)


@st.composite
def networks(draw):
    demands = [
        Need("chair", draw(st.integers(1, 60)), f"D{i}", due=draw(dates), priority=draw(st.integers(0, 3)))
        for i in range(draw(st.integers(0, 6)))
    ]
    supplies = [
        Supply(
            draw(st.sampled_from(["on_hand", "receipt"])),
            f"S{i}",
            draw(st.sampled_from(ITEMS)),
            draw(quantities),
            draw(dates),
        )
        for i in range(draw(st.integers(0, 6)))
    ]
    producers = []
    for i in range(draw(st.integers(0, 6))):
        item = draw(st.sampled_from(ITEMS[:2]))
        parts = {p: draw(quantities) for p in ITEMS[ITEMS.index(item) + 1 :] if draw(st.booleans())}
        producers.append(
            Producer(
                f"W{i}",
                item,
                draw(quantities),
                parts,
                draw(dates),
                draw(st.none() | st.integers(0, 3)),
                draw(st.integers(0, 9)),
            )
        )
    return (
        demands,
        supplies,
        producers,
        draw(st.sampled_from([{}, {"wood": 9}])),
        draw(st.sampled_from([(), {"wood"}])),
    )


@settings(max_examples=300, deadline=None)
@given(networks())
def test_quantities_are_conserved_at_every_level(network):
    demands, supplies, producers, buy_at, bulk = network
    result = peg(demands, supplies, producers, ITEMS, buy_at=buy_at, bulk=bulk)
    assert all(p.quantity > 0 for p in result.pegs)
    at_customer = Counter()
    at_work_order = Counter()
    taken = Counter()
    for p in result.pegs:
        if p.consumer is None:
            at_customer[p.demand] += p.quantity
        else:
            at_work_order[p.consumer, p.item] += p.quantity
        taken[p.supply_kind, p.supply, p.item] += p.quantity
    assert at_customer == Counter({d.demand: d.quantity for d in demands})
    assert at_work_order == +Counter(
        {(w.work_order, i): q for w in producers for i, q in w.components.items()}
    )
    for s in supplies:
        assert taken[s.kind, s.id, s.item] <= s.quantity
    for w in producers:
        assert taken["work_order", w.work_order, w.item] <= w.output
    # nothing is short or bought while a supply of the item is left over
    left = defaultdict(int)
    for s in supplies:
        left[s.item] += s.quantity - taken[s.kind, s.id, s.item]
    for w in producers:
        left[w.item] += w.output - taken["work_order", w.work_order, w.item]
    for kind, _, item in taken:
        if kind in ("short", "purchase"):
            assert left[item] == 0


@settings(max_examples=100, deadline=None)
@given(networks(), st.randoms(use_true_random=False))
def test_row_order_never_matters(network, random):
    demands, supplies, producers, buy_at, bulk = network
    one = peg(demands, supplies, producers, ITEMS, buy_at=buy_at, bulk=bulk)
    for rows in (demands, supplies, producers):
        random.shuffle(rows)
    two = peg(demands, supplies, producers, ITEMS, buy_at=buy_at, bulk=bulk)
    assert one.pegs == two.pegs
    assert (one.due, one.priority) == (two.due, two.priority)
