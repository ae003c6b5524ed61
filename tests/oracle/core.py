"""The heart of the model: who is scheduled, in which choice, when; what each placement holds.

Every unstarted operation takes one of its rows (``placements``): choice, start, end, the pieces of every
holding, and marks at which parts of its work are done. So calendars, suspension, members
and windows are exact by enumeration, and all other rules relate the columns.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from .past import Started, started
from .pins import keep_pinned_rows
from .placements import Choice, Piece, Row, choices, runs
from .segments import tie

if TYPE_CHECKING:
    from collections.abc import Callable

    from .problem import Operation, Problem


@dataclass
class Step:
    """An unstarted operation in the model."""

    operation: Operation
    present: Any
    options: list[Choice]
    rows: list[Row]
    chosen: list[Any] = field(default_factory=list)
    start: Any = None
    end: Any = None
    held_from: Any = None
    """Changeover start where there is one, else the start."""
    marks: dict[tuple[str, int], Any] = field(default_factory=dict)
    change: Any = None
    """See ``setups.Change``."""

    def on(self, test: Callable[[Choice], bool]) -> list[Any]:
        """Literals of the choices that pass a test."""
        return [lit for lit, choice in zip(self.chosen, self.options, strict=True) if test(choice)]


@dataclass
class Model:
    problem: Problem
    far: int
    cp: cp_model.CpModel
    present: dict[str, Any]
    """By order key."""
    steps: dict[str, Step] = field(default_factory=dict)
    past: dict[str, Started] = field(default_factory=dict)
    held: dict[str, list[tuple[Any, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Interval and demand of every holding, by resource."""
    last_end: Any = None
    arcs: list[tuple[Any, Step, Step]] = field(default_factory=list)
    """Circuit arcs still to be tied to time: literal, step, next step."""

    def present_of(self, operation: str) -> Any:
        return self.steps[operation].present if operation in self.steps else self.cp.new_constant(1)

    def hold(
        self, resource: str, start: Any, end: Any, present: Any, demand: Any, size: int | None = None
    ) -> None:
        length = self.cp.new_int_var(0, self.far, "") if size is None else size
        interval = self.cp.new_optional_interval_var(start, length, end, present, "")
        self.held[resource].append((interval, demand))

    def table(self, columns: list[Any], rows: set[tuple[int, ...]]) -> None:
        self.cp.add_allowed_assignments(columns, sorted(rows))


def latest(problem: Problem) -> int:
    """A horizon that some best schedule keeps: past every date, all work, changeovers and lags in a row."""
    if problem.horizon is not None:
        return problem.horizon
    dates = [0]
    dates += [row[c] for row in problem.orders.values() for c in ("release", "due") if row[c] is not None]
    dates += [operation.release for operation in problem.operations.values()]
    dates += [
        at for r in problem.resources.values() for span in r.spans or [] for at in span[:2] if at is not None
    ]
    dates += [at for arrivals in problem.stock.values() for at in arrivals]
    dates += [row["start"] for row in problem.baseline.values() if row.get("start") is not None]
    work = sum(max(mode.duration for mode in op.modes) for op in problem.operations.values())
    work += sum(2 * max(0, row.get("remaining") or 0) for row in problem.baseline.values())
    work += sum((row.get("remaining_changeover") or 0) for row in problem.baseline.values())
    change = max((sum(rule["duration"] for rule in rules) for rules in problem.rules.values()), default=0)
    lags = sum(max(0, link.min_lag, link.max_lag or 0) for link in problem.links)
    rides = max(problem.transport.values(), default=0) * len(problem.links)
    return max(dates) + work + min(change, 20) * len(problem.operations) + lags + rides + 1


def build(problem: Problem, partial: bool, marks: dict[str, set[tuple[str, int]]]) -> Model:
    """Presence, choices and times; ``marks`` names what ``links`` needs to know of each operation."""
    cp = cp_model.CpModel()
    orders = sorted({problem.order_key(op.operation) for op in problem.unstarted()})
    present = {key: cp.new_bool_var(key) if partial else cp.new_constant(1) for key in orders}
    model = Model(problem, latest(problem), cp, present)
    for key in problem.started():
        # Started work is not bound by the horizon.
        model.past[key] = started(problem, key, model.far + 400)
    for operation in problem.unstarted():
        step = Step(operation, present[problem.order_key(operation.operation)], [], [])
        _enumerate(model, step)
        model.steps[operation.operation] = step
    keep_pinned_rows(model)
    for key, step in model.steps.items():
        _place(model, step, sorted(marks.get(key, ())))
    for past in model.past.values():
        for resource, pieces in sorted(past.pieces.items()):
            for begin, end, quantity in pieces:
                interval = cp.new_fixed_size_interval_var(begin, end - begin, "")
                model.held[resource].append((interval, quantity))
    return model


def _enumerate(model: Model, step: Step) -> None:
    problem, operation = model.problem, step.operation
    order = problem.orders.get(operation.order or "", {})
    low = max(0, operation.release, order.get("release") or 0)
    limits = [model.far, operation.deadline, order.get("deadline")]
    high = min(limit for limit in limits if limit is not None and limit >= 0)
    for mode in operation.modes:
        for choice in choices(problem, mode, "run"):
            step.rows += runs(problem, choice, len(step.options), low, high, operation.breaks)
            step.options.append(choice)


