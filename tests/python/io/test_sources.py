"""Folders, Arrow files, workbooks and databases; writing and reading back."""

import datetime as dt
import sqlite3
import sys
import types

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet
import pytest

from sopengine.errors import SopDataError
from sopengine.io import ReadOptions, read, read_tables, write
from sopengine.io.excel import cell_text

OPERATIONS = "operation,order\n01,A\n"
MODES = "operation,resource,duration\n01,M,5\n"
RESOURCES = "resource\nM\n"
BERLIN = pa.timestamp("s", "Europe/Berlin")


@pytest.fixture
def folder(tmp_path):
    for name, text in (("operations", OPERATIONS), ("modes", MODES), ("resources", RESOURCES)):
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def test_folder_of_mixed_formats(folder):
    pa.parquet.write_table(pa.table({"order": ["A"], "due": [9]}), folder / "orders.parquet")
    with pa.ipc.new_file(str(folder / "groups.arrow"), pa.schema({"group": pa.string()})) as writer:
        writer.write_table(pa.table({"group": pa.array([], pa.string())}))
    table = pa.table({"item": ["x"], "quantity": [3]})
    with pa.ipc.new_stream(str(folder / "stock.ipc"), table.schema) as writer:
        writer.write_table(table)
    (folder / "notes.txt").write_text("not a table")
    (folder / "schedule.csv").write_text("operation,start\n01,4\n")
    kind, tables = read_tables(folder)
    assert kind == "problem"
    assert sorted(tables) == ["groups", "modes", "operations", "orders", "resources", "stock"]
    assert tables["operations"].to_pylist() == [{"operation": "01", "order": "A"}]
    assert tables["stock"].to_pylist() == [{"item": "x", "quantity": 3}]


def test_all_files_report_together(folder):
    (folder / "modes.csv").write_text("operation,resource,duration\n01,M,2h\n")
    (folder / "orders.csv").write_text("order,weight\nA,x\n")
    (folder / "orders.parquet").write_bytes(b"PAR1 broken")
    (folder / "groups.parquet").write_bytes(b"PAR1 broken")
    with pytest.raises(SopDataError) as caught:
        read_tables(folder)
    found = {(issue.check, issue.table) for issue in caught.value.issues}
    assert found == {
        ("TYPE_MISMATCH", "modes"),
        ("TYPE_MISMATCH", "orders"),
        ("DUPLICATE_TABLE", "orders"),
        ("ARROW_INVALID", "groups"),
    }


def test_folder_without_a_problem(tmp_path):
    (tmp_path / "orders.csv").write_text("order\nA\n")
    with pytest.raises(SopDataError, match="found orders, expected `operations` and `modes`"):
        read_tables(tmp_path)


def test_plant_is_told_by_its_tables(tmp_path):
    pytest.importorskip("sopengine.plant.spec")
    (tmp_path / "work_orders.csv").write_text("work_order;item;quantity\n0007;A;1,5\n")
    (tmp_path / "shifts.csv").write_text(
        "calendar;weekdays;start;end;valid_from\nC;Mon-Fri;6:00;24:00;2026-01-05\n"
    )
    kind, tables = read_tables(tmp_path)
    assert kind == "plant"
    assert tables["work_orders"].column("work_order").to_pylist() == ["0007"]
    assert tables["shifts"].to_pylist() == [
        {
            "calendar": "C",
            "weekdays": "Mon-Fri",
            "start": "6:00",
            "end": "24:00",
            "valid_from": dt.date(2026, 1, 5),
        }
    ]


def test_now_and_timezone_fill_the_problem_row(folder):
    options = ReadOptions(now="2026-01-05T06:00:00", timezone="Europe/Berlin")
    row = read_tables(folder, options).tables["problem"].to_pylist()
    assert row == [{"now": dt.datetime(2026, 1, 5, 6), "timezone": "Europe/Berlin"}]
    (folder / "problem.csv").write_text("now\n17\n")
    assert read_tables(folder, ReadOptions(now=3)).tables["problem"].to_pylist() == [{"now": 17}]
    with pytest.raises(ValueError, match="now='soon' is not a timestamp"):
        (folder / "problem.csv").unlink()
        read_tables(folder, ReadOptions(now="soon"))


def test_read_builds_what_the_tables_say(folder, monkeypatch):
    made = {}
    module = types.ModuleType("sopengine.problem")
    module.Problem = lambda **tables: made.update(tables) or "a problem"
    monkeypatch.setitem(sys.modules, "sopengine.problem", module)
    assert read(folder, scale=100) == "a problem"
    assert sorted(made) == ["modes", "operations", "resources", "scale"]
    assert made["scale"] == 100


def test_options_are_checked(folder, tmp_path):
    with pytest.raises(TypeError, match="no option delimitor; known: format, delimiter"):
        read(folder, delimitor=";")
    with pytest.raises(ValueError, match="dates='dmy' is not one of"):
        read(folder, dates="dmy")
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_tables(tmp_path / "nowhere")
    (tmp_path / "x.pdf").write_text("")
    with pytest.raises(SopDataError, match=r"suffix \.pdf"):
        read_tables(tmp_path / "x.pdf")
    with pytest.raises(ValueError, match="no database driver for oracle"):
        read_tables("oracle://host/plant")


