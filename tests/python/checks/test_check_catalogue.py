"""Every check fires on the smallest case that it is for, and not just below its limit."""

import dataclasses

import pytest

from sopengine.checks import (
    CATALOGUE,
    Assumption,
    CheckContext,
    CheckFinding,
    DemandLine,
    Shortage,
    SplitGap,
    StockWeek,
    check_table,
    ranked,
    run_checks,
)

WEEKS = ("2026-03-23", "2026-03-30", "2026-04-06")
HOUR = 3600


def context(**given):
    return CheckContext(now=1_000_000, weeks=WEEKS, schedule_weeks=2, **given)


def line(**given):
    plain = {
        "demand": "D1",
        "item": "chair",
        "customer": "Hotel",
        "quantity": 10,
        "due": 1_000_000,
        "promised": 1_000_000,
        "short": 0,
        "orders": ("W1",),
    }
    return DemandLine(**{**plain, **given})


def stock(closing, target=0, limit=100, week=1):
    return StockWeek("chair", week, closing, target, limit, 5)


# code, the case in which it fires, the case just below, then subject, bucket, expected, actual, gap
CASES = [
    (
        "DEMAND_WITHOUT_SUPPLY",
        {
            "opening": {"chairs": 5},
            "plan_supply": {("chairs", 0): 10, ("chairs", 1): 10},
            "plan_demand": {("chairs", 0): 15, ("chairs", 1): 11},
        },
        {
            "opening": {"chairs": 5},
            "plan_supply": {("chairs", 0): 10, ("chairs", 1): 10},
            "plan_demand": {("chairs", 0): 15, ("chairs", 1): 10},
        },
        ("chairs", WEEKS[1], 26, 25, 1),
    ),
    (
        "MIX_WITHOUT_SUPPLY",
        {"splits": [SplitGap("chairs", "short", -1, 1, 9, 7, ("oak",))]},
        {"splits": []},  # whether there is a gap is decided, and tested, in sop/consistency
        ("chairs", WEEKS[1], 9, 7, 2),
    ),
    (
        "FORECAST_BELOW_ORDERS",
        {"plan_demand": {("chairs", 1): 9}, "order_demand": {("chairs", 1): 10}},
        {"plan_demand": {("chairs", 1): 10}, "order_demand": {("chairs", 1): 10}},
        ("chairs", WEEKS[1], 10, 9, 1),
    ),
    (
        "PAST_DUE_DEMAND",
        {"demands": [line(due=999_999)]},
        {"demands": [line(due=1_000_000)]},
        ("D1", None, 999_999, 1_000_000, 1),
    ),
    (
        "ORDER_LATE_FOR_DEMAND",
        {"demands": [line(due=1_000_010, promised=1_000_011)]},
        {"demands": [line(due=1_000_010, promised=1_000_010)]},
        ("D1", None, 1_000_010, 1_000_011, 1),
    ),
    (
        "DEMAND_UNSERVED",
        {"demands": [line(short=1, promised=None)]},
        {"demands": [line(short=0)]},
        ("D1", None, 10, 9, 1),
    ),
    (
        "LOAD_OVER_CAPACITY",
        {"plan_load": {("saw", 1): 10 * HOUR + 1}, "capacity": {("saw", 1): 10 * HOUR}},
        {"plan_load": {("saw", 1): 10 * HOUR}, "capacity": {("saw", 1): 10 * HOUR}},
        ("saw", WEEKS[1], 36_000, 36_001, 1),
    ),
    (
        "LOAD_OVER_CAPACITY_SCHEDULE",
        {"schedule_load": {("saw", 0): 10 * HOUR + 1}, "capacity": {("saw", 0): 10 * HOUR}},
        {"schedule_load": {("saw", 0): 10 * HOUR}, "capacity": {("saw", 0): 10 * HOUR}},
        ("saw", WEEKS[0], 36_000, 36_001, 1),
    ),
    (
        "BOTTLENECK_TIGHT",
        {"plan_load": {("saw", 0): 9 * HOUR}, "capacity": {("saw", 0): 10 * HOUR}},
        {"plan_load": {("saw", 0): 9 * HOUR - 1}, "capacity": {("saw", 0): 10 * HOUR}},
        ("saw", WEEKS[0], 36_000, 32_400, 3_600),
    ),
    (
        "BOTTLENECK_TIGHT",
        {
            "plan_load": {("saw", 0): 5 * HOUR},
            "schedule_load": {("saw", 0): 9 * HOUR},
            "capacity": {("saw", 0): 10 * HOUR},
        },
        {  # a choice among alternatives, no bottleneck
            "plan_load": {("saw", 0): 5 * HOUR - 1},
            "schedule_load": {("saw", 0): 9 * HOUR},
            "capacity": {("saw", 0): 10 * HOUR},
        },
        ("saw", WEEKS[0], 36_000, 32_400, 3_600),
    ),
    (
        "STOCKOUT",
        {"stock": [stock(-1)]},
        {"stock": [stock(0)]},
        ("chair", WEEKS[1], 0, -1, 1),
    ),
    (
        "STOCK_BELOW_TARGET",
        {"stock": [stock(9, target=10)]},
        {"stock": [stock(10, target=10)]},
        ("chair", WEEKS[1], 10, 9, 1),
    ),
    (
        "STOCK_BELOW_TARGET",
        {"stock": [stock(0, target=1)]},
        {"stock": [stock(-1, target=1)]},  # that is a stockout
        ("chair", WEEKS[1], 1, 0, 1),
    ),
    (
        "EXCESS_STOCK",
        {"stock": [stock(101), stock(100, week=2)]},
        {"stock": [stock(100)]},
        ("chair", WEEKS[1], 100, 101, 1),
    ),
    (
        "MATERIAL_SHORT",
        {"shortages": [Shortage("wool", 1, ("W1",), 500, 20)]},
        {"shortages": [Shortage("wool", 0, ("W1",), 500, 20)]},
        ("wool", None, 21, 20, 1),
    ),
    (
        "PLAN_NOT_SCHEDULED",
        {"plan_supply": {("chairs", 0): 10}, "scheduled": {("chairs", 0): 9, ("chairs", 1): 1}},
        {"plan_supply": {("chairs", 1): 10}, "scheduled": {("chairs", 0): 10}},
        ("chairs", WEEKS[0], 10, 9, 1),
    ),
    (
        "SCHEDULE_BEYOND_PLAN",
        {
            "plan_supply": {("chairs", 0): 10, ("chairs", 1): 5, ("chairs", 2): 9},
            "scheduled": {("chairs", 0): 16},
        },
        {
            "plan_supply": {("chairs", 0): 10, ("chairs", 1): 5, ("chairs", 2): 9},
            "scheduled": {("chairs", 0): 15},
        },
        ("chairs", WEEKS[0], 15, 16, 1),
    ),
    (
        "ASSUMPTIONS_DIFFER",
        {"assumptions": [Assumption("saw", "2026-03-01", "open hours", 80, 81)]},
        {"assumptions": [Assumption("saw", "2026-03-01", "open hours", 80, 80)]},
        ("saw", "2026-03-01", 80, 81, 1),
    ),
    (
        "ASSUMPTIONS_DIFFER",
        {"fingerprints": [("capacity", "a" * 64, "b" * 64)]},
        {"fingerprints": [("capacity", "a" * 64, "a" * 64)]},
        ("capacity", None, 0, 1, 1),
    ),
    (
        "STALE_DATA",
        {"taken": 1_000_000 - 7201, "max_age": 7200},
        {"taken": 1_000_000 - 7200, "max_age": 7200},
        ("settings", None, 7200, 7201, 1),
    ),
]


