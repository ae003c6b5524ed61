"""What is on a row of the chart: bars and changeovers of a unary resource, the use of a cumulative one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sopengine.report.canvas import BAR, HATCH, LATE, ROW, Frame, box, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.report.view import Holdings, LateOrder, View


@dataclass(frozen=True, slots=True)
class Looks:
    """What the bars say besides their times."""

    orders: Mapping[str, str]
    families: Mapping[str, str]
    colors: Mapping[str, str]
    late: Mapping[str, LateOrder]


def draw_bars(view: View, frame: Frame, holdings: Holdings, looks: Looks) -> list[str]:
    """All holdings, cumulative resources first."""
    row_of = {name: index for index, name in enumerate(frame.rows)}
    parts = []
    for name, capacity in view.capacity.items():
        if name in row_of:
            parts += _profile(frame, row_of[name], name, capacity, holdings.of(name))
    columns = (holdings.operation, holdings.resource, holdings.changeover, holdings.start, holdings.end)
    for operation, code, changeover, start, end in zip(*(each.tolist() for each in columns), strict=True):
        resource = holdings.names[code]
        if resource in view.capacity:
            continue
        y = frame.y(row_of[resource]) + (ROW - BAR) / 2
        if changeover:
            shape = box(frame, start, end, y + 3, BAR - 6, HATCH)
        else:
            shape = _bar(view, frame, looks, operation, resource, start, end, y)
        title = _story(view, looks, operation, resource, changeover, start, end)
        parts.append(f"<g>{shape}<title>{text(title)}</title></g>")
    return parts


def _bar(
    view: View, frame: Frame, looks: Looks, operation: str, resource: str, start: int, end: int, y: float
) -> str:
    order = looks.orders.get(operation, "")
    color = looks.colors.get(looks.families.get(operation, ""), "#9aa5b1")
    late = looks.late.get(order)
    edge = 'stroke="#17212b" stroke-opacity=".35" stroke-width=".6"'
    if late is not None:
        edge = f'stroke="{LATE}" stroke-width="1.6"'
    if operation in view.broken:
        # Bars that overlap must show through each other.
        edge = f'fill-opacity=".55" stroke="{LATE}" stroke-width="1.4" stroke-dasharray="3 2"'
    shape = _run(view, frame, resource, start, end, y, f'fill="{color}" {edge}', color)
    if late is not None and end == late.end:
        x = frame.x(end)
        shape += f'<path d="M{x:.1f} {y - 4:.1f}l-8 0 8 8z" fill="{LATE}"/>'
    return shape + _label(view, frame, order or operation, resource, start, end, y, color)


def _run(
    view: View, frame: Frame, resource: str, start: int, end: int, y: float, paint: str, color: str
) -> str:
    """A bar: full height where the resource is open, a thin band where the operation waits."""
    parts = view.working(resource, start, end)
    if len(parts) <= 1 or len(parts) > 12:
        return box(frame, start, end, y, BAR, paint)
    thin = f'fill="{color}" fill-opacity=".55"'
    band = box(frame, start, end, y + BAR / 2 - 2, 4, thin)
    return band + "".join(box(frame, a, b, y, BAR, paint) for a, b in parts)


def _label(
    view: View, frame: Frame, name: str, resource: str, start: int, end: int, y: float, color: str
) -> str:
    """The name of the order where it fits into the longest unbroken part of the bar."""
    parts = view.working(resource, start, end) or [(start, end)]
    start, end = max(parts, key=lambda part: part[1] - part[0])
    if 6.2 * len(name) + 8 > frame.x(end) - frame.x(start):
        return ""
    ink = "#fff" if _is_dark(color) else "#17212b"
    x = (frame.x(start) + frame.x(end)) / 2
    place = f'x="{x:.1f}" y="{y + 12.5:.1f}" text-anchor="middle"'
    return f'<text class="l" {place} style="fill:{ink}">{text(name)}</text>'


def _is_dark(color: str) -> bool:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return 299 * red + 587 * green + 114 * blue < 135_000


def _profile(frame: Frame, row: int, name: str, capacity: int, mine: Holdings) -> list[str]:
    """Use of a cumulative resource as a step line under its capacity."""
    instants = np.unique(np.concatenate((mine.start, mine.end)))
    change = np.zeros(len(instants), dtype=np.int64)
    np.add.at(change, np.searchsorted(instants, mine.start), mine.quantity)
    np.add.at(change, np.searchsorted(instants, mine.end), -mine.quantity)
    level = np.cumsum(change)
    top = max(capacity, int(level.max(initial=0)))
    base, room = frame.y(row) + ROW - 3, ROW - 7
    path = f"M{frame.x(frame.low):.1f} {base:.1f}"
    for at, value in zip(instants.tolist(), level.tolist(), strict=True):
        path += f"H{frame.x(at):.1f}V{base - value / top * room:.1f}"
    path += f"H{frame.x(frame.high):.1f}V{base:.1f}z"
    line = f"M{frame.left:.1f} {base - capacity / top * room:.1f}H{frame.left + frame.width:.1f}"
    title = f"{name}: at most {int(level.max(initial=0)):,} of {capacity:,} in use"
    return [
        f'<g><path d="{path}" fill="#7f9fc4" fill-opacity=".75" stroke="#4e79a7" stroke-width=".8"/>'
        f'<path d="{line}" stroke="{LATE}" stroke-width=".8" stroke-dasharray="4 3"/>'
        f"<title>{text(title)}</title></g>"
    ]


def _story(
    view: View, looks: Looks, operation: str, resource: str, changeover: bool, start: int, end: int
) -> str:
    axis = view.axis
    order, family = looks.orders.get(operation, ""), looks.families.get(operation)
    lines = [f"{f'Changeover for {operation}' if changeover else operation} on {resource}"]
    if order:
        lines.append(f"Order {order}")
    if family and family != order:
        lines.append(f"Family {family}")
    span = axis.duration_text(end - start)
    lines.append(f"{axis.instant_text(start)} to {axis.instant_text(end)}, {span}")
    if operation in view.broken:
        lines.append("Breaks a rule")
    if order in looks.late:
        lines.append(f"Order late by {axis.duration_text(looks.late[order].tardiness)}")
    return "\n".join(lines)
