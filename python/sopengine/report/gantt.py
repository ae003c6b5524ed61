"""A Gantt chart as one SVG text: no library, no script, fit for a page, a mail or a notebook.

Rows are resources, bars are operations in the color of their family, changeovers are hatched, closed time
is shaded and thins the bars that wait through it, late orders have a red edge. A cumulative resource shows
how much of it is in use. At most `max_bars` bars are drawn, the earliest ones; the picture says so when
there are more.

Every text that comes from the data is escaped; each bar tells its story as a tooltip (`<title>`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

import numpy as np

from sopengine.report.bars import Looks, draw_bars
from sopengine.report.canvas import HATCH, LATE, ROW, TOP, Frame, clean, text
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
_BOTTOM: Final = 40
_STYLE: Final = """
.sop-g text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;fill:#33404d}
.sop-g .t{font-size:14px;font-weight:600;fill:#17212b}.sop-g .m{fill:#6b7885}
.sop-g .d{font-weight:600;fill:#33404d}.sop-g .n{font-weight:600;fill:#c2313b}
.sop-g .l{font-size:10px;pointer-events:none}.sop-g .w{fill:#8a4b08}
"""


def gantt_svg(
    view: View, *, width: int = 1160, max_bars: int = 2000, max_rows: int = 80, title: str = "Schedule"
) -> str:
    """The chart of a schedule as an SVG element."""
    holdings, rows, notes = _selection(view, max_bars, max_rows)
    low, high = span_of(view) if len(holdings) == 0 else _window(view, holdings)
    left = 24.0 + 6.6 * min(24, max((len(name) for name in rows), default=6))
    frame = Frame(low, high, left, width - left - 18, rows)
    looks = _looks(view, holdings)
    legend, legend_height = _legend(view, looks, bool(holdings.changeover.any()), frame, width)
    height = int(frame.bottom + _BOTTOM + legend_height)
    summary = f"{len(holdings):,} bars on {len(rows)} resources, {view.axis.instant_text(low)} to "
    summary += view.axis.instant_text(high)
    if "order_results" in view.result:
        summary += f"; {len(looks.late):,} order{'' if len(looks.late) == 1 else 's'} late"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sop-g" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="max-width:100%;height:auto;background:#fff" '
        f"aria-label={quoteattr(clean(f'{title}: {summary}'))}>",
        f"<style>{_STYLE}</style>",
        _definitions(),
        f'<text class="t" x="16" y="24">{text(title)}</text>',
        f'<text class="m" x="16" y="41">{text(summary)}</text>',
        *_grid(view, frame),
        *_closed_time(view, frame),
        *draw_bars(view, frame, holdings, looks),
        *_now_line(view, frame),
        *legend,
    ]
    parts += [
        f'<text class="w" x="{width - 18}" y="{24 + 16 * index}" text-anchor="end">{text(note)}</text>'
        for index, note in enumerate(notes)
    ]
    parts.append("</svg>")
    return "\n".join(parts)


def _selection(view: View, max_bars: int, max_rows: int) -> tuple[Holdings, list[str], list[str]]:
    """The bars and rows to draw, and what has to be said about those left out."""
    everything = view.holdings
    names = [everything.names[code] for code in np.unique(everything.resource).tolist()]
    rows, notes = names[:max_rows], []
    holdings = everything
    if len(names) > max_rows:
        holdings = everything.take(np.flatnonzero(everything.resource <= everything.names.index(rows[-1])))
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


def _looks(view: View, holdings: Holdings) -> Looks:
    """Orders, families, colors and late orders of what is drawn; neighbors in the order of names differ."""
    operations = set(holdings.operation.tolist())
    orders = view.orders_of(operations)
    families = view.families_of(operations, orders)
    names = sorted(set(families.values()))
    colors = {name: _PALETTE[index % len(_PALETTE)] for index, name in enumerate(names)}
    late = {each.order: each for each in view.late_orders if each.tardiness > 0}
    return Looks(orders, families, colors, late)


def _definitions() -> str:
    return (
        '<defs><pattern id="sop-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="#f4f5f7"/>'
        '<rect width="2.4" height="6" fill="#7d8894"/></pattern></defs>'
    )


def _grid(view: View, frame: Frame) -> list[str]:
    """Row names and bands, and the time axis: days above, the clock below."""
    parts = []
    right = frame.left + frame.width
    for index, name in enumerate(frame.rows):
        y = frame.y(index)
        fill = "#fafbfc" if index % 2 else "#fff"
        shown = name if len(name) <= 24 else name[:23] + "…"
        parts.append(
            f'<rect x="0" y="{y:.1f}" width="{right:.1f}" height="{ROW}" fill="{fill}"/>'
            f'<text x="{frame.left - 10:.1f}" y="{y + ROW / 2 + 4:.1f}" text-anchor="end">{text(shown)}'
            f"<title>{text(name)}</title></text>"
        )
    room = max(2, int(frame.width // 74))
    ticks = view.axis.ticks(frame.low, frame.high, room)
    finer = view.axis.temporal and any(not tick.day for tick in ticks)
    for tick in ticks:
        x = frame.x(tick.at)
        color = "#c3cad2" if tick.day and finer else "#e6e9ed"
        parts.append(f'<path d="M{x:.1f} {TOP}V{frame.bottom:.1f}" stroke="{color}"/>')
        if x < right + 1:
            parts.append(
                f'<text class="m" x="{x:.1f}" y="{TOP - 7}" text-anchor="middle">{text(tick.label)}</text>'
            )
    if finer:
        parts += _day_names(view, frame)
    edges = f"M{frame.left:.1f} {TOP}H{right:.1f}M{frame.left:.1f} {frame.bottom:.1f}H{right:.1f}"
    parts.append(f'<path d="{edges}" stroke="#c3cad2"/>')
    return parts


def _day_names(view: View, frame: Frame) -> list[str]:
    parts, free = [], 0.0
    days = view.axis.days(frame.low, frame.high)
    for index, day in enumerate(days):
        x = frame.x(day.at)
        until = frame.x(days[index + 1].at) if index + 1 < len(days) else frame.left + frame.width
        if until - x < 56 or x < free:
            continue
        parts.append(f'<text class="d" x="{x:.1f}" y="{TOP - 22}">{text(day.label)}</text>')
        free = x + 62
    return parts


def _closed_time(view: View, frame: Frame) -> list[str]:
    """Closed calendar time as one path a row."""
    parts = []
    for index, name in enumerate(frame.rows):
        gaps = view.closed(name, frame.low, frame.high) if name in view.open_time else []
        boxes = [(frame.x(a), frame.x(b)) for a, b in gaps]
        path = "".join(
            f"M{a:.1f} {frame.y(index):.1f}H{b:.1f}v{ROW}H{a:.1f}z" for a, b in boxes if b - a > 0.3
        )
        if path:
            parts.append(f'<path d="{path}" fill="#dfe3e8" fill-opacity=".75"/>')
    return parts


def _now_line(view: View, frame: Frame) -> list[str]:
    if view.now is None or not frame.low <= view.now <= frame.high:
        return []
    x = frame.x(view.now)
    return [
        f'<path d="M{x:.1f} {TOP - 2}V{frame.bottom:.1f}" stroke="#c2313b" stroke-width="1.4"/>'
        f'<text class="n" x="{x:.1f}" y="{frame.bottom + 15:.1f}" text-anchor="middle">now</text>'
    ]


def _legend(view: View, looks: Looks, changeovers: bool, frame: Frame, width: int) -> tuple[list[str], int]:
    """Colors of at most twelve families, and the marks that occur; wraps to the width."""
    entries = [(f'fill="{color}"', name) for name, color in looks.colors.items()]
    if len(entries) > len(_PALETTE):
        entries = []
    if changeovers:
        entries.append((HATCH, "Changeover"))
    if view.open_time:
        entries.append(('fill="#dfe3e8"', "Closed"))
    if looks.late:
        entries.append((f'fill="#fff" stroke="{LATE}" stroke-width="1.6"', "Late order"))
    if view.broken:
        paint = f'fill="#fff" stroke="{LATE}" stroke-width="1.4" stroke-dasharray="3 2"'
        entries.append((paint, "Breaks a rule"))
    parts, x, y = [], frame.left, frame.bottom + 28
    for paint, name in entries:
        shown = name if len(name) <= 28 else name[:27] + "…"
        room = 26 + 6.4 * len(shown)
        if x + room > width - 12:
            x, y = frame.left, y + 20
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="12" height="12" rx="2.5" {paint}/>'
            f'<text x="{x + 17:.1f}" y="{y + 10:.1f}">{text(shown)}</text>'
        )
        x += room + 10
    return parts, int(y - frame.bottom - 18)
