//! Calling a decoding off as soon as it can no longer be accepted.
//!
//! While operations are placed, the tardiness of each order is known from below: the end of what is
//! placed and the longest way behind it. When the sum passes what would be accepted, the rest need not
//! be decoded. Only where the level that decides is made of tardiness and makespan (and terms that are
//! never negative), and nothing is left out; a wrong bound would cost schedules.

use crate::model::ids::OperationId;
use crate::model::objective::{Objective, Term};
use crate::model::time::{FAR, Time};
use crate::propagation::windows::shortest;
use crate::schedule::decode::{Decoder, Outline, Watch};

/// What is known once for all decodings.
#[derive(Debug)]
pub struct Cutoff<'p> {
    outline: &'p Outline<'p>,
    /// Shortest way from the end of an operation to the end of its order.
    behind: Vec<Time>,
    /// The level that decides, and its weights of tardiness and makespan.
    level: Option<(usize, i64, i64)>,
    /// That level has no other term than tardiness.
    tardiness_alone: bool,
}

impl<'p> Cutoff<'p> {
    /// For an objective.
    pub fn new(outline: &'p Outline<'p>, objective: &Objective) -> Self {
        let leads = objective.levels.first().is_some_and(|level| level[..] == [(Term::Unscheduled, 1)]);
        let index = usize::from(leads);
        let level = objective.levels.get(index).and_then(|level| {
            let signed = level.iter().any(|&(term, weight)| term == Term::MaxLateness && weight > 0);
            let weight = |term: Term| level.iter().filter(|row| row.0 == term).map(|row| row.1).sum();
            let (tardiness, makespan) = (weight(Term::Tardiness), weight(Term::Makespan));
            (!signed && tardiness + makespan > 0).then_some((index, tardiness, makespan))
        });
        let deciding = objective.levels.get(index).into_iter().flatten();
        let tardiness_alone = deciding.filter(|row| row.1 > 0).all(|&(term, _)| term == Term::Tardiness);
        Self { outline, behind: ways(outline), level, tardiness_alone }
    }

    /// The level that decides and the weight of tardiness in it, if that level is nothing else.
    pub(crate) fn tardiness(&self) -> Option<(usize, i64)> {
        self.level.filter(|_| self.tardiness_alone).map(|(index, tardiness, _)| (index, tardiness))
    }

    /// Shortest way from the end of an operation to the end of its order.
    pub(crate) fn behind(&self, operation: OperationId) -> Time {
        self.behind[operation.index()]
    }

    /// A watch over a decoding that keeps what is placed and is of use only if its level is at most
    /// that of `accepted`.
    pub fn watch<'w>(
        &'w self,
        decoder: &Decoder<'_>,
        keep: impl Iterator<Item = OperationId>,
        accepted: &[i64],
        scratch: &'w mut Vec<Time>,
    ) -> Active<'w> {
        let mut active = Active { cutoff: self, lateness: scratch, sum: 0, latest: 0, limit: None };
        let Some((index, ..)) = self.level else {
            return active;
        };
        if index > 0 && accepted.first() != Some(&0) {
            return active;
        }
        active.limit = accepted.get(index).copied();
        active.lateness.clear();
        active.lateness.resize(self.outline.problem.orders.len(), 0);
        for operation in keep {
            if let Some(slot) = decoder.slot(operation) {
                active.add(operation, slot.end);
            }
        }
        active
    }
}

/// Shortest ways behind operations within their orders: least lags and shortest durations, elapsed.
fn ways(outline: &Outline<'_>) -> Vec<Time> {
    use crate::model::precedence::Kind;
    let problem = outline.problem;
    let mut behind: Vec<Time> = vec![0; problem.operations.len()];
    for &operation in problem.topological.iter().rev() {
        let mut longest = 0;
        for link in problem.outgoing(operation) {
            let same = problem.operation(link.after).order == problem.operation(operation).order;
            let plain = link.kind == Kind::EndStart && link.transfer == 1_000_000;
            if same && plain {
                let way = link.min_lag + shortest(outline, link.after) + behind[link.after.index()];
                longest = longest.max(way);
            }
        }
        behind[operation.index()] = longest;
    }
    behind
}

/// A watch in use.
#[derive(Debug)]
pub struct Active<'w> {
    cutoff: &'w Cutoff<'w>,
    /// Weighted tardiness from below, by order.
    lateness: &'w mut Vec<Time>,
    sum: i64,
    latest: Time,
    limit: Option<i64>,
}

impl Active<'_> {
    fn add(&mut self, operation: OperationId, end: Time) {
        let problem = self.cutoff.outline.problem;
        let end = end + self.cutoff.behind[operation.index()];
        self.latest = self.latest.max(end.min(FAR) - problem.now);
        if let Some(id) = problem.operation(operation).order {
            let order = problem.order(id);
            if let Some(due) = order.due.filter(|&due| end > due) {
                let late = order.weight.saturating_mul(end - due);
                let known = &mut self.lateness[id.index()];
                if late > *known {
                    self.sum = self.sum.saturating_add(late - *known);
                    *known = late;
                }
            }
        }
    }
}

impl Watch for Active<'_> {
    fn placed(&mut self, operation: OperationId, end: Time) -> bool {
        let (Some(limit), Some((_, tardiness, makespan))) = (self.limit, self.cutoff.level) else {
            return true;
        };
        self.add(operation, end);
        let least = self.sum.saturating_mul(tardiness).saturating_add(self.latest.saturating_mul(makespan));
        least <= limit
    }

    fn went_back(&mut self) {
        self.limit = None;
    }
}
