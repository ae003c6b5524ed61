//! Who takes the setters of whom without need.
//!
//! Generation puts a changeover as late as it can, wherever it was published. One that was early may so take the
//! setters, or the tools, that another operation was to have for its own changeover, and push that one on
//! although nothing has happened to it. Placed behind the others it takes what they leave.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::operation::{Phase, Target};
use crate::model::time::Time;
use crate::schedule::assignment::{Placement, Schedule};

/// A changeover: from, to, and what it needs besides its own resource.
type Change = (Time, Time, SmallVec<[ResourceId; 2]>);

/// Operations that stand and change over at another time, where that meets the published changeover of one that
/// has been pushed on, ascending.
pub(super) fn crowding(problem: &Problem, live: &Schedule, now: &Schedule) -> Vec<OperationId> {
    let (mut lost, mut shifted): (Vec<Change>, Vec<(OperationId, Change)>) = (Vec::new(), Vec::new());
    for operation in problem.operation_ids() {
        let (Some(was), Some(is)) = (live.get(operation), now.get(operation)) else { continue };
        if is.start > was.start {
            lost.extend(change(problem, was));
        } else if (is.mode, is.start) == (was.mode, was.start) && is.changeover != was.changeover {
            shifted.extend(change(problem, is).map(|change| (operation, change)));
        }
    }
    let meets = |one: &Change, other: &Change| {
        one.0 < other.1 && other.0 < one.1 && one.2.iter().any(|resource| other.2.contains(resource))
    };
    shifted.retain(|(_, mine)| lost.iter().any(|theirs| meets(mine, theirs)));
    shifted.into_iter().map(|(operation, _)| operation).collect()
}

fn change(problem: &Problem, placed: &Placement) -> Option<Change> {
    let (from, to) = placed.changeover?;
    let rows = problem.mode(placed.mode).requirement_ids().zip(problem.requirements_of(placed.mode));
    let mut needs = SmallVec::new();
    for (id, row) in rows.filter(|(_, row)| row.phase == Phase::Changeover) {
        match row.target {
            Target::Resource(resource) => needs.push(resource),
            Target::Group(_) => {
                let mine = placed.members.iter().filter(|member| member.requirement == id);
                needs.extend(mine.map(|member| member.resource));
            }
        }
    }
    (!needs.is_empty()).then_some((from, to, needs))
}
