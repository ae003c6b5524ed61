"""A plant with two families and one bottleneck, small enough to work out by hand.

Chairs (oak, ash) are cut (6 minutes each on either of two saws, the new one twice as fast) and painted (12
minutes each, 10 a lot to set up). A stool is only painted (3 minutes). A chair takes one seat, pressed here.
"""

import pyarrow as pa

from sopengine.plant import Plant
from sopengine.plant.facts import Facts
from sopengine.sop.buckets import Grid

NOW = "2026-03-23T06:00"  # a Monday
DAYS = ("2026-03-23", "2026-03-30", "2026-04-06")


def rows(*dicts):
    """Table of dicts whose keys may differ."""
    names = list(dict.fromkeys(k for d in dicts for k in d))
    return pa.table({n: pa.array([d.get(n) for d in dicts]) for n in names})


def tables(**changes):
    """Tables of the plant, some of them replaced (None removes one)."""
    result = {
        "settings": rows({"timezone": "UTC", "duration_unit": "min", "currency": "EUR"}),
        "items": rows(
            {"item": "oak", "family": "chairs", "uom": "pc", "price": 900, "cost": 400, "lot_multiple": 10},
            {"item": "ash", "family": "chairs", "uom": "pc", "price": 900, "cost": 400, "lot_multiple": 10},
            {"item": "stool", "family": "stools", "uom": "pc", "price": 300, "cost": 100},
            {"item": "seat", "uom": "pc", "cost": 50, "lot_min": 25},
        ),
        "bom": rows(
            {"item": "oak", "component": "seat", "quantity": 1},
            {"item": "ash", "component": "seat", "quantity": 1},
        ),
        "resources": rows(
            {"resource": "saw-old", "location": "hall", "calendar": "day"},
            {"resource": "saw-new", "location": "hall", "calendar": "day"},
            {"resource": "paint", "location": "hall", "calendar": "day"},
            {"resource": "press", "location": "hall", "calendar": "day"},
            {"resource": "crew", "capacity": 2, "location": "hall", "calendar": "day"},
        ),
        "shifts": rows({"calendar": "day", "weekdays": "Mon-Fri", "start": "06:00", "end": "14:00"}),
        "routings": rows(*({"routing": f"R-{i}", "item": i} for i in ("oak", "ash", "stool", "seat"))),
        "steps": rows(
            *(
                {"routing": f"R-{i}", "step": "cut", "sequence": 10, "run_time_num": 6, "suspend": "breaks"}
                for i in ("oak", "ash")
            ),
            *(
                {
                    "routing": f"R-{i}",
                    "step": "paint",
                    "sequence": 20,
                    "run_time_num": 12,
                    "setup_time": 10,
                    "suspend": "breaks",
                }
                for i in ("oak", "ash")
            ),
            {"routing": "R-stool", "step": "paint", "sequence": 10, "run_time_num": 3, "suspend": "breaks"},
            {"routing": "R-seat", "step": "press", "sequence": 10, "run_time_num": 1, "suspend": "breaks"},
        ),
        "step_resources": rows(
            *(
                {"routing": f"R-{i}", "step": "cut", "choice": c, "resource": r, "speed": s}
                for i in ("oak", "ash")
                for c, r, s in (("1", "saw-old", 1.0), ("2", "saw-new", 2.0))
            ),
            *({"routing": f"R-{i}", "step": "paint", "resource": "paint"} for i in ("oak", "ash", "stool")),
            *(
                {"routing": f"R-{i}", "step": "paint", "resource": "crew", "role": "crew", "quantity": 2}
                for i in ("oak", "ash", "stool")
            ),
            {"routing": "R-seat", "step": "press", "resource": "press"},
        ),
        "demands": rows(
            {"demand": "D1", "item": "oak", "customer": "Hotel", "quantity": 30, "due": "2026-03-27T14:00"},
            {"demand": "D2", "item": "ash", "customer": "Cafe", "quantity": 10, "due": "2026-04-03T14:00"},
        ),
        "on_hand": rows({"item": "oak", "quantity": 5}, {"item": "stool", "quantity": 0}),
        "work_orders": rows({"work_order": "W1", "item": "oak", "quantity": 30, "status": "released"}),
    }
    result.update(changes)
    result["demands"] = _times(result["demands"], "due")
    return {k: v for k, v in result.items() if v is not None}


def _times(table, *names):
    for name in names if table is not None else ():
        column = table.column(name).cast(pa.timestamp("s"))
        table = table.set_column(table.column_names.index(name), name, column)
    return table


def plant(**changes):
    """The plant."""
    return Plant(**tables(**changes))


def facts(**changes):
    """Its facts."""
    return Facts(plant(**changes).tables)


def grid(weeks=3):
    """Its first weeks, from now."""
    return Grid(facts().zone, 1774245600, weeks)


def plan(*cells):
    """Plan table of (measure, family, week or month, quantity)."""
    return rows(
        *(
            {"measure": m, "family": f, ("week" if len(b) > 7 else "month"): b, "quantity": q}
            for m, f, b, q in cells
        )
    )


DEFAULT_PLAN = (
    ("demand", "chairs", DAYS[0], 35),
    ("production", "chairs", DAYS[0], 30),
    ("demand", "chairs", DAYS[1], 40),
    ("production", "chairs", DAYS[1], 43),
    ("demand", "stools", DAYS[0], 7),
    ("production", "stools", DAYS[0], 10),
    ("demand", "stools", DAYS[1], 3),
    ("production", "stools", DAYS[1], 5),
)
