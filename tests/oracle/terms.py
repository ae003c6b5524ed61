"""The terms of the objective, over scheduled orders."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .core import Model
    from .past import Started
    from .placements import Choice

DAY, WEEK, HOUR = 86_400, 604_800, 3_600
BIG = 10**7


class Terms:
    """Expressions of the terms, each made when asked for; minimized, each takes its exact value."""

    def __init__(self, model: Model) -> None:
        self.model, self.cp, self.problem = model, model.cp, model.problem
        dates = [
            row[c]
            for row in self.problem.baseline.values()
            for c in ("start", "end")
            if row.get(c) is not None
        ]
        self.first, self.far = min([0, *dates]), model.far + 400
        dues = [
            abs(row[c])
            for row in self.problem.orders.values()
            for c in ("due", "deadline")
            if row[c] is not None
        ]
        self.wide = 2 * (self.far - self.first) + max([0, *dues, *map(abs, dates)])
        self.orders: dict[str, list[str]] = defaultdict(list)
        for key in sorted(self.problem.operations):
            self.orders[self.problem.order_key(key)].append(key)
        self.ends = {key: self._end(members) for key, members in self.orders.items()}
        self.made: dict[str, Any] = {}

    def term(self, name: str) -> Any:
        if name not in self.made:
            self.made[name] = getattr(self, name)()
        return self.made[name]

    def level(self, weights: dict[str, int]) -> Any:
        return sum(weight * self.term(name) for name, weight in sorted(weights.items()))

    def _of(self, key: str, column: str, default: int | None = None) -> Any:
        row = self.problem.orders.get(key.removeprefix("order ")) if key.startswith("order ") else None
        return row[column] if row else default

    def _due(self, key: str) -> int | None:
        due, deadline = self._of(key, "due"), self._of(key, "deadline")
        return deadline if due is None and deadline is not None and deadline < 0 else due

    def _present(self, key: str) -> Any:
        return self.model.present.get(key, 1)

    def _scheduled(self, operation: str) -> Any:
        return self._present(self.problem.order_key(operation))

    def _times(self, operation: str) -> tuple[Any, Any]:
        model = self.model
        if operation in model.steps:
            return model.steps[operation].start, model.steps[operation].end
        if operation in model.past:
            return model.past[operation].start, model.past[operation].end
        row = self.problem.baseline[operation]
        return row["end"] if row.get("start") is None else row["start"], row["end"]

    def _end(self, members: list[str]) -> Any:
        end = self.cp.new_int_var(self.first, self.far, "")
        self.cp.add_max_equality(end, [self._times(key)[1] for key in members])
        return end

    def _above(self, expression: Any, present: Any, low: int = 0) -> Any:
        """A variable at least ``low`` and, if present, at least the expression."""
        var = self.cp.new_int_var(low, self.wide, "")
        lits = [] if isinstance(present, int) else [present]
        self.cp.add(var >= expression).only_enforce_if(lits)
        return var

    def _each_due(self, value: Callable[[str, Any], Any]) -> Any:
        return sum(
            value(key, self.ends[key] - due) for key in self.orders if (due := self._due(key)) is not None
        )

    def unscheduled(self) -> Any:
        return sum(max(1, self._of(key, "weight", 1)) * (1 - lit) for key, lit in self.model.present.items())

    def tardiness(self) -> Any:
        return self._each_due(
            lambda key, late: self._of(key, "weight") * self._above(late, self._present(key))
        )

    def late_orders(self) -> Any:
        def late(key: str, lateness: Any) -> Any:
            lit, present = self.cp.new_bool_var(""), self._present(key)
            lits = [] if isinstance(present, int) else [present]
            self.cp.add(lateness <= 0).only_enforce_if([lit.negated(), *lits])
            return self._of(key, "weight") * lit

        return self._each_due(late)

    def max_lateness(self) -> Any:
        due = [key for key in self.orders if self._due(key) is not None]
        if not due:
            return 0
        most = self.cp.new_int_var(-BIG, BIG, "max lateness")
        for key in due:
            present = self._present(key)
            lits = [] if isinstance(present, int) else [present]
            self.cp.add(most >= self.ends[key] - self._due(key)).only_enforce_if(lits)
        if all(not isinstance(self._present(key), int) for key in due):
            some = self.cp.new_bool_var("")
            self.cp.add_max_equality(some, [self._present(key) for key in due])
            self.cp.add(most >= 0).only_enforce_if(some.negated())
        return most

    def makespan(self) -> Any:
        last = self.cp.new_int_var(0, self.far, "makespan")
        for key, step in self.model.steps.items():
            self.cp.add(last >= step.end).only_enforce_if(self._scheduled(key))
        for key, past in self.model.past.items():
            present = self._scheduled(key)
            self.cp.add(last >= past.end).only_enforce_if([] if isinstance(present, int) else [present])
        self._bound(last)
        return last

    def _bound(self, last: Any) -> None:
        """What one resource does takes at least so long: says nothing new, and spares the proof."""
        for name, resource in self.problem.resources.items():
            load = []
            for step in self.model.steps.values():
                modes = {choice.mode.resource for choice in step.options}
                load += [
                    lit * choice.mode.duration
                    for lit, choice in zip(step.chosen, step.options, strict=True)
                    if choice.mode.resource == name
                ]
                if step.change is not None and modes == {name}:
                    load.append(step.change.duration)
            if resource.unary and load:
                self.cp.add(last >= sum(load))

    def earliness(self) -> Any:
        return self._each_due(
            lambda key, late: self._of(key, "earliness") * self._above(-late, self._present(key))
        )

    def flow_time(self) -> Any:
        total = 0
        for key, members in self.orders.items():
            first = self.cp.new_int_var(self.first, self.far, "")
            self.cp.add_min_equality(first, [self._times(member)[0] for member in members])
            weight = self._of(key, "weight", 1)
            total += weight * self._above(self.ends[key] - first, self._present(key))
        return total

    def _changes(self) -> list[Any]:
        return [step.change for step in self.model.steps.values() if step.change is not None]

    def _pasts(self) -> list[tuple[Any, Started]]:
        return [(self._scheduled(key), past) for key, past in self.model.past.items()]

    def changeover_time(self) -> Any:
        now = sum(present * len(past.changing) for present, past in self._pasts())
        return now + sum(change.duration for change in self._changes())

    def changeover_cost(self) -> Any:
        return sum(change.cost for change in self._changes())

    def mode_cost(self) -> Any:
        steps = sum(
            lit * choice.mode.cost
            for step in self.model.steps.values()
            for lit, choice in zip(step.chosen, step.options, strict=True)
        )
        return steps + sum(present * past.mode.cost for present, past in self._pasts())

    def _rate(self, choice: Choice) -> int:
        return sum(self.problem.resources[name].cost * q for name, q in choice.quantities().items())

    def resource_cost(self) -> Any:
        total = 0
        for step in self.model.steps.values():
            for lit, choice in zip(step.chosen, step.options, strict=True):
                total += lit * (self._rate(choice) * choice.mode.duration)
            if step.change is not None:
                for lit, choice in zip(step.change.chosen, step.change.options, strict=True):
                    spent = self.cp.new_int_var(0, BIG, "")
                    self.cp.add(spent >= step.change.duration * self._rate(choice)).only_enforce_if(lit)
                    total += spent
        for present, past in self._pasts():
            spent = self._rate(past.run) * len(past.work) + self._rate(past.change) * len(past.changing)
            total += present * spent
        if not self.problem.temporal:
            return total
        cents, whole = self.cp.new_int_var(0, BIG * 100, ""), self.cp.new_int_var(0, BIG, "")
        self.cp.add(cents == total)
        self.cp.add_division_equality(whole, cents, 3600)
        return whole

    def stability(self) -> Any:
        total, price = 0, HOUR if self.problem.temporal else 0
        for key, step in self.model.steps.items():
            row = self.problem.baseline.get(key)
            if row is None:
                continue
            if row.get("start") is not None:
                zone = 4 if row["start"] < DAY else 2 if row["start"] < WEEK else 1
                factor = zone if self.problem.temporal else 1
                moved = self._above(step.start - row["start"], step.present)
                self.cp.add(moved >= row["start"] - step.start).only_enforce_if(step.present)
                total += factor * moved
            known = row["resource"] or (self.problem.history_mode(key).resource if row["mode"] else None)
            if price:
                total += price * sum(step.on(lambda choice, known=known: choice.mode.resource != known))
        return total
