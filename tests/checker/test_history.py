"""Rule 8: done and started work, resuming and restarting, pins."""

from __future__ import annotations

from typing import Any

import pytest

from .written import found, judge, plant


def started(duration: int = 20, /, **baseline: Any) -> dict[str, Any]:
    """a started on m at 90; now is 100; m is closed over [105, 110)."""
    return plant(
        {"a": ("m", duration), "b": ("n", 5)},
        problem=[{"now": 100}],
        resources=[{"resource": "m", "calendar": "c"}],
        calendars=[{"calendar": "c", "start": 0, "end": 105}, {"calendar": "c", "start": 110, "end": 300}],
        baseline=[{"operation": "a", "resource": "m", "start": 90, "status": "started", **baseline}],
    )


def ends(tables: dict[str, Any], end: int) -> None:
    """a ends exactly here and nowhere else."""
    for tried in (end - 1, end, end + 1):
        report = judge(tables, {"a": ("m", 90, tried), "b": ("n", 100, 105)})
        assert found(report) == (set() if tried == end else {(8, "started_end")}), tried


def test_what_remains_is_duration_less_the_work_so_far() -> None:
    # 10 of 20 done: [100, 105) and [110, 115), closed time suspends it whatever suspend says.
    ends(started(20), 115)


def test_remaining_goes_before_duration() -> None:
    ends(started(20, remaining=3), 103)


def test_nothing_left_ends_now() -> None:
    ends(started(20, remaining=0), 100)
    ends(started(10), 100)


def test_restart_begins_anew_after_a_stop() -> None:
    # 10 to go, only 5 until the break: all 20 again from 110.
    ends(started(20, on_stop="restart"), 130)
    # 5 to go fit before the break.
    ends(started(20, on_stop="restart", remaining=5), 105)


def test_restart_counts_since_the_last_closed_time() -> None:
    tables = started(14, on_stop="restart")
    tables["calendars"][0]["start"] = 96
    # Only [96, 100) counts: 10 to go, 5 before the break, so 14 from 110.
    ends(tables, 124)
    tables["modes"][0]["duration"] = 9
    # 9 - 4 = 5 fit.
    ends(tables, 105)


def test_restart_closed_at_now_is_a_stop() -> None:
    tables = started(14, on_stop="restart", remaining=2)
    tables["calendars"][0]["end"] = 98
    ends(tables, 124)


def test_the_rest_of_a_changeover_comes_first() -> None:
    tables = started(20, remaining=10, remaining_changeover=3)
    # Changing [100, 103), working [103, 105) and [110, 118).
    good = {"a": ("m", 90, 118, 100, 103), "b": ("n", 100, 105)}
    report = judge(tables, good)
    assert report.valid
    assert (report.terms["changeover_time"], report.terms["changeover_cost"]) == (3, 0)
    good["a"] = ("m", 90, 118, 100, 104)
    assert (8, "started_changeover") in found(judge(tables, good))


def test_started_work_holds_its_resources() -> None:
    tables = started(20)
    tables["modes"][1]["resource"] = "m"
    assert judge(tables, {"a": ("m", 90, 115), "b": ("m", 115, 120)}).valid
    early = judge(tables, {"a": ("m", 90, 115), "b": ("m", 110, 115)})
    assert found(early) == {(2, "overlap")}


def test_started_work_keeps_start_and_status_and_stays() -> None:
    tables = started(20)
    assert found(judge(tables, {"a": ("m", 91, 115), "b": ("n", 100, 105)})) == {(8, "started_start")}
    assert found(judge(tables, {"b": ("n", 100, 105)})) == {(8, "started_missing")}


def test_started_work_keeps_its_members() -> None:
    tables = started(20)
    tables["resources"] += [{"resource": "p"}, {"resource": "q"}]
    tables["groups"] = [{"group": "g", "member": key} for key in "pq"]
    tables["requirements"] = [{"operation": "a", "group": "g"}]
    tables["baseline_members"] = [{"operation": "a", "resource": "q", "phase": "run"}]
    times = {"a": ("m", 90, 115), "b": ("n", 100, 105)}
    assert judge(tables, times, {("a", "g"): ["q"]}).valid
    assert found(judge(tables, times, {("a", "g"): ["p"]})) == {(8, "started_members")}


def test_limits_shorter_than_started_work_are_findings() -> None:
    tables = started(20)
    tables["problem"][0]["horizon_end"] = 110
    assert judge(tables, {"a": ("m", 90, 115), "b": ("n", 100, 105)}).valid


def test_transfer_counts_the_earlier_work_of_started_operations() -> None:
    tables = started(20)
    tables["modes"][1]["duration"] = 10
    # 0.7 of 20 is 14; 10 are done, so T = 104. 0.5 is 10: T = now.
    tables["precedences"] = [{"before": "a", "after": "b", "transfer": 0.7}]
    assert found(judge(tables, {"a": ("m", 90, 115), "b": ("n", 103, 113)})) == {
        (5, "min_lag"),
        (5, "transfer_end"),
    }
    tables["modes"][1]["duration"] = 15
    assert judge(tables, {"a": ("m", 90, 115), "b": ("n", 104, 119)}).valid
    tables["precedences"][0]["transfer"] = 0.5
    assert judge(tables, {"a": ("m", 90, 115), "b": ("n", 100, 115)}).valid


