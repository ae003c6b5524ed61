"""Problems that the tests send: one worked by hand, and larger ones from a seed."""

from __future__ import annotations

import random
from typing import Any


def paint() -> dict[str, dict[str, list[Any]]]:
    """Two orders on a booth with changeovers, an oven, and a crew of which one must be there."""
    return {
        "orders": {"order": ["A", "B"], "due": [10, 12], "weight": [2, 1]},
        "operations": {
            "operation": ["a1", "a2", "b1"],
            "order": ["A", "A", "B"],
            "sequence": [1, 2, 1],
            "setup_state": ["red", None, "blue"],
        },
        "modes": {
            "operation": ["a1", "a2", "b1"],
            "resource": ["booth", "oven", "booth"],
            "duration": [4, 5, 3],
        },
        "requirements": {"requirement": ["r1", "r2"], "operation": ["a1", "b1"], "group": ["crew", "crew"]},
        "resources": {
            "resource": ["booth", "oven", "ann", "bob"],
            "changeover_matrix": ["colors", None, None, None],
            "capacity": [1, 2, 1, 1],
        },
        "groups": {"group": ["crew", "crew"], "member": ["bob", "ann"], "priority": [1, 0]},
        "resource_states": {"resource": ["booth"], "attribute": ["state"], "value": ["red"]},
        "matrices": {"matrix": ["colors"]},
        "changeovers": {"matrix": ["colors"], "compare": ["differs"], "duration": [2], "cost": [7]},
    }


def shop(orders: int, resources: int, seed: int = 1) -> dict[str, dict[str, list[Any]]]:
    """Orders that visit every resource in an order of their own, with due times that do not all hold."""
    draw = random.Random(seed)
    names = [f"r{number:02}" for number in range(resources)]
    operations: dict[str, list[Any]] = {"operation": [], "order": [], "sequence": []}
    modes: dict[str, list[Any]] = {"operation": [], "resource": [], "duration": []}
    for order in range(orders):
        for rank, resource in enumerate(draw.sample(names, resources)):
            operation = f"o{order:04}-{rank:02}"
            operations["operation"].append(operation)
            operations["order"].append(f"o{order:04}")
            operations["sequence"].append(rank)
            modes["operation"].append(operation)
            modes["resource"].append(resource)
            modes["duration"].append(draw.randint(1, 99))
    due = [draw.randint(50 * resources, 50 * (resources + orders)) for _ in range(orders)]
    return {
        "orders": {"order": [f"o{order:04}" for order in range(orders)], "due": due},
        "operations": operations,
        "modes": modes,
        "resources": {"resource": names},
    }
