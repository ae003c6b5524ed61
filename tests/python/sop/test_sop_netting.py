"""Lots, netting and the ledger: figures by hand, then conservation on random cases."""

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sop_builders import facts, grid, rows

from sopengine.sop.aggregate import OrderLine, finished_by_item
from sopengine.sop.hierarchy import Hierarchy, Key
from sopengine.sop.ledger import CAUSES, Entry, gap_ledger, sums
from sopengine.sop.netting import Needs, Net, Planner, item_plan, lot_sizes, net_item

LIMITS = st.tuples(st.integers(0, 60), st.integers(0, 25), st.integers(0, 120))


@pytest.mark.parametrize(
    ("quantity", "limits", "lots"),
    [
        (0, {}, []),
        (7, {}, [7]),
        (7, {"lot_min": 20}, [20]),
        (31, {"lot_multiple": 10}, [40]),
        (130, {"lot_min": 20, "lot_multiple": 10, "lot_max": 60}, [50, 40, 40]),
        (130, {"lot_max": 65}, [65, 65]),
        (61, {"lot_multiple": 10, "lot_max": 65}, [40, 30]),  # 65 is no multiple: at most 60
        (30, {"lot_min": 20, "lot_max": 25}, [20, 20]),
        (5, {"lot_min": 40, "lot_max": 25}, [25]),  # rules that contradict: the largest lot wins
        (5, {"lot_multiple": 40, "lot_max": 25}, [5]),
    ],
)
def test_lots_by_hand(quantity, limits, lots):
    assert lot_sizes(quantity, **limits) == lots


@given(st.integers(1, 5000), LIMITS)
def test_lots_cover_the_quantity_and_never_exceed_the_largest(quantity, limits):
    low, multiple, high = limits
    lots = lot_sizes(quantity, low, multiple, high)
    assert sum(lots) >= quantity
    assert not high or max(lots) <= high
    if multiple and (not high or multiple <= high):
        assert all(lot % multiple == 0 for lot in lots)
    if not high or (low <= high and not multiple):
        assert min(lots) >= low


def item(lot_min=0, lot_multiple=0, lot_max=0):
    row = {"lot_min": lot_min, "lot_multiple": lot_multiple, "lot_max": lot_max}
    return SimpleNamespace(items={"x": row}, base=lambda _, quantity: int(quantity))


def test_rounding_and_surplus_are_carried_apart():
    # week 0: 30 wanted, 50 there: 20 too many. Week 1: 45 wanted, 20 come from that, 25 left: a lot of 30.
    # Week 2: 7 wanted: 5 from the rounding, 2 left: a lot of 10.
    found = net_item(item(lot_multiple=10), "x", [30, 45, 7], [50, 0, 0])
    assert [account for account, _ in found] == [
        Net("x", 0, 30, 50, 20, 0, 0, 0, 0),
        Net("x", 1, 45, 0, 0, 20, 0, 30, 5),
        Net("x", 2, 7, 0, 0, 0, 5, 10, 8),
    ]
    assert [lots for _, lots in found] == [[], [30], [10]]


WEEKLY = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=8)


@given(WEEKLY, LIMITS)
def test_netting_conserves_every_unit(weeks, limits):
    found = net_item(item(*limits), "x", [w for w, _ in weeks], [e for _, e in weeks])
    surplus = rounding = 0
    for account, lots in found:
        n = account
        assert n.plan == n.existing - n.surplus + n.from_surplus + n.from_rounding + n.lots - n.rounding
        assert n.lots == sum(lots)
        surplus += n.surplus - n.from_surplus
        rounding += n.rounding - n.from_rounding
        assert surplus >= 0 and rounding >= 0
    supplied = sum(n.existing + n.lots for n, _ in found)
    assert supplied == sum(n.plan for n, _ in found) + surplus + rounding


def share(total, existing=(), demand=(), target=(), opening=(), mix=(("a", 3), ("b", 1))):
    """Production of one family and week laid over its items."""
    key = Key("F")
    there, wanted, aims = (
        {(name, 0): units for name, units in pairs} for pairs in (existing, demand, target)
    )
    needs = Needs(dict(opening), {}, wanted, aims)
    found = item_plan({(key, 0): total}, {key: dict(mix)}, there, needs, 1)
    return {name: units for (name, _), units in found.items()}


def test_production_goes_where_it_is_missing():
    assert share(8) == {"a": 6, "b": 2}  # nothing missing: the mix
    assert share(8, demand=[("b", 5)]) == {"a": 2, "b": 6}  # 5 short, the other 3 by the mix: 2.25, 0.75
    assert share(4, demand=[("a", 2), ("b", 6)]) == {"a": 1, "b": 3}  # not enough: in proportion
    assert share(6, demand=[("b", 4)], target=[("a", 5)]) == {"a": 2, "b": 4}  # backlog before targets
    assert share(6, demand=[("b", 4)], opening=[("b", 4)], target=[("a", 3)]) == {"a": 5, "b": 1}
    assert share(11, existing=[("b", 7)]) == {"a": 3, "b": 8}  # what exists comes first
    assert share(5, existing=[("a", 2), ("b", 8)]) == {"a": 1, "b": 4}  # orders beyond the plan


