//! Ejection chains: an operation goes where it should be, and what stands in its way moves on.
//!
//! In a full plant there are no gaps to go to. So an operation takes the place that it wants, those behind
//! that place on its resource leave, and each of them comes back as early as it can, making way for itself
//! in turn. That is what generation in the order of a list would do with the operation further ahead, but
//! it touches only what really moves: the chain ends where idle time takes up the delay (Glover 1996,
//! ejection chains; in job shops the insertion of Werner and Winkler 1995).
//!
//! # How
//! Operations out of place wait in a queue by the instant that they are to be at: where they stood, or for
//! those that begin the chain where they are to go. The earliest is placed first; whatever on its resource
//! stands at a later instant than its own and keeps it from its place leaves. Successors that stand too
//! early for it leave, too.
//!
//! # Cost
//! Some ten operations a chain; it is given up when it has touched [`LONGEST`] or when what it makes late
//! already costs more than it can gain.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lanes::Lanes;
use super::losses::Losses;
use super::ruin::nobody_needs;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId};
use crate::model::time::Time;
use crate::schedule::decode::{Decoder, Refusal, Slot};
use crate::schedule::state::State;

/// A chain places at most so many operations.
const LONGEST: u32 = 160;
/// So many operations make way for one.
const WAY: u32 = 12;

/// Where one operation is to go to begin with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed {
    pub(super) operation: OperationId,
    /// Before all that start at this instant or later on its resource.
    pub(super) at: Time,
    /// In this mode; none for the one in which it ends first.
    pub(super) mode: Option<ModeId>,
}

/// What is known of an operation that a chain has moved.
#[derive(Debug, Clone, Copy, Default)]
struct Out {
    run: u32,
    /// When it is to be placed.
    at: Time,
    /// When it ended before.
    end: Time,
    is_seed: bool,
}

/// Chains of operations that make way for each other.
#[derive(Debug, Default)]
pub(super) struct Ejection {
    queue: BinaryHeap<Reverse<(Time, u32, OperationId)>>,
    /// By operation.
    out: Vec<Out>,
    run: u32,
    /// What has left, with the start that it had.
    left: Vec<(OperationId, Time)>,
}

impl Ejection {
    /// What has left its place, with the start that it had.
    pub(super) fn left(&self) -> &[(OperationId, Time)] {
        &self.left
    }

    /// Runs a chain; false if it comes to nothing. The caller goes back to an earlier mark then.
    pub(super) fn run(
        &mut self,
        decoder: &mut Decoder<'_>,
        lanes: &Lanes,
        state: &mut State,
        seeds: &[Seed],
        losses: &mut Losses<'_>,
    ) -> bool {
        self.out.resize(state.modes.len(), Out::default());
        self.run = self.run.wrapping_add(1);
        self.queue.clear();
        self.left.clear();
        for seed in seeds.iter().rev() {
            if !self.eject(decoder, lanes, losses, seed.operation) {
                return false;
            }
        }
        self.queue.clear();
        for seed in seeds {
            let out = &mut self.out[seed.operation.index()];
            (out.at, out.is_seed) = (seed.at, true);
            self.push(decoder, seed.operation);
        }
        // Others that had to leave with the seeds.
        let with_them: Vec<_> = self.left.iter().map(|row| row.0).collect();
        for operation in with_them {
            if !self.out[operation.index()].is_seed {
                self.push(decoder, operation);
            }
        }
        for (operation, _) in &self.left {
            state.modes[operation.index()] = None;
            state.members[operation.index()].clear();
        }
        for seed in seeds {
            state.modes[seed.operation.index()] = seed.mode;
        }
        let mut placed = 0;
        while let Some(Reverse((_, _, operation))) = self.queue.pop() {
            placed += 1;
            if placed > LONGEST || !self.place(decoder, lanes, state, losses, operation) {
                return false;
            }
        }
        true
    }

    fn push(&mut self, decoder: &Decoder<'_>, operation: OperationId) {
        let rank = decoder.outline().place_of(operation);
        self.queue.push(Reverse((self.out[operation.index()].at, rank, operation)));
    }

    /// Whether the chain has moved it.
    fn is_out(&self, operation: OperationId) -> bool {
        self.out[operation.index()].run == self.run
    }

