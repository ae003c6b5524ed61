"""Tables of a database by ADBC, columns arriving as Arrow. Extra `db`.

The address is a URI: `sqlite:///plant.db`, `postgresql://host/plant`. Each known table or view of that name
is read whole. What a database calls text (every date of SQLite is) is converted by the class of its column,
like a CSV file; ids that it calls numbers stay numbers.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sopengine.errors import Finding, SopDataError
from sopengine.io.types import column_type, is_known_table
from sopengine.io.values import convert_table

if TYPE_CHECKING:
    from sopengine.io.options import ReadOptions

SCHEMES: Final = {
    "sqlite": "adbc_driver_sqlite.dbapi",
    "postgresql": "adbc_driver_postgresql.dbapi",
    "postgres": "adbc_driver_postgresql.dbapi",
}


def read_database(uri: str, options: ReadOptions) -> dict[str, pa.Table]:
    """All tables and views of the database that are named like a table of a problem or a plant."""
    with _connect(uri) as connection:
        catalog = connection.adbc_get_objects(depth="tables").read_all().to_pylist()
        names = [
            table["table_name"]
            for entry in catalog
            for schema in entry["catalog_db_schemas"] or []
            for table in schema["db_schema_tables"] or []
        ]
        tables: dict[str, pa.Table] = {}
        for name in sorted(set(names)):
            if not is_known_table(name.lower()):
                continue
            with connection.cursor() as cursor:
                quoted = name.replace('"', '""')
                cursor.execute(f'SELECT * FROM "{quoted}"')
                tables[name.lower()] = cursor.fetch_arrow_table()
    findings: list[Finding] = []
    typed = {name: typed_text(name, table, options, findings) for name, table in tables.items()}
    if findings:
        raise SopDataError(findings)
    return typed


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
