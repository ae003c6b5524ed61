//! What the kernels that know the makespan alone have in common: their options and the common answer.

use std::sync::atomic::{AtomicBool, Ordering};

use super::limit::Stop;
use super::options::{LimitHit, Reason, SolveOptions, Solved, Stats};
use super::shop::{PlainOptions, PlainStats};
use crate::model::Problem;
use crate::model::objective::{Objective, Term, TermValues};
use crate::schedule::Schedule;
use crate::schedule::metrics::terms;

/// The caller's cancel flag as the kernels ask for it.
pub(super) struct Flag<'a>(pub(super) &'a AtomicBool);

impl Stop for Flag<'_> {
    fn is_due(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The options that a kernel takes.
pub(super) fn asked(options: &SolveOptions) -> PlainOptions {
    PlainOptions {
        seed: options.seed,
        threads: options.threads,
        workers: options.workers,
        work_limit: options.work_limit,
        time_limit: options.time_limit,
    }
}

/// Objective by level of a complete schedule of this makespan.
pub(super) fn levels(objective: &Objective, makespan: u32) -> Vec<i64> {
    let mut values = TermValues::default();
    values.set(Term::Makespan, i64::from(makespan));
    objective.value(&values)
}

/// The same as a bound.
pub(super) fn bounds(objective: &Objective, makespan: u32) -> Vec<Option<i64>> {
    levels(objective, makespan).into_iter().map(Some).collect()
}

/// The common answer: a complete schedule with its makespan and bound.
pub(super) fn answer(
    problem: &Problem,
    options: &SolveOptions,
    schedule: Schedule,
    (makespan, bound): (u32, u32),
    stats: &PlainStats,
    cancel: &AtomicBool,
) -> Solved {
    let is_optimal = makespan <= bound;
    let limit = if is_optimal {
        LimitHit::None
    } else if cancel.load(Ordering::Relaxed) {
        LimitHit::Cancelled
    } else if options.work_limit.is_some_and(|most| stats.work >= most) {
        LimitHit::Work
    } else {
        LimitHit::Time
    };
    Solved {
        values: terms(problem, &schedule),
        levels: levels(&options.objective, makespan),
        bound: bounds(&options.objective, bound),
        reason: if is_optimal { Reason::Optimal } else { Reason::Feasible },
        limit,
        detail: String::new(),
        left_out: Vec::new(),
        stats: Stats {
            work: stats.work,
            first_schedule: stats.first,
            wall: stats.elapsed,
            decodings: stats.moves,
            rounds: stats.rounds,
            constructed: Vec::new(),
        },
        schedule: Some(schedule),
    }
}
