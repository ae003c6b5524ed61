"""A stand-in engine: commands are tested for what they pass on, print, write and return."""

import os
import signal
import sys
import types

import pyarrow as pa
import pytest

import sopengine
from sopengine.result import Result, Termination


class FakeProblem:
    def __init__(self, scale=None, **tables):
        self.tables = tables
        self.scale = scale
        self.findings = pa.table(
            {"severity": ["warning"], "check": ["DUE_IN_PAST"], "table": ["orders"], "id": ["A"]}
        )

    def summary(self):
        return {"operations": self.tables["operations"].num_rows, "kernel": "plain"}


class FakePlant:
    def __init__(self, **tables):
        self.tables = tables
        self.findings = pa.table({"severity": [], "check": []})

    def compile(self, now, horizon=None):
        problem = FakeProblem(operations=self.tables["work_orders"])
        lift = lambda schedule, order_results=None: {"work_order_schedule": pa.table({"work_order": ["W"]})}  # noqa: E731
        return types.SimpleNamespace(problem=problem, lift=lift, now=now, findings=self.findings)


class FakeCancel:
    cancelled = False

    def cancel(self):
        self.cancelled = True


class Engine:
    """What was asked of the engine, and what it answers."""

    def __init__(self):
        self.calls = []
        self.reason, self.limit = "optimal", "none"
        self.interrupt = False
        self.violations = 0

    def solve(self, problem, **options):
        self.calls.append((problem, options))
        report = types.SimpleNamespace(
            elapsed_s=0.1, levels=[9], objective={"makespan": 9}, bound=[None], work=10
        )
        options["on_progress"](report)
        if self.interrupt:
            os.kill(os.getpid(), signal.SIGINT)
        limit = "cancelled" if options["cancel"].cancelled else self.limit
        return self.result(problem, limit)

    def evaluate(self, problem, schedule, assignments=None):
        self.calls.append((problem, {"schedule": schedule, "assignments": assignments}))
        return self.result(problem, "none")

    def result(self, problem, limit):
        table = pa.table({"operation": ["a"], "resource": ["M"], "start": [0], "end": [9]})
        tables = {} if self.reason == "infeasible" else {"schedule": table}
        if self.violations:
            rows = range(self.violations)
            tables["violations"] = pa.table(
                {"rule": [2 for _ in rows], "operation": ["a"] * len(rows), "detail": ["x"] * len(rows)}
            )
        stats = {"wall_s": 0.2, "first_schedule_s": 0.1, "work": 10, "threads": 2, "seed": 0}
        return Result(tables, {"makespan": 9}, [9], [9], Termination(self.reason, limit, ""), stats, problem)


def module(monkeypatch, name, **contents):
    made = types.ModuleType(name)
    vars(made).update(contents)
    monkeypatch.setitem(sys.modules, name, made)


@pytest.fixture
def engine(monkeypatch):
    fake = Engine()
    module(monkeypatch, "sopengine.problem", Problem=FakeProblem)
    module(
        monkeypatch,
        "sopengine.solve",
        verify=lambda problem, result: pa.table({"rule": pa.array([], pa.int64())}),
    )
    monkeypatch.setattr(sopengine, "solve", fake.solve, raising=False)
    monkeypatch.setattr(sopengine, "Cancel", FakeCancel, raising=False)
    monkeypatch.setattr(sopengine, "evaluate", fake.evaluate, raising=False)
    plant = sys.modules.get("sopengine.plant") or __import__("sopengine.plant", fromlist=["plant"])
    monkeypatch.setattr(plant, "Plant", FakePlant, raising=False)
    return fake


@pytest.fixture
def shop(tmp_path):
    (tmp_path / "shop.txt").write_text("1 2\n0 4 1 5\n")
    return str(tmp_path / "shop.txt")


@pytest.fixture
def plant(tmp_path):
    folder = tmp_path / "plant"
    folder.mkdir()
    (folder / "work_orders.csv").write_text("work_order;item;quantity\nW;A;1\n")
    (folder / "settings.csv").write_text("timezone;extracted_at\nEurope/Berlin;2026-01-05T06:00:00+01:00\n")
    return str(folder)