def done() -> dict[str, Any]:
    return plant(
        {"a": ("m", 5), "b": ("m", 5)},
        problem=[{"now": 100}],
        baseline=[{"operation": "a", "resource": "m", "start": 80, "end": 90, "status": "done"}],
    )


def test_done_work_is_listed_as_it_was_or_not_at_all() -> None:
    assert judge(done(), {"a": ("m", 80, 90), "b": ("m", 100, 105)}).valid
    assert judge(done(), {"b": ("m", 100, 105)}).valid
    again = judge(done(), {"a": ("m", 105, 110), "b": ("m", 100, 105)})
    assert found(again) == {(8, "done_scheduled")}


def pinned(pin: str, **baseline: Any) -> dict[str, Any]:
    """a runs on m or n; the baseline has it on m at 110; now is 100."""
    return plant(
        {"a": ("m", 5)},
        problem=[{"now": 100}],
        operations=[{"operation": "a"}],
        modes=[{"operation": "a", "resource": key, "duration": 5} for key in "mn"],
        resources=[{"resource": "m"}, {"resource": "n"}],
        baseline=[{"operation": "a", "resource": "m", "start": 110, "pin": pin, **baseline}],
    )


def test_a_start_pin_fixes_start_and_resource() -> None:
    assert judge(pinned("start"), {"a": ("m", 110, 115)}).valid
    assert found(judge(pinned("start"), {"a": ("m", 111, 116)})) == {(8, "pin_start")}
    assert found(judge(pinned("start"), {"a": ("n", 110, 115)})) == {(8, "pin_resource")}


@pytest.mark.parametrize("pin", ["resource", "sequence"])
def test_other_pins_fix_the_resource(pin: str) -> None:
    assert judge(pinned(pin), {"a": ("m", 130, 135)}).valid
    assert found(judge(pinned(pin), {"a": ("n", 130, 135)})) == {(8, "pin_resource")}


def test_no_pin_fixes_nothing() -> None:
    assert judge(pinned("none"), {"a": ("n", 130, 135)}).valid


def test_a_start_pin_before_now_is_released() -> None:
    assert judge(pinned("start", start=99), {"a": ("m", 120, 125)}).valid


def test_a_start_pin_that_closed_time_makes_impossible_is_released() -> None:
    tables = pinned("start")
    tables["resources"][0]["calendar"] = "c"
    tables["calendars"] = [
        {"calendar": "c", "start": 0, "end": 113},
        {"calendar": "c", "start": 120, "end": 999},
    ]
    # From 110 only 3 of 5 before the break, and a may not be suspended.
    assert judge(tables, {"a": ("m", 120, 125)}).valid
    # Were it allowed to be, the pin could hold and binds.
    tables["operations"][0]["suspend"] = "breaks"
    assert found(judge(tables, {"a": ("m", 120, 125)})) == {(8, "pin_start")}
    assert judge(tables, {"a": ("m", 110, 122)}).valid


def test_a_start_pin_that_started_work_makes_impossible_is_released() -> None:
    tables = pinned("start")
    tables["operations"].append({"operation": "s"})
    tables["modes"].append({"operation": "s", "resource": "m", "duration": 20})
    tables["baseline"].append({"operation": "s", "resource": "m", "start": 95, "status": "started"})
    # s holds m until 115: 20 - 5 = 15 to go.
    assert judge(tables, {"s": ("m", 95, 115), "a": ("m", 115, 120)}).valid
    tables["baseline"][1]["remaining"] = 10
    late = judge(tables, {"s": ("m", 95, 110), "a": ("m", 115, 120)})
    assert found(late) == {(8, "pin_start")}


def test_a_start_pin_that_windows_make_impossible_is_released() -> None:
    tables = pinned("start")
    tables["operations"][0]["release"] = 111
    assert judge(tables, {"a": ("m", 111, 116)}).valid


def test_a_start_pin_looks_for_free_members() -> None:
    tables = pinned("start")
    tables["resources"] += [{"resource": "p"}, {"resource": "q"}]
    tables["groups"] = [{"group": "g", "member": key} for key in "pq"]
    tables["requirements"] = [{"operation": "a", "group": "g"}, {"operation": "s", "resource": "p"}]
    tables["operations"].append({"operation": "s"})
    tables["modes"].append({"operation": "s", "resource": "n", "duration": 30})
    tables["baseline"].append({"operation": "s", "resource": "n", "start": 95, "status": "started"})
    # p is busy until 125, q is free: the pin holds and binds.
    times = {"s": ("n", 95, 125), "a": ("m", 125, 130)}
    assert found(judge(tables, times, {("a", "g"): ["q"]})) == {(8, "pin_start")}
    tables["groups"].pop()
    assert judge(tables, times, {("a", "g"): ["p"]}).valid


def test_sequence_pins_keep_the_order_of_the_baseline() -> None:
    tables = plant(
        {key: ("m", 5) for key in "abc"},
        baseline=[
            {"operation": "a", "resource": "m", "start": 10, "pin": "sequence"},
            {"operation": "b", "resource": "m", "start": 10, "pin": "sequence"},
        ],
    )
    # Equal starts: by id. Others may come between.
    assert judge(tables, {"a": ("m", 0, 5), "c": ("m", 5, 10), "b": ("m", 10, 15)}).valid
    assert found(judge(tables, {"b": ("m", 0, 5), "c": ("m", 5, 10), "a": ("m", 10, 15)})) == {
        (8, "pin_sequence")
    }
