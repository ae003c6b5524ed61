//! A schedule: for each operation a mode, members, and times.

use smallvec::SmallVec;

use crate::model::ids::{ModeId, OperationId, RequirementId, ResourceId};
use crate::model::time::Time;

/// A member taken for a group requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Member {
    /// Which requirement (its target is a group).
    pub requirement: RequirementId,
    /// Which member.
    pub resource: ResourceId,
}

/// Where and when an operation runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Its mode.
    pub mode: ModeId,
    /// Start; history for started work.
    pub start: Time,
    /// End.
    pub end: Time,
    /// Changeover before it, if it takes time; for started work the remaining one, from `now`.
    pub changeover: Option<(Time, Time)>,
    /// Members taken for its group requirements, ascending.
    pub members: SmallVec<[Member; 1]>,
}

/// For each operation its placement; none for done operations, which are history, and for those
/// left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    /// By operation.
    pub placements: Vec<Option<Placement>>,
}

impl Schedule {
    /// A schedule that leaves everything out.
    pub fn empty(operations: usize) -> Self {
        Self { placements: vec![None; operations] }
    }

    /// Placement of an operation.
    pub fn get(&self, operation: OperationId) -> Option<&Placement> {
        self.placements.get(operation.index())?.as_ref()
    }
}
