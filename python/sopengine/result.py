"""What a solve or an evaluation answers: tables, figures, and why the search stopped.

Idea: a result is plain data. It keeps the problem that it answers, so that it can check itself with the
independent verifier (`verify`) and draw itself (`_repr_html_`) without being told anything again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sopengine.problem import Problem


@dataclass(frozen=True, slots=True)
class Termination:
    """Why there is this result and no better one: three facts, never one word for all."""

    reason: str
    """What is known: `optimal`, `feasible`, `infeasible` or `unknown`."""
    limit: str = "none"
    """What ended the search: `none`, `time`, `work`, `gap` or `cancelled`."""
    detail: str = ""
    """One sentence for people."""

    def __str__(self) -> str:
        text = self.reason if self.limit == "none" else f"{self.reason} ({self.limit} limit)"
        return f"{text}: {self.detail}" if self.detail else text


@dataclass(frozen=True, repr=False, eq=False)
class Result:
    """A schedule with everything that is known about it.

    Attributes
    ----------
    tables
        Output tables by name, each made when it is first read; each is also an attribute: `schedule`,
        `assignments`, `dispatch`, `order_results`, `kpis`, `reasons`, `findings`, `violations`.
    objective
        Every term by name, optimized or not, as the verifier has it. Where a solve of more than 5,000
        operations was cancelled or ended by its time limit, the verifier judges its schedule when the first
        term or table is read, so that the answer does not wait for it.
    levels
        Value of each objective level, the most important first.
    bound
        Proven bound of each level, None where none is known.
    termination
        Reason, limit, detail.
    stats
        `wall_s`, `first_schedule_s`, `work`, `threads`, `seed`.
    problem
        The problem that is answered; None where the result came from elsewhere.
    """

    tables: Mapping[str, pa.Table]
    objective: Mapping[str, int]
    levels: list[int]
    bound: list[int | None]
    termination: Termination
    stats: dict[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def schedule(self) -> pa.Table:
        """One row an operation: mode, resource, changeover, start, end, status, slack."""
        return self._table("schedule")

    @property
    def assignments(self) -> pa.Table:
        """One row a holding: which resource, from when until when, how much of it."""
        return self._table("assignments")

    @property
    def dispatch(self) -> pa.Table:
        """What the floor runs from: the sequence on every resource."""
        return self._table("dispatch")

    @property
    def order_results(self) -> pa.Table:
        """Start, end, due and lateness of every order."""
        return self._table("order_results")

    @property
    def kpis(self) -> pa.Table:
        """Figures as numerator and denominator, per dimension and bucket."""
        return self._table("kpis")

    @property
    def reasons(self) -> pa.Table:
        """Why orders are late or left out, the largest delay first.

        Of more than 10,000 late orders those that lateness costs the most (weight x tardiness) are explained
        in full, each of the others in one row. `gain` is by how much the order would end earlier without
        the cause, all else standing where it is; null for history, for what is left out, and beyond the
        1,000 most expensive late orders.
        """
        return self._table("reasons")

    @property
    def findings(self) -> pa.Table:
        """What was noticed about the input on the way."""
        return self._table("findings")

    @property
    def violations(self) -> pa.Table:
        """Rules that an evaluated schedule breaks; empty for a solved one."""
        return self._table("violations")

    def _table(self, name: str) -> pa.Table:
        return self.tables[name] if name in self.tables else pa.table({})

    @property
    def has_schedule(self) -> bool:
        """Whether there is a schedule at all, possibly with orders left out."""
        return self.termination.reason in ("optimal", "feasible") and self.schedule.num_rows > 0

    def verify(self) -> pa.Table:
        """Violations found by the independent verifier; an empty table for a valid schedule.

        Raises
        ------
        ValueError
            Where the result carries no problem to check against.
        """
        if self.problem is None:
            raise ValueError("this result carries no problem to verify against")
        from sopengine.solve import verify

        violations: pa.Table = verify(self.problem, self)
        return violations

    def to_json(self) -> dict[str, Any]:
        """Figures of the result as one plain dict; the schedule is verified for it.

        `verified` is None where there is nothing to verify.
        """
        checkable = self.problem is not None and self.has_schedule
        return {
            "reason": self.termination.reason,
            "limit": self.termination.limit,
            "detail": self.termination.detail,
            **self.objective,
            "makespan": self.objective.get("makespan"),
            "levels": list(self.levels),
            "bound": list(self.bound),
            "verified": self.verify().num_rows == 0 if checkable else None,
            "operations": self.schedule.num_rows,
            "first_schedule_s": self.stats.get("first_schedule_s"),
            "wall_s": self.stats.get("wall_s"),
            "work": self.stats.get("work"),
            "threads": self.stats.get("threads"),
            "seed": self.stats.get("seed"),
        }

    def __repr__(self) -> str:
        levels = ", ".join(
            f"{value}" if bound is None else f"{value} (bound {bound})"
            for value, bound in zip(self.levels, [*self.bound, *[None] * len(self.levels)], strict=False)
        )
        late = self.objective.get("late_orders")
        parts = [str(self.termination.reason), f"{self.schedule.num_rows} operations", f"levels [{levels}]"]
        if "makespan" in self.objective:
            parts.append(f"makespan {self.objective['makespan']}")
        if late is not None:
            parts.append(f"late orders {late}")
        if self.termination.limit != "none":
            parts.append(f"stopped by {self.termination.limit}")
        return f"<Result {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        from sopengine.report.html import fragment

        return fragment({} if self.problem is None else self.problem.tables, self)
