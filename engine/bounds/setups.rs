//! Changeovers that nobody avoids.
//!
//! On a resource, the first operation that needs a value comes from another one: it pays at least the cheapest
//! way into that value from any other value seen there. Values that must be run on the resource and are not
//! set up at `now` pay once each. Costs add up over attributes; of times the dearest attribute counts, since
//! attributes may change over at the same time.
//!
//! # Cost
//! One look at each operation, and a sort of the values of each resource.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::changeover::Matrix;
use crate::model::history::Status;
use crate::model::ids::{AttributeId, ModeId, OperationId, ResourceId, ValueId};
use crate::schedule::decode::Outline;

/// Least time and cost of changeovers; `operations` are those that every counted schedule has, ascending.
pub(super) fn changeovers(outline: &Outline<'_>, operations: &[OperationId]) -> (i64, i64) {
    let problem = outline.problem;
    let (mut time, mut cost) = (0_i64, 0_i64);
    for (resource, seen) in problem.resource_ids().zip(seen(outline, operations)) {
        if let Some(matrix) = problem.resource(resource).matrix {
            let least = on_resource(problem, seen, resource, problem.matrix(matrix));
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

fn on_resource(problem: &Problem, mut seen: Vec<Seen>, resource: ResourceId, matrix: &Matrix) -> (i64, i64) {
    merge(&mut seen);
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

/// By resource that changes over: values that any operation may bring to it, and the state at `now`.
fn seen(outline: &Outline<'_>, operations: &[OperationId]) -> Vec<Vec<Seen>> {
    let problem = outline.problem;
    let changes_over = |resource: ResourceId| problem.resource(resource).matrix.is_some();
    let mut seen: Vec<Vec<Seen>> = problem.resources.iter().map(|_| Vec::new()).collect();
    for resource in problem.resource_ids().filter(|&id| changes_over(id)) {
        let states = problem.resource(resource).state_at_now.iter();
        let known = states.map(|&(attribute, value)| Seen { attribute, value, must: false, free: true });
        seen[resource.index()].extend(known);
    }
    let own = |mode: &ModeId| outline.mode(*mode).own;
    for operation in problem.operation_ids().filter(|&id| problem.status(id) != Status::Done) {
        let (setup, allowed) = (&problem.operation(operation).setup, outline.allowed(operation));
        if setup.is_empty() {
            continue;
        }
        let mut places: SmallVec<[ResourceId; 4]> =
            allowed.iter().filter_map(own).filter(|&id| changes_over(id)).collect();
        places.sort_unstable();
        places.dedup();
        let planned = problem.status(operation) == Status::Planned;
        let one = allowed.iter().all(|mode| own(mode) == allowed.first().and_then(own));
        let must = planned && one && operations.binary_search(&operation).is_ok();
        for resource in places {
            let needed =
                setup.iter().map(|&(attribute, value)| Seen { attribute, value, must, free: !planned });
            seen[resource.index()].extend(needed);
        }
    }
    seen
}

/// One row a value, by attribute.
fn merge(seen: &mut Vec<Seen>) {
    seen.sort_by_key(|seen| (seen.attribute, seen.value));
    seen.dedup_by(|one, kept| {
        let same = one.attribute == kept.attribute && one.value == kept.value;
        if same {
            kept.must |= one.must;
            kept.free |= one.free;
        }
        same
    });
}
