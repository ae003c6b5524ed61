"""Checks across the rows and tables of a Plant; one check, one function, all findings at once.

The cells have been read (`coerce`), so a value here is of the right type or None where it was bad or
absent: every check looks past None and says nothing about it.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sopengine.plant.intake.bom import check_bom, check_bom_cycles
from sopengine.plant.intake.collect import nearest
from sopengine.plant.intake.shifts import check_exceptions, check_shifts
from sopengine.plant.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sopengine.plant.intake.collect import Collector

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
SENTINEL_YEARS = (1, 1900, 9999)
FIRST_REAL_TIME = -2_177_452_800
"""1901, in seconds since 1970."""
LAST_REAL_TIME = 253_370_000_000
"""Just before 9999."""


def validate(tables: Mapping[str, Rows], out: Collector) -> None:
    """Run every check on the rows of a Plant; tables not given are absent from `tables`."""
    for name in SPEC:
        if name in tables:
            check_values(name, tables[name], out)
            check_keys(name, tables[name], out)
    check_references(tables, out)
    full = defaultdict(list, tables)
    check_units(full, out)
    check_items(full, out)
    check_lots(full, out)
    check_bom(full, out)
    check_bom_cycles(full, out)
    check_routings(full, out)
    check_step_resources(full, out)
    check_progress(full, out)
    check_shifts(full, out)
    check_exceptions(full, out)


def check_values(name: str, rows: Rows, out: Collector) -> None:
    """Ranges, choices and sentinel dates of single cells."""
    for column in SPEC[name].columns:
        for number, row in enumerate(rows):
            value = row[column.name]
            if value is None:
                continue
            if column.choices and value not in column.choices:
                out.add(
                    "BAD_VALUE",
                    name,
                    number,
                    column=column.name,
                    found=value,
                    expected=" | ".join(column.choices),
                    hint=nearest(str(value), column.choices),
                )
            elif column.positive and value <= 0:
                out.add(
                    "NEGATIVE_VALUE", name, number, column=column.name, found=value, expected="more than 0"
                )
            elif column.low is not None and value < column.low:
                out.add(
                    "NEGATIVE_VALUE",
                    name,
                    number,
                    column=column.name,
                    found=value,
                    expected=f"at least {column.low}",
                )
            elif column.name == "scrap_ppm" and value >= 1_000_000:
                out.add(
                    "BOM_INVALID",
                    name,
                    number,
                    column=column.name,
                    found=value,
                    expected="less than 1000000",
                    hint="Nothing would be left.",
                )
            elif _sentinel(column.kind, value):
                out.add(
                    "SENTINEL_DATE",
                    name,
                    number,
                    column=column.name,
                    found=value,
                    severity="warning",
                    expected="null for no limit",
                )
            elif column.kind == "id" and value != value.strip():
                out.add(
                    "CONFUSABLE_IDS",
                    name,
                    number,
                    column=column.name,
                    found=repr(value),
                    severity="warning",
                    expected="no blanks around an id",
                )


def _sentinel(kind: str, value: Any) -> bool:
    """Return whether a date or time is one that systems write for `never` or `unknown`."""
    if kind == "date":
        return value.year in SENTINEL_YEARS
    return kind == "time" and not FIRST_REAL_TIME < value < LAST_REAL_TIME


def check_keys(name: str, rows: Rows, out: Collector) -> None:
    """Rows with the same key."""
    key = SPEC[name].key
    if not key:
        return
    seen: dict[tuple[Any, ...], int] = {}
    for number, row in enumerate(rows):
        values = tuple(row[column] for column in key)
        first = seen.setdefault(values, number)
        if first != number:
            shown = "/".join("" if v is None else str(v) for v in values)
            out.add(
                "DUPLICATE_ID",
                name,
                number,
                id=shown,
                column=",".join(key),
                found=f"rows {first} and {number}",
                expected="one row a key",
            )


def check_references(tables: Mapping[str, Rows], out: Collector) -> None:
    """Ids that must exist in another table."""
    names: dict[str, set[str]] = {}
    for table, rows in tables.items():
        for column in SPEC[table].columns:
            target = column.refers
            if target is None or (target == "locations" and target not in tables):
                continue
            if target not in names:
                key = SPEC[target].columns[0].name
                names[target] = {row[key] for row in tables.get(target, []) if row[key] is not None}
            for number, row in enumerate(rows):
                value = row[column.name]
                if value is not None and value not in names[target]:
                    out.add(
                        "DANGLING_REF",
                        table,
                        number,
                        column=column.name,
                        found=value,
                        expected=f"an id of {target}",
                        hint=nearest(value, names[target]),
                    )


def _item_of(tables: Tables) -> Iterator[tuple[str, int, dict[str, Any], str, Any]]:
    """Yield (table, row number, row, quantity column, item) for quantities that must fit the item's scale."""
    routing_item = {r["routing"]: r["item"] for r in tables["routings"]}
    order_item = {w["work_order"]: w["item"] for w in tables["work_orders"]}
    owner: dict[str, Callable[[dict[str, Any]], Any]] = {
        "items": lambda r: r["item"],
        "work_orders": lambda r: r["item"],
        "demands": lambda r: r["item"],
        "on_hand": lambda r: r["item"],
        "receipts": lambda r: r["item"],
        "steps": lambda r: routing_item.get(r["routing"]),
        "progress": lambda r: order_item.get(r["work_order"]),
    }
    for table, item_of in owner.items():
        columns = [c.name for c in SPEC[table].columns if c.kind == "quantity"]
        for number, row in enumerate(tables[table]):
            for column in columns:
                yield table, number, row, column, item_of(row)


