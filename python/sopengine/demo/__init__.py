"""Small plants that ship with the package, as the CSV files that an ERP would export.

`path` gives the folder, `load` a `Plant`. The files are the source of truth; each folder's README.md tells
the story.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sopengine.plant import Plant

NAMES = ("small",)
NOW = {"small": "2026-03-23T06:00:00+01:00"}


def path(name: str = "small") -> Path:
    """Return the folder of a demo plant.

    Raises
    ------
    ValueError
        Where there is no plant of that name.
    """
    if name not in NAMES:
        raise ValueError(f"no demo plant {name!r}; there is {', '.join(NAMES)}")
    return Path(__file__).parent / name


def now(name: str = "small") -> str:
    """Return the moment at which a demo plant is to be planned, as ISO text with its offset."""
    path(name)
    return NOW[name]


def load(name: str = "small") -> Plant:
    """Return a demo plant, read from its CSV files with the types of the specification."""
    from pyarrow import csv

    from sopengine.plant import SPEC, Plant, csv_types

    tables = {}
    for table in SPEC:
        file = path(name) / f"{table}.csv"
        if file.exists():
            types = csv.ConvertOptions(
                column_types=csv_types(table), null_values=[""], strings_can_be_null=True
            )
            tables[table] = csv.read_csv(file, convert_options=types)
    return Plant(**tables)


def plan(name: str = "small") -> dict[str, object]:
    """Return the plan of a demo plant: ``plan`` by family and month, ``plan_weeks`` by family and week."""
    from pyarrow import csv

    return {table: csv.read_csv(path(name) / f"{table}.csv") for table in ("plan", "plan_weeks")}
