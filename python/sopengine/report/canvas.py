"""The drawing surface of a chart: where a time and a row lie, and text that is safe to write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

ROW: Final = 28
BAR: Final = 18
TOP: Final = 78
LATE: Final = "#c2313b"
HATCH: Final = 'fill="url(#sop-hatch)" stroke="#7d8894" stroke-width=".7"'
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Frame:
    """Where things are: the time span, the plot's left edge and width, and the rows."""

    low: int
    high: int
    left: float
    width: float
    rows: list[str]

    def x(self, at: int) -> float:
        """Horizontal place of an instant; times outside lie on the edge."""
        inside = min(max(at, self.low), self.high)
        return self.left + (inside - self.low) / max(1, self.high - self.low) * self.width

    def y(self, row: int) -> float:
        """Upper edge of a row."""
        return TOP + row * ROW

    @property
    def bottom(self) -> float:
        """Lower edge of the last row."""
        return self.y(len(self.rows))


def box(frame: Frame, start: int, end: int, y: float, height: float, paint: str) -> str:
    """A span of time as a box; so narrow ones that an edge would hide their color have none."""
    x = frame.x(start)
    wide = max(0.8, frame.x(end) - x)
    radius = 2.5 if wide > 6 else 0
    if wide < 3:
        paint = paint.partition(" stroke")[0]
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{height:.1f}" rx="{radius}" {paint}/>'


def clean(value: str) -> str:
    """The text without characters that no XML document may hold."""
    return _CONTROL.sub("\ufffd", value)


def text(value: str) -> str:
    """Text from the data, safe between tags."""
    return escape(clean(value))
