//! What was freed is used by those behind.
//!
//! An operation that leaves a place leaves a gap. Those that stand behind it on its resources, and its
//! successors, may start earlier; if one does, it leaves a gap in turn. So a change runs forward through
//! the schedule in the order of starts, and stops where nothing can move or the budget is spent. With a
//! large budget this is what decoding everything behind would give, at the cost of what really moves.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lanes::Lanes;
use crate::model::history::Status;
use crate::model::ids::OperationId;
use crate::model::time::Time;
use crate::schedule::decode::Decoder;

/// So many operations behind a gap are tried.
const BEHIND: usize = 3;

/// Operations that may move forward, the earliest first.
#[derive(Debug, Default)]
pub(crate) struct Cascade {
    queue: BinaryHeap<Reverse<(Time, u32, OperationId)>>,
    /// By operation: the run in which it was last looked at.
    seen: Vec<u32>,
    run: u32,
}

impl Cascade {
    /// Forgets who was looked at.
    pub(crate) fn begin(&mut self, decoder: &Decoder<'_>) {
        self.seen.resize(decoder.outline().problem.operations.len(), 0);
        self.run = self.run.wrapping_add(1);
        self.queue.clear();
    }

    /// Those behind an operation, where it stands in the lanes, may start earlier.
    pub(crate) fn freed(&mut self, decoder: &Decoder<'_>, lanes: &Lanes, operation: OperationId, from: Time) {
        for &resource in lanes.held(operation) {
            for other in lanes.behind(resource, from).filter(|other| *other != operation).take(BEHIND) {
                self.push(decoder, other);
            }
        }
        for link in decoder.outline().problem.outgoing(operation) {
            self.push(decoder, link.after);
        }
    }

    fn push(&mut self, decoder: &Decoder<'_>, operation: OperationId) {
        let outline = decoder.outline();
        if self.seen[operation.index()] == self.run
            || outline.problem.status(operation) != Status::Planned
            || outline.is_pinned(operation)
        {
            return;
        }
        if let Some(slot) = decoder.slot(operation) {
            self.seen[operation.index()] = self.run;
            self.queue.push(Reverse((slot.start, outline.place_of(operation), operation)));
        }
    }

    /// Those behind places that operations have left move forward: so many are tried.
    pub(crate) fn close_up(
        &mut self,
        decoder: &mut Decoder<'_>,
        lanes: &Lanes,
        left: &[(OperationId, Time)],
        budget: u32,
    ) {
        if budget == 0 {
            return;
        }
        self.begin(decoder);
        for &(operation, from) in left {
            self.freed(decoder, lanes, operation, from);
        }
        self.run(decoder, lanes, budget);
    }

    /// Moves operations forward until nothing can, or so many have been tried.
    pub(crate) fn run(&mut self, decoder: &mut Decoder<'_>, lanes: &Lanes, mut budget: u32) {
        while let Some(Reverse((start, _, operation))) = self.queue.pop() {
            if budget == 0 {
                break;
            }
            budget -= 1;
            if decoder.advance(operation) {
                self.freed(decoder, lanes, operation, start);
            }
        }
        self.queue.clear();
    }
}
