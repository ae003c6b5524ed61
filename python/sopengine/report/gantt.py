"""A Gantt chart as one SVG text: no library, no script, fit for a page, a mail or a notebook.

Rows are resources, bars are operations in the color of their family, changeovers are hatched, closed time
is shaded and thins the bars that wait through it, late orders have a red edge. A cumulative resource shows
how much of it is in use. At most `max_bars` bars are drawn, the earliest ones; the picture says so when
there are more.

Every text that comes from the data is escaped; each bar tells its story as a tooltip (`<title>`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from sopengine.report.figures import span_of

if TYPE_CHECKING:
    from sopengine.report.view import Holdings, View

_PALETTE: Final = (
    "#4e79a7",
    "#f2a541",
    "#59a14f",
    "#b07aa1",
    "#76b7b2",
    "#d4a6c8",
    "#9c755f",
    "#8cb369",
    "#6b8fd6",
    "#e0b84c",
    "#5b9aa0",
    "#a3a1c9",
)
_ROW: Final = 28
_BAR: Final = 18
_TOP: Final = 78
_BOTTOM: Final = 40
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STYLE: Final = """
.sop-g text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;fill:#33404d}
.sop-g .t{font-size:14px;font-weight:600;fill:#17212b}.sop-g .m{fill:#6b7885}
.sop-g .d{font-weight:600;fill:#33404d}.sop-g .n{font-weight:600;fill:#c2313b}
.sop-g .l{font-size:10px;pointer-events:none}.sop-g .w{fill:#8a4b08}
"""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things are: the time span, the plot's left edge and width, and the rows."""

    low: int
    high: int
    left: float
    width: float
    rows: list[str]

    def x(self, at: int) -> float:
        inside = min(max(at, self.low), self.high)
        return self.left + (inside - self.low) / max(1, self.high - self.low) * self.width

    def y(self, row: int) -> float:
        return _TOP + row * _ROW

    @property
    def bottom(self) -> float:
        return self.y(len(self.rows))


def gantt_svg(
    view: View, *, width: int = 1160, max_bars: int = 2000, max_rows: int = 80, title: str = "Schedule"
) -> str:
    """The chart of a schedule as an SVG element."""
    holdings, rows, notes = _selection(view, max_bars, max_rows)
    low, high = span_of(view) if len(holdings) == 0 else _window(view, holdings)
    left = 24.0 + 6.6 * min(24, max((len(name) for name in rows), default=6))
    frame = _Frame(low, high, left, width - left - 18, rows)
    families = _families(view, holdings)
    late = {each.order: each.tardiness for each in view.late_orders if each.tardiness > 0}
    legend, legend_height = _legend(view, families, bool(late), bool(holdings.changeover.any()), frame, width)
    height = int(frame.bottom + _BOTTOM + legend_height)
    summary = f"{len(holdings):,} bars on {len(rows)} resources, {view.axis.instant_text(low)} to "
    summary += view.axis.instant_text(high)
    if "order_results" in view.result:
        summary += f"; {len(late):,} order{'' if len(late) == 1 else 's'} late"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sop-g" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="max-width:100%;height:auto;background:#fff" '
        f"aria-label={quoteattr(_clean(f'{title}: {summary}'))}>",
        f"<style>{_STYLE}</style>",
        _definitions(),
        f'<text class="t" x="16" y="24">{_text(title)}</text>',
        f'<text class="m" x="16" y="41">{_text(summary)}</text>',
        *_grid(view, frame),
        *_closed_time(view, frame),
        *_bars(view, frame, holdings, families, late),
        *_now_line(view, frame),
        *legend,
    ]
    parts += [
        f'<text class="w" x="{width - 18}" y="{24 + 16 * index}" text-anchor="end">{_text(note)}</text>'
        for index, note in enumerate(notes)
    ]
    parts.append("</svg>")
    return "\n".join(parts)


def _selection(view: View, max_bars: int, max_rows: int) -> tuple[Holdings, list[str], list[str]]:
    """The bars and rows to draw, and what has to be said about those left out."""
    everything = view.holdings
    names = sorted(set(everything.resource.tolist()))
    rows, notes = names[:max_rows], []
    holdings = everything
    if len(names) > max_rows:
        holdings = everything.take(np.isin(everything.resource, np.asarray(rows, dtype=object)))
        notes.append(f"First {max_rows} of {len(names):,} resources")
    if len(holdings) > max_bars:
        notes.append(
            f"First {max_bars:,} of {len(holdings):,} bars; {len(holdings) - max_bars:,} later ones not drawn"
        )
        holdings = holdings.take(slice(0, max_bars))
    return holdings, rows, notes


def _window(view: View, holdings: Holdings) -> tuple[int, int]:
    first = int(holdings.start.min())
    low = first if view.now is None else min(first, view.now)
    return low, max(int(holdings.end.max()), low + 1)


def _families(view: View, holdings: Holdings) -> dict[str, str]:
    """Color of each family on the picture; neighbors in the order of names differ."""
    families = sorted({view.family_of.get(operation, "") for operation in holdings.operation.tolist()} - {""})
    return {family: _PALETTE[index % len(_PALETTE)] for index, family in enumerate(families)}


def _definitions() -> str:
    return (
        '<defs><pattern id="sop-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="#f4f5f7"/>'
        '<rect width="2.4" height="6" fill="#7d8894"/></pattern></defs>'
    )


def _grid(view: View, frame: _Frame) -> list[str]:
    """Row names and bands, and the time axis: days above, the clock below."""
    parts = []
    right = frame.left + frame.width
    for index, name in enumerate(frame.rows):
        y = frame.y(index)
        fill = "#fafbfc" if index % 2 else "#fff"
        shown = name if len(name) <= 24 else name[:23] + "…"
        parts.append(
            f'<rect x="0" y="{y:.1f}" width="{right:.1f}" height="{_ROW}" fill="{fill}"/>'
            f'<text x="{frame.left - 10:.1f}" y="{y + _ROW / 2 + 4:.1f}" text-anchor="end">{_text(shown)}'
            f"<title>{_text(name)}</title></text>"
        )
    room = max(2, int(frame.width // 74))
    ticks = view.axis.ticks(frame.low, frame.high, room)
    finer = view.axis.temporal and any(not tick.day for tick in ticks)
    for tick in ticks:
        x = frame.x(tick.at)
        color = "#c3cad2" if tick.day and finer else "#e6e9ed"
        parts.append(f'<path d="M{x:.1f} {_TOP}V{frame.bottom:.1f}" stroke="{color}"/>')
        if x < right + 1:
            parts.append(
                f'<text class="m" x="{x:.1f}" y="{_TOP - 7}" text-anchor="middle">{_text(tick.label)}</text>'
            )
    if finer:
        parts += _day_names(view, frame)
    parts.append(
        f'<path d="M{frame.left:.1f} {_TOP}H{right:.1f}M{frame.left:.1f} {frame.bottom:.1f}H{right:.1f}" stroke="#c3cad2"/>'
    )
    return parts


def _day_names(view: View, frame: _Frame) -> list[str]:
    parts, free = [], 0.0
    days = view.axis.days(frame.low, frame.high)
    for index, day in enumerate(days):
        x = frame.x(day.at)
        until = frame.x(days[index + 1].at) if index + 1 < len(days) else frame.left + frame.width
        if until - x < 56 or x < free:
            continue
        parts.append(f'<text class="d" x="{x:.1f}" y="{_TOP - 22}">{_text(day.label)}</text>')
        free = x + 62
    return parts


def _closed_time(view: View, frame: _Frame) -> list[str]:
    """Closed calendar time as one path a row."""
    parts = []
    for index, name in enumerate(frame.rows):
        gaps = view.closed(name, frame.low, frame.high) if name in view.open_time else []
        boxes = [(frame.x(a), frame.x(b)) for a, b in gaps]
        path = "".join(
            f"M{a:.1f} {frame.y(index):.1f}H{b:.1f}v{_ROW}H{a:.1f}z" for a, b in boxes if b - a > 0.3
        )
        if path:
            parts.append(f'<path d="{path}" fill="#dfe3e8" fill-opacity=".75"/>')
    return parts


def _bars(
    view: View, frame: _Frame, holdings: Holdings, families: dict[str, str], late: dict[str, int]
) -> list[str]:
    row_of = {name: index for index, name in enumerate(frame.rows)}
    parts = []
    for name, capacity in view.capacity.items():
        if name in row_of:
            parts += _profile(view, frame, row_of[name], name, capacity, holdings)
    last_end: dict[str, int] = {}
    for operation, end in zip(holdings.operation.tolist(), holdings.end.tolist(), strict=True):
        order = view.order_of.get(operation, "")
        last_end[order] = max(end, last_end.get(order, end))
    for operation, resource, changeover, start, end, quantity in zip(
        *(
            getattr(holdings, name).tolist()
            for name in ("operation", "resource", "changeover", "start", "end", "quantity")
        ),
        strict=True,
    ):
        if resource in view.capacity:
            continue
        order = view.order_of.get(operation, "")
        delay = late.get(order, 0)
        y = frame.y(row_of[resource]) + (_ROW - _BAR) / 2
        title = _story(view, operation, order, resource, changeover, start, end, delay)
        if changeover:
            shape = _box(
                frame,
                start,
                end,
                y + 3,
                _BAR - 6,
                'fill="url(#sop-hatch)" stroke="#7d8894" stroke-width=".7"',
            )
            parts.append(f"<g>{shape}<title>{_text(title)}</title></g>")
            continue
        color = families.get(view.family_of.get(operation, ""), "#9aa5b1")
        edge = (
            'stroke="#c2313b" stroke-width="1.6"'
            if delay
            else 'stroke="#17212b" stroke-opacity=".35" stroke-width=".6"'
        )
        shape = _run(view, frame, resource, start, end, y, f'fill="{color}" {edge}', color)
        if delay and end == last_end[order]:
            x = frame.x(end)
            shape += f'<path d="M{x:.1f} {y - 4:.1f}l-8 0 8 8z" fill="#c2313b"/>'
        parts.append(
            f"<g>{shape}{_label(view, frame, order or operation, resource, start, end, y, color)}<title>{_text(title)}</title></g>"
        )
    return parts


def _box(frame: _Frame, start: int, end: int, y: float, height: float, paint: str) -> str:
    x = frame.x(start)
    wide = max(0.8, frame.x(end) - x)
    radius = 2.5 if wide > 6 else 0
    if wide < 3:
        # An edge would be wider than the bar and hide its color.
        paint = paint.partition(" stroke")[0]
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{height:.1f}" rx="{radius}" {paint}/>'


def _run(
    view: View, frame: _Frame, resource: str, start: int, end: int, y: float, paint: str, color: str
) -> str:
    """A bar: full height where the resource is open, a thin band where the operation waits."""
    parts = view.working(resource, start, end)
    if len(parts) <= 1 or len(parts) > 12:
        return _box(frame, start, end, y, _BAR, paint)
    thin = f'fill="{color}" fill-opacity=".55"'
    band = _box(frame, start, end, y + _BAR / 2 - 2, 4, thin)
    return band + "".join(_box(frame, a, b, y, _BAR, paint) for a, b in parts)


def _label(
    view: View, frame: _Frame, name: str, resource: str, start: int, end: int, y: float, color: str
) -> str:
    """The name of the order where it fits into the longest unbroken part of the bar."""
    parts = view.working(resource, start, end) or [(start, end)]
    start, end = max(parts, key=lambda part: part[1] - part[0])
    if 6.2 * len(name) + 8 > frame.x(end) - frame.x(start):
        return ""
    ink = "#fff" if _is_dark(color) else "#17212b"
    x = (frame.x(start) + frame.x(end)) / 2
    return f'<text class="l" x="{x:.1f}" y="{y + 12.5:.1f}" text-anchor="middle" style="fill:{ink}">{_text(name)}</text>'


def _is_dark(color: str) -> bool:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return 299 * red + 587 * green + 114 * blue < 135_000


def _profile(view: View, frame: _Frame, row: int, name: str, capacity: int, holdings: Holdings) -> list[str]:
    """Use of a cumulative resource as a step line under its capacity."""
    mine = holdings.take(holdings.resource == name)
    instants = np.unique(np.concatenate((mine.start, mine.end)))
    change = np.zeros(len(instants), dtype=np.int64)
    np.add.at(change, np.searchsorted(instants, mine.start), mine.quantity)
    np.add.at(change, np.searchsorted(instants, mine.end), -mine.quantity)
    level = np.cumsum(change)
    top = max(capacity, int(level.max(initial=0)))
    base, room = frame.y(row) + _ROW - 3, _ROW - 7
    path = f"M{frame.x(frame.low):.1f} {base:.1f}"
    for at, value in zip(instants.tolist(), level.tolist(), strict=True):
        path += f"H{frame.x(at):.1f}V{base - value / top * room:.1f}"
    line = base - capacity / top * room
    title = f"{name}: at most {int(level.max(initial=0)):,} of {capacity:,} in use"
    return [
        f'<g><path d="{path}H{frame.x(frame.high):.1f}V{base:.1f}z" fill="#7f9fc4" fill-opacity=".75" stroke="#4e79a7" '
        f'stroke-width=".8"/><path d="M{frame.left:.1f} {line:.1f}H{frame.left + frame.width:.1f}" stroke="#c2313b" '
        f'stroke-width=".8" stroke-dasharray="4 3"/><title>{_text(title)}</title></g>'
    ]


def _story(
    view: View, operation: str, order: str, resource: str, changeover: bool, start: int, end: int, delay: int
) -> str:
    what = f"Changeover for {operation}" if changeover else operation
    axis = view.axis
    lines = [f"{what} on {resource}"]
    if order:
        lines.append(f"Order {order}")
    family = view.family_of.get(operation)
    if family and family != order:
        lines.append(f"Family {family}")
    lines.append(f"{axis.instant_text(start)} to {axis.instant_text(end)}, {axis.duration_text(end - start)}")
    if delay:
        lines.append(f"Order late by {axis.duration_text(delay)}")
    return "\n".join(lines)


def _now_line(view: View, frame: _Frame) -> list[str]:
    if view.now is None or not frame.low <= view.now <= frame.high:
        return []
    x = frame.x(view.now)
    return [
        f'<path d="M{x:.1f} {_TOP - 2}V{frame.bottom:.1f}" stroke="#c2313b" stroke-width="1.4"/>'
        f'<text class="n" x="{x:.1f}" y="{frame.bottom + 15:.1f}" text-anchor="middle">now</text>'
    ]


def _legend(
    view: View, families: dict[str, str], late: bool, changeovers: bool, frame: _Frame, width: int
) -> tuple[list[str], int]:
    """Colors of at most twelve families, and the marks that occur; wraps to the width."""
    entries = [(f'fill="{color}"', name) for name, color in families.items()] if len(families) <= 12 else []
    if changeovers:
        entries.append(('fill="url(#sop-hatch)" stroke="#7d8894" stroke-width=".7"', "Changeover"))
    if view.open_time:
        entries.append(('fill="#dfe3e8"', "Closed"))
    if late:
        entries.append(('fill="#fff" stroke="#c2313b" stroke-width="1.6"', "Late order"))
    parts, x, y = [], frame.left, frame.bottom + 28
    for paint, name in entries:
        shown = name if len(name) <= 28 else name[:27] + "…"
        room = 26 + 6.4 * len(shown)
        if x + room > width - 12:
            x, y = frame.left, y + 20
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="12" height="12" rx="2.5" {paint}/>'
            f'<text x="{x + 17:.1f}" y="{y + 10:.1f}">{_text(shown)}</text>'
        )
        x += room + 10
    return parts, int(y - frame.bottom - 18)


def _clean(value: str) -> str:
    """The text without characters that no XML document may hold."""
    return _CONTROL.sub("\ufffd", value)


def _text(value: str) -> str:
    return escape(_clean(value))
