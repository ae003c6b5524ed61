//! Members of groups: those that `assignments` names, else first fit over time.
//!
//! Seats are filled in the order of their start, each by the first member of the group (by priority,
//! then id) that nobody holds meanwhile and that is open; by the first that nobody holds; by the
//! first. So a schedule that had good members before keeps some, and one that cannot have any shows
//! where.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::Time;
use crate::schedule::{Member, Placement, Schedule};

use super::{Held, Seat};

/// Fills the members of every placement.
pub(super) fn choose(problem: &Problem, schedule: &mut Schedule, named: &FxHashMap<OperationId, Vec<Held>>) {
    if problem.groups.is_empty() {
        return;
    }
    let mut busy = Busy::of(problem, schedule);
    let mut seats = Vec::new();
    for operation in problem.operation_ids() {
        let Some(placement) = schedule.placements[operation.index()].as_mut() else { continue };
        let mut held = named.get(&operation).cloned().unwrap_or_default();
        take_history(problem, operation, &mut held);
        let open = take_named(problem, placement, &held, &mut busy);
        seats.extend(open.into_iter().map(|(requirement, start, end)| Seat {
            start,
            operation,
            requirement,
            end,
        }));
    }
    seats.sort_unstable();
    for seat in seats {
        fill(problem, schedule, seat, &mut busy);
    }
    for placement in schedule.placements.iter_mut().flatten() {
        placement.members.sort_unstable();
    }
}

/// A started operation holds whom the baseline says where the tables say nothing.
fn take_history(problem: &Problem, operation: OperationId, held: &mut Vec<Held>) {
    if let Some(known) = problem.baseline(operation)
        && known.status == Status::Started
        && held.is_empty()
    {
        held.extend(known.members.iter().map(|&(requirement, resource)| {
            let requirement = problem.requirement(requirement);
            Held { requirement: Some(requirement.row), ..Held::of(resource, requirement.phase) }
        }));
    }
}

fn interval(placement: &Placement, phase: Phase) -> Option<(Time, Time)> {
    match phase {
        Phase::Run => Some((placement.start, placement.end)),
        Phase::Changeover => placement.changeover,
    }
}

type OpenSeat = (crate::model::ids::RequirementId, Time, Time);

/// Takes the members named for a placement; gives back the seats that nobody is named for.
fn take_named(problem: &Problem, placement: &mut Placement, held: &[Held], busy: &mut Busy) -> Vec<OpenSeat> {
    let mut open = Vec::new();
    let own = problem.mode(placement.mode).resource;
    let mut used = vec![false; held.len()];
    // Rows that name their requirement go first, so that no other requirement takes their member.
    for exact in [true, false] {
        for id in problem.mode(placement.mode).requirement_ids() {
            let requirement = problem.requirement(id);
            let Target::Group(group) = requirement.target else { continue };
            let Some((start, end)) = interval(placement, requirement.phase) else { continue };
            let group = &problem.groups[group.index()];
            for (held, used) in held.iter().zip(&mut used) {
                let filled = placement.members.iter().filter(|member| member.requirement == id).count();
                let fits = held.phase == requirement.phase
                    && held.requirement.is_none_or(|row| row == requirement.row)
                    && held.requirement.is_some() == exact
                    && (exact || Some(held.resource) != own)
                    && group.members.contains(&held.resource);
                if !*used && fits && (filled as i64) < requirement.quantity {
                    *used = true;
                    placement.members.push(Member { requirement: id, resource: held.resource });
                    busy.hold(held.resource, start, end);
                }
            }
            if !exact {
                let filled = placement.members.iter().filter(|member| member.requirement == id).count();
                let missing = (requirement.quantity.max(0) as usize).saturating_sub(filled);
                open.extend(std::iter::repeat_n((id, start, end), missing.min(group.members.len())));
            }
        }
    }
    open
}

fn fill(problem: &Problem, schedule: &mut Schedule, seat: Seat, busy: &mut Busy) {
    let requirement = problem.requirement(seat.requirement);
    let Target::Group(group) = requirement.target else { return };
    let Some(placement) = schedule.placements[seat.operation.index()].as_mut() else { return };
    let own = problem.mode(placement.mode).resource;
    let taken = |resource: ResourceId| {
        Some(resource) == own
            || placement.members.iter().any(|member| {
                member.resource == resource
                    && problem.requirement(member.requirement).phase == requirement.phase
            })
    };
    let suspends = problem.suspends(seat.operation);
    let is_open = |resource: ResourceId| {
        let windows = problem.window_set(problem.resource(resource).open);
        suspends || windows.covers(seat.start, seat.end)
    };
    let candidates = || {
        let members = &problem.groups[group.index()].members;
        members.iter().copied().filter(|member| !taken(*member))
    };
    let free = |member: &ResourceId| busy.is_free(*member, seat.start, seat.end);
    let member = candidates()
        .find(|member| free(member) && is_open(*member))
        .or_else(|| candidates().find(free))
        .or_else(|| candidates().next());
    if let Some(resource) = member {
        placement.members.push(Member { requirement: seat.requirement, resource });
        busy.hold(resource, seat.start, seat.end);
    }
}

/// When unary resources are held, as far as it is known.
#[derive(Debug)]
struct Busy(Vec<BTreeMap<Time, Time>>);

impl Busy {
    /// What modes and fixed requirements hold.
    fn of(problem: &Problem, schedule: &Schedule) -> Self {
        let mut busy = Self(vec![BTreeMap::new(); problem.resources.len()]);
        for placement in schedule.placements.iter().flatten() {
            let mode = problem.mode(placement.mode);
            if let Some(own) = mode.resource {
                let start = placement.changeover.map_or(placement.start, |(start, _)| start);
                busy.hold_unary(problem, own, start, placement.end);
            }
            for requirement in problem.requirements_of(placement.mode) {
                if let Target::Resource(resource) = requirement.target
                    && let Some((start, end)) = interval(placement, requirement.phase)
                {
                    busy.hold_unary(problem, resource, start, end);
                }
            }
        }
        busy
    }

    fn hold_unary(&mut self, problem: &Problem, resource: ResourceId, start: Time, end: Time) {
        if problem.resource(resource).kind == ResourceKind::Unary {
            self.hold(resource, start, end);
        }
    }

    fn hold(&mut self, resource: ResourceId, start: Time, end: Time) {
        let known = self.0[resource.index()].entry(start).or_insert(end);
        *known = end.max(*known);
    }

    fn is_free(&self, resource: ResourceId, start: Time, end: Time) -> bool {
        let held = &self.0[resource.index()];
        let before = held.range(..=start).next_back().is_none_or(|(_, &until)| until <= start);
        before && held.range(start..end).next().is_none()
    }
}
