"""Changeovers: sequences on unary resources with a matrix, the carried state, and where changeovers run.

One circuit a resource gives the sequence. The state before an operation is a variable an attribute: that
which the operation before names, or carried through it where it names none. A table gives duration and
cost of a changeover from the states before; another its interval, members and pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Any

from ortools.sat.python import cp_model

from .core import Slots, one_of
from .placements import Choice, choices, holdings, working
from .segments import tie

if TYPE_CHECKING:
    from .core import Model, Step
    from .problem import Problem, Row

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass
class Change:
    """The changeover before an operation."""

    on: Any
    duration: Any
    cost: Any
    start: Any
    end: Any
    options: list[Choice] = field(default_factory=list)
    chosen: list[Any] = field(default_factory=list)


def rule_for(rules: list[Row], before: str | None, after: str) -> Row | None:
    """The rule that applies between two states of one attribute (contract 3.3, 7.8)."""
    fitting = [rule for rule in rules if _fits(rule, before, after)]
    return max(fitting, key=_rank, default=None)


def _fits(rule: Row, before: str | None, after: str) -> bool:
    source, target, compare = rule.get("from_value"), rule.get("to_value"), rule.get("compare")
    if target is not None and str(target) != after:
        return False
    if before is None:
        return source == "unset" and compare in (None, "none")
    if source == "unset" or (source is not None and str(source) != before):
        return False
    if before == after and (source is None or target is None):
        return False
    if compare == "differs":
        return before != after
    if compare in ("rises", "falls"):
        low, high = _ordered(before, after)
        return low < high if compare == "rises" else low > high
    return True


def _ordered(before: str, after: str) -> tuple[Any, Any]:
    if NUMBER.fullmatch(before) and NUMBER.fullmatch(after):
        return Decimal(before), Decimal(after)
    return before.encode(), after.encode()


def _rank(rule: Row) -> tuple[int, int, int]:
    named = 2 * (rule.get("to_value") is not None) + (rule.get("from_value") is not None)
    strength = {"rises": 2, "falls": 2, "differs": 1}.get(rule.get("compare") or "", 0)
    return rule.get("priority") or 0, named, strength


def between(
    problem: Problem, matrix: str, before: dict[str, str | None], after: dict[str, str]
) -> tuple[int, int]:
    """Duration and cost of a changeover."""
    spans, cost = [0], 0
    for attribute, value in after.items():
        rules = [rule for rule in problem.rules[matrix] if (rule.get("attribute") or "state") == attribute]
        rule = rule_for(rules, before.get(attribute), value)
        if rule is not None:
            spans.append(rule["duration"])
            cost += rule.get("cost") or 0
    combine = problem.matrices.get(matrix, {}).get("combine") or "sum"
    return max(spans) if combine == "max" else sum(spans), cost


def state_now(problem: Problem, resource: str) -> dict[str, str]:
    """What is set up before the first unstarted operation."""
    state: dict[str, str] = {}
    done = [
        (row["end"], key)
        for key, row in problem.baseline.items()
        if row.get("status") == "done"
        and row["resource"] == resource
        and problem.history_mode(key).duration > 0
    ]
    for _, key in sorted(done):
        state.update(problem.operations[key].states)
    state.update(problem.states.get(resource, {}))
    for key in problem.started():
        if problem.history_mode(key).resource == resource and problem.history_mode(key).duration > 0:
            state.update(problem.operations[key].states)
    return state


def add_setups(model: Model) -> None:
    """All changeovers of the model."""
    problem = model.problem
    tools = [r for r in problem.resources.values() if r.unary and r.matrix is not None]
    spans: dict[str, list[tuple[Any, Any, Any]]] = {}
    for resource in sorted(tools, key=lambda r: r.resource):
        _sequence(model, resource.resource, resource.matrix or "", spans)
    for key, found in sorted(spans.items()):
        _changeover(model, model.steps[key], found)
    for key, step in model.steps.items():
        _hold_own(model, key, step)
    for arc, step, after in model.arcs:
        model.cp.add(step.end <= after.held_from).only_enforce_if(arc)


def _runs_on(resource: str | None) -> Any:
    return lambda choice: choice.mode.resource == resource and choice.mode.duration > 0


def _sequence(model: Model, resource: str, matrix: str, spans: dict[str, list[Any]]) -> None:
    """The circuit, the states before, and what each operation's changeover here takes."""
    cp, problem = model.cp, model.problem
    nodes = {
        key: (step, one_of(model, on))
        for key, step in model.steps.items()
        if (on := step.on(_runs_on(resource)))
    }
    if not nodes:
        return
    now = state_now(problem, resource)
    attributes = sorted({rule.get("attribute") or "state" for rule in problem.rules[matrix]})
    values: dict[str, list[str | None]] = {
        a: [
            None,
            *sorted({s[a] for s in [now, *(step.operation.states for step, _ in nodes.values())] if a in s}),
        ]
        for a in attributes
    }
    before = {
        key: {a: cp.new_int_var(0, len(values[a]) - 1, f"{key} {a} on {resource}") for a in attributes}
        for key in nodes
    }
    arcs: list[tuple[int, int, Any]] = []
    empty = cp.new_bool_var("")
    arcs.append((0, 0, empty))
    for i, (key, (step, on)) in enumerate(nodes.items(), 1):
        arcs.append((i, i, on.negated()))
        first, last = cp.new_bool_var(""), cp.new_bool_var("")
        arcs += [(0, i, first), (i, 0, last)]
        for a in attributes:
            cp.add(before[key][a] == values[a].index(now.get(a))).only_enforce_if(first)
        for j, (other, (after, _)) in enumerate(nodes.items(), 1):
            if i == j:
                continue
            arc = cp.new_bool_var(f"{key} before {other}")
            arcs.append((i, j, arc))
            model.arcs.append((arc, step, after))
            for a in attributes:
                named = step.operation.states.get(a)
                left = values[a].index(named) if named is not None else before[key][a]
                cp.add(before[other][a] == left).only_enforce_if(arc)
    cp.add_circuit(arcs)
    for key, (step, on) in nodes.items():
        wanted = {a: v for a, v in sorted(step.operation.states.items()) if a in attributes}
        rows = set()
        for states in product(*(range(len(values[a])) for a in wanted)):
            known = {a: values[a][v] for a, v in zip(wanted, states, strict=True)}
            rows.add((*states, *between(problem, matrix, known, wanted)))
        length = cp.new_int_var_from_domain(_domain(rows, -2), "")
        cost = cp.new_int_var_from_domain(_domain(rows, -1), "")
        model.table([*(before[key][a] for a in wanted), length, cost], rows)
        spans.setdefault(key, []).append((on, length, cost, sorted({row[-2] for row in rows})))


