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
quantity  an amount of an item                                int64, or decimal128 with its own scale
number    a fraction                                          float64
boolean   a yes or no                                         bool
date      a day of a local calendar                           date32
========  ==================================================  ==========================================
"""

from __future__ import annotations

import functools
from typing import Final, Literal, cast

ColumnType = Literal["id", "text", "time", "duration", "integer", "quantity", "number", "boolean", "date"]

_PROBLEM: Final = {
    "problem": "now:time horizon_end:time timezone:text",
    "orders": "order:id release:time due:time deadline:time weight:integer earliness_weight:integer",
    "operations": (
        "operation:id order:id sequence:integer release:time deadline:time"
        " suspend:text setup_state:text batch:text"
    ),
    "setup_states": "operation:id attribute:text value:text",
    "modes": "operation:id mode:id resource:id quantity:integer duration:duration cost:integer",
    "requirements": (
        "requirement:id operation:id mode:id resource:id group:id quantity:integer phase:text breaks:text"
    ),
    "resources": (
        "resource:id kind:text capacity:integer calendar:id"
        " changeover_matrix:id cost_per_hour:integer location:id"
    ),
    "resource_states": "resource:id attribute:text value:text",
    "groups": "group:id member:id priority:integer",
    "calendars": "calendar:id start:time end:time capacity:integer",
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

# The output tables that are read back: a schedule to evaluate, with its assignments.
_RESULT: Final = {
    "schedule": (
        "operation:id order:id mode:id resource:id changeover_start:time"
        " changeover_end:time start:time end:time"
        " status:text pinned:boolean critical:boolean slack:duration"
    ),
    "assignments": (
        "operation:id resource:id phase:text requirement:id start:time end:time quantity:integer"
    ),
}

# The plan of a plant lies beside its tables; `sopengine.sop.plan` reads it.
_PLAN: Final = dict.fromkeys(
    ("plan", "plan_weeks"),
    "measure:text family:id location:id resource:id month:date week:date quantity:quantity",
)


# The classes of a plant's specification in the words of this module; the plant reads clock times itself.
_PLANT_CLASS: Final[dict[str, ColumnType]] = {
    "money": "integer",
    "ratio": "quantity",
    "clock": "text",
    "flag": "boolean",
}


@functools.cache
def _columns() -> dict[str, dict[str, ColumnType]]:
    """Every known table, what a Problem says first; the plant's part comes from its own specification."""
    from sopengine.plant.spec import SPEC

    tables: dict[str, dict[str, ColumnType]] = {}
    for spec in (_PROBLEM, _RESULT, _PLAN):
        for table, text in spec.items():
            pairs = (part.split(":") for part in text.split())
            tables[table] = {column: cast("ColumnType", kind) for column, kind in pairs}
    for table, plant in SPEC.items():
        known = tables.setdefault(table, {})
        for column in plant.columns:
            kind = _PLANT_CLASS.get(column.kind, cast("ColumnType", column.kind))
            known.setdefault(column.name, kind)
    return tables


def problem_tables() -> frozenset[str]:
    """Names of the tables of a Problem."""
    return frozenset(_PROBLEM)


def plant_tables() -> frozenset[str]:
    """Names of the tables of a Plant."""
    from sopengine.plant.spec import SPEC

    return frozenset(SPEC)


def column_type(table: str, column: str) -> ColumnType | None:
    """Type class of a column, or None where the table has no such column.

    Unknown columns are the user's own: readers keep them as text.
    """
    return _columns().get(table, {}).get(column)


def columns_of(table: str) -> tuple[str, ...]:
    """Names of the known columns of a table, in the order of the specification."""
    return tuple(_columns().get(table, {}))


def column_name(table: str, heading: str) -> str:
    """The column that a heading means: `Cost per Hour` is `cost_per_hour`; unknown ones stay as they are."""
    plain = "_".join(heading.strip().lower().replace("-", " ").replace("_", " ").split())
    return plain if column_type(table, plain) else heading.strip()


def is_known_table(table: str) -> bool:
    """Whether a table of this name belongs to a Problem, a Plant or a result."""
    return table in _columns()
