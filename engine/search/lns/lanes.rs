//! Who stands where: the planned operations on every resource, by start.
//!
//! Neighborhoods ask who is ahead of whom on a resource, and who might use what was freed. The lanes are
//! filled from a decoding and mended for what moves, so they are exact between moves.

use smallvec::SmallVec;

use crate::model::history::Status;
use crate::model::ids::{OperationId, ResourceId};
use crate::model::time::Time;
use crate::schedule::decode::{Decoder, Slot};

/// Resources that an operation holds while it runs.
pub(crate) type Held = SmallVec<[ResourceId; 4]>;

/// Planned operations by resource, by start.
#[derive(Debug, Default)]
pub(crate) struct Lanes {
    by_resource: Vec<Vec<(Time, OperationId)>>,
    /// By operation: where it is in the lanes, and since when.
    known: Vec<(Time, Held)>,
}

impl Lanes {
    /// Looks at all that the decoder has placed.
    pub(crate) fn fill(&mut self, decoder: &Decoder<'_>) {
        let problem = decoder.outline().problem;
        self.by_resource.iter_mut().for_each(Vec::clear);
        self.by_resource.resize_with(problem.resources.len(), Vec::new);
        self.known.clear();
        self.known.resize_with(problem.operations.len(), || (0, Held::new()));
        for operation in problem.operation_ids() {
            if let Some(slot) =
                decoder.slot(operation).filter(|_| problem.status(operation) == Status::Planned)
            {
                let held = held(decoder, operation, slot);
                for resource in &held {
                    self.by_resource[resource.index()].push((slot.start, operation));
                }
                self.known[operation.index()] = (slot.start, held);
            }
        }
        self.by_resource.iter_mut().for_each(|lane| lane.sort_unstable());
    }

    /// Looks again at operations that have moved.
    pub(crate) fn mend(&mut self, decoder: &Decoder<'_>, moved: &[(OperationId, Slot)]) {
        for &(operation, _) in moved {
            let (start, held) = std::mem::take(&mut self.known[operation.index()]);
            for resource in held {
                let lane = &mut self.by_resource[resource.index()];
                if let Ok(place) = lane.binary_search(&(start, operation)) {
                    lane.remove(place);
                }
            }
        }
        for &(operation, _) in moved {
            if let Some(slot) = decoder.slot(operation) {
                let held = held(decoder, operation, slot);
                for resource in &held {
                    let lane = &mut self.by_resource[resource.index()];
                    let place = lane.partition_point(|row| *row < (slot.start, operation));
                    lane.insert(place, (slot.start, operation));
                }
                self.known[operation.index()] = (slot.start, held);
            }
        }
    }

    /// Operations on a resource that start at `from` or later, in order.
    pub(crate) fn behind(&self, resource: ResourceId, from: Time) -> impl Iterator<Item = OperationId> + '_ {
        self.rows_behind(resource, from).map(|row| row.1)
    }

    /// The same, with their starts.
    pub(crate) fn rows_behind(
        &self,
        resource: ResourceId,
        from: Time,
    ) -> impl Iterator<Item = (Time, OperationId)> + '_ {
        let lane = &self.by_resource[resource.index()];
        lane[lane.partition_point(|row| row.0 < from)..].iter().copied()
    }

    /// Operations on a resource that start before an operation does, the nearest first.
    pub(crate) fn ahead(
        &self,
        resource: ResourceId,
        operation: OperationId,
    ) -> impl Iterator<Item = OperationId> + '_ {
        let lane = &self.by_resource[resource.index()];
        let start = self.known[operation.index()].0;
        lane[..lane.partition_point(|row| *row < (start, operation))].iter().rev().map(|row| row.1)
    }

    /// Resources that an operation held when last looked at.
    pub(crate) fn held(&self, operation: OperationId) -> &[ResourceId] {
        &self.known[operation.index()].1
    }
}

fn held(decoder: &Decoder<'_>, operation: OperationId, slot: &Slot) -> Held {
    let outline = decoder.outline();
    let mode = outline.mode(slot.mode);
    let mut held: Held = outline.problem.mode(slot.mode).resource.into_iter().collect();
    held.extend(
        mode.run
            .fixed
            .iter()
            .map(|need| need.resource)
            .filter(|other| !held.contains(other))
            .collect::<Held>(),
    );
    held.extend(decoder.members(operation).iter().map(|member| member.resource));
    held.sort_unstable();
    held.dedup();
    held
}
