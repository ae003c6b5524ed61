"""Charts and pages: what they show, what they leave out, and that nothing from the data escapes."""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pyarrow as pa
import pytest
import sample_week

from sopengine.report import View, fragment, gantt_svg, report_html, report_text, write_report
from sopengine.report.axis import TimeAxis
from sopengine.report.figures import resource_figures
from sopengine.report.text import text_table

SVG = "{http://www.w3.org/2000/svg}"


def titles(svg):
    return [node.text for node in ET.fromstring(svg).iter(f"{SVG}title")]


def hatched(svg):
    return [node for node in ET.fromstring(svg).iter(f"{SVG}rect") if node.get("fill") == "url(#sop-hatch)"]


def test_every_holding_of_a_unary_resource_is_a_bar():
    problem, result = sample_week.plant()
    svg = gantt_svg(View(problem, result.tables))
    runs = [title for title in titles(svg) if "\nOrder " in title and not title.startswith("Changeover")]
    changeovers = [title for title in titles(svg) if title.startswith("Changeover for")]
    assert len(runs) == 56
    expected = len(result.schedule) - result.schedule.column("changeover_start").null_count
    assert len(changeovers) == expected > 0
    assert len(hatched(svg)) == expected + 1  # and its entry in the legend
    assert any(title == "Operators: at most 4 of 3 in use" for title in titles(svg))


def test_bars_are_where_the_times_are():
    schedule = pa.table(
        {
            "operation": ["a", "b"],
            "order": ["A", "A"],
            "resource": ["M", "M"],
            "start": [0, 500],
            "end": [250, 1000],
        }
    )
    svg = gantt_svg(View({}, {"schedule": schedule}))
    bars = {}
    for group in ET.fromstring(svg).iter(f"{SVG}g"):
        box, title = group.find(f"{SVG}rect"), group.find(f"{SVG}title")
        bars[title.text.split()[0]] = (float(box.get("x")), float(box.get("width")))
    (x_a, wide_a), (x_b, wide_b) = bars["a"], bars["b"]
    assert wide_b == pytest.approx(2 * wide_a, abs=0.2)
    assert x_b - x_a == pytest.approx(wide_b, abs=0.2)


def test_dropped_bars_and_rows_are_confessed():
    problem, result = sample_week.shop(30, 10)
    view = View(problem, result.tables)
    svg = gantt_svg(view, max_bars=50)
    assert "First 50 of 300 bars; 250 later ones not drawn" in svg
    assert sum("\nOrder" in title for title in titles(svg)) == 50
    assert "First 4 of 10 resources" in gantt_svg(view, max_rows=4)
    assert "not drawn" not in gantt_svg(view)


def test_hostile_ids_are_only_text():
    problem, result = sample_week.plant(hostile=True)
    for page in (
        report_html(problem, result),
        fragment(problem, result),
        gantt_svg(View(problem, result.tables)),
    ):
        assert "<script" not in page
        assert "&lt;script&gt;" in page
        assert "\x00" not in page
    ET.fromstring(gantt_svg(View(problem, result.tables)))
    hostile = dict(result.tables)
    results = hostile["order_results"]
    late = pa.array([dt.timedelta(days=99)] * len(results), pa.duration("s"))
    hostile["order_results"] = results.set_column(results.column_names.index("tardiness"), "tardiness", late)
    text = report_text(problem, type(result)(hostile, {}, [], [], result.termination))
    assert "\x00" not in text
    assert "\x1b" not in report_text(problem, result, "\x1b[31m")


def test_late_orders_are_marked_and_explained():
    problem, result = sample_week.plant()
    late = View(problem, result.tables).late_orders
    assert len(late) == result.objective["late_orders"] > 0
    assert [each.tardiness for each in late] == sorted((each.tardiness for each in late), reverse=True)
    page = report_html(problem, result)
    for each in late:
        assert each.order in page
    assert late[0].cause.startswith("waits for resource Paint line (")
    svg = gantt_svg(View(problem, result.tables))
    assert len(re.findall(r"l-8 0 8 8z", svg)) == len(late)


def test_unscheduled_orders_come_first():
    table = pa.table(
        {
            "order": ["A", "B"],
            "start": pa.array([0, None], pa.int64()),
            "end": pa.array([9, None], pa.int64()),
            "due": [4, None],
            "tardiness": [5, None],
            "status": ["planned", "unscheduled"],
        }
    )
    schedule = pa.table({"operation": ["a"], "resource": ["M"], "start": [0], "end": [9]})
    view = View({}, {"order_results": table, "schedule": schedule})
    late = view.late_orders
    assert view.late_title == "Late or left out (2)"
    assert [(each.order, each.due, each.end, each.tardiness) for each in late] == [
        ("B", None, None, 0),
        ("A", 4, 9, 5),
    ]


