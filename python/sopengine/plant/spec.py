"""Every table and column of a Plant: the one source for reading, checking and documentation.

A Plant is what ERP and MES know: items, bills of material, routings, work orders, stock and shifts.
Quantities are in the item's own unit (``uom``) and may have as many decimals as the item's ``scale`` says;
durations are Arrow durations, or integers in ``settings.duration_unit``; times are Arrow timestamps with a
zone, or naive and then in ``settings.timezone``. A larger priority always wins. Columns not listed here are
kept and never read.

Type classes and the canonical Arrow type that a Plant holds after reading:

========= ==================================================================================================
id        string (integers are accepted and become their decimal text)
text      string
integer   int64
money     int64, minor units
quantity  int64 where every value is whole, else decimal128(28, 6); in the item's unit
ratio     decimal128(28, 6), such as 1.25
duration  duration[s]
time      timestamp[s, settings.timezone]
date      date32
clock     string ``HH:MM:SS``, local time of day, up to ``24:00:00``
flag      bool
========= ==================================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

Kind = Literal[
    "id", "text", "integer", "money", "quantity", "ratio", "duration", "time", "date", "clock", "flag"
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, type class, what it means, and what it must be."""

    name: str
    kind: Kind
    doc: str
    required: bool = False
    default: str | int | bool | None = None
    unit: str | None = None
    refers: str | None = None
    """Table whose key the value must be (checked where that table is given)."""
    low: int | None = None
    """Smallest value allowed (quantities: in the item's unit)."""
    positive: bool = False
    """Whether zero is not allowed either."""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: its columns and the columns that identify a row (none: rows add up or overlap freely)."""

    name: str
    doc: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    required: bool = False
    by_name: dict[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {c.name: c for c in self.columns})


def _item(doc: str = "The item.", *, required: bool = True) -> Column:
    return Column("item", "id", doc, required=required, refers="items")


def _quantity(doc: str, *, positive: bool = False) -> Column:
    return Column("quantity", "quantity", doc, required=True, unit="uom", low=0, positive=positive)


_UOM = Column("uom", "text", "Unit of this row's quantity; if given it must be the item's unit.")
_LOCATION = Column(
    "location", "id", "Site or store; free text unless the table locations is given.", refers="locations"
)
_FROM = Column("valid_from", "date", "First local day on which the row holds; null: since ever.")
_TO = Column("valid_to", "date", "Last local day on which the row holds; null: for ever.")
_PRIORITY = Column("priority", "integer", "A larger number is preferred.", default=0)

# One column a line reads as a table.
# fmt: off
SPEC: dict[str, TableSpec] = {
    t.name: t
    for t in (
        TableSpec("settings", "One row of facts about the whole plant.", (
            Column("timezone", "text", "IANA zone of naive times and of shifts.", required=True),
            Column("duration_unit", "text", "Unit of integer durations; none: integers are an error.",
                   choices=("s", "min", "h")),
            Column("currency", "text", "Currency of every money column."),
            Column("local_time_rule", "text",
                   "What a local time skipped or repeated by a clock change means.",
                   default="error", choices=("error", "earlier", "later")),
            Column("safety_stock", "text", "May work consume safety stock (use) or is it set aside (keep).",
                   default="use", choices=("use", "keep")),
            Column("extracted_at", "time",
                   "When the tables were taken from their systems; null: not known."),
            Column("max_age", "duration", "Older data than this at `now` is reported as stale.",
                   default=86_400),
        ), required=True),
        TableSpec("locations", "Sites and stores.", (
            Column("location", "id", "The location.", required=True),
            Column("name", "text", "Its name."),
        ), ("location",)),
        TableSpec("items", "What is bought, made and sold.", (
            Column("item", "id", "The item.", required=True),
            Column("kind", "text", "made (by work orders), purchased, or bulk (always at hand).",
                   default="made",
                   choices=("made", "purchased", "bulk")),
            Column("name", "text", "Its name."),
            Column("family", "text", "Family of the sales and operations plan."),
            Column("uom", "text", "Unit of measure of all its quantities."),
            Column("scale", "integer", "Decimals that its quantities may have.", default=0, low=0),
            Column("cost", "money", "Cost of one unit.", unit="minor units", low=0),
            Column("price", "money", "Price of one unit.", unit="minor units", low=0),
            Column("lot_min", "quantity", "Smallest lot.", unit="uom", low=0),
            Column("lot_multiple", "quantity", "Lots are multiples of this.", unit="uom", low=0),
            Column("lot_max", "quantity", "Largest lot.", unit="uom", low=0),
            Column("lead_time", "duration",
                   "Elapsed time to buy or, for made items, by which parts are due earlier.",
                   low=0),
            Column("safety_stock", "quantity", "Stock below which planners are warned.", default=0,
                   unit="uom", low=0),
            Column("max_stock", "quantity", "Storage limit; null: none.", unit="uom", low=0),
        ), ("item",), required=True),
        TableSpec("bom", "What one unit of an item is made of.", (
            _item("The item made."),
            Column("component", "id", "The item consumed.", required=True, refers="items"),
            _quantity("Component units (component uom) per unit of the item started at the consuming step.",
                      positive=True),
            _UOM,
            Column("step", "id", "Step of the routing that consumes it; null: the first."),
            Column("scrap_ppm", "integer", "Share of the component lost, in millionths.", default=0, low=0),
            _FROM, _TO,
        ), ("item", "component", "step", "valid_from")),
        TableSpec("routings", "Ways to make an item.", (
            Column("routing", "id", "The routing.", required=True),
            _item("The item made."),
            _PRIORITY, _FROM, _TO,
        ), ("routing",)),
        TableSpec("steps", "Steps of a routing.", (
            Column("routing", "id", "The routing.", required=True, refers="routings"),
            Column("step", "id", "The step, unique in its routing.", required=True),
            Column("sequence", "integer", "Order of the steps; equal numbers run in parallel.",
                   required=True),
            Column("name", "text", "What is done."),
            Column("setup_time", "duration", "Once per work order, whatever came before.", default=0,
                   low=0),
            Column("run_time_num", "duration", "Time for `run_time_den` units at speed 1.", default=0,
                   low=0),
            Column("run_time_den", "integer", "Units made in `run_time_num`.", default=1, unit="uom",
                   low=1),
            Column("fixed_time", "duration", "Once per work order, after setup, before the first unit.",
                   default=0,
                   low=0),
            Column("scrap_ppm", "integer", "Share of the units started that is lost, in millionths.",
                   default=0,
                   low=0),
            Column("transfer_quantity", "quantity",
                   "Good units after which the next step may start; null: all.",
                   unit="uom", low=0),
            Column("min_lag", "duration", "Elapsed wait before the next step (drying, cooling).",
                   default=0, low=0),
            Column("max_lag", "duration", "Longest elapsed wait before the next step; null: none.", low=0),
            Column("suspend", "text", "Whether closed time may interrupt it.", default="never",
                   choices=("never", "breaks")),
            Column("setup", "text", "Setup attributes needed, such as color=oak;width=80."),
        ), ("routing", "step")),
        TableSpec("step_resources", "What a step runs on; each choice is one way (a mode).", (
            Column("routing", "id", "The routing.", required=True, refers="routings"),
            Column("step", "id", "The step.", required=True),
            Column("choice", "text",
                   "Alternative that the row belongs to; null: all alternatives of the step."),
            Column("resource", "id", "The resource; or give a group.", refers="resources"),
            Column("group", "id",
                   "A group: as main one alternative per member, else any `quantity` members.",
                   refers="groups"),
            Column("role", "text",
                   "main (the resource that makes it), or any word for what else is needed.",
                   default="main"),
            Column("speed", "ratio", "Speed of the main resource; run time is divided by it.", default=1,
                   low=0, positive=True),
            Column("quantity", "integer", "How much of the resource, or how many members.", default=1,
                   low=1),
            Column("phase", "text", "Needed while it runs or while it is changed over.", default="run",
                   choices=("run", "changeover")),
            Column("breaks", "text", "Held or released while the work is suspended.", default="hold",
                   choices=("hold", "release")),
            Column("cost", "money", "Cost of taking this choice, per operation.", default=0,
                   unit="minor units",
                   low=0),
        ), ("routing", "step", "choice", "resource", "group", "role", "phase")),
        TableSpec("work_orders", "Lots to be made.", (
            Column("work_order", "id", "The work order.", required=True),
            _item("The item made."),
            _quantity("Good units ordered.", positive=True), _UOM,
            Column("received", "quantity", "Good units already booked into stock.", default=0, unit="uom",
                   low=0),
            Column("routing", "id", "The routing; null: the valid one of highest priority.",
                   refers="routings"),
            Column("status", "text",
                   "planned, released, done or cancelled (the last two are not planned again).",
                   default="released", choices=("planned", "released", "done", "cancelled")),
            Column("release", "time", "Earliest start."),
            Column("due", "time", "Wanted end; null: from the demands that it serves."),
            Column("deadline", "time", "Latest end allowed."),
            Column("priority", "integer",
                   "Weight of its lateness; null: from the demands that it serves, else 1.",
                   low=0),
        ), ("work_order",)),
        TableSpec("progress", "What the floor reports of a work order's steps.", (
            Column("work_order", "id", "The work order.", required=True, refers="work_orders"),
            Column("step", "id", "The step.", required=True),
            Column("status", "text", "done, started, or planned (a published date to keep).", required=True,
                   choices=("planned", "started", "done")),
            Column("resource", "id", "Main resource that it runs on.", refers="resources"),
            Column("members", "text", "Members of groups that it holds, joined by a semicolon."),
            Column("started", "time", "When it started (planned: is to start)."),
            Column("ended", "time", "When it ended."),
            Column("good", "quantity", "Good units so far.", unit="uom", low=0),
            Column("scrap", "quantity", "Scrapped units so far.", unit="uom", low=0),
            Column("remaining", "duration",
                   "Working time left; null: from the counts, else from the clock.", low=0),
            Column("pin", "text", "What of a planned row is fixed.", default="none",
                   choices=("none", "start", "resource", "sequence")),
        ), ("work_order", "step")),
        TableSpec("demands", "What customers want.", (
            Column("demand", "id", "The demand line.", required=True),
            _item("The item wanted."),
            _LOCATION,
            Column("customer", "text", "The customer."),
            _quantity("Units wanted.", positive=True), _UOM,
            Column("due", "time", "When it is wanted.", required=True),
            Column("priority", "integer", "Weight of its lateness.", default=1, low=0),
            Column("kind", "text", "What sort of demand.", default="order",
                   choices=("order", "forecast", "quote", "stock")),
            Column("status", "text", "Only open demand is planned.", default="open",
                   choices=("open", "shipped", "cancelled")),
        ), ("demand",)),
        TableSpec("on_hand", "Stock at the time of planning; rows of one item add up.", (
            _item(), _LOCATION, _quantity("Units at hand."), _UOM,
        )),
        TableSpec("receipts", "Purchased material on its way.", (
            Column("receipt", "id", "The receipt line.", required=True),
            _item(), _LOCATION, _quantity("Units expected."), _UOM,
            Column("time", "time", "When it is expected.", required=True),
            Column("supplier", "text", "The supplier."),
        ), ("receipt",)),
        TableSpec("shifts", "Weekly open time of calendars, in local time.", (
            Column("calendar", "id", "The calendar.", required=True),
            Column("weekdays", "text",
                   "Days on which it starts: Mon-Fri, Sat,Sun, or seven letters 1111100.",
                   required=True),
            Column("start", "clock", "Local start.", required=True),
            Column("end", "clock", "Local end; before `start`: on the next day; 24:00 is midnight.",
                   required=True),
            Column("kind", "text", "work opens, break closes.", default="work", choices=("work", "break")),
            Column("capacity", "integer", "Capacity while open; null: the resource's own.", low=0),
            _FROM, _TO,
            Column("timezone", "text", "Zone of its local times; null: the plant's."),
        )),
        TableSpec("shift_exceptions", "Holidays, extra shifts and closures.", (
            Column("calendar", "id", "The calendar; null: every calendar.", refers="shifts"),
            Column("date", "date", "Local day on which the shift or closure starts.", required=True),
            Column("kind", "text", "closed or open.", default="closed", choices=("closed", "open")),
            Column("start", "clock", "Local start; closed without times: no shift starts on that day."),
            Column("end", "clock", "Local end; before `start`: on the next day."),
            Column("capacity", "integer", "Capacity of the open time; null: the resource's own.", low=0),
            Column("name", "text", "The reason."),
        )),
        TableSpec("resources", "Machines, crews, lines, tools.", (
            Column("resource", "id", "The resource.", required=True),
            Column("name", "text", "Its name."),
            Column("kind", "text", "unary or cumulative; null: by its capacity.", choices=("unary",
                   "cumulative")),
            Column("capacity", "integer", "Capacity where its calendar gives none.", default=1, low=0),
            Column("calendar", "id", "Its calendar; null: always open.", refers="shifts"),
            Column("changeover_matrix", "id", "Its changeover matrix.", refers="matrices"),
            Column("cost_per_hour", "money", "Cost of one hour of work.", default=0, unit="minor units",
                   low=0),
            Column("location", "id", "Where it stands.", refers="locations"),
        ), ("resource",), required=True),
        TableSpec("resource_states", "Setup state of a resource at the time of planning.", (
            Column("resource", "id", "The resource.", required=True, refers="resources"),
            Column("attribute", "text", "The attribute.", default="state"),
            Column("value", "text", "Its value.", required=True),
        ), ("resource", "attribute")),
        TableSpec("groups", "Interchangeable unary resources.", (
            Column("group", "id", "The group.", required=True),
            Column("member", "id", "A member.", required=True, refers="resources"),
            _PRIORITY,
        ), ("group", "member")),
        TableSpec("matrices", "How the attributes of a changeover combine.", (
            Column("matrix", "id", "The matrix.", required=True),
            Column("combine", "text", "Durations of several attributes add up or the longest counts.",
                   default="sum", choices=("sum", "max")),
            Column("suspend", "text", "Whether closed time may interrupt a changeover.", default="never",
                   choices=("never", "breaks")),
            Column("attached", "flag", "Whether the work must follow at once.", default=False),
        ), ("matrix",)),
        TableSpec("changeovers", "Rules of changeover matrices; the most specific one counts.", (
            Column("matrix", "id", "The matrix.", required=True, refers="matrices"),
            Column("attribute", "text", "The attribute.", default="state"),
            Column("from_value", "text", "Value before; null: any."),
            Column("to_value", "text", "Value after; null: any."),
            Column("compare", "text", "How the two values must compare.", choices=("differs", "rises",
                   "falls")),
            Column("duration", "duration", "Time of the changeover.", required=True, low=0),
            Column("cost", "money", "Cost of the changeover.", default=0, unit="minor units", low=0),
            Column("priority", "integer", "A larger number wins before all else.", default=0),
        ), ("matrix", "attribute", "from_value", "to_value", "compare", "priority")),
        TableSpec("transport", "Time between locations.", (
            Column("from_location", "id", "From.", required=True, refers="locations"),
            Column("to_location", "id", "To.", required=True, refers="locations"),
            Column("duration", "duration", "Elapsed time.", required=True, low=0),
        ), ("from_location", "to_location")),
    )
}
# fmt: on

ARROW: dict[Kind, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "integer": pa.int64(),
    "money": pa.int64(),
    "quantity": pa.decimal128(28, 6),
    "ratio": pa.decimal128(28, 6),
    "duration": pa.duration("s"),
    "time": pa.timestamp("s", "UTC"),
    "date": pa.date32(),
    "clock": pa.string(),
    "flag": pa.bool_(),
}

_CSV: dict[Kind, pa.DataType] = {
    **ARROW,
    "duration": pa.int64(),
    "time": pa.timestamp("s"),
}


def csv_types(table: str) -> dict[str, pa.DataType]:
    """Return the Arrow type of each column of `table` in a CSV file.

    Times are naive local times, durations integers of ``settings.duration_unit``, quantities and ratios
    decimals.
    """
    return {column.name: _CSV[column.kind] for column in SPEC[table].columns}


def describe() -> pa.Table:
    """Return the whole specification as a table, one row a column."""
    rows = [
        {
            "table": spec.name,
            "column": c.name,
            "type": c.kind,
            "required": c.required,
            "default": None if c.default is None else str(c.default),
            "unit": c.unit,
            "refers": c.refers,
            "key": c.name in spec.key,
            "doc": c.doc,
        }
        for spec in SPEC.values()
        for c in spec.columns
    ]
    return pa.Table.from_pylist(rows)
