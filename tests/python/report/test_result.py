"""The result object: tables as attributes, figures as JSON, a short repr."""

import json
import sys
import types

import pyarrow as pa
import pytest

from sopengine.result import Result, Termination


class FakeProblem:
    def __init__(self):
        self.tables = {}


def make(**changes):
    schedule = pa.table({"operation": ["a", "b"], "resource": ["M", "M"], "start": [0, 4], "end": [4, 9]})
    fields = {
        "tables": {"schedule": schedule},
        "objective": {"makespan": 9, "late_orders": 0},
        "levels": [9],
        "bound": [8],
        "termination": Termination("feasible", "work", "stopped after 1,000 work"),
        "stats": {"wall_s": 0.5, "first_schedule_s": 0.1, "work": 1000, "threads": 2, "seed": 7},
        "problem": FakeProblem(),
    }
    return Result(**{**fields, **changes})


@pytest.fixture
def violations(monkeypatch):
    rows = []
    module = types.ModuleType("sopengine.solve")
    module.verify = lambda problem, result: pa.table({"rule": pa.array([1] * len(rows), pa.int64())})
    monkeypatch.setitem(sys.modules, "sopengine.solve", module)
    return rows


def test_tables_are_attributes():
    result = make()
    assert result.schedule.num_rows == 2
    for name in ("assignments", "dispatch", "order_results", "kpis", "reasons", "findings", "violations"):
        assert getattr(result, name).num_rows == 0


def test_json_is_plain_and_verified(violations):
    value = json.loads(json.dumps(make().to_json()))
    assert value["makespan"] == 9
    assert value["verified"] is True
    assert (value["reason"], value["limit"], value["bound"], value["levels"]) == (
        "feasible",
        "work",
        [8],
        [9],
    )
    assert (value["wall_s"], value["first_schedule_s"], value["work"], value["seed"]) == (0.5, 0.1, 1000, 7)
    violations.append("broken")
    assert make().to_json()["verified"] is False


def test_nothing_to_verify(violations):
    assert make(problem=None).to_json()["verified"] is None
    infeasible = make(tables={}, termination=Termination("infeasible", "none", "no room"))
    assert infeasible.to_json()["verified"] is None
    with pytest.raises(ValueError, match="carries no problem"):
        make(problem=None).verify()


def test_repr_says_what_matters():
    text = repr(make())
    assert text == (
        "<Result feasible, 2 operations, levels [9 (bound 8)], makespan 9, late orders 0, stopped by work>"
    )
    assert "bound" not in repr(make(bound=[]))


def test_notebook_shows_figures_and_chart():
    page = make()._repr_html_()
    assert "Makespan" in page
    assert page.count("<svg") == 1
    assert "<svg" not in make(tables={})._repr_html_()


def test_termination_in_words():
    assert str(Termination("optimal")) == "optimal"
    assert str(Termination("feasible", "time", "10 s")) == "feasible (time limit): 10 s"