def test_utilization_worked_by_hand():
    calendars = pa.table({"calendar": ["c", "c"], "start": [0, 20], "end": [10, 40]})
    problem = {
        "resources": pa.table(
            {
                "resource": ["M", "P"],
                "kind": ["unary", "cumulative"],
                "capacity": [1, 4],
                "calendar": pa.array(["c", None]),
            }
        ),
        "calendars": calendars,
    }
    assignments = pa.table(
        {
            "operation": ["a", "b", "b", "a"],
            "resource": ["M", "M", "M", "P"],
            "phase": ["run", "changeover", "run", "run"],
            "start": [5, 25, 26, 0],
            "end": [25, 26, 30, 10],
            "quantity": [1, 1, 1, 2],
        }
    )
    figures = {each.resource: each for each in resource_figures(View(problem, {"assignments": assignments}))}
    # Open 10 + 10 until the last end at 30; a works 5 + 5, b changes over 1 and works 4.
    machine = figures["M"]
    assert (machine.open, machine.running, machine.changing) == (20, 14, 1)
    assert (machine.operations, machine.changeovers) == (2, 1)
    assert machine.utilization == pytest.approx(0.75)
    assert (figures["P"].open, figures["P"].running) == (120, 20)


def test_closed_time():
    calendars = pa.table({"calendar": ["c", "c"], "start": [2, 20], "end": pa.array([10, None], pa.int64())})
    resources = pa.table({"resource": ["M", "N"], "calendar": pa.array(["c", None])})
    view = View({"calendars": calendars, "resources": resources}, {})
    assert view.closed("M", 0, 50) == [(0, 2), (10, 20)]
    assert view.working("M", 5, 25) == [(5, 10), (20, 25)]
    assert view.closed("N", 0, 50) == []


def test_broken_operations_show_through():
    schedule = pa.table({"operation": ["a", "b"], "resource": ["M", "M"], "start": [0, 5], "end": [9, 12]})
    violations = pa.table({"rule": [2], "operation": ["b"], "detail": ["a and b both hold M at 5"]})
    svg = gantt_svg(View({}, {"schedule": schedule, "violations": violations}))
    assert [("Breaks a rule" in title) for title in titles(svg) if " on M" in title] == [False, True]
    assert svg.count('fill-opacity=".55" stroke=') == 1
    assert "Breaks a rule" not in gantt_svg(View({}, {"schedule": schedule}))


def test_text_page():
    problem, result = sample_week.plant()
    page = report_text(problem, result, "Week")
    assert page.startswith("Week: feasible (time limit)")
    assert re.search(r"Late orders +5\n", page)
    assert re.search(r"Paint line +█+·+ +75 % +14 ", page)
    assert max(map(len, page.splitlines())) <= 110


def test_text_table_aligns():
    lines = text_table(("a", "bb"), "lr", [("x", "1"), ("yyy", "200")], total=5)
    assert lines == ["  a     bb", "  ---  ---", "  x      1", "  yyy  200", "  and 3 more"]


def test_files_are_written(tmp_path):
    problem, result = sample_week.plant()
    files = write_report(problem, result, tmp_path / "new", "Week")
    assert [file.name for file in files] == ["gantt.svg", "report.html", "report.txt"]
    page = (tmp_path / "new" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_empty_result_still_draws():
    ET.fromstring(gantt_svg(View({}, {})))


ZONE = "Europe/Berlin"


def clock(axis, ticks):
    return [(axis.local(tick.at).strftime("%d %H:%M"), tick.label) for tick in ticks]


def test_ticks_stay_on_the_wall_clock_over_a_clock_change():
    axis = TimeAxis(True, ZONE)
    low = int(dt.datetime(2026, 3, 28, 17, tzinfo=dt.UTC).timestamp())
    ticks = axis.ticks(low, low + 20 * 3600, 4)
    shown = clock(axis, ticks)
    assert shown == [
        ("28 18:00", "18:00"),
        ("29 00:00", "00:00"),
        ("29 06:00", "06:00"),
        ("29 12:00", "12:00"),
    ]
    # The night is an hour shorter: 00:00 to 06:00 takes five hours.
    assert [b.at - a.at for a, b in pairwise(ticks)] == [6 * 3600, 5 * 3600, 6 * 3600]


@pytest.mark.parametrize("span", [90, 4000, 40_000, 400_000, 4_000_000, 40_000_000, 400_000_000])
def test_number_of_ticks(span):
    low = 1_767_600_000
    axis = TimeAxis(True, ZONE)
    assert 1 <= len(axis.ticks(low, low + span, 12)) <= 14
    ticks = TimeAxis(False).ticks(7, 7 + span, 12)
    assert 4 <= len(ticks) <= 13
    steps = {b.at - a.at for a, b in pairwise(ticks)}
    assert len(steps) == 1
    assert str(steps.pop()).rstrip("0") in ("1", "2", "5")


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (0, "0"),
        (45, "45 s"),
        (90, "1 min 30 s"),
        (5400, "1 h 30 min"),
        (90061, "1 d 1 h"),
        (-3600, "-1 h"),
        (86401, "1 d"),
    ],
)
def test_durations_in_words(ticks, text):
    assert TimeAxis(True).duration_text(ticks) == text
    assert TimeAxis(False).duration_text(12345) == "12,345"


def test_fixed_offsets_and_naive_times():
    assert TimeAxis(True, "+02:00").instant_text(0) == "Thu 1 Jan 02:00"
    assert TimeAxis(True, None).instant_text(3600) == "Thu 1 Jan 01:00"
    column = pa.chunked_array([pa.array([dt.datetime(2026, 7, 1, 12)], pa.timestamp("ms"))])
    at, _ = TimeAxis(True, ZONE).instants(column)
    assert at[0] == dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC).timestamp()
