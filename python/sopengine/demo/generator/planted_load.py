"""How full a planted plant is: the share of its open time that each work center works or changes over."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from sopengine.demo.generator.clock import ALWAYS, DAY_SHIFT, TWO_SHIFT, Clock
from sopengine.demo.generator.layout import DAY, NOW

if TYPE_CHECKING:
    import numpy as np

KIND = {"day": DAY_SHIFT, "two-shift": TWO_SHIFT, None: ALWAYS}


def loads(tables: dict[str, pa.Table]) -> dict[str, float]:
    """Busy time from ``NOW`` until its last end over open time until then, by work center.

    Parameters
    ----------
    tables
        A planted plant as `generate` gives it.

    Returns
    -------
    dict
        The busiest center first. Time that work is suspended for want of a crew is not busy.
    """
    schedule = tables["planted_schedule"].filter(pc.not_equal(tables["planted_schedule"]["status"], "done"))
    resources = tables["resources"]
    calendar = dict(zip(resources["resource"].to_pylist(), resources["calendar"].to_pylist(), strict=True))
    crewed = set(_crewed(tables["requirements"]))
    ends = _seconds(schedule["end"])
    clocks = [Clock(kind, -1, int((ends.max() - NOW) // DAY) + 3) for kind in (DAY_SHIFT, TWO_SHIFT, ALWAYS)]
    busy: dict[str, int] = defaultdict(int)
    last: dict[str, int] = defaultdict(int)
    rows = zip(
        schedule["operation"].to_pylist(),
        schedule["resource"].to_pylist(),
        _seconds(schedule["start"]).tolist(),
        ends.tolist(),
        _seconds(schedule["changeover_start"]).tolist(),
        _seconds(schedule["changeover_end"]).tolist(),
        strict=True,
    )
    for operation, machine, start, end, change_start, change_end in rows:
        kind = KIND[calendar[machine]]
        clock = clocks[min(kind, TWO_SHIFT) if operation in crewed else kind]
        busy[machine] += clock.until(end) - clock.until(max(NOW, start))
        if change_end > 0:
            clock = clocks[min(kind, TWO_SHIFT)]
            busy[machine] += clock.until(change_end) - clock.until(change_start)
        center = machine.rpartition("-")[0]
        last[center] = max(last[center], end)
    used: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for machine, name in calendar.items():
        center = machine.rpartition("-")[0]
        if center in last and machine.startswith("wc"):
            clock = clocks[KIND[name]]
            used[center] += busy[machine]
            there[center] += clock.until(last[center]) - clock.until(NOW)
    shares = {center: used[center] / max(1, there[center]) for center in used}
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def _crewed(requirements: pa.Table) -> list[str]:
    """Operations that work only while people are there."""
    target = pc.coalesce(requirements["resource"], requirements["group"])
    people = pc.or_(pc.starts_with(target, "crew"), pc.equal(target, "welders"))
    names: list[str] = requirements.filter(people)["operation"].to_pylist()
    return names


def _seconds(column: pa.ChunkedArray) -> np.ndarray:
    values: np.ndarray = column.cast(pa.int64()).fill_null(-1).to_numpy()
    return values
