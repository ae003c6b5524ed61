"""Reading a plan: every finding, levels, and what goes down comes up."""

import datetime as dt
from types import SimpleNamespace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sop_builders import DAYS, DEFAULT_PLAN, facts, grid, plan, rows, tables

from sopengine.errors import SopDataError
from sopengine.sop.aggregate import attainment, by_month, roll_up
from sopengine.sop.disaggregate import months_to_weeks, split, split_above
from sopengine.sop.hierarchy import Hierarchy, Key
from sopengine.sop.inventory import item_targets, project
from sopengine.sop.money import value
from sopengine.sop.plan import plan_from_orders, read_plan

NOW = grid().now
CHAIRS, STOOLS = Key("chairs"), Key("stools")


def read(*cells, **more):
    return read_plan(facts(**more), NOW, {"plan": plan(*cells)})


def codes(error):
    return sorted({(f.check, f.column) for f in error.value.issues if f.severity == "error"})


def test_weeks_are_read_and_the_grid_reaches_the_last():
    found = read(*DEFAULT_PLAN)
    assert len(found.grid) == 2
    assert found.weekly("production", {}) == {
        (CHAIRS, 0): 30,
        (CHAIRS, 1): 43,
        (STOOLS, 0): 10,
        (STOOLS, 1): 5,
    }


def test_months_are_laid_over_weeks_by_working_time():
    found = read(("production", "chairs", "2026-03", 100), ("production", "chairs", DAYS[0], 30))
    # March has the weeks of the 23rd and the 30th left; the 30th gets what is not given
    assert found.weekly("production", {}) == {(CHAIRS, 0): 30, (CHAIRS, 1): 70}
    found = read(("production", "chairs", "2026-04", 100))
    assert found.grid.months[dt.date(2026, 4, 1)] == (2, 3, 4, 5)
    working = {(CHAIRS, n): hours for n, hours in ((2, 32), (3, 40), (4, 40), (5, 40))}
    # shares 21.05 and three of 26.31: 21 + 26 + 26 + 26 = 99; the unit left goes to the first of the equals
    assert list(found.weekly("production", working).values()) == [21, 27, 26, 26]


def test_stocks_hold_at_the_end_of_every_week_of_their_month():
    found = read(*DEFAULT_PLAN, ("inventory_target", "chairs", "2026-03", 9))
    assert found.at_end("inventory_target") == {(CHAIRS, 0): 9, (CHAIRS, 1): 9}


def test_quantities_follow_the_scale_of_the_family():
    items = [{**r, "scale": 1 if r.get("family") == "stools" else 0} for r in tables()["items"].to_pylist()]
    source = rows(
        {"measure": "demand", "family": "stools", "week": DAYS[0], "quantity": 2.5},
        {"measure": "demand", "family": "chairs", "week": DAYS[0], "quantity": 2.0},
    )
    found = read_plan(facts(items=rows(*items)), NOW, {"plan": source})
    assert found.weekly("demand", {}) == {(CHAIRS, 0): 2, (STOOLS, 0): 25}


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ({"measure": "deamnd"}, "UNKNOWN_MEASURE", "measure"),
        ({"family": "chars"}, "DANGLING_REF", "family"),
        ({"week": "2026-03-24"}, "BAD_BUCKET", "week"),
        ({"week": None}, "BAD_BUCKET", "week"),
        ({"quantity": -1}, "BAD_QUANTITY", "quantity"),
        ({"quantity": 1.5}, "BAD_QUANTITY", "quantity"),
        ({"quantity": None}, "BAD_QUANTITY", "quantity"),
        ({"measure": "open_hours"}, "PLAN_SUBJECT", "resource"),
        ({"resource": "paint"}, "PLAN_SUBJECT", "resource"),
        ({"measure": "open_hours", "resource": "pain"}, "DANGLING_REF", "resource"),
    ],
)
def test_a_wrong_cell_is_named(row, code, column):
    good = {"measure": "demand", "family": "chairs", "week": DAYS[0], "quantity": 1.0, "resource": None}
    source = rows(good, {**good, "week": DAYS[1], **row})
    with pytest.raises(SopDataError) as error:
        read_plan(facts(), NOW, {"plan": source})
    assert codes(error) == [(code, column)]
    assert error.value.issues[0].row == 1


def test_all_findings_come_at_once():
    source = rows(
        {"measure": "x", "family": "chairs", "week": DAYS[0], "quantity": 1},
        {"measure": "demand", "family": "y", "week": DAYS[0], "quantity": 1},
        {"measure": "demand", "family": "chairs", "week": DAYS[0], "quantity": -1},
    )
    with pytest.raises(SopDataError) as error:
        read_plan(facts(), NOW, {"plan": source})
    assert {f.row for f in error.value.issues} >= {0, 1, 2}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ((("demand", "chairs", DAYS[0], 1), ("demand", "chairs", DAYS[0], 2)), "DUPLICATE_ID"),
        ((("demand", "chairs", "2026-03", 5), ("demand", "chairs", DAYS[0], 6)), "PLAN_LEVELS_DIFFER"),
        ((("demand", "chairs", "2026-02", 5),), "PLAN_EMPTY"),
        ((("demand", "chairs", "2046-02", 5),), "BAD_BUCKET"),
    ],
)
def test_rows_that_contradict_each_other(cells, code):
    with pytest.raises(SopDataError) as error:
        read(*cells)
    assert code in {f.check for f in error.value.issues}


