"""The specification of the tables agrees with itself and with the readers."""

import pyarrow as pa
import pytest

from sopengine.plant import SPEC, csv_types, describe
from sopengine.plant.intake.coerce import Reader, column_default
from sopengine.plant.intake.collect import Collector

COLUMNS = [(t, c) for t in SPEC.values() for c in t.columns]


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda x: x.name)
def test_column(table, column):
    assert column.doc.endswith(".")
    assert column.refers is None or column.refers in SPEC
    assert not (column.required and column.default is not None)
    if column.choices:
        assert column.default is None or column.default in column.choices
        assert column.kind == "text"
    if column.low is not None and column.default is not None:
        assert column.default >= column.low


def test_keys_are_columns_and_tables_have_names_once():
    for table in SPEC.values():
        assert set(table.key) <= set(table.by_name)
        assert len(table.by_name) == len(table.columns)


def test_describe_has_a_row_per_column():
    assert describe().num_rows == len(COLUMNS)


@pytest.mark.parametrize("name", SPEC)
def test_an_empty_csv_of_the_declared_types_is_read(name):
    out = Collector()
    reader = Reader(out)
    reader.unit = "min"
    table = reader.table(pa.schema(csv_types(name)).empty_table(), SPEC[name])
    assert table.num_rows == 0
    assert out.findings == []


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda x: x.name)
def test_defaults_fit_their_canonical_column(table, column):
    reader = Reader(Collector())
    assert len(reader.canonical([column_default(column), None], column)) == 2
