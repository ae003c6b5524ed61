"""Bills, profiles and loads of a plant worked out by hand."""

from fractions import Fraction

import pyarrow as pa
from sop_builders import facts, grid, plant, rows, tables

from sopengine.plant.intake.collect import Collector
from sopengine.plant.lots import build_lots
from sopengine.sop.buckets import Window, open_windows
from sopengine.sop.capacity import Bills, Holding, elapsed_over_open, plan_load, schedule_load, total

H = 3600


def lots_of(given):
    return build_lots(given, grid().now, Collector())[0]


def test_bill_shares_alternatives_by_speed_and_open_time():
    # cut: 6 min at speed 1; shares 1/3 and 2/3, so 2 min on the old saw and 4 / 2 = 2 min on the new one
    bill = Bills(facts(), {"saw-old": 10, "saw-new": 10}).per_good_unit("oak")
    assert bill == {"crew": 1440, "paint": 720, "saw-new": 120, "saw-old": 120}
    # the old saw open twice as long: shares are equal, so 3 min and 1.5 min
    bill = Bills(facts(), {"saw-old": 20, "saw-new": 10}).per_good_unit("oak")
    assert (bill["saw-old"], bill["saw-new"]) == (180, 90)


def test_scrap_loads_the_steps_before_it():
    steps = tables()["steps"].to_pylist()
    for row in steps:
        row["scrap_ppm"] = 200_000 if row["step"] == "paint" else 0
    bill = Bills(facts(steps=rows(*steps)), {}).per_good_unit("oak")
    assert bill["paint"] == Fraction(720 * 5, 4) and bill["saw-old"] == Fraction(120 * 5, 4)


def test_load_of_a_lot_has_its_setup_once():
    given = facts()
    load = plan_load(lots_of(given), {"W1": 1}, Bills(given, {}), {})
    assert {slot: total(parts) for slot, parts in load.items()} == {
        ("paint", 1): 30 * 720 + 600,
        ("crew", 1): 2 * (30 * 720 + 600),
        ("saw-old", 1): 30 * 120,
        ("saw-new", 1): 30 * 120,
    }


def test_done_steps_load_nothing_and_started_ones_what_is_left():
    progress = rows(
        {"work_order": "W1", "step": "cut", "status": "done", "good": 30},
        {
            "work_order": "W1",
            "step": "paint",
            "status": "started",
            "good": 12,
            "started": 1774242000,
            "resource": "paint",
        },
    )
    place = progress.column_names.index("started")
    progress = progress.set_column(place, "started", progress["started"].cast(pa.timestamp("s", "UTC")))
    given = facts(progress=progress)
    load = plan_load(lots_of(given), {}, Bills(given, {}), {})
    assert {slot: total(parts) for slot, parts in load.items()} == {
        ("paint", 0): 18 * 720,
        ("crew", 0): 2 * 18 * 720,
    }


def test_profile_puts_early_steps_into_earlier_weeks():
    steps = tables()["steps"].to_pylist()
    for row in steps:
        row["min_lag"] = 8 * 24 * 60 if row["step"] == "cut" else 0
    given = facts(steps=rows(*steps))
    load = plan_load(lots_of(given), {"W1": 2}, Bills(given, {}), {})
    assert {slot for slot in load if slot[0].startswith("saw")} == {("saw-old", 1), ("saw-new", 1)}
    assert ("paint", 2) in load


def test_stretch_makes_scarce_time_reach_further_back():
    given = facts()
    windows = open_windows(given, grid())
    stretch = elapsed_over_open(windows, grid())
    # three weeks less six hours, of which 15 shifts of 8 hours are open
    assert stretch["paint"] == Fraction(3 * 7 * 24 - 6, 15 * 8)
    slow = dict.fromkeys(stretch, Fraction(40))  # painting 6.2 h lasts 10 days
    load = plan_load(lots_of(given), {"W1": 2}, Bills(given, {}), slow)
    assert ("saw-old", 1) in load and ("paint", 2) in load


def test_schedule_load_counts_open_time_of_all_that_is_held():
    week = grid().weeks[0]
    low = grid().now
    windows = {
        "paint": (Window(low, low + 8 * H, 1), Window(low + 24 * H, low + 32 * H, 1)),
        "crew": (Window(low, low + 8 * H, 2), Window(low + 24 * H, low + 32 * H, 1)),
    }
    # 22 hours from 2 h to 26 h: 6 open hours on day one, 2 on day two, when the crew is only one
    run = [
        Holding("A", "paint", "run", low + 2 * H, low + 26 * H, 1),
        Holding("A", "crew", "run", low + 2 * H, low + 26 * H, 2),
        Holding("B", "paint", "changeover", low + 26 * H, low + 27 * H, 1),
        Holding("C", "paint", "run", low - 5 * H, low + 1 * H, 1),
        Holding("D", "paint", "run", week.end, week.end + H, 1),
    ]
    running, changing = schedule_load(run, windows, grid())
    assert running == {("paint", 0): 6 * H + 1 * H, ("crew", 0): 12 * H}
    assert changing == {("paint", 0): 1 * H}


def test_groups_share_their_load():
    changed = tables()
    needs = [r for r in changed["step_resources"].to_pylist() if r["resource"] != "crew"]
    needs.append({"routing": "R-stool", "step": "paint", "group": "hands", "role": "hand", "quantity": 1})
    people = [{"resource": name, "location": "hall"} for name in ("ann", "bob", "cem")]
    given = plant(
        resources=rows(*changed["resources"].to_pylist(), *people),
        groups=rows(*({"group": "hands", "member": p["resource"]} for p in people)),
        step_resources=rows(*needs),
    )
    from sopengine.plant.facts import Facts

    bill = Bills(Facts(given.tables), {}).per_good_unit("stool")
    assert bill == {"ann": 60, "bob": 60, "cem": 60, "paint": 180}
