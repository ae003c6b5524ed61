"""Pins and history (D40, D41, D44)."""

from __future__ import annotations

import pytest
from bad_tables import Case, calendar, check_said, given, loose, pinned, warn

CASES = [
    Case("D40", "pins overlap",
         loose(baseline=pinned(operation=["a", "b"], resource=["m", "m"], start=[0, 2])), "PIN_CONFLICT",
         ("baseline", "pin"), (1, "b")),
    Case("D41", "pins break a precedence",
         given(baseline=pinned(operation=["a", "b"], resource=["m", "m"], start=[10, 2])), "PIN_CONFLICT",
         ("baseline", "pin"), (1, "b")),
    Case("D41", "pin on another resource",
         given(resources={"resource": ["m", "n"]},
               baseline={"operation": ["a"], "pin": ["resource"], "resource": ["n"]}),
         "PIN_INFEASIBLE", ("baseline", "resource"), (0, "a")),
    warn("D41", "pin before the release",
         given(operations={"release": [5, None]}, baseline=pinned(operation=["a"], resource=["m"], start=[2])),
         "PIN_RELEASED", ("baseline", "pin"), (0, "a")),
    Case("D44", "started without a start", given(baseline={"operation": ["a"], "status": ["started"]}),
         "STATUS_INCONSISTENT", ("baseline", "start"), (0, "a")),
    Case("D44", "done in the future", given(baseline={"operation": ["a"], "status": ["done"], "end": [7]}),
         "STATUS_INCONSISTENT", ("baseline", "end"), (0, "a")),
    warn("D44", "started in closed time",
         {**calendar([50], [100]), "baseline": {"operation": ["a"], "status": ["started"], "start": [-3]}},
         "FROZEN_IN_DOWNTIME", ("baseline", "status"), (0, "a")),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row}-{case.what}")
def test_what_is_said(case: Case) -> None:
    check_said(case)
