"""The difference of two schedules on one page, for a planner with a minute.

First what has happened, then what it comes to, then who is hurt and who is helped, each with the end of the
chain that leads to it, and last the moves, put down to what began them. Nothing is listed in full: the tables
of the difference have every row.
"""

from __future__ import annotations

import html
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sopengine.session.words import instant, length, sentences, shift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sopengine.session.diff import Diff

_STYLE: Final = """
body{margin:28px auto;padding:0 20px;max-width:980px;background:#f7f8fa;color:#17212b;
font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
h1{font-size:22px;margin:0 0 12px}h2{font-size:16px;margin:26px 0 6px}
ul{margin:0;padding:0 0 0 18px}
table{border-collapse:collapse;width:100%;background:#fff;font-variant-numeric:tabular-nums}
th{font-size:12px;color:#5c6975;text-align:left;border-bottom:1px solid #c3cad2;padding:5px 10px}
td{border-bottom:1px solid #edf0f3;padding:5px 10px}
.r{text-align:right}.note{color:#5c6975;font-size:12px;margin:6px 0 0}
"""

_TIMES: Final = ("tardiness", "max_lateness", "makespan", "earliness", "flow_time", "changeover_time")
"""Terms that are lengths of time; stability has a price in it."""


@dataclass(frozen=True)
class Section:
    """A heading with sentences, or with a table of which some rows are shown."""

    title: str
    lines: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    align: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    more: int = 0


def sections(diff: Diff, limit: int) -> list[Section]:
    """What the page says."""
    moves = {str(row["operation"]): row for row in diff.moves.to_pylist()}
    temporal = pa.types.is_timestamp(diff.moves.schema.field("start_before").type)
    told = sentences(diff.changes)
    roots = {name: root(moves, name) for name in moves}
    labels = _Labels(moves, {subject: words for words, subject in told})
    parts = [
        Section("What has happened", tuple(words for words, _ in told)),
        Section("What it comes to", tuple(_summary(diff, moves, temporal=temporal))),
        *_orders(diff, moves, roots, labels, limit, temporal=temporal),
        _causes(moves, roots, labels, limit, temporal=temporal),
        _moves(moves, roots, labels, limit, temporal=temporal),
    ]
    return [part for part in parts if part.lines or part.rows]


def root(moves: Mapping[str, Mapping[str, Any]], name: str) -> tuple[str, str]:
    """The end of a chain of pushes: its cause, and what it names."""
    seen: set[str] = set()
    while name in moves and moves[name]["cause"] == "pushed" and name not in seen:
        seen.add(name)
        name = str(moves[name]["by"])
    if name not in moves:
        return "stands", name
    cause = str(moves[name]["cause"])
    return cause, str(moves[name]["by"]) if cause == "change" else name


class _Labels:
    """Words for the end of a chain."""

    def __init__(self, moves: Mapping[str, Mapping[str, Any]], told: Mapping[str, str]) -> None:
        self.moves, self.told = moves, told

    def of(self, end: tuple[str, str]) -> str:
        cause, name = end
        order = self.moves[name]["order"] if name in self.moves else None
        if cause == "change":
            return self.told.get(name, f"change of {name}").split(" from ")[0]
        if cause == "new":
            return f"order {order} is new" if order is not None else f"{name} is new"
        if cause == "gone":
            return f"{name} is gone"
        return "chosen for a gain" if cause == "choice" else f"{name}, which stands"


def _summary(diff: Diff, moves: Mapping[str, Mapping[str, Any]], *, temporal: bool) -> list[str]:
    zones = {row["zone"]: row for row in diff.zones.to_pylist()}
    total = sum(row["operations"] for row in zones.values())
    if not moves and not diff.orders.num_rows:
        return ["Nothing moves."]
    delays = [row["delay"] for row in moves.values() if row["delay"] is not None]
    elsewhere = sum(row["elsewhere"] for row in zones.values())
    lines = [f"{len(moves):,} of {_count(total, 'operation')} move, {elsewhere:,} to another resource."]
    if delays:
        later, sooner = max(delays), min(delays)
        ways = [f"{length(later, temporal=temporal)} later"] if later > 0 else []
        ways += [f"{length(-sooner, temporal=temporal)} sooner"] if sooner < 0 else []
        lines += [f"The longest moves: {' and '.join(ways)}."] if ways else []
    names = {"frozen": "in the frozen zone", "day": "within a day", "week": "within a week", "later": "later"}
    shares = [f"{zones[zone]['moved']:,} {words}" for zone, words in names.items()]
    lines.append(f"By published start: {', '.join(shares)}.")
    lines += _terms(diff, temporal=temporal)
    return lines


def _terms(diff: Diff, *, temporal: bool) -> list[str]:
    """Every term that changes."""
    lines = []
    for name, (before, after) in diff.terms.items():
        if before != after and name != "stability":
            is_time = temporal and name in _TIMES
            was, now = (
                "-" if value is None else length(value, temporal=is_time) for value in (before, after)
            )
            lines.append(f"{name.replace('_', ' ').capitalize()}: {was}, now {now}.")
    return lines


