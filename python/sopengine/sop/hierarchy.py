"""Where a unit belongs: item to family, item to the site that finishes it.

A plan speaks of families at locations, a schedule of items. The location of an item is where the last step
of its routing stands; if that step may run at several sites it has none. A plan row of a family at a
location covers the items finished there; a row without location covers the whole family. Each item has
exactly one key, so that sums over items and sums over keys are the same sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sopengine.plant.lots import StepPlan
from sopengine.plant.operations import step_modes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sopengine.plant.facts import Facts


class Key(NamedTuple):
    """A family at a location; location empty: wherever it is made."""

    family: str
    location: str = ""

    def __str__(self) -> str:
        return f"{self.family} ({self.location})" if self.location else self.family


def routing_of(facts: Facts, item: str) -> str | None:
    """Return the routing that a new lot takes: the highest priority, ties by id."""
    rows = [(-(r["priority"] or 0), r["routing"]) for r in facts.routings_of.get(item, ())]
    return min(rows)[1] if rows else None


def finishing_location(facts: Facts, item: str) -> str:
    """Return where the last step of an item runs, or nothing where that is not one place."""
    routing = routing_of(facts, item)
    steps = facts.steps_of.get(routing or "", [])
    if not steps:
        return ""
    number, row = max(steps, key=lambda s: (s[1]["sequence"], s[1]["step"]))
    places = {r["resource"]: r["location"] for r in facts.rows["resources"]}
    plan = StepPlan("", row["step"], row["sequence"], row, number)
    found = {places.get(mode.resource or "") for mode in step_modes(facts, routing or "", plan)}
    return str(found.pop() or "") if len(found) == 1 else ""


def families(facts: Facts) -> dict[str, str]:
    """Return the family of every item that has one, by item.

    A plant that knows no families plans its end items one by one: those made that go into nothing else.
    """
    named = {item: row["family"] for item, row in sorted(facts.items.items()) if row["family"] is not None}
    if named:
        return named
    parts = {row["component"] for row in facts.rows["bom"]}
    return {
        item: item for item, row in sorted(facts.items.items()) if row["kind"] == "made" and item not in parts
    }


class Hierarchy:
    """The items of every key, and the key of every item.

    Parameters
    ----------
    facts
        The plant.
    keys
        The keys that the plan speaks of.
    """

    def __init__(self, facts: Facts, keys: Iterable[Key]) -> None:
        named = set(keys)
        self.items: dict[Key, list[str]] = {key: [] for key in sorted(named)}
        self.key: dict[str, Key] = {}
        self.planned: frozenset[Key] = frozenset(named)
        for item, family in families(facts).items():
            place = finishing_location(facts, item)
            choices = [Key(family, place), Key(family)]
            only = [key for key in named if key.family == family]
            if not place and len(only) == 1:
                choices.append(only[0])
            key = next((k for k in choices if k in named), choices[0])
            self.key[item] = key
            self.items.setdefault(key, []).append(item)

    def is_planned(self, item: str) -> bool:
        """Whether the plan says anything about an item."""
        return self.key.get(item) in self.planned
