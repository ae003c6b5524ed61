//! Rule 2: holdings of a unary resource never overlap.

use super::Held;
use crate::model::ids::OperationId;
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::schedule::verify::Report;
use crate::schedule::verify::facts::Facts;

const RULE: u8 = 2;

/// The two latest ends seen on a resource, by different operations: enough to know whether a holding
/// overlaps any earlier one of another operation.
#[derive(Clone, Copy)]
struct Latest {
    first: (Time, Option<OperationId>),
    second: (Time, Option<OperationId>),
}

impl Latest {
    const NONE: Self = Self { first: (-FAR, None), second: (-FAR, None) };

    /// The latest end by another operation.
    fn other(&self, operation: OperationId) -> (Time, Option<OperationId>) {
        if self.first.1 == Some(operation) { self.second } else { self.first }
    }

    fn add(&mut self, to: Time, operation: OperationId) {
        if self.first.1 == Some(operation) {
            self.first.0 = self.first.0.max(to);
        } else if to > self.first.0 {
            self.second = self.first;
            self.first = (to, Some(operation));
        } else if to > self.second.0 {
            self.second = (to, Some(operation));
        }
    }
}

/// Sweeps each resource by time. Overlaps among started work alone are findings.
pub(in crate::schedule::verify) fn check(facts: &Facts<'_>, all: &[Held], report: &mut Report) {
    let is_unary = |held: &&Held| facts.problem.resource(held.resource).kind == ResourceKind::Unary;
    let mut held: Vec<&Held> = all.iter().filter(is_unary).collect();
    held.sort_unstable_by_key(|held| (held.resource, held.from, held.to, held.operation));
    // Started and unstarted holders apart: two started ones may overlap.
    let (mut started, mut planned) = (Latest::NONE, Latest::NONE);
    let mut resource = None;
    for holding in held {
        if resource != Some(holding.resource) {
            resource = Some(holding.resource);
            (started, planned) = (Latest::NONE, Latest::NONE);
        }
        let operation = holding.operation;
        let is_started = facts.get(operation).is_some_and(|fact| fact.started.is_some());
        let against = if is_started {
            planned.other(operation)
        } else {
            planned.other(operation).max(started.other(operation))
        };
        if let (end, Some(other)) = against
            && end > holding.from
        {
            overlap(facts, holding, (other, is_started), report);
        }
        let latest = if is_started { &mut started } else { &mut planned };
        latest.add(holding.to, operation);
    }
}

/// Names the unstarted of the two: history is not to blame.
fn overlap(facts: &Facts<'_>, holding: &Held, (other, is_started): (OperationId, bool), report: &mut Report) {
    let (blamed, other) = if is_started { (other, holding.operation) } else { (holding.operation, other) };
    let (name, other) = (facts.name(blamed), facts.name(other));
    let detail = format!(
        "operations {name} and {other} both hold {} at {}",
        facts.resource_name(holding.resource),
        holding.from
    );
    let at = Some(holding.from);
    report.add((RULE, "overlap"), blamed, Some(other), at, detail);
}
