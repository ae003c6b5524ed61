//! Live schedules that meet a change: simulation and repair on random plants.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sopengine::model::Problem;
use sopengine::model::history::Status;
use sopengine::model::ids::OperationId;
use sopengine::model::objective::Objective;
use sopengine::model::precedence::Kind;
use sopengine::schedule::Schedule;
use sopengine::schedule::metrics::terms;
use sopengine::schedule::verify::verify;
use sopengine::search::{SolveOptions, solve};
use sopengine::session::{RepairOptions, carry, repair, simulate};

use crate::support::{Plant, Timetable, cases, random};

fn live(problem: &Problem, seed: u64) -> Option<Schedule> {
    let options = SolveOptions {
        seed,
        threads: 1,
        workers: 2,
        time_limit: None,
        work_limit: Some(1_000),
        partial: true,
        objective: Objective::preset("on_time").expect("a preset").partial(),
    };
    solve(problem, &options, None, &AtomicBool::new(false), &mut |_| {}).schedule
}

/// The same plant, except that one unstarted operation cannot start for a while.
fn held_up(problem: &Problem, schedule: &Schedule, seed: u64) -> Option<(Problem, OperationId)> {
    let unpinned = |op: &OperationId| {
        let known = problem.baseline(*op);
        schedule.get(*op).is_some()
            && known.is_none_or(|known| {
                known.status == Status::Planned && known.pin == sopengine::model::history::Pin::None
            })
    };
    let movable: Vec<OperationId> = problem.operation_ids().filter(unpinned).collect();
    let &operation = movable.get(seed as usize % movable.len().max(1))?;
    let mut changed = problem.clone();
    let start = schedule.get(operation)?.start;
    changed.operations[operation.index()].release = start + 7;
    Some((changed, operation))
}

fn starts(schedule: &Schedule) -> Vec<Option<(u32, i64, i64)>> {
    let place = |placed: &sopengine::schedule::Placement| (placed.mode.0, placed.start, placed.end);
    schedule.placements.iter().map(|placed| placed.as_ref().map(place)).collect()
}

#[test]
fn without_a_change_nothing_moves() {
    let (mut seen, mut wrong) = (0, Vec::new());
    for seed in cases(120) {
        let Some(problem) = random::plant(seed) else { continue };
        let Some(schedule) = live(&problem, seed) else { continue };
        seen += 1;
        let simulated = simulate(&problem, &schedule);
        if starts(&simulated.schedule) != starts(&schedule) {
            wrong.push(seed);
        }
    }
    assert!(seen > 40, "{seen} plants");
    assert!(wrong.is_empty(), "{} of {seen} moved: {wrong:?}", wrong.len());
}

#[test]
fn who_starts_before_its_predecessor_stands() {
    let plant = Plant::new().operation("a").mode("press", 5).operation("b").mode("saw", 9);
    let plant = plant.precedence("a", "b").kind(Kind::EndEnd).build();
    // Idle before and between: decoded anew, both would start at 0.
    let live = Timetable::of(&plant).place("b", "saw", 1, 10).place("a", "press", 3, 8).schedule();
    assert_eq!(starts(&simulate(&plant, &live).schedule), starts(&live));
}

#[test]
fn what_is_left_out_moves_nobody_for_its_largest_lag() {
    let plant = Plant::new()
        .operation("a")
        .mode("press", 5)
        .order("o")
        .operation("b")
        .of("o")
        .mode("saw", 5)
        .precedence("a", "b")
        .max_lag(2)
        .operation("c")
        .mode("saw", 10)
        .build();
    // b could follow c at 10 if a ended at 8 at the earliest.
    let live = Timetable::of(&plant).place("a", "press", 0, 5).place("c", "saw", 0, 10).schedule();
    let simulated = simulate(&plant, &live);
    assert_eq!(starts(&simulated.schedule), starts(&live));
    assert_eq!(simulated.left_out.len(), 1);
}

#[test]
fn a_schedule_is_carried_whole_to_the_same_problem() {
    for seed in cases(60) {
        let Some(problem) = random::plant(seed) else { continue };
        let Some(schedule) = live(&problem, seed) else { continue };
        let carried = carry(&problem, &schedule, &problem);
        for op in problem.operation_ids().filter(|op| problem.status(*op) != Status::Done) {
            assert_eq!(carried.get(op), schedule.get(op), "plant {seed}, operation {}", op.0);
        }
    }
}

