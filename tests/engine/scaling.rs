//! Work grows with the size, not with its square: counted in starts, gaps and steps looked at, which no
//! other load on the machine changes.
//!
//! Each plant is built at one size and at four times that; a quadratic search would look at sixteen times
//! as much, the bound here is seven.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sopengine::model::Problem;
use sopengine::model::objective::Objective;
use sopengine::schedule::decode::{Decoder, End, Outline};
use sopengine::schedule::state::State;
use sopengine::schedule::verify::verify;
use sopengine::search::{LimitHit, SolveOptions, solve};

use crate::support::Plant;

const DAY: i64 = 1_440;

/// Ten years of two shifts of nine hours with four breaks each, minutes as ticks.
fn shifts() -> Vec<(i64, i64)> {
    let mut open = Vec::new();
    for day in 0..3_650 {
        for shift in [360, 900] {
            for part in 0..5 {
                let start = day * DAY + shift + part * 108;
                open.push((start, start + 98));
            }
        }
    }
    open
}

/// So many operations on one resource with many short windows.
fn one_resource(size: usize, suspends: bool) -> Problem {
    let mut plant = Plant::new().resource("m").open(&shifts());
    for index in 0..size {
        plant = plant.operation(&format!("{index:06}")).mode("m", 20 + (index as i64 * 37) % 70);
        if suspends {
            plant = plant.suspends();
        }
    }
    plant.build()
}

/// Half of the work is fixed in time, an hour apart, and leaves gaps too short for the other half.
fn many_gaps(size: usize) -> Problem {
    let mut plant = Plant::new();
    for index in 0..size / 2 {
        plant = plant.operation(&format!("a{index:06}")).release(index as i64 * 60).mode("m", 45);
    }
    for index in 0..size / 2 {
        plant = plant.operation(&format!("b{index:06}")).mode("m", 16 + index as i64 % 20);
    }
    plant.build()
}

/// Everything needs an item of which there is enough for half.
fn too_little(size: usize) -> Problem {
    let mut plant = Plant::new().stock("x", 0, size as i64 / 2);
    for index in 0..size {
        let name = format!("{index:06}");
        plant = plant.order(&name).operation(&name).of(&name).mode("m", 5).moves("x", -1);
    }
    plant.build()
}

/// What it takes to place everything in the order of names.
fn looks(problem: &Problem) -> u64 {
    let outline = Outline::new(problem);
    let mut decoder = Decoder::new(&outline);
    let state = State::new(problem, problem.operation_ids().collect());
    assert_eq!(decoder.decode(&state, true, &|| false), End::Complete);
    assert!(verify(problem, &decoder.schedule(), true).violations.is_empty());
    decoder.looks() + decoder.work()
}

fn is_near_linear(plant: impl Fn(usize) -> Problem, size: usize) {
    let (small, large) = (looks(&plant(size)), looks(&plant(4 * size)));
    assert!(large < 7 * small, "{size} operations: {small} looks, four times as many: {large}");
}

#[test]
fn many_windows_and_work_without_pauses() {
    is_near_linear(|size| one_resource(size, false), 2_000);
}

#[test]
fn many_windows_and_work_that_pauses() {
    is_near_linear(|size| one_resource(size, true), 2_000);
}

#[test]
fn many_gaps_too_short() {
    is_near_linear(many_gaps, 2_000);
}

#[test]
fn many_orders_without_material() {
    is_near_linear(too_little, 2_000);
}

fn options(time_limit: Option<Duration>, work_limit: Option<u64>) -> SolveOptions {
    let objective = Objective::preset("throughput").unwrap().partial();
    SolveOptions { seed: 0, threads: 1, workers: 4, time_limit, work_limit, partial: true, objective }
}

fn solved(problem: &Problem, options: &SolveOptions) -> sopengine::search::Solved {
    solve(problem, options, None, &AtomicBool::new(false), &mut |_| {})
}

#[test]
fn no_time_is_one_decoding() {
    let problem = one_resource(500, true);
    let solved = solved(&problem, &options(Some(Duration::ZERO), None));
    assert_eq!((solved.stats.decodings, solved.limit), (1, LimitHit::Time));
    assert_eq!(solved.stats.work, 500, "every operation is touched once");
}

#[test]
fn a_budget_of_work_ends_within_a_rule() {
    let problem = one_resource(500, true);
    let solved_with = |work: u64| solved(&problem, &options(None, Some(work)));
    // The second rule would need 500 more: it is cut short, and what it has done is not told.
    let cut = solved_with(700);
    assert_eq!((cut.stats.decodings, cut.limit, cut.stats.work), (1, LimitHit::Work, 500));
    let again = solved_with(cut.stats.work);
    assert_eq!(again.schedule, cut.schedule, "the work that is told gives the same schedule");
    assert_eq!(solved_with(1_000).stats.decodings, 2);
}
