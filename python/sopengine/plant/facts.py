"""A Plant's rows, indexed the way compiling asks for them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sopengine.plant.intake.coerce import records
from sopengine.plant.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

Row = dict[str, Any]


class Facts:
    """Rows by table (empty where a table is not given) and the few indices that compiling needs."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self.rows: dict[str, list[Row]] = {n: records(tables[n]) if n in tables else [] for n in SPEC}
        self.settings: Row = self.rows["settings"][0]
        self.zone = ZoneInfo(self.settings["timezone"])
        self.items: dict[str, Row] = {r["item"]: r for r in self.rows["items"]}
        self.scale: dict[str, int] = {i: r["scale"] or 0 for i, r in self.items.items()}
        self.routings_of: dict[str, list[Row]] = defaultdict(list)
        self.steps_of: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        self.bom_of: dict[str, list[tuple[int, Row]]] = defaultdict(list)
        self.resources_of: dict[tuple[str, str], list[tuple[int, Row]]] = defaultdict(list)
        self.progress_of: dict[str, dict[str, tuple[int, Row]]] = defaultdict(dict)
        self.members_of: dict[str, list[str]] = defaultdict(list)
        self._index()

    def _index(self) -> None:
        for row in self.rows["routings"]:
            self.routings_of[row["item"]].append(row)
        for number, row in enumerate(self.rows["steps"]):
            self.steps_of[row["routing"]].append((number, row))
        for number, row in enumerate(self.rows["bom"]):
            self.bom_of[row["item"]].append((number, row))
        for number, row in enumerate(self.rows["step_resources"]):
            self.resources_of[row["routing"], row["step"]].append((number, row))
        for number, row in enumerate(self.rows["progress"]):
            self.progress_of[row["work_order"]][row["step"]] = (number, row)
        for row in sorted(self.rows["groups"], key=lambda r: (-(r["priority"] or 0), r["member"])):
            self.members_of[row["group"]].append(row["member"])

    def base(self, item: str, quantity: Decimal | int) -> int:
        """Return a quantity in the item's unit as base units (10^-scale of the unit)."""
        return int(Decimal(quantity) * 10 ** self.scale[item])
