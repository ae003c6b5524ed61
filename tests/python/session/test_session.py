"""A live schedule meets changes."""

from __future__ import annotations

import gc
from datetime import timedelta
from typing import Any

import pyarrow.compute as pc
import pytest

import sopengine as so
from sopengine import changes
from sopengine.demo.generator import generate
from sopengine.session import Response


def starts(result: so.Result) -> dict[str, Any]:
    table = result.schedule
    return dict(zip(table["operation"].to_pylist(), table["start"].to_pylist(), strict=True))


def sequences(result: so.Result) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in result.dispatch.sort_by([("resource", "ascending"), ("rank", "ascending")]).to_pylist():
        found.setdefault(row["resource"], []).append(row["operation"])
    return found


@pytest.fixture(scope="module")
def plant() -> so.Session:
    problem = so.Problem(**generate(300, 3))
    return so.open(problem, so.solve(problem, work_limit=60_000))


def first_on(session: so.Session) -> dict[str, Any]:
    rows = session.schedule.schedule
    planned = rows.filter(pc.equal(rows["status"], "planned")).sort_by("start").to_pylist()
    return planned[len(planned) // 20]


def test_without_changes_nothing_moves(session: so.Session, plant: so.Session) -> None:
    for opened in (session, plant):
        same = opened.simulate()
        assert starts(same) == starts(opened.schedule)
        assert same.objective["stability"] == 0
        assert same.verify().num_rows == 0


def test_a_stop_pushes_on_and_keeps_every_sequence(plant: so.Session) -> None:
    row = first_on(plant)
    told = changes.machine_down(row["resource"], row["start"], row["start"] + timedelta(hours=5))
    simulated = plant.simulate(told)
    assert simulated.verify().num_rows == 0
    before, after = starts(plant.schedule), starts(simulated)
    assert after[row["operation"]] > before[row["operation"]]
    assert all(after[name] is None or before[name] is None or after[name] >= before[name] for name in before)
    assert sequences(simulated) == sequences(plant.schedule)
    assert simulated.displaced == ()


def test_simulation_is_deterministic(plant: so.Session) -> None:
    row = first_on(plant)
    told = changes.machine_down(row["resource"], row["start"], row["start"] + timedelta(hours=5))
    assert plant.simulate(told).schedule.equals(plant.simulate(told).schedule)


def test_repair_and_reschedule_are_valid_and_not_worse(plant: so.Session) -> None:
    row = first_on(plant)
    told = changes.machine_down(row["resource"], row["start"], row["start"] + timedelta(hours=8))
    simulated = plant.simulate(told)
    repaired = plant.repair(told, time_limit=0.05)
    answer = plant.reschedule(told, time_limit=0.4)
    for result in (repaired, answer):
        assert result.verify().num_rows == 0
    assert repaired.levels <= simulated.levels
    assert answer.levels <= repaired.levels or answer.levels <= simulated.levels


@pytest.mark.parametrize("limit", [-1, float("nan"), "soon"])
def test_a_time_limit_out_of_range_is_a_finding(session: so.Session, limit: Any) -> None:
    told = changes.resource_lost("saw1")
    for answer in (session.repair, session.reschedule):
        with pytest.raises(so.SopDataError, match="time_limit"):
            answer(told, time_limit=limit)


def test_without_a_time_limit_the_default_counts(session: so.Session) -> None:
    told = changes.resource_lost("saw1")
    assert session.repair(told, time_limit=None).verify().num_rows == 0
    assert session.reschedule(told, time_limit=None, work_limit=2_000).verify().num_rows == 0


def test_a_lost_resource_is_told(session: so.Session) -> None:
    simulated = session.simulate(changes.resource_lost("saw1"))
    assert simulated.verify().num_rows == 0
    on_saw1 = {row["operation"] for row in session.schedule.schedule.to_pylist() if row["resource"] == "saw1"}
    placed_elsewhere = set(simulated.displaced)
    left = {row["operation"] for row in simulated.schedule.to_pylist() if row["status"] == "unscheduled"}
    assert on_saw1 <= placed_elsewhere | left
    assert "C1" in left


def test_the_frozen_zone_stands(plant: so.Session) -> None:
    forked = plant.fork()
    row = first_on(plant)
    forked.frozen_until = row["start"] + timedelta(hours=24)
    told = changes.machine_down(
        row["resource"], row["start"] + timedelta(hours=30), row["start"] + timedelta(hours=60)
    )
    for result in (forked.repair(told, time_limit=0.05), forked.reschedule(told, time_limit=0.5)):
        before, after = starts(forked.schedule), starts(result)
        assert len(result.frozen) > 5
        pushed = starts(forked.simulate(told))
        assert all(after[name] in (before[name], pushed[name]) for name in result.frozen)
        assert result.verify().num_rows == 0


def test_frozen_by_resource(session: so.Session) -> None:
    session.frozen_until = {"saw1": 1_000}
    frozen = set(session.repair(changes.order_changed("A", due=10)).frozen)
    on_saw1 = {row["operation"] for row in session.schedule.schedule.to_pylist() if row["resource"] == "saw1"}
    assert frozen == on_saw1


def test_accept_makes_an_answer_live_and_forks_do_not_see_it(session: so.Session) -> None:
    other = session.fork()
    answer = session.repair(changes.machine_down("saw1", 0, 12))
    session.accept(answer)
    assert starts(session.schedule) == starts(answer)
    assert starts(other.schedule) != starts(answer)
    assert session.simulate().objective["stability"] == 0
    with pytest.raises(ValueError, match="another"):
        session.accept(answer)


def test_work_starts_and_ends_as_published(session: so.Session) -> None:
    first = min(session.schedule.schedule.to_pylist(), key=lambda row: (row["start"], row["operation"]))
    told = [changes.clock(first["start"] + 2), changes.operation_started(first["operation"], first["start"])]
    started = session.simulate(told)
    assert started.verify().num_rows == 0
    row = next(row for row in started.schedule.to_pylist() if row["operation"] == first["operation"])
    assert (row["status"], row["resource"], row["end"]) == ("started", first["resource"], first["end"])
    session.accept(started)
    late = session.simulate(changes.operation_late(first["operation"], remaining=20))
    row = next(row for row in late.schedule.to_pylist() if row["operation"] == first["operation"])
    assert row["end"] == first["start"] + 2 + 20
    session.accept(late)
    done = session.simulate(
        [changes.clock(row["end"]), changes.operation_done(first["operation"], row["end"])]
    )
    assert done.verify().num_rows == 0


def test_progress_of_a_crew_started_as_published(plant: so.Session) -> None:
    grouped = {
        row["operation"] for row in plant.schedule.assignments.to_pylist() if row["requirement"] is not None
    }
    row = next(
        row for row in plant.schedule.schedule.sort_by("start").to_pylist()
        if row["status"] == "planned" and row["operation"] in grouped
    )  # fmt: skip
    told = [changes.clock(row["start"]), changes.operation_started(row["operation"], row["start"])]
    assert plant.simulate(told).verify().num_rows == 0


def test_a_schedule_that_breaks_a_rule_opens_nothing(problem: so.Problem) -> None:
    wrong = {"operation": ["A1"], "start": [0], "end": [1], "resource": ["saw1"]}
    with pytest.raises(ValueError, match="no valid schedule"):
        so.open(problem, wrong)


def test_contradicting_changes_are_refused(session: so.Session) -> None:
    with pytest.raises(so.SopDataError):
        session.simulate(changes.rush_order("A", [{"operation": "A1", "resource": "saw1", "duration": 1}]))


def test_operations_that_can_run_nowhere_any_more_are_left_out(plant: so.Session) -> None:
    row = first_on(plant)
    simulated = plant.simulate(changes.resource_lost(row["resource"]))
    assert simulated.verify().num_rows == 0
    assert simulated.displaced or simulated.objective["unscheduled"] > 0
    left = {row["order"] for row in simulated.order_results.to_pylist() if row["end"] is None}
    assert left <= {row["order"] for row in simulated.reasons.to_pylist()}


def test_work_limits_make_reschedules_repeatable(plant: so.Session) -> None:
    row = first_on(plant)
    told = changes.machine_down(row["resource"], row["start"], row["start"] + timedelta(hours=8))
    one, other = (plant.reschedule(told, work_limit=150_000, threads=threads) for threads in (1, 2))
    assert one.schedule.equals(other.schedule)
    assert one.verify().num_rows == 0


def test_an_accepted_answer_leaves_nothing_behind(session: so.Session) -> None:
    def answers() -> int:
        gc.collect()
        return sum(isinstance(thing, Response) for thing in gc.get_objects())

    known = answers()
    for number in range(40):
        session.accept(session.simulate(changes.order_changed("A", due=20 + number % 2)))
    assert answers() <= known


def test_a_fork_shares_the_problem_and_the_schedule(plant: so.Session) -> None:
    forked = plant.fork()
    assert forked.problem is plant.problem
    assert forked.schedule is plant.schedule


def test_a_late_order_is_explained(session: so.Session) -> None:
    session.accept(session.simulate(changes.order_changed("A", due=1)))
    rows = session.explain("A").to_pylist()
    assert rows
    assert {row["order"] for row in rows} == {"A"}
    assert session.explain("nobody").num_rows == 0
