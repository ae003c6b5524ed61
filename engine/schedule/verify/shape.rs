//! Whether a placement can be read at all: mode, members, order of its times (contract, section 3,
//! first sentence).

use super::Report;
use crate::model::Problem;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::{Mode, Phase, Requirement, Target};
use crate::model::time::FAR;
use crate::schedule::assignment::Placement;

const RULE: u8 = 1;
/// Who is held is a matter of the unary resources that groups consist of.
const MEMBERS: u8 = 2;

/// Members of each group, ascending by id.
pub(super) fn sorted_groups(problem: &Problem) -> Vec<Vec<ResourceId>> {
    problem
        .groups
        .iter()
        .map(|group| {
            let mut members = group.members.clone();
            members.sort_unstable();
            members
        })
        .collect()
}

/// Reports what cannot be read; false where the other rules could make no sense of the placement.
pub(super) fn is_usable(
    problem: &Problem,
    groups: &[Vec<ResourceId>],
    operation: OperationId,
    placement: &Placement,
    report: &mut Report,
) -> bool {
    let name = problem.names.operations.get(operation.index());
    if !problem.operation(operation).modes.contains(&placement.mode.0) {
        let detail = format!("operation {name} runs in a mode that is not one of its own");
        report.add((RULE, "mode"), operation, None, None, detail);
        return false;
    }
    let changeover = placement.changeover.unwrap_or((0, 0));
    let times = [placement.start, placement.end, changeover.0, changeover.1];
    let sensible = times.iter().all(|time| (-FAR..=FAR).contains(time))
        && placement.start <= placement.end
        && changeover.0 <= changeover.1;
    if !sensible {
        let detail = format!(
            "operation {name} has times out of order or out of range: start {}, end {}",
            placement.start, placement.end
        );
        report.add((RULE, "times"), operation, None, Some(placement.start), detail);
        return false;
    }
    if let Some(fault) = member_fault(problem, groups, placement) {
        let detail = format!("operation {name}: {}", fault.1);
        report.add((MEMBERS, "members"), operation, fault.0, None, detail);
        return false;
    }
    true
}

type Fault<'a> = (Option<&'a str>, String);

/// What is wrong with the members, if anything.
fn member_fault<'a>(
    problem: &'a Problem,
    groups: &[Vec<ResourceId>],
    placement: &Placement,
) -> Option<Fault<'a>> {
    let mode = problem.mode(placement.mode);
    if placement.members.is_empty() && mode.requirements.is_empty() {
        return None;
    }
    let resource_name = |resource: ResourceId| problem.names.resources.get(resource.index());
    for member in &placement.members {
        let owned = mode.requirements.contains(&member.requirement.0);
        let Target::Group(group) = problem.requirement(member.requirement).target else {
            return Some((None, "a member stands for what is no group".to_owned()));
        };
        let name = resource_name(member.resource);
        if !owned {
            return Some((Some(name), format!("{name} is not required by its mode")));
        }
        let is_member = groups[group.index()].binary_search(&member.resource).is_ok();
        if !is_member || mode.resource == Some(member.resource) {
            let group = problem.names.groups.get(group.index());
            return Some((Some(name), format!("{name} cannot be taken from group {group}")));
        }
    }
    for (place, requirement) in mode.requirement_ids().zip(problem.requirements_of(placement.mode)) {
        let Target::Group(group) = requirement.target else {
            continue;
        };
        let taken = placement.members.iter().filter(|member| member.requirement == place).count() as i64;
        let idle = requirement.phase == Phase::Changeover && placement.changeover.is_none();
        if taken != requirement.quantity && !(idle && taken == 0) {
            let group = problem.names.groups.get(group.index());
            let detail = format!("takes {taken} member(s) of group {group}, needs {}", requirement.quantity);
            return Some((Some(group), detail));
        }
    }
    let twice = [Phase::Run, Phase::Changeover]
        .into_iter()
        .find_map(|phase| taken_twice(problem, mode, placement, phase))?;
    let name = resource_name(twice);
    Some((Some(name), format!("takes {name} twice in one phase")))
}

/// A member of a phase that is taken or required a second time there.
fn taken_twice(problem: &Problem, mode: &Mode, placement: &Placement, phase: Phase) -> Option<ResourceId> {
    let fixed = |requirement: &Requirement| match requirement.target {
        Target::Resource(resource) if requirement.phase == phase => Some(resource),
        _ => None,
    };
    let members: Vec<ResourceId> = placement
        .members
        .iter()
        .filter(|member| problem.requirement(member.requirement).phase == phase)
        .map(|member| member.resource)
        .collect();
    let range = mode.requirements.start as usize..mode.requirements.end as usize;
    let required = &problem.requirements[range];
    members.iter().enumerate().find_map(|(index, member)| {
        let again = members[..index].contains(member)
            || required.iter().filter_map(fixed).any(|other| other == *member);
        again.then_some(*member)
    })
}
