//! What the search changes: one order of all operations, and the mode and members of each.
//!
//! A decoder turns a state into times. The sequence should be a linear extension of the precedences,
//! as all sequences made by [`super::decode`] are; where it is not, the decoder lets an operation wait
//! for its predecessors, so every permutation means something.

use smallvec::SmallVec;

use super::assignment::{Member, Placement, Schedule};
use crate::model::Problem;
use crate::model::ids::{ModeId, OperationId};

/// An order of all unstarted operations with their modes and members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The unstarted operations, in the order in which the decoder places them.
    pub sequence: Vec<OperationId>,
    /// Chosen mode by operation; none lets the decoder take the one that ends first.
    pub modes: Vec<Option<ModeId>>,
    /// Chosen members by operation; empty lets the decoder take those that are free first.
    pub members: Vec<SmallVec<[Member; 1]>>,
}

impl State {
    /// Nothing chosen, in this order.
    pub fn new(problem: &Problem, sequence: Vec<OperationId>) -> Self {
        Self {
            sequence,
            modes: vec![None; problem.operations.len()],
            members: vec![SmallVec::new(); problem.operations.len()],
        }
    }

    /// The state of a schedule: by start, ends before starts at one instant, then in an order that
    /// respects precedences. Operations that it leaves out come last.
    pub fn of_schedule(problem: &Problem, schedule: &Schedule, unstarted: &[OperationId]) -> Self {
        let mut state = Self::of_placements(problem, unstarted, |operation| schedule.get(operation));
        for &operation in unstarted {
            if let Some(placed) = schedule.get(operation) {
                state.members[operation.index()].clone_from(&placed.members);
            }
        }
        state
    }

    /// The same of any placements, members left to the decoder.
    pub fn of_placements<'s>(
        problem: &Problem,
        unstarted: &[OperationId],
        placement: impl Fn(OperationId) -> Option<&'s Placement>,
    ) -> Self {
        let mut rank = vec![0_u32; problem.operations.len()];
        for (place, operation) in problem.topological.iter().enumerate() {
            rank[operation.index()] = place as u32;
        }
        let mut sequence = unstarted.to_vec();
        sequence.sort_by_cached_key(|&operation| {
            let times = placement(operation).map(|placed| (placed.start, placed.end));
            let (start, end) = times.unwrap_or((i64::MAX, i64::MAX));
            (start, end, rank[operation.index()])
        });
        let mut state = Self::new(problem, sequence);
        for &operation in unstarted {
            state.modes[operation.index()] = placement(operation).map(|placed| placed.mode);
        }
        state
    }
}
