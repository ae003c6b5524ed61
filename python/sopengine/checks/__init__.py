"""Consistency checks between plan and schedule: one check, one function, one code.

`run_checks` takes a `CheckContext` and returns findings, the most important first; `CATALOGUE` lists the
codes. Checks read plain figures and nothing else, so each can be tested with a handful of numbers.
"""

from sopengine.checks import assumptions, capacity, demand, inventory, schedule
from sopengine.checks.catalogue import CATALOGUE, Check, run_checks
from sopengine.checks.context import Assumption, CheckContext, DemandLine, Shortage, SplitGap, StockWeek
from sopengine.checks.finding import CheckFinding, check_table, ranked

__all__ = [
    "CATALOGUE",
    "Assumption",
    "Check",
    "CheckContext",
    "CheckFinding",
    "DemandLine",
    "Shortage",
    "SplitGap",
    "StockWeek",
    "assumptions",
    "capacity",
    "check_table",
    "demand",
    "inventory",
    "ranked",
    "run_checks",
    "schedule",
]
