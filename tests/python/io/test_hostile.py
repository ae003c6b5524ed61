"""Whatever the bytes, a reader answers with tables or with findings, never with anything else."""

import datetime as dt
import gzip
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sopengine.errors import SopDataError
from sopengine.io import ReadOptions, read_tables
from sopengine.io.csv import read_csv
from sopengine.io.dates import parse_durations, parse_times
from sopengine.io.flexible import parse_flexible
from sopengine.io.jobshop import parse_jobshop
from sopengine.io.numbers import padded_ids
from sopengine.io.psplib import parse_psplib
from sopengine.io.values import convert_table

WORDS = st.sampled_from(
    ["1", "2", "3", "0", "-1", "x", "\n", "\n", "1.5", "#", "Times\n", "Machines\n", "999999999999999999"]
)
TEXTS = st.one_of(
    st.binary(max_size=200), st.lists(WORDS, max_size=40).map(lambda words: " ".join(words).encode())
)


@pytest.mark.parametrize("parse", [parse_jobshop, parse_flexible, parse_psplib])
@given(data=TEXTS)
def test_instance_texts(parse, data):
    try:
        tables = parse("any", data)
    except SopDataError as error:
        assert error.issues
    else:
        operations = tables["operations"].column("operation").to_pylist()
        assert len(set(operations)) == len(operations) > 0
        assert set(tables["modes"].column("operation").to_pylist()) == set(operations)


HEADS = st.sampled_from(["order;due;weight\n", "order,release,note\n", "Order\tDeadline\n", ""])
CELLS = st.sampled_from(
    ["1", "01/02/2026", "2026-01-31", '"', ";", ",", "\t", "\n", "\r\n", "x", "+02:00", "-", " "]
)
CSV = st.tuples(HEADS, st.lists(CELLS, max_size=30)).map(
    lambda parts: (parts[0] + "".join(parts[1])).encode()
)


@given(data=st.one_of(st.binary(max_size=300), CSV), delimiter=st.sampled_from([None, ";", '"']))
def test_csv_bytes(tmp_path_factory, data, delimiter):
    file = tmp_path_factory.getbasetemp() / "orders.csv"
    file.write_bytes(data)
    findings = []
    table = read_csv(file, "orders", ReadOptions(delimiter=delimiter), findings)
    assert table is not None or findings
    if table is not None:
        table.validate(full=True)


def test_counts_without_end_are_refused_at_once():
    for parse in (parse_jobshop, parse_flexible):
        with pytest.raises(SopDataError, match="machines"):
            parse("a", b"1 99999999999999\n1 1 1 5\n")
    with pytest.raises(SopDataError, match="the end of the block"):
        parse_psplib("a", b"99999999999999999 99999999999999999 1 1")


def test_damaged_archives(tmp_path):
    for name, data in (("a.zip", b"PK"), ("b.gz", b"no"), ("c.gz", gzip.compress(b"1 1\n0 1\n" * 99)[:-20])):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(SopDataError, match="cannot be unpacked"):
            read_tables(tmp_path / name)


@pytest.mark.parametrize("option", [{"timezone": "Mars/North"}, {"encoding": "utf-99"}, {"delimiter": "ab"}])
def test_options_that_mean_nothing(option):
    with pytest.raises(ValueError, match=next(iter(option))):
        ReadOptions(**option)


MOMENTS = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1)).map(
    lambda each: each.replace(microsecond=0)
)
FORMS = {
    "iso": ["%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S"],
    "day_first": ["%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"],
    "month_first": ["%m/%d/%Y %H:%M:%S", "%m-%d-%Y %I:%M:%S %p"],
    "compact": ["%Y%m%d %H:%M:%S", "%Y%m%dT%H%M%S"],
}


@pytest.mark.parametrize(
    ("order", "form"), [(order, form) for order, forms in FORMS.items() for form in forms]
)
@given(moments=st.lists(MOMENTS, min_size=1, max_size=5))
def test_every_form_reads_back(order, form, moments):
    text = pa.array([moment.strftime(form) for moment in moments])
    parsed = parse_times(text, order, None)
    assert not parsed.wrong.any()
    assert parsed.values.to_pylist() == moments


@given(moments=st.lists(MOMENTS, min_size=1, max_size=5), hours=st.integers(-12, 14))
def test_offsets_are_the_same_instants(moments, hours):
    zone = dt.timezone(dt.timedelta(hours=hours))
    aware = [moment.replace(tzinfo=zone) for moment in moments]
    parsed = parse_times(pa.array([moment.isoformat() for moment in aware]), "iso", None)
    assert parsed.values.to_pylist() == aware


@given(seconds=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=5))
def test_durations_read_back(seconds):
    for form in (lambda s: f"PT{s}S", lambda s: f"{s // 3600}:{s // 60 % 60:02}:{s % 60:02}"):
        text = pa.array([("-" if s < 0 else "") + form(abs(s)) for s in seconds])
        parsed = parse_durations(text, None)
        assert not parsed.wrong.any()
        assert parsed.values.cast(pa.int64()).to_pylist() == seconds


@given(
    amounts=st.lists(st.decimals(-(10**9), 10**9, places=3), min_size=1, max_size=5),
    decimal=st.sampled_from([".", ","]),
    grouped=st.booleans(),
)
def test_amounts_read_back(amounts, decimal, grouped):
    group = {".": ",", ",": "."}[decimal] if grouped else ""
    swap = str.maketrans({".": decimal, ",": group})
    text = pa.table({"quantity": [f"{amount:,.3f}".translate(swap) for amount in amounts]})
    findings = []
    table = convert_table("materials", text, ReadOptions(decimal=decimal), findings)
    assert findings == []
    assert [Decimal(value) for value in table.column("quantity").to_pylist()] == amounts


def test_nanoseconds_beyond_their_range_do_not_wrap():
    parsed = parse_times(pa.array(["2026-01-01T00:00:00.000000001", "9999-01-01"]), "iso", None)
    assert parsed.wrong.tolist() == [False, True]
    assert parse_times(pa.array(["9999-01-01"]), "iso", None).values[0].as_py() == dt.datetime(9999, 1, 1)


@given(numbers=st.lists(st.integers(0, 10**12), min_size=1, max_size=20, unique=True))
def test_padded_ids_sort_as_numbers(numbers):
    ids = padded_ids("j", np.asarray(numbers)).to_pylist()
    assert [int(each[1:]) for each in ids] == numbers
    assert sorted(ids) == [f"j{number:0{len(str(max(numbers)))}}" for number in sorted(numbers)]
