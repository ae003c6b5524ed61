//! Without partial schedules: proofs that there is none, in words, and schedules that rules do not find.

use std::sync::atomic::AtomicBool;

use sopengine::model::Problem;
use sopengine::model::objective::Objective;
use sopengine::schedule::verify::verify;
use sopengine::search::{Reason, SolveOptions, Solved, solve};

use crate::support::{Plant, cases, random};

fn run(problem: &Problem) -> Solved {
    let options = SolveOptions {
        seed: 1,
        threads: 1,
        workers: 2,
        time_limit: None,
        work_limit: Some(100_000),
        partial: false,
        objective: Objective::preset("throughput").expect("a preset"),
    };
    solve(problem, &options, None, &AtomicBool::new(false), &mut |_| {})
}

fn assert_refused(problem: &Problem, words: &[&str]) {
    let solved = run(problem);
    assert_eq!(solved.reason, Reason::Infeasible, "{}", solved.detail);
    assert!(solved.schedule.is_none());
    for word in words {
        assert!(solved.detail.contains(word), "{:?} does not name {word}", solved.detail);
    }
}

#[test]
fn three_operations_in_two_places_of_time() {
    // Each alone has time enough; the three together need 12 ticks of the saw by 10.
    let mut plant = Plant::new().resource("saw");
    for name in ["a", "b", "c"] {
        plant = plant.operation(name).deadline(10).mode("saw", 4);
    }
    assert_refused(&plant.build(), &["saw", "operation"]);
}

#[test]
fn nights_do_not_count_as_time() {
    // 8 of 11 ticks are open until 14, and 10 are needed.
    let mut plant = Plant::new().resource("saw").open(&[(0, 4), (10, 14), (20, 24)]);
    for name in ["a", "b"] {
        plant = plant.operation(name).suspends().deadline(14).mode("saw", 5);
    }
    assert_refused(&plant.build(), &["saw"]);
}

#[test]
fn a_crew_that_is_too_small() {
    let mut plant = Plant::new().pool("crew", 3);
    for name in ["a", "b", "c", "d"] {
        plant = plant.resource(&format!("bench {name}")).operation(name).deadline(7);
        plant = plant.mode(&format!("bench {name}"), 4).requires("crew", 2);
    }
    assert_refused(&plant.build(), &["crew"]);
}

#[test]
fn lags_in_a_circle() {
    let plant = Plant::new()
        .resource("saw")
        .resource("oven")
        .operation("cut")
        .mode("saw", 5)
        .operation("bake")
        .mode("oven", 5)
        .precedence("cut", "bake")
        .min_lag(4)
        .precedence("cut", "bake")
        .kind(sopengine::model::precedence::Kind::StartStart)
        .max_lag(8);
    assert_refused(&plant.build(), &["precedences"]);
}

#[test]
fn what_is_refused_has_no_schedule_and_what_is_found_is_whole() {
    let (mut refused, mut found, mut unknown) = (0, 0, 0);
    for seed in cases(400) {
        let Some(problem) = random::plant(seed) else {
            continue;
        };
        let solved = run(&problem);
        match &solved.schedule {
            Some(schedule) => {
                assert!(verify(&problem, schedule, false).is_valid(), "seed {seed}");
                found += 1;
            }
            None if solved.reason == Reason::Infeasible => refused += 1,
            None => unknown += 1,
        }
        if solved.reason == Reason::Infeasible {
            // The other door: with partial schedules something is always left out.
            let options = SolveOptions {
                seed,
                threads: 1,
                workers: 2,
                time_limit: None,
                work_limit: Some(20_000),
                partial: true,
                objective: Objective::preset("throughput").expect("a preset").partial(),
            };
            let partial = solve(&problem, &options, None, &AtomicBool::new(false), &mut |_| {});
            assert!(!partial.left_out.is_empty(), "seed {seed}: {} but all is placed", solved.detail);
        }
    }
    eprintln!("{found} found, {refused} refused, {unknown} unknown");
    assert!(found > 100 && refused > 5, "{found} {refused} {unknown}");
}
