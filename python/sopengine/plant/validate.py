"""Checks across the rows and tables of a Plant; one check, one function, all findings at once.

The cells have been read (`coerce`), so a value here is of the right type or None where it was bad or absent: every
check looks past None and says nothing about it.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sopengine.plant.coerce import known_zone
from sopengine.plant.collect import nearest
from sopengine.plant.shifts import DAY_SECONDS, clock_seconds, parse_weekdays, span
from sopengine.plant.spec import SPEC

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sopengine.plant.collect import Collector

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]
WEEK = 7 * DAY_SECONDS
SENTINEL_YEARS = (1, 1900, 9999)


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
            elif isinstance(value, dt.date) and value.year in SENTINEL_YEARS:
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
    owner = {
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
    scale = {i["item"]: i["scale"] or 0 for i in tables["items"]}
    uom = {i["item"]: i["uom"] for i in tables["items"]}
    for table, number, row, column, item in _item_of(tables):
        value = row[column]
        if value is None or item not in scale:
            continue
        if Decimal(value) * 10 ** scale[item] % 1:
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


def check_bom(tables: Tables, out: Collector) -> None:
    """Validity ranges that are inverted or overlap."""
    groups: dict[tuple[Any, ...], list[tuple[dt.date, dt.date, int]]] = defaultdict(list)
    for table in ("bom", "routings", "shifts"):
        for number, row in enumerate(tables[table]):
            low, high = row["valid_from"] or dt.date.min, row["valid_to"] or dt.date.max
            if low > high:
                check = {"bom": "BOM_INVALID", "shifts": "SHIFT_INVERTED"}.get(table, "RANGE_INVERTED")
                out.add(check, table, number, column="valid_to", found=high, expected=f"on or after {low}")
            elif table == "bom":
                groups[row["item"], row["component"], row["step"]].append((low, high, number))
    for (item, component, _), ranges in groups.items():
        ranges.sort()
        for (_, high, first), (low, _, second) in itertools.pairwise(ranges):
            if low <= high and (tables["bom"][first]["valid_from"] != tables["bom"][second]["valid_from"]):
                out.add(
                    "BOM_INVALID",
                    "bom",
                    second,
                    id=item,
                    column="valid_from",
                    found=low,
                    expected=f"after the end of row {first} for component {component!r}",
                )


def check_bom_cycles(tables: Tables, out: Collector) -> None:
    """Items that contain themselves, at any depth; a shortest loop is named."""
    parts: dict[str, dict[str, int]] = defaultdict(dict)
    for number, row in enumerate(tables["bom"]):
        if row["item"] is not None and row["component"] is not None:
            parts[row["item"]].setdefault(row["component"], number)
    looped = _left_in_loops(parts)
    seen: set[str] = set()
    for item in sorted(looped):
        if item in seen:
            continue
        loop = _shortest_loop(item, parts)
        if loop:
            seen.update(loop)
            shown = [*loop[:20], *(["..."] if len(loop) > 20 else []), loop[0]]
            out.add(
                "BOM_CYCLE",
                "bom",
                parts[loop[0]][loop[1] if len(loop) > 1 else loop[0]],
                id=item,
                column="component",
                found=" > ".join(shown),
                expected="no item inside itself",
                hint=f"The loop has {len(loop)} items.",
            )


def _left_in_loops(parts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return the items that remain when items without parents are taken away again and again."""
    parents: dict[str, int] = defaultdict(int)
    for components in parts.values():
        for component in components:
            parents[component] += 1
    free = [item for item in parts if not parents[item]]
    gone = set(free)
    while free:
        for component in parts.get(free.pop(), {}):
            parents[component] -= 1
            if not parents[component] and component not in gone:
                gone.add(component)
                free.append(component)
    return [item for item in parts if item not in gone]


