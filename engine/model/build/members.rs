//! Which members of groups started work holds, and for which of its requirements.

use crate::model::ids::{ModeId, RequirementId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::problem::Problem;

/// Which member stands for which requirement of started work. Choices that overlap are matched by
/// augmenting paths, so a member is never given away that only one requirement can take.
pub(super) fn take_members(
    problem: &Problem,
    mode: ModeId,
    held: &[(ResourceId, Phase)],
    changing: bool,
) -> Result<Vec<(RequirementId, ResourceId)>, String> {
    let mut seats: Vec<RequirementId> = Vec::new();
    for id in problem.mode(mode).requirement_ids() {
        let requirement = problem.requirement(id);
        let counts = requirement.phase == Phase::Run || changing;
        if let (Target::Group(_), true) = (requirement.target, counts) {
            seats.extend(std::iter::repeat_n(id, requirement.quantity.max(0) as usize));
        }
    }
    let mut held = held.to_vec();
    held.sort_unstable();
    held.dedup();
    let fits = |seat: RequirementId, (resource, phase): (ResourceId, Phase)| {
        let requirement = problem.requirement(seat);
        let Target::Group(group) = requirement.target else {
            return false;
        };
        requirement.phase == phase && problem.groups[group.index()].members.contains(&resource)
    };
    let mut taken: Vec<Option<usize>> = vec![None; held.len()];
    for seat in 0..seats.len() {
        let mut seen = vec![false; held.len()];
        if !seat_member(seat, &seats, &held, &fits, &mut taken, &mut seen) {
            let row = problem.requirement(seats[seat]).row as usize;
            return Err(format!(
                "no member named for requirement {}",
                problem.names.requirement_rows.get(row)
            ));
        }
    }
    let mut members: Vec<(RequirementId, ResourceId)> = taken
        .iter()
        .zip(&held)
        .filter_map(|(seat, member)| seat.map(|seat| (seats[seat], member.0)))
        .collect();
    members.sort_unstable();
    Ok(members)
}

fn seat_member(
    seat: usize,
    seats: &[RequirementId],
    held: &[(ResourceId, Phase)],
    fits: &dyn Fn(RequirementId, (ResourceId, Phase)) -> bool,
    taken: &mut [Option<usize>],
    seen: &mut [bool],
) -> bool {
    for member in 0..held.len() {
        if seen[member] || !fits(seats[seat], held[member]) {
            continue;
        }
        seen[member] = true;
        if taken[member].is_none_or(|other| seat_member(other, seats, held, fits, taken, seen)) {
            taken[member] = Some(seat);
            return true;
        }
    }
    false
}
