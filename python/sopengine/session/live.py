"""The session: a problem, its live schedule, and what a change does to them.

Idea: the live schedule is the baseline of the session's problem, so stability has its price in every
answer. A change makes the next problem; answers refer to it and to the schedule before. Only `accept`
makes an answer live; a `fork` shares everything and goes its own way.

Frozen zone: operations whose published start lies before `frozen_until` keep mode, members and the start
that the change itself forces on them (none, mostly).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.changes import Change, Changes, cancel_order, flatten
from sopengine.options import SolveOptions
from sopengine.problem import Problem
from sopengine.result import Result, Termination
from sopengine.session.apply import changed_tables, next_problem
from sopengine.session.calendars import now as now_of
from sopengine.session.frozen import FrozenUntil, frozen_operations, pinned
from sopengine.session.promise import Alternative, Promise, Quote, alternatives, promise
from sopengine.session.publish import holders, instants, published
from sopengine.session.sheet import Sheet
from sopengine.solve import Progress, evaluate, judge_live, repair_live, simulate_live, solve
from sopengine.tables import ResultTables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sopengine.options import Objective
    from sopengine.session.diff import Diff
    from sopengine.tables import TableLike

REPAIR_TIME = 0.2
"""Seconds of a repair."""

RESCHEDULE_TIME = 2.0
"""Seconds of a reschedule, its repair included."""

REPAIR_SHARE = 0.1
"""Part of the time of a reschedule that its repair may take, 0.2 s at most."""

ROUND_ABOUT = 0.2
"""Part of the time of a repair that judging its answer may take."""


class LiveTables(ResultTables):
    """Tables of a live schedule; its reasons are those told when it was found."""

    __slots__ = ("_told",)

    def __init__(self, outcome: Any, told: Mapping[str, pa.Table]) -> None:
        super().__init__(outcome)
        self._told: Mapping[str, pa.Table] = told.told if isinstance(told, LiveTables) else told

    @property
    def told(self) -> Mapping[str, pa.Table]:
        """The tables that have the reasons."""
        return self._told

    def __getitem__(self, name: str) -> pa.Table:
        return self._told[name] if name == "reasons" and name in self._told else super().__getitem__(name)


@dataclass(frozen=True, repr=False, eq=False)
class Response(Result):
    """A result that answers changes of a live schedule."""

    before: Result | None = None
    """The live schedule that it answers for."""
    changes: tuple[Change, ...] = ()
    """What has happened."""
    displaced: tuple[str, ...] = ()
    """Simulation: operations that could not keep their mode or members."""
    damaged: tuple[str, ...] = ()
    """Repair: operations that the change touches."""
    frozen: tuple[str, ...] = ()
    """Operations of the frozen zone."""
    objective_asked: Objective | None = field(default=None)
    """What the levels measure."""

    def diff(self) -> Diff:
        """What has moved against the schedule before, and why."""
        from sopengine.session.diff import diff

        if self.before is None:
            raise ValueError("this response has no schedule before it")
        return diff(self.before, self, changes=self.changes, frozen=self.frozen)


class Session:
    """A problem and the schedule that people follow.

    Use `sopengine.open`.
    """

    def __init__(
        self, problem: Problem, live: Result, objective: Objective | None, frozen_until: FrozenUntil
    ) -> None:
        self._problem = problem
        self._live = live
        self._objective = objective
        self.frozen_until = frozen_until
        self._quotes: dict[str, Quote] = {}

    @property
    def problem(self) -> Problem:
        """The problem, with the live schedule as its baseline."""
        return self._problem

    @property
    def schedule(self) -> Result:
        """The live schedule, judged."""
        return self._live

    @property
    def objective(self) -> Objective:
        """What repairs and reschedules strive for."""
        if self._objective is not None:
            return self._objective
        orders = self._problem.tables.get("orders")
        if orders is not None and "due" in orders.column_names and orders["due"].null_count < len(orders):
            return "stable"
        return [{"makespan": 1}, {"stability": 1}]

    def simulate(self, changes: Changes = ()) -> Response:
        """What happens if nobody reacts: the live schedule, pushed on by the changes.

        Sequences, modes and members stay, nothing starts before its published start, new orders go into
        the gaps that remain. What cannot keep its mode or members is told in `displaced`.
        """
        told, changed = self._changed(changes)
        answer = simulate_live(changed, self._live, self.objective)
        return self._response(changed, answer, told, displaced=tuple(answer["displaced"]))

    def repair(self, changes: Changes = (), *, time_limit: float | None = None, seed: int = 0) -> Response:
        """A sound answer at once: what the changes touch is placed anew, all else stands.

        `time_limit`, 0.2 seconds by default, is for the whole call; the problem is made and one answer found
        whatever it says.
        """
        SolveOptions(time_limit, seed=seed)
        begun = monotonic()
        told, changed = self._changed(changes)
        rest = (1 - ROUND_ABOUT) * (REPAIR_TIME if time_limit is None else time_limit) - (monotonic() - begun)
        return self._repair(changed, told, max(0.0, rest), seed)

    def _repair(self, changed: Problem, told: tuple[Change, ...], time_limit: float, seed: int) -> Response:
        frozen = self._frozen()
        answer = repair_live(changed, self._live, self.objective, frozen, time_limit, seed)
        damaged = tuple(answer["damaged"])
        return self._response(changed, answer, told, damaged=damaged, frozen=tuple(frozen))

    def reschedule(
        self,
        changes: Changes = (),
        *,
        time_limit: float | None = None,
        work_limit: int | None = None,
        threads: int | None = None,
        seed: int = 0,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> Response:
        """A good answer in seconds, from the repaired schedule, with moves at their price.

        Started work, pins and the frozen zone stand. `time_limit` is 2 seconds by default. With `work_limit`
        the time counts for nothing: the same limit and seed give the same answer everywhere.

        Raises
        ------
        SopDataError
            Where an option is out of range, or a change does not fit.
        """
        SolveOptions(time_limit, work_limit, threads, seed=seed)
        seconds = RESCHEDULE_TIME if time_limit is None else time_limit
        begun = monotonic()
        told, changed = self._changed(changes)
        share = 0.0 if work_limit is not None else min(REPAIR_TIME, REPAIR_SHARE * seconds)
        repaired = self._repair(changed, told, share, seed)
        if not is_sound(repaired):
            return repaired
        held = pinned(changed, repaired, repaired.frozen) if repaired.frozen else changed
        rest = max(0.0, seconds - (monotonic() - begun))
        found = solve(
            held,
            start=repaired,
            time_limit=rest if work_limit is None else None,
            work_limit=work_limit,
            threads=threads,
            seed=seed,
            objective=self.objective,
            on_progress=on_progress,
        )
        tables, objective, levels, bound = found.tables, found.objective, found.levels, found.bound
        if held is not changed:
            judged = judge_live(changed, found, self.objective)
            tables = LiveTables(judged["tables"], found.tables)
            objective, levels, bound = judged["objective"], judged["levels"], judged["bound"]
        return Response(
            tables=tables,
            objective=objective,
            levels=levels,
            bound=bound,
            termination=found.termination,
            stats=found.stats,
            problem=changed,
            before=self._live,
            changes=told,
            damaged=repaired.damaged,
            frozen=repaired.frozen,
            objective_asked=self.objective,
        )

    def evaluate(self, schedule: Result | TableLike, assignments: TableLike | None = None) -> Result:
        """Judge any schedule of the session's problem, perhaps invalid."""
        return evaluate(self._problem, schedule, assignments, objective=self.objective)

    def explain(self, order: Any) -> pa.Table:
        """Why an order of the live schedule is late or left out: its rows of `reasons`."""
        rows = self._live.reasons
        return rows.filter(pc.equal(rows["order"].cast(pa.string()), str(order))) if len(rows) else rows

    def accept(self, response: Result) -> None:
        """Make a response live: it is the baseline from now on.

        Raises
        ------
        ValueError
            Where the result has no valid schedule, or answers another session.
        """
        before = getattr(response, "before", None)
        if before is not None and before is not self._live:
            raise ValueError("this response answers another live schedule")
        if response.problem is None or not is_sound(response):
            raise ValueError("only a valid schedule can be made live")
        tables = published(response.problem.tables, response)
        self._problem = Problem(scale=response.problem.scale, **tables)
        self._live = _judged(self._problem, response, self.objective)
        there = {str(order) for order in tables["orders"]["order"].to_pylist()} if self._quotes else set()
        self._quotes = {order: quote for order, quote in self._quotes.items() if order in there}

    def fork(self) -> Session:
        """Another session from here; neither sees what the other accepts."""
        other = Session(self._problem, self._live, self._objective, self.frozen_until)
        other._quotes = dict(self._quotes)
        return other

    def diff(self, response: Result) -> Diff:
        """What a response moves against the live schedule."""
        from sopengine.session.diff import diff

        changes = getattr(response, "changes", ())
        return diff(self._live, response, changes=changes, frozen=getattr(response, "frozen", ()))

    def promise(self, order: Any, operations: Any, *, expires: Any = None, **cells: Any) -> Promise:
        """The earliest date for a new order without moving any other.

        The arguments are those of `changes.rush_order`. An inquiry leaves no trace; with `expires` it is
        a quote, whose place stays reserved until `now` of the problem has reached that time, or until
        `confirm` or `withdraw`.
        """
        return promise(self, order, operations, expires, cells)

    def alternatives(self, order: Any, operations: Any, *, due: Any, **cells: Any) -> tuple[Alternative, ...]:
        """What else can be had, where an order comes too late: later, in part by `due`, or at whose cost.

        The arguments are those of `promise`; with a `quantity` the order may be split. No answer leaves a
        trace; `accept` of its response takes it.
        """
        return alternatives(self, order, operations, due, cells)

    def hold(self, order: Any, response: Result, expires: Any) -> None:
        """Make the answer to an inquiry live as a quote until `expires`."""
        self.accept(response)
        self._quotes[str(order)] = Quote(order, expires)

    def confirm(self, order: Any) -> None:
        """Turn a quote into an order that stays."""
        del self._quotes[str(order)]

    def withdraw(self, order: Any) -> None:
        """Give back what a quote reserves."""
        quote = self._quotes.pop(str(order))
        self.accept(self.simulate(cancel_order(quote.order)))

    @property
    def quotes(self) -> Mapping[str, Quote]:
        """Quotes that stand, by order."""
        return dict(self._quotes)

    def _changed(self, changes: Changes) -> tuple[tuple[Change, ...], Problem]:
        """All changes, those that follow from expired quotes included, and the next problem."""
        told = flatten(changes)
        more = holders(self._problem.tables, self._live, told)
        tables = changed_tables(self._problem.tables, [*told, *more])
        lapsed = [change for order in self._lapsed(tables) for change in cancel_order(order)]
        if lapsed:
            tables = changed_tables(tables, lapsed)
        return (*told, *lapsed), next_problem(self._problem, tables)

    def _lapsed(self, tables: Mapping[str, pa.Table]) -> list[Any]:
        """Quoted orders whose time is up at `now` of these tables."""
        if not self._quotes:
            return []
        sheet = Sheet(tables)
        clock = now_of(sheet)
        return [
            quote.order
            for quote in self._quotes.values()
            if int(sheet.scalar("calendars", "start", quote.expires).cast(pa.int64()).as_py()) <= clock
        ]

    def _frozen(self) -> list[str]:
        return frozen_operations(self._problem, self._live, self.frozen_until)

    def _response(
        self, problem: Problem, answer: dict[str, Any], told: tuple[Change, ...], **more: Any
    ) -> Response:
        return Response(
            tables=ResultTables(answer["tables"]),
            objective=answer["objective"],
            levels=answer["levels"],
            bound=answer["bound"],
            termination=Termination(answer["reason"], answer["limit"], answer["detail"]),
            stats=answer["stats"] | {name: answer[name] for name in ("tries", "moved") if name in answer},
            problem=problem,
            before=self._live,
            changes=told,
            objective_asked=self.objective,
            **more,
        )


