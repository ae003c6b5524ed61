//! Changeovers that nobody avoids.
//!
//! On a resource, the first operation that needs a value comes from another one: it pays at least the cheapest
//! way into that value from any other value seen there. Values that must be run on the resource and are not
//! set up at `now` pay once each. Costs add up over attributes; of times the dearest attribute counts, since
//! attributes may change over at the same time.

use crate::model::Problem;
use crate::model::changeover::Matrix;
use crate::model::history::Status;
use crate::model::ids::{AttributeId, OperationId, ResourceId, ValueId};
use crate::schedule::decode::Outline;

/// Least time and cost of changeovers; `operations` are those that every counted schedule has.
pub(super) fn changeovers(outline: &Outline<'_>, operations: &[OperationId]) -> (i64, i64) {
    let problem = outline.problem;
    let (mut time, mut cost) = (0_i64, 0_i64);
    for resource in problem.resource_ids() {
        if let Some(matrix) = problem.resource(resource).matrix {
            let least = on_resource(outline, operations, resource, problem.matrix(matrix));
            time = time.saturating_add(least.0);
            cost = cost.saturating_add(least.1);
        }
    }
    (time, cost)
}

/// A setup value that occurs on a resource.
struct Seen {
    attribute: AttributeId,
    value: ValueId,
    /// Some operation that needs it can run nowhere else.
    must: bool,
    /// It is there at `now`, or started work brings it.
    free: bool,
}

fn on_resource(
    outline: &Outline<'_>,
    operations: &[OperationId],
    resource: ResourceId,
    matrix: &Matrix,
) -> (i64, i64) {
    let problem = outline.problem;
    let seen = seen(outline, operations, resource);
    let (mut time, mut cost) = (0_i64, 0_i64);
    for same in seen.chunk_by(|one, other| one.attribute == other.attribute) {
        let attribute = same[0].attribute;
        let mut sum = (0_i64, 0_i64);
        for to in same.iter().filter(|seen| seen.must && !seen.free) {
            let into = |from: Option<ValueId>| {
                let known = |asked: AttributeId| from.filter(|_| asked == attribute);
                matrix.changeover(known, &[(attribute, to.value)], &problem.value_order)
            };
            let others = same.iter().filter(|other| other.value != to.value).map(|other| Some(other.value));
            // Unset is the state only as long as nothing has been set.
            let unset = problem.state_at_now(resource, attribute).is_none().then_some(None);
            let ways: Vec<(i64, i64)> = others.chain(unset).map(into).collect();
            sum.0 = sum.0.saturating_add(ways.iter().map(|way| way.0).min().unwrap_or(0));
            sum.1 = sum.1.saturating_add(ways.iter().map(|way| way.1).min().unwrap_or(0));
        }
        time = time.max(sum.0);
        cost = cost.saturating_add(sum.1);
    }
    (time, cost)
}

/// Values by attribute that any operation may bring to the resource, and the state at `now`.
fn seen(outline: &Outline<'_>, operations: &[OperationId], resource: ResourceId) -> Vec<Seen> {
    let problem = outline.problem;
    let mut seen: Vec<Seen> = Vec::new();
    for &(attribute, value) in &problem.resource(resource).state_at_now {
        seen.push(Seen { attribute, value, must: false, free: true });
    }
    for operation in problem.operation_ids().filter(|&id| problem.status(id) != Status::Done) {
        let runs_here = |&mode: &_| outline.mode(mode).own == Some(resource);
        let allowed = outline.allowed(operation);
        if allowed.iter().any(runs_here) {
            let counts = operations.binary_search(&operation).is_ok();
            let must = counts && allowed.iter().all(runs_here) && is_planned(problem, operation);
            let free = !is_planned(problem, operation);
            for &(attribute, value) in &problem.operation(operation).setup {
                seen.push(Seen { attribute, value, must, free });
            }
        }
    }
    seen.sort_by_key(|seen| (seen.attribute, seen.value));
    seen.dedup_by(|one, kept| {
        let same = one.attribute == kept.attribute && one.value == kept.value;
        if same {
            kept.must |= one.must;
            kept.free |= one.free;
        }
        same
    });
    seen
}

fn is_planned(problem: &Problem, operation: OperationId) -> bool {
    problem.status(operation) == Status::Planned
}
