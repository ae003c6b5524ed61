"""Rules 1 and 2: work, calendars, unary holdings, and the rows of ``assignments``."""

from __future__ import annotations

import pytest

from .written import assignment_rows, found, judge, plant, schedule_rows

# Open [0, 10) and [14, 40): closed over [10, 14).
BREAK = [{"calendar": "c", "start": 0, "end": 10}, {"calendar": "c", "start": 14, "end": 40}]
SAW = {"resource": "m", "calendar": "c"}
SUSPEND = [{"operation": "a", "suspend": "breaks"}]


def test_work_fills_its_duration() -> None:
    tables = plant({"a": ("m", 5)})
    assert judge(tables, {"a": ("m", 3, 8)}).valid
    assert found(judge(tables, {"a": ("m", 3, 7)})) == {(1, "work")}
    assert found(judge(tables, {"a": ("m", 3, 9)})) == {(1, "work")}


def test_a_break_suspends_work_that_may_be_suspended() -> None:
    tables = plant({"a": ("m", 5)}, operations=SUSPEND, resources=[SAW], calendars=BREAK)
    # [8, 10) and [14, 17): 2 + 3 = 5 working instants.
    assert judge(tables, {"a": ("m", 8, 17)}).valid
    assert found(judge(tables, {"a": ("m", 8, 16)})) == {(1, "work")}


def test_a_break_is_not_allowed_by_default() -> None:
    tables = plant({"a": ("m", 5)}, resources=[SAW], calendars=BREAK)
    assert found(judge(tables, {"a": ("m", 8, 17)})) == {(1, "suspended")}
    assert judge(tables, {"a": ("m", 5, 10)}).valid
    assert judge(tables, {"a": ("m", 14, 19)}).valid


def test_start_and_last_instant_are_working() -> None:
    tables = plant({"a": ("m", 5)}, operations=SUSPEND, resources=[SAW], calendars=BREAK)
    # [12, 19) holds the 5 instants [14, 19), but nothing is open at 12.
    assert found(judge(tables, {"a": ("m", 12, 19)})) == {(1, "start_closed")}
    # [5, 12) holds the 5 instants [5, 10), but 11 is closed: the end is 10.
    assert found(judge(tables, {"a": ("m", 5, 12)})) == {(1, "end_closed")}


def test_after_the_last_row_a_calendar_is_closed() -> None:
    tables = plant({"a": ("m", 5)}, operations=SUSPEND, resources=[SAW], calendars=BREAK)
    # 3 instants before 40, none after.
    assert (1, "work") in found(judge(tables, {"a": ("m", 37, 42)}))


def test_a_calendar_without_end_is_open_on_and_touching_rows_are_one() -> None:
    rows = [{"calendar": "c", "start": 0, "end": 10}, {"calendar": "c", "start": 10, "end": None}]
    tables = plant({"a": ("m", 500)}, resources=[SAW], calendars=rows)
    assert judge(tables, {"a": ("m", 5, 505)}).valid


def test_open_means_capacity_for_what_the_operation_needs() -> None:
    # 3 of the crew at first, 1 from 10 on. An operation that needs 2 is suspended from 10 to 20.
    rows = [
        {"calendar": "c", "start": 0, "end": 10, "capacity": 3},
        {"calendar": "c", "start": 10, "end": 20, "capacity": 1},
        {"calendar": "c", "start": 20, "end": 99, "capacity": 2},
    ]
    tables = plant(
        {"a": ("m", 5)},
        operations=SUSPEND,
        resources=[{"resource": "crew", "calendar": "c"}],
        calendars=rows,
        requirements=[{"operation": "a", "resource": "crew", "quantity": 2}],
    )
    # Works [7, 10) and [20, 22): 3 + 2 = 5.
    assert judge(tables, {"a": ("m", 7, 22)}).valid
    assert (1, "work") in found(judge(tables, {"a": ("m", 7, 12)}))
    # One that needs 1 goes straight through.
    tables["requirements"][0]["quantity"] = 1
    assert judge(tables, {"a": ("m", 7, 12)}).valid


