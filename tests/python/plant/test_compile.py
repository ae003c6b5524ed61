"""Every feature of compiling, worked by hand."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_builders import NOW, at, base_tables, by, local, minutes, plant, rows, two_steps

from sopengine.errors import SopDataError
from sopengine.plant import Plant


def compiled(now=NOW, horizon=None, **changes):
    return plant(**changes).compile(now, horizon)


def test_duration_is_exact_and_rounded_up_once():
    # setup 10 min + fixed 2 min + 7 units x 100 s / 3 units at speed 1.5: ceil(700 / 4.5) = 156 s
    steps = rows(
        {
            "routing": "R",
            "step": "cut",
            "sequence": 1,
            "setup_time": dt.timedelta(minutes=10),
            "fixed_time": dt.timedelta(minutes=2),
            "run_time_num": dt.timedelta(seconds=100),
            "run_time_den": 3,
        }
    )
    resources = rows({"routing": "R", "step": "cut", "resource": "saw", "speed": 1.5})
    work_orders = rows({"work_order": "W1", "item": "chair", "quantity": 7})
    modes = compiled(steps=steps, step_resources=resources, work_orders=work_orders).problem_tables["modes"]
    assert modes["duration"].to_pylist() == [dt.timedelta(seconds=600 + 120 + 156)]


def test_choices_become_modes_and_roles_requirements():
    res = rows(
        {"routing": "R", "step": "cut", "choice": "a", "resource": "saw", "cost": 5},
        {"routing": "R", "step": "cut", "choice": "b", "resource": "saw-2", "speed": 2, "cost": 9},
        {"routing": "R", "step": "cut", "choice": "b", "resource": "pack", "role": "tool"},
        {"routing": "R", "step": "cut", "resource": "crew", "role": "crew", "quantity": 2, "cost": 1},
        {"routing": "R", "step": "cut", "resource": "crew", "role": "setter", "phase": "changeover"},
    )
    tables = compiled(step_resources=res).problem_tables
    modes = by(tables["modes"], "mode")
    assert {m: (minutes(r["duration"]), r["cost"]) for m, r in modes.items()} == {
        "saw": (60, 6),
        "saw-2": (30, 10),
    }
    found = {
        (r["mode"], r["resource"], r["quantity"], r["phase"]) for r in tables["requirements"].to_pylist()
    }
    assert found == {("saw-2", "pack", 1, "run"), (None, "crew", 2, "run"), (None, "crew", 1, "changeover")}
    assert len(set(tables["requirements"]["requirement"].to_pylist())) == 3


def test_one_resource_in_two_choices_gets_two_mode_names():
    res = rows(
        {"routing": "R", "step": "cut", "choice": "slow", "resource": "saw"},
        {"routing": "R", "step": "cut", "choice": "fast", "resource": "saw", "speed": 2},
    )
    modes = by(compiled(step_resources=res).problem_tables["modes"], "mode")
    assert {m: minutes(r["duration"]) for m, r in modes.items()} == {"saw:slow": 60, "saw:fast": 30}


def test_main_group_gives_a_mode_per_member_and_other_groups_a_requirement():
    groups = rows(
        {"group": "saws", "member": "saw"},
        {"group": "saws", "member": "saw-2"},
        {"group": "men", "member": "pack"},
    )
    res = rows(
        {"routing": "R", "step": "cut", "group": "saws"},
        {"routing": "R", "step": "cut", "group": "men", "role": "man"},
    )
    tables = compiled(groups=groups, step_resources=res).problem_tables
    assert tables["modes"]["resource"].to_pylist() == ["saw", "saw-2"]
    assert tables["requirements"]["group"].to_pylist() == ["men"]
    assert tables["groups"].num_rows == 3


def test_scrap_raises_the_quantities_upstream():
    # 90 good of 10 % scrap at pack: 100 into pack; 2 % at cut: ceil(100 / 0.98) = 103 into cut
    tables = two_steps(cut={"scrap_ppm": 20_000}, pack={"scrap_ppm": 100_000})
    ops = by(
        compiled(
            **tables, work_orders=rows({"work_order": "W1", "item": "chair", "quantity": 90})
        ).problem_tables["operations"],
        "step",
    )
    assert (ops["cut"]["units_in"], ops["pack"]["units_in"], ops["pack"]["units_out"]) == (103, 100, 90)


def test_transfer_and_tail():
    # cut: 10 setup + 20 x 3 = 70 min, first 5 units after 10 + 15 = 25 min; pack 20 min, 5 units take 5 min
    tables = two_steps(cut={"setup_time": 10, "transfer_quantity": 5}, pack={})
    row = compiled(**tables).problem_tables["precedences"].to_pylist()[0]
    assert row["transfer"] == pytest.approx(25 / 70, abs=1e-6)
    assert row["transfer"] >= 25 / 70
    assert row["tail"] == 0.25


def test_transfer_of_the_whole_lot_is_no_overlap():
    row = compiled(**two_steps(cut={"transfer_quantity": 20})).problem_tables["precedences"].to_pylist()[0]
    assert (row["transfer"], row["tail"]) == (1.0, 0.0)


def test_slowest_share_counts_where_modes_differ():
    tables = two_steps(cut={"setup_time": 10, "transfer_quantity": 5})
    tables["step_resources"] = rows(
        {"routing": "R", "step": "cut", "choice": "1", "resource": "saw"},
        {"routing": "R", "step": "cut", "choice": "2", "resource": "saw-2", "speed": 3},
        {"routing": "R", "step": "pack", "resource": "pack"},
    )
    row = compiled(**tables).problem_tables["precedences"].to_pylist()[0]
    assert row["transfer"] == pytest.approx((10 + 5) / (10 + 20), abs=1e-6)


def test_lags_setup_states_and_parallel_steps():
    steps = rows(
        {
            "routing": "R",
            "step": "a",
            "sequence": 1,
            "min_lag": 30,
            "max_lag": 60,
            "setup": "color=red;width=80",
        },
        {"routing": "R", "step": "b", "sequence": 1},
        {"routing": "R", "step": "c", "sequence": 2},
    )
    tables = compiled(steps=steps, step_resources=None).problem_tables
    links = by(tables["precedences"], "before", "after")
    assert set(links) == {("W1/a", "W1/c"), ("W1/b", "W1/c")}
    assert minutes(links["W1/a", "W1/c"]["max_lag"]) == 60
    assert {(r["attribute"], r["value"]) for r in tables["setup_states"].to_pylist()} == {
        ("color", "red"),
        ("width", "80"),
    }
    assert tables["modes"]["resource"].to_pylist() == [None] * 3


def test_routing_by_validity_then_priority():
    routings = rows(
        {"routing": "OLD", "item": "chair", "priority": 9, "valid_to": dt.date(2026, 3, 22)},
        {"routing": "R", "item": "chair", "priority": 2},
        {"routing": "S", "item": "chair", "priority": 1},
    )
    steps = rows(*({"routing": r, "step": "cut", "sequence": 1} for r in ("OLD", "R", "S")))
    orders = rows(
        {"work_order": "W1", "item": "chair", "quantity": 1},
        {"work_order": "W2", "item": "chair", "quantity": 1, "routing": "S"},
    )
    ops = by(
        compiled(routings=routings, steps=steps, work_orders=orders).problem_tables["operations"],
        "work_order",
    )
    assert {w: r["routing"] for w, r in ops.items()} == {"W1": "R", "W2": "S"}


def test_no_routing_is_a_warning_and_lifts_as_unscheduled():
    result = compiled(
        items=rows({"item": "chair"}, {"item": "stool"}),
        work_orders=rows(
            {"work_order": "W1", "item": "chair", "quantity": 1},
            {"work_order": "W2", "item": "stool", "quantity": 1},
        ),
    )
    assert "NO_ROUTING" in result.findings["check"].to_pylist()
    assert result.problem_tables["orders"]["order"].to_pylist() == ["W1"]
    empty = pa.table({c: pa.array([], pa.string()) for c in ("operation", "start", "end")})
    assert by(result.lift(empty)["work_order_results"], "work_order")["W2"]["status"] == "unscheduled"


def test_materials_stock_receipts_and_units():
    # 20 chairs x 1.25 kg / 0.98 = 25.51 kg, in base units of 0.1 kg: 256; stock 10.5 kg; receipt 20 kg
    result = compiled(
        bom=rows({"item": "chair", "component": "wood", "quantity": 1.25, "uom": "kg", "scrap_ppm": 20_000}),
        on_hand=rows({"item": "wood", "quantity": 8.5}, {"item": "wood", "quantity": 2.0}),
        receipts=rows({"receipt": "P1", "item": "wood", "quantity": 20, "time": at("2026-03-24T10:00")}),
    )
    moves = {(r["item"], r["quantity"]) for r in result.problem_tables["materials"].to_pylist()}
    assert moves == {("wood", -256), ("chair", 20)}
    stock = [
        (r["quantity"], r["time"] and local(r["time"])) for r in result.problem_tables["stock"].to_pylist()
    ]
    assert stock == [(105, None), (200, "2026-03-24 10:00")]


def test_purchase_is_proposed_after_the_lead_time_and_short_items_get_zero_stock():
    bom = rows({"item": "chair", "component": "wood", "quantity": 2})
    items = rows({"item": "chair"}, {"item": "wood", "kind": "purchased", "lead_time": 60})
    result = compiled(items=items, bom=bom)
    assert [(r["quantity"], local(r["time"])) for r in result.problem_tables["stock"].to_pylist()] == [
        (40, "2026-03-23 07:00")
    ]
    result = compiled(bom=bom)
    assert result.problem_tables["stock"]["quantity"].to_pylist() == [0]
    assert "NO_SUPPLY" in result.findings["check"].to_pylist()


def test_safety_stock_kept_and_bulk_unlimited():
    items = rows(
        {"item": "chair"},
        {"item": "wood", "kind": "purchased", "safety_stock": 30},
        {"item": "glue", "kind": "bulk"},
    )
    bom = rows(
        {"item": "chair", "component": "wood", "quantity": 1},
        {"item": "chair", "component": "glue", "quantity": 1},
    )
    settings = rows({"timezone": "Europe/Berlin", "duration_unit": "min", "safety_stock": "keep"})
    tables = compiled(
        items=items, bom=bom, settings=settings, on_hand=rows({"item": "wood", "quantity": 100})
    ).problem_tables
    assert tables["stock"]["quantity"].to_pylist() == [70]
    assert by(tables["items"], "item")["glue"]["unlimited"] is True


def test_progress_done_started_planned():
    progress = rows(
        {
            "work_order": "W1",
            "step": "cut",
            "status": "done",
            "resource": "saw",
            "started": at("2026-03-20T08:00"),
            "ended": at("2026-03-20T09:00"),
            "good": 18,
        },
        {
            "work_order": "W1",
            "step": "pack",
            "status": "started",
            "started": at("2026-03-23T05:00"),
            "good": 5,
            "scrap": 1,
        },
    )
    result = compiled(
        **two_steps(), progress=progress, bom=rows({"item": "chair", "component": "wood", "quantity": 1})
    )
    base = by(result.problem_tables["baseline"], "operation")
    # 18 good reached pack, 6 are through, 12 remain at 1 min each
    assert minutes(base["W1/pack"]["remaining"]) == 12
    assert (base["W1/pack"]["mode"], base["W1/pack"]["resource"]) == ("pack", "pack")
    assert local(base["W1/cut"]["end"]) == "2026-03-20 09:00"
    # consumed already; what comes out is 5 + 12
    assert [(r["item"], r["quantity"]) for r in result.problem_tables["materials"].to_pylist()] == [
        ("chair", 17)
    ]
    assert "QUANTITY_SHORT" in result.findings["check"].to_pylist()


def test_received_units_are_not_made_again():
    order = rows({"work_order": "W1", "item": "chair", "quantity": 20, "received": 5})
    assert compiled(work_orders=order).problem_tables["operations"]["units_in"].to_pylist() == [15]
    progress = rows(
        {"work_order": "W1", "step": "cut", "status": "started", "started": at("2026-03-23T05:00"), "good": 8}
    )
    tables = compiled(work_orders=order, progress=progress).problem_tables
    assert tables["materials"]["quantity"].to_pylist() == [15]
    assert minutes(tables["baseline"]["remaining"][0].as_py()) == 36


def test_started_members_are_reported_or_assumed():
    groups = rows(*({"group": "men", "member": m} for m in ("saw-2", "pack")))
    res = rows(
        {"routing": "R", "step": "cut", "resource": "saw"},
        {"routing": "R", "step": "cut", "group": "men", "role": "man"},
    )
    started = {"work_order": "W1", "step": "cut", "status": "started", "started": at("2026-03-23T05:00")}
    one = compiled(groups=groups, step_resources=res, progress=rows({**started, "members": "saw-2"}))
    assert one.problem_tables["baseline_members"]["resource"].to_pylist() == ["saw-2"]
    assert one.findings.num_rows == 0
    two = compiled(groups=groups, step_resources=res, progress=rows(started))
    assert two.problem_tables["baseline_members"]["resource"].to_pylist() == ["pack"]
    assert two.findings["check"].to_pylist() == ["MEMBERS_ASSUMED"]


def test_planned_pin():
    row = {
        "work_order": "W1",
        "step": "cut",
        "status": "planned",
        "resource": "saw",
        "started": at("2026-03-24T08:00"),
        "pin": "start",
    }
    base = compiled(progress=rows(row)).problem_tables["baseline"].to_pylist()[0]
    assert (base["status"], base["resource"], base["pin"], local(base["start"])) == (
        "planned",
        "saw",
        "start",
        "2026-03-24 08:00",
    )


def test_due_and_weight_from_pegs_or_own():
    demands = rows(
        {"demand": "D1", "item": "chair", "quantity": 12, "due": at("2026-03-25T12:00"), "priority": 3},
        {"demand": "D2", "item": "chair", "quantity": 20, "due": at("2026-03-24T12:00"), "priority": 1},
    )
    orders = rows(
        {"work_order": "W1", "item": "chair", "quantity": 20, "priority": 7},
        {"work_order": "W2", "item": "chair", "quantity": 20, "due": at("2026-04-01T00:00")},
    )
    found = by(compiled(demands=demands, work_orders=orders).problem_tables["orders"], "order")
    assert (found["W2"]["weight"], local(found["W2"]["due"])) == (1, "2026-04-01 00:00")
    assert found["W1"]["weight"] == 7
    assert local(found["W1"]["due"]) == "2026-03-25 12:00"  # W2 is dated and goes first to the earlier demand


def test_now_horizon_and_source_rows():
    result = compiled(horizon=dt.timedelta(days=2))
    problem = result.problem_tables["problem"].to_pylist()[0]
    assert (local(problem["now"]), local(problem["horizon_end"])) == ("2026-03-23 06:00", "2026-03-25 06:00")
    assert {(r["source_table"], r["source_row"]) for r in result.problem_tables["orders"].to_pylist()} == {
        ("work_orders", 0)
    }
    same = plant().compile("2026-03-23T05:00+00:00").problem_tables["problem"]
    assert same["now"][0].as_py() == problem["now"]
    with pytest.raises(ValueError, match="after now"):
        compiled(horizon=dt.timedelta(0))


def test_ids_never_collide():
    orders = rows(
        {"work_order": "a/b", "item": "chair", "quantity": 1},
        {"work_order": "a", "item": "chair", "quantity": 1},
    )
    steps = rows({"routing": "R", "step": "c", "sequence": 1}, {"routing": "R", "step": "b/c", "sequence": 2})
    ops = (
        compiled(work_orders=orders, steps=steps, step_resources=None)
        .problem_tables["operations"]["operation"]
        .to_pylist()
    )
    assert len(set(ops)) == 4


def test_row_order_and_string_types_do_not_matter():
    tables = base_tables(
        **two_steps(),
        work_orders=rows(*({"work_order": f"W{i}", "item": "chair", "quantity": i + 1} for i in range(5))),
    )
    turned = {n: t.take(list(range(t.num_rows))[::-1]) for n, t in tables.items()}
    for name in ("work_orders", "steps"):
        field = turned[name].schema.names[0]
        turned[name] = turned[name].set_column(0, field, turned[name][field].dictionary_encode())
    one, two = (Plant(**t).compile(NOW).problem_tables for t in (tables, turned))
    for name in one:
        texts = [
            sorted(
                str(sorted((k, str(v)) for k, v in r.items() if k != "source_row"))
                for r in t[name].to_pylist()
            )
            for t in (one, two)
        ]
        assert texts[0] == texts[1]


def test_reading_canonical_tables_again_changes_nothing():
    first = plant(**two_steps(), bom=rows({"item": "chair", "component": "wood", "quantity": 0.5}))
    second = Plant(**first.tables)
    assert all(first.tables[n].equals(second.tables[n]) for n in first.tables)


def test_started_without_resource_among_several_is_an_error():
    res = rows(
        {"routing": "R", "step": "cut", "choice": "1", "resource": "saw"},
        {"routing": "R", "step": "cut", "choice": "2", "resource": "saw-2"},
    )
    with pytest.raises(SopDataError) as caught:
        compiled(
            step_resources=res,
            progress=rows(
                {"work_order": "W1", "step": "cut", "status": "started", "started": at("2026-03-23T05:00")}
            ),
        )
    assert [i.check for i in caught.value.issues] == ["STATUS_INCONSISTENT"]


def test_integers_as_ids():
    tables = two_steps()
    result = compiled(**tables, work_orders=rows({"work_order": 17, "item": "chair", "quantity": 1}))
    assert result.problem_tables["orders"]["order"].to_pylist() == ["17"]


@settings(max_examples=200, deadline=None)
@given(
    quantity=st.integers(2, 60), batch=st.integers(1, 40), setup=st.integers(0, 50), cut=st.integers(1, 20),
    pack=st.integers(1, 20), pack_setup=st.integers(0, 30), per=st.integers(1, 7),
)  # fmt: skip
def test_streamed_batches_are_always_there_when_needed(quantity, batch, setup, cut, pack, pack_setup, per):
    tables = two_steps(
        cut={"setup_time": setup, "run_time_num": cut, "run_time_den": per, "transfer_quantity": batch},
        pack={"setup_time": pack_setup, "run_time_num": pack, "run_time_den": per},
    )
    order = rows({"work_order": "W1", "item": "chair", "quantity": quantity})
    problem = compiled(**tables, work_orders=order).problem_tables
    link = problem["precedences"].to_pylist()[0]
    a, b = (
        int(by(problem["modes"], "operation")[f"W1/{s}"]["duration"].total_seconds()) for s in ("cut", "pack")
    )

    def share(fraction, duration):
        return -(-round(fraction * 10**6) * duration // 10**6)

    # the earliest start that the rules of a valid schedule allow, with everything open: cut starts at 0
    start = max(share(link["transfer"], a), a - b + share(link["tail"], b))
    if batch >= quantity:
        assert start >= a
        return
    assert start < a or share(link["transfer"], a) == a
    for number in range(-(-quantity // batch)):
        through = min((number + 1) * batch, quantity)
        ready = setup * 60 + cut * 60 * through / per
        needed = start + pack_setup * 60 + pack * 60 * number * batch / per
        assert ready <= needed + 1  # one tick: durations are rounded up once a lot, not once a batch


def test_the_problem_is_built_from_the_tables_on_first_use(monkeypatch):
    import sys
    import types

    seen = []
    module = types.ModuleType("sopengine.problem")
    module.Problem = lambda **tables: seen.append(tables) or "problem"
    monkeypatch.setitem(sys.modules, "sopengine.problem", module)
    result = compiled()
    assert seen == []
    assert (result.problem, result.problem) == ("problem", "problem")
    assert [set(t) for t in seen] == [set(result.problem_tables)]


def test_breaks_do_not_apply_inside_an_exception():
    shifts = rows(
        {"calendar": "c", "weekdays": "Mon-Sun", "start": "06:00", "end": "14:00"},
        {"calendar": "c", "weekdays": "Mon-Sun", "start": "10:00", "end": "10:30", "kind": "break"},
    )
    extra = {"calendar": "c", "date": dt.date(2026, 3, 24), "kind": "open", "start": "06:00", "end": "14:00"}
    tables = compiled(
        shifts=shifts, shift_exceptions=rows(extra), horizon=dt.timedelta(hours=30)
    ).problem_tables
    times = [(local(r["start"])[8:], local(r["end"])[8:]) for r in tables["calendars"].to_pylist()]
    assert times == [("23 06:00", "23 10:00"), ("23 10:30", "23 14:00"), ("24 06:00", "24 14:00")]


def test_tables_of_another_library():
    polars = pytest.importorskip("polars")
    tables = base_tables(**two_steps(), bom=rows({"item": "chair", "component": "wood", "quantity": 0.5}))
    foreign = {n: polars.from_arrow(t) for n, t in tables.items()}
    one, two = (Plant(**t).compile(NOW).problem_tables for t in (tables, foreign))
    assert all(one[n].equals(two[n]) for n in one)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 40))
def test_shifting_every_date_by_weeks_shifts_the_problem(weeks):
    """Without a clock change between them, a plant of another week compiles to the same problem, later."""

    def at_week(number):
        by_weeks = dt.timedelta(weeks=number)
        order = {
            "work_order": "W1",
            "item": "chair",
            "quantity": 20,
            "due": at("2026-01-08T12:00") + by_weeks,
        }
        shifts = {"calendar": "c", "weekdays": "Mon-Fri", "start": "06:00", "end": "14:00"}
        return plant(
            settings=rows({"timezone": "UTC", "duration_unit": "min"}), work_orders=rows(order),
            shifts=rows(shifts),
            demands=rows({"demand": "D", "item": "chair", "quantity": 30, "due": order["due"]}),
        ).compile(at("2026-01-05T06:00") + by_weeks, dt.timedelta(days=30)).problem_tables  # fmt: skip

    first, later = at_week(0), at_week(weeks)
    for name, table in first.items():
        for column in table.column_names:
            values = table[column].to_pylist()
            if pa.types.is_timestamp(table[column].type):
                values = [v and v + dt.timedelta(weeks=weeks) for v in values]
            assert later[name][column].to_pylist() == values
