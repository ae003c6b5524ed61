//! The schedule to show: what the search found, moved right where the objective gains by it.
//!
//! The search compares schedules as decoded, everything early; the best of them is moved right within its
//! float before it is the answer (`schedule::shift`). No level of the objective rises by that.

use super::lns::Incumbent;
use super::options::SolveOptions;
use crate::model::Problem;
use crate::schedule::metrics::terms;
use crate::schedule::shift::{gains, shift};

/// The same, or moved right and better.
pub(super) fn moved_right(problem: &Problem, options: &SolveOptions, best: Incumbent) -> Incumbent {
    if !gains(&options.objective) {
        return best;
    }
    let Some(schedule) = shift(problem, &options.objective, &best.schedule, options.partial).schedule else {
        return best;
    };
    let levels = options.objective.value(&terms(problem, &schedule)).into_iter().collect();
    Incumbent { levels, schedule, ..best }
}
