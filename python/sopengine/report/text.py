"""The report as plain text: one page that a planner reads in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sopengine.report.figures import headline, resource_figures
from sopengine.report.view import View

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from sopengine.result import Result

_LATE: Final = 10
_RESOURCES: Final = 15
_WIDEST: Final = 44


def report_text(problem: Mapping[str, pa.Table], result: Result, title: str = "Schedule") -> str:
    """The page, without control characters from the data."""
    view = View(problem, result.tables)
    parts = [f"{printable(title)}: {printable(str(result.termination))}", ""]
    parts += _figures(view, result)
    violations = result.violations.num_rows
    if violations:
        parts += ["", f"BREAKS RULES IN {violations:,} PLACE{'S' if violations > 1 else ''}"]
        parts += text_table(
            ("rule", "operation", "what is wrong"),
            "rll",
            [
                (str(row.get("rule", "")), str(row.get("operation", "")), str(row.get("detail") or ""))
                for row in result.violations.slice(0, _LATE).to_pylist()
            ],
            violations,
        )
    parts += ["", *_late(view), "", *_resources(view)]
    return "\n".join(parts) + "\n"


def _figures(view: View, result: Result) -> list[str]:
    rows = headline(result.objective, view.axis)
    wide = max((len(name) for name, _ in rows), default=0)
    lines = [f"  {name:<{wide}}  {value}" for name, value in rows]
    known = [str(bound) if bound is not None else "-" for bound in result.bound]
    if any(bound is not None for bound in result.bound):
        lines.append(f"  {'Proven bound':<{wide}}  {', '.join(known)}")
    return lines


def _late(view: View) -> list[str]:
    late = view.late_orders
    if not late:
        return ["No order is late."]
    axis = view.axis
    rows = [
        (
            each.order,
            "" if each.due is None else axis.instant_text(each.due),
            "left out" if each.status == "unscheduled" or each.end is None else axis.instant_text(each.end),
            axis.duration_text(each.tardiness) if each.tardiness else "",
            each.cause,
        )
        for each in late[:_LATE]
    ]
    return [
        view.late_title,
        *text_table(("order", "due", "ends", "late by", "because of"), "lllrl", rows, len(late)),
    ]


def _resources(view: View) -> list[str]:
    axis = view.axis
    figures = resource_figures(view)
    rows = [
        (
            each.resource,
            f"{_meter(each.utilization)} {100 * each.utilization:3.0f} %",
            f"{each.operations:,}",
            axis.duration_text(each.running),
            f"{each.changeovers:,}",
            axis.duration_text(each.changing),
        )
        for each in figures[:_RESOURCES]
    ]
    heads = ("resource", "utilization", "operations", "running", "changeovers", "changing")
    return ["Resources", *text_table(heads, "llrrrr", rows, len(figures))]


def _meter(share: float) -> str:
    full = round(min(max(share, 0.0), 1.0) * 12)
    return "█" * full + "·" * (12 - full)


def text_table(
    heads: Sequence[str], align: str, rows: Sequence[Sequence[str]], total: int | None = None
) -> list[str]:
    """Rows under their headings, columns as wide as their widest cell; `align` is one l or r a column."""
    cells = [[_cut(printable(cell)) for cell in row] for row in rows]
    wide = [max(len(line[index]) for line in [list(heads), *cells]) for index in range(len(heads))]

    def line(row: Sequence[str]) -> str:
        placed = (
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, wide, align, strict=True)
        )
        return "  " + "  ".join(placed).rstrip()

    lines = [line(heads), "  " + "  ".join("-" * width for width in wide), *(line(row) for row in cells)]
    if total is not None and total > len(rows):
        lines.append(f"  and {total - len(rows):,} more")
    return lines


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def printable(text: str) -> str:
    """The text without characters that move a terminal's cursor or change its colors."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)
