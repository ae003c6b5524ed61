"""Small plants for the tests: one item, one step, one machine, and whatever a case adds."""

import datetime as dt
from zoneinfo import ZoneInfo

import pyarrow as pa

from sopengine.plant import Plant

BERLIN = ZoneInfo("Europe/Berlin")
NOW = "2026-03-23T06:00"


def at(text):
    """Naive datetime from ISO text."""
    return dt.datetime.fromisoformat(text)


def local(moment):
    """Local Berlin text of an aware datetime."""
    return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


def rows(*dicts):
    """Table of dicts whose keys may differ."""
    names = list(dict.fromkeys(k for d in dicts for k in d))
    return pa.table({n: pa.array([d.get(n) for d in dicts]) for n in names})


def base_tables(**changes):
    """Tables of a plant with one chair: 3 minutes a unit on a saw that is always open."""
    tables = {
        "settings": rows({"timezone": "Europe/Berlin", "duration_unit": "min"}),
        "items": rows({"item": "chair"}, {"item": "wood", "kind": "purchased", "uom": "kg", "scale": 1}),
        "resources": rows(
            {"resource": "saw"},
            {"resource": "saw-2"},
            {"resource": "pack"},
            {"resource": "crew", "capacity": 4},
        ),
        "routings": rows({"routing": "R", "item": "chair"}),
        "steps": rows({"routing": "R", "step": "cut", "sequence": 10, "run_time_num": 3}),
        "step_resources": rows({"routing": "R", "step": "cut", "resource": "saw"}),
        "work_orders": rows({"work_order": "W1", "item": "chair", "quantity": 20}),
    }
    tables.update(changes)
    return {k: v for k, v in tables.items() if v is not None}


def plant(**changes):
    """Plant of `base_tables`."""
    return Plant(**base_tables(**changes))


def two_steps(cut=None, pack=None):
    """Tables with the steps cut and pack."""
    return {
        "steps": rows(
            {"routing": "R", "step": "cut", "sequence": 10, "run_time_num": 3, **(cut or {})},
            {"routing": "R", "step": "pack", "sequence": 20, "run_time_num": 1, **(pack or {})},
        ),
        "step_resources": rows(
            {"routing": "R", "step": "cut", "resource": "saw"},
            {"routing": "R", "step": "pack", "resource": "pack"},
        ),
    }


def by(table, *key):
    """Rows of a table by key column (or tuple of them)."""
    return {tuple(r[k] for k in key) if len(key) > 1 else r[key[0]]: r for r in table.to_pylist()}


def minutes(span):
    """Minutes of a timedelta."""
    return span.total_seconds() / 60
