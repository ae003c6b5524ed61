"""Tables of a database by ADBC, columns arriving as Arrow. Extra `db`.

The address is a URI: `sqlite:///plant.db`, `postgresql://host/plant`. Each known table or view of that name
is read whole; of several schemas of PostgreSQL that which the search path finds first. What a database calls
text (every date of SQLite is) is converted by the class of its column, like a CSV file; ids that it calls
numbers stay numbers. Types that Arrow has no word for are in ``database_types``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sopengine.errors import Finding, SopDataError
from sopengine.io.database_types import plain_columns
from sopengine.io.types import column_type, is_known_table
from sopengine.io.values import convert_table

if TYPE_CHECKING:
    from sopengine.io.options import ReadOptions

SCHEMES: Final = {
    "sqlite": "adbc_driver_sqlite.dbapi",
    "postgresql": "adbc_driver_postgresql.dbapi",
    "postgres": "adbc_driver_postgresql.dbapi",
}
VISIBLE: Final = """
SELECT c.relname::text AS name FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid)
AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


def read_database(uri: str, options: ReadOptions) -> dict[str, pa.Table]:
    """All tables and views of the database that are named like a table of a problem or a plant."""
    with _connect(uri) as connection:
        tables: dict[str, pa.Table] = {}
        for name in sorted(set(_names(connection, uri))):
            if not is_known_table(name.lower()):
                continue
            with connection.cursor() as cursor:
                quoted = name.replace('"', '""')
                cursor.execute(f'SELECT * FROM "{quoted}"')
                tables[name.lower()] = cursor.fetch_arrow_table()
    findings: list[Finding] = []
    plain = {name: plain_columns(name, table, findings) for name, table in tables.items()}
    typed = {name: typed_text(name, table, options, findings) for name, table in plain.items()}
    if findings:
        raise SopDataError(findings)
    return typed


def _names(connection: Any, uri: str) -> list[str]:
    """Tables and views that a query finds by their bare name."""
    if SCHEMES.get(uri.partition("://")[0], "").startswith("adbc_driver_postgresql"):
        with connection.cursor() as cursor:
            cursor.execute(VISIBLE)
            names: list[str] = cursor.fetch_arrow_table()["name"].to_pylist()
        return names
    catalog = connection.adbc_get_objects(depth="tables").read_all().to_pylist()
    return [
        table["table_name"]
        for entry in catalog
        for schema in entry["catalog_db_schemas"] or []
        for table in schema["db_schema_tables"] or []
    ]


def _connect(uri: str) -> Any:
    scheme = uri.partition("://")[0]
    driver = SCHEMES.get(scheme)
    if driver is None:
        raise ValueError(f"no database driver for {scheme}://; known: {', '.join(SCHEMES)}")
    try:
        module = importlib.import_module(driver)
    except ImportError as error:
        raise ImportError(f"reading {scheme} needs the extra `db`: pip install sopengine[db]") from error
    return module.connect(uri.removeprefix("sqlite:///") if scheme == "sqlite" else uri)


def typed_text(table: str, content: pa.Table, options: ReadOptions, findings: list[Finding]) -> pa.Table:
    """The table with those string columns converted whose class is not text."""
    loose = [
        name
        for name in content.column_names
        if column_type(table, name) not in (None, "id", "text")
        and _is_string(content.schema.field(name).type)
    ]
    if not loose:
        return content
    text = pa.table({name: content.column(name).cast(pa.string()) for name in loose})
    converted = convert_table(table, text, options, findings)
    for name in loose:
        content = content.set_column(content.schema.get_field_index(name), name, converted.column(name))
    return content


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