def _domain(rows: set[tuple[int, ...]], column: int) -> cp_model.Domain:
    return cp_model.Domain.from_values(sorted({row[column] for row in rows}))


def _changeover(model: Model, step: Step, found: list[Any]) -> None:
    """The one changeover of an operation: on the matrix resource where it runs, or none."""
    cp, far, problem = model.cp, model.far, model.problem
    lengths = sorted({0, *(length for _, _, _, lengths in found for length in lengths)})
    costs = max((rule.get("cost") or 0) * 9 for rules in problem.rules.values() for rule in rules)
    on = cp.new_bool_var(f"{step.operation.operation} changes over")
    duration, cost = cp.new_int_var(0, lengths[-1], ""), cp.new_int_var(0, costs, "")
    step.change = change = Change(on, duration, cost, cp.new_int_var(0, far, ""), cp.new_int_var(0, far, ""))
    for lit, length, price, _ in found:
        cp.add(duration == length).only_enforce_if(lit)
        cp.add(cost == price).only_enforce_if(lit)
    elsewhere = [lit.negated() for lit in [_any(cp, [lit for lit, *_ in found])]]
    cp.add(duration == 0).only_enforce_if(elsewhere)
    cp.add(cost == 0).only_enforce_if(elsewhere)
    cp.add(duration >= 1).only_enforce_if(on)
    cp.add(duration == 0).only_enforce_if(on.negated())
    rows = _change_rows(model, step, change, [length for length in lengths if length])
    change.chosen = [cp.new_bool_var("") for _ in change.options]
    cp.add(sum(change.chosen) == on)
    for lit, choice in zip(change.chosen, change.options, strict=True):
        same = step.on(lambda run, mode=choice.mode: run.mode is mode)
        cp.add(sum(same) == 1).only_enforce_if(lit)
    cp.add(change.end >= change.start + duration)
    if all(
        len(starts) == model.far - length + 1
        for (_, length), starts in _starts(change, rows, lengths).items()
    ):
        _change_anytime(model, change, rows)
    else:
        _change_in_segments(model, change, rows, [length for length in lengths if length])
    cp.add(change.end <= step.start).only_enforce_if(on)
    step.held_from = cp.new_int_var(0, far, "")
    cp.add(step.held_from + duration <= step.start)
    cp.add(step.held_from == change.start).only_enforce_if(on)
    cp.add(step.held_from == step.start).only_enforce_if(on.negated())
    for lit, choice in zip(change.chosen, change.options, strict=True):
        matrix = problem.resources[choice.mode.resource or ""].matrix or ""
        if problem.matrices.get(matrix, {}).get("attached"):
            cp.add(change.end == step.start).only_enforce_if(lit)


