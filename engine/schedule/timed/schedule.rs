//! From the kernel's state to a schedule of the problem.

use super::state::State;
use crate::model::Problem;
use crate::schedule::decode::{Decoder, Outline};
use crate::schedule::{Placement, Schedule};

impl State<'_> {
    /// The schedule: history as it is, every node where the state has it, changeovers as late as they can be.
    pub fn schedule(&self, problem: &Problem) -> Schedule {
        let outline = Outline::new(problem);
        let mut schedule = Decoder::new(&outline).schedule();
        for (node, data) in self.instance.nodes.iter().enumerate() {
            let record = &self.records[node];
            schedule.placements[data.operation.index()] = Some(Placement {
                mode: self.mode(node as u32).id,
                start: record.start,
                end: record.end,
                changeover: self.changeover(node as u32),
                members: smallvec::SmallVec::new(),
            });
        }
        schedule
    }
}
