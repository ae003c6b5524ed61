"""A small shop that has something of everything, with a schedule of it worked out by hand. Now is 100.

- ``press`` (unary, closed over [150, 160)) changes color: red to blue 5, blue to red 4, each with the setter.
- ``oven`` (unary), ``crew`` (cumulative, 3), ``anna``, ``bert`` and ``carl`` (the group ``people``).
- Order A: ``done1`` ended on the press at 90 and left it red; ``run1`` has been in the oven since 95, with
  anna, and has 15 of its 20 ticks to go: until 115. ``a3`` turns the press blue over [115, 120), runs
  [120, 140) with two of the crew.
- Order B: ``b1`` needs no changeover, works [140, 150) and [160, 180) with anna, bert and one of the crew;
  ``b2`` takes no time and no resource, at 180.
- ``c1`` is its own order: [115, 155) in the oven with one of the crew, so the crew is full over [120, 140).
- Order C: ``c2`` in the oven over [155, 165) takes 4 of 10 steel and makes a part.
- Order D: ``d1`` turns the press red over [180, 184), begins late at 190, ends 200, takes the part.
"""

from __future__ import annotations

from .written import assignment_rows, schedule_rows

TABLES = {
    "problem": [{"now": 100, "horizon_end": 1000}],
    "orders": [{"order": key, "due": 170, "weight": 2} for key in "ABCD"],
    "operations": [
        {"operation": "done1", "order": "A", "sequence": 1, "setup_state": "red"},
        {"operation": "run1", "order": "A", "sequence": 2},
        {"operation": "a3", "order": "A", "sequence": 3, "setup_state": "blue"},
        {"operation": "b1", "order": "B", "sequence": 1, "setup_state": "blue", "suspend": "breaks"},
        {"operation": "b2", "order": "B", "sequence": 2},
        {"operation": "c1"},
        {"operation": "c2", "order": "C"},
        {"operation": "d1", "order": "D", "setup_state": "red"},
    ],
    "modes": [
        {"operation": "done1", "resource": "press", "duration": 30},
        {"operation": "run1", "resource": "oven", "duration": 20},
        {"operation": "a3", "resource": "press", "duration": 20},
        {"operation": "b1", "resource": "press", "duration": 30},
        {"operation": "b2", "resource": None, "duration": 0},
        {"operation": "c1", "resource": "oven", "duration": 40},
        {"operation": "c1", "resource": "press", "duration": 40},
        {"operation": "c2", "resource": "oven", "duration": 10},
        {"operation": "d1", "resource": "press", "duration": 10},
    ],
    "requirements": [
        {"operation": "run1", "group": "people"},
        {"operation": "a3", "resource": "crew", "quantity": 2},
        {"operation": "a3", "resource": "setter", "phase": "changeover"},
        {"operation": "b1", "resource": "crew"},
        {"operation": "b1", "group": "people", "quantity": 2},
        {"operation": "c1", "resource": "crew"},
        {"operation": "d1", "resource": "setter", "phase": "changeover"},
    ],
    "resources": [
        {"resource": "press", "calendar": "days", "changeover_matrix": "colors"},
        {"resource": "oven"},
        {"resource": "crew", "capacity": 3},
        {"resource": "setter", "kind": "cumulative"},
        *({"resource": name} for name in ("anna", "bert", "carl")),
    ],
    "groups": [{"group": "people", "member": name} for name in ("anna", "bert", "carl")],
    "calendars": [
        {"calendar": "days", "start": 0, "end": 150},
        {"calendar": "days", "start": 160, "end": 400},
    ],
    "matrices": [{"matrix": "colors"}],
    "changeovers": [
        {"matrix": "colors", "from_value": "red", "to_value": "blue", "duration": 5},
        {"matrix": "colors", "from_value": "blue", "to_value": "red", "duration": 4},
    ],
    "materials": [
        {"operation": "c2", "item": "steel", "quantity": -4},
        {"operation": "c2", "item": "part", "quantity": 1},
        {"operation": "d1", "item": "part", "quantity": -1},
    ],
    "stock": [{"item": "steel", "quantity": 10}],
    "baseline": [
        {"operation": "done1", "resource": "press", "start": 60, "end": 90, "status": "done"},
        {"operation": "run1", "resource": "oven", "start": 95, "status": "started"},
    ],
    "baseline_members": [{"operation": "run1", "resource": "anna", "phase": "run"}],
}

SCHEDULE = schedule_rows(
    TABLES,
    {
        "done1": ("press", 60, 90),
        "run1": ("oven", 95, 115),
        "a3": ("press", 120, 140, 115, 120),
        "b1": ("press", 140, 180),
        "b2": ("b2", 180, 180),
        "c1": ("oven", 115, 155),
        "c2": ("oven", 155, 165),
        "d1": ("press", 190, 200, 180, 184),
    },
)
ASSIGNMENTS = assignment_rows(
    TABLES, SCHEDULE, {("run1", "people"): ["anna"], ("b1", "people"): ["anna", "bert"]}
)
