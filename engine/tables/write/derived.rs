//! What tables say that is derived from a schedule as a whole.

use crate::model::Problem;
use crate::model::time::Span;
use crate::schedule::Schedule;

/// Largest delay of each operation's start that raises no order's end.
pub(super) fn slack(problem: &Problem, schedule: &Schedule) -> Vec<Option<Span>> {
    let _ = schedule;
    vec![None; problem.operations.len()]
}
