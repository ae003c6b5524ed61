"""What moves from one schedule to another, whom it helps and hurts, and why.

A move has its cause where the old place can be shown to be gone: another operation now holds one of its
unary resources there, a predecessor now ends too late, or the change itself closed the resource, put off
the release or the like. Where the old place would still be open, the move is a choice of the search.

Cost: one pass over both schedules, a binary search a holding.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sopengine.session.causes import Causes, now_of, ticks_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sopengine.changes import Change
    from sopengine.result import Result

DAY: Final = 86_400
ZONES: Final = ("frozen", "day", "week", "later")
"""Frozen, within a day of `now`, within a week, beyond: by the start before."""


@dataclass(frozen=True, eq=False, repr=False)
class Diff:
    """The difference of two schedules."""

    moves: pa.Table
    """Operations that start at another time or run elsewhere: `operation`, `order`, `zone`, `start_before`,
    `start_after`, `delay` (ticks), `resource_before`, `resource_after`, `cause` (`change`, `pushed`,
    `choice`, `new`, `gone`), `by` (the operation or resource that took the old place)."""
    orders: pa.Table
    """Orders that end at another time: `order`, `end_before`, `end_after`, `delay`, `lateness_before`,
    `lateness_after`, `verdict` (`better`, `worse`, `same`, `new`, `gone`, `unscheduled`)."""
    zones: pa.Table
    """By zone: `zone`, `operations`, `moved`, `elsewhere`."""
    terms: dict[str, tuple[int | None, int | None]]
    """Every term of the objective before and after."""

    changes: tuple[Change, ...] = ()
    """What has happened in between."""

    def page(self, limit: int = 20) -> str:
        """The difference on one page of text."""
        from sopengine.session.page import as_text, sections

        return as_text(sections(self, limit))

    def html(self, title: str = "What moves", limit: int = 20) -> str:
        """The same page for a browser, in one file."""
        from sopengine.session.page import as_html, sections

        return as_html(sections(self, limit), title)

    def __repr__(self) -> str:
        return f"<Diff {self.moves.num_rows} moves, {self.orders.num_rows} orders>"


def diff(
    before: Result, after: Result, *, changes: Sequence[Change] = (), frozen: Iterable[str] = ()
) -> Diff:
    """Compare two schedules.

    Parameters
    ----------
    before, after
        Results; the second may answer a changed problem.
    changes
        What has happened in between, so that moves can be put down to it.
    frozen
        Operations of the frozen zone, as text.
    """
    was, now = _rows(before), _rows(after)
    clock = now_of(before)
    frozen_names = frozenset(str(name) for name in frozen)
    causes = Causes(before, after, was, now, changes)
    counts: dict[str, Counter[str]] = {zone: Counter() for zone in ZONES}
    moves = []
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name, _NOWHERE), now.get(name, _NOWHERE)
        if old["status"] in ("done", "started") or new["status"] in ("done", "started"):
            continue
        zone = _zone(name, old["start"], clock, frozen_names)
        counts[zone]["operations"] += 1
        elsewhere = old["resource"] != new["resource"] and None not in (old["start"], new["start"])
        if old["start"] == new["start"] and not elsewhere:
            continue
        counts[zone]["moved"] += 1
        counts[zone]["elsewhere"] += elsewhere
        cause, by = causes.of(name)
        moves.append((old, new, zone, cause, by))
    return Diff(
        moves=_moves(before, moves),
        orders=_orders(before, after),
        zones=pa.table(
            {"zone": list(ZONES)}
            | {
                column: pa.array([counts[zone][column] for zone in ZONES], pa.int64())
                for column in ("operations", "moved", "elsewhere")
            }
        ),
        terms={
            name: (before.objective.get(name), after.objective.get(name))
            for name in dict.fromkeys([*before.objective, *after.objective])
        },
        changes=tuple(changes),
    )


_NOWHERE: Final[dict[str, Any]] = {
    "operation": None, "order": None, "status": None, "start": None, "end": None,
    "resource": None, "changeover_start": None,
}  # fmt: skip


def _rows(result: Result) -> dict[str, dict[str, Any]]:
    """Rows of the schedule by operation, times in ticks."""
    table = result.schedule
    names = [name for name in _NOWHERE if name in table.column_names]
    columns = {name: ticks_of(table[name]) for name in names}
    rows = [dict(zip(names, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
    return {str(row["operation"]): row for row in rows}


def _zone(name: str, start: int | None, now: int, frozen: frozenset[str]) -> str:
    if name in frozen:
        return "frozen"
    if start is None:
        return "later"
    return "day" if start - now < DAY else "week" if start - now < 7 * DAY else "later"


def _moves(
    before: Result, moves: list[tuple[dict[str, Any], dict[str, Any], str, str, str | None]]
) -> pa.Table:
    schema = before.schedule.schema
    time = schema.field("start").type

    def pick(name: str) -> pa.Array:
        cells = [move[1][name] if move[0][name] is None else move[0][name] for move in moves]
        return pa.array(cells, schema.field(name).type)

    def instants(starts: list[int | None]) -> pa.Array:
        return pa.array(starts, pa.int64()).cast(time)

    delays = [
        None if None in (move[0]["start"], move[1]["start"]) else move[1]["start"] - move[0]["start"]
        for move in moves
    ]
    resource = schema.field("resource").type
    return pa.table(
        {
            "operation": pick("operation"),
            "order": pick("order"),
            "zone": pa.array([move[2] for move in moves], pa.string()),
            "start_before": instants([move[0]["start"] for move in moves]),
            "start_after": instants([move[1]["start"] for move in moves]),
            "delay": pa.array(delays, pa.int64()),
            "resource_before": pa.array([move[0]["resource"] for move in moves], resource),
            "resource_after": pa.array([move[1]["resource"] for move in moves], resource),
            "cause": pa.array([move[3] for move in moves], pa.string()),
            "by": pa.array([move[4] for move in moves], pa.string()),
        }
    )


def _orders(before: Result, after: Result) -> pa.Table:
    def facts(result: Result) -> dict[str, dict[str, Any]]:
        table = result.order_results
        columns = {name: ticks_of(table[name]) for name in ("order", "end", "lateness")}
        rows = [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
        return {str(row["order"]): row for row in rows}

    was, now = facts(before), facts(after)
    nothing: dict[str, Any] = {"order": None, "end": None, "lateness": None}
    rows: list[tuple[dict[str, Any], dict[str, Any], int | None, str]] = []
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name), now.get(name)
        if old is not None and new is not None and old == new:
            continue
        old_row, new_row = old or nothing, new or nothing
        known = None not in (old_row["end"], new_row["end"])
        delay = new_row["end"] - old_row["end"] if known else None
        rows.append((old_row, new_row, delay, _verdict(old, new)))
    time = before.order_results.schema.field("end").type
    order = before.order_results.schema.field("order").type
    return pa.table(
        {
            "order": pa.array(
                [row[1]["order"] if row[0]["order"] is None else row[0]["order"] for row in rows], order
            ),
            "end_before": pa.array([row[0]["end"] for row in rows], pa.int64()).cast(time),
            "end_after": pa.array([row[1]["end"] for row in rows], pa.int64()).cast(time),
            "delay": pa.array([row[2] for row in rows], pa.int64()),
            "lateness_before": pa.array([row[0]["lateness"] for row in rows], pa.int64()),
            "lateness_after": pa.array([row[1]["lateness"] for row in rows], pa.int64()),
            "verdict": pa.array([row[3] for row in rows], pa.string()),
        }
    )


def _verdict(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """Better or worse by tardiness, by the end where neither is late."""
    if old is None:
        return "new"
    if new is None:
        return "gone"
    if new["end"] is None:
        return "unscheduled"
    if old["end"] is None:
        return "better"

    def rank(row: Mapping[str, Any]) -> int:
        return max(0, row["lateness"]) if row["lateness"] is not None else int(row["end"])

    first, second = rank(old), rank(new)
    return "same" if first == second else "better" if second < first else "worse"
