"""Changes applied to tables: the next problem.

Each change edits a copy of the tables; what is not touched is shared with the problem before. What no
table can take (an unknown key, a value of another type) is refused with all findings at once; what the
engine finds contradictory afterwards it refuses as it would any input. Work that a change leaves without a
place (its resource is lost, its only supply is cancelled) is no contradiction: it is left out.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.changes import Change, Changes, flatten
from sopengine.errors import Finding, SopDataError
from sopengine.session.calendars import change_calendar, open_before_history
from sopengine.session.sheet import Sheet, missing, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.problem import Problem

HANGING = ("modes", "requirements", "setup_states", "materials", "baseline", "baseline_members")
"""Tables whose rows belong to one operation."""

NEVER_OPEN = frozenset({"NO_CAPACITY", "CAPACITY_TOO_SMALL", "WINDOW_TOO_SHORT"})
"""Findings of work that can run nowhere."""


def with_changes(problem: Problem, changes: Changes) -> Problem:
    """The problem after changes.

    Raises
    ------
    SopDataError
        Where a change does not fit the tables, or the tables contradict each other afterwards.
    """
    return next_problem(problem, changed_tables(problem.tables, changes))


def next_problem(problem: Problem, tables: Mapping[str, pa.Table]) -> Problem:
    """The problem of changed tables.

    What changes have closed for good is an answer, not an error of the input: work that can run nowhere any
    more is left out and says why. The input asks for some open time in every mode, so where changes have
    left none, calendars get some before all history, where nothing can be planned.
    """
    from sopengine.problem import Problem

    try:
        return Problem(scale=problem.scale, **tables)
    except SopDataError as refused_tables:
        errors = {issue.check for issue in refused_tables.issues if issue.severity == "error"}
        if not errors or not errors <= NEVER_OPEN or tables.get("calendars") is None:
            raise
        try:
            return Problem(scale=problem.scale, **open_before_history(tables))
        except SopDataError:
            raise refused_tables from None


def changed_tables(tables: Mapping[str, pa.Table], changes: Changes) -> dict[str, pa.Table]:
    """Tables after changes."""
    sheet = Sheet(tables)
    issues: list[Finding] = []
    for change in flatten(changes):
        try:
            _apply(sheet, change)
        except SopDataError as error:
            issues += error.issues
    if issues:
        raise SopDataError(issues)
    _keep_items(tables, sheet)
    return sheet.tables


def _keep_items(before: Mapping[str, pa.Table], sheet: Sheet) -> None:
    """An item whose last producer or stock has gone is known and empty: those who consume it are left out."""
    lost = _supplied(before) - _supplied(sheet.tables)
    rows = sheet.tables.get("materials")
    if not lost or rows is None:
        return
    for item in sorted(lost & set(rows["item"].to_pylist()), key=str):
        sheet.insert("stock", {"item": item, "quantity": 0})


def _supplied(tables: Mapping[str, pa.Table]) -> set[Any]:
    """Items with stock or a producer."""
    found: set[Any] = set()
    for name in ("materials", "stock"):
        rows = tables.get(name)
        if rows is None or not {"item", "quantity"} <= set(rows.column_names):
            continue
        if name == "materials":
            rows = rows.filter(pc.greater(rows["quantity"].cast(pa.float64()), 0))
        found |= set(pc.unique(rows["item"]).to_pylist())
    return found


def _apply(sheet: Sheet, change: Change) -> None:
    table, op, key = change.table, change.op, change.key
    if table == "calendars" and "resource" in key:
        change_calendar(sheet, op, key, change.column, change.value)
    elif table == "orders" and op == "delete":
        _cancel(sheet, key)
    elif table == "orders" and op == "set" and change.column == "quantity":
        _scale(sheet, key, change.value)
    elif table == "resources" and op == "insert":
        _add_resource(sheet, key, dict(change.value or {}))
    elif op == "insert":
        sheet.insert(table, {**key, **(change.value or {})})
    elif op == "delete":
        if sheet.delete(table, key) == 0 and table not in ("baseline", "baseline_members"):
            raise missing(table, key)
    elif op in ("set", "add") and change.column is not None:
        edit = sheet.set if op == "set" else sheet.add
        edit(table, key, change.column, change.value)
    else:
        raise refused("CHANGE_OP", table, change.column, str(op), "set or add with a column, insert, delete")


def _operations(sheet: Sheet, order: Any) -> tuple[list[Any], bool]:
    """Unstarted operations of an order, and whether it has others."""
    if "order" not in sheet.table("operations").column_names:
        return [], False
    rows = sheet.table("operations").filter(sheet.mask("operations", {"order": order}))
    every = rows["operation"].to_pylist()
    history = sheet.tables.get("baseline")
    begun: set[Any] = set()
    if history is not None and "status" in history.column_names:
        under_way = pc.is_in(history["status"].cast(pa.string()), pa.array(["started", "done"]))
        begun = set(history.filter(under_way)["operation"].to_pylist())
    unstarted = [operation for operation in every if operation not in begun]
    return unstarted, len(unstarted) < len(every)


def _cancel(sheet: Sheet, key: Mapping[str, Any]) -> None:
    if not pc.any(sheet.mask("orders", key)).as_py():
        raise missing("orders", key)
    gone, has_history = _operations(sheet, key["order"])
    for table in ("operations", *HANGING):
        _drop(sheet, table, "operation", gone)
    for end in ("before", "after"):
        _drop(sheet, "precedences", end, gone)
    if not has_history:
        sheet.delete("orders", key)


def _drop(sheet: Sheet, table: str, column: str, values: list[Any]) -> None:
    rows = sheet.tables.get(table)
    if rows is None or column not in rows.column_names or not values:
        return
    sheet.tables[table] = rows.filter(pc.invert(_among(rows, column, values)))


def _among(rows: pa.Table, column: str, values: list[Any]) -> pa.ChunkedArray:
    kind = rows.schema.field(column).type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pc.is_in(rows[column].cast(kind), pa.array(values, kind))


def _scale(sheet: Sheet, key: Mapping[str, Any], quantity: Any) -> None:
    """More or less of an order: durations rounded up, material exactly where it comes out even."""
    orders = sheet.table("orders")
    mask = sheet.mask("orders", key)
    if not pc.any(mask).as_py():
        raise missing("orders", key)
    old = orders.filter(mask)["quantity"][0].as_py() if "quantity" in orders.column_names else None
    if not old or not quantity or quantity < 0:
        raise refused("QUANTITY_UNKNOWN", "orders", "quantity", f"{old} to {quantity}", "quantities above 0")
    ratio = Fraction(quantity) / Fraction(old)
    sheet.set("orders", key, "quantity", quantity)
    unstarted, _ = _operations(sheet, key["order"])
    for table, column in (("modes", "duration"), ("materials", "quantity")):
        rows = sheet.tables.get(table)
        if rows is None:
            continue
        kind = rows.schema.field(column).type
        mine = _among(rows, "operation", unstarted).to_pylist()
        plain = rows[column].cast(pa.int64()) if column == "duration" else rows[column]
        scaled = [
            _times(cell, ratio) if hit and cell is not None else cell
            for hit, cell in zip(mine, plain.to_pylist(), strict=True)
        ]
        cells = pa.array(scaled, plain.type).cast(kind)
        sheet.tables[table] = rows.set_column(rows.column_names.index(column), column, cells)


def _times(cell: Any, ratio: Fraction) -> Any:
    """A number times a ratio; whole numbers away from zero."""
    if isinstance(cell, int):
        exact = cell * ratio
        return -(-exact.numerator // exact.denominator) if cell > 0 else exact.numerator // exact.denominator
    if isinstance(cell, float):
        return cell * float(ratio)
    return cell * ratio.numerator / ratio.denominator


def _add_resource(sheet: Sheet, key: Mapping[str, Any], cells: dict[str, Any]) -> None:
    like = cells.pop("like", None)
    if like is None:
        sheet.insert("resources", {**key, **cells})
        return
    rows = sheet.table("resources").filter(sheet.mask("resources", {"resource": like})).to_pylist()
    if not rows:
        raise missing("resources", {"resource": like})
    sheet.insert("resources", {**rows[0], **cells, **key})
    new = key["resource"]
    _copy(sheet, "modes", {"resource": like}, {"resource": new, "mode": new})
    _copy(sheet, "groups", {"member": like}, {"member": new})
    for name in ("requirements",):
        rows_of = sheet.tables.get(name)
        if rows_of is not None and "mode" in rows_of.column_names:
            _copy(sheet, name, {"mode": like}, {"mode": new})


def _copy(sheet: Sheet, table: str, key: Mapping[str, Any], cells: Mapping[str, Any]) -> None:
    """Rows of a key once more, with other cells."""
    rows = sheet.tables.get(table)
    if rows is None or not set(key) <= set(rows.column_names):
        return
    more = rows.filter(sheet.mask(table, key))
    for column, value in cells.items():
        if column in more.column_names:
            scalar = sheet.scalar(table, column, value)
            index = more.column_names.index(column)
            kind = more.schema.field(column).type
            more = more.set_column(index, column, pa.repeat(scalar, more.num_rows).cast(kind))
    sheet.tables[table] = pa.concat_tables([rows, more])
