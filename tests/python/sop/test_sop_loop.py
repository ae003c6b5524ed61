"""The whole loop: with a schedule made by hand, then with the engine on the plant that ships."""

import datetime as dt

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sop_builders import DAYS, DEFAULT_PLAN, NOW, facts, plan, plant, rows

from sopengine import demo
from sopengine.sop import assumptions_of, conclude, prepare, run_plan

UTC = dt.UTC


def at(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def draft(**more):
    return prepare(plant(**more), {"plan": plan(*DEFAULT_PLAN)}, NOW)


def schedule(*pieces):
    """Schedule of (operation, resource, start, end)."""
    zone = pa.timestamp("s", "UTC")
    return pa.table(
        {
            "operation": [p[0] for p in pieces],
            "mode": [p[1] for p in pieces],
            "resource": [p[1] for p in pieces],
            "start": pa.array([p[2] and at(p[2]) for p in pieces], zone),
            "end": pa.array([p[3] and at(p[3]) for p in pieces], zone),
        }
    )


def test_planned_orders_are_what_the_plan_wants_less_what_is_ordered():
    down = draft()
    assert [(o.work_order, o.quantity, o.need) for o in down.planner.orders if o.item != "seat"] == [
        # week 1: 43 chairs; ash is 15 short by then, oak 25, and the mix (30 to 10) parts the other 3
        ("P-0330-ash", 20, 16),
        ("P-0330-oak", 30, 27),
        ("P-0323-stool", 10, 10),
        ("P-0330-stool", 5, 5),
    ]
    # week 0: of 35 chairs the mix wants 26 oak and 9 ash, 30 oak are ordered, so 5 ash are left
    chairs = {("oak", 0): 30, ("ash", 0): 5, ("oak", 1): 30, ("ash", 1): 10}
    assert down.item_demand == {**chairs, ("stool", 0): 7, ("stool", 1): 3}
    # 80 seats are needed and there is none: for W1 now, for the rest a week later
    assert [(o.quantity, o.week) for o in down.planner.orders if o.item == "seat"] == [(30, 0), (50, 1)]
    orders = {r["order"]: r for r in down.compiled.problem_tables["orders"].to_pylist()}
    assert orders["P-0330-oak"]["due"] == at("2026-04-06T00:00")
    assert orders["W1"]["due"] == at("2026-03-27T14:00")  # the due date of its demand


def finished_draft():
    """W1 a week late, ash a week early, oak not at all, stools in time."""
    down = draft()
    pieces = [
        ("W1/cut", "saw-new", "2026-03-23T06:00", "2026-03-23T07:30"),
        ("W1/paint", "paint", "2026-03-31T06:00", "2026-03-31T12:10"),
        ("P-0330-ash/cut", "saw-old", "2026-03-24T06:00", "2026-03-24T08:00"),
        ("P-0330-ash/paint", "paint", "2026-03-25T06:00", "2026-03-25T10:10"),
        ("P-0330-oak/cut", "saw-old", None, None),
        ("P-0323-stool/paint", "paint", "2026-03-26T06:00", "2026-03-26T06:30"),
        ("P-0330-stool/paint", "paint", "2026-04-01T06:00", "2026-04-01T06:15"),
    ]
    reasons = rows(
        {"order": "W1", "rank": 2, "cause": "calendar", "object": "paint"},
        {"order": "W1", "rank": 1, "cause": "material", "object": "seat"},
    )
    return conclude(down, schedule(*pieces), reasons=reasons)


def test_ledger_names_every_unit():
    up = finished_draft()
    got = [
        (r["week"].isoformat(), r["item"], r["cause"], r["quantity"], r["reason"])
        for r in up.ledger.to_pylist()
    ]
    assert got == [
        (DAYS[0], "ash", "earlier", -20, None),
        (DAYS[0], "oak", "later", 30, "material seat"),
        (DAYS[1], "ash", "earlier", 20, None),
        (DAYS[1], "ash", "lot_rounding", -4, None),
        (DAYS[1], "oak", "later", -30, "material seat"),
        (DAYS[1], "oak", "unscheduled", 30, None),
        (DAYS[1], "oak", "lot_rounding", -3, None),
    ]
    assert_ledger_is_exact(up)


def assert_ledger_is_exact(up):
    gaps = {}
    for row in up.ledger.to_pylist():
        slot = row["family"], row["location"], row["week"]
        gaps[slot] = gaps.get(slot, 0) + row["quantity"]
    view = [r for r in up.schedule_view.to_pylist() if r["level"] == "week"]
    assert view
    for row in view:
        slot = row["family"], row["location"], row["bucket"]
        assert gaps.get(slot, 0) == row["gap"] == row["production"] - row["scheduled"]


def test_months_of_the_view_sum_their_weeks():
    view = finished_draft().schedule_view.to_pylist()
    weeks = [r for r in view if r["level"] == "week" and r["family"] == "chairs"]
    (month,) = [r for r in view if r["level"] == "month" and r["family"] == "chairs"]
    for name in ("demand", "production", "scheduled", "gap"):
        assert month[name] == sum(r[name] for r in weeks)
    assert (month["production"], month["scheduled"]) == (73, 50)


def test_load_from_both_sides():
    load = {(r["resource"], r["week"].isoformat()): r for r in finished_draft().load.to_pylist()}
    paint = load["paint", DAYS[0]]
    assert paint["open"] == 40 * 3600
    # plan: W1 (30 x 12 + 10 min) and ten stools (3 min each)
    assert paint["planned"] == (30 * 12 + 10 + 30) * 60
    # schedule: ash (4 h 10) and the stools (30 min)
    assert paint["scheduled"] == (250 + 30) * 60
    assert load["crew", DAYS[0]]["scheduled"] == 2 * paint["scheduled"]
    assert load["saw-new", DAYS[0]]["scheduled"] == 90 * 60


def test_inventory_of_both_sides():
    up = finished_draft()
    closing = {(r["side"], r["item"], r["week"].isoformat()): r["closing"] for r in up.inventory.to_pylist()}
    assert closing["plan", "oak", DAYS[0]] == 5 + 30 - 30
    assert closing["schedule", "oak", DAYS[0]] == 5 + 0 - 30
    assert closing["schedule", "ash", DAYS[0]] == 20 - 5
    assert closing["schedule", "oak", DAYS[1]] == 5 + 30 - 60


def test_findings_and_page_tell_what_is_wrong():
    up = finished_draft()
    found = {(r["code"], r["subject"]) for r in up.findings.to_pylist()}
    assert ("STOCKOUT", "oak") in found
    assert ("PLAN_NOT_SCHEDULED", "chairs") in found
    assert ("ORDER_LATE_FOR_DEMAND", "D1") in found
    assert not up.supported
    text = up.page()
    assert text.startswith("Can the business support this demand plan?\n\nNo.\n")
    for words in ("Hotel", "material seat", "Capacity: no resource is loaded to 90 %", "What to do"):
        assert words in text
    assert "<pre>" in up._repr_html_()
    assert max(len(line) for line in text.splitlines()) < 260


def test_a_plan_that_holds_is_answered_with_yes():
    cells = (("demand", "chairs", DAYS[0], 30), ("production", "chairs", DAYS[0], 30))
    seats = rows({"item": "oak", "quantity": 5}, {"item": "seat", "quantity": 60})
    orders = rows({"demand": "D1", "item": "oak", "quantity": 30, "due": "2026-03-27T14:00"})
    down = prepare(plant(on_hand=seats, demands=orders), {"plan": plan(*cells)}, NOW)
    up = conclude(
        down,
        schedule(
            ("W1/cut", "saw-new", "2026-03-23T06:00", "2026-03-23T07:30"),
            ("W1/paint", "paint", "2026-03-24T06:00", "2026-03-24T12:10"),
        ),
    )
    assert up.supported and up.ledger.num_rows == 0
    assert "\n\nYes.\n" in up.page()


def test_assumptions_that_changed_are_named():
    before = assumptions_of(facts())
    same = prepare(plant(), {"plan": plan(*DEFAULT_PLAN)}, NOW, expected=before)
    assert not [f for f in conclude(same, None).check_findings if f.code == "ASSUMPTIONS_DIFFER"]
    fewer = rows({"calendar": "day", "weekdays": "Mon-Thu", "start": "06:00", "end": "14:00"})
    other = prepare(plant(shifts=fewer), {"plan": plan(*DEFAULT_PLAN)}, NOW, expected=before)
    found = [f.subject for f in conclude(other, None).check_findings if f.code == "ASSUMPTIONS_DIFFER"]
    assert found == ["capacity"]


def test_row_order_is_no_assumption():
    turned = {name: table.take(list(range(table.num_rows))[::-1]) for name, table in plant().tables.items()}
    from sopengine.plant import Plant
    from sopengine.plant.facts import Facts

    assert assumptions_of(Facts(Plant(**turned).tables)) == assumptions_of(facts())


def test_hours_and_opening_stock_of_the_plan_are_compared():
    source = rows(
        {"measure": "demand", "family": "chairs", "week": DAYS[0], "quantity": 35},
        {"measure": "opening_inventory", "family": "chairs", "week": DAYS[0], "quantity": 6},
        {"measure": "open_hours", "resource": "paint", "week": DAYS[0], "quantity": 41},
        {"measure": "open_hours", "resource": "crew", "week": DAYS[0], "quantity": 80},
    )
    up = conclude(prepare(plant(), {"plan": source}, NOW), None)
    found = {(f.subject, f.expected, f.actual) for f in up.check_findings if f.code == "ASSUMPTIONS_DIFFER"}
    assert found == {("chairs", 6, 5), ("paint", 41, 40)}


def test_row_order_of_the_plant_never_matters():
    source = {"plan": plan(*DEFAULT_PLAN)}
    turned = {name: table.take(list(range(table.num_rows))[::-1]) for name, table in plant().tables.items()}
    from sopengine.plant import Plant

    one, two = (conclude(prepare(p, source, NOW), None) for p in (plant(), Plant(**turned)))
    for name in one.tables:
        assert one.tables[name].equals(two.tables[name]), name


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_schedule_gives_an_exact_ledger(data):
    """Whatever is finished whenever, the ledger of every family and week sums to plan - schedule."""
    down = draft()
    days = [None, "2026-03-20", "2026-03-25", "2026-03-30", "2026-04-01", "2026-04-06", "2026-05-11"]
    pieces = []
    for operation in down.compiled.problem_tables["operations"]["operation"].to_pylist():
        day = data.draw(st.sampled_from(days))
        resource = "saw-old" if operation.endswith("cut") else "paint"
        pieces.append((operation, resource, day and f"{day}T00:00", day and f"{day}T00:00"))
    assert_ledger_is_exact(conclude(down, schedule(*pieces)))


def test_the_shipped_plan_goes_down_and_comes_up():
    """Until the engine speaks: nothing scheduled, so the whole plan is the gap, less what is not planned."""
    down = prepare(demo.load(), demo.plan(), demo.now())
    up = conclude(down, None)
    assert_ledger_is_exact(up)
    months = {}
    for (key, week), units in down.production.items():
        month = down.grid.weeks[week].month
        months[key.family, month] = months.get((key.family, month), 0) + units
    stated = {
        (r["family"], r["month"]): r["quantity"]
        for r in demo.plan()["plan"].to_pylist()
        if r["measure"] == "production"
    }
    assert months == stated
    by_item = {}
    for (item, week), units in down.item_production.items():
        slot = down.plan.hierarchy.key[item].family, down.grid.weeks[week].month
        by_item[slot] = by_item.get(slot, 0) + units
    assert by_item == stated


def test_projected_stock_is_the_inventory_that_the_shipped_plan_states():
    up = conclude(prepare(demo.load(), demo.plan(), demo.now()), None)
    grid = up.draft.grid
    last = {grid.weeks[weeks[-1]].monday: month for month, weeks in grid.months.items()}
    closing = {}
    for row in up.inventory.to_pylist():
        assert row["side"] == "schedule" or row["short"] == 0  # no item is short while its family has stock
        if row["side"] == "plan" and row["week"] in last:
            slot = row["family"], last[row["week"]]
            closing[slot] = closing.get(slot, 0) + row["closing"]
    rows_of_plan = demo.plan()["plan"].to_pylist()
    assert closing == {
        (r["family"], r["month"]): r["quantity"] for r in rows_of_plan if r["measure"] == "inventory"
    }


def test_the_shipped_plan_with_the_engine():
    pytest.importorskip("sopengine._engine")
    up = run_plan(demo.path(), now=demo.now(), time_limit=None, work_limit=200_000, seed=1)
    assert up.result.verify().num_rows == 0
    assert_ledger_is_exact(up)
    # the spray line is where it gets tight, wool cushions are what is missing
    found = {(r["code"], r["subject"]) for r in up.findings.to_pylist()}
    assert ("LOAD_OVER_CAPACITY", "paint-line") in found
    assert ("MATERIAL_SHORT", "cushion") in found
    for row in up.load.to_pylist():
        if row["scheduled"] is not None:
            assert row["scheduled"] + row["changeover"] <= row["open"], row
    assert "Spray line" in up.page()
    again = run_plan(demo.path(), now=demo.now(), time_limit=None, work_limit=200_000, seed=1)
    assert again.page() == up.page()


@pytest.mark.parametrize(
    "missing", ["demands", "on_hand", "work_orders", "bom", "shifts"], ids=lambda name: f"no-{name}"
)
def test_a_plant_may_lack_a_table(missing):
    changes = {missing: None}
    if missing == "shifts":
        changes["resources"] = rows(
            *(
                {k: v for k, v in r.items() if k != "calendar"}
                for r in plant().tables["resources"].select(["resource", "capacity"]).to_pylist()
            )
        )
    up = conclude(prepare(plant(**changes), {"plan": plan(*DEFAULT_PLAN)}, NOW), None)
    assert_ledger_is_exact(up)
    assert up.page().startswith("Can the business support")


def test_without_a_plan_the_orders_are_planned():
    up = conclude(prepare(plant(), None, NOW), None)
    view = {(r["family"], r["bucket"].isoformat()): r for r in up.schedule_view.to_pylist()}
    assert view["chairs", DAYS[0]]["production"] == 30  # W1, and nothing is added to it
    assert [o.item for o in up.draft.planner.orders] == ["seat"]
    assert {r["cause"] for r in up.ledger.to_pylist()} == {"unscheduled"}


def test_only_the_weeks_asked_for_are_scheduled():
    down = prepare(plant(), {"plan": plan(*DEFAULT_PLAN)}, NOW, weeks=1)
    assert set(down.planned) == {"P-0323-stool", "P-0323-seat"}
    orders = set(down.compiled.problem_tables["orders"]["order"].to_pylist())
    assert orders == {"W1", *down.planned}
    up = conclude(down, None)
    assert {r["bucket"].isoformat() for r in up.schedule_view.to_pylist()} == {DAYS[0]}
    assert up.planned_orders.num_rows == 6  # all of the plan's, two of them scheduled
    assert up.planned_orders["scheduled"].to_pylist().count(True) == 2


def test_names_of_new_orders_never_meet_old_ones():
    old = rows({"work_order": "P-0323-stool", "item": "oak", "quantity": 30, "status": "released"})
    down = prepare(plant(work_orders=old), {"plan": plan(*DEFAULT_PLAN)}, NOW)
    assert "P-0323-stool-2" in down.planned and "P-0323-stool" not in down.planned


def test_a_unit_of_scrap_does_not_move_a_lot_into_another_week():
    orders = rows(
        {"work_order": "W1", "item": "oak", "quantity": 29, "status": "released"},
        {"work_order": "W2", "item": "oak", "quantity": 40, "status": "released"},
    )
    wanted = rows(
        {"demand": "D1", "item": "oak", "quantity": 35, "due": "2026-03-27T14:00"},
        {"demand": "D2", "item": "oak", "quantity": 39, "due": "2026-04-03T14:00"},
    )
    down = prepare(plant(work_orders=orders, demands=wanted), {"plan": plan(*DEFAULT_PLAN)}, NOW)
    # five from stock, 29 from W1, one of the 40 of W2
    assert (down.planner.week_of["W1"], down.planner.week_of["W2"]) == (0, 1)


def test_a_folder_is_read_with_its_plan(tmp_path):
    from pyarrow import csv

    from sopengine.sop.loop import plan_files

    csv.write_csv(plan(*DEFAULT_PLAN), tmp_path / "plan.csv")
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    found = plan_files(tmp_path)
    assert set(found) == {"plan"} and found["plan"].num_rows == len(DEFAULT_PLAN)
    assert found["plan"]["week"].type == pa.date32()
    assert plan_files(tmp_path / "plan.csv") == {}


def test_stock_of_one_item_does_not_serve_another():
    cells = (
        ("demand", "chairs", DAYS[0], 30),
        ("demand", "chairs", DAYS[1], 10),
        ("production", "chairs", DAYS[1], 6),
    )
    wealth = rows({"item": "oak", "quantity": 500}, {"item": "seat", "quantity": 500})
    orders = rows({"work_order": "W1", "item": "oak", "quantity": 1, "status": "done"})
    up = conclude(prepare(plant(on_hand=wealth, work_orders=orders), {"plan": plan(*cells)}, NOW), None)
    found = [f for f in up.check_findings if f.code == "MIX_WITHOUT_SUPPLY"]
    # the cafe wants 10 ash; 6 chairs are made, and 500 oak chairs are no help
    assert [(f.subject, f.bucket, f.expected, f.actual) for f in found] == [("chairs", DAYS[1], 10, 6)]
    assert not [f for f in up.check_findings if f.code == "DEMAND_WITHOUT_SUPPLY"]


def test_the_page_of_many_weeks_stays_a_page():
    cells = [("production", "stools", f"2026-{month:02}", 900 + month) for month in range(4, 13)]
    up = conclude(prepare(plant(), {"plan": plan(*cells)}, NOW, weeks=39), None)
    lines = up.page().splitlines()
    (more,) = [line for line in lines if line.startswith("  and ") and "more" in line]
    assert up.schedule_view.num_rows == 39 + 8 + 1 and len(lines) < 100
    assert sum(line.startswith("  stools") for line in lines) == 32 and more


def test_money_by_hand():
    money = {(r["family"], r["week"].isoformat()): r for r in finished_draft().money.to_pylist()}
    chairs = money["chairs", DAYS[0]]
    # 30 oak and 5 ash wanted; of the plan 5 oak are left and 5 ash owed; scheduled are 20 ash and no oak
    assert (chairs["revenue"], chairs["margin"]) == (35 * 900, 35 * 500)
    assert (chairs["stock_plan"], chairs["stock_schedule"]) == (5 * 400, 15 * 400)
    assert chairs["unserved"] == 25 * 900
    assert money["stools", DAYS[0]]["cost_of_sales"] == 7 * 100


def test_a_whole_week_later_is_the_same_plan_a_week_later():
    def shifted(table, days):
        for name in table.column_names:
            kind = table.schema.field(name).type
            if pa.types.is_timestamp(kind):
                span = pa.scalar(days * 86_400, pa.int64())
                ticks = pc.add(table[name].cast(pa.timestamp("s")).cast(pa.int64()), span)
                place = table.column_names.index(name)
                table = table.set_column(place, name, ticks.cast(pa.timestamp("s")))
        return table

    from sop_builders import tables

    from sopengine.plant import Plant

    later = Plant(**{name: shifted(table, 7) for name, table in tables().items()})
    cells = [
        (m, f, (dt.date.fromisoformat(b) + dt.timedelta(7)).isoformat(), q) for m, f, b, q in DEFAULT_PLAN
    ]
    one = prepare(plant(), {"plan": plan(*DEFAULT_PLAN)}, NOW)
    two = prepare(later, {"plan": plan(*cells)}, "2026-03-30T06:00")
    assert [(o.item, o.week, o.quantity) for o in one.planner.orders] == [
        (o.item, o.week, o.quantity) for o in two.planner.orders
    ]
    assert one.load.keys() == two.load.keys() and one.open_time == two.open_time
    assert [f.gap for f in conclude(one, None).check_findings] == [
        f.gap for f in conclude(two, None).check_findings
    ]


def test_a_plant_without_families_plans_its_end_items():
    """Weeks reach as far as work orders do, so that no load falls into a week that there is not."""
    orders = rows(
        {"work_order": "W1", "item": "oak", "quantity": 20, "due": at("2026-04-10T12:00")},
        {"work_order": "W2", "item": "seat", "quantity": 20, "due": at("2026-04-20T12:00")},
    )
    known = plant(work_orders=orders, demands=None)
    bare = known.replace(items=known.tables["items"].drop_columns("family"))
    up = conclude(prepare(bare, None, NOW), None)
    assert {str(key) for key in up.draft.plan.keys} == {"oak (hall)"}
    assert len(up.draft.grid) == 5
    assert "None" not in up.page()