def _starts(change: Change, rows: list[Any], lengths: list[int]) -> dict[tuple[int, int], set[int]]:
    """Uninterrupted starts by choice and duration."""
    found: dict[tuple[int, int], set[int]] = {
        (choice, length): set() for choice in range(len(change.options)) for length in lengths if length
    }
    for choice, length, start, end, _ in rows:
        if end - start == length:
            found[choice, length].add(start)
    return found


def _change_anytime(model: Model, change: Change, rows: list[Any]) -> None:
    """Where all that is needed is always open, a changeover runs at any time, in one piece."""
    cp = model.cp
    cp.add(change.end == change.start + change.duration)
    cp.add(change.start == 0).only_enforce_if(change.on.negated())
    seen = set()
    for index, _, _, _, pieces in rows:
        if index not in seen:
            seen.add(index)
            for resource, held in sorted(pieces.items()):
                quantity = sum(q for _, _, q in held)
                model.hold(resource, change.start, change.end, change.chosen[index], quantity)


def _change_in_segments(model: Model, change: Change, rows: list[Any], lengths: list[int]) -> None:
    """By choice and duration: a literal each."""
    cp = model.cp
    lits = {}
    for index, chosen in enumerate(change.chosen):
        for length in lengths:
            lits[index, length] = cp.new_bool_var("")
            cp.add(change.duration == length).only_enforce_if(lits[index, length])
        cp.add(sum(lits[index, length] for length in lengths) == chosen)
    slots = Slots(model, [row[4] for row in rows])
    tied = [((row[0], row[1]), (row[2], (row[3], *slots.values(row[4])))) for row in rows]
    tie(cp, change.start, [change.end, *slots.columns], tied, lits)
    slots.hold()


def _any(cp: Any, literals: list[Any]) -> Any:
    lit = cp.new_bool_var("")
    cp.add_max_equality(lit, literals)
    return lit


def _change_rows(model: Model, step: Step, change: Change, lengths: list[int]) -> list[Any]:
    """Choice, duration, start, end and pieces of every possible changeover."""
    problem, rows = model.problem, []
    for mode in step.operation.modes:
        resource = problem.resources.get(mode.resource or "")
        if mode.duration == 0 or resource is None or resource.matrix is None or not resource.unary:
            continue
        breaks = problem.matrices.get(resource.matrix, {}).get("suspend") == "breaks"
        for choice in choices(problem, mode, "changeover"):
            instants = working(problem, choice, 0, model.far)
            for length in lengths:
                for place in range(len(instants) - length + 1):
                    work = instants[place : place + length]
                    start, end = work[0], work[-1] + 1
                    if breaks or end - start == length:
                        pieces = holdings(problem, choice, start, end, work)
                        rows.append((len(change.options), length, start, end, pieces))
            change.options.append(choice)
    return rows


def _hold_own(model: Model, key: str, step: Step) -> None:
    """The mode's own unary resource, from changeover start to end."""
    own = {choice.mode.resource for choice in step.options if choice.mode.duration > 0}
    for resource in sorted(name for name in own if name is not None and model.problem.resources[name].unary):
        on = one_of(model, step.on(_runs_on(resource)))
        sizes = {choice.mode.duration for choice in step.options if choice.mode.resource == resource}
        whole = len(sizes) == 1 and not step.operation.breaks and step.held_from is step.start
        model.hold(resource, step.held_from, step.end, on, 1, sizes.pop() if whole else None)
