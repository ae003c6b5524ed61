//! Bounds of the makespan and of the largest lateness of any problem, by refutation.
//!
//! Whether every operation can end by `now + T`, or by its order's due date plus `L`, is a question to
//! propagation over all resources at once: calendars, crews, groups and lags are in it. Valid for schedules
//! that leave nothing out.

use super::destructive::Destructive;
use crate::model::objective::{Objective, Term};
use crate::model::time::{FAR, Time};
use crate::propagation::relax::{History, network};
use crate::schedule::decode::Outline;

/// Work of one attempt, in operations touched, at most.
const MOST: u64 = 400_000;

/// Operations of the largest problem that is looked at.
const LARGEST: usize = 20_000;

/// What refutation has proven of complete schedules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raised {
    /// A bound of the makespan.
    pub makespan: Option<i64>,
    /// A bound of the largest lateness.
    pub max_lateness: Option<i64>,
    /// Operations touched for it.
    pub work: u64,
}

impl Raised {
    /// For the terms that an objective counts; `high` is the value of some complete schedule for each.
    pub fn new(
        outline: &Outline<'_>,
        history: History<'_>,
        objective: &Objective,
        high: impl Fn(Term) -> i64,
    ) -> Self {
        let problem = outline.problem;
        let (makespan, lateness) = (objective.counts(Term::Makespan), objective.counts(Term::MaxLateness));
        let mut raised = Self::default();
        if problem.operations.len() > LARGEST || !(makespan || lateness) {
            return raised;
        }
        let network = network(outline, history);
        if makespan {
            let mut destructive = Destructive::new(&network, Vec::new());
            let (low, high) = (problem.now, problem.now.saturating_add(high(Term::Makespan)));
            raised.makespan = Some(climb(&mut destructive, low, high) - problem.now);
            raised.work += destructive.work();
        }
        let due = |id| problem.operation(id).order.and_then(|order| problem.order(order).due);
        if lateness && problem.operation_ids().any(|id| due(id).is_some()) {
            // `end <= due + L` is `end <= L - (-due)`.
            let tails: Vec<Time> =
                problem.operation_ids().map(|id| due(id).map_or(-FAR, |due| -due)).collect();
            let mut destructive = Destructive::new(&network, tails);
            let high = high(Term::MaxLateness);
            let earliest = problem.operation_ids().filter_map(|id| Some(problem.now - due(id)?)).min();
            let low = earliest.unwrap_or(high).min(high);
            raised.max_lateness = Some(climb(&mut destructive, low, high));
            raised.work += destructive.work();
        }
        raised
    }
}

fn climb(destructive: &mut Destructive<'_, '_>, low: Time, high: Time) -> Time {
    if destructive.conflict().is_some() {
        return low;
    }
    let low = destructive.bisect(low, high, MOST / 2);
    destructive.climb(low, high, MOST)
}
