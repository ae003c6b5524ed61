"""CSV as it comes out of ERP systems."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from sopengine.io.csv import read_csv
from sopengine.io.options import ReadOptions


def load(tmp_path, table, data, **options):
    file = tmp_path / f"{table}.csv"
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    findings = []
    return read_csv(file, table, ReadOptions(**options), findings), findings


def good(tmp_path, table, data, **options):
    content, findings = load(tmp_path, table, data, **options)
    assert findings == []
    return content


def bad(tmp_path, table, data, **options):
    _, findings = load(tmp_path, table, data, **options)
    return [finding.check for finding in findings], findings


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_found(tmp_path, delimiter):
    text = "order,weight\n007,3\n".replace(",", delimiter)
    assert good(tmp_path, "orders", text).to_pylist() == [{"order": "007", "weight": 3}]


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_byte_order_marks(tmp_path, mark, encoding):
    data = mark + "order;weight\r\nÄ1;3\r\n".encode(encoding)
    assert good(tmp_path, "orders", data).to_pylist() == [{"order": "Ä1", "weight": 3}]


def test_ids_are_never_cast(tmp_path):
    content = good(tmp_path, "modes", "Operation;Resource;Duration\n0010;007;5\n1e5;2026-01-01;6\n")
    assert content.column("operation").to_pylist() == ["0010", "1e5"]
    assert content.column("resource").to_pylist() == ["007", "2026-01-01"]
    assert content.schema.field("operation").type == pa.string()


def test_headings_and_blanks(tmp_path):
    content = good(tmp_path, "resources", " Resource ; Cost per Hour;My Note\n M1 ; 30 ; x \n;;\n")
    assert content.to_pylist() == [{"resource": "M1", "cost_per_hour": 30, "My Note": "x"}]


def test_unknown_columns_stay_text_and_empty_is_null(tmp_path):
    content = good(tmp_path, "orders", 'order,customer_no,due\n1,0042,\n2,"",5\n')
    assert content.column("customer_no").to_pylist() == ["0042", None]
    assert content.column("due").to_pylist() == [None, 5]


def test_quoted_fields_may_hold_anything(tmp_path):
    content = good(tmp_path, "orders", 'order;note\n"a;b";"two\nlines and ""quotes"""\n')
    assert content.to_pylist() == [{"order": "a;b", "note": 'two\nlines and "quotes"'}]


def at(*parts):
    return dt.datetime(*parts)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["25/03/2026", "01/04/2026"], [at(2026, 3, 25), at(2026, 4, 1)]),
        (["03/25/2026", "04/01/2026"], [at(2026, 3, 25), at(2026, 4, 1)]),
        (["3.4.2026", "4.5.2026 06:30"], [at(2026, 4, 3), at(2026, 5, 4, 6, 30)]),
        (["2026-03-04", "2026/3/5 7:08:09"], [at(2026, 3, 4), at(2026, 3, 5, 7, 8, 9)]),
        (["2026-03-04T05:06:07.250", "2026-03-04"], [at(2026, 3, 4, 5, 6, 7, 250000), at(2026, 3, 4)]),
        (["03/25/2026 12:05 AM", "03/25/2026 1:05 pm"], [at(2026, 3, 25, 0, 5), at(2026, 3, 25, 13, 5)]),
    ],
)
def test_dates_that_settle_themselves(tmp_path, values, expected):
    text = "order;due\n" + "\n".join(f"{i};{value}" for i, value in enumerate(values)) + "\n"
    assert good(tmp_path, "orders", text).column("due").to_pylist() == expected


def test_one_column_settles_the_others(tmp_path):
    content = good(tmp_path, "orders", "order;release;due\n1;03/04/2026;25/04/2026\n")
    assert content.column("release").to_pylist() == [at(2026, 4, 3)]


def test_ambiguous_dates_ask(tmp_path):
    text = "order;due\n1;03/04/2026\n2;05/06/2026\n"
    checks, findings = bad(tmp_path, "orders", text)
    assert checks == ["DATES_AMBIGUOUS"]
    assert "dates='day_first'" in findings[0].hint
    day = good(tmp_path, "orders", text, dates="day_first").column("due").to_pylist()
    month = good(tmp_path, "orders", text, dates="month_first").column("due").to_pylist()
    assert (day[0], month[0]) == (at(2026, 4, 3), at(2026, 3, 4))