def check_units(tables: Tables, out: Collector) -> None:
    """Quantities with more decimals than the item's scale; units that are not the item's."""
    scale = {i["item"]: min(max(i["scale"] or 0, 0), 6) for i in tables["items"]}
    uom = {i["item"]: i["uom"] for i in tables["items"]}
    for table, number, row, column, item in _item_of(tables):
        value = row[column]
        if value is None or item not in scale:
            continue
        if Decimal(value) * 10 ** scale[item] >= 2**53:
            out.add(
                "OVERFLOW", table, number, id=item, column=column, found=value, expected="fewer base units"
            )
        elif Decimal(value) * 10 ** scale[item] % 1:
            out.add(
                "QUANTITY_SCALE",
                table,
                number,
                id=item,
                column=column,
                found=value,
                expected=f"at most {scale[item]} decimals",
                hint=f"Maybe raise the scale of item {item!r}.",
            )
    for table, column in (
        ("bom", "component"),
        ("work_orders", "item"),
        ("demands", "item"),
        ("on_hand", "item"),
        ("receipts", "item"),
    ):
        for number, row in enumerate(tables[table]):
            unit, wanted = row["uom"], uom.get(row[column])
            if unit is not None and wanted is not None and unit != wanted:
                out.add(
                    "UOM_MISMATCH", table, number, id=row[column], column="uom", found=unit, expected=wanted
                )


def check_items(tables: Tables, out: Collector) -> None:
    """Scales and lot sizes."""
    for number, row in enumerate(tables["items"]):
        if (row["scale"] or 0) > 6:
            out.add(
                "BAD_VALUE",
                "items",
                number,
                id=row["item"],
                column="scale",
                found=row["scale"],
                expected="0 to 6",
            )
        if None not in (row["lot_min"], row["lot_max"]) and row["lot_min"] > row["lot_max"]:
            out.add(
                "RANGE_INVERTED",
                "items",
                number,
                id=row["item"],
                column="lot_min",
                found=row["lot_min"],
                expected=f"at most lot_max {row['lot_max']}",
            )


def check_lots(tables: Tables, out: Collector) -> None:
    """Report work orders whose quantity is no lot of their item."""
    items = {i["item"]: i for i in tables["items"]}
    for number, row in enumerate(tables["work_orders"]):
        item, quantity = items.get(row["item"]), row["quantity"]
        if item is None or quantity is None:
            continue
        low, high, step = item["lot_min"], item["lot_max"], item["lot_multiple"]
        wrong = (
            f"at least {low}" if low is not None and quantity < low else
            f"at most {high}" if high is not None and quantity > high else
            f"a multiple of {step}" if step and Decimal(quantity) % Decimal(step) else None
        )  # fmt: skip
        if wrong and row["status"] not in ("done", "cancelled"):
            out.add(
                "LOT_SIZE",
                "work_orders",
                number,
                id=row["work_order"],
                column="quantity",
                found=quantity,
                expected=wrong,
                severity="warning",
            )