def test_two_requirements_on_one_resource_add_up() -> None:
    rows = [{"resource": "crew", "capacity": 3}]
    need = [{"operation": "a", "resource": "crew", "quantity": 2, "requirement": key} for key in "pq"]
    tables = plant({"a": ("m", 5)}, resources=rows, requirements=need)
    # 2 + 2 = 4 of 3: never open.
    assert (1, "work") in found(judge(tables, {"a": ("m", 0, 5)}))


def test_requirements_of_phase_changeover_do_not_stop_work() -> None:
    rows = [{"resource": "setter", "calendar": "c"}]
    need = [{"operation": "a", "resource": "setter", "phase": "changeover"}]
    tables = plant({"a": ("m", 9)}, resources=rows, calendars=BREAK, requirements=need)
    assert judge(tables, {"a": ("m", 5, 14)}).valid


def test_without_a_resource_nothing_closes() -> None:
    assert judge(plant({"a": (None, 7)}), {"a": ("a", 0, 7)}).valid


def test_no_duration_needs_nothing_open_and_holds_nothing() -> None:
    tables = plant({"a": ("m", 0), "b": ("m", 10)}, resources=[SAW], calendars=BREAK)
    # At 5 in the middle of b, and at 12 in closed time: both right.
    assert judge(tables, {"a": ("m", 5, 5), "b": ("m", 0, 10)}).valid
    assert judge(tables, {"a": ("m", 12, 12), "b": ("m", 0, 10)}).valid
    assert (1, "zero_duration") in found(judge(tables, {"a": ("m", 5, 6), "b": ("m", 14, 24)}))


def test_a_mode_of_another_operation_is_none() -> None:
    tables = plant({"a": ("m", 5), "b": ("n", 5)})
    assert (1, "mode") in found(judge(tables, {"a": ("n", 0, 5), "b": ("n", 5, 10)}))
    assert (1, "mode") in found(judge(tables, {"a": (None, 0, 5), "b": ("n", 5, 10)}))


def test_holdings_may_touch_and_not_overlap() -> None:
    tables = plant({"a": ("m", 5), "b": ("m", 5)})
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 5, 10)}).valid
    assert found(judge(tables, {"a": ("m", 0, 5), "b": ("m", 4, 9)})) == {(2, "overlap")}


def test_a_suspended_operation_keeps_its_resource() -> None:
    tables = plant(
        {"a": ("m", 5), "b": ("n", 3)},
        operations=SUSPEND,
        resources=[{"resource": "tool"}, {"resource": "m", "calendar": "c"}],
        calendars=BREAK,
        requirements=[{"operation": "a", "resource": "tool"}, {"operation": "b", "resource": "tool"}],
    )
    # a holds the tool over [8, 17), the break [10, 14) included.
    assert found(judge(tables, {"a": ("m", 8, 17), "b": ("n", 10, 13)})) == {(2, "overlap")}
    # With release it lets go in the break.
    tables["requirements"][0]["breaks"] = "release"
    assert judge(tables, {"a": ("m", 8, 17), "b": ("n", 10, 13)}).valid
    assert found(judge(tables, {"a": ("m", 8, 17), "b": ("n", 9, 12)})) == {(2, "overlap")}


PEOPLE = {
    "groups": [{"group": "g", "member": key} for key in ("p", "q", "r")],
    "resources": [{"resource": key} for key in ("p", "q", "r", "s")],
    "requirements": [{"operation": "a", "group": "g", "quantity": 2}],
}


def test_a_group_gives_as_many_different_members_as_asked() -> None:
    tables = plant({"a": ("m", 5)}, **PEOPLE)
    assert judge(tables, {"a": ("m", 0, 5)}, {("a", "g"): ["p", "r"]}).valid
    assert found(judge(tables, {"a": ("m", 0, 5)}, {("a", "g"): ["p"]})) == {(2, "member_count")}
    assert found(judge(tables, {"a": ("m", 0, 5)}, {("a", "g"): ["p", "q", "r"]})) == {(2, "member_count")}
    assert (2, "member_twice") in found(judge(tables, {"a": ("m", 0, 5)}, {("a", "g"): ["p", "p"]}))
    assert (2, "not_a_member") in found(judge(tables, {"a": ("m", 0, 5)}, {("a", "g"): ["p", "s"]}))


