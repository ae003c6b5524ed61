//! How fast real plants are decoded, and what search adds to the best rule.
//!
//! `cargo bench --bench plants -- OPERATIONS SECONDS [SEED [THREADS]]`, e.g. `1000 10`. Prints the
//! first schedule's time, the best rule's objective, and the search's. What is measured: construction and
//! search of one generated plant; what is not: reading tables. `WORK=n` stops by work: what compares two
//! searches on a busy machine. `OBJECTIVE` names a preset. `LEAN=1` leaves crews, setters and material away,
//! which makes the plant one for the timed kernel; `GENERAL=1` adds a last level that only the general search
//! knows, which takes it there.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints what it measures")]

mod plant;
#[path = "../processor.rs"]
#[allow(dead_code, reason = "other benches stop by processor time")]
mod processor;

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use sopengine::model::objective::{Objective, Term};
use sopengine::schedule::verify::verify;
use sopengine::search::limit::Stopwatch;
use sopengine::search::{SolveOptions, solve};

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|text| text.parse().ok()).collect();
    let given = |place: usize, default: u64| numbers.get(place).copied().unwrap_or(default);
    let watch = Stopwatch::start();
    let problem = plant::plant(given(0, 1_000) as u32, given(2, 1), std::env::var("LEAN").is_ok());
    println!("{} operations built in {:?}", problem.operations.len(), watch.elapsed());
    let objective = std::env::var("OBJECTIVE").unwrap_or_else(|_| "on_time".to_owned());
    let mut options = SolveOptions {
        seed: given(2, 1),
        threads: given(3, 2) as usize,
        workers: 4,
        time_limit: Some(Duration::from_secs(given(1, 2))),
        work_limit: std::env::var("WORK").ok().and_then(|text| text.parse().ok()),
        partial: true,
        objective: Objective::preset(&objective).unwrap_or(Objective { levels: vec![] }).partial(),
    };
    if std::env::var("GENERAL").is_ok() {
        options.objective.levels.push(vec![(Term::ResourceCost, 1)]);
    }
    let mut last = Duration::ZERO;
    let solved = solve(&problem, &options, None, &AtomicBool::new(false), &mut |progress| {
        if progress.elapsed >= last * 3 / 2 {
            last = progress.elapsed;
            println!("  {:?} {:?}", progress.elapsed, progress.levels);
        }
    });
    let stats = &solved.stats;
    println!(
        "first schedule {:?}, rules {:?}, search {:?}",
        stats.first_schedule, stats.constructed, solved.levels
    );
    println!("bound {:?}, {:?} {:?}", solved.bound, solved.reason, solved.limit);
    println!(
        "{:?} wall, {} decodings, {} rounds, {} work: {} ns an operation and thread",
        stats.wall,
        stats.decodings,
        stats.rounds,
        stats.work,
        stats.wall.as_nanos() as u64 * options.threads as u64 / stats.work.max(1)
    );
    if let Some(schedule) = &solved.schedule {
        let watch = Stopwatch::start();
        let verdict = verify(&problem, schedule, true);
        println!("{} violations, verified in {:?}", verdict.violations.len(), watch.elapsed());
        for violation in verdict.violations.iter().take(3) {
            println!("{violation:?}");
        }
    }
    println!(
        "{:.2} s of processor time, peak {} MB",
        processor::processor_seconds(),
        processor::peak_memory()
    );
}
