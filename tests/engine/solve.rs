//! What a search promises: the same bytes on any number of threads, no start made worse, limits kept.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sopengine::model::Problem;
use sopengine::model::history::Pin;
use sopengine::model::objective::{Objective, Term};
use sopengine::schedule::verify::verify;
use sopengine::search::{Cause, LimitHit, Reason, SolveOptions, Solved, solve};

use crate::support::random::{self, Size};
use crate::support::{Plant, Timetable};

fn options(work: u64) -> SolveOptions {
    SolveOptions {
        seed: 3,
        threads: 1,
        workers: 4,
        time_limit: None,
        work_limit: Some(work),
        partial: true,
        objective: Objective::preset("on_time").expect("a preset").partial(),
    }
}

fn run(problem: &Problem, options: &SolveOptions) -> Solved {
    solve(problem, options, None, &AtomicBool::new(false), &mut |_| {})
}

fn larger(seed: u64) -> Problem {
    let size = Size { orders: 12, steps: 4, machines: 4 };
    let features = random::ALL & !random::DEADLINES;
    (0..100).find_map(|more| random::plant_of(seed * 1_000 + more, size, features)).expect("a plant")
}

#[test]
fn threads_do_not_matter() {
    for seed in 0..6 {
        let problem = larger(seed);
        let one = run(&problem, &options(400_000));
        let two = run(&problem, &SolveOptions { threads: 2, ..options(400_000) });
        let many = run(&problem, &SolveOptions { threads: 7, ..options(400_000) });
        assert!(one.stats.rounds > 0 || one.reason == Reason::Optimal);
        assert_eq!((&one.schedule, &one.levels), (&two.schedule, &two.levels));
        assert_eq!((one.stats.work, &one.schedule), (many.stats.work, &many.schedule));
    }
}

#[test]
fn work_replays_a_timed_run() {
    let problem = larger(9);
    let timed = SolveOptions {
        time_limit: Some(Duration::from_millis(400)),
        work_limit: None,
        threads: 2,
        ..options(0)
    };
    let first = run(&problem, &timed);
    assert!(matches!(first.limit, LimitHit::Time | LimitHit::None));
    let again = run(&problem, &options(first.stats.work));
    assert_eq!((first.stats.work, &first.schedule), (again.stats.work, &again.schedule));
}

#[test]
fn a_start_is_never_made_worse() {
    for seed in 20..30 {
        let problem = larger(seed);
        let good = run(&problem, &options(300_000));
        let start = good.schedule.as_ref().expect("a schedule");
        for work in [0, 20_000] {
            let quiet = &mut |_: &sopengine::search::Progress<'_>| {};
            let warm = solve(&problem, &options(work), Some(start), &AtomicBool::new(false), quiet);
            assert!(warm.levels <= good.levels, "{:?} after {:?}", warm.levels, good.levels);
            let schedule = warm.schedule.expect("at least the start");
            assert!(verify(&problem, &schedule, true).violations.is_empty());
        }
    }
}

#[test]
fn an_invalid_start_is_no_incumbent() {
    let plant =
        Plant::new().order("o").operation("a").of("o").mode("m", 5).operation("b").of("o").mode("m", 5);
    let problem = plant.build();
    let overlap = Timetable::of(&problem).place("a", "m", 0, 5).place("b", "m", 0, 5).schedule();
    let quiet = &mut |_: &sopengine::search::Progress<'_>| {};
    let solved = solve(&problem, &options(1_000), Some(&overlap), &AtomicBool::new(false), quiet);
    assert_eq!(solved.values.get(Term::Makespan), 10);
    assert!(verify(&problem, &solved.schedule.expect("a schedule"), true).violations.is_empty());
}

#[test]
fn cancelling_returns_the_best_so_far() {
    let problem = larger(4);
    let cancel = AtomicBool::new(false);
    let endless = SolveOptions { work_limit: None, ..options(0) };
    let solved = solve(&problem, &endless, None, &cancel, &mut |_| cancel.store(true, Ordering::Relaxed));
    assert_eq!(solved.limit, LimitHit::Cancelled);
    assert!(solved.schedule.is_some());
}

#[test]
fn no_time_is_construction_only() {
    let problem = larger(5);
    let none = SolveOptions { time_limit: Some(Duration::ZERO), work_limit: None, ..options(0) };
    let solved = run(&problem, &none);
    assert!(solved.schedule.is_some());
    assert_eq!(solved.stats.rounds, 0);
}

#[test]
fn what_fits_nowhere_is_left_out_or_refused() {
    let plant = Plant::new()
        .horizon(20)
        .order("big")
        .operation("big 1")
        .of("big")
        .mode("m", 15)
        .operation("big 2")
        .of("big")
        .mode("m", 15)
        .precedence("big 1", "big 2")
        .order("small")
        .operation("small 1")
        .of("small")
        .mode("m", 5);
    let problem = plant.build();
    let solved = run(&problem, &options(5_000));
    assert_eq!(solved.levels[0], 1);
    assert_eq!(solved.reason, Reason::Optimal, "the bound knows that the big order cannot be done");
    assert_eq!(solved.left_out.len(), 1);
    assert_eq!(solved.left_out[0].cause, Cause::Horizon);
    let objective = Objective::preset("on_time").expect("a preset");
    let whole = run(&problem, &SolveOptions { partial: false, objective, ..options(5_000) });
    assert_eq!(whole.reason, Reason::Infeasible);
    assert!(whole.schedule.is_none() && whole.detail.contains("big"), "{}", whole.detail);
}

#[test]
fn a_pinned_start_holds() {
    let plant = Plant::new()
        .operation("a")
        .mode("m", 4)
        .was_planned("m", 3)
        .pin(Pin::Start)
        .operation("b")
        .mode("m", 3)
        .operation("c")
        .mode("m", 4);
    let problem = plant.build();
    let solved = run(&problem, &options(3_000));
    let schedule = solved.schedule.expect("a schedule");
    let start = |name| schedule.get(Timetable::id(&problem, name)).map(|placed| placed.start);
    assert_eq!((start("a"), start("b"), start("c")), (Some(3), Some(0), Some(7)));
}
