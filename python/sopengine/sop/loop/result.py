"""What a run of the loop answers: one object, its tables, one page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from sopengine.checks import CheckContext, CheckFinding
    from sopengine.plant import Compiled
    from sopengine.sop.aggregate import OrderLine
    from sopengine.sop.inventory import Stock
    from sopengine.sop.ledger import Entry
    from sopengine.sop.loop.assumptions import Assumptions
    from sopengine.sop.loop.down import Draft
    from sopengine.sop.money import MoneyRow


@dataclass(frozen=True, repr=False, eq=False)
class PlanResult:
    """A plan, its schedule, and what lies between them.

    Attributes
    ----------
    plan
        The plan as read: measure, family, location, resource, level, bucket, value.
    items
        The plan by item and week: demand, orders, production, work orders there, new lots, rounding.
    planned_orders
        Work orders made from the plan.
    schedule_view
        Plan and schedule by family, location and week, then by month: what was planned, what is finished.
    ledger
        Why the two differ, unit by unit: the quantities of a family and week sum to plan - schedule.
    load
        Open time, planned and scheduled load by resource and week, in capacity x seconds.
    inventory
        Projected stock by side, item and week.
    money
        Revenue, margin, stock value and unserved sales by family and week.
    findings
        What does not fit, the most important first.
    result
        The engine's answer; None where a schedule came from elsewhere.
    """

    draft: Draft
    result: Any
    lifted: Mapping[str, pa.Table]
    lines: Sequence[OrderLine]
    entries: Sequence[Entry]
    stock_plan: Sequence[Stock]
    stock_schedule: Sequence[Stock]
    money_rows: Sequence[MoneyRow]
    finished: Mapping[tuple[str, int], int]
    running: Mapping[tuple[str, int], int]
    changing: Mapping[tuple[str, int], int]
    reasons: Mapping[str, str]
    context: CheckContext
    check_findings: Sequence[CheckFinding]
    tables: Mapping[str, pa.Table]

    @property
    def plan(self) -> pa.Table:
        """The plan as read."""
        return self.tables["plan"]

    @property
    def items(self) -> pa.Table:
        """The plan by item and week."""
        return self.tables["items"]

    @property
    def planned_orders(self) -> pa.Table:
        """Work orders made from the plan."""
        return self.tables["planned_orders"]

    @property
    def schedule_view(self) -> pa.Table:
        """Plan and schedule on the plan's keys."""
        return self.tables["schedule_view"]

    @property
    def ledger(self) -> pa.Table:
        """Why they differ, unit by unit."""
        return self.tables["ledger"]

    @property
    def load(self) -> pa.Table:
        """Load against capacity from both sides."""
        return self.tables["load"]

    @property
    def inventory(self) -> pa.Table:
        """Projected stock from both sides."""
        return self.tables["inventory"]

    @property
    def money(self) -> pa.Table:
        """The plan in money."""
        return self.tables["money"]

    @property
    def findings(self) -> pa.Table:
        """What does not fit, ranked."""
        return self.tables["findings"]

    @property
    def compiled(self) -> Compiled:
        """The plant with the planned orders, compiled."""
        return self.draft.compiled

    @property
    def assumptions(self) -> Assumptions:
        """Fingerprints of the demand and capacity used; pass them to a later run to learn what changed."""
        return self.draft.assumptions

    @cached_property
    def supported(self) -> bool:
        """Whether the business can support the demand plan: no error among the findings about it."""
        return not any(
            f.severity == "error" and f.code not in ("ASSUMPTIONS_DIFFER", "PAST_DUE_DEMAND")
            for f in self.check_findings
        )

    def page(self) -> str:
        """Return one page of plain text that a planner can read."""
        from sopengine.sop.loop.page import page

        return page(self)

    def __repr__(self) -> str:
        answer = "supported" if self.supported else "not supported"
        return f"<PlanResult {answer}, {len(self.check_findings)} findings>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.page())}</pre>"
