"""What must not change a verdict: the order of rows, the form of tables, the origin of time; and size."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from . import check
from .breaks import BREAKS, apply_break
from .calendar import advance, clip, covers, intersect, length, union
from .rows import arrow
from .shop import ASSIGNMENTS, SCHEDULE, TABLES

TIMES = {"now", "horizon_end", "release", "due", "deadline", "start", "end", "time"}


def shifted(rows: list[dict[str, Any]], by: int) -> list[dict[str, Any]]:
    moved = TIMES | {"changeover_start", "changeover_end"}
    return [{k: v + by if k in moved and v is not None else v for k, v in row.items()} for row in rows]


@pytest.mark.parametrize("name", [None, *sorted(BREAKS)])
def test_the_order_of_rows_does_not_matter(name: str | None) -> None:
    rng = Random(7)
    tables, schedule, holds = TABLES, SCHEDULE, ASSIGNMENTS
    if name is not None:
        broken = apply_break(name, tables, schedule, holds, rng)
        assert broken is not None
        tables, schedule, holds = broken
    before = check(tables, schedule, holds)
    tables, schedule, holds = deepcopy((tables, schedule, holds))
    for rows in (*tables.values(), schedule, holds):
        rng.shuffle(rows)
    after = check(tables, schedule, holds)
    kinds = [
        sorted((v.rule, v.check, v.operation or "") for v in report.violations) for report in (before, after)
    ]
    assert kinds[0] == kinds[1]
    if name not in ("operation_listed_twice",):
        assert before.terms == after.terms


def test_the_origin_of_time_does_not_matter() -> None:
    tables = {name: shifted(rows, 5000) for name, rows in TABLES.items()}
    report = check(tables, shifted(SCHEDULE, 5000), shifted(ASSIGNMENTS, 5000))
    assert report.violations == []
    assert report.terms == check(TABLES, SCHEDULE, ASSIGNMENTS).terms


def test_arrow_tables_say_what_rows_say() -> None:
    tables = {name: arrow(rows) for name, rows in TABLES.items()}
    schedule, holds = arrow(SCHEDULE), arrow(ASSIGNMENTS)
    assert check(tables, schedule, holds) == check(TABLES, SCHEDULE, ASSIGNMENTS)
    for name in BREAKS:
        broken = apply_break(name, tables, schedule, holds, Random(1))
        assert broken is not None
        assert BREAKS[name].rule in check(*broken).rules


def ticks(spans: list[tuple[int, int]]) -> set[int]:
    return {tick for start, end in spans for tick in range(start, end)}


@pytest.mark.parametrize("seed", range(200))
def test_spans_are_sets_of_instants(seed: int) -> None:
    rng = Random(seed)

    def some() -> list[tuple[int, int]]:
        starts = [rng.randrange(40) for _ in range(rng.randrange(6))]
        return [(start, start + rng.randrange(6)) for start in starts]

    left, right = some(), some()
    a, b = union(left), union(right)
    assert ticks(a) == ticks(left)
    assert all(x[1] < y[0] for x, y in pairwise(a)), "never touching"
    assert ticks(intersect(a, b)) == ticks(left) & ticks(right)
    low, high, count = rng.randrange(40), rng.randrange(50), rng.randrange(1, 8)
    assert ticks(clip(a, low, high)) == {tick for tick in ticks(left) if low <= tick < high}
    assert length(a) == len(ticks(left))
    assert covers(a, low) == (low in ticks(left))
    rest = sorted(tick for tick in ticks(left) if tick >= low)
    assert advance(a, low, count) == (rest[count - 1] + 1 if count <= len(rest) else None)
    assert advance(a, low, 0) == low
