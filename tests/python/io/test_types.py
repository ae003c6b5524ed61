"""Column classes of the text readers against the specifications of the engine and of the plant."""

import pytest

from sopengine.io.types import column_name, column_type, columns_of, plant_tables, problem_tables

SAME = {"fraction": "number", "enum": "text"}


def test_problem_columns_are_those_of_the_engine():
    pytest.importorskip("sopengine._engine")
    import sopengine as so

    rows = [row for row in so.table_spec() if row["direction"] == "in"]
    assert {row["table"] for row in rows} == problem_tables()
    for row in rows:
        expected = SAME.get(row["type"], row["type"])
        assert (row["table"], row["column"], column_type(row["table"], row["column"])) == (
            row["table"],
            row["column"],
            expected,
        )


def test_every_plant_column_has_a_class():
    spec = pytest.importorskip("sopengine.plant.spec")
    assert plant_tables() == set(spec.SPEC)
    for table, each in spec.SPEC.items():
        for column in each.columns:
            assert column_type(table, column.name) is not None
            if column.kind == "id":
                assert column_type(table, column.name) == "id"


def test_headings():
    assert column_name("resources", " Cost-per  Hour ") == "cost_per_hour"
    assert column_name("resources", " My Note ") == "My Note"
    assert column_type("resources", "My Note") is None
    assert columns_of("stock") == ("item", "time", "quantity")
    assert columns_of("nothing") == ()