def test_contradicting_dates(tmp_path):
    checks, findings = bad(tmp_path, "orders", "order;due\n1;25/04/2026\n2;04/25/2026\n")
    assert "DATES_AMBIGUOUS" in checks
    assert "in one file" in findings[0].found


@pytest.mark.parametrize(
    "value", ["30/02/2026", "2026-13-01", "2026-02-29", "2026-01-01 25:00", "soon", "2026-01-01 10:61"]
)
def test_impossible_dates_name_the_row(tmp_path, value):
    checks, findings = bad(tmp_path, "orders", f"order;due\n1;2026-01-31\n2;{value}\n", dates=None)
    assert checks == ["TYPE_MISMATCH"]
    assert (findings[0].row, findings[0].column, findings[0].found) == (1, "due", repr(value))


def test_leap_day(tmp_path):
    assert good(tmp_path, "orders", "order;due\n1;2028-02-29\n").column("due").to_pylist() == [
        at(2028, 2, 29)
    ]


def test_compact_days_only_when_asked(tmp_path):
    text = "order;due\n1;20260131\n2;20260201\n"
    assert good(tmp_path, "orders", text).column("due").to_pylist() == [20260131, 20260201]
    days = good(tmp_path, "orders", text, dates="compact").column("due").to_pylist()
    assert days == [at(2026, 1, 31), at(2026, 2, 1)]


def test_offsets_are_kept(tmp_path):
    text = "order;due\n1;2026-01-31T06:00:00+01:00\n2;2026-02-01T06:00:00+0100\n"
    column = good(tmp_path, "orders", text).column("due")
    assert column.type == pa.timestamp("s", "+01:00")
    assert column[0].as_py().astimezone(dt.UTC) == dt.datetime(2026, 1, 31, 5, tzinfo=dt.UTC)


def test_offsets_of_two_seasons(tmp_path):
    text = "order;due\n1;2026-01-31T06:00:00+01:00\n2;2026-07-01T06:00:00+02:00\n"
    assert good(tmp_path, "orders", text).column("due").type == pa.timestamp("s", "UTC")
    column = good(tmp_path, "orders", text, timezone="Europe/Berlin").column("due")
    assert column.type == pa.timestamp("s", "Europe/Berlin")
    assert [value.as_py().hour for value in column] == [6, 6]
    assert good(tmp_path, "orders", "order;due\n1;2026-01-31T06:00Z\n").column("due").type.tz == "UTC"


def test_naive_among_zoned_is_wrong(tmp_path):
    checks, findings = bad(tmp_path, "orders", "order;due\n1;2026-01-31T06:00Z\n2;2026-01-31T06:00\n")
    assert checks == ["TYPE_MISMATCH"]
    assert findings[0].row == 1
    assert "offset" in findings[0].expected


def seconds(column):
    return column.cast(pa.int64()).to_pylist()


def test_durations(tmp_path):
    head = "operation;resource;duration\n"
    assert good(tmp_path, "modes", head + "a;m;90\n").column("duration").type == pa.int64()
    column = good(tmp_path, "modes", head + "a;m;PT1H30M\nb;m;P1DT1S\nc;m;01:30:00\nd;m;100:00:01\n").column(
        "duration"
    )
    assert column.type == pa.duration("s")
    assert seconds(column) == [5400, 86401, 5400, 360001]
    column = good(tmp_path, "modes", head + "a;m;90\n", duration_unit="min").column("duration")
    assert seconds(column) == [5400]


@pytest.mark.parametrize("value", ["2h", "90min", "1:30", "P", "PT", "P1DT", "1.5", "01:75:00"])
def test_loose_durations_are_refused(tmp_path, value):
    checks, findings = bad(tmp_path, "modes", f"operation;resource;duration\na;m;PT1H\nb;m;{value}\n")
    assert checks == ["TYPE_MISMATCH"]
    assert findings[0].row == 1
    assert "PT2H" in findings[0].hint


def test_bare_integer_among_durations_is_refused(tmp_path):
    assert bad(tmp_path, "modes", "operation;resource;duration\na;m;PT1H\nb;m;60\n")[0] == ["TYPE_MISMATCH"]


