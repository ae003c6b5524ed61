"""Commands end to end, up to the engine."""

import datetime as dt
import json
import sys
import types

import pyarrow as pa
import pyarrow.parquet
import pytest

from sopengine.cli import main


def one_json(capsys):
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def test_solve_prints_a_page(engine, shop, capsys):
    assert main(["solve", shop]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("shop.txt: optimal")
    assert "Makespan" in out
    assert err == "DUE_IN_PAST at orders ('A')\n"
    ((problem, options),) = engine.calls
    assert problem.tables["operations"].num_rows == 2
    assert (options["time_limit"], options["work_limit"], options["seed"]) == (10.0, None, 0)


def test_solve_passes_every_option_on(engine, shop, tmp_path, capsys):
    pa.parquet.write_table(
        pa.table({"operation": ["j1-1", "j1-2", "gone"], "start": [3, None, 5]}),
        tmp_path / "schedule.parquet",
    )
    arguments = ["--work-limit", "500", "--threads", "2", "--seed", "7", "--baseline", str(tmp_path)]
    assert (
        main(["solve", shop, *arguments, "--objective", '[{"tardiness": 1}, {"makespan": 2}]', "--json"]) == 0
    )
    options = engine.calls[0][1]
    assert options["objective"] == [{"tardiness": 1}, {"makespan": 2}]
    assert engine.calls[0][0].tables["baseline"].to_pylist() == [{"operation": "j1-1", "start": 3}]
    assert (options["time_limit"], options["work_limit"], options["threads"], options["seed"]) == (
        None,
        500,
        2,
        7,
    )
    value = one_json(capsys)
    assert (value["makespan"], value["verified"], value["reason"]) == (9, True, "optimal")


def test_history_goes_before_the_baseline(engine):
    from sopengine.cli.source import Source, keep_close

    tables = {
        "operations": pa.table({"operation": ["a", "b"]}),
        "baseline": pa.table({"operation": ["a"], "status": ["done"], "end": [4]}),
    }
    schedule = pa.table({"operation": ["a", "b"], "resource": ["M", "M"], "start": [1, 5], "slack": [0, 0]})
    problem = keep_close(Source(types.SimpleNamespace(tables=tables, scale=2)), schedule).problem
    assert problem.scale == 2
    rows = problem.tables["baseline"].to_pylist()
    assert rows[0] == {"operation": "a", "status": "done", "end": 4, "resource": None, "start": None}
    assert rows[1] == {"operation": "b", "status": None, "end": None, "resource": "M", "start": 5}


def test_a_baseline_of_instants_meets_local_times(engine):
    from sopengine.cli.source import Source, keep_close

    now = pa.array([dt.datetime(2026, 1, 5, 6)])
    tables = {
        "problem": pa.table({"now": now, "timezone": ["Europe/Berlin"]}),
        "operations": pa.table({"operation": ["a"]}),
    }
    start = pa.array([dt.datetime(2026, 1, 5, 6, tzinfo=dt.UTC)], pa.timestamp("s", "Europe/Berlin"))
    schedule = pa.table({"operation": ["a"], "start": start})
    kept = keep_close(Source(types.SimpleNamespace(tables=tables, scale=None)), schedule).problem.tables
    assert kept["problem"]["now"].type.tz == kept["baseline"]["start"].type.tz == "Europe/Berlin"
    assert kept["baseline"]["start"][0].as_py() - kept["problem"]["now"][0].as_py() == dt.timedelta(hours=1)


def test_solve_writes_everything(engine, shop, tmp_path, capsys):
    assert main(["solve", shop, "--out", str(tmp_path / "out"), "--format", "csv", "--json"]) == 0
    names = sorted(file.name for file in (tmp_path / "out").iterdir())
    assert names == ["gantt.svg", "report.html", "report.txt", "result.json", "schedule.csv"]
    assert len(one_json(capsys)["files"]) == 5
    assert json.loads((tmp_path / "out" / "result.json").read_text())["makespan"] == 9


def test_control_c_keeps_the_best_and_still_writes(engine, shop, tmp_path, capsys):
    engine.interrupt = True
    assert main(["solve", shop, "--out", str(tmp_path / "out"), "--json"]) == 0
    assert one_json(capsys)["limit"] == "cancelled"
    assert (tmp_path / "out" / "schedule.parquet").exists()


def test_control_c_outside_a_search_interrupts(engine, shop, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("sopengine.solve", interrupted)
    assert main(["solve", shop]) == 130


def test_infeasible_is_three(engine, shop, capsys):
    engine.reason = "infeasible"
    assert main(["solve", shop, "--json"]) == 3
    assert one_json(capsys)["verified"] is None


def test_no_schedule_found_is_three_as_well(engine, shop, capsys):
    engine.reason = "unknown"
    assert main(["solve", shop]) == 3


def test_bad_input_lists_all_findings(engine, tmp_path, capsys):
    (tmp_path / "broken.txt").write_text("2 2\n0 [red] 1 1\n0 y 1 1\n")
    assert main(["solve", str(tmp_path / "broken.txt")]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "2 findings in the input" in err
    assert "[red]" in err
    assert main(["solve", str(tmp_path / "broken.txt"), "--json"]) == 2
    assert [row["row"] for row in one_json(capsys)["findings"]] == [2, 3]


@pytest.mark.parametrize(("columns", "framed"), [("80", False), ("200", True)])
def test_findings_are_a_table_where_there_is_room(engine, tmp_path, capsys, monkeypatch, columns, framed):
    monkeypatch.setenv("COLUMNS", columns)
    (tmp_path / "broken.txt").write_text("2 2\n0 x 1 1\n0 1 1 1\n")
    assert main(["solve", str(tmp_path / "broken.txt")]) == 2
    err = capsys.readouterr().err
    assert ("┃" in err) == framed
    assert "1 finding in the input" in err


def test_what_files_do_not_say_is_an_option(engine, tmp_path, capsys):
    (tmp_path / "operations.csv").write_text("operation\ncut\n")
    (tmp_path / "resources.csv").write_text("resource\nsaw\n")
    (tmp_path / "modes.csv").write_bytes("operation|resource|duration\ncut|Säge|90\n".encode("cp1252"))
    options = ["--duration-unit", "min", "--encoding", "cp1252", "--delimiter", "|", "--scale", "2"]
    assert main(["solve", str(tmp_path), *options]) == 0
    problem = engine.calls[0][0]
    assert problem.scale == 2
    assert problem.tables["modes"].to_pylist() == [
        {"operation": "cut", "resource": "Säge", "duration": dt.timedelta(minutes=90)}
    ]


@pytest.mark.parametrize(
    "arguments",
    [
        ["solve"],
        ["solve", "nowhere"],
        ["solve", "{shop}", "--objective", "fastest"],
        ["solve", "{shop}", "--objective", "[1]"],
        ["solve", "{shop}", "--time-limit", "-1"],
        ["solve", "{shop}", "--seed", "x"],
        ["plan", "{shop}"],
        ["evaluate", "{shop}", "nowhere"],
        ["demo", "{out}", "--plant", "../../etc"],
        ["dance"],
    ],
)
def test_wrong_usage_is_two(engine, shop, tmp_path, capsys, arguments):
    assert main([part.format(shop=shop, out=tmp_path / "demo") for part in arguments]) == 2
    assert engine.calls == []
    assert capsys.readouterr().err


def test_plant_is_compiled_and_lifted(engine, plant, tmp_path, capsys):
    assert main(["solve", plant, "--out", str(tmp_path / "out"), "--format", "csv"]) == 0
    assert (tmp_path / "out" / "plant" / "work_order_schedule.csv").read_text().split() == [
        '"work_order"',
        '"W"',
    ]


def test_plant_now(plant):
    from sopengine.cli.source import plant_now
    from sopengine.errors import SopDataError
    from sopengine.io import read_tables

    tables = read_tables(plant).tables
    six = dt.datetime(2026, 1, 5, 5, tzinfo=dt.UTC)
    assert plant_now(tables, None) == six
    assert plant_now(tables, "2026-01-05T07:00:00") == "2026-01-05T07:00:00"
    with pytest.raises(SopDataError, match="Pass --now"):
        plant_now({"settings": pa.table({"timezone": ["UTC"]})}, None)


def test_evaluate(engine, shop, tmp_path, capsys):
    pa.parquet.write_table(pa.table({"operation": ["a"]}), tmp_path / "schedule.parquet")
    pa.parquet.write_table(
        pa.table({"operation": ["a"], "resource": ["M"]}), tmp_path / "assignments.parquet"
    )
    assert main(["evaluate", shop, str(tmp_path), "--json"]) == 0
    assert one_json(capsys)["num_violations"] == 0
    assert engine.calls[0][1]["assignments"].num_rows == 1
    engine.violations = 2
    assert main(["evaluate", shop, str(tmp_path / "schedule.parquet"), "--json"]) == 3
    value = one_json(capsys)
    assert (value["num_violations"], value["verified"], len(value["violations"])) == (2, False, 2)
    assert engine.calls[1][1]["assignments"] is None
    assert main(["evaluate", shop, str(tmp_path)]) == 3
    assert "BREAKS RULES IN 2 PLACES" in capsys.readouterr().out


def test_describe(engine, shop, plant, capsys):
    assert main(["describe", shop]) == 0
    out = capsys.readouterr().out
    assert "shop.txt: a problem" in out
    assert "DUE_IN_PAST" in out
    assert main(["describe", plant, "--json"]) == 0
    value = one_json(capsys)
    assert (value["kind"], value["tables"]) == ("plant", {"settings": 1, "work_orders": 1})


def test_serve_hands_its_options_on(monkeypatch):
    asked = []
    for name in ("sopengine.service", "sopengine.service.server"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    server = sys.modules["sopengine.service.server"]
    monkeypatch.setattr(server, "main", lambda arguments: asked.append(arguments), raising=False)
    assert main(["serve", "--port", "0", "--help"]) == 0
    assert asked == [["--port", "0", "--help"]]


def test_missing_extras_are_named(monkeypatch, capsys):
    monkeypatch.delitem(sys.modules, "sopengine.service.server", raising=False)
    monkeypatch.setitem(sys.modules, "sopengine.service", types.ModuleType("sopengine.service"))
    monkeypatch.setattr(sys.modules["sopengine.service"], "__path__", [], raising=False)

    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "sopengine.service.server":
                raise ModuleNotFoundError("No module named 'grpc'", name="grpc")

    monkeypatch.setattr(sys, "meta_path", [Finder(), *sys.meta_path])
    assert main(["serve"]) == 2
    assert "sopengine[server]" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "click", None)
    assert main(["solve"]) == 2
    assert "sopengine[cli]" in capsys.readouterr().err


def test_help_lists_the_commands(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for name in ("demo", "describe", "evaluate", "plan", "serve", "solve"):
        assert f"  {name} " in out


def test_progress_line():
    import io

    from rich.console import Console

    from sopengine.cli.progress import Progress

    console = Console(file=io.StringIO(), width=160)
    progress = Progress(shown=True, cancel=None, console=console)
    report = types.SimpleNamespace(
        elapsed_s=1.25,
        levels=[3, 1200],
        objective={"late_orders": 3, "makespan": 1200},
        bound=[0, None],
        work=98765,
    )
    console.print(progress.line(report))
    text = console.file.getvalue()
    for part in ("1.2 s", "best 3 / 1,200", "bound 0", "late orders 3, makespan 1,200", "work 98,765"):
        assert part in text
    report.levels, report.bound, report.objective = [], [None], {}
    console.print(progress.line(report))
    assert "no schedule yet" in console.file.getvalue()