def _place(model: Model, step: Step, marks: list[tuple[str, int]]) -> None:
    cp, far, name = model.cp, model.far, step.operation.operation
    step.chosen = [cp.new_bool_var(f"{name} {choice.mode.mode}") for choice in step.options]
    cp.add(sum(step.chosen) == step.present)
    step.start, step.end = (cp.new_int_var(0, far, f"{name} {what}") for what in ("start", "end"))
    step.held_from = step.start
    step.marks = {mark: cp.new_int_var(0, 3 * far, f"{name} {mark}") for mark in marks}
    cp.add(step.start == 0).only_enforce_if(step.present.negated())
    cp.add(step.end == 0).only_enforce_if(step.present.negated())
    for lit, choice in zip(step.chosen, step.options, strict=True):
        cp.add(step.end >= step.start + choice.mode.duration).only_enforce_if(lit)
    if all(row.end - row.start == step.options[row.choice].mode.duration for row in step.rows):
        _place_whole(model, step)
    else:
        _place_in_segments(model, step, marks)


def _place_whole(model: Model, step: Step) -> None:
    """Where no row is interrupted all columns are the start plus a constant: no table is needed."""
    cp, rows = model.cp, defaultdict(list)
    for row in step.rows:
        rows[row.choice].append(row)
    held: dict[str, list[tuple[Any, int, int]]] = defaultdict(list)
    for index, (lit, choice) in enumerate(zip(step.chosen, step.options, strict=True)):
        duration = choice.mode.duration
        if not rows[index]:
            cp.add(lit == 0)
            continue
        starts = cp_model.Domain.from_values([row.start for row in rows[index]])
        cp.add_linear_expression_in_domain(step.start, starts).only_enforce_if(lit)
        cp.add(step.end == step.start + duration).only_enforce_if(lit)
        for (kind, ppm), mark in step.marks.items():
            share = -(-ppm * duration // 10**6)
            offset = share if kind == "passed" else duration - share if share else None
            value = 3 * model.far if offset is None else step.start + offset
            cp.add(mark == value).only_enforce_if(lit)
        for resource, pieces in sorted(rows[index][0].pieces.items()):
            held[resource].append((lit, sum(q for _, _, q in pieces), duration))
    for resource, found in sorted(held.items()):
        lit = one_of(model, [lit for lit, _, _ in found])
        demands, sizes = {q for _, q, _ in found}, {d for _, _, d in found}
        demand = demands.pop() if len(demands) == 1 else sum(q * on for on, q, _ in found)
        model.hold(resource, step.start, step.end, lit, demand, sizes.pop() if len(sizes) == 1 else None)


def one_of(model: Model, literals: list[Any]) -> Any:
    """One literal for the sum of exclusive ones."""
    if len(literals) == 1:
        return literals[0]
    lit = model.cp.new_bool_var("")
    model.cp.add(sum(literals) == lit)
    return lit


def _place_in_segments(model: Model, step: Step, marks: list[tuple[str, int]]) -> None:
    slots = Slots(model, [row.pieces for row in step.rows])
    rows = []
    for row in step.rows:
        at = [_mark(row, step.options[row.choice].mode.duration, mark, model.far) for mark in marks]
        rows.append((row.choice, (row.start, (row.end, *at, *slots.values(row.pieces)))))
    columns = [step.end, *step.marks.values(), *slots.columns]
    tie(model.cp, step.start, columns, rows, dict(enumerate(step.chosen)))
    slots.hold()


def _mark(row: Row, duration: int, mark: tuple[str, int], far: int) -> int:
    """``passed``: when a share of the work is done; ``left``: until when a share is still to do."""
    kind, ppm = mark
    share = -(-ppm * duration // 10**6)
    if kind == "passed":
        return row.start if share == 0 else row.work[share - 1] + 1
    return 3 * far if share == 0 else row.work[duration - share]


class Slots:
    """Columns for the pieces that rows hold: whether, from, to, how much."""

    def __init__(self, model: Model, rows: list[dict[str, list[Piece]]]) -> None:
        self.model = model
        most: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for pieces in rows:
            for resource, held in pieces.items():
                count, top = most[resource]
                most[resource] = (max(count, len(held)), max([top, *(q for _, _, q in held)]))
        self.shape = sorted(most.items())
        self.columns: list[Any] = []
        cp, far = model.cp, model.far
        for _, (count, top) in self.shape:
            for _ in range(count):
                self.columns += [cp.new_bool_var(""), cp.new_int_var(0, far, ""), cp.new_int_var(0, far, "")]
                self.columns.append(cp.new_int_var(0, top, ""))

    def values(self, pieces: dict[str, list[Piece]]) -> list[int]:
        """The columns of one row."""
        cells: list[int] = []
        for resource, (count, _) in self.shape:
            held = pieces.get(resource, [])
            for start, end, quantity in held:
                cells += [1, start, end, quantity]
            cells += [0, 0, 0, 0] * (count - len(held))
        return cells

    def hold(self) -> None:
        """An optional interval for each piece."""
        place = 0
        for resource, (count, _) in self.shape:
            for _ in range(count):
                on, start, end, quantity = self.columns[place : place + 4]
                self.model.hold(resource, start, end, on, quantity)
                place += 4
