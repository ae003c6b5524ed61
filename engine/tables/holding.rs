//! Who holds what by a schedule: the rows of `assignments`, to be written or to be compared with.

use crate::model::Problem;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::time::Time;
use crate::schedule::Placement;

/// One resource held by one operation over one phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) operation: OperationId,
    pub(super) start: Time,
    pub(super) phase: Phase,
    pub(super) resource: ResourceId,
    /// Row of `requirements`; none for the mode's own resource.
    pub(super) requirement: Option<u32>,
    pub(super) end: Time,
    pub(super) quantity: i64,
}

/// Adds the holdings of one placement; an operation of duration 0 holds nothing.
pub(super) fn add(
    problem: &Problem,
    operation: OperationId,
    placement: &Placement,
    holdings: &mut Vec<Holding>,
) {
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
