//! Decoding behind a prefix that stands, and back again.
//!
//! The log of the plan is the only thing that changes it after history. So a decoding keeps a prefix of
//! placements by undoing what lies behind it, and [`Decoder::restore`] gives back exactly what was by
//! redoing the log, without searching for places once more.

use super::plan::Change;
use super::refusal::LeftOut;
use super::watch::{Unwatched, Watch};
use super::{Decoder, End};
use crate::model::ids::OperationId;
use crate::model::time::FAR;
use crate::schedule::state::State;

/// What [`Decoder::resume`] took back, for [`Decoder::restore`].
#[derive(Debug, Clone, Default)]
pub struct Undone {
    pub(super) keep: usize,
    /// Length of the log that stands.
    pub(super) mark: usize,
    pub(super) changes: Vec<Change>,
    pub(super) placed: Vec<(OperationId, usize)>,
    failed: Vec<OperationId>,
    left_out: Vec<LeftOut>,
}

impl Undone {
    /// So many placements of the prefix have stood: fewer than were to be kept where an order of theirs
    /// was left out, or moved for a largest lag. Behind them a settled state may be another.
    pub fn kept(&self) -> usize {
        self.keep
    }
}

impl Decoder<'_> {
    /// Decodes a state from the beginning.
    pub fn decode(&mut self, state: &State, partial: bool, stop: &dyn Fn() -> bool) -> End {
        self.resume(state, 0, partial, stop, &mut Unwatched).0
    }

    /// Decodes a settled state whose first `keep` operations are placed as they were in the last
    /// decoding. The second part gives back what was taken away.
    pub fn resume(
        &mut self,
        state: &State,
        keep: usize,
        partial: bool,
        stop: &dyn Fn() -> bool,
        watch: &mut dyn Watch,
    ) -> (End, Undone) {
        let keep = keep.min(self.placed.len());
        self.undone = self.take_back(keep);
        let outline = self.plan.outline;
        self.agenda.clear();
        self.agenda.extend(state.sequence[keep.min(state.sequence.len())..].iter().rev());
        if keep == 0 {
            self.agenda.extend(outline.pinned.iter().rev());
        }
        for operation in &self.agenda {
            self.floors[operation.index()] = -FAR;
            self.pushes[operation.index()] = 0;
        }
        self.rework = 0;
        self.ghosts = false;
        self.stand = 0;
        self.put_off.clear();
        self.recalled = false;
        let end = self.run(state, partial, stop, watch);
        (end, std::mem::take(&mut self.undone))
    }

    /// Takes back all but the first `keep` placements and forgets who is left out.
    fn take_back(&mut self, keep: usize) -> Undone {
        let mark = self.placed.get(keep).map_or(self.plan.log.len(), |placed| placed.1);
        let changes = self.plan.rollback(mark);
        let placed = self.placed.split_off(keep);
        let mut failed: Vec<OperationId> = std::mem::take(&mut self.failed_operations);
        failed.retain(|operation| self.failed[operation.index()]);
        for operation in &failed {
            self.failed[operation.index()] = false;
        }
        self.waits_for_operation.clear();
        self.waits_for_item.clear();
        self.waiting.clear();
        self.woken = None;
        self.lacking.clear();
        for operation in self.second_tried.drain(..) {
            self.had_second_chance[operation.index()] = false;
        }
        self.second_chance.clear();
        Undone { keep, mark, changes, placed, failed, left_out: std::mem::take(&mut self.left_out) }
    }

    /// Undoes a [`Decoder::resume`]: everything is as it was before.
    pub fn restore(&mut self, undone: Undone) {
        let _ = self.take_back(undone.keep);
        self.work += undone.placed.len() as u64;
        self.agenda.clear();
        self.plan.replay(undone.changes);
        self.placed.extend(undone.placed);
        for operation in &undone.failed {
            self.failed[operation.index()] = true;
        }
        self.failed_operations = undone.failed;
        self.left_out = undone.left_out;
    }
}
