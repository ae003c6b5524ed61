"""A second, independent checker of schedules, written from the specification alone.

It shares no code and no idea with the engine's own verifier: plain Python, brute definitions, arithmetic on
spans of time. One module holds one rule or group of rules, in the order of the specification, so that the
two can be read side by side.

- ``rows``, ``model``: sections 1 and 2, tables as objects
- ``calendar``: capacity and open time
- ``answer``: the schedule and its assignments joined with the plant
- ``work`` (1), ``unary`` and ``takings`` (2, 4), ``changeover`` (3), ``cumulative`` (4), ``precedence`` (5),
  ``windows`` (6), ``material`` (7), ``history`` and ``pins`` (8), ``partial`` (9)
- ``terms``: section 4, the objective
- ``breaks``: ways to break a valid schedule by one tick or one unit
"""

from __future__ import annotations

from typing import Any

from .answer import read_answer
from .changeover import check_changeover
from .cumulative import check_cumulative
from .history import check_history
from .material import check_material
from .model import read_plant
from .partial import check_partial
from .precedence import check_precedence
from .report import Report, Violation
from .takings import check_takings
from .terms import Options, terms
from .unary import check_unary
from .windows import check_windows
from .work import check_work

__all__ = ["Options", "Report", "Violation", "check"]


def check(
    tables: dict[str, Any],
    schedule: Any,
    assignments: Any = None,
    *,
    partial: bool = True,
    options: Options | None = None,
) -> Report:
    """Check a schedule against every rule and compute every term of the objective.

    ``tables``, ``schedule`` and ``assignments`` are Arrow tables or lists of dictionaries, all integer or
    all temporal. The tables are taken to be valid. Without ``assignments`` nobody is a member of anything.
    """
    report = Report()
    plant = read_plant(tables)
    answer = read_answer(plant, schedule, assignments, report)
    check_work(plant, answer, report)
    check_unary(plant, answer, report)
    check_takings(plant, answer, report)
    check_changeover(plant, answer, report)
    check_cumulative(plant, answer, report)
    check_precedence(plant, answer, report)
    check_windows(plant, answer, report)
    check_material(plant, answer, report)
    check_history(plant, answer, report)
    check_partial(plant, answer, partial, report)
    report.terms = terms(plant, answer, options)
    return report
