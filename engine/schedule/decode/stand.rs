//! A whole schedule taken as it stands, before anything is placed beside it.
//!
//! Where a schedule still fits, there is nothing to search: each operation is tried at its start, in its
//! mode and with its members, and nowhere else. What comes after goes into the gaps.

use fixedbitset::FixedBitSet;

use super::plan::Members;
use super::watch::Unwatched;
use super::{Decoder, End, Published};
use crate::model::ids::OperationId;
use crate::schedule::assignment::Schedule;
use crate::schedule::state::State;

impl Decoder<'_> {
    /// Places operations exactly as a schedule has them, in this order, predecessors first; false where one
    /// does not fit, and then the decoder is of no use until it decodes from the beginning. Materials are not
    /// looked at.
    pub(crate) fn stand(&mut self, schedule: &Schedule, operations: &[OperationId]) -> bool {
        self.predecessors_first(operations).into_iter().all(|operation| {
            self.work += 1;
            let Some(placed) = schedule.get(operation) else {
                return false;
            };
            let chosen: Members = placed.members.clone();
            if !self.plan.outline.allowed[operation.index()].contains(&placed.mode) {
                return false;
            }
            let (mode, start) = (placed.mode, placed.start);
            let published = placed.changeover.map(|changeover| Published { mode, start, changeover });
            let found = self.plan.exactly(operation, mode, &chosen, start, published);
            let found = found.ok().filter(|found| found.slot.end == placed.end);
            if let Some(candidate) = &found {
                self.placed.push((operation, self.plan.log.len()));
                self.plan.commit(operation, candidate);
            }
            found.is_some()
        })
    }

    /// Places what comes behind the first `keep` operations of a state into the gaps: no largest lag moves those.
    pub(crate) fn fill_gaps(&mut self, state: &State, keep: usize) -> End {
        self.fixed = keep;
        let (end, _) = self.resume(state, keep, true, &|| false, &mut Unwatched);
        self.fixed = 0;
        end
    }

    /// The same operations, each behind its predecessors: some links let one start before them.
    fn predecessors_first(&self, operations: &[OperationId]) -> Vec<OperationId> {
        let problem = self.plan.outline.problem;
        let mut open = FixedBitSet::with_capacity(problem.operations.len());
        open.extend(operations.iter().map(|operation| operation.index()));
        let mut ordered = Vec::with_capacity(operations.len());
        let mut path = Vec::new();
        for &operation in operations {
            path.push(operation);
            while let Some(&next) = path.last() {
                let mut before = problem.incoming(next).map(|link| link.before);
                match before.find(|before| open.contains(before.index())) {
                    Some(before) if open.contains(next.index()) => path.push(before),
                    _ => {
                        if open.contains(next.index()) {
                            open.set(next.index(), false);
                            ordered.push(next);
                        }
                        path.pop();
                    }
                }
            }
        }
        ordered
    }
}
