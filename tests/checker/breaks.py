"""Ways to break a valid schedule, each by one tick or one unit, and the rule that each breaks.

``BREAKS[name]`` is a ``Break``: called on a valid problem, schedule and assignments (Arrow tables or rows)
it gives broken copies, as plain integer rows, or ``None`` where the plant has nothing of its kind. Every
verifier must then report at least one violation of ``BREAKS[name].rule``. Where lowering a limit isolates
the rule better than moving work, the plant is changed and not the schedule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import break_changeover, break_history, break_links, break_time
from .break_case import Break, Broken

if TYPE_CHECKING:
    from random import Random

BREAKS: dict[str, Break] = {
    **break_time.BREAKS,
    **break_changeover.BREAKS,
    **break_links.BREAKS,
    **break_history.BREAKS,
}

__all__ = ["BREAKS", "Break", "apply_break"]


def apply_break(name: str, tables: Any, schedule: Any, assignments: Any, rng: Random) -> Broken | None:
    """Break a valid schedule in the named way: (tables, schedule, assignments), or ``None``."""
    return BREAKS[name](tables, schedule, assignments, rng)
