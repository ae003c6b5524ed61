//! A state in the form in which the decoder can keep a prefix of it.

use super::Decoder;
use crate::model::ids::OperationId;
use crate::schedule::state::State;

impl Decoder<'_> {
    /// Settles a state: what is placed in the order of placement, pinned operations among them, then
    /// what is left out in the order that it had.
    pub fn settle(&self, state: &mut State) {
        let outline = self.plan.outline;
        let unplaced = |op: &OperationId| self.plan.slot(*op).is_none();
        let mut sequence: Vec<OperationId> = Vec::with_capacity(self.plan.slots.len());
        sequence.extend(self.placed.iter().map(|placed| placed.0));
        let pinned = |op: &OperationId| outline.is_pinned(*op);
        sequence.extend(state.sequence.iter().copied().filter(|op| unplaced(op) && !pinned(op)));
        sequence.extend(outline.pinned.iter().copied().filter(unplaced));
        state.sequence = sequence;
    }

    /// Settles a state by start times, modes as they are: what is placed, then what is left out.
    pub(crate) fn settle_by_time(&self, state: &mut State) {
        let outline = self.plan.outline;
        let unplaced = |op: &OperationId| self.plan.slot(*op).is_none();
        let mut sequence: Vec<OperationId> = self.placed.iter().map(|placed| placed.0).collect();
        sequence.sort_by_cached_key(|op| {
            let times = self.plan.slot(*op).map(|slot| (slot.start, slot.end));
            (!outline.is_pinned(*op), times, outline.place_of(*op))
        });
        for operation in &sequence {
            state.modes[operation.index()] = self.plan.slot(*operation).map(|slot| slot.mode);
        }
        let pinned = |op: &OperationId| outline.is_pinned(*op);
        sequence.extend(state.sequence.iter().copied().filter(|op| unplaced(op) && !pinned(op)));
        sequence.extend(outline.pinned.iter().copied().filter(unplaced));
        state.sequence = sequence;
    }
}
