"""CP-SAT's model of a planted plant: intervals, circuits for changeovers, calendars by open time.

An operation has a start and an end in time, and both again in *open time*, the working time of its calendar
since ``now``; there its end is its start plus its duration, whatever closes. Time is open time plus the closed
gaps before it, a literal each, which propagates better than tables or elements of shifts. A machine holds one optional interval a mode; machines that change over have a circuit, whose
arcs give the duration of the changeover, an interval of its own with the setters. Pools are cumulative, their
smaller shifts filled by fixed intervals; parts are reservoirs.

Exact but for two places, where the model asks a little more than the rules, and the planted schedule keeps
it: crews are held while a machine that closes earlier than they do is closed, and what a streamed lot leaves to
do is counted as if nothing closed. So its schedules are valid; its bounds are not compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pyarrow as pa
from ortools.sat.python import cp_model

Spans = list[tuple[int, int]]


def seconds(column: pa.ChunkedArray) -> list[int | None]:
    return column.cast(pa.int64()).to_pylist()


def meet(a: Spans | None, b: Spans | None) -> Spans | None:
    """Open in both; none is always open."""
    if a is None or b is None:
        return b if a is None else a
    found: Spans = []
    i = j = 0
    while i < len(a) and j < len(b):
        start, end = max(a[i][0], b[j][0]), min(a[i][1], b[j][1])
        if start < end:
            found.append((start, end))
        i, j = (i + 1, j) if a[i][1] < b[j][1] else (i, j + 1)
    return found


@dataclass
class Step:
    """An operation in the model; times count from ``now``."""

    name: str
    start: Any
    end: Any
    spans: Spans | None
    duration: Any
    modes: dict[str, Any] = field(default_factory=dict)
    """Presence by machine."""
    held_from: Any = None
    open_start: Any = None


class PlantModel:
    """The model, from the tables of a planted plant or of one with features taken away."""

    def __init__(self, tables: dict[str, pa.Table], planted: pa.Table) -> None:
        self.tables, self.cp = tables, cp_model.CpModel()
        self.now = tables["problem"]["now"].cast(pa.int64())[0].as_py()
        ends = [end for end in seconds(planted["end"]) if end is not None]
        self.far = int((max(ends) - self.now) * 1.6) + 7 * 86_400
        self.calendars, self.levels = self._calendars()
        rows = tables["resources"].to_pylist()
        self.resources = {row["resource"]: row for row in rows}
        self.history = {row["operation"]: row for row in tables["baseline"].to_pylist()}
        self.past_end = {
            name: end - self.now
            for name, end in zip(planted["operation"].to_pylist(), seconds(planted["end"]), strict=True)
            if name in self.history
        }
        self.steps: dict[str, Step] = {}
        self.held: dict[str, list[tuple[Any, int]]] = defaultdict(list)
        self.changed: dict[str, tuple[Any, Any]] = {}
        self._needs()
        self._operations()
        self._machines()
        self._pools()
        self._links()
        self._parts()
        self._objective()

    def _calendars(self) -> tuple[dict[str, Spans], dict[str, list[tuple[int, int, int]]]]:
        """Open spans by calendar, touching ones one, and their levels."""
        table = self.tables["calendars"]
        spans: dict[str, Spans] = defaultdict(list)
        levels: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
        columns = (table["calendar"].to_pylist(), seconds(table["start"]), seconds(table["end"]))
        for name, start, end, level in sorted(
            zip(*columns, table["capacity"].to_pylist(), strict=True), key=lambda row: row[:2]
        ):
            start, end = max(0, start - self.now), min(end - self.now, self.far)
            if start >= end:
                continue
            if level is not None:
                levels[name].append((start, end, level))
            known = spans[name]
            if known and known[-1][1] == start:
                known[-1] = (known[-1][0], end)
            else:
                known.append((start, end))
        return spans, levels

    def spans_of(self, resource: str) -> Spans | None:
        name = self.resources[resource]["calendar"]
        return None if name is None else self.calendars[name]

    def _needs(self) -> None:
        """Requirements by operation and phase: resource or group, quantity."""
        self.needs: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
        self.members: dict[str, list[str]] = defaultdict(list)
        for row in self.tables["groups"].to_pylist() if "groups" in self.tables else []:
            self.members[row["group"]].append(row["member"])
        for row in self.tables["requirements"].to_pylist():
            target = row["resource"] or row["group"]
            self.needs[row["operation"], row["phase"]].append((target, row["quantity"]))

    def _working(self, operation: str, phase: str, machine: str) -> Spans | None:
        spans = self.spans_of(machine)
        for target, _ in self.needs[operation, phase]:
            spans = meet(spans, self.spans_of(self.members.get(target, [target])[0]))
        return spans

    def _tied(self, time: Any, spans: Spans | None, name: str, is_end: bool) -> tuple[Any, list[Any]]:
        """Open time of an instant, and by shift but the first whether it lies in that one or later."""
        if spans is None:
            return time, []
        cp, total = self.cp, spans[0][1] - spans[0][0]
        opened = cp.new_int_var(int(is_end), sum(end - start for start, end in spans) - int(not is_end), name)
        reached, closed = [], spans[0][0]
        for (_, before), (start, end) in pairwise(spans):
            later = cp.new_bool_var("")
            # An end at the last instant of a shift lies in it, a start there in the next.
            cp.add(opened >= total + int(is_end)).only_enforce_if(later)
            cp.add(opened <= total - int(not is_end)).only_enforce_if(later.negated())
            if reached:
                cp.add_implication(later, reached[-1])
            reached.append(later)
            closed += (start - before) * later
            total += end - start
        cp.add(time == opened + closed)
        return opened, reached

    def _operations(self) -> None:
        cp, modes = self.cp, defaultdict(list)
        table = self.tables["modes"]
        for name, machine, duration in zip(
            table["operation"].to_pylist(),
            table["resource"].to_pylist(),
            seconds(table["duration"]),
            strict=True,
        ):
            modes[name].append((machine, duration))
        orders = self.tables["orders"]
        release = dict(zip(orders["order"].to_pylist(), seconds(orders["release"]), strict=True))
        self.order_of = {}
        self.durations = {name: dict(rows) for name, rows in modes.items()}
        for row in self.tables["operations"].to_pylist():
            name = row["operation"]
            self.order_of[name] = row["order"]
            if name in self.history:
                continue
            low = max(0, release[row["order"]] - self.now)
            start, end = cp.new_int_var(low, self.far, f"{name} start"), cp.new_int_var(low, self.far, "")
            spans = self._working(name, "run", modes[name][0][0])
            lengths = sorted({duration for _, duration in modes[name]})
            duration = cp.new_int_var_from_domain(cp_model.Domain.from_values(lengths), "")
            step = Step(name, start, end, spans, duration)
            for machine, length in modes[name]:
                on = cp.new_bool_var(f"{name} {machine}")
                step.modes[machine] = on
                cp.add(duration == length).only_enforce_if(on)
            cp.add_exactly_one(step.modes.values())
            step.open_start, first = self._tied(start, spans, name, False)
            open_end, last = self._tied(end, spans, name, True)
            cp.add(open_end == step.open_start + duration)
            if row["suspend"] == "never":
                for begun, ended in zip(first, last, strict=True):
                    cp.add(begun == ended)
            step.held_from = start
            self.steps[name] = step

    def _machines(self) -> None:
        cp, on_machine = self.cp, defaultdict(list)
        for step in self.steps.values():
            for machine in step.modes:
                on_machine[machine].append(step)
        self.states = self._setup_states()
        for machine, steps in sorted(on_machine.items()):
            running = [
                self.past_end[name]
                for name, row in self.history.items()
                if row["status"] == "started" and row["resource"] == machine
            ]
            free = max(running, default=0)
            if self.resources[machine].get("changeover_matrix") is not None:
                self._circuit(machine, steps, free)
            for step in steps:
                cp.add(step.held_from >= free).only_enforce_if(step.modes[machine])
            intervals = []
            for step in steps:
                size = cp.new_int_var(0, self.far, "")
                held = cp.new_optional_interval_var(step.held_from, size, step.end, step.modes[machine], "")
                intervals.append(held)
            cp.add_no_overlap(intervals)

    def _setup_states(self) -> dict[str, dict[str, str]]:
        states: dict[str, dict[str, str]] = defaultdict(dict)
        for name, key in (("setup_states", "operation"), ("resource_states", "resource")):
            for row in self.tables[name].to_pylist() if name in self.tables else []:
                states[row[key]][row["attribute"]] = row["value"]
        return states

    def _circuit(self, machine: str, steps: list[Step], free: int) -> None:
        """The sequence on a machine with a matrix, and the changeover before each operation."""
        cp, arcs = self.cp, []
        matrix = self.resources[machine]["changeover_matrix"]
        empty = cp.new_bool_var("")
        arcs.append((0, 0, empty))
        for place, step in enumerate(steps, 1):
            on = step.modes[machine]
            arcs.append((place, place, on.negated()))
            cp.add_implication(on, empty.negated())
            change = self._change(step, machine)
            arcs.append((place, 0, cp.new_bool_var("")))
            for before, previous in [(0, None), *enumerate(steps, 1)]:
                if before == place:
                    continue
                arc = cp.new_bool_var("")
                arcs.append((before, place, arc))
                known = self.states[previous.name if previous else machine]
                span = self._changeover(matrix, known, self.states[step.name])
                cp.add(change == span).only_enforce_if(arc)
                begin = previous.end if previous else free
                cp.add(step.held_from >= begin).only_enforce_if(arc)
        cp.add_circuit(arcs)

    def _change(self, step: Step, machine: str) -> Any:
        """Duration of the changeover before an operation; its interval and setters on first use."""
        if step.name in self.changed:
            return self.changed[step.name][0]
        cp = self.cp
        span, on = cp.new_int_var(0, 7_200, ""), cp.new_bool_var("")
        begin, end = cp.new_int_var(0, self.far, ""), cp.new_int_var(0, self.far, "")
        spans = self._working(step.name, "changeover", machine)
        opened, _ = self._tied(begin, spans, f"{step.name} change", False)
        closed, _ = self._tied(end, spans, "", True)
        cp.add(span >= 1).only_enforce_if(on)
        cp.add(span == 0).only_enforce_if(on.negated())
        cp.add(closed == opened + span).only_enforce_if(on)
        cp.add(end <= step.start).only_enforce_if(on)
        held = cp.new_int_var(0, self.far, "")
        cp.add(held == begin).only_enforce_if(on)
        cp.add(held == step.start).only_enforce_if(on.negated())
        step.held_from = held
        size = cp.new_int_var(0, self.far, "")
        interval = cp.new_optional_interval_var(begin, size, end, on, "")
        for target, quantity in self.needs[step.name, "changeover"]:
            self.held[target].append((interval, quantity))
        self.changed[step.name] = (span, (on, begin, end))
        return span

    def _changeover(self, matrix: str, before: dict[str, str], after: dict[str, str]) -> int:
        """Seconds between two states, by the rules of the oracle's tables."""
        rules, combine = self._rules(matrix)
        key = (matrix, *sorted(before.items()), "/", *sorted(after.items()))
        if key not in self._known:
            spans = [0]
            for attribute, value in after.items():
                fitting = [
                    r for r in rules if r["attribute"] == attribute and _fits(r, before.get(attribute), value)
                ]
                best = max(fitting, key=_rank, default=None)
                spans.append(int(best["duration"].total_seconds()) if best else 0)
            self._known[key] = sum(spans) if combine == "sum" else max(spans)
        return self._known[key]

    def _rules(self, matrix: str) -> tuple[list[dict[str, Any]], str]:
        if not hasattr(self, "_rows"):
            self._known: dict[Any, int] = {}
            self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for row in self.tables["changeovers"].to_pylist():
                self._rows[row["matrix"]].append(row)
            self._combine = {row["matrix"]: row["combine"] for row in self.tables["matrices"].to_pylist()}
        return self._rows[matrix], self._combine[matrix]

    def _pools(self) -> None:
        """Crews, tools, members of groups, setters."""
        cp = self.cp
        for step in self.steps.values():
            if needs := self.needs[step.name, "run"]:
                size = cp.new_int_var(0, self.far, "")
                interval = cp.new_interval_var(step.start, size, step.end, "")
                for target, quantity in needs:
                    self.held[target].append((interval, quantity))
        for name, row in self.history.items():
            if row["status"] == "started" and self.past_end[name] > 0:
                interval = cp.new_fixed_size_interval_var(0, self.past_end[name], "")
                for target, quantity in self.needs[name, "run"]:
                    self.held[target].append((interval, quantity))
        for target, held in sorted(self.held.items()):
            members = self.members.get(target)
            most = len(members) if members else self.resources[target]["capacity"]
            if members is None:
                for start, end, level in self.levels.get(self.resources[target]["calendar"] or "", []):
                    if level < most:
                        held.append((cp.new_fixed_size_interval_var(start, end - start, ""), most - level))
            cp.add_cumulative([interval for interval, _ in held], [quantity for _, quantity in held], most)

    def _links(self) -> None:
        cp = self.cp
        table = self.tables["precedences"]
        lags = seconds(table["min_lag"])
        rides = {
            (row["from_location"], row["to_location"]): int(row["duration"].total_seconds())
            for row in (self.tables["transport"].to_pylist() if "transport" in self.tables else [])
        }
        for row, lag in zip(table.to_pylist(), lags, strict=True):
            after = self.steps.get(row["after"])
            if after is None:
                continue
            lag += rides.get((self._place(row["before"]), self._place(row["after"])), 0)
            before = self.steps.get(row["before"])
            end = before.end if before else self.past_end[row["before"]]
            if row["transfer"] == 1.0:
                cp.add(after.start >= end + lag)
                continue
            share = round(row["tail"] * 10**6)
            for machine, on in after.modes.items():
                duration = self.durations[after.name][machine]
                rest = duration - -(-share * duration // 10**6)
                cp.add(after.start >= end + lag - rest).only_enforce_if(on)
            cp.add(after.end >= end + lag)
            self._streamed(row, before, after, lag)

    def _streamed(self, row: dict[str, Any], before: Step | None, after: Step, lag: int) -> None:
        """The next operation starts when a share of the work is done."""
        cp, ppm = self.cp, round(row["transfer"] * 10**6)
        if before is None:
            # History: the whole of it counts, unless it runs; then it is as good as done at its end.
            cp.add(after.start >= self.past_end[row["before"]] + lag)
            return
        passed = cp.new_int_var(0, self.far, "")
        opened, _ = self._tied(passed, before.spans, f"{before.name} passed", True)
        for machine, on in before.modes.items():
            need = -(-ppm * self.durations[before.name][machine] // 10**6)
            cp.add(opened == before.open_start + need).only_enforce_if(on)
        cp.add(after.start >= passed + lag)

    def _place(self, operation: str) -> str | None:
        machine = next(iter(self.durations[operation]))
        return self.resources[machine]["location"]

    def _parts(self) -> None:
        if "materials" not in self.tables:
            return
        moves: dict[str, list[tuple[Any, int]]] = defaultdict(list)
        stock = self.tables["stock"]
        for item, time, quantity in zip(
            stock["item"].to_pylist(), seconds(stock["time"]), stock["quantity"].to_pylist(), strict=True
        ):
            moves[item].append((max(0, time - self.now), quantity))
        for row in self.tables["materials"].to_pylist():
            if row["operation"] in self.steps:
                moves[row["item"]].append((self.steps[row["operation"]].start, row["quantity"]))
        for _, rows in sorted(moves.items()):
            times, changes = [time for time, _ in rows], [quantity for _, quantity in rows]
            self.cp.add_reservoir_constraint(times, changes, 0, 10**9)

    def _objective(self) -> None:
        orders = self.tables["orders"]
        due = dict(zip(orders["order"].to_pylist(), seconds(orders["due"]), strict=True))
        weight = dict(zip(orders["order"].to_pylist(), orders["weight"].to_pylist(), strict=True))
        late: dict[str, Any] = {}
        for name, step in self.steps.items():
            order = self.order_of[name]
            if order not in late:
                late[order] = self.cp.new_int_var(0, self.far, f"{order} late")
            self.cp.add(late[order] >= step.end - (due[order] - self.now))
        self.cp.minimize(sum(weight[order] * value for order, value in late.items()))

    def schedule(self, value: Any) -> pa.Table:
        """The table ``schedule`` of a solution."""
        rows = []
        for name, step in self.steps.items():
            machine = next(machine for machine, on in step.modes.items() if value(on))
            change = self.changed.get(name)
            on = change is not None and value(change[1][0])
            begin, end = (value(change[1][1]), value(change[1][2])) if on else (None, None)
            rows.append((name, machine, value(step.start), value(step.end), begin, end))
        for name, row in self.history.items():
            if row["status"] == "started":
                rows.append((name, row["resource"], row["start"], self.past_end[name], None, None))
        return self._rows_to_table(rows)

    def _rows_to_table(self, rows: list[tuple[Any, ...]]) -> pa.Table:
        time = pa.timestamp("s", "UTC")

        def times(place: int) -> pa.Array:
            shown = [
                None
                if row[place] is None
                else row[place] + self.now
                if isinstance(row[place], int)
                else row[place]
                for row in rows
            ]
            return pa.array(shown, time)

        return pa.table(
            {
                "operation": [row[0] for row in rows],
                "resource": [row[1] for row in rows],
                "start": times(2),
                "end": times(3),
                "changeover_start": times(4),
                "changeover_end": times(5),
            }
        )


def _fits(rule: dict[str, Any], before: str | None, after: str) -> bool:
    if rule["from_value"] == "unset" or before is None:
        return before is None and rule["from_value"] == "unset"
    if rule["to_value"] is not None and rule["to_value"] != after:
        return False
    if before == after:
        return False
    numbers = (int(before), int(after)) if before.isdigit() and after.isdigit() else (0, 0)
    wanted = {"rises": numbers[0] < numbers[1], "falls": numbers[0] > numbers[1]}
    return wanted.get(rule["compare"] or "", True)


def _rank(rule: dict[str, Any]) -> tuple[int, int]:
    return rule["priority"], int(rule["to_value"] is not None)
