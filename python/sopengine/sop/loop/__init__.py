"""The whole loop: plan, work orders, schedule, and back up to the plan.

`run_plan` is the one call; `prepare` and `conclude` are its two halves, for those who schedule elsewhere.
"""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sopengine.errors import Finding, SopDataError
from sopengine.sop.loop.assumptions import Assumptions, assumptions_of
from sopengine.sop.loop.down import Draft, prepare
from sopengine.sop.loop.result import PlanResult
from sopengine.sop.loop.up import conclude
from sopengine.sop.plan import TABLES, Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sopengine.plant import Plant
    from sopengine.plant.compile import Moment

__all__ = [
    "Assumptions",
    "Draft",
    "PlanResult",
    "assumptions_of",
    "conclude",
    "plan_files",
    "prepare",
    "run_plan",
]


def run_plan(
    plant: Plant | str | PathLike[str],
    *,
    plan: Mapping[str, Any] | Plan | Any | None = None,
    now: Moment | None = None,
    weeks: int | None = None,
    assumptions: Assumptions | None = None,
    time_limit: float | None = 10,
    work_limit: int | None = None,
    seed: int = 0,
    on_progress: Callable[[Any], object] | None = None,
    **solve_options: Any,
) -> PlanResult:
    """Take a plan down to a schedule and back up.

    Parameters
    ----------
    plant
        A Plant, or the folder of its tables; the plan is then read from its files ``plan`` and
        ``plan_weeks`` as well.
    plan
        One table, tables by name, as in `sopengine.sop.plan`, or the folder of their files. Without any the
        order book is the plan.
    now
        When to plan; by default when the plant's data was taken (``settings.extracted_at``).
    weeks
        How many weeks to schedule in detail; by default as far as the plan speaks in weeks, else six.
    assumptions
        `assumptions_of` the plant when the plan was made; what has changed since becomes a finding.
    time_limit, work_limit, seed, on_progress, solve_options
        As for `sopengine.solve`.

    Raises
    ------
    SopDataError
        Where the plan or the plant cannot be read.
    """
    if isinstance(plant, str | PathLike):
        folder = Path(fspath(plant))
        plan = plan_files(folder) if plan is None else plan
        plant = _read_plant(folder)
    if isinstance(plan, str | PathLike):
        plan = plan_files(Path(fspath(plan)))
    if plan is not None and hasattr(plan, "__arrow_c_stream__"):
        plan = {"plan": plan}
    draft = prepare(plant, plan, _now(plant) if now is None else now, weeks, assumptions)
    from sopengine.solve import solve

    result = solve(
        draft.compiled.problem,
        time_limit=time_limit,
        work_limit=work_limit,
        seed=seed,
        on_progress=on_progress,
        **solve_options,
    )
    return conclude(
        draft,
        result.schedule if result.has_schedule else None,
        assignments=result.assignments,
        order_results=result.order_results if result.order_results.num_rows else None,
        reasons=result.reasons,
        result=result,
    )


def _read_plant(folder: Path) -> Plant:
    from sopengine.io import read
    from sopengine.plant import Plant

    plant = read(folder)
    if not isinstance(plant, Plant):
        hint = "A plan needs work orders, routings and demands."
        raise SopDataError([Finding("NOT_A_PLANT", found=str(folder), hint=hint)])
    return plant


def plan_files(folder: Path, **options: Any) -> dict[str, Any]:
    """Return the plan's tables in a folder; formats and options as for the plant's own tables.

    A path that is no folder has none: the order book is the plan then.
    """
    from sopengine.io import ReadOptions
    from sopengine.io.folder import ARROW, TEXT, read_table

    chosen = ReadOptions.from_keywords(options)
    findings: list[Finding] = []
    tables: dict[str, Any] = {}
    for entry in sorted(folder.iterdir()) if folder.is_dir() else []:
        if entry.stem in TABLES and entry.suffix.lower() in TEXT | ARROW and entry.stem not in tables:
            table = read_table(entry, entry.stem, chosen, findings)
            if table is not None:
                tables[entry.stem] = table
    if any(finding.severity == "error" for finding in findings):
        raise SopDataError(findings)
    return tables


def _now(plant: Plant) -> int:
    taken = plant.tables["settings"]["extracted_at"][0]
    if not taken.is_valid:
        hint = "Pass now=, or fill settings.extracted_at."
        raise SopDataError([Finding("MISSING_NOW", "error", "settings", column="extracted_at", hint=hint)])
    return int(taken.value)
