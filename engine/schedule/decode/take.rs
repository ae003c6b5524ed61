//! Taking a place, and giving it back: every booking of one operation.
//!
//! All of it goes through [`Plan::make`], so that a mark undoes it.

use super::hold::Stretch;
use super::outline::PhaseNeeds;
use super::place::Candidate;
use super::plan::{Change, Changeover, Members, Open, Plan, Slot, Stay};
use crate::model::ids::{OperationId, WindowsId};
use crate::model::operation::Suspend;

impl<'p> Plan<'p> {
    /// Places an operation.
    pub(crate) fn commit(&mut self, operation: OperationId, candidate: &Candidate) {
        let outline = self.outline;
        let slot = candidate.slot;
        let data = outline.problem.mode(slot.mode);
        let mode = outline.mode(slot.mode);
        self.move_materials(operation, slot, 1);
        if data.duration > 0 {
            if let Some(own) = mode.own {
                self.book_refits(own, &candidate.fitted);
                self.make(Change::Busy(own, slot.hold_start(), slot.end));
                if outline.problem.resource(own).matrix.is_some() {
                    let stay = Stay { start: slot.hold_start(), end: slot.end, operation };
                    self.make(Change::Stay(own, stay));
                }
            }
            self.book_needs(operation, slot, &candidate.members, true);
        }
        self.make(Change::Place(operation, Box::new((slot, candidate.members.clone()))));
    }

    /// Takes a place away; false if the changeover behind it cannot be mended. The caller goes back to
    /// an earlier mark then.
    pub(crate) fn displace(&mut self, operation: OperationId) -> bool {
        let outline = self.outline;
        let Some(slot) = self.slot(operation).copied() else {
            return true;
        };
        let members = self.members[operation.index()].clone();
        self.move_materials(operation, slot, -1);
        if outline.problem.mode(slot.mode).duration > 0 {
            self.book_needs(operation, slot, &members, false);
            if let Some(own) = outline.mode(slot.mode).own {
                self.make(Change::Free(own, slot.hold_start(), slot.end));
                if outline.problem.resource(own).matrix.is_some() {
                    let stay = Stay { start: slot.hold_start(), end: slot.end, operation };
                    self.make(Change::Leave(own, stay));
                    if !self.mend_behind(own, stay) {
                        return false;
                    }
                }
            }
        }
        self.make(Change::Displace(operation, Box::new((slot, members))));
        true
    }

    fn book_needs(&mut self, operation: OperationId, slot: Slot, members: &Members, book: bool) {
        let outline = self.outline;
        let data = outline.problem.mode(slot.mode);
        let mode = outline.mode(slot.mode);
        let suspends = outline.problem.operation(operation).suspend == Suspend::Breaks;
        if !mode.run.is_empty() {
            let open = suspends.then(|| self.phase_open(data.working, &mode.run, members, data.run_varies));
            let stretch = Stretch { start: slot.start, end: slot.end, open: open.as_deref() };
            self.book_phase(&mode.run, members, stretch, book);
        }
        let Changeover { start, end, time, .. } = slot.changeover;
        if time > 0 && !mode.changing.is_empty() {
            let open = self.phase_open(data.changing, &mode.changing, members, data.changeover_varies);
            let stretch = Stretch { start, end, open: Some(&open) };
            self.book_phase(&mode.changing, members, stretch, book);
        }
    }

    fn phase_open(
        &mut self,
        base: WindowsId,
        needs: &PhaseNeeds,
        members: &Members,
        varies: bool,
    ) -> Open<'p> {
        if !varies {
            return Open::Fixed(self.outline.problem.window_set(base));
        }
        let of_phase = members
            .iter()
            .filter(|member| needs.groups.iter().any(|need| need.requirement == member.requirement));
        self.narrow(base, of_phase.map(|member| member.resource))
    }

    fn move_materials(&mut self, operation: OperationId, slot: Slot, sign: i64) {
        let problem = self.outline.problem;
        for &(item, quantity) in &problem.operation(operation).materials {
            if self.outline.limited[item.index()] && quantity != 0 {
                let at = if quantity < 0 { slot.start } else { slot.end };
                self.make(Change::Move(item, at, sign * quantity));
            }
        }
    }
}
