//! What a decoding keeps of a schedule that people already follow.
//!
//! Generation by itself fills gaps: an operation that has become free to start slips in before others
//! that wait. A floor that follows an instruction ("not before its published start", "not before the
//! one ahead of it on the same resource") takes that freedom away, per operation. Nothing else of the
//! decoder changes, so a kept sequence obeys all rules like any other.

use smallvec::SmallVec;

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId, ResourceId};
use crate::model::time::{FAR, Time};

/// When an operation was to change over; that stands as long as its mode and its start do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published {
    /// Its mode.
    pub mode: ModeId,
    /// Its start.
    pub start: Time,
    /// From when until when it changes over.
    pub changeover: (Time, Time),
}

/// Floors under the starts of operations; the default keeps nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Earliest start by operation; empty for none.
    pub floors: Vec<Time>,
    /// By operation, the one directly before it on each unary resource; empty for none. Where that one
    /// has no place, the one before it on the same resource counts.
    pub after: Vec<SmallVec<[(ResourceId, OperationId); 2]>>,
    /// By operation: whether it starts at its floor exactly or is put off until all others are placed;
    /// empty for none.
    pub exact: Vec<bool>,
    /// By operation, its published changeover; empty for none. Generation puts a changeover as late as it can:
    /// one that was early would so take the setters, or the tools, that another was to have.
    pub changeovers: Vec<Option<Published>>,
}

impl Standing {
    /// Whether an operation that would start at `start` is put off.
    pub(crate) fn puts_off(&self, operation: OperationId, start: Time) -> bool {
        self.exact.get(operation.index()).is_some_and(|exact| *exact)
            && self.floors.get(operation.index()).is_some_and(|floor| start > *floor)
    }

    /// The published changeover of an operation, where it had one in this mode.
    pub(crate) fn changeover(&self, operation: OperationId, mode: ModeId) -> Option<Published> {
        self.changeovers.get(operation.index()).copied().flatten().filter(|known| known.mode == mode)
    }

    /// Nothing planned starts before its baseline start, `free` excepted.
    pub fn published(problem: &Problem, free: impl Fn(OperationId) -> bool) -> Self {
        let floor = |operation: OperationId| {
            let known = problem.baseline(operation).filter(|known| known.status == Status::Planned);
            known.and_then(|known| known.start).filter(|_| !free(operation)).unwrap_or(-FAR)
        };
        Self { floors: problem.operation_ids().map(floor).collect(), ..Self::default() }
    }

    /// The floor of an operation, given the starts of what is placed.
    pub(crate) fn floor(&self, operation: OperationId, start: impl Fn(OperationId) -> Option<Time>) -> Time {
        let own = self.floors.get(operation.index()).copied().unwrap_or(-FAR);
        let ahead = self.ahead(operation);
        ahead.iter().filter_map(|&link| self.last_placed(link, &start)).fold(own, Time::max)
    }

    fn ahead(&self, operation: OperationId) -> &[(ResourceId, OperationId)] {
        self.after.get(operation.index()).map_or(&[][..], SmallVec::as_slice)
    }

    /// Start of the nearest one ahead on a resource that has a place.
    fn last_placed(
        &self,
        link: (ResourceId, OperationId),
        start: &impl Fn(OperationId) -> Option<Time>,
    ) -> Option<Time> {
        let (resource, mut before) = link;
        loop {
            if let Some(start) = start(before) {
                return Some(start);
            }
            before = self.ahead(before).iter().find(|next| next.0 == resource)?.1;
        }
    }
}