def check_routings(tables: Tables, out: Collector) -> None:
    """Routings without steps, with two last steps, or of another item; lags and setup cells."""
    steps: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, row in enumerate(tables["steps"]):
        if row["sequence"] is not None and row["step"] is not None:
            steps[row["routing"]].append((row["sequence"], row["step"]))
        if None not in (row["max_lag"], row["min_lag"]) and row["max_lag"] < row["min_lag"]:
            out.add(
                "LAG_INVALID",
                "steps",
                number,
                id=row["step"],
                column="max_lag",
                found=row["max_lag"],
                expected=f"at least min_lag {row['min_lag']}",
            )
        try:
            parse_setup(row["setup"])
        except ValueError:
            out.add(
                "BAD_VALUE",
                "steps",
                number,
                id=row["step"],
                column="setup",
                found=row["setup"],
                expected="attribute=value;attribute=value",
            )
    owner = {}
    for number, row in enumerate(tables["routings"]):
        owner[row["routing"]] = row["item"]
        found = sorted(steps[row["routing"]])
        if not found:
            out.add("NO_STEPS", "routings", number, id=row["routing"], expected="at least one step")
        elif len(found) > 1 and found[-1][0] == found[-2][0]:
            out.add(
                "ROUTING_END",
                "routings",
                number,
                id=row["routing"],
                found=f"{found[-2][1]}, {found[-1][1]}",
                expected="one step with the last sequence: it yields the item",
            )
    for number, row in enumerate(tables["work_orders"]):
        item = owner.get(row["routing"])
        if item is not None and item != row["item"]:
            out.add(
                "ROUTING_ITEM",
                "work_orders",
                number,
                id=row["work_order"],
                column="routing",
                found=f"{row['routing']} makes {item}",
                expected=f"a routing of {row['item']}",
            )


def parse_setup(text: str | None) -> dict[str, str]:
    """Return the attributes of a setup cell such as ``color=oak;width=80``.

    Raises
    ------
    ValueError
        Where a part is not attribute=value, or an attribute is given twice.
    """
    result: dict[str, str] = {}
    for part in (text or "").split(";"):
        if not part.strip():
            continue
        name, equals, value = (p.strip() for p in part.partition("="))
        if not (name and equals and value) or name in result:
            raise ValueError(part)
        result[name] = value
    return result


def check_step_resources(tables: Tables, out: Collector) -> None:
    """Rows with both or neither of resource and group, unknown steps, two main resources in a choice."""
    known = {(s["routing"], s["step"]) for s in tables["steps"]}
    mains: dict[tuple[Any, ...], dict[str | None, int]] = defaultdict(dict)
    for number, row in enumerate(tables["step_resources"]):
        place = (row["routing"], row["step"])
        if None not in place and place not in known:
            out.add(
                "DANGLING_REF",
                "step_resources",
                number,
                column="step",
                found=row["step"],
                expected=f"a step of routing {row['routing']!r}",
                hint=nearest(row["step"], [s for r, s in known if r == row["routing"] and s is not None]),
            )
        if (row["resource"] is None) == (row["group"] is None):
            out.add(
                "RESOURCE_OR_GROUP",
                "step_resources",
                number,
                id=row["step"],
                column="resource",
                found="both" if row["resource"] else "neither",
                expected="a resource or a group",
            )
        if row["role"] != "main":
            continue
        if row["phase"] == "changeover":
            out.add(
                "BAD_VALUE",
                "step_resources",
                number,
                id=row["step"],
                column="phase",
                found="changeover",
                expected="run for the role main",
                hint="Give a crew needed in changeovers a role of its own.",
            )
        first = mains[place].setdefault(row["choice"], number)
        clash = first if first != number else mains[place].get(None) if row["choice"] is not None else None
        if row["choice"] is None and len(mains[place]) > 1:
            clash = min(mains[place].values())
        if clash is not None and clash != number:
            out.add(
                "TWO_MAIN",
                "step_resources",
                number,
                id=row["step"],
                column="role",
                found=f"rows {min(clash, number)} and {max(clash, number)}",
                expected="one main resource a choice",
                hint="Maybe the rows are alternatives: number them in choice.",
            )


def check_progress(tables: Tables, out: Collector) -> None:
    """Report started work without a start, ends before starts, pins without what they pin."""
    for number, row in enumerate(tables["progress"]):

        def bad(
            column: str, found: Any, expected: str, row: dict[str, Any] = row, number: int = number
        ) -> None:
            out.add(
                "STATUS_INCONSISTENT",
                "progress",
                number,
                id=f"{row['work_order']}/{row['step']}",
                column=column,
                found=found,
                expected=expected,
            )

        if row["status"] == "started" and row["started"] is None:
            bad("started", "null", "when the started step began")
        if row["status"] == "started" and row["ended"] is not None:
            bad("ended", row["ended"], "null while the step is started")
        if None not in (row["started"], row["ended"]) and row["ended"] < row["started"]:
            bad("ended", row["ended"], "not before started")
        if row["pin"] == "start" and row["started"] is None:
            bad("started", "null", "the start that is pinned")
        if row["pin"] not in ("none", None) and row["resource"] is None:
            bad("resource", "null", "the resource that is pinned")
