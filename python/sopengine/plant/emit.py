"""The tables of a compiled Problem: their columns, and a builder that keeps every row's source.

Columns after the first group of each table are not read by the engine; they let a row be traced:
``source_table`` and ``source_row`` name the row of the Plant that it comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sopengine.tables import OWN_COLUMN, is_known

if TYPE_CHECKING:
    from sopengine.plant.intake.collect import Collector

LARGEST = 2**53

ID, INT, TIME, SPAN, REAL, FLAG = "id", "int", "time", "span", "real", "flag"

COLUMNS: dict[str, dict[str, str]] = {
    "problem": {"now": TIME, "horizon_end": TIME, "timezone": ID},
    "orders": {
        "order": ID,
        "release": TIME,
        "due": TIME,
        "deadline": TIME,
        "weight": INT,
        "item": ID,
        "quantity": INT,
    },
    "operations": {
        "operation": ID,
        "order": ID,
        "sequence": INT,
        "suspend": ID,
        "work_order": ID,
        "step": ID,
        "routing": ID,
        "item": ID,
        "units_in": INT,
        "units_out": INT,
    },
    "setup_states": {"operation": ID, "attribute": ID, "value": ID},
    "modes": {
        "operation": ID,
        "mode": ID,
        "resource": ID,
        "quantity": INT,
        "duration": SPAN,
        "cost": INT,
        "choice": ID,
    },
    "requirements": {
        "operation": ID,
        "mode": ID,
        "resource": ID,
        "group": ID,
        "quantity": INT,
        "phase": ID,
        "breaks": ID,
        "requirement": ID,
        "role": ID,
    },
    "resources": {
        "resource": ID,
        "kind": ID,
        "capacity": INT,
        "calendar": ID,
        "changeover_matrix": ID,
        "cost_per_hour": INT,
        "location": ID,
        "name": ID,
    },
    "resource_states": {"resource": ID, "attribute": ID, "value": ID},
    "groups": {"group": ID, "member": ID, "priority": INT},
    "calendars": {"calendar": ID, "start": TIME, "end": TIME, "capacity": INT},
    "matrices": {"matrix": ID, "combine": ID, "suspend": ID, "attached": FLAG},
    "changeovers": {
        "matrix": ID,
        "attribute": ID,
        "from_value": ID,
        "to_value": ID,
        "compare": ID,
        "duration": SPAN,
        "cost": INT,
        "priority": INT,
    },
    "precedences": {
        "before": ID,
        "after": ID,
        "kind": ID,
        "min_lag": SPAN,
        "max_lag": SPAN,
        "transfer": REAL,
        "tail": REAL,
    },
    "transport": {"from_location": ID, "to_location": ID, "duration": SPAN},
    "materials": {"operation": ID, "item": ID, "quantity": INT},
    "stock": {"item": ID, "time": TIME, "quantity": INT, "supply": ID},
    "items": {"item": ID, "max_stock": INT, "unlimited": FLAG},
    "baseline": {
        "operation": ID,
        "mode": ID,
        "resource": ID,
        "start": TIME,
        "end": TIME,
        "status": ID,
        "remaining": SPAN,
        "pin": ID,
    },
    "baseline_members": {"operation": ID, "resource": ID, "phase": ID},
}


def mark_own(field: pa.Field, table: str) -> pa.Field:
    """A field, marked where it is no column of a Problem, so that nobody is told that it is unknown."""
    return field if is_known(table, field.name) else field.with_metadata(OWN_COLUMN)


class Emitter:
    """Collects rows by table; `tables` builds them in Arrow, leaving out the empty ones."""

    def __init__(self, timezone: str) -> None:
        self._types: dict[str, pa.DataType] = {
            ID: pa.string(),
            INT: pa.int64(),
            TIME: pa.timestamp("s", timezone),
            SPAN: pa.duration("s"),
            REAL: pa.float64(),
            FLAG: pa.bool_(),
        }
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}

    def add(self, table: str, source: tuple[str, int | None] | None, **values: Any) -> None:
        """Add one row; columns not given are null."""
        name, row = source or (None, None)
        self.rows[table].append({**values, "source_table": name, "source_row": row})

    def check_magnitude(self, out: Collector) -> None:
        """Report numbers too large for the engine: products of what the plant says."""
        for name, rows in self.rows.items():
            numbers = [c for c, kind in COLUMNS[name].items() if kind in (INT, TIME, SPAN)]
            for row in rows:
                for column in numbers:
                    value = row.get(column)
                    if value is not None and not -LARGEST < value < LARGEST:
                        out.add(
                            "OVERFLOW",
                            row["source_table"],
                            row["source_row"],
                            column=column,
                            found=value,
                            expected=f"less than {LARGEST} in table {name}",
                        )

    def tables(self) -> dict[str, pa.Table]:
        """Return the tables that have rows (operations, modes, resources always)."""
        kept = ("problem", "operations", "modes", "resources")
        return {name: self._table(name) for name in COLUMNS if self.rows[name] or name in kept}

    def _table(self, name: str) -> pa.Table:
        columns = {**COLUMNS[name], "source_table": ID, "source_row": INT}
        arrays = {}
        for column, kind in columns.items():
            values = [row.get(column) for row in self.rows[name]]
            if kind in (TIME, SPAN):
                arrays[column] = pa.array(values, pa.int64()).cast(self._types[kind])
            else:
                arrays[column] = pa.array(values, self._types[kind])
        table = pa.table(arrays)
        return table.cast(pa.schema([mark_own(field, name) for field in table.schema]))
