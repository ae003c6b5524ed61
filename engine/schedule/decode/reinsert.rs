//! A few operations leave and come back while everything else stands.
//!
//! The short form of a decoding: its cost is that of the operations that it touches, however many stand
//! around them. What was freed can be used by those behind ([`Decoder::advance`]), one at a time.
//!
//! # Invariants
//! All changes are in the log, so [`Decoder::forget`] takes any number of steps back. Placements are then
//! no longer in the order of the log: only a decoding from the beginning may follow.

use rustc_hash::FxHashMap;

use super::Decoder;
use super::place::{Candidate, no_members};
use super::plan::{Change, Changeover, Slot};
use super::refusal::Refusal;
use crate::model::ids::{ModeId, OperationId};
use crate::model::time::{FAR, Time};
use crate::schedule::state::State;

impl Decoder<'_> {
    /// Where the log stands, for [`Decoder::forget`].
    pub(crate) fn mark(&self) -> usize {
        self.plan.log.len()
    }

    /// Takes back everything since a mark.
    pub(crate) fn forget(&mut self, mark: usize) {
        let _ = self.plan.rollback(mark);
    }

    /// Takes back everything since a mark, for [`Decoder::forward`].
    pub(crate) fn back_to(&mut self, mark: usize) -> Vec<Change> {
        self.plan.rollback(mark)
    }

    /// Does again what was taken back.
    pub(crate) fn forward(&mut self, changes: Vec<Change>) {
        self.plan.replay(changes);
    }

    /// Takes operations out, the last first: give them so that successors come behind. False where the
    /// changeover behind one cannot be mended; go back to an earlier mark then.
    pub(crate) fn take_out(&mut self, out: &[OperationId]) -> bool {
        self.work += out.len() as u64;
        out.iter().rev().all(|&operation| self.plan.displace(operation))
    }

    /// Places operations in this order into the gaps; false if one of them fits nowhere.
    pub(crate) fn put_back(&mut self, out: &[OperationId], state: &State) -> bool {
        out.iter().all(|&operation| {
            self.work += 1;
            self.floors[operation.index()] = -FAR;
            let found = self.find(operation, state);
            found.map(|candidate| self.plan.commit(operation, &candidate)).is_ok()
        })
    }

    /// Takes one operation out; false, and nothing is changed, where the changeover behind it cannot be
    /// mended.
    pub(crate) fn lift(&mut self, operation: OperationId) -> bool {
        self.work += 1;
        let mark = self.mark();
        let is_out = self.plan.displace(operation);
        if !is_out {
            self.forget(mark);
        }
        is_out
    }

    /// The best place for an operation among all that stands.
    pub(crate) fn seek(&mut self, operation: OperationId, state: &State) -> Result<Candidate, Refusal> {
        self.work += 1;
        self.floors[operation.index()] = -FAR;
        self.find(operation, state)
    }

    /// Places an operation where [`Decoder::seek`] found a place.
    pub(crate) fn settle_at(&mut self, operation: OperationId, candidate: &Candidate) {
        self.plan.commit(operation, candidate);
    }

    /// The earliest start that its predecessors leave an operation in a mode.
    pub(crate) fn ready(&self, operation: OperationId, mode: ModeId) -> Option<Time> {
        self.plan.bounds(operation, mode, -FAR).ok().map(|bounds| bounds.start_low)
    }

    /// Moves a placed operation to an earlier place in its mode, if there is one that ends sooner.
    pub(crate) fn advance(&mut self, operation: OperationId) -> bool {
        let Some(slot) = self.plan.slot(operation).copied() else {
            return false;
        };
        let start = |before: OperationId| self.plan.slot(before).map(|slot| slot.start);
        let floor = self.standing.floor(operation, start);
        if !self.plan.bounds(operation, slot.mode, floor).is_ok_and(|bounds| bounds.start_low < slot.start) {
            return false;
        }
        self.work += 1;
        let mark = self.mark();
        if self.plan.displace(operation)
            && let Ok(found) = self.plan.earliest(operation, slot.mode, &no_members(), floor, None)
            && found.slot.end < slot.end
        {
            self.plan.commit(operation, &found);
            return true;
        }
        self.forget(mark);
        false
    }

    /// What has moved, or has another changeover, since a mark: with the slot that it had, ascending.
    pub(crate) fn moved_since(&self, mark: usize) -> Vec<(OperationId, Slot)> {
        let mut was: FxHashMap<OperationId, (Option<Slot>, Option<Changeover>)> = FxHashMap::default();
        for change in &self.plan.log[mark..] {
            match change {
                Change::Displace(operation, placed) => {
                    let known = was.entry(*operation).or_default();
                    known.0 = known.0.or(Some(placed.0));
                }
                Change::Refit(operation, refit) => {
                    let known = was.entry(*operation).or_default();
                    // Later ones are of a new place, or of a changeover that is not the first.
                    if known.0.is_none() && known.1.is_none() {
                        known.1 = Some(refit.0);
                    }
                }
                _ => {}
            }
        }
        let old = |(operation, (slot, changeover)): (OperationId, (Option<Slot>, Option<Changeover>))| {
            let slot = slot.or_else(|| self.plan.slot(operation).copied())?;
            Some((operation, Slot { changeover: changeover.unwrap_or(slot.changeover), ..slot }))
        };
        let mut moved: Vec<_> = was.into_iter().filter_map(old).collect();
        moved.sort_unstable_by_key(|row| row.0);
        moved
    }
}
