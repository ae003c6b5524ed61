"""Rules 4 and 7: cumulative resources and material."""

from __future__ import annotations

from decimal import Decimal

from .written import found, judge, plant

CREW = [{"resource": "crew", "capacity": 3}]


def need(**quantities: int) -> list[dict]:
    return [{"operation": k, "resource": "crew", "quantity": q} for k, q in quantities.items()]


def test_what_is_held_sums_to_the_capacity() -> None:
    tables = plant({"a": ("m", 5), "b": ("n", 5)}, resources=CREW, requirements=need(a=2, b=1))
    assert judge(tables, {"a": ("m", 0, 5), "b": ("n", 0, 5)}).valid
    tables["requirements"] = need(a=2, b=2)
    assert found(judge(tables, {"a": ("m", 0, 5), "b": ("n", 4, 9)})) == {(4, "capacity")}
    assert judge(tables, {"a": ("m", 0, 5), "b": ("n", 5, 10)}).valid


def test_a_mode_may_itself_use_a_cumulative_resource() -> None:
    modes = [{"operation": key, "resource": "crew", "duration": 5, "quantity": 2} for key in "ab"]
    tables = plant({"a": ("crew", 5), "b": ("crew", 5)}, resources=CREW, modes=modes)
    assert found(judge(tables, {"a": ("crew", 0, 5), "b": ("crew", 0, 5)})) == {(4, "capacity")}
    assert judge(tables, {"a": ("crew", 0, 5), "b": ("crew", 5, 10)}).valid


def test_kind_follows_the_highest_capacity() -> None:
    # One by itself, two in the calendar: cumulative, so two operations may run side by side.
    tables = plant(
        {"a": ("m", 5), "b": ("m", 5)},
        resources=[{"resource": "m", "calendar": "c"}],
        calendars=[{"calendar": "c", "start": 0, "end": 99, "capacity": 2}],
    )
    assert judge(tables, {"a": ("m", 0, 5), "b": ("m", 2, 7)}).valid


def drop(low: int, suspend: str = "never") -> dict:
    """3 of the crew, over [10, 20) only ``low``."""
    spans = [(0, 10, 3), (10, 20, low), (20, 99, 3)]
    return plant(
        {"a": ("m", 8), "b": ("n", 8)},
        operations=[{"operation": key, "suspend": suspend} for key in "ab"],
        resources=[{"resource": "crew", "calendar": "c"}],
        calendars=[{"calendar": "c", "start": s, "end": e, "capacity": c} for s, e, c in spans],
        requirements=need(a=1, b=1),
    )


def test_work_goes_through_a_drop_as_long_as_the_sum_fits() -> None:
    assert judge(drop(2), {"a": ("m", 5, 13), "b": ("n", 6, 14)}).valid
    # Each alone fits in 1, so neither is suspended; together they overload from 10 on.
    report = judge(drop(1), {"a": ("m", 5, 13), "b": ("n", 6, 14)})
    assert found(report) == {(4, "capacity")}
    assert report.violations[0].at == 10


def test_closed_time_of_a_held_resource_is_not_counted() -> None:
    # Closed over [10, 20): both are suspended there, 5 + 3 and 4 + 4, and hold nothing of nothing.
    assert judge(drop(0, "breaks"), {"a": ("m", 5, 23), "b": ("n", 6, 24)}).valid


def test_release_gives_the_crew_back_while_the_machine_is_closed() -> None:
    tables = plant(
        {"a": ("m", 8), "b": ("n", 5)},
        operations=[{"operation": "a", "suspend": "breaks"}],
        resources=[*CREW, {"resource": "m", "calendar": "c"}],
        calendars=[{"calendar": "c", "start": 0, "end": 10}, {"calendar": "c", "start": 20, "end": 99}],
        requirements=need(a=2, b=2),
    )
    # a works [5, 10) and [20, 23); the crew is free of it over [10, 20) only with release.
    times = {"a": ("m", 5, 23), "b": ("n", 12, 17)}
    assert found(judge(tables, times)) == {(4, "capacity")}
    tables["requirements"][0]["breaks"] = "release"
    assert judge(tables, times).valid