def open(
    problem: Problem,
    schedule: Result | TableLike | None = None,
    *,
    objective: Objective | None = None,
    frozen_until: FrozenUntil = None,
    time_limit: float = 10.0,
) -> Session:
    """Open a session on a problem and the schedule that people follow.

    Parameters
    ----------
    problem
        What is scheduled.
    schedule
        A result or a table `schedule`; without it the problem is solved first.
    objective
        What repairs and reschedules strive for: by default `stable`, tardiness and moves on one level.
    frozen_until
        Operations with a published start before it do not move: one time, or times by resource or
        location.
    time_limit
        Seconds for the first schedule, where none is given.

    Raises
    ------
    ValueError
        Where the schedule breaks a rule; `sopengine.evaluate` tells which.
    """
    whole = Problem(scale=problem.scale, **instants(problem.tables, problem.timezone))
    found = solve(whole, time_limit=time_limit) if schedule is None else evaluate(whole, schedule)
    if not found.has_schedule or found.violations.num_rows:
        raise ValueError(f"no valid schedule to open a session with: {found.termination}")
    live = Problem(scale=whole.scale, **published(whole.tables, found))
    chosen = Session(live, found, objective, frozen_until).objective
    return Session(live, _judged(live, found, chosen), objective, frozen_until)


def is_sound(result: Result) -> bool:
    """Whether there is a schedule and it obeys all rules; no table is written to tell."""
    if isinstance(result.tables, ResultTables):
        return result.termination.reason in ("optimal", "feasible") and result.tables.outcome.broken == 0
    return result.has_schedule and result.violations.num_rows == 0


def _judged(problem: Problem, schedule: Result, objective: Objective) -> Result:
    answer = judge_live(problem, schedule, objective)
    return Result(
        tables=LiveTables(answer["tables"], schedule.tables),
        objective=answer["objective"],
        levels=answer["levels"],
        bound=answer["bound"],
        termination=Termination(answer["reason"], answer["limit"], answer["detail"]),
        problem=problem,
    )
