"""The type class of every known column, for formats that carry no types of their own.

Text formats (CSV, spreadsheets) and databases say little about what a column means: `00420` may be an id or
a number, `90` a duration or a count. The class of the column decides, never the look of the values:

========  ==================================================  ==========================================
class     meaning                                             Arrow type read from text
========  ==================================================  ==========================================
id        names a thing; leading zeros are part of the name   string
text      any other word                                      string
time      an instant                                          int64 or timestamp
duration  a length of time                                    int64 or duration[s]
integer   counts, ranks, money in minor units                 int64
quantity  an amount of an item or of capacity                 int64, or decimal128 with its own scale
number    a fraction                                          float64
boolean   a yes or no                                         bool
date      a day of a local calendar                           date32
clock     a local time of day                                 time32[s]
========  ==================================================  ==========================================
"""

from __future__ import annotations

from typing import Final, Literal, get_args

ColumnType = Literal[
    "id", "text", "time", "duration", "integer", "quantity", "number", "boolean", "date", "clock"
]

_PROBLEM: Final = {
    "problem": "now:time horizon_end:time timezone:text",
    "orders": "order:id release:time due:time deadline:time weight:integer earliness_weight:integer",
    "operations": (
        "operation:id order:id sequence:integer release:time deadline:time suspend:text setup_state:text batch:id"
    ),
    "setup_states": "operation:id attribute:text value:text",
    "modes": "operation:id mode:id resource:id quantity:quantity duration:duration cost:integer",
    "requirements": (
        "requirement:id operation:id mode:id resource:id group:id quantity:quantity phase:text breaks:text"
    ),
    "resources": (
        "resource:id kind:text capacity:quantity calendar:id changeover_matrix:id cost_per_hour:integer location:id"
    ),
    "resource_states": "resource:id attribute:text value:text",
    "groups": "group:id member:id priority:integer",
    "calendars": "calendar:id start:time end:time capacity:quantity",
    "matrices": "matrix:id combine:text suspend:text attached:boolean",
    "changeovers": (
        "matrix:id attribute:text from_value:text to_value:text compare:text duration:duration cost:integer"
        " priority:integer"
    ),
    "precedences": (
        "before:id after:id kind:text min_lag:duration max_lag:duration transfer:number tail:number"
        " same_resource:boolean"
    ),
    "transport": "from_location:id to_location:id duration:duration",
    "materials": "operation:id item:id quantity:quantity",
    "stock": "item:id time:time quantity:quantity",
    "items": "item:id max_stock:quantity unlimited:boolean",
    "baseline": (
        "operation:id mode:id resource:id start:time end:time status:text remaining:duration"
        " remaining_changeover:duration pin:text on_stop:text"
    ),
    "baseline_members": "operation:id resource:id phase:text",
}

_PLANT: Final = {
    "items": (
        "item:id kind:text family:text uom:text scale:integer cost:integer price:integer lot_min:quantity"
        " lot_multiple:quantity lot_max:quantity lead_time:duration safety_stock:quantity"
    ),
    "bom": "item:id component:id quantity:quantity scrap_ppm:integer valid_from:time valid_to:time",
    "routings": "routing:id item:id priority:integer valid_from:time valid_to:time",
    "steps": (
        "routing:id step:id sequence:integer setup_time:duration run_time:duration run_quantity:quantity"
        " fixed_time:duration scrap_ppm:integer transfer_quantity:quantity suspend:text setup_state:text"
    ),
    "step_resources": (
        "routing:id step:id choice:id resource:id group:id role:text speed:number quantity:quantity phase:text"
        " cost:integer"
    ),
    "work_orders": (
        "work_order:id item:id quantity:quantity routing:id status:text release:time due:time priority:integer"
    ),
    "progress": (
        "work_order:id step:id status:text started:time good:quantity scrap:quantity remaining:duration resource:id"
    ),
    "demands": (
        "demand:id item:id location:id customer:id quantity:quantity due:time priority:integer kind:text status:text"
    ),
    "on_hand": "item:id location:id quantity:quantity",
    "receipts": "receipt:id item:id location:id time:time quantity:quantity",
    "shifts": (
        "calendar:id weekdays:text start:clock end:clock capacity:quantity valid_from:date valid_to:date"
    ),
    "shift_exceptions": "calendar:id start:time end:time capacity:quantity",
}

# The output tables that are read back: a schedule to evaluate, with its assignments.
_RESULT: Final = {
    "schedule": (
        "operation:id order:id mode:id resource:id changeover_start:time changeover_end:time start:time end:time"
        " status:text pinned:boolean critical:boolean slack:duration"
    ),
    "assignments": (
        "operation:id resource:id phase:text requirement:id start:time end:time quantity:quantity"
    ),
}


def _parsed(*specs: dict[str, str]) -> dict[str, dict[str, ColumnType]]:
    known = get_args(ColumnType)
    tables: dict[str, dict[str, ColumnType]] = {}
    for spec in specs:
        for table, text in spec.items():
            for part in text.split():
                column, _, kind = part.partition(":")
                if kind not in known:
                    raise AssertionError(f"{table}.{column}: no column type {kind!r}")
                tables.setdefault(table, {})[column] = kind
    return tables


_COLUMNS: Final = _parsed(_PROBLEM, _PLANT, _RESULT)
PROBLEM_TABLES: Final = frozenset(_PROBLEM)
PLANT_TABLES: Final = frozenset(_PLANT) | {"resources", "groups", "changeovers", "matrices", "transport"}


def column_type(table: str, column: str) -> ColumnType | None:
    """Type class of a column, or None where the table has no such column.

    Unknown columns are the user's own: readers keep them as text.
    """
    return _COLUMNS.get(table, {}).get(column)


def columns_of(table: str) -> tuple[str, ...]:
    """Names of the known columns of a table, in the order of the specification."""
    return tuple(_COLUMNS.get(table, {}))


def is_known_table(table: str) -> bool:
    """Whether a table of this name belongs to a Problem, a Plant or a result."""
    return table in _COLUMNS