def test_two_rows_of_one_phase_take_different_members() -> None:
    rows = [{"operation": "a", "group": "g", "requirement": key} for key in ("driver", "guide")]
    tables = plant({"a": ("m", 5)}, **{**PEOPLE, "requirements": rows})
    schedule = schedule_rows(tables, {"a": ("m", 0, 5)})
    good = assignment_rows(tables, schedule, {})
    for name, member in (("driver", "p"), ("guide", "q")):
        row = {"operation": "a", "resource": member, "phase": "run", "requirement": name}
        good.append({**row, "start": 0, "end": 5, "quantity": 1})
    assert judge(tables, {"a": ("m", 0, 5)}, assignments=good).valid
    good[-1]["resource"] = "p"
    assert (2, "member_twice") in found(judge(tables, {"a": ("m", 0, 5)}, assignments=good))


def test_a_group_never_gives_the_own_resource() -> None:
    tables = plant({"a": ("p", 5)}, **PEOPLE)
    assert (2, "own_member") in found(judge(tables, {"a": ("p", 0, 5)}, {("a", "g"): ["p", "q"]}))


def test_members_work_only_while_all_are_there() -> None:
    resources = [{"resource": "p", "calendar": "c"}, {"resource": "q"}]
    tables = plant({"a": ("m", 5)}, **{**PEOPLE, "resources": resources}, calendars=BREAK)
    tables["operations"] = SUSPEND
    # p has a break over [10, 14).
    assert judge(tables, {"a": ("m", 8, 17)}, {("a", "g"): ["p", "q"]}).valid
    assert (1, "work") in found(judge(tables, {"a": ("m", 8, 13)}, {("a", "g"): ["p", "q"]}))


def test_one_member_serves_one_operation_at_a_time() -> None:
    rows = [{"operation": key, "group": "g"} for key in "ab"]
    tables = plant({"a": ("m", 5), "b": ("n", 5)}, **{**PEOPLE, "requirements": rows})
    times = {"a": ("m", 0, 5), "b": ("n", 4, 9)}
    assert judge(tables, times, {("a", "g"): ["p"], ("b", "g"): ["q"]}).valid
    assert found(judge(tables, times, {("a", "g"): ["p"], ("b", "g"): ["p"]})) == {(2, "overlap")}


@pytest.mark.parametrize("change", [{"end": 4}, {"start": 1}, {"quantity": 2}])
def test_a_holding_covers_its_phase_exactly(change: dict[str, int]) -> None:
    tables = plant({"a": ("m", 5)})
    rows = assignment_rows(tables, schedule_rows(tables, {"a": ("m", 0, 5)}), {})
    rows[0].update(change)
    assert judge(tables, {"a": ("m", 0, 5)}, assignments=rows).rules == {2}


def test_a_holding_is_missing_or_too_many() -> None:
    tables = plant({"a": ("m", 5)})
    rows = assignment_rows(tables, schedule_rows(tables, {"a": ("m", 0, 5)}), {})
    assert found(judge(tables, {"a": ("m", 0, 5)}, assignments=[])) == {(2, "rows")}
    assert found(judge(tables, {"a": ("m", 0, 5)}, assignments=rows * 2)) == {(2, "rows")}
    extra = {**rows[0], "requirement": "none such"}
    assert found(judge(tables, {"a": ("m", 0, 5)}, assignments=[*rows, extra])) == {(2, "extra")}


def test_violations_say_where() -> None:
    tables = plant({"a": ("m", 5)}, operations=SUSPEND, resources=[SAW], calendars=BREAK)
    # The last instant of [5, 12) is 11.
    assert judge(tables, {"a": ("m", 5, 12)}).violations[0].at == 11
    assert (1, "interval") in found(judge(tables, {"a": ("m", 5, 5)}))
