"""A problem as objects: spec sections 1 and 2, with every default filled in.

``read_plant`` turns plain rows into a ``Plant``. Ids are text. Instants that are not given are ``None``.
Nothing is decided here except what a table leaves out: a mode's name, a resource's kind, the key of a
requirement, the chain of an order's operations, the mode of an operation in progress.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .rows import Row, Tables, amount, is_temporal, plain_tables, text


@dataclass
class Order:
    order: str
    release: int | None = None
    due: int | None = None
    deadline: int | None = None
    weight: int = 1
    earliness_weight: int = 0


@dataclass
class Mode:
    mode: str
    resource: str | None
    quantity: int
    duration: int
    cost: int


@dataclass
class Requirement:
    key: str
    mode: str | None
    resource: str | None
    group: str | None
    quantity: int
    phase: str
    breaks: str


@dataclass
class Operation:
    operation: str
    order: str | None
    sequence: int | None
    release: int | None
    deadline: int | None
    suspend: str
    states: dict[str, str] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    requirements: list[Requirement] = field(default_factory=list)


@dataclass
class Resource:
    resource: str
    kind: str
    capacity: int
    calendar: str | None
    matrix: str | None
    cost_per_hour: int
    location: str | None


@dataclass
class Matrix:
    matrix: str
    combine: str = "sum"
    suspend: str = "never"
    attached: bool = False


@dataclass
class ChangeoverRule:
    attribute: str
    from_value: str | None
    to_value: str | None
    compare: str | None
    duration: int
    cost: int
    priority: int


@dataclass
class Link:
    before: str
    after: str
    kind: str = "end_start"
    min_lag: int = 0
    max_lag: int | None = None
    transfer: float = 1.0
    tail: float = 0.0
    same_resource: bool = False


@dataclass
class Baseline:
    operation: str
    mode: str | None
    resource: str | None
    start: int | None
    end: int | None
    status: str
    remaining: int | None
    remaining_changeover: int
    pin: str
    on_stop: str


@dataclass
class Plant:
    now: int = 0
    horizon_end: int | None = None
    temporal: bool = False
    zone: str = "UTC"
    orders: dict[str, Order] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    resource_states: dict[str, dict[str, str]] = field(default_factory=dict)
    groups: dict[str, set[str]] = field(default_factory=dict)
    calendars: dict[str, list[tuple[int, int | None, int | None]]] = field(default_factory=dict)
    matrices: dict[str, Matrix] = field(default_factory=dict)
    changeovers: dict[str, list[ChangeoverRule]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    transport: dict[tuple[str, str], int] = field(default_factory=dict)
    materials: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    stock: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    max_stock: dict[str, Any] = field(default_factory=dict)
    unlimited: set[str] = field(default_factory=set)
    baseline: dict[str, Baseline] = field(default_factory=dict)
    baseline_members: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def status(self, operation: str) -> str:
        """Where history has left an operation: ``done``, ``started``, else ``planned``."""
        row = self.baseline.get(operation)
        return row.status if row else "planned"


def read_plant(tables: Tables) -> Plant:
    """The objects of a whole problem."""
    rows = plain_tables(tables)
    plant = Plant(temporal=is_temporal(tables))
    for row in rows.get("problem", []):
        plant.now = _or(row.get("now"), 0)
        plant.horizon_end = row.get("horizon_end")
        plant.zone = row.get("timezone") or "UTC"
    _read_orders(plant, rows)
    _read_resources(plant, rows)
    _read_modes(plant, rows)
    _read_changeovers(plant, rows)
    _read_links(plant, rows)
    _read_materials(plant, rows)
    _read_baseline(plant, rows)
    return plant


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value


def _read_orders(plant: Plant, rows: dict[str, list[Row]]) -> None:
    for row in rows.get("orders", []):
        key = str(row["order"])
        plant.orders[key] = Order(
            key,
            row.get("release"),
            row.get("due"),
            row.get("deadline"),
            _or(row.get("weight"), 1),
            _or(row.get("earliness_weight"), 0),
        )
    for row in rows["operations"]:
        key = str(row["operation"])
        operation = Operation(
            key,
            text(row.get("order")),
            row.get("sequence"),
            row.get("release"),
            row.get("deadline"),
            row.get("suspend") or "never",
        )
        if row.get("setup_state") is not None:
            operation.states["state"] = str(row["setup_state"])
        plant.operations[key] = operation
    for row in rows.get("setup_states", []):
        plant.operations[str(row["operation"])].states[str(row["attribute"])] = str(row["value"])


def _read_resources(plant: Plant, rows: dict[str, list[Row]]) -> None:
    calendars: dict[str, list[tuple[int, int | None, int | None]]] = defaultdict(list)
    for row in rows.get("calendars", []):
        calendars[str(row["calendar"])].append((row["start"], row.get("end"), amount(row.get("capacity"))))
    plant.calendars = {key: sorted(spans, key=lambda span: span[0]) for key, spans in calendars.items()}
    for row in rows["resources"]:
        key, calendar = str(row["resource"]), text(row.get("calendar"))
        capacity = amount(row.get("capacity"), 1)
        highest = max([capacity, *(_or(c, capacity) for _, _, c in plant.calendars.get(calendar or "", []))])
        plant.resources[key] = Resource(
            key,
            row.get("kind") or ("unary" if highest <= 1 else "cumulative"),
            capacity,
            calendar,
            text(row.get("changeover_matrix")),
            _or(row.get("cost_per_hour"), 0),
            text(row.get("location")),
        )
    for row in rows.get("resource_states", []):
        states = plant.resource_states.setdefault(str(row["resource"]), {})
        states[str(row["attribute"])] = str(row["value"])
    for row in rows.get("groups", []):
        plant.groups.setdefault(str(row["group"]), set()).add(str(row["member"]))


def _read_modes(plant: Plant, rows: dict[str, list[Row]]) -> None:
    for row in rows["modes"]:
        operation, resource = str(row["operation"]), text(row.get("resource"))
        key = text(row.get("mode")) or resource or operation
        plant.operations[operation].modes[key] = Mode(
            key, resource, amount(row.get("quantity"), 1), row["duration"], _or(row.get("cost"), 0)
        )
    named: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for row in rows.get("requirements", []):
        target = text(row.get("resource")) or text(row.get("group"))
        phase = row.get("phase") or "run"
        made = f"{row['operation']}/{_or(text(row.get('mode')), '*')}/{target}/{phase}"
        named[made].append((str(row["operation"]), row))
    for made, repeats in named.items():
        # Repeated rows are told apart by quantity and breaks, never by where they stand in the table.
        repeats.sort(key=lambda pair: (_or(pair[1].get("quantity"), 1), pair[1].get("breaks") or "hold"))
        for count, (operation, row) in enumerate(repeats, 1):
            key = text(row.get("requirement")) or (made if count == 1 else f"{made}#{count}")
            plant.operations[operation].requirements.append(_requirement(key, row))


def _requirement(key: str, row: Row) -> Requirement:
    return Requirement(
        key,
        text(row.get("mode")),
        text(row.get("resource")),
        text(row.get("group")),
        amount(row.get("quantity"), 1),
        row.get("phase") or "run",
        row.get("breaks") or "hold",
    )


def _read_changeovers(plant: Plant, rows: dict[str, list[Row]]) -> None:
    for row in rows.get("matrices", []):
        key = str(row["matrix"])
        plant.matrices[key] = Matrix(
            key, row.get("combine") or "sum", row.get("suspend") or "never", bool(row.get("attached"))
        )
    for row in rows.get("changeovers", []):
        key = str(row["matrix"])
        plant.matrices.setdefault(key, Matrix(key))
        compare = row.get("compare")
        plant.changeovers.setdefault(key, []).append(
            ChangeoverRule(
                _or(text(row.get("attribute")), "state"),
                text(row.get("from_value")),
                text(row.get("to_value")),
                None if compare == "none" else compare,
                row["duration"],
                _or(row.get("cost"), 0),
                _or(row.get("priority"), 0),
            )
        )


def _read_links(plant: Plant, rows: dict[str, list[Row]]) -> None:
    linked: set[str] = set()
    for row in rows.get("precedences", []):
        before, after = str(row["before"]), str(row["after"])
        plant.links.append(
            Link(
                before,
                after,
                row.get("kind") or "end_start",
                _or(row.get("min_lag"), 0),
                row.get("max_lag"),
                _or(row.get("transfer"), 1.0),
                _or(row.get("tail"), 0.0),
                bool(row.get("same_resource")),
            )
        )
        order = plant.operations[before].order
        if order is not None and order == plant.operations[after].order:
            linked.add(order)
    _chain(plant, linked)
    for row in rows.get("transport", []):
        plant.transport[str(row["from_location"]), str(row["to_location"])] = row["duration"]


def _chain(plant: Plant, linked: set[str]) -> None:
    """Chain the operations of every order that no precedence row links inside."""
    steps: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for operation in plant.operations.values():
        if operation.order is not None and operation.order not in linked and operation.sequence is not None:
            steps[operation.order][operation.sequence].append(operation.operation)
    for by_sequence in steps.values():
        values = sorted(by_sequence)
        for earlier, later in pairwise(values):
            plant.links += [Link(a, b) for a in by_sequence[earlier] for b in by_sequence[later]]


def _read_materials(plant: Plant, rows: dict[str, list[Row]]) -> None:
    for row in rows.get("materials", []):
        movement = (str(row["item"]), amount(row["quantity"]))
        plant.materials.setdefault(str(row["operation"]), []).append(movement)
    for row in rows.get("stock", []):
        # What came before now is there now.
        time = max(plant.now, _or(row.get("time"), plant.now))
        plant.stock.setdefault(str(row["item"]), []).append((time, amount(row["quantity"])))
    for row in rows.get("items", []):
        if row.get("max_stock") is not None:
            plant.max_stock[str(row["item"])] = amount(row["max_stock"])
        if row.get("unlimited"):
            plant.unlimited.add(str(row["item"]))


def _read_baseline(plant: Plant, rows: dict[str, list[Row]]) -> None:
    for row in rows.get("baseline", []):
        key = str(row["operation"])
        plant.baseline[key] = Baseline(
            key,
            text(row.get("mode")),
            text(row.get("resource")),
            row.get("start"),
            row.get("end"),
            row.get("status") or "planned",
            row.get("remaining"),
            _or(row.get("remaining_changeover"), 0),
            row.get("pin") or "none",
            row.get("on_stop") or "resume",
        )
    for row in rows.get("baseline_members", []):
        key = (str(row["operation"]), row.get("phase") or "run")
        plant.baseline_members.setdefault(key, set()).add(str(row["resource"]))


def baseline_mode(plant: Plant, operation: str) -> Mode | None:
    """The mode that the baseline row of an operation determines, if it determines one."""
    row, modes = plant.baseline[operation], plant.operations[operation].modes
    if row.mode is not None:
        return modes.get(row.mode)
    fitting = [mode for mode in modes.values() if row.resource is None or mode.resource == row.resource]
    return fitting[0] if len(fitting) == 1 else None


def baseline_resource(plant: Plant, operation: str) -> str | None:
    """The resource of a baseline row: as named, else that of the mode it determines."""
    row = plant.baseline[operation]
    if row.resource is not None:
        return row.resource
    mode = baseline_mode(plant, operation)
    return mode.resource if mode else None
