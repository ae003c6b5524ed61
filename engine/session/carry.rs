//! A schedule of one problem, read as one of the next.
//!
//! A change makes another problem with ids of its own; names tell what is the same. An operation keeps its
//! place if its mode still exists on the same resource, its members if the same group still gives them.
//! What cannot be carried over has no place.
//!
//! # Cost
//! One walk over the sorted names of both problems; no table is written or read.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId, RequirementId, ResourceId};
use crate::model::operation::Target;
use crate::schedule::assignment::{Member, Placement, Schedule};

/// The schedule as far as the next problem can express it.
pub fn carry(from: &Problem, schedule: &Schedule, to: &Problem) -> Schedule {
    let mut carried = Schedule::empty(to.operations.len());
    let (old, new) = (&from.names.operations, &to.names.operations);
    let mut index = 0;
    for operation in to.operation_ids() {
        let name = new.get(operation.index());
        while index < old.len() && old.get(index) < name {
            index += 1;
        }
        if index < old.len()
            && old.get(index) == name
            && to.status(operation) != Status::Done
            && let Some(placed) = schedule.get(OperationId::new(index))
        {
            carried.placements[operation.index()] = placement(from, placed, to, operation);
        }
    }
    carried
}

fn placement(from: &Problem, placed: &Placement, to: &Problem, operation: OperationId) -> Option<Placement> {
    let resource = |problem: &Problem, mode: ModeId| {
        problem.mode(mode).resource.map(|own| problem.names.resources.get(own.index()).to_owned())
    };
    let same = |mode: &ModeId| {
        to.names.modes.get(mode.index()) == from.names.modes.get(placed.mode.index())
            && resource(to, *mode) == resource(from, placed.mode)
    };
    let mode = to.operation(operation).mode_ids().find(same)?;
    let carried: Option<SmallVec<[Member; 1]>> =
        placed.members.iter().map(|member| self::member(from, placed.mode, *member, to, mode)).collect();
    let mut members = carried.unwrap_or_default();
    members.sort_unstable();
    Some(Placement { mode, members, ..placed.clone() })
}

/// The same member for the same requirement of the mode, if there is one.
fn member(from: &Problem, before: ModeId, member: Member, to: &Problem, after: ModeId) -> Option<Member> {
    let place = member.requirement.0.checked_sub(from.mode(before).requirements.start)?;
    let requirement = RequirementId(to.mode(after).requirements.start + place);
    if requirement.0 >= to.mode(after).requirements.end {
        return None;
    }
    let (old, new) = (from.requirement(member.requirement), to.requirement(requirement));
    let group = |problem: &Problem, target: Target| match target {
        Target::Group(group) => Some(problem.names.groups.get(group.index()).to_owned()),
        Target::Resource(_) => None,
    };
    let name = from.names.resources.get(member.resource.index());
    let resource = to.names.resources.find(name).map(ResourceId::new)?;
    let gives = match new.target {
        Target::Group(group) => to.groups[group.index()].members.contains(&resource),
        Target::Resource(_) => false,
    };
    let same = old.phase == new.phase && group(from, old.target) == group(to, new.target);
    (same && gives).then_some(Member { requirement, resource })
}
