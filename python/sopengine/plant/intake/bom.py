"""Checks of bills of material: validity ranges, and items that contain themselves.

Items without parents are taken away again and again; what is left lies in or under a loop. For each loop a
shortest way round is named.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.plant.intake.collect import Collector

Rows = list[dict[str, Any]]
Tables = dict[str, Rows]


def check_bom(tables: Tables, out: Collector) -> None:
    """Report validity ranges that are inverted or overlap."""
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
