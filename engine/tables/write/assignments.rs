//! The table `assignments`: one row a holding.

use arrow_array::RecordBatch;

use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::time::Time;
use crate::schedule::Placement;

use super::Output;
use super::columns::Columns;

struct Holding {
    operation: OperationId,
    start: Time,
    phase: Phase,
    resource: ResourceId,
    /// Row of `requirements`; none for the mode's own resource.
    requirement: Option<u32>,
    end: Time,
    quantity: i64,
}

/// Makes the table, by operation, start, phase, resource and requirement key.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let problem = output.problem;
    let names = &problem.names;
    let key = |row: u32| names.requirement_rows.get(row as usize);
    let mut holdings = Vec::new();
    for operation in problem.operation_ids() {
        if let Some(placement) = output.schedule.get(operation) {
            let first = holdings.len();
            hold(output, operation, placement, &mut holdings);
            holdings[first..].sort_by_key(|held: &Holding| {
                (held.start, held.phase, held.resource, held.requirement.map(key))
            });
        }
    }
    let phase = |phase| match phase {
        Phase::Run => "run",
        Phase::Changeover => "changeover",
    };
    Columns::new("assignments", output.context, holdings.len())
        .ids(holdings.iter().map(|held| Some(names.operations.get(held.operation.index()))))
        .ids(holdings.iter().map(|held| Some(names.resources.get(held.resource.index()))))
        .texts(holdings.iter().map(|held| Some(phase(held.phase))))
        .ids(holdings.iter().map(|held| Some(key(held.requirement?))))
        .times(holdings.iter().map(|held| Some(held.start)))
        .times(holdings.iter().map(|held| Some(held.end)))
        .integers(holdings.iter().map(|held| Some(held.quantity)))
        .finish()
}

/// Holdings of one placement; an operation of duration 0 holds nothing.
fn hold(output: &Output<'_>, operation: OperationId, placement: &Placement, holdings: &mut Vec<Holding>) {
    let problem = output.problem;
    let mode = problem.mode(placement.mode);
    if mode.duration == 0 {
        return;
    }
    let mut push = |phase, resource, requirement, quantity| {
        let interval = match phase {
            Phase::Run => Some((placement.start, placement.end)),
            Phase::Changeover => placement.changeover,
        };
        if let Some((start, end)) = interval {
            holdings.push(Holding { operation, start, phase, resource, requirement, end, quantity });
        }
    };
    if let Some(resource) = mode.resource {
        push(Phase::Run, resource, None, mode.quantity);
        push(Phase::Changeover, resource, None, mode.quantity);
    }
    for requirement in problem.requirements_of(placement.mode) {
        if let Target::Resource(resource) = requirement.target {
            push(requirement.phase, resource, Some(requirement.row), requirement.quantity);
        }
    }
    for member in &placement.members {
        let requirement = problem.requirement(member.requirement);
        push(requirement.phase, member.resource, Some(requirement.row), 1);
    }
}