#[test]
fn an_order_put_back_into_the_gaps_moves_nobody() {
    let mut seen = 0;
    for seed in cases(120) {
        let Some(problem) = random::plant(seed) else { continue };
        let Some(schedule) = live(&problem, seed) else { continue };
        let Some(order) = problem.order_ids().find(|order| {
            let operations = &problem.order(*order).operations;
            let planned = |op: &OperationId| problem.status(*op) == Status::Planned;
            !operations.is_empty() && operations.iter().all(|op| planned(op) && schedule.get(*op).is_some())
        }) else {
            continue;
        };
        let mut without = schedule.clone();
        for op in &problem.order(order).operations {
            without.placements[op.index()] = None;
        }
        if !verify(&problem, &without, true).violations.is_empty() {
            continue; // Others need the order: its material, its place in a pinned sequence.
        }
        seen += 1;
        let simulated = simulate(&problem, &without);
        assert!(verify(&problem, &simulated.schedule, true).violations.is_empty(), "plant {seed}");
        for op in problem.operation_ids().filter(|op| without.get(*op).is_some()) {
            let place = |schedule: &Schedule| schedule.get(op).map(|placed| (placed.start, placed.end));
            assert_eq!(place(&simulated.schedule), place(&without), "plant {seed}, operation {}", op.0);
        }
    }
    assert!(seen > 20, "{seen} plants");
}

#[test]
fn a_hold_up_only_delays_and_every_answer_is_valid() {
    let objective = Objective::preset("stable").expect("a preset").partial();
    let (mut seen, mut wrong) = (0, Vec::new());
    for seed in cases(120) {
        let Some(problem) = random::plant(seed) else { continue };
        let Some(schedule) = live(&problem, seed) else { continue };
        let Some((changed, operation)) = held_up(&problem, &schedule, seed) else { continue };
        seen += 1;
        let simulated = simulate(&changed, &schedule);
        if let Some(first) = verify(&changed, &simulated.schedule, true).violations.first() {
            wrong.push(format!("{seed}: simulation {first:?}"));
        }
        for op in problem.operation_ids() {
            if let (Some(was), Some(is)) = (schedule.get(op), simulated.schedule.get(op))
                && is.start < was.start
            {
                wrong.push(format!("{seed}: operation {} starts earlier", op.0));
            }
        }
        let frozen: Vec<OperationId> = problem.operation_ids().filter(|op| op.0 % 3 == 0).collect();
        let options = RepairOptions {
            time_limit: Duration::from_millis(3),
            seed,
            frozen: frozen.clone(),
            objective: objective.clone(),
        };
        let repaired = repair(&changed, &schedule, &options);
        if let Some(first) = verify(&changed, &repaired.schedule, true).violations.first() {
            wrong.push(format!("{seed}: repair {first:?}"));
        }
        let value = |schedule: &Schedule| objective.value(&terms(&changed, schedule));
        if value(&repaired.schedule) > value(&simulated.schedule) {
            wrong.push(format!("{seed}: repair is worse than the simulation"));
        }
        for op in frozen {
            let place = |schedule: &Schedule| schedule.get(op).map(|placed| placed.start);
            if place(&simulated.schedule).is_some() && place(&repaired.schedule) != place(&simulated.schedule)
            {
                wrong.push(format!("{seed}: frozen operation {} moved", op.0));
            }
        }
        let _ = operation;
    }
    assert!(seen > 40, "{seen} plants");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Two presses with one setter between them, and a saw that has nothing to do with either.
fn shared_setter() -> Plant {
    let mut plant =
        Plant::new().matrix("colors").rule("white", "black", 10).resource("setter").resource("saw");
    for press in ["early", "late"] {
        plant = plant.resource(press).changes_by("colors").in_state("state", "white");
        plant = plant.operation(press).setup("black").mode(press, 5).requires("setter", 1).in_changeover();
    }
    plant.operation("cut").mode("saw", 5)
}

#[test]
fn what_stands_changes_over_when_it_was_to() {
    let problem = shared_setter().build();
    // As late as it can, the early changeover would take the setter that the other press is to have.
    let table = Timetable::of(&problem)
        .place("early", "early", 40, 45)
        .changeover(5, 15)
        .place("late", "late", 40, 45)
        .changeover(30, 40)
        .place("cut", "saw", 0, 5);
    assert_eq!(table.broken(), [""; 0]);
    let live = table.schedule();
    let cut = Timetable::id(&problem, "cut");
    let mut changed = problem.clone();
    changed.operations[cut.index()].release = 3;
    let simulated = simulate(&changed, &live).schedule;
    assert_eq!(simulated.get(cut).map(|placed| placed.start), Some(3));
    for press in ["early", "late"] {
        let press = Timetable::id(&problem, press);
        assert_eq!(simulated.get(press), live.get(press));
    }
}