@pytest.mark.parametrize(("code", "fires", "below", "figures"), CASES)
def test_check_fires_at_its_limit_and_not_below(code, fires, below, figures):
    found = list(CATALOGUE[code].function(context(**fires)))
    assert [(f.code, f.subject, f.bucket, f.expected, f.actual, f.gap) for f in found] == [(code, *figures)]
    assert found[0].sentence.endswith(".") and found[0].hint.endswith(".")
    assert list(CATALOGUE[code].function(context(**below))) == []


def test_every_check_has_a_case():
    assert set(CATALOGUE) == {code for code, *_ in CASES}
    assert len(CATALOGUE) >= 12


def test_an_empty_context_has_nothing_to_find():
    assert run_checks(CheckContext()) == []


def test_load_that_fits_earlier_is_a_warning():
    loads = {("saw", 0): 8 * HOUR, ("saw", 1): 11 * HOUR}
    open_time = {("saw", 0): 9 * HOUR, ("saw", 1): 10 * HOUR}
    (fits,) = CATALOGUE["LOAD_OVER_CAPACITY"].function(context(plan_load=loads, capacity=open_time))
    assert fits.severity == "warning" and "1.0 h to spare" in fits.hint
    loads["saw", 0] += 1
    (short,) = CATALOGUE["LOAD_OVER_CAPACITY"].function(context(plan_load=loads, capacity=open_time))
    assert short.severity == "error"


def test_only_the_first_week_of_a_shortage_is_reported():
    weeks = [stock(-1, week=0), stock(-7, week=1), stock(-9, week=2)]
    (found,) = CATALOGUE["STOCKOUT"].function(context(stock=weeks))
    assert (found.bucket, found.gap) == (WEEKS[0], 1)


def test_weeks_behind_the_schedule_are_not_missed_in_it():
    plan = {("chairs", 2): 10}
    assert list(CATALOGUE["PLAN_NOT_SCHEDULED"].function(context(plan_supply=plan))) == []


def finding(code, severity="error", weight=0):
    return CheckFinding(code, severity, "x", None, 0, 0, 0, "It is so.", "Do it.", weight)


def test_rank_is_severity_then_weight_then_code():
    mixed = [finding("B", "info", 99), finding("C", weight=1), finding("D", weight=2), finding("A", weight=1)]
    assert [f.code for f in ranked(mixed)] == ["D", "A", "C", "B"]


def test_the_list_is_cut_and_says_so():
    late = [line(demand=f"D{n}", short=1) for n in range(7)]
    found = run_checks(context(demands=late), cap=3)
    assert len(found) == 4
    assert (found[-1].code, found[-1].expected, found[-1].actual, found[-1].gap) == ("MORE_FINDINGS", 3, 7, 4)


def test_money_at_stake_counts_decimals_once():
    some = context(price={"oil": 1180}, scale={"oil": 3}, unit={"oil": "kg"})
    assert some.worth("oil", 1500) == 1770
    assert some.worth("nut", 12) == 12
    assert some.amount("oil", 1500) == "1.500 kg"


def test_table_has_the_fields_in_order():
    table = check_table([finding("A")])
    assert table.column_names == [f.name for f in dataclasses.fields(CheckFinding)]
    assert table.num_rows == 1 and check_table([]).num_rows == 0
