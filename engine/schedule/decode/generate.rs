//! Serial generation: one operation after the other to the best place that is left.
//!
//! What must wait for a placement or for material is put on the agenda again when that comes; a largest
//! lag that is too short sends the plan back to before the predecessor; what fits nowhere is left out.

use super::place::{self, Candidate, better};
use super::plan::Members;
use super::refusal::Refusal;
use super::watch::Watch;
use super::{Decoder, End};
use crate::model::history::{Pin, Status};
use crate::model::ids::{ItemId, ModeId, OperationId};
use crate::model::time::Time;
use crate::schedule::state::State;

/// So many looks (at starts, gaps, steps) are between two questions whether to stop: well below a
/// millisecond.
const POLL: u64 = 1_000;
/// How often the predecessor of one operation is moved for its largest lag.
const PUSHES: u32 = 40;

impl Decoder<'_> {
    /// Places what is on the agenda.
    pub(super) fn run(
        &mut self,
        state: &State,
        partial: bool,
        stop: &dyn Fn() -> bool,
        watch: &mut dyn Watch,
    ) -> End {
        let end = self.generate(state, partial, stop, watch);
        self.forget_second_chances();
        end
    }

    fn generate(
        &mut self,
        state: &State,
        partial: bool,
        stop: &dyn Fn() -> bool,
        watch: &mut dyn Watch,
    ) -> End {
        let mut next_poll = 0;
        // Every pass places or leaves out something; the limit is there lest a mistake here hang a plant.
        for _ in 0..8 * self.plan.slots.len() + 1_000 {
            while let Some(operation) = self.agenda.pop() {
                if self.failed[operation.index()] || self.plan.slot(operation).is_some() {
                    continue;
                }
                if self.work >= self.most_work {
                    return End::Stopped;
                }
                self.work += 1;
                let pace = self.work + self.plan.looks.get();
                if pace >= next_poll {
                    next_poll = pace + POLL;
                    if stop() {
                        return End::Stopped;
                    }
                }
                match self.find(operation, state) {
                    Ok(candidate)
                        if !self.recalled && self.standing.puts_off(operation, candidate.slot.start) =>
                    {
                        self.put_off.push(operation);
                    }
                    Ok(candidate) => {
                        self.place(operation, &candidate);
                        if !watch.placed(operation, candidate.slot.end) {
                            return End::CalledOff;
                        }
                    }
                    Err(refusal) => {
                        watch.went_back();
                        if !self.refused(operation, refusal) && !partial {
                            return End::Stuck;
                        }
                    }
                }
            }
            watch.went_back();
            if !self.recalled && !self.put_off.is_empty() {
                self.recalled = true;
                self.agenda.extend(self.put_off.drain(..).rev());
                continue;
            }
            if self.finish_pass() {
                return End::Complete;
            }
            if !partial && !self.left_out.is_empty() {
                return End::Stuck;
            }
            if stop() {
                return End::Stopped;
            }
        }
        End::Stuck
    }

    /// The best place for an operation.
    pub(super) fn find(&mut self, operation: OperationId, state: &State) -> Result<Candidate, Refusal> {
        let outline = self.plan.outline;
        let chosen = &state.members[operation.index()];
        let known = outline.problem.baseline(operation).filter(|known| known.status == Status::Planned);
        if let Some((chain, place)) = outline.pin_place[operation.index()] {
            let earlier = &outline.pin_chains[chain as usize][..place as usize];
            let open = |op: &&OperationId| self.plan.slot(**op).is_none() && !self.failed[op.index()];
            if let Some(&first) = earlier.iter().rev().find(open) {
                return Err(Refusal::Waits(first));
            }
        }
        let pin = known.filter(|known| known.pin == Pin::Start).and_then(|known| known.start);
        let start = |before: OperationId| self.plan.slot(before).map(|slot| slot.start);
        let floor = self.floors[operation.index()].max(self.standing.floor(operation, start));
        let mut best = Err(Refusal::NoMode);
        if let Some(mode) = state.modes[operation.index()]
            && outline.allowed[operation.index()].contains(&mode)
        {
            best = self.find_in(operation, mode, chosen, floor, pin);
            if matches!(best, Ok(_) | Err(Refusal::Waits(_) | Refusal::Item(_) | Refusal::Lag(..))) {
                return best;
            }
        }
        for &mode in &outline.allowed[operation.index()] {
            if state.modes[operation.index()] != Some(mode) {
                let none = place::no_members();
                let found = self.find_in(operation, mode, &none, floor, pin);
                if matches!(found, Err(Refusal::Waits(_))) {
                    return found;
                }
                best = better(best, found);
            }
        }
        best
    }

    fn find_in(
        &mut self,
        operation: OperationId,
        mode: ModeId,
        chosen: &Members,
        floor: Time,
        pin: Option<Time>,
    ) -> Result<Candidate, Refusal> {
        let published = self.standing.changeover(operation, mode);
        match pin {
            Some(start) => self.plan.exactly(operation, mode, chosen, start, published),
            None => self.plan.earliest(operation, mode, chosen, floor, published),
        }
    }

    fn place(&mut self, operation: OperationId, candidate: &Candidate) {
        self.placed.push((operation, self.plan.log.len()));
        self.plan.commit(operation, candidate);
        self.wake(operation);
    }

    /// Puts those that waited for a placement back on the agenda.
    fn wake(&mut self, operation: OperationId) {
        let outline = self.plan.outline;
        if self.waiting.is_empty() {
            return;
        }
        // One at a time: if it can be placed it wakes the next.
        for &(item, _) in &outline.problem.operation(operation).materials {
            self.wake_next(item);
        }
        if let Some(waiters) = self.waits_for_operation.remove(&operation) {
            self.agenda.extend(waiters.into_iter().rev());
        }
    }

    /// Puts the next in line for an item back on the agenda.
    pub(super) fn wake_next(&mut self, item: ItemId) {
        let Some(waiters) = self.waits_for_item.get_mut(&item) else {
            return;
        };
        while let Some(first) = waiters.pop_front() {
            self.lacking.remove(&(self.plan.outline.rank[first.index()], first));
            if !self.failed[first.index()] {
                self.agenda.push(first);
                self.woken = Some(first);
                return;
            }
        }
    }

    /// Deals with a refusal; whether the operation may still be placed.
    fn refused(&mut self, operation: OperationId, refusal: Refusal) -> bool {
        let place = (self.plan.outline.rank[operation.index()], operation);
        match refusal {
            Refusal::Waits(before) if !self.failed[before.index()] => {
                self.waits_for_operation.entry(before).or_default().push(operation);
                self.waiting.insert(place);
                true
            }
            Refusal::Item(item) => {
                let waiters = self.waits_for_item.entry(item).or_default();
                if self.woken == Some(operation) {
                    waiters.push_front(operation);
                } else {
                    waiters.push_back(operation);
                }
                self.lacking.insert(place, item);
                self.waiting.insert(place);
                true
            }
            Refusal::Lag(before, by) if self.push(operation, before, by) => true,
            _ => {
                self.leave_out(operation, refusal);
                false
            }
        }
    }

    /// Goes back to before a predecessor and gives it a later floor.
    fn push(&mut self, operation: OperationId, before: OperationId, by: Time) -> bool {
        let pushes = &mut self.pushes[before.index()];
        *pushes += 1;
        if *pushes > PUSHES {
            return false;
        }
        let Some(slot) = self.plan.slot(before).copied() else {
            return false;
        };
        let found = self.placed.iter().rposition(|placed| placed.0 == before);
        let pinned = self.plan.outline.is_pinned(before);
        match found.filter(|&index| index >= self.stand.max(self.fixed) && !pinned) {
            Some(index) => {
                self.floors[before.index()] = slot.start + by;
                self.agenda.push(operation);
                self.go_back(index);
                true
            }
            None => false,
        }
    }

    /// Takes placements back and puts their operations on the agenda.
    pub(super) fn go_back(&mut self, index: usize) {
        let Some(&(_, mark)) = self.placed.get(index) else {
            return;
        };
        self.rework += self.placed.len() - index;
        let mut taken = self.plan.rollback(mark);
        // Going back behind what was to stand: that is to be given back, too.
        let undone = &mut self.undone;
        if index < undone.keep {
            taken.truncate(undone.mark - mark);
            taken.append(&mut undone.changes);
            undone.changes = taken;
            let stood = self.placed[index..undone.keep].iter().copied();
            undone.placed.splice(0..0, stood);
            (undone.keep, undone.mark) = (index, mark);
        }
        let taken = self.placed.drain(index..).map(|placed| placed.0);
        self.agenda.extend(taken.rev());
    }
}