def test_hostile_arrow_is_refused(folder):
    offsets = pa.array([0, 5, 3], pa.int32()).buffers()[1]
    broken = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"abcde")])
    batch = pa.record_batch([broken], names=["order"])
    with pa.ipc.new_file(str(folder / "orders.arrow"), batch.schema) as writer:
        writer.write_batch(batch)
    nested = pa.table({"group": [{"a": 1}], "member": ["x"]})
    pa.parquet.write_table(nested, folder / "groups.parquet")
    with pytest.raises(SopDataError) as caught:
        read_tables(folder)
    found = {(issue.check, issue.table) for issue in caught.value.issues}
    assert found == {("ARROW_INVALID", "orders"), ("UNSUPPORTED_TYPE", "groups")}


RESULT = {
    "schedule": pa.table(
        {
            "operation": ["007", "=1+1"],
            "start": pa.array([dt.datetime(2026, 3, 29, 0, tzinfo=dt.UTC), None], BERLIN),
            "end": pa.array([dt.datetime(2026, 3, 29, 3, tzinfo=dt.UTC), None], BERLIN),
            "slack": pa.array([dt.timedelta(hours=30), None], pa.duration("s")),
            "critical": [True, False],
        }
    )
}


@pytest.mark.parametrize("format", ["parquet", "csv", "arrow"])
def test_what_is_written_reads_back(tmp_path, folder, format):
    (file,) = write(RESULT, tmp_path / "out", format)
    assert sorted(entry.name for entry in file.parent.iterdir()) == [file.name]
    from sopengine.io.folder import read_table

    findings = []
    back = read_table(file, "schedule", ReadOptions(timezone="Europe/Berlin"), findings)
    assert findings == []
    # Parquet knows no seconds: the same instants come back in milliseconds.
    assert back.cast(RESULT["schedule"].schema).equals(RESULT["schedule"])
    assert format == "parquet" or back.schema == RESULT["schedule"].schema


def test_unknown_format(tmp_path):
    with pytest.raises(ValueError, match="'xml' is not one of"):
        write(RESULT, tmp_path, "xml")


def test_workbook(tmp_path):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("python_calamine")
    book = xlsxwriter.Workbook(str(tmp_path / "plant.xlsx"))
    stamp = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheets = {
        "Operations": [["Operation", "Order"], ["0010", 4711], ["0020", 4711]],
        "modes": [["operation", "resource", "duration"], ["0010", "M", "PT1H"], ["0020", "M", "PT2H"]],
        "Orders": [["order", "due", "Weight"], [4711, dt.datetime(2026, 1, 5, 6, 30), 2.0]],
        "Remarks": [["anything"]],
    }
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(at, column, value, *([stamp] if isinstance(value, dt.datetime) else []))
    book.close()
    kind, tables = read_tables(tmp_path / "plant.xlsx")
    assert kind == "problem"
    assert tables["operations"].to_pylist() == [
        {"operation": "0010", "order": "4711"},
        {"operation": "0020", "order": "4711"},
    ]
    assert tables["orders"].to_pylist() == [
        {"order": "4711", "due": dt.datetime(2026, 1, 5, 6, 30), "weight": 2}
    ]
    assert tables["modes"].column("duration").cast(pa.int64()).to_pylist() == [3600, 7200]


def test_cells_as_text():
    assert cell_text(4711.0) == "4711"
    assert cell_text(0.1) == "0.1"
    assert cell_text(True) == "true"
    assert cell_text(dt.time(6, 30)) == "06:30:00"
    assert cell_text(dt.timedelta(hours=1.5)) == "PT5400S"
    assert cell_text("  ") is None
    assert cell_text(dt.datetime(2026, 1, 5, 6, 29, 59, 999999)) == "2026-01-05T06:30:00"


def test_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    (tmp_path / "plant.xlsx").write_bytes(b"")
    with pytest.raises(ImportError, match=r"sopengine\[excel\]"):
        read_tables(tmp_path / "plant.xlsx")
    monkeypatch.setitem(sys.modules, "adbc_driver_sqlite.dbapi", None)
    with pytest.raises(ImportError, match=r"sopengine\[db\]"):
        read_tables("sqlite:///plant.db")


def test_database(tmp_path):
    pytest.importorskip("adbc_driver_sqlite.dbapi")
    with sqlite3.connect(tmp_path / "plant.db") as database:
        database.execute("create table operations (operation text, `order` text)")
        database.execute("create table modes (operation text, resource text, duration integer)")
        database.execute("create table orders (`order` text, due text)")
        database.execute("create table secrets (word text)")
        database.execute("insert into operations values ('01', '007')")
        database.execute("insert into modes values ('01', 'M', 5)")
        database.execute("insert into orders values ('007', '2026-01-05 06:00:00')")
    kind, tables = read_tables(tmp_path / "plant.db")
    assert (kind, sorted(tables)) == ("problem", ["modes", "operations", "orders"])
    assert tables["orders"].to_pylist() == [{"order": "007", "due": dt.datetime(2026, 1, 5, 6)}]
    assert tables["modes"].to_pylist() == [{"operation": "01", "resource": "M", "duration": 5}]
