"""Back up: dates by hand, quantities conserved from demand to schedule on random plants."""

import datetime as dt
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plant_builders import BERLIN, NOW, at, by, local, plant, rows, two_steps

from sopengine.errors import SopDataError

DEMANDS = rows(
    {"demand": "D1", "item": "chair", "quantity": 12, "due": at("2026-03-24T12:00"), "customer": "Ann"},
    {"demand": "D2", "item": "chair", "quantity": 10, "due": at("2026-03-25T12:00"), "priority": 2},
    {"demand": "D3", "item": "chair", "quantity": 3, "due": at("2026-03-20T12:00"), "status": "shipped"},
)
ORDERS = rows(
    {"work_order": "W1", "item": "chair", "quantity": 10},
    {"work_order": "W2", "item": "chair", "quantity": 10},
)


def schedule(**times):
    """Schedule from operation=(start, end) with __ for the slash."""
    found = [
        {
            "operation": k.replace("__", "/"),
            "resource": "saw",
            "start": at(a).replace(tzinfo=BERLIN),
            "end": at(b).replace(tzinfo=BERLIN),
        }
        for k, (a, b) in times.items()
    ]
    zone = pa.timestamp("s", "Europe/Berlin")
    types = {"operation": pa.string(), "resource": pa.string(), "start": zone, "end": zone}
    return pa.table({n: pa.array([f[n] for f in found], t) for n, t in types.items()})


def test_promises_are_the_end_of_the_last_pegged_supply():
    compiled = plant(
        work_orders=ORDERS, demands=DEMANDS, on_hand=rows({"item": "chair", "quantity": 5})
    ).compile(NOW)
    up = compiled.lift(
        schedule(
            W1__cut=("2026-03-24T08:00", "2026-03-24T10:00"), W2__cut=("2026-03-25T10:00", "2026-03-25T13:00")
        )
    )
    found = by(up["demand_results"], "demand")
    assert set(found) == {"D1", "D2"}
    assert (local(found["D1"]["promised"]), found["D1"]["status"]) == ("2026-03-24 10:00", "on_time")
    assert (local(found["D2"]["promised"]), found["D2"]["late"], found["D2"]["lateness"]) == (
        "2026-03-25 13:00",
        True,
        dt.timedelta(hours=1),
    )
    orders = by(up["work_order_results"], "work_order")
    assert (orders["W2"]["lateness"], orders["W2"]["weight"]) == (dt.timedelta(hours=1), 2)
    assert up["production"].to_pylist() == [
        {"item": "chair", "date": dt.date(2026, 3, 24), "quantity": 10},
        {"item": "chair", "date": dt.date(2026, 3, 25), "quantity": 10},
    ]


def test_what_is_not_scheduled_is_short():
    compiled = plant(work_orders=ORDERS, demands=DEMANDS).compile(NOW)
    up = compiled.lift(schedule(W1__cut=("2026-03-24T08:00", "2026-03-24T10:00")))
    found = by(up["demand_results"], "demand")
    assert (found["D1"]["short"], found["D1"]["promised"], found["D1"]["status"]) == (2, None, "short")
    assert found["D2"]["short"] == 10
    assert by(up["work_order_results"], "work_order")["W2"]["status"] == "unscheduled"
    assert by(up["step_results"], "operation")["W2/cut"]["status"] == "unscheduled"


def test_an_order_with_one_step_missing_has_no_end():
    compiled = plant(**two_steps()).compile(NOW)
    row = compiled.lift(schedule(W1__cut=("2026-03-24T08:00", "2026-03-24T10:00")))[
        "work_order_results"
    ].to_pylist()[0]
    assert (local(row["start"]), row["end"], row["status"]) == ("2026-03-24 08:00", None, "unscheduled")


def test_history_counts_without_being_in_the_schedule():
    progress = rows(
        {
            "work_order": "W1",
            "step": "cut",
            "status": "done",
            "started": at("2026-03-20T08:00"),
            "ended": at("2026-03-20T09:00"),
            "resource": "saw",
        }
    )
    compiled = plant(**two_steps(), progress=progress).compile(NOW)
    row = compiled.lift(schedule(W1__pack=("2026-03-24T08:00", "2026-03-24T10:00")))[
        "work_order_results"
    ].to_pylist()[0]
    assert (local(row["start"]), local(row["end"]), row["status"]) == (
        "2026-03-20 08:00",
        "2026-03-24 10:00",
        "started",
    )


def test_a_night_over_the_clock_change_is_late_by_elapsed_time():
    order = rows({"work_order": "W1", "item": "chair", "quantity": 1, "due": at("2026-03-29T01:00")})
    up = (
        plant(work_orders=order).compile(NOW).lift(schedule(W1__cut=("2026-03-29T00:00", "2026-03-29T04:00")))
    )
    assert up["work_order_results"]["lateness"].to_pylist() == [dt.timedelta(hours=2)]


def test_a_schedule_of_something_else_is_refused():
    compiled = plant().compile(NOW)
    with pytest.raises(SopDataError) as caught:
        compiled.lift(schedule(X__cut=("2026-03-24T08:00", "2026-03-24T10:00")))
    assert caught.value.issues[0].check == "DANGLING_REF"
    with pytest.raises(SopDataError) as caught:
        compiled.lift(pa.table({"operation": ["W1/cut"]}))
    assert [i.column for i in caught.value.issues] == ["start", "end"]


