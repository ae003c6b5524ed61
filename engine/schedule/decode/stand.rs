//! A whole schedule taken as it stands, before anything is placed beside it.
//!
//! Where a schedule still fits, there is nothing to search: each operation is tried at its start, in its
//! mode and with its members, and nowhere else. What comes after goes into the gaps.

use super::Decoder;
use super::Published;
use super::plan::Members;
use crate::model::ids::OperationId;
use crate::schedule::assignment::Schedule;

impl Decoder<'_> {
    /// Places operations exactly as a schedule has them, in this order; false where one does not fit,
    /// and then the decoder is of no use until it decodes from the beginning. Materials are not looked at.
    pub(crate) fn stand(&mut self, schedule: &Schedule, operations: &[OperationId]) -> bool {
        operations.iter().all(|&operation| {
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
}
