"""Changes, lengths and instants in the words of a plant."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sopengine.changes import Change


def length(ticks: int | None, *, temporal: bool) -> str:
    """A length of time: seconds in days, hours and minutes, the two largest; plain ticks as they are."""
    if ticks is None:
        return ""
    if not temporal:
        return f"{ticks:,}"
    sign, rest = ("-" if ticks < 0 else ""), abs(ticks)
    parts = []
    for unit, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count} {name}")
    return sign + " ".join(parts[:2]) if parts else "0 min"


def shift(ticks: int | None, *, temporal: bool) -> str:
    """A length with its sign."""
    if ticks is None:
        return "no place"
    return ("+" if ticks > 0 else "") + length(ticks, temporal=temporal)


def instant(value: Any) -> str:
    """A point in time, seconds where there are some."""
    if isinstance(value, datetime):
        second = ":%S" if value.second else ""
        return f"{value:%a} {value.day} {value.strftime('%b %H:%M' + second)}"
    return "" if value is None else str(value)


def sentences(changes: Iterable[Change]) -> list[tuple[str, str]]:
    """What has happened, one sentence for each thing that it happened to, and that thing.

    The rows that come with a new order belong to its sentence.
    """
    told: dict[tuple[str, str], None] = {}
    new_orders = {change.key.get("order") for change in changes if _is(change, "orders", "insert")}
    for change in changes:
        if change.op == "insert" and change.table in _OF_A_NEW_ORDER and new_orders:
            continue
        subject = next((str(change.key[name]) for name in _SUBJECTS if name in change.key), "")
        told[_sentence(change, subject), subject] = None
    return list(told)


_SUBJECTS = ("operation", "order", "resource", "item")
_OF_A_NEW_ORDER = ("operations", "modes", "requirements", "materials", "setup_states", "precedences")


def _is(change: Change, table: str, op: str) -> bool:
    return (change.table, change.op) == (table, op)


def _sentence(change: Change, subject: str) -> str:
    found = _TOLD.get((change.table, change.op))
    if found is not None:
        return found(change, subject)
    cell = f" {change.column} = {_value(change.value)}" if change.column is not None else ""
    return f"{change.table}: {change.op} {subject}{cell}".rstrip()


def _value(value: Any) -> str:
    if isinstance(value, timedelta):
        return length(int(value.total_seconds()), temporal=True)
    return instant(value)


def _span(change: Change) -> str:
    start, end = instant(change.key.get("start")), instant(change.key.get("end"))
    return (f" from {start}" if start else "") + (f" to {end}" if end else " for good")


def _baseline(change: Change, subject: str) -> str:
    if change.column == "status":
        return f"operation {subject} is {change.value}"
    if change.column == "remaining":
        return f"operation {subject} needs {_value(change.value)} more"
    return f"operation {subject}: {change.column} is {_value(change.value)}"


def _capacity(change: Change, subject: str) -> str:
    count = change.value if isinstance(change.value, int) else 0
    return f"{subject} has {abs(count)} {'fewer' if count < 0 else 'more'}{_span(change)}"


def _supply(change: Change, subject: str) -> str:
    cells = change.value or {}
    when = f" from {instant(cells['time'])} on" if cells.get("time") is not None else ""
    return f"item {subject}: {cells.get('quantity')}{when}"


_TOLD: dict[tuple[str, str], Callable[[Change, str], str]] = {
    ("calendars", "delete"): lambda change, subject: f"{subject} is down{_span(change)}",
    ("calendars", "insert"): lambda change, subject: f"{subject} is open{_span(change)}",
    ("calendars", "add"): _capacity,
    ("baseline", "set"): _baseline,
    ("baseline", "delete"): lambda _, subject: f"operation {subject} is to be done again",
    ("orders", "insert"): lambda _, subject: f"order {subject} is new",
    ("orders", "delete"): lambda _, subject: f"order {subject} is canceled",
    ("orders", "set"): lambda change, subject: (
        f"order {subject} has another {change.column}: {_value(change.value)}"
    ),
    ("operations", "set"): lambda change, subject: (
        f"operation {subject} cannot start before {_value(change.value)}"
        if change.column == "release"
        else f"operation {subject} has another {change.column}: {_value(change.value)}"
    ),
    ("stock", "set"): lambda change, subject: f"item {subject} arrives {_value(change.value)}",
    ("stock", "insert"): _supply,
    ("problem", "set"): lambda change, _: f"it is {_value(change.value)}",
    ("resources", "insert"): lambda _, subject: f"resource {subject} is new",
    ("resource_states", "set"): lambda change, subject: f"{subject} is set up for {change.value}",
}