def test_columns_that_are_missing():
    with pytest.raises(SopDataError) as error:
        read_plan(facts(), NOW, {"plan": pa.table({"family": ["chairs"]})})
    assert codes(error)[:3] == [
        ("MISSING_COLUMN", "measure"),
        ("MISSING_COLUMN", "month"),
        ("MISSING_COLUMN", "quantity"),
    ]


def test_a_family_of_mixed_units_is_refused():
    items = [{**r, "uom": "kg" if r["item"] == "ash" else "pc"} for r in tables()["items"].to_pylist()]
    with pytest.raises(SopDataError, match="FAMILY_UNITS"):
        read(*DEFAULT_PLAN, items=rows(*items))


def test_without_a_plan_the_order_book_is_the_plan():
    found = plan_from_orders(facts(), NOW, {"W1": None})
    here = Key("chairs", "hall")
    assert found.weekly("demand", {}) == {(here, 0): 30, (here, 1): 10}
    assert found.weekly("production", {}) == {(here, 0): 30}


def test_items_belong_to_the_family_where_they_are_finished():
    here = Hierarchy(facts(), {Key("chairs", "hall"), Key("stools")})
    assert here.key == {"oak": Key("chairs", "hall"), "ash": Key("chairs", "hall"), "stool": STOOLS}
    assert here.items[Key("chairs", "hall")] == ["ash", "oak"]
    elsewhere = Hierarchy(facts(), {Key("chairs", "yard")})
    assert elsewhere.items[Key("chairs", "yard")] == []
    assert not elsewhere.is_planned("oak") and not here.is_planned("seat")


# Random hierarchies: families of items, months of weeks, any figures.
FAMILIES = st.dictionaries(
    st.sampled_from("FGH"),
    st.dictionaries(st.text("abc", min_size=1, max_size=2), st.integers(0, 99)),
    min_size=1,
)


@given(FAMILIES, st.lists(st.integers(0, 10**6), min_size=6, max_size=6), st.data())
def test_down_and_up_is_the_plan_again_to_the_unit(families, figures, data):
    mixes = {
        Key(name): {f"{name}-{item}": weight for item, weight in (items or {"only": 1}).items()}
        for name, items in families.items()
    }
    key_of = {item: key for key, mix in mixes.items() for item in mix}
    weeks = grid(6)
    plan_by_month = {(key, month): figures.pop() for key in mixes for month in weeks.months if figures}
    items = {}
    for (key, month), units in plan_by_month.items():
        working = {n: data.draw(st.integers(0, 50)) for n in weeks.months[month]}
        for week, part in months_to_weeks(units, {}, working).items():
            floors = {item: data.draw(st.integers(0, 300)) for item in mixes[key]}
            for item, share in split_above(part, mixes[key], floors).items():
                items[item, week] = share
    up = by_month(roll_up(items, SimpleNamespace(key=key_of)), weeks)
    assert {slot: units for slot, units in up.items() if units} == {
        slot: units for slot, units in plan_by_month.items() if units
    }


def test_projection_by_hand():
    found = project("oak", 5, [0, 4, 0], [10, 0, 0], [8, 9, 20], [6, 6, 6], cover=1)
    assert [s.closing for s in found] == [7, 2, -18]
    assert [s.below for s in found] == [0, 4, 24]
    assert [s.short for s in found] == [0, 0, 18]
    assert [s.limit for s in found] == [15, 26, 6]  # target and the demand of one week ahead
    assert [s.excess for s in project("oak", 50, [0], [0], [8], [6], 40)] == [36]


@given(st.integers(0, 99), st.lists(st.tuples(*[st.integers(0, 99)] * 3), min_size=1, max_size=9))
def test_projection_conserves(opening, weeks):
    arriving, made, wanted = (list(column) for column in zip(*weeks, strict=True))
    found = project("x", opening, arriving, made, wanted, [0] * len(weeks))
    assert found[-1].closing == opening + sum(arriving) + sum(made) - sum(wanted)


def test_family_targets_follow_safety_stock_else_the_mix():
    here = Hierarchy(facts(), {CHAIRS})
    mix = {CHAIRS: {"ash": 1, "oak": 3}}
    assert item_targets({(CHAIRS, 0): 8}, here, {"ash": 5, "oak": 5}, mix) == {("ash", 0): 4, ("oak", 0): 4}
    assert item_targets({(CHAIRS, 0): 8}, here, {}, mix) == {("ash", 0): 2, ("oak", 0): 6}


def test_money_is_rounded_once_half_up():
    assert value(1500, 1180, 3) == 1770
    assert (value(5, 1, 1), value(4, 1, 1)) == (1, 0)
    assert value(7, None, 0) == 0


def test_attainment_does_not_credit_what_was_not_planned():
    assert attainment([10, 10, 0], [12, 7, 5]) == (17, 20)


def test_even_weights_split_like_equal_ones():
    assert split(7, {"a": 0, "b": 0}) == split(7, {"a": 3, "b": 3})