def _shortest_loop(start: str, parts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return the shortest path from an item back to itself, without the repeat; empty if there is none."""
    came: dict[str, str] = {}
    level = [start]
    while level:
        following = []
        for item in level:
            for component in sorted(parts.get(item, {})):
                if component == start:
                    path = [item]
                    while path[-1] != start:
                        path.append(came[path[-1]])
                    return path[::-1]
                if component not in came:
                    came[component] = item
                    following.append(component)
        level = following
    return []


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
    """Started work without a start, done work that ended before it began, pins without what they pin."""
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


def check_shifts(tables: Tables, out: Collector) -> None:
    """Weekdays, zones, empty shifts; overlaps of the weekly pattern, of one capacity or of two."""
    spans: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for number, row in enumerate(tables["shifts"]):
        if row["timezone"] is not None and not known_zone(row["timezone"]):
            out.add(
                "TZ_UNKNOWN",
                "shifts",
                number,
                id=row["calendar"],
                column="timezone",
                found=row["timezone"],
                expected="an IANA zone name",
            )
        try:
            days = parse_weekdays(row["weekdays"] or "")
        except ValueError:
            if row["weekdays"] is not None:
                out.add(
                    "BAD_WEEKDAYS",
                    "shifts",
                    number,
                    id=row["calendar"],
                    column="weekdays",
                    found=row["weekdays"],
                    expected="Mon-Fri, Sat,Sun or 1111100",
                )
            continue
        if row["start"] is None or row["end"] is None:
            continue
        if _inverted(row):
            out.add(
                "SHIFT_INVERTED",
                "shifts",
                number,
                id=row["calendar"],
                column="end",
                found=row["end"],
                expected="another time than start",
                hint="A whole day is 00:00 to 24:00; an end before the start is on the next day.",
            )
        elif row["kind"] == "work":
            low, high = span(row)
            spans[row["calendar"]].extend(
                (d * DAY_SECONDS + low, d * DAY_SECONDS + high, number) for d in days
            )
    for calendar, found in spans.items():
        zones = {tables["shifts"][n]["timezone"] for _, _, n in found}
        if len(zones) > 1:
            out.add(
                "TZ_MIXED",
                "shifts",
                min(n for *_, n in found),
                id=calendar,
                column="timezone",
                found=", ".join(sorted(str(z) for z in zones)),
                expected="one zone a calendar",
            )
        _check_overlaps(calendar, found, tables["shifts"], out)


def _inverted(row: dict[str, Any]) -> bool:
    return (
        row["start"] == row["end"]
        or row["start"] == "24:00:00"
        or clock_seconds(row["start"]) == clock_seconds(row["end"])
    )


def _check_overlaps(calendar: str, found: list[tuple[int, int, int]], shifts: Rows, out: Collector) -> None:
    """Report pairs of rows whose weekly times overlap while both are valid (the week is a circle)."""
    found = sorted(found + [(low + WEEK, high + WEEK, n) for low, high, n in found if low < DAY_SECONDS])
    reported: set[tuple[int, int]] = set()
    for place, (_, high, first) in enumerate(found):
        for low, _, second in found[place + 1 :]:
            if low >= high:
                break
            pair = (min(first, second), max(first, second))
            a, b = shifts[first], shifts[second]
            apart = (a["valid_to"] or dt.date.max) < (b["valid_from"] or dt.date.min) or (
                b["valid_to"] or dt.date.max
            ) < (a["valid_from"] or dt.date.min)
            if first == second or apart or pair in reported:
                continue
            reported.add(pair)
            same = a["capacity"] == b["capacity"]
            out.add(
                "SHIFT_OVERLAP" if same else "SHIFT_CONFLICT",
                "shifts",
                pair[1],
                id=calendar,
                column="start",
                found=f"rows {pair[0]} and {pair[1]} overlap",
                severity="warning" if same else "error",
                expected="times that do not overlap" + ("; they are merged" if same else ""),
            )


def check_exceptions(tables: Tables, out: Collector) -> None:
    """Exceptions with half a time, open without times, or two openings that contradict each other."""
    opened: dict[Any, list[tuple[int, int, int]]] = defaultdict(list)
    for number, row in enumerate(tables["shift_exceptions"]):
        times = (row["start"], row["end"])
        if (row["kind"] == "open" and None in times) or times.count(None) == 1:
            out.add(
                "SHIFT_AMBIGUOUS",
                "shift_exceptions",
                number,
                id=row["calendar"],
                column="start",
                found=f"{row['start']} to {row['end']}",
                expected="both start and end",
            )
        elif None not in times and _inverted(row):
            out.add(
                "SHIFT_INVERTED",
                "shift_exceptions",
                number,
                id=row["calendar"],
                column="end",
                found=row["end"],
                expected="another time than start",
            )
        elif None not in times and row["kind"] == "open" and row["date"] is not None:
            low, high = span(row)
            base = row["date"].toordinal() * DAY_SECONDS
            opened[row["calendar"]].append((base + low, base + high, number))
    for calendar, found in opened.items():
        rows = tables["shift_exceptions"]
        ordered = sorted(found)
        for (_, high, first), (low, _, second) in itertools.pairwise(ordered):
            if low < high and rows[first]["capacity"] != rows[second]["capacity"]:
                out.add(
                    "SHIFT_CONFLICT",
                    "shift_exceptions",
                    second,
                    id=calendar,
                    column="capacity",
                    found=f"rows {first} and {second} overlap",
                    expected="one capacity at a time",
                )
