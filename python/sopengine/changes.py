"""What has happened: a machine stops, an order is rushed, material is late.

A change is a delta on one table: which rows (`key`), which `column`, what to do (`op`) and with what
(`value`). It is plain data, so the same words serve sessions, scenarios and the wire. The functions here
make deltas in the words of a plant; each returns a list, and lists may be nested freely.

Times are what the problem's columns hold: datetimes (or ISO text) for temporal problems, integers for
others; durations are `timedelta` or integers.

Three tables know more than cells:

- `calendars` keyed by `resource`, `start` and `end` means that resource's own open time: `delete` closes
  it, `insert` opens it, `add` to `capacity` lowers or raises it there. A calendar that others share is
  copied first.
- `orders`: `delete` takes the order's unstarted operations and all that hangs on them; `set` of
  `quantity` scales durations and material of its unstarted operations with the order's own `quantity`.
- `resources`: `insert` with `like` in its value copies modes and group memberships.

Examples
--------
>>> from sopengine import changes
>>> changes.machine_down("saw", 10, 15)
[Change(table='calendars', op='delete', key={'resource': 'saw', 'start': 10, 'end': 15})]
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Op = Literal["set", "add", "insert", "delete"]

Changes: TypeAlias = "Change | Iterable[Changes]"
"""One change, or any nesting of lists of them."""


@dataclass(frozen=True, slots=True, repr=False)
class Change:
    """A delta on one table."""

    table: str
    """Name of the table."""
    op: Op
    """`set` a cell (making the row where the table only adds facts), `add` to a number, `insert` or
    `delete` rows."""
    key: Mapping[str, Any] = field(default_factory=dict)
    """Values of the columns that name the rows."""
    column: str | None = None
    """Column, for `set` and `add`."""
    value: Any = None
    """New value, number to add, or the other cells of an inserted row."""

    def __repr__(self) -> str:
        parts = [f"table={self.table!r}", f"op={self.op!r}", f"key={dict(self.key)!r}"]
        parts += [f"column={self.column!r}"] if self.column is not None else []
        parts += [f"value={self.value!r}"] if self.value is not None else []
        return f"Change({', '.join(parts)})"


def flatten(changes: Changes) -> list[Change]:
    """All changes of a nesting, in order."""
    if isinstance(changes, Change):
        return [changes]
    return [change for part in changes for change in flatten(part)]


def _set(table: str, key: Mapping[str, Any], **cells: Any) -> list[Change]:
    return [Change(table, "set", key, column, value) for column, value in cells.items() if value is not None]


def clock(now: Any) -> list[Change]:
    """Time has passed: nothing unstarted starts before the new `now`."""
    return [Change("problem", "set", {}, "now", now)]


def machine_down(resource: Any, start: Any, end: Any = None) -> list[Change]:
    """A resource is closed from `start` to `end`; without an end, for good."""
    return [Change("calendars", "delete", {"resource": resource, "start": start, "end": end})]


def worker_absent(resource: Any, start: Any, end: Any = None, count: int | None = None) -> list[Change]:
    """A worker is away; with `count`, so many of a pool."""
    if count is None:
        return machine_down(resource, start, end)
    key = {"resource": resource, "start": start, "end": end}
    return [Change("calendars", "add", key, "capacity", -count)]


def extra_shift(resource: Any, start: Any, end: Any, capacity: int | None = None) -> list[Change]:
    """A resource is open where it was closed."""
    key = {"resource": resource, "start": start, "end": end}
    return [Change("calendars", "insert", key, value={"capacity": capacity})]


def operation_started(
    operation: Any, start: Any, *, resource: Any = None, mode: Any = None, remaining: Any = None
) -> list[Change]:
    """An operation runs since `start`; in a session, as published unless said otherwise."""
    cells = {"status": "started", "start": start, "resource": resource, "mode": mode, "remaining": remaining}
    return _set("baseline", {"operation": operation}, **cells)


def operation_done(operation: Any, end: Any, *, start: Any = None, resource: Any = None) -> list[Change]:
    """An operation has ended."""
    return _set("baseline", {"operation": operation}, status="done", end=end, start=start, resource=resource)


def operation_late(operation: Any, *, remaining: Any = None, start: Any = None) -> list[Change]:
    """Started work needs so much more (`remaining`), or planned work cannot start before `start`."""
    key = {"operation": operation}
    return [*_set("baseline", key, remaining=remaining), *_set("operations", key, release=start)]


def operation_early(operation: Any, *, remaining: Any) -> list[Change]:
    """Started work needs only so much more."""
    return _set("baseline", {"operation": operation}, remaining=remaining)


def operation_scrapped(operation: Any) -> list[Change]:
    """The work of an operation is lost and is to be done again."""
    key = {"operation": operation}
    return [Change("baseline_members", "delete", key), Change("baseline", "delete", key)]


def material_late(item: Any, time: Any, new_time: Any) -> list[Change]:
    """What was to arrive at `time` arrives at `new_time`."""
    return [Change("stock", "set", {"item": item, "time": time}, "time", new_time)]


def material_short(item: Any, quantity: Any, time: Any = None) -> list[Change]:
    """So much less of an item from `time` (now) on."""
    return [Change("stock", "insert", {"item": item}, value={"time": time, "quantity": -quantity})]


def rush_order(
    order: Any,
    operations: Sequence[Mapping[str, Any]],
    *,
    precedences: Sequence[Mapping[str, Any]] = (),
    **order_cells: Any,
) -> list[Change]:
    """A new order.

    Parameters
    ----------
    order
        Its id.
    operations
        One dictionary an operation, in sequence: `operation`, and either `resource` and `duration`, or
        `modes`, a list of rows of `modes`; `requirements`, `materials` and `setup_states` are lists of rows
        of these tables; everything else is a column of `operations`.
    precedences
        Rows of `precedences`, where the operations are no plain sequence.
    order_cells
        Columns of `orders`: `due`, `weight`, `release`, `deadline`.
    """
    rows = [Change("orders", "insert", {"order": order}, value=order_cells)]
    lists = ("modes", "requirements", "materials", "setup_states")
    for place, given in enumerate(operations, start=1):
        cells = {name: value for name, value in given.items() if name not in lists}
        key = {"operation": cells.pop("operation")}
        modes = list(given.get("modes", ()))
        own = {name: cells.pop(name) for name in ("mode", "resource", "duration") if name in cells}
        modes += [own] if own else []
        sequence = {} if precedences else {"sequence": place}
        rows.append(Change("operations", "insert", key, value={"order": order, **sequence, **cells}))
        hanging = [("modes", modes), *((name, given.get(name, ())) for name in lists[1:])]
        rows += [Change(table, "insert", key, value=dict(row)) for table, some in hanging for row in some]
    rows += [Change("precedences", "insert", {}, value=dict(row)) for row in precedences]
    return rows


def cancel_order(order: Any) -> list[Change]:
    """An order is not wanted any more; its unstarted operations go.

    Where it was the only supply of an item, those who consume the item are left out.
    """
    return [Change("orders", "delete", {"order": order})]


def order_changed(
    order: Any, *, due: Any = None, weight: int | None = None, quantity: Any = None, deadline: Any = None
) -> list[Change]:
    """Another due time, weight, deadline or quantity."""
    cells = {"due": due, "weight": weight, "deadline": deadline, "quantity": quantity}
    return _set("orders", {"order": order}, **cells)


def resource_added(resource: Any, *, like: Any = None, **cells: Any) -> list[Change]:
    """A new resource; with `like`, able to do what that one does."""
    return [Change("resources", "insert", {"resource": resource}, value={"like": like, **cells})]


def resource_lost(resource: Any, start: Any = None) -> list[Change]:
    """A resource is gone, from `start` (now) on.

    Work that can go nowhere else is left out with a reason.
    """
    return [Change("calendars", "delete", {"resource": resource, "start": start, "end": None})]


def setup_changed(resource: Any, value: Any, *, attribute: str = "state") -> list[Change]:
    """A resource stands set up for something else at `now`."""
    return [Change("resource_states", "set", {"resource": resource, "attribute": attribute}, "value", value)]
