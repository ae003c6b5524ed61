"""A schedule for a problem, and the judgment of any schedule.

`solve` finds one, `evaluate` takes one from elsewhere, perhaps invalid, and gives the same tables plus what
is wrong with it, `verify` gives what is wrong alone. The search releases the interpreter; progress and
Ctrl-C are served by the calling thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sopengine import _engine
from sopengine.errors import SopDataError
from sopengine.options import Objective, SolveOptions, objective_levels
from sopengine.tables import (
    ArrowStream,
    ResultTables,
    ResultTerms,
    TableLike,
    prepare,
    result_table,
    schedule_tables,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from sopengine.problem import Problem
    from sopengine.result import Result

Cancel = _engine.Cancel


@dataclass(frozen=True, slots=True)
class Progress:
    """A better schedule on the way."""

    elapsed_s: float
    """Seconds since the start."""
    work: int
    """Operations touched since the start."""
    objective: dict[str, int]
    """Every term by name."""
    levels: list[int]
    """Value of each objective level."""
    bound: list[int | None]
    """Proven bound of each level, None where none is known."""
    schedule: pa.Table | None = None
    """The schedule, where `progress_schedule` asks for it."""


def solve(
    problem: Problem,
    *,
    time_limit: float | None = None,
    work_limit: int | None = None,
    threads: int | None = None,
    workers: int = 4,
    seed: int = 0,
    objective: Objective | None = None,
    partial: bool = True,
    baseline: Result | TableLike | None = None,
    start: Result | TableLike | None = None,
    cancel: Cancel | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    progress_schedule: bool = False,
) -> Result:
    """Find a good schedule.

    Parameters
    ----------
    problem
        What to schedule.
    time_limit
        Seconds; 0 is the first schedule and no more. By default 10, or none where `work_limit` is given.
    work_limit
        Limit of work in operations touched. The same limit and seed give the same bytes on every machine
        and any number of threads.
    threads
        Threads; by default as many as there are processors. They never change the result of a run that is
        limited by work.
    workers
        Logical workers of the search; they do change the result.
    seed
        Seed of every random choice.
    objective
        `on_time` (default where there are due times), `throughput`, `stable`, `changeovers`, or levels such
        as ``[{"tardiness": 1}, {"changeover_time": 1, "makespan": 1}]``.
    partial
        Whether orders that cannot be placed may be left out, as few as possible.
    baseline
        A result, or a table `schedule`, to stay close to: the plan so far of what is not in the table
        `baseline` of the problem, counted in `stability`. The result's problem then has it.
    start
        A result, or a table `schedule`, to begin from.
    cancel
        A flag that ends the solve from another thread; the best schedule so far is the answer.
    on_progress
        Called on this thread with a `Progress`; what a slow one misses is dropped.
    progress_schedule
        Whether progress carries the schedule.

    Raises
    ------
    SopDataError
        Where an option is out of range, or `start` is no schedule.
    KeyboardInterrupt
        Where Ctrl-C comes before there is any schedule; later it ends the solve and keeps the best.
    """
    options = SolveOptions(
        time_limit, work_limit, threads, workers, seed, objective, partial, progress_schedule
    )
    if baseline is not None:
        problem = problem.with_baseline(baseline)
    schedule, assignments = _given(problem, start) if start is not None else (None, None)

    def tell(report: dict[str, Any]) -> None:
        if on_progress is not None:
            table = report.pop("schedule", None)
            on_progress(Progress(**report, schedule=None if table is None else result_table(table)))

    answer = _engine.solve(
        problem.engine,
        objective=objective_levels(objective),
        time_limit=options.seconds,
        work_limit=work_limit,
        threads=options.processors,
        workers=workers,
        seed=seed,
        partial=partial,
        start=schedule,
        start_assignments=assignments,
        cancel=cancel,
        on_progress=None if on_progress is None else tell,
        progress_schedule=progress_schedule,
    )
    return _result(answer, problem)


def evaluate(
    problem: Problem,
    schedule: Result | TableLike,
    assignments: TableLike | None = None,
    *,
    objective: Objective | None = None,
    partial: bool = True,
) -> Result:
    """Judge a schedule from elsewhere, perhaps invalid.

    Parameters
    ----------
    problem
        What it should schedule.
    schedule
        A table with at least `operation`, `start` and `end`; `mode` or `resource` where an operation has
        several; changeovers are those that it says.
    assignments
        Who holds what; without it, members of groups are chosen in order of time.
    objective
        As in `solve`.
    partial
        Whether orders may be left out.

    Returns
    -------
    Result
        The same tables as `solve` gives; `violations` says which rules are broken, `findings` what the
        tables say that no schedule can express.
    """
    table, held = _crossing(problem, schedule, assignments)
    answer = _engine.evaluate(
        problem.engine, table, held, objective=objective_levels(objective), partial=partial
    )
    return _result(answer, problem)


def verify(
    problem: Problem,
    schedule: Result | TableLike,
    assignments: TableLike | None = None,
    *,
    partial: bool = True,
) -> pa.Table:
    """Violations that the independent verifier finds; an empty table for a valid schedule."""
    return evaluate(problem, schedule, assignments, partial=partial).violations


def simulate_live(problem: Problem, live: Result, objective: Objective | None) -> dict[str, Any]:
    """The engine's answer to what happens to a live schedule if nobody reacts."""
    table, held = _given(problem, live)
    return _engine.simulate(problem.engine, table, held, objective=objective_levels(objective))


def repair_live(
    problem: Problem,
    live: Result,
    objective: Objective | None,
    frozen: list[str],
    time_limit: float,
    seed: int,
) -> dict[str, Any]:
    """The engine's answer with what a change touches placed anew."""
    SolveOptions(time_limit=time_limit, seed=seed)
    table, held = _given(problem, live)
    return _engine.repair(
        problem.engine,
        table,
        held,
        objective=objective_levels(objective),
        frozen=frozen,
        time_limit=time_limit,
        seed=seed,
    )


def judge_live(problem: Problem, live: Result, objective: Objective | None) -> dict[str, Any]:
    """The engine's judgment of a live schedule as one of this problem."""
    table, held = _given(problem, live)
    return _engine.judge(problem.engine, table, held, objective=objective_levels(objective))


def _given(problem: Problem, schedule: Result | TableLike) -> tuple[Any, ArrowStream | None]:
    """A schedule as the engine has it already, or its tables."""
    tables = getattr(schedule, "tables", None)
    if isinstance(tables, ResultTables):
        return tables.outcome, None
    return _crossing(problem, schedule, None)


def _crossing(
    problem: Problem, schedule: Result | TableLike, assignments: TableLike | None
) -> tuple[ArrowStream, ArrowStream | None]:
    """Make the tables of a foreign schedule that cross to the engine."""
    given = schedule_tables(schedule, assignments)
    tables, issues = prepare(given, "evaluate", problem.timezone)
    if issues:
        raise SopDataError(issues)
    return tables["schedule"], tables.get("assignments")


def _result(answer: dict[str, Any], problem: Problem) -> Result:
    from sopengine.result import Result, Termination

    terms = answer["objective"]
    return Result(
        tables=ResultTables(answer["tables"]),
        objective=ResultTerms(answer["tables"]) if terms is None else terms,
        levels=answer["levels"],
        bound=answer["bound"],
        termination=Termination(answer["reason"], answer["limit"], answer["detail"]),
        stats=answer["stats"],
        problem=problem,
    )