def test_changeovers_in_progress_count() -> None:
    tables = plant(
        {"a": ("m", 5), "b": ("n", 5)},
        operations=[{"operation": key, "setup_state": "blue"} for key in "ab"],
        resources=[
            {"resource": "setter", "kind": "cumulative"},
            *({"resource": key, "changeover_matrix": "x"} for key in "mn"),
        ],
        resource_states=[{"resource": key, "attribute": "state", "value": "red"} for key in "mn"],
        matrices=[{"matrix": "x"}],
        changeovers=[{"matrix": "x", "duration": 3}],
        requirements=[{"operation": key, "resource": "setter", "phase": "changeover"} for key in "ab"],
    )
    assert judge(tables, {"a": ("m", 3, 8, 0, 3), "b": ("n", 6, 11, 3, 6)}).valid
    assert found(judge(tables, {"a": ("m", 3, 8, 0, 3), "b": ("n", 5, 10, 2, 5)})) == {(4, "capacity")}


def test_overload_of_started_work_alone_is_no_violation() -> None:
    tables = plant(
        {"a": ("m", 5), "b": ("n", 5), "c": ("o", 5)},
        problem=[{"now": 2}],
        resources=CREW,
        requirements=need(a=2, b=2, c=1),
        baseline=[
            {"operation": "a", "resource": "m", "start": 0, "status": "started"},
            {"operation": "b", "resource": "n", "start": 0, "status": "started"},
        ],
    )
    # 4 of 3 until 5; planned c may not join before.
    assert judge(tables, {"a": ("m", 0, 5), "b": ("n", 0, 5), "c": ("o", 5, 10)}).valid
    late = judge(tables, {"a": ("m", 0, 5), "b": ("n", 0, 5), "c": ("o", 4, 9)})
    assert found(late) == {(4, "capacity")}


def items(**modes: tuple[int, list[tuple[str, object]]]) -> dict:
    """Operations on resources of their own, with what they move."""
    return plant(
        {key: (f"m{key}", duration) for key, (duration, _) in modes.items()},
        materials=[
            {"operation": key, "item": item, "quantity": quantity}
            for key, (_, moved) in modes.items()
            for item, quantity in moved
        ],
    )


def test_consumption_needs_stock_at_the_start() -> None:
    tables = items(a=(5, [("steel", -4)]))
    tables["stock"] = [{"item": "steel", "quantity": 3}, {"item": "steel", "time": 10, "quantity": 1}]
    assert found(judge(tables, {"a": ("ma", 9, 14)})) == {(7, "short")}
    assert judge(tables, {"a": ("ma", 10, 15)}).valid


def test_decimals_are_exact() -> None:
    tables = items(a=(5, [("oil", Decimal("-0.1"))]), b=(5, [("oil", Decimal("-0.2"))]))
    tables["stock"] = [{"item": "oil", "quantity": Decimal("0.3")}]
    assert judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 0, 5)}).valid


def test_production_feeds_from_its_end_on() -> None:
    tables = items(a=(5, [("part", 2)]), b=(5, [("part", -2)]))
    assert judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 5, 10)}).valid
    assert found(judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 4, 9)})) == {(7, "short")}


def test_max_stock_is_examined_after_all_movements_of_an_instant() -> None:
    tables = items(a=(5, [("part", 3)]), b=(5, [("part", -3)]))
    tables["items"] = [{"item": "part", "max_stock": 2}]
    # 3 come and 3 go at 5: 0 afterwards.
    assert judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 5, 10)}).valid
    assert found(judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 6, 11)})) == {(7, "max_stock")}


