"""The one-page report: what it comes to, who waits and why, who does what when.

One file without outside references, so it can be mailed and opened anywhere. Every value from the data is
escaped.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Final

from sopengine.report.figures import headline, resource_figures
from sopengine.report.gantt import gantt_svg
from sopengine.report.view import View

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyarrow as pa

    from sopengine.result import Result

_SHOWN: Final = 50
_LATE: Final = 12
_STYLE: Final = """
.sop{font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#17212b;
max-width:1160px;margin:0 auto}
.sop h1{font-size:22px;margin:0 0 2px}.sop h2{font-size:16px;margin:28px 0 8px}
.sop .sub{color:#5c6975;margin:0 0 18px}
.sop .kpis{display:flex;flex-wrap:wrap;gap:10px;margin:0 0 8px}
.sop .kpi{border:1px solid #e0e4e9;border-radius:8px;padding:8px 14px;min-width:104px;background:#fff}
.sop .kpi b{display:block;font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}
.sop .kpi span{color:#5c6975;font-size:12px}.sop .kpi.bad b{color:#c2313b}
.sop table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;background:#fff}
.sop th{font-size:12px;color:#5c6975;font-weight:600;text-align:left;
border-bottom:1px solid #c3cad2;padding:5px 10px}
.sop td{border-bottom:1px solid #edf0f3;padding:5px 10px;text-align:left;color:#17212b}
.sop td.r,.sop th.r{text-align:right}
.sop .bar{display:inline-block;vertical-align:middle;width:120px;height:9px;border-radius:5px;
background:#edf0f3;
margin-right:8px;overflow:hidden}
.sop .bar i{display:block;float:left;height:9px;background:#4e79a7}.sop .bar i.c{background:#9aa5b1}
.sop .scroll{overflow-x:auto;border:1px solid #e0e4e9;border-radius:8px;background:#fff}
.sop .note{color:#5c6975;font-size:12px;margin:6px 0 0}
"""


def report_html(problem: Mapping[str, pa.Table], result: Result, title: str = "Schedule") -> str:
    """A whole page for a browser."""
    view = View(problem, result.tables)
    body = "\n".join(
        (
            f"<h1>{_text(title)}</h1>",
            f'<p class="sub">{_text(_status(view, result))}</p>',
            _cards(view, result),
            _violations(result),
            _late_section(view),
            "<h2>Resources over time</h2>",
            f'<div class="scroll">{gantt_svg(view, title=title)}</div>',
            _resource_section(view),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(title)}</title>"
        f"<style>body{{margin:28px 20px;background:#f7f8fa}}{_STYLE}</style></head>"
        f'<body><main class="sop">\n{body}\n</main></body></html>\n'
    )


def fragment(problem: Mapping[str, pa.Table], result: Result) -> str:
    """Figures and chart for a notebook cell."""
    view = View(problem, result.tables)
    status = f'<p class="sub">{_text(_status(view, result))}</p>'
    chart = f'<div class="scroll">{gantt_svg(view)}</div>' if len(view.holdings) else ""
    return f'<div class="sop"><style>{_STYLE}</style>{status}{_cards(view, result)}{chart}</div>'


def _status(view: View, result: Result) -> str:
    words = str(result.termination)
    operations = f"{result.schedule.num_rows:,} operations"
    wall = result.stats.get("wall_s")
    parts = [words[:1].upper() + words[1:], operations]
    if wall is not None:
        parts.append(f"{float(wall):.1f} s")
    if view.now is not None:
        parts.append(f"now is {view.axis.instant_text(view.now)}")
    if view.axis.zone:
        parts.append(view.axis.zone)
    return " · ".join(parts)


def _cards(view: View, result: Result) -> str:
    bad = {"Unscheduled", "Late orders", "Tardiness"}
    cards = [
        f'<div class="kpi{" bad" if name in bad and value != "0" else ""}"><b>{_text(value)}</b>'
        f"<span>{_text(name)}</span></div>"
        for name, value in headline(result.objective, view.axis)
    ]
    return f'<div class="kpis">{"".join(cards)}</div>'


def _violations(result: Result) -> str:
    count = result.violations.num_rows
    if count == 0:
        return ""
    rows = [
        (
            str(row.get("rule", "")),
            str(row.get("operation", "")),
            str(row.get("detail") or row.get("check") or ""),
        )
        for row in result.violations.slice(0, _LATE).to_pylist()
    ]
    heading = f"<h2>This schedule breaks rules in {count:,} place{'s' if count > 1 else ''}</h2>"
    return heading + _table(("Rule", "Operation", "What is wrong"), "lll", rows) + _more(count, _LATE)


def _late_section(view: View) -> str:
    late = view.late_orders
    if not late:
        return "<h2>Late orders</h2><p>None.</p>"
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
    columns = ("Order", "Due", "Ends", "Late by", "Because of")
    return f"<h2>{view.late_title}</h2>{_table(columns, 'lllrl', rows)}{_more(len(late), _LATE)}"


def _resource_section(view: View) -> str:
    axis = view.axis
    figures = resource_figures(view)
    body = []
    for each in figures[:_SHOWN]:
        run, change = (100 * part / each.open if each.open else 0.0 for part in (each.running, each.changing))
        meter = (
            f'<span class="bar"><i style="width:{min(run, 100):.1f}%"></i>'
            f'<i class="c" style="width:{max(0.0, min(change, 100 - run)):.1f}%"></i></span>'
            f"{100 * each.utilization:.0f} %"
        )
        cells = [
            f"<td>{_text(each.resource)}</td>",
            f"<td>{meter}</td>",
            *(
                f'<td class="r">{_text(text)}</td>'
                for text in (
                    f"{each.operations:,}",
                    axis.duration_text(each.running),
                    f"{each.changeovers:,}",
                    axis.duration_text(each.changing),
                    axis.duration_text(each.open),
                )
            ),
        ]
        body.append(f"<tr>{''.join(cells)}</tr>")
    heads = ("Resource", "Utilization", "Operations", "Running", "Changeovers", "Changing over", "Open")
    head = "".join(f"<th{' class=r' if index > 1 else ''}>{name}</th>" for index, name in enumerate(heads))
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    note = (
        '<p class="note">Blue: running, gray: changing over, as a share of open time until the last end.</p>'
    )
    return f'<h2>Resources</h2><div class="scroll">{table}</div>{_more(len(figures))}{note}'


def _table(heads: Iterable[str], align: str, rows: Iterable[Iterable[str]]) -> str:
    sides = ["" if side == "l" else ' class="r"' for side in align]
    head = "".join(f"<th{side}>{_text(name)}</th>" for side, name in zip(sides, heads, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{side}>{_text(cell)}</td>' for side, cell in zip(sides, row, strict=True))}</tr>"
        for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _more(count: int, shown: int = _SHOWN) -> str:
    return f'<p class="note">and {count - shown:,} more</p>' if count > shown else ""


def _text(value: str) -> str:
    return html.escape(value)
