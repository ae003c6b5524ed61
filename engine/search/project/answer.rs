//! Problems that reduce to the project kernel: solved there, answered in the common form.

use std::sync::atomic::AtomicBool;

use super::reduction::ProjectReduction;
use super::solve::{ProjectProgress, solve_project};
use crate::model::Problem;
use crate::schedule::Schedule;
use crate::schedule::metrics::terms;
use crate::schedule::verify::verify;
use crate::search::makespan::{Flag, answer, asked, bounds, levels};
use crate::search::options::{Progress, SolveOptions, Solved};

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
    let mut tell = |progress: &ProjectProgress<'_>| {
        let schedule = || reduction.schedule(problem, progress.starts);
        on_improve(&Progress {
            elapsed: progress.elapsed,
            work: progress.work,
            levels: &levels(&options.objective, progress.makespan),
            bound: &bounds(&options.objective, progress.bound),
            schedule: &schedule,
            values: &|| terms(problem, &schedule()),
        });
    };
    let result =
        solve_project(&reduction.instance, start.as_deref(), &asked(options), &Flag(cancel), &mut tell);
    let schedule = reduction.schedule(problem, &result.starts);
    answer(problem, options, schedule, (result.makespan, result.bound), &result.stats, cancel)
}
