//! The schedule to show: what the search found, moved right where the objective gains by it.
//!
//! The search compares schedules as decoded, everything early; the best of them is moved right within its
//! float before it is the answer (`schedule::shift`). No level of the objective rises by that. Whoever cancels a
//! large solve waits for its answer, and gets the best as it was found.

use super::limit::AT_ONCE;
use super::lns::Incumbent;
use super::options::{LimitHit, SolveOptions};
use crate::model::Problem;
use crate::schedule::metrics::terms;
use crate::schedule::shift::{gains, shift};

/// The same, or moved right and better.
pub(super) fn moved_right(
    problem: &Problem,
    options: &SolveOptions,
    hit: LimitHit,
    best: Incumbent,
) -> Incumbent {
    let is_awaited = hit == LimitHit::Cancelled && problem.operations.len() > AT_ONCE;
    if is_awaited || !gains(&options.objective) {
        return best;
    }
    let Some(schedule) = shift(problem, &options.objective, &best.schedule, options.partial).schedule else {
        return best;
    };
    let levels = options.objective.value(&terms(problem, &schedule)).into_iter().collect();
    Incumbent { levels, schedule, ..best }
}
