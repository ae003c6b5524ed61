//! The door of the search: the leanest kernel that knows all that counts in a problem.
//!
//! | problem | kernel | door |
//! |---|---|---|
//! | one unary resource an operation, makespan | plain | `plain` |
//! | cumulative resources of constant capacity, makespan | project | `project` |
//! | anything | rich, with the timed kernel where that serves | `general` |

use std::sync::atomic::AtomicBool;

use super::options::{Progress, SolveOptions, Solved};
use super::project::ProjectReduction;
use super::shop::Reduction;
use super::{general, plain, project};
use crate::model::Problem;
use crate::schedule::assignment::Schedule;

/// Finds a good schedule. `start` is never made worse if it is valid.
pub fn solve(
    problem: &Problem,
    options: &SolveOptions,
    start: Option<&Schedule>,
    cancel: &AtomicBool,
    on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Solved {
    if let Some(reduction) = Reduction::of(problem, &options.objective) {
        return plain::solve(problem, &reduction, options, start, cancel, on_improve);
    }
    if let Some(reduction) = ProjectReduction::of(problem, &options.objective) {
        return project::solve(problem, &reduction, options, start, cancel, on_improve);
    }
    general::solve(problem, options, start, cancel, on_improve)
}