def _orders(
    diff: Diff,
    moves: Mapping[str, Mapping[str, Any]],
    roots: Mapping[str, tuple[str, str]],
    labels: _Labels,
    limit: int,
    *,
    temporal: bool,
) -> list[Section]:
    """Orders that are hurt, then those that are helped, the most first."""
    last: dict[str, tuple[Any, str]] = {}
    for name, row in moves.items():
        if row["order"] is not None and row["start_after"] is not None:
            key = (row["start_after"], name)
            last[str(row["order"])] = max(last.get(str(row["order"]), key), key)

    def line(row: Mapping[str, Any]) -> tuple[str, ...]:
        late = row["lateness_after"]
        fate = {"gone": "canceled", "unscheduled": "left out"}.get(row["verdict"], instant(row["end_after"]))
        why = last.get(str(row["order"]))
        return (
            str(row["order"]),
            instant(row["end_before"]),
            fate,
            "" if row["delay"] is None else shift(row["delay"], temporal=temporal),
            length(late, temporal=temporal) if late is not None and late > 0 else "",
            labels.of(roots[why[1]]) if why is not None else "",
        )

    rows = diff.orders.to_pylist()
    hurt = [row for row in rows if row["verdict"] in ("worse", "unscheduled")]
    others = [row for row in rows if row["verdict"] not in ("worse", "unscheduled")]
    hurt.sort(key=_harm)
    others.sort(key=lambda row: (row["delay"] or 0, str(row["order"])))
    heads = ("Order", "Ended", "Ends", "Move", "Late by", "Because")
    newly = sum((row["lateness_before"] or 0) <= 0 < (row["lateness_after"] or 0) for row in hurt)
    title = f"{_count(len(hurt), 'order')} worse" + (f", {newly:,} in time before" if newly else "")
    return [
        Section(title, (), heads, "lllrrl", tuple(map(line, hurt[:limit])), len(hurt) - limit),
        Section(
            f"{_count(len(others), 'other order')} at another time",
            (), heads, "lllrrl", tuple(map(line, others[: limit // 2])), len(others) - limit // 2,
        ),
    ]  # fmt: skip


def _causes(
    moves: Mapping[str, Mapping[str, Any]],
    roots: Mapping[str, tuple[str, str]],
    labels: _Labels,
    limit: int,
    *,
    temporal: bool,
) -> Section:
    """Moves by what began them."""
    groups: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for name, row in moves.items():
        groups[labels.of(roots[name])].append(row)
    rows = []
    for words, group in sorted(groups.items(), key=lambda each: (-len(each[1]), each[0])):
        pushed = sum(row["cause"] == "pushed" for row in group)
        delays = [row["delay"] for row in group if row["delay"] is not None]
        most = max(delays, key=abs, default=None)
        longest = "" if most is None else shift(most, temporal=temporal)
        rows.append((words, f"{len(group) - pushed:,}", f"{pushed:,}", longest))
    heads = ("What began it", "Moves", "Pushed on", "Longest")
    return Section("Why operations move", (), heads, "lrrr", tuple(rows[:limit]), len(rows) - limit)


def _moves(
    moves: Mapping[str, Mapping[str, Any]],
    roots: Mapping[str, tuple[str, str]],
    labels: _Labels,
    limit: int,
    *,
    temporal: bool,
) -> Section:
    """The moves that come first."""
    ordered = sorted(moves.items(), key=lambda each: (_when(each[1]), each[0]))
    rows = []
    for name, row in ordered[:limit]:
        cause, place, after = row["cause"], row["resource_before"], row["resource_after"]
        where = f"{place} -> {after}" if after != place and None not in (place, after) else place or after
        delay = cause if cause in ("new", "gone") else shift(row["delay"], temporal=temporal)
        why = f"pushed by {row['by']}" if cause == "pushed" else labels.of(roots[name])
        times = instant(row["start_before"]), instant(row["start_after"])
        rows.append((name, "" if where is None else str(where), *times, delay, why))
    heads = ("Operation", "On", "Started", "Starts", "Move", "Because")
    return Section("The first moves", (), heads, "llllrl", tuple(rows), len(moves) - limit)


def _harm(row: Mapping[str, Any]) -> tuple[bool, int, str]:
    """Left out first, then the latest."""
    return row["end_after"] is not None, -max(0, row["lateness_after"] or 0), str(row["order"])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _when(row: Mapping[str, Any]) -> Any:
    return row["start_after"] if row["start_before"] is None else row["start_before"]


def as_text(parts: Sequence[Section]) -> str:
    """The page for a terminal."""
    lines: list[str] = []
    for part in parts:
        lines += ["", part.title] if lines else [part.title]
        lines += [f"  {line}" for line in part.lines]
        if part.rows:
            table = [part.heads, *part.rows]
            wide = [max(len(row[at]) for row in table) for at in range(len(part.heads))]
            for row in table:
                cells = [
                    cell.rjust(width) if side == "r" else cell.ljust(width)
                    for cell, width, side in zip(row, wide, part.align, strict=True)
                ]
                lines.append(("  " + "  ".join(cells)).rstrip())
        if part.more > 0:
            lines.append(f"  and {part.more:,} more")
    return "\n".join(lines)


def as_html(parts: Sequence[Section], title: str) -> str:
    """The page for a browser: one file without outside references, all values escaped."""
    body = [f"<h1>{html.escape(title)}</h1>"]
    for part in parts:
        body.append(f"<h2>{html.escape(part.title)}</h2>")
        if part.lines:
            body.append("<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in part.lines) + "</ul>")
        if part.rows:
            sides = [' class="r"' if side == "r" else "" for side in part.align]
            table = [("th", part.heads), *(("td", row) for row in part.rows)]
            rows = [
                "".join(
                    f"<{tag}{side}>{html.escape(cell)}</{tag}>" for cell, side in zip(row, sides, strict=True)
                )
                for tag, row in table
            ]
            body.append("<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>")
        if part.more > 0:
            body.append(f'<p class="note">and {part.more:,} more</p>')
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    )