def amounts(tmp_path, *values, **options):
    text = "operation\titem\tquantity\n" + "".join(f"a\ti\t{value}\n" for value in values)
    return load(tmp_path, "materials", text, **options)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["5", "-3", "+2"], [5, -3, 2]),
        (["1.5", "2"], [Decimal("1.5"), Decimal("2.0")]),
        (["1,5", "2"], [Decimal("1.5"), Decimal("2.0")]),
        (["1.234,5", "2.000"], [Decimal("1234.5"), Decimal("2000.0")]),
        (["1,234.50", "1,234"], [Decimal("1234.50"), Decimal("1234.00")]),
        (["0,125", "1,250"], [Decimal("0.125"), Decimal("1.250")]),
        (["1.234.567,5"], [Decimal("1234567.5")]),
    ],
)
def test_amounts(tmp_path, values, expected):
    content, findings = amounts(tmp_path, *values)
    assert findings == []
    assert content.column("quantity").to_pylist() == expected


def test_thousand_or_thousandth_asks(tmp_path):
    _, findings = amounts(tmp_path, "1,234", "2")
    assert [finding.check for finding in findings] == ["DECIMAL_AMBIGUOUS"]
    assert amounts(tmp_path, "1,234", decimal=",")[0].column("quantity").to_pylist() == [Decimal("1.234")]
    assert amounts(tmp_path, "1,234", decimal=".")[0].column("quantity").to_pylist() == [1234]


@pytest.mark.parametrize("value", ["1.2.3", "12,34,5", "5 kg", "1e3", "nan", "--1", "1,23.4,5"])
def test_amounts_that_are_none(tmp_path, value):
    for decimal in (".", ","):
        _, findings = amounts(tmp_path, "7", value, decimal=decimal)
        assert [(finding.check, finding.row) for finding in findings] == [("TYPE_MISMATCH", 1)]


def test_integers_and_booleans(tmp_path):
    assert bad(tmp_path, "orders", "order;weight\n1;2.5\n")[0] == ["TYPE_MISMATCH"]
    content = good(tmp_path, "matrices", "matrix;attached\na;Yes\nb;0\nc;\nd;TRUE\n")
    assert content.column("attached").to_pylist() == [True, False, None, True]
    assert bad(tmp_path, "matrices", "matrix;attached\na;maybe\n")[0] == ["TYPE_MISMATCH"]
    numbers = good(tmp_path, "precedences", "before;after;transfer\na;b;0,25\n")
    assert numbers.column("transfer").to_pylist() == [0.25]


def test_ragged_rows_name_the_row(tmp_path):
    checks, findings = bad(tmp_path, "orders", "order;weight\n1;2\n2;3;4\n3;4\n")
    assert checks == ["CSV_RAGGED"]
    assert findings[0].row == 1
    assert "3 fields" in findings[0].found


def test_wrong_encoding(tmp_path):
    data = "order;note\nÄ1;x\n".encode("cp1252")
    checks, findings = bad(tmp_path, "orders", data)
    assert checks == ["ENCODING"]
    assert "cp1252" in findings[0].hint
    assert good(tmp_path, "orders", data, encoding="cp1252").column("order").to_pylist() == ["Ä1"]


def test_headings_that_do_not_fit(tmp_path):
    assert bad(tmp_path, "orders", "")[0] == ["EMPTY_FILE"]
    assert bad(tmp_path, "orders", "order;Order\n1;2\n")[0] == ["DUPLICATE_COLUMN"]
    assert bad(tmp_path, "orders", "1;2\n3;4\n")[0] == ["MISSING_COLUMN"]
    assert bad(tmp_path, "orders", "order;weight;\n1;2;x\n")[0] == ["MISSING_COLUMN"]
    assert good(tmp_path, "orders", "order;weight;\n1;2;\n").column_names == ["order", "weight"]


def test_many_wrong_values_are_counted(tmp_path):
    _, findings = bad(tmp_path, "orders", "order;weight\n" + "1;x\n" * 50)
    assert len(findings) == 21
    assert findings[-1].found == "30 more"


def test_all_null_column(tmp_path):
    content = good(tmp_path, "orders", "order;due;weight\n1;;\n")
    assert content.column("due").null_count == 1
    assert content.schema.field("weight").type == pa.int64()
