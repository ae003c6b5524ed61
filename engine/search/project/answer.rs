//! Problems that reduce to the project kernel: solved there, answered in the common form.

use std::sync::atomic::{AtomicBool, Ordering};

use super::reduction::ProjectReduction;
use super::solve::{ProjectProgress, ProjectResult, solve_project};
use crate::model::Problem;
use crate::model::objective::{Objective, Term, TermValues};
use crate::schedule::Schedule;
use crate::schedule::metrics::terms;
use crate::schedule::verify::verify;
use crate::search::limit::Stop;
use crate::search::options::{LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
use crate::search::shop::PlainOptions;

/// The caller's cancel flag as the kernel asks for it.
struct Flag<'a>(&'a AtomicBool);

impl Stop for Flag<'_> {
    fn is_due(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Searches by the project kernel. A `start` that is valid and complete is never made worse.
pub(in crate::search) fn solve(
    problem: &Problem,
    reduction: &ProjectReduction,
    options: &SolveOptions,
    start: Option<&Schedule>,
    cancel: &AtomicBool,
    on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Solved {
    let start = start
        .filter(|start| verify(problem, start, options.partial).is_valid())
        .and_then(|start| reduction.starts(problem, start));
    let asked = PlainOptions {
        seed: options.seed,
        threads: options.threads,
        workers: options.workers,
        work_limit: options.work_limit,
        time_limit: options.time_limit,
    };
    let mut tell = |progress: &ProjectProgress<'_>| {
        let schedule = || reduction.schedule(problem, progress.starts);
        let bound: Vec<Option<i64>> =
            levels(&options.objective, progress.bound).into_iter().map(Some).collect();
        on_improve(&Progress {
            elapsed: progress.elapsed,
            work: progress.work,
            levels: &levels(&options.objective, progress.makespan),
            bound: &bound,
            schedule: &schedule,
            values: &|| terms(problem, &schedule()),
        });
    };
    let result = solve_project(&reduction.instance, start.as_deref(), &asked, &Flag(cancel), &mut tell);
    answer(problem, reduction, options, &result, cancel)
}

/// Objective by level of a complete schedule of this makespan.
fn levels(objective: &Objective, makespan: u32) -> Vec<i64> {
    let mut values = TermValues::default();
    values.set(Term::Makespan, i64::from(makespan));
    objective.value(&values)
}

fn answer(
    problem: &Problem,
    reduction: &ProjectReduction,
    options: &SolveOptions,
    result: &ProjectResult,
    cancel: &AtomicBool,
) -> Solved {
    let is_optimal = result.makespan <= result.bound;
    let limit = if is_optimal {
        LimitHit::None
    } else if cancel.load(Ordering::Relaxed) {
        LimitHit::Cancelled
    } else if options.work_limit.is_some_and(|most| result.stats.work >= most) {
        LimitHit::Work
    } else {
        LimitHit::Time
    };
    let schedule = reduction.schedule(problem, &result.starts);
    Solved {
        values: terms(problem, &schedule),
        levels: levels(&options.objective, result.makespan),
        bound: levels(&options.objective, result.bound).into_iter().map(Some).collect(),
        reason: if is_optimal { Reason::Optimal } else { Reason::Feasible },
        limit,
        detail: String::new(),
        left_out: Vec::new(),
        stats: Stats {
            work: result.stats.work,
            first_schedule: result.stats.first,
            wall: result.stats.elapsed,
            decodings: result.stats.moves,
            rounds: result.stats.rounds,
            constructed: Vec::new(),
        },
        schedule: Some(schedule),
    }
}