def test_limits_that_stock_rows_break_alone_are_findings() -> None:
    tables = items(a=(5, []))
    tables["items"] = [{"item": "part", "max_stock": 2}]
    tables["stock"] = [{"item": "part", "quantity": 9}, {"item": "steel", "quantity": -1}]
    assert judge(tables, {"a": ("ma", 0, 5)}).valid
    tables = items(a=(5, [("part", 1)]))
    tables["items"] = [{"item": "part", "max_stock": 2}]
    tables["stock"] = [{"item": "part", "quantity": 9}]
    assert found(judge(tables, {"a": ("ma", 0, 5)})) == {(7, "max_stock")}


def test_a_later_outflow_counts_against_earlier_consumption() -> None:
    tables = items(a=(5, [("steel", -6)]), b=(20, []))
    tables["stock"] = [{"item": "steel", "quantity": 10}, {"item": "steel", "time": 15, "quantity": -5}]
    # 10 - 6 - 5 = -1 at 15, though stock alone would be 5.
    assert found(judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 0, 20)})) == {(7, "short")}
    # Only up to the last end: 15 is not examined when everything ends at 14.
    tables["modes"][1]["duration"] = 14
    assert judge(tables, {"a": ("ma", 0, 5), "b": ("mb", 0, 14)}).valid


def test_stock_before_now_counts_as_at_now() -> None:
    tables = items(a=(5, [("steel", -4)]))
    tables["problem"] = [{"now": 100}]
    tables["stock"] = [{"item": "steel", "time": 20, "quantity": 4}]
    assert judge(tables, {"a": ("ma", 100, 105)}).valid


def test_unlimited_items_never_lack() -> None:
    tables = items(a=(5, [("water", -4)]))
    tables["items"] = [{"item": "water", "unlimited": True}]
    assert judge(tables, {"a": ("ma", 0, 5)}).valid


def test_an_operation_does_not_feed_itself() -> None:
    tables = items(a=(0, [("yeast", -1), ("yeast", 2)]))
    report = judge(tables, {"a": ("ma", 0, 0)})
    assert found(report) == {(7, "instant_order")}
    tables["stock"] = [{"item": "yeast", "quantity": 1}]
    assert judge(tables, {"a": ("ma", 0, 0)}).valid


def test_operations_without_duration_find_an_order() -> None:
    # a makes x from nothing, b makes y from x, c needs y: a, b, c works at one instant.
    tables = items(c=(0, [("y", -1)]), b=(0, [("x", -1), ("y", 1)]), a=(0, [("x", 1)]))
    assert judge(tables, {"a": ("ma", 5, 5), "b": ("mb", 5, 5), "c": ("mc", 5, 5)}).valid
    # a and b each wait for the other, though both balances end at 0.
    tables = items(a=(0, [("x", -1), ("y", 1)]), b=(0, [("y", -1), ("x", 1)]))
    assert found(judge(tables, {"a": ("ma", 5, 5), "b": ("mb", 5, 5)})) == {(7, "instant_order")}
    # One x at the start is enough for both.
    tables["stock"] = [{"item": "x", "quantity": 1}]
    assert judge(tables, {"a": ("ma", 5, 5), "b": ("mb", 5, 5)}).valid


def test_consumption_of_started_work_is_in_stock_already() -> None:
    tables = items(a=(10, [("steel", -4), ("part", 1)]), b=(5, [("part", -1)]))
    tables["problem"] = [{"now": 5}]
    tables["baseline"] = [{"operation": "a", "resource": "ma", "start": 0, "status": "started"}]
    # No steel left, and none is needed; the part is there at 10.
    assert judge(tables, {"a": ("ma", 0, 10), "b": ("mb", 10, 15)}).valid
    assert found(judge(tables, {"a": ("ma", 0, 10), "b": ("mb", 9, 14)})) == {(7, "short")}


def test_the_largest_stock_itself_is_allowed() -> None:
    tables = items(a=(5, [("part", 3)]))
    tables["items"] = [{"item": "part", "max_stock": 3}]
    assert judge(tables, {"a": ("ma", 0, 5)}).valid
    tables["items"][0]["max_stock"] = 2
    assert found(judge(tables, {"a": ("ma", 0, 5)})) == {(7, "max_stock")}
