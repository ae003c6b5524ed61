"""The demo and the plan for real: the shipped plant through plan, engine and reports."""

from __future__ import annotations

import json

import pytest

import sopengine as so
from sopengine.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    assert main(["demo", str(out), "--work-limit", "20000", "--json"]) == 0
    return out


def test_demo_leaves_plant_plan_and_schedule(folder):
    for name in ("plant/work_orders.csv", "plan/ledger.csv", "plan/page.txt", "schedule/schedule.csv"):
        assert (folder / name).stat().st_size > 0, name
    assert "<svg" in (folder / "schedule" / "gantt.svg").read_text(encoding="utf-8")
    assert json.loads((folder / "schedule" / "result.json").read_text())["verified"] is True


def test_demo_page_answers_the_question_of_the_meeting(folder):
    page = (folder / "plan" / "page.txt").read_text(encoding="utf-8")
    assert page.startswith("Can the business support this demand plan?")
    assert "Spray line with oven" in page, "the paint line is the bottleneck of the story"


def test_plan_prints_the_page(folder, capsys):
    assert main(["plan", str(folder / "plant"), "--work-limit", "5000"]) == 0
    assert capsys.readouterr().out.startswith("Can the business support this demand plan?")


def test_generated_plants_can_be_read_and_solved(tmp_path, capsys):
    out = tmp_path / "generated"
    assert main(["demo", str(out), "--operations", "120", "--seed", "4"]) == 0
    capsys.readouterr()
    assert main(["solve", str(out), "--work-limit", "2000", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["verified"] is True
    again = so.solve(so.read(str(out)), time_limit=None, work_limit=2000)
    assert again.levels == answer["levels"]