@st.composite
def plants(draw):
    scrap = st.sampled_from([0, 15_000, 100_000])
    made = ["chair", "leg"]
    items = rows(
        {"item": "chair"},
        {"item": "leg"},
        {"item": "wood", "kind": "purchased", "scale": 1, "lead_time": draw(st.none() | st.just(600))},
    )
    steps = rows(
        *(
            {"routing": i, "step": s, "sequence": n, "run_time_num": 1, "scrap_ppm": draw(scrap)}
            for i in made
            for n, s in enumerate("ab")
        )
    )
    orders = [
        {"work_order": f"W{n}", "item": draw(st.sampled_from(made)), "quantity": draw(st.integers(1, 90))}
        for n in range(draw(st.integers(1, 6)))
    ]
    demands = [
        {
            "demand": f"D{n}",
            "item": "chair",
            "quantity": draw(st.integers(1, 90)),
            "due": dt.datetime(2026, 3, 24 + draw(st.integers(0, 5))),
        }
        for n in range(draw(st.integers(1, 6)))
    ]
    done = {"resource": None, "started": at("2026-03-20"), "ended": at("2026-03-21")}
    progress = [
        {
            "work_order": o["work_order"],
            "step": "a",
            "status": "done",
            "good": draw(st.integers(0, 90)),
            **done,
        }
        for o in orders
        if draw(st.booleans())
    ]
    tables = {
        "items": items,
        "steps": steps,
        "routings": rows(*({"routing": i, "item": i} for i in made)),
        "step_resources": None,
        "work_orders": rows(*orders),
        "demands": rows(*demands),
        "on_hand": rows(
            *({"item": i, "quantity": draw(st.integers(0, 50))} for i in ("chair", "leg", "wood"))
        ),
        "bom": rows(
            {
                "item": "chair",
                "component": "leg",
                "quantity": draw(st.sampled_from([1, 4])),
                "scrap_ppm": draw(scrap),
                "step": draw(st.sampled_from("ab")),
            },
            {
                "item": "chair",
                "component": "wood",
                "quantity": draw(st.sampled_from(["0.3", "1.25"]).map(float)),
                "step": "a",
            },
            {"item": "leg", "component": "wood", "quantity": 2, "step": "b"},
        ),
    }
    if progress:
        tables["progress"] = rows(*progress)
    return plant(**tables)


@settings(max_examples=120, deadline=None)
@given(plants(), st.randoms(use_true_random=False))
def test_quantities_are_conserved_down_and_up(some_plant, random):
    compiled = some_plant.compile(NOW)
    tables = compiled.problem_tables
    pegs = compiled.pegs.to_pylist()
    moves = tables["materials"].to_pylist() if "materials" in tables else []
    order_of = {o["operation"]: o["order"] for o in tables["operations"].to_pylist()}
    consumed, produced = Counter(), Counter()
    for m in moves:
        side = consumed if m["quantity"] < 0 else produced
        side[order_of[m["operation"]], m["item"]] += abs(m["quantity"])
    pegged = Counter()
    for p in pegs:
        if p["consumer"] is not None:
            pegged[p["consumer"], p["item"]] += p["quantity"]
    assert pegged == consumed
    taken = Counter()
    for p in pegs:
        if p["supply_kind"] == "work_order":
            taken[p["supply"], p["item"]] += p["quantity"]
    assert all(taken[k] <= produced[k] for k in taken)
    # every unit consumed is covered: by stock rows, production, or a peg that says short
    stock = Counter()
    for s in tables.get("stock", pa.table({})).to_pylist():
        stock[s["item"]] += s["quantity"]
    short = Counter()
    for p in pegs:
        if p["supply_kind"] == "short" and p["consumer"] is not None:
            short[p["item"]] += p["quantity"]
    made, used = Counter(), Counter()
    for (_, item), q in produced.items():
        made[item] += q
    for (_, item), q in consumed.items():
        used[item] += q
    assert all(used[i] <= stock[i] + made[i] + short[i] for i in used)
    # a schedule of some of the orders: what comes up is what went down
    kept = [o for o in tables["orders"]["order"].to_pylist() if random.random() < 0.7]
    times = {
        op.replace("/", "__"): ("2026-03-24T08:00", "2026-03-24T09:00")
        for op, o in order_of.items()
        if o in kept
    }
    up = compiled.lift(schedule(**times))
    received = Counter()
    for r in up["receipts"].to_pylist():
        received[r["work_order"], r["item"]] += r["quantity"]
    wanted = {k: q for k, q in produced.items() if k[0] in kept}
    done = {r["work_order"] for r in up["work_order_results"].to_pylist() if r["status"] != "unscheduled"}
    assert received == Counter({k: q for k, q in produced.items() if k[0] in done})
    assert set(wanted) <= set(received)
    for d in up["demand_results"].to_pylist():
        direct = [p for p in pegs if p["demand"] == d["demand"] and p["level"] == 0]
        assert sum(p["quantity"] for p in direct) == d["quantity"]
        assert (d["promised"] is None) == (d["short"] > 0)
