"""Setup states and changeover rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .draft import Draft

COLORS = ("black", "red", "white")
SIZES = ("9", "10", "10.5", "-2")


def _matrix(draft: Draft, number: int, **row: object) -> str | None:
    """A matrix on a machine that has none yet."""
    free = [name for name in draft.unary() if not draft.resource(name).get("changeover_matrix")]
    asked = {
        draft.modes(name)[0]["resource"] for name, why in draft.started.items() if why == "started_changeover"
    }
    uses = {name: sum(mode["resource"] == name for mode in draft.tables["modes"]) for name in free}
    busy = sorted(free, key=lambda name: (name not in asked, -uses[name]))
    if not busy:
        return None
    name = f"X{number}"
    draft.add("matrices", matrix=name, **row)
    draft.resource(busy[0])["changeover_matrix"] = name
    return name


def _states(draft: Draft, attribute: str, values: tuple[str, ...], share: float) -> None:
    for row in draft.operations():
        if draft.rng.random() < share:
            draft.add(
                "setup_states",
                operation=row["operation"],
                attribute=attribute,
                value=draft.rng.choice(values),
            )


def _any(draft: Draft) -> str | None:
    """A matrix to add rules to."""
    names = [row["matrix"] for row in draft.tables["matrices"]]
    return draft.rng.choice(names) if names else None


def single_attribute(draft: Draft) -> bool:
    """Exact pairs of one attribute, in the short form of ``setup_state``."""
    matrix = _matrix(draft, 0)
    if matrix is None:
        return False
    for row in draft.operations():
        if draft.rng.random() < 0.8:
            row["setup_state"] = draft.rng.choice(COLORS)
    for before in COLORS:
        for after in COLORS:
            if before != after and draft.rng.random() < 0.8:
                draft.add("changeovers", matrix=matrix, from_value=before, to_value=after,
                          duration=draft.rng.randint(0, 5))  # fmt: skip
    draft.add("changeovers", matrix=matrix, from_value=None, to_value="red", duration=2)
    draft.add("changeovers", matrix=matrix, from_value="red", to_value="red", duration=1)
    return True


def _attributes(draft: Draft, number: int, combine: str) -> bool:
    matrix = _matrix(draft, number, combine=combine)
    if matrix is None:
        return False
    known = {row["attribute"] for row in draft.tables["setup_states"]}
    for attribute in ("color", "size"):
        if attribute not in known:
            _states(draft, attribute, COLORS if attribute == "color" else SIZES, 0.7)
    draft.add(
        "changeovers", matrix=matrix, attribute="color", compare="differs", duration=draft.rng.randint(1, 4)
    )
    draft.add("changeovers", matrix=matrix, attribute="size", from_value="10", to_value=None, duration=2)
    draft.add(
        "changeovers", matrix=matrix, attribute="size", from_value=None, to_value="9", duration=3, priority=1
    )
    return True


def attributes_sum(draft: Draft) -> bool:
    return _attributes(draft, 1, "sum")


def attributes_max(draft: Draft) -> bool:
    return _attributes(draft, 2, "max")


def compare_rules(draft: Draft) -> bool:
    """Rising, falling and differing numbers."""
    matrix = _any(draft) or _matrix(draft, 3)
    if matrix is None:
        return False
    _states(draft, "grade", SIZES, 0.8)
    draft.add("changeovers", matrix=matrix, attribute="grade", compare="rises", duration=1)
    draft.add("changeovers", matrix=matrix, attribute="grade", compare="falls", duration=4)
    draft.add("changeovers", matrix=matrix, attribute="grade", compare="differs", to_value="9", duration=2)
    return True


def unset_rules(draft: Draft) -> bool:
    """What it takes to set up where no state is known."""
    matrix = _any(draft)
    if matrix is None:
        return False
    attributes = {
        row.get("attribute") or "state" for row in draft.tables["changeovers"] if row["matrix"] == matrix
    }
    for attribute in sorted(attributes):
        draft.add(
            "changeovers",
            matrix=matrix,
            attribute=attribute,
            from_value="unset",
            duration=draft.rng.randint(1, 4),
        )
    return True


def resource_states(draft: Draft) -> bool:
    found = False
    values = {"state": COLORS, "color": COLORS}
    for resource in draft.tables["resources"]:
        matrix = resource.get("changeover_matrix")
        if matrix is None:
            continue
        used = {
            row.get("attribute") or "state" for row in draft.tables["changeovers"] if row["matrix"] == matrix
        }
        for attribute in sorted(used)[:2]:
            draft.add("resource_states", resource=resource["resource"], attribute=attribute,
                      value=draft.rng.choice(values.get(attribute, SIZES)))  # fmt: skip
            found = True
    return found


def matrix_breaks(draft: Draft) -> bool:
    rows = draft.tables["matrices"]
    for row in draft.some(rows, 1, 2):
        row["suspend"] = "breaks"
    return bool(rows)


def attached(draft: Draft) -> bool:
    rows = draft.tables["matrices"]
    if rows:
        draft.rng.choice(rows)["attached"] = True
    return bool(rows)


def changeover_costs(draft: Draft) -> bool:
    rows = draft.tables["changeovers"]
    for row in rows:
        row["cost"] = draft.rng.randint(0, 6)
    if rows:
        draft.add("changeovers", matrix=rows[0]["matrix"], attribute=rows[0].get("attribute"), priority=-1,
                  duration=0, cost=2)  # fmt: skip
    return bool(rows)
