"""A folder whose files are named by table: `orders.csv`, `modes.parquet`, `calendars.arrow`.

Formats may be mixed. A file that is named like no table is left alone and reported as information where the
caller asks for it; two files for one table are an error, since nobody could say which one is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from sopengine.errors import Finding, SopDataError
from sopengine.io.arrow import read_arrow
from sopengine.io.csv import read_csv
from sopengine.io.types import is_known_table, plant_tables, problem_tables

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    import pyarrow as pa

    from sopengine.io.options import ReadOptions

Kind = Literal["problem", "plant"]

TEXT: Final = frozenset({".csv", ".tsv", ".txt"})
ARROW: Final = frozenset({".parquet", ".arrow", ".feather", ".ipc", ".arrows"})


def read_folder(path: Path, options: ReadOptions) -> dict[str, pa.Table]:
    """All tables of a folder.

    Raises
    ------
    SopDataError
        With the findings of all files together.
    """
    findings: list[Finding] = []
    tables: dict[str, pa.Table] = {}
    sources: dict[str, str] = {}
    for file in sorted(path.iterdir(), key=lambda entry: entry.name):
        name, suffix = file.stem.lower(), file.suffix.lower()
        if not file.is_file() or suffix not in TEXT | ARROW or not is_known_table(name):
            continue
        if name in sources:
            found = f"{sources[name]} and {file.name}"
            findings.append(
                Finding("DUPLICATE_TABLE", "error", name, found=found, expected="one file a table")
            )
            continue
        sources[name] = file.name
        table = read_table(file, name, options, findings)
        if table is not None:
            tables[name] = table
    if findings:
        raise SopDataError(findings)
    return tables


def read_table(file: Path, name: str, options: ReadOptions, findings: list[Finding]) -> pa.Table | None:
    """One file as the table `name`, by its suffix."""
    if file.suffix.lower() in TEXT:
        return read_csv(file, name, options, findings)
    return read_arrow(file, name, findings)


def kind_of(names: Collection[str], place: str) -> Kind:
    """Whether tables of these names make a Problem or a Plant.

    Raises
    ------
    SopDataError
        "MISSING_TABLE ...: found orders, expected operations and modes, or work_orders or routings".
    """
    if "operations" in names and "modes" in names:
        return "problem"
    if "work_orders" in names or "routings" in names:
        return "plant"
    found = ", ".join(sorted(names)) or "no table"
    expected = "`operations` and `modes` of a problem, or `work_orders` or `routings` of a plant"
    raise SopDataError([Finding("MISSING_TABLE", "error", place, found=found, expected=expected)])


def belonging(kind: Kind, tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Only the tables of that kind; results that lie in the same folder are not input."""
    allowed = problem_tables() if kind == "problem" else plant_tables()
    return {name: table for name, table in tables.items() if name in allowed}
