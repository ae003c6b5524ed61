"""Holdings never exceed what a resource offers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .past import Inexact

if TYPE_CHECKING:
    from .core import Model


def add_capacity(model: Model) -> None:
    """One constraint a resource; what a pool does not offer at a time is a fixed holding."""
    for name, held in sorted(model.held.items()):
        resource = model.problem.resources[name]
        _refuse_overload(model, name)
        if resource.unary:
            model.cp.add_no_overlap([interval for interval, _ in held])
            continue
        offered = [resource.capacity_at(at) for at in range(model.far + 1)]
        top = max(offered)
        intervals, demands = [interval for interval, _ in held], [demand for _, demand in held]
        begin = 0
        for at in range(1, model.far + 2):
            if at > model.far or offered[at] != offered[begin]:
                if offered[begin] < top:
                    intervals.append(model.cp.new_fixed_size_interval_var(begin, at - begin, ""))
                    demands.append(top - offered[begin])
                begin = at
        model.cp.add_cumulative(intervals, demands, top)


def _refuse_overload(model: Model, name: str) -> None:
    """Started work that overloads a resource by itself is a finding, and outside this model."""
    resource = model.problem.resources[name]
    pieces = [piece for past in model.past.values() for piece in past.pieces.get(name, [])]
    for at in {piece[0] for piece in pieces} | {at for at in range(model.far)}:
        if sum(q for a, b, q in pieces if a <= at < b) > (1 if resource.unary else resource.capacity_at(at)):
            raise Inexact(f"started work alone overloads {name}")
        if any(a <= at < b for a, b, _ in pieces) and at >= model.far:
            raise Inexact("started work beyond the horizon")