SLOTS = st.dictionaries(st.sampled_from([(i, 0) for i in "abc"]), st.integers(0, 200))


@given(st.integers(0, 500), SLOTS, SLOTS, SLOTS, st.dictionaries(st.sampled_from("abc"), st.integers(0, 99)))
def test_items_of_a_family_sum_to_its_plan(total, there, wanted, aims, opening):
    key = Key("F")
    needs = Needs(opening, {}, wanted, aims)
    found = item_plan({(key, 0): total}, {key: {"a": 1, "b": 0, "c": 5}}, there, needs, 1)
    assert sum(found.values()) == total
    if total < sum(there.values()):
        return
    assert all(found[slot] >= units for slot, units in there.items())
    closing = {i: opening.get(i, 0) - wanted.get((i, 0), 0) + found[i, 0] for i in "abc"}
    added = {i: found[i, 0] - there.get((i, 0), 0) for i in "abc"}
    # nobody is left short while what is made beyond the orders gives another more than it needs
    if min(closing.values()) < 0:
        assert all(closing[i] <= 0 for i in "abc" if added[i])


def order(name, week, end_week, ordered=10, output=None, **more):
    output = ordered if output is None else output
    return OrderLine(name, "x", ordered, output, week, end_week, more.get("planned", False))


def test_ledger_by_hand():
    # A is on time but loses 1, B slips from week 0 to 1, C is pulled from 1 to 0, D is not scheduled
    lines = [order("A", 0, 0, 10, 9), order("B", 0, 1), order("C", 1, 0, 4), order("D", 1, None, 6)]
    accounts = [Net("x", 0, 20, 20, 0, 0, 0, 0, 0), Net("x", 1, 8, 0, 0, 0, 0, 10, 2)]
    entries = gap_ledger(accounts, lines, {"B": "calendar paint"})
    assert entries == [
        Entry("x", 0, "later", 10, "B", 1, "calendar paint"),
        Entry("x", 0, "earlier", -4, "C", 1),
        Entry("x", 0, "yield", 1, "A"),
        Entry("x", 1, "later", -10, "B", 0, "calendar paint"),
        Entry("x", 1, "earlier", 4, "C", 0),
        Entry("x", 1, "unscheduled", 6, "D"),
        Entry("x", 1, "lot_rounding", -2),
    ]
    totals = sums(entries)
    assert sum(v for (_, week, _), v in totals.items() if week == 0) == 20 - (9 + 4)
    assert sum(v for (_, week, _), v in totals.items() if week == 1) == 8 - 10


ENDS = st.one_of(st.none(), st.integers(0, 9))


@given(WEEKLY, LIMITS, st.data())
def test_ledger_sums_to_the_gap_of_every_week(weeks, limits, data):
    found = net_item(item(*limits), "x", [w for w, _ in weeks], [e for _, e in weeks])
    lines = []
    for account, lots in found:
        for quantity in [account.existing, *lots]:
            end = data.draw(ENDS)
            lost = 0 if end is None else data.draw(st.integers(0, quantity))
            lines.append(order(f"W{len(lines)}", account.week, end, quantity, quantity - lost))
    entries = gap_ledger([account for account, _ in found], lines)
    made = finished_by_item(lines)
    for week, (wanted, _) in enumerate(weeks):
        assert sum(e.quantity for e in entries if e.week == week) == wanted - made.get(("x", week), 0)
    assert {e.cause for e in entries} <= set(CAUSES)
    for cause in ("later", "earlier"):  # what moves leaves one week and enters another
        assert sum(e.quantity for e in entries if e.cause == cause) == 0


def test_parts_are_made_for_the_lots_that_need_them():
    plant = facts(on_hand=rows({"item": "seat", "quantity": 35}))
    planner = Planner(plant, grid(), {"W1": 0})
    planner.plan_items({("oak", 1): 40})
    assert [(o.work_order, o.quantity, o.week) for o in planner.orders] == [("P-0330-oak", 10, 1)]
    # W1 (30, due in week 0) is surplus there and covers 30 of the 40; with the new 10, 40 seats are needed
    planner.plan_parts(Hierarchy(plant, {Key("chairs")}), {"seat": 35})
    seats = [o for o in planner.orders if o.item == "seat"]
    assert [(o.quantity, o.need, o.week) for o in seats] == [(25, 5, 1)]  # 40 less 35; lots of 25 at least


def test_lead_time_reaches_back_whole_weeks():
    table = facts().rows["items"]
    plant = facts(
        items=rows(*({**{k: v for k, v in r.items() if v is not None and k != "lead_time"}} for r in table))
    )
    for row in plant.items.values():
        row["lead_time"] = 8 * 86_400 if row["item"] == "ash" else 0
    planner = Planner(plant, grid(), {})
    planner.plan_items({("ash", 2): 10, ("stool", 2): 1})
    weeks = grid().weeks
    release = {o.item: o.release for o in planner.orders}
    assert release["ash"] is None  # two weeks before week 2 is now
    assert release["stool"] == weeks[2].start
    assert {o.due for o in planner.orders} == {weeks[2].end}
