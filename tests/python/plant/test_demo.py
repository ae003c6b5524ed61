"""The demo plant says what its story says."""

import datetime as dt
from collections import Counter, defaultdict

import pytest
from plant_builders import BERLIN, by, local

from sopengine import demo

FINISHED = {"chairs", "tables", "shelves", "stools"}


@pytest.fixture(scope="module")
def plant():
    return demo.load("small")


@pytest.fixture(scope="module")
def compiled(plant):
    return plant.compile(demo.now("small"))


def rows(table):
    return table.to_pylist()


def test_it_loads_without_findings(plant):
    assert plant.findings.num_rows == 0
    assert plant.tables["work_orders"].num_rows == 41
    assert len({d["customer"] for d in rows(plant.tables["demands"])}) == 8
    families = Counter(i["family"] for i in rows(plant.tables["items"]) if i["family"] in FINISHED)
    assert sum(families.values()) == 14
    assert set(families) == FINISHED


def test_only_expected_warnings(compiled):
    found = {(f["check"], f["id"]) for f in rows(compiled.findings) if f["severity"] != "info"}
    assert found == {("QUANTITY_SHORT", "W-1002"), ("NO_SUPPLY", "carl-oak")}


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="small"):
        demo.path("large")


def open_hours(compiled, resource, until):
    low, high = dt.datetime.fromisoformat(demo.now()).timestamp(), until.timestamp()
    calendar = by(compiled.problem_tables["resources"], "resource")[resource]["calendar"]
    return sum(
        max(0, min(high, r["end"].timestamp()) - max(low, r["start"].timestamp())) / 3600
        for r in rows(compiled.problem_tables["calendars"])
        if r["calendar"] == calendar
    )


def test_the_spray_line_is_the_bottleneck(compiled):
    tables = compiled.problem_tables
    done = {b["operation"] for b in rows(tables["baseline"]) if b["status"] == "done"}
    shortest = {}
    for m in rows(tables["modes"]):
        hours = m["duration"].total_seconds() / 3600
        if m["operation"] not in done and hours < shortest.get(m["operation"], (1e9,))[0]:
            shortest[m["operation"]] = (hours, m["resource"])
    load = Counter()
    for hours, resource in shortest.values():
        load[resource] += hours
    friday = dt.datetime(2026, 4, 10, 22, tzinfo=BERLIN)
    assert open_hours(compiled, "paint-line", friday) == 212
    assert round(load["paint-line"]) == 181
    assert all(
        load[r] / open_hours(compiled, r, friday) < 0.6
        for r in ("cnc-1", "saw-2", "press", "lathe", "packing")
    )


def test_every_spray_lot_fits_a_day(compiled):
    tables = compiled.problem_tables
    lots = [m["duration"] for m in rows(tables["modes"]) if m["resource"] == "paint-line"]
    assert max(lots) < dt.timedelta(hours=8)  # the Saturday shift is the shortest


def test_clock_change_and_holidays(compiled):
    calendars = defaultdict(list)
    for r in rows(compiled.problem_tables["calendars"]):
        calendars[r["calendar"]].append(
            (local(r["start"]), local(r["end"]), r["end"].timestamp() - r["start"].timestamp())
        )
    press = [c for c in calendars["press"] if c[0] <= "2026-03-28 22:00" < c[1]]
    assert [c[1] for c in press] == ["2026-03-29 06:00"]
    wall = dt.datetime.fromisoformat(press[0][1]) - dt.datetime.fromisoformat(press[0][0])
    assert wall.total_seconds() - press[0][2] == 3600
    closed = ("2026-04-03", "2026-04-06")
    assert not [c for c in calendars["paint"] if c[0][:10] in closed]
    assert [c[2] / 3600 for c in calendars["paint"] if c[0] == "2026-03-28 06:00"] == [8]


def test_two_lots_of_armchairs_wait_for_cushions(compiled):
    tables = compiled.problem_tables
    stock = [(s["time"], s["quantity"]) for s in rows(tables["stock"]) if s["item"] == "cushion"]
    order_of = {o["operation"]: o["order"] for o in rows(tables["operations"])}
    due = {o["order"]: o["due"] for o in rows(tables["orders"])}
    wanted = sorted(
        (due[order_of[m["operation"]]], -m["quantity"])
        for m in rows(tables["materials"])
        if m["item"] == "cushion"
    )
    late = []
    for place, (when, _) in enumerate(wanted):
        arrived = sum(q for t, q in stock if t is None or t <= when)
        late.append(sum(q for _, q in wanted[: place + 1]) > arrived)
    assert late[:4].count(True) == 2
    assert sum(q for _, q in stock) >= sum(q for _, q in wanted)


def test_history_is_complete(compiled):
    base = Counter(b["status"] for b in rows(compiled.problem_tables["baseline"]))
    assert base == {"done": 9, "started": 4}
    assert all(
        b["remaining"] is not None
        for b in rows(compiled.problem_tables["baseline"])
        if b["status"] == "started"
    )


def test_setter_transport_streaming(compiled):
    tables = compiled.problem_tables
    assert {r["resource"] for r in rows(tables["requirements"]) if r["phase"] == "changeover"} == {
        "setup-crew"
    }
    assert tables["transport"].num_rows == 2
    assert sum(p["transfer"] < 1 for p in rows(tables["precedences"])) >= 8
    assert {m["resource"] for m in rows(tables["modes"]) if m["operation"].endswith("/cut")} == {
        "saw-1",
        "saw-2",
    }


def test_colors_have_a_rule_for_every_pair(plant):
    rules = {
        (c["from_value"], c["to_value"])
        for c in rows(plant.tables["changeovers"])
        if c["attribute"] == "color"
    }
    colors = {"white", "oak", "red", "black"}
    assert rules == {(a, b) for a in colors for b in colors if a != b}


def test_every_demand_is_covered_but_one_table(compiled):
    short = [p for p in rows(compiled.pegs) if p["supply_kind"] == "short"]
    assert [(p["item"], p["quantity"]) for p in short] == [("carl-oak", 1)]


def test_the_plan_agrees_with_the_order_book(plant):
    tables = demo.plan("small")
    family = {i["item"]: i["family"] for i in rows(plant.tables["items"])}
    booked = Counter()
    for d in rows(plant.tables["demands"]):
        day = d["due"].astimezone(BERLIN).date()
        booked[family[d["item"]], day - dt.timedelta(days=day.weekday())] += d["quantity"]
    weeks = {(r["measure"], r["family"], r["week"]): r["quantity"] for r in rows(tables["plan_weeks"])}
    for (measure, name, week), quantity in weeks.items():
        if measure == "demand":
            known = booked[name, week]
            assert quantity == known if week <= dt.date(2026, 4, 6) else quantity >= known
    months = {(r["measure"], r["family"], r["month"]): r["quantity"] for r in rows(tables["plan"])}
    for name in FINISHED:
        stock = sum(r["quantity"] for r in rows(plant.tables["on_hand"]) if family.get(r["item"]) == name)
        assert months["opening_inventory", name, dt.date(2026, 3, 1)] == stock
        for number in (3, 4, 5, 6):
            month = dt.date(2026, number, 1)
            stock += months["production", name, month] - months["demand", name, month]
            assert months["inventory", name, month] == stock >= 0
            if number < 5:
                for measure in ("demand", "production"):
                    total = sum(
                        q for (m, f, w), q in weeks.items() if (m, f) == (measure, name) and w.month == number
                    )
                    assert months[measure, name, month] == total