    /// Places one operation; others make way for it.
    fn place(
        &mut self,
        decoder: &mut Decoder<'_>,
        lanes: &Lanes,
        state: &mut State,
        losses: &mut Losses<'_>,
        operation: OperationId,
    ) -> bool {
        for _ in 0..WAY {
            let found = decoder.seek(operation, state);
            let leaves = match &found {
                Ok(candidate) => self.in_the_way(decoder, lanes, operation, &candidate.slot),
                Err(Refusal::Waits(before)) => {
                    return self.is_out(*before) && self.wait_for(decoder, operation, *before);
                }
                Err(_) => self.successor(decoder, operation),
            };
            if let Some(other) = leaves {
                // What was found counts no more: changeovers behind those that leave become others.
                if !self.eject(decoder, lanes, losses, other) {
                    return false;
                }
                state.modes[other.index()] = None;
                state.members[other.index()].clear();
                continue;
            }
            let Ok(candidate) = found else {
                return false;
            };
            let end = candidate.slot.end;
            decoder.settle_at(operation, &candidate);
            return losses.placed(decoder, operation, end);
        }
        false
    }

    /// Comes back after an operation that has no place yet.
    fn wait_for(&mut self, decoder: &Decoder<'_>, operation: OperationId, before: OperationId) -> bool {
        let at = self.out[before.index()].at;
        let out = &mut self.out[operation.index()];
        out.at = out.at.max(at + 1);
        self.push(decoder, operation);
        true
    }

    /// Who keeps an operation from the place that it wants: the first on the resource that stands later
    /// than its own instant, if it stands before the place that was found.
    fn in_the_way(
        &self,
        decoder: &Decoder<'_>,
        lanes: &Lanes,
        operation: OperationId,
        found: &Slot,
    ) -> Option<OperationId> {
        let out = &self.out[operation.index()];
        if !out.is_seed && found.end <= out.end {
            return None;
        }
        let own = decoder.outline().problem.mode(found.mode).resource?;
        let next =
            lanes.rows_behind(own, out.at).find(|&(_, other)| other != operation && !self.is_out(other))?;
        (next.0 <= found.start && Self::may_leave(decoder, next.1)).then_some(next.1)
    }

    /// A placed successor that bounds an operation.
    fn successor(&self, decoder: &Decoder<'_>, operation: OperationId) -> Option<OperationId> {
        let mut links = decoder.outline().problem.outgoing(operation).iter().map(|link| link.after);
        links.find(|&after| {
            decoder.slot(after).is_some() && !self.is_out(after) && Self::may_leave(decoder, after)
        })
    }

    /// Whether nothing that stands runs short of material, or of room, without an operation.
    pub(super) fn may_leave(decoder: &Decoder<'_>, operation: OperationId) -> bool {
        let outline = decoder.outline();
        outline.problem.status(operation) == Status::Planned
            && !outline.is_pinned(operation)
            && nobody_needs(outline.problem, operation)
    }

    /// Takes an operation out, and the one behind it where that cannot stay without it.
    fn eject(
        &mut self,
        decoder: &mut Decoder<'_>,
        lanes: &Lanes,
        losses: &mut Losses<'_>,
        operation: OperationId,
    ) -> bool {
        if self.is_out(operation) {
            return true;
        }
        let Some(slot) = decoder.slot(operation).copied() else {
            return false;
        };
        losses.touched(decoder, operation);
        if !decoder.lift(operation) {
            let own = decoder.outline().problem.mode(slot.mode).resource;
            let behind = own.and_then(|own| {
                let mut rows = lanes.rows_behind(own, slot.start);
                rows.find(|row| row.1 != operation && !self.is_out(row.1)).map(|row| row.1)
            });
            let Some(behind) = behind.filter(|&behind| Self::may_leave(decoder, behind)) else {
                return false;
            };
            if !self.eject(decoder, lanes, losses, behind) || !decoder.lift(operation) {
                return false;
            }
        }
        self.out[operation.index()] = Out { run: self.run, at: slot.start, end: slot.end, is_seed: false };
        self.left.push((operation, slot.start));
        self.push(decoder, operation);
        true
    }
}
