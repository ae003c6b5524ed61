"""Bad inputs and the finding that each must give: one row a case, all of them at once in the last test."""

import datetime as dt

import pyarrow as pa
import pytest
from plant_builders import at, base_tables, plant, rows, two_steps

from sopengine.errors import SopDataError
from sopengine.plant import Plant

ITEMS = [{"item": "chair"}, {"item": "wood", "kind": "purchased", "uom": "kg", "scale": 1}]
SHIFT = {"calendar": "c", "weekdays": "Mon-Fri", "start": "06:00", "end": "14:00"}


def bom(*links, **more):
    return rows(*({"item": a, "component": b, "quantity": 1, **more} for a, b in links))


def step(**more):
    return rows({"routing": "R", "step": "cut", "sequence": 1, **more})


def order(**more):
    return rows({"work_order": "W1", "item": "chair", "quantity": 5, **more})


def use(*more):
    return rows(*({"routing": "R", "step": "cut", **m} for m in more))


def report(**more):
    return rows({"work_order": "W1", "step": "cut", **more})


CASES = {
    "unknown item": ({"work_orders": order(item="chiar")}, "DANGLING_REF", "work_orders", "item"),
    "unknown resource": (
        {"step_resources": use({"resource": "sew"})},
        "DANGLING_REF",
        "step_resources",
        "resource",
    ),
    "unknown step": (
        {"step_resources": rows({"routing": "R", "step": "cat", "resource": "saw"})},
        "DANGLING_REF",
        "step_resources",
        "step",
    ),
    "unknown calendar": (
        {"resources": rows({"resource": "saw", "calendar": "x"})},
        "DANGLING_REF",
        "resources",
        "calendar",
    ),
    "unknown matrix": (
        {"resources": rows({"resource": "saw", "changeover_matrix": "x"})},
        "DANGLING_REF",
        "resources",
        "changeover_matrix",
    ),
    "two items": ({"items": rows(*ITEMS, ITEMS[0])}, "DUPLICATE_ID", "items", "item"),
    "self loop": ({"bom": bom(("chair", "chair"))}, "BOM_CYCLE", "bom", "component"),
    "loop of two": ({"bom": bom(("chair", "wood"), ("wood", "chair"))}, "BOM_CYCLE", "bom", "component"),
    "bom quantity 0": ({"bom": bom(("chair", "wood"), quantity=0)}, "NEGATIVE_VALUE", "bom", "quantity"),
    "bom scrap of all": (
        {"bom": bom(("chair", "wood"), scrap_ppm=1_000_000)},
        "BOM_INVALID",
        "bom",
        "scrap_ppm",
    ),
    "bom inverted": (
        {"bom": bom(("chair", "wood"), valid_from=dt.date(2026, 2, 1), valid_to=dt.date(2026, 1, 1))},
        "BOM_INVALID",
        "bom",
        "valid_to",
    ),
    "bom overlap": (
        {
            "bom": rows(
                *(
                    {"item": "chair", "component": "wood", "quantity": 1, "valid_from": dt.date(2026, m, 1)}
                    for m in (1, 2)
                )
            )
        },
        "BOM_INVALID",
        "bom",
        "valid_from",
    ),
    "unit": ({"bom": bom(("chair", "wood"), uom="g")}, "UOM_MISMATCH", "bom", "uom"),
    "scale": ({"work_orders": order(quantity=2.5)}, "QUANTITY_SCALE", "work_orders", "quantity"),
    "too precise": ({"bom": bom(("chair", "wood"), quantity=0.1234567)}, "TOO_PRECISE", "bom", "quantity"),
    "not a number": ({"work_orders": order(quantity=float("nan"))}, "NOT_FINITE", "work_orders", "quantity"),
    "quantity 0": ({"work_orders": order(quantity=0)}, "NEGATIVE_VALUE", "work_orders", "quantity"),
    "negative time": ({"steps": step(setup_time=-1)}, "NEGATIVE_VALUE", "steps", "setup_time"),
    "speed 0": (
        {"step_resources": use({"resource": "saw", "speed": 0})},
        "NEGATIVE_VALUE",
        "step_resources",
        "speed",
    ),
    "duration text": ({"steps": step(setup_time="2h")}, "TYPE_MISMATCH", "steps", "setup_time"),
    "duration unit": (
        {"settings": rows({"timezone": "UTC"}), "steps": step(setup_time=3)},
        "UNIT_UNDECLARED",
        "steps",
        "setup_time",
    ),
    "subsecond": (
        {"steps": step(setup_time=dt.timedelta(milliseconds=1500))},
        "SUBSECOND",
        "steps",
        "setup_time",
    ),
    "half a number": ({"steps": step(scrap_ppm=0.5)}, "NOT_INTEGRAL", "steps", "scrap_ppm"),
    "null id": (
        {
            "work_orders": rows(
                {"work_order": "W1", "item": None, "quantity": 1},
                {"work_order": "W2", "item": "chair", "quantity": 1},
            )
        },
        "NULL_VALUE",
        "work_orders",
        "item",
    ),
    "empty id": ({"work_orders": order(work_order="")}, "EMPTY_ID", "work_orders", "work_order"),
    "long id": ({"work_orders": order(work_order="x" * 2000)}, "ID_TOO_LONG", "work_orders", "work_order"),
    "missing column": (
        {"work_orders": rows({"work_order": "W1", "itm": "chair", "quantity": 1})},
        "MISSING_COLUMN",
        "work_orders",
        "item",
    ),
    "missing table": (
        {"items": None, "work_orders": None, "routings": None, "steps": None, "step_resources": None},
        "MISSING_TABLE",
        "items",
        None,
    ),
    "unknown table": ({"work_order": order()}, "UNKNOWN_TABLE", "work_order", None),
    "no table": ({"work_orders": [1, 2]}, "TYPE_MISMATCH", "work_orders", None),
    "zone": (
        {"settings": rows({"timezone": "Europe/Atlantis", "duration_unit": "min"})},
        "TZ_UNKNOWN",
        "settings",
        "timezone",
    ),
    "two settings": (
        {"settings": rows(*[{"timezone": "UTC"}] * 2), "steps": step()},
        "SETTINGS_ROWS",
        "settings",
        None,
    ),
    "time in the gap": (
        {"work_orders": order(due=at("2026-03-29T02:30"))},
        "TZ_NONEXISTENT",
        "work_orders",
        "due",
    ),
    "time in the fold": (
        {"work_orders": order(due=at("2026-10-25T02:30"))},
        "TZ_AMBIGUOUS",
        "work_orders",
        "due",
    ),
    "date as time": ({"work_orders": order(due=dt.date(2026, 3, 29))}, "TYPE_MISMATCH", "work_orders", "due"),
    "status": ({"work_orders": order(status="relased")}, "BAD_VALUE", "work_orders", "status"),
    "routing of another item": (
        {"work_orders": order(item="wood", routing="R")},
        "ROUTING_ITEM",
        "work_orders",
        "routing",
    ),
    "no steps": (
        {"routings": rows({"routing": "R", "item": "chair"}, {"routing": "S", "item": "chair"})},
        "NO_STEPS",
        "routings",
        None,
    ),
    "two ends": (
        {"steps": rows(*({"routing": "R", "step": s, "sequence": 1} for s in ("cut", "b")))},
        "ROUTING_END",
        "routings",
        None,
    ),
    "lag": ({"steps": step(min_lag=5, max_lag=4)}, "LAG_INVALID", "steps", "max_lag"),
    "setup cell": ({"steps": step(setup="color")}, "BAD_VALUE", "steps", "setup"),
    "both": (
        {
            "groups": rows({"group": "g", "member": "saw"}),
            "step_resources": use({"resource": "saw", "group": "g"}),
        },
        "RESOURCE_OR_GROUP",
        "step_resources",
        "resource",
    ),
    "two main": (
        {"step_resources": use({"resource": "saw"}, {"resource": "saw-2"})},
        "TWO_MAIN",
        "step_resources",
        "role",
    ),
    "shared and own main": (
        {"step_resources": use({"resource": "saw", "choice": "1"}, {"resource": "saw-2"})},
        "TWO_MAIN",
        "step_resources",
        "role",
    ),
    "weekdays": ({"shifts": rows({**SHIFT, "weekdays": "Mo-Fx"})}, "BAD_WEEKDAYS", "shifts", "weekdays"),
    "clock": ({"shifts": rows({**SHIFT, "start": "6h"})}, "BAD_CLOCK", "shifts", "start"),
    "empty shift": ({"shifts": rows({**SHIFT, "end": "06:00"})}, "SHIFT_INVERTED", "shifts", "end"),
    "shift validity": (
        {"shifts": rows({**SHIFT, "valid_from": dt.date(2026, 2, 1), "valid_to": dt.date(2026, 1, 1)})},
        "SHIFT_INVERTED",
        "shifts",
        "valid_to",
    ),
    "conflict": (
        {"shifts": rows(SHIFT, {**SHIFT, "start": "13:00", "end": "15:00", "capacity": 2})},
        "SHIFT_CONFLICT",
        "shifts",
        "start",
    ),
    "conflict over the week": (
        {
            "shifts": rows(
                {**SHIFT, "weekdays": "Sun", "start": "22:00", "end": "07:00"}, {**SHIFT, "capacity": 2}
            )
        },
        "SHIFT_CONFLICT",
        "shifts",
        "start",
    ),
    "shift zone": ({"shifts": rows({**SHIFT, "timezone": "Mars"})}, "TZ_UNKNOWN", "shifts", "timezone"),
    "half an exception": (
        {
            "shifts": rows(SHIFT),
            "shift_exceptions": rows({"calendar": "c", "date": dt.date(2026, 4, 3), "start": "06:00"}),
        },
        "SHIFT_AMBIGUOUS",
        "shift_exceptions",
        "start",
    ),
    "open without times": (
        {
            "shifts": rows(SHIFT),
            "shift_exceptions": rows({"calendar": "c", "date": dt.date(2026, 4, 3), "kind": "open"}),
        },
        "SHIFT_AMBIGUOUS",
        "shift_exceptions",
        "start",
    ),
    "started without start": (
        {"progress": report(status="started")},
        "STATUS_INCONSISTENT",
        "progress",
        "started",
    ),
    "ended before started": (
        {"progress": report(status="done", started=at("2026-03-02"), ended=at("2026-03-01"))},
        "STATUS_INCONSISTENT",
        "progress",
        "ended",
    ),
    "pin without resource": (
        {"progress": report(status="planned", pin="resource")},
        "STATUS_INCONSISTENT",
        "progress",
        "resource",
    ),
    "lots": (
        {"items": rows({**ITEMS[0], "lot_min": 9, "lot_max": 5}, ITEMS[1])},
        "RANGE_INVERTED",
        "items",
        "lot_min",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_error(name):
    changes, check, table, column = CASES[name]
    with pytest.raises(SopDataError) as caught:
        plant(**changes)
    found = [i for i in caught.value.issues if i.check == check]
    assert [(i.table, i.column, i.severity) for i in found][:1] == [(table, column, "error")]
    assert check in str(caught.value)


def test_the_base_plant_has_no_findings():
    assert plant().findings.num_rows == 0


LOT = {"lot_min": 4, "lot_multiple": 2, "lot_max": 10}
WARNINGS = {
    "small lot": (
        {"items": rows({**ITEMS[0], **LOT}, ITEMS[1]), "work_orders": order(quantity=2)},
        "LOT_SIZE",
        "warning",
    ),
    "odd lot": (
        {"items": rows({**ITEMS[0], **LOT}, ITEMS[1]), "work_orders": order(quantity=5)},
        "LOT_SIZE",
        "warning",
    ),
    "large lot": (
        {"items": rows({**ITEMS[0], **LOT}, ITEMS[1]), "work_orders": order(quantity=12)},
        "LOT_SIZE",
        "warning",
    ),
    "overlap": (
        {"shifts": rows(SHIFT, {**SHIFT, "start": "13:00", "end": "15:00"})},
        "SHIFT_OVERLAP",
        "warning",
    ),
    "sentinel": ({"shifts": rows({**SHIFT, "valid_to": dt.date(9999, 12, 31)})}, "SENTINEL_DATE", "warning"),
    "sentinel due": ({"work_orders": order(due=at("9999-12-31"))}, "SENTINEL_DATE", "warning"),
    "blanks": ({"resources": rows({"resource": "saw"}, {"resource": " saw"})}, "CONFUSABLE_IDS", "warning"),
    "column misspelt": ({"steps": step(run_time=3)}, "UNKNOWN_COLUMN", "warning"),
    "extra column": ({"work_orders": order(planner="Ann")}, "UNKNOWN_COLUMN", "info"),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_warning(name):
    changes, check, severity = WARNINGS[name]
    found = plant(**changes).findings.to_pylist()
    assert [(f["check"], f["severity"]) for f in found] == [(check, severity)]


COMPILE = {
    "stale": (
        {"settings": rows({"timezone": "UTC", "duration_unit": "min", "extracted_at": at("2026-03-20")})},
        "STALE_DATA",
    ),
    "due in the past": ({"work_orders": order(due=at("2026-03-01"))}, "DUE_IN_PAST"),
    "overdue receipt": (
        {"receipts": rows({"receipt": "P", "item": "wood", "quantity": 1, "time": at("2026-03-01")})},
        "RECEIPT_OVERDUE",
    ),
    "end assumed": ({"progress": report(status="done", started=at("2026-03-20"))}, "END_ASSUMED"),
    "all done": (
        {"progress": report(status="done", started=at("2026-03-20"), ended=at("2026-03-21"))},
        "ALL_DONE",
    ),
    "out of sequence": (
        {
            **two_steps(),
            "progress": rows(
                {"work_order": "W1", "step": "pack", "status": "started", "started": at("2026-03-23")}
            ),
        },
        "OUT_OF_SEQUENCE",
    ),
    "bom step": (
        {"bom": bom(("chair", "wood"), step="cup"), "on_hand": rows({"item": "wood", "quantity": 500})},
        "BOM_STEP",
    ),
}


@pytest.mark.parametrize("name", COMPILE)
def test_compile_warning(name):
    changes, check = COMPILE[name]
    assert check in plant(**changes).compile("2026-03-23T06:00").findings["check"].to_pylist()


COMPILE_ERRORS = {
    "started after now": (
        {"progress": report(status="started", started=at("2026-03-24"))},
        "STATUS_INCONSISTENT",
    ),
    "done after now": (
        {"progress": report(status="done", started=at("2026-03-20"), ended=at("2026-03-24"))},
        "STATUS_INCONSISTENT",
    ),
    "on another resource": (
        {"progress": report(status="started", started=at("2026-03-20"), resource="pack")},
        "NO_ELIGIBLE_RESOURCE",
    ),
    "progress of no step": (
        {"progress": rows({"work_order": "W1", "step": "cup", "status": "done"})},
        "DANGLING_REF",
    ),
    "own resource required": (
        {"step_resources": use({"resource": "saw"}, {"resource": "saw", "role": "again"})},
        "REQUIREMENT_OWN",
    ),
    "small group": (
        {
            "groups": rows({"group": "g", "member": "pack"}),
            "step_resources": use({"resource": "saw"}, {"group": "g", "role": "man", "quantity": 2}),
        },
        "CAPACITY_TOO_SMALL",
    ),
}


@pytest.mark.parametrize("name", COMPILE_ERRORS)
def test_compile_error(name):
    changes, check = COMPILE_ERRORS[name]
    with pytest.raises(SopDataError) as caught:
        plant(**changes).compile("2026-03-23T06:00")
    assert check in [i.check for i in caught.value.issues]


def test_all_errors_at_once_with_hints():
    tables = base_tables(
        work_orders=order(item="chiar"), steps=step(setup_time=-1), bom=bom(("chair", "chair"))
    )
    with pytest.raises(SopDataError) as caught:
        Plant(**tables)
    assert {i.check for i in caught.value.issues} == {"DANGLING_REF", "NEGATIVE_VALUE", "BOM_CYCLE"}
    assert next(i for i in caught.value.issues if i.check == "DANGLING_REF").hint == "Maybe 'chair' is meant."
    assert caught.value.findings.num_rows == 3


def test_a_loop_names_the_shortest_way_round():
    names = [f"i{n:02}" for n in range(30)]
    ring = list(zip(names, names[1:] + names[:1], strict=True))
    with pytest.raises(SopDataError) as caught:
        plant(
            items=rows(*({"item": n} for n in [*names, "chair"])),
            bom=bom(*ring, ("i05", "i00")),
            work_orders=None,
        )
    issue = caught.value.issues[0]
    assert issue.found == "i00 > i01 > i02 > i03 > i04 > i05 > i00"


def test_findings_are_capped_and_counted():
    many = pa.table(
        {"work_order": [f"W{i}" for i in range(1500)], "item": ["x"] * 1500, "quantity": [1] * 1500}
    )
    with pytest.raises(SopDataError) as caught:
        plant(work_orders=many)
    assert len(caught.value.issues) == 1001
    assert caught.value.issues[-1].found == "1500"


def test_a_lot_of_the_right_size_is_no_finding():
    assert (
        plant(items=rows({**ITEMS[0], **LOT}, ITEMS[1]), work_orders=order(quantity=8)).findings.num_rows == 0
    )


def test_a_due_date_at_the_end_of_time_costs_no_time():
    tables = {"shifts": rows(SHIFT), "resources": rows({"resource": "saw", "calendar": "c"})}
    compiled = plant(work_orders=order(due=at("9999-12-31")), **tables).compile("2026-03-23T06:00")
    assert compiled.problem_tables["calendars"].num_rows < 5 * 366
