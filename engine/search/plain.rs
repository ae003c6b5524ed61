//! Problems that reduce to the plain kernel: solved there, answered in the common form.

use std::sync::atomic::AtomicBool;

use super::makespan::{Flag, answer, asked, bounds, levels};
use super::options::{Progress, SolveOptions, Solved};
use super::shop::{PlainProgress, Reduction, solve_plain};
use crate::model::Problem;
use crate::schedule::Schedule;
use crate::schedule::metrics::terms;
use crate::schedule::verify::verify;

/// Searches by the plain kernel. A `start` that is valid and complete is never made worse.
pub(super) fn solve(
    problem: &Problem,
    reduction: &Reduction,
    options: &SolveOptions,
    start: Option<&Schedule>,
    cancel: &AtomicBool,
    on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Solved {
    let start = start
        .filter(|start| verify(problem, start, options.partial).is_valid())
        .and_then(|start| reduction.solution(problem, start));
    let mut tell = |progress: &PlainProgress<'_>| {
        let schedule = || reduction.schedule(problem, &(progress.solution)());
        on_improve(&Progress {
            elapsed: progress.elapsed,
            work: progress.work,
            levels: &levels(&options.objective, progress.makespan),
            bound: &bounds(&options.objective, progress.bound),
            schedule: &schedule,
            values: &|| terms(problem, &schedule()),
        });
    };
    let result = solve_plain(&reduction.instance, start.as_ref(), &asked(options), &Flag(cancel), &mut tell);
    let schedule = reduction.schedule(problem, &result.solution);
    let reached = (result.solution.makespan(), result.bound);
    answer(problem, options, schedule, reached, &result.stats, cancel)
}
