"""Every break of a valid schedule is reported under the rule that it breaks."""

from __future__ import annotations

from copy import deepcopy
from random import Random

import pytest

from . import check
from .breaks import BREAKS, apply_break
from .shop import ASSIGNMENTS, SCHEDULE, TABLES


def test_the_shop_is_valid() -> None:
    report = check(TABLES, SCHEDULE, ASSIGNMENTS, partial=False)
    assert report.violations == []


def test_there_are_breaks_for_every_rule() -> None:
    assert len(BREAKS) >= 40
    assert {broken.rule for broken in BREAKS.values()} == set(range(1, 10))


@pytest.mark.parametrize("name", sorted(BREAKS))
@pytest.mark.parametrize("seed", range(8))
def test_break_is_reported(name: str, seed: int) -> None:
    before = deepcopy((TABLES, SCHEDULE, ASSIGNMENTS))
    broken = apply_break(name, TABLES, SCHEDULE, ASSIGNMENTS, Random(seed))
    assert broken is not None, "the shop has something of everything"
    assert before == (TABLES, SCHEDULE, ASSIGNMENTS), "a break works on copies"
    assert BREAKS[name].rule in check(*broken).rules


@pytest.mark.parametrize(
    "name",
    [
        "max_lag_end_start",
        "min_lag_end_end",
        "transfer_one_tick_early",
        "not_on_the_same_resource",
        "release_one_tick_late",
        "deadline_one_tick_early",
        "stock_one_unit_short",
        "store_one_unit_too_small",
        "arrival_one_tick_late",
        "capacity_one_unit_less",
        "changeover_left_away",
        "matrix_one_tick_longer",
        "planned_called_started",
        "interrupted_though_never",
        "own_holding_missing",
    ],
)
def test_break_isolates_its_rule(name: str) -> None:
    for seed in range(8):
        broken = apply_break(name, TABLES, SCHEDULE, ASSIGNMENTS, Random(seed))
        assert broken is not None
        assert check(*broken).rules == {BREAKS[name].rule}


def test_nothing_to_break_gives_none() -> None:
    tables = {"operations": [], "modes": [], "resources": []}
    for name in BREAKS:
        assert apply_break(name, tables, [], [], Random(0)) is None
