//! From a state to times: serial generation with everything that a real plant asks for.
//!
//! Operations are taken in the order of the state; each goes to the earliest place that all rules allow
//! given what is placed already (gaps included), so the schedule is active in that order. History comes
//! first, then operations with a pinned start, then the rest.
//!
//! # What cannot be placed
//! An operation whose predecessor has no place yet, or whose material is not there yet, *waits* and is
//! tried again when that changes. A largest lag that is too short moves the predecessor: the plan goes
//! back to before it, its start gets a floor, and generation goes on from there. An order with an
//! operation that fits nowhere is taken out whole, with the orders that need it; in the end each such
//! order gets one more chance in the gaps that remain.
//!
//! # Cost
//! A few binary searches an operation for simple ones; each further try of a start costs the same
//! again. Going back costs what is redone.
//!
//! # Invariants
//! The log of the plan is the only thing that changes it after history, so [`Decoder::resume`] can keep
//! a prefix of placements and [`Decoder::restore`] gives back exactly what was.
//!
//! # References
//! Kolisch (1996), serial and parallel resource-constrained project scheduling methods revisited.

mod balance;
mod changeover;
mod history;
mod hold;
mod leave_out;
mod links;
mod outline;
mod place;
mod plan;
mod refusal;
mod standing;
mod timeline;
mod usage;

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

pub use outline::Outline;
pub use refusal::{Cause, LeftOut};
pub use standing::Standing;

use super::assignment::Schedule;
use super::state::State;
use crate::model::history::{OnStop, Pin, Status};
use crate::model::ids::{ItemId, OperationId};
use crate::model::time::{FAR, Time};
use place::{Candidate, better};
use plan::{Change, Plan, Slot};
use refusal::Refusal;

/// Watches placements and may call a decoding off.
pub trait Watch {
    /// An operation has been placed; whether to go on.
    fn placed(&mut self, operation: OperationId, end: Time) -> bool;
    /// Placements have been taken back: what was watched no longer counts.
    fn went_back(&mut self);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn placed(&mut self, _: OperationId, _: Time) -> bool {
        true
    }

    fn went_back(&mut self) {}
}

/// How a decoding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The watch called it off.
    CalledOff,
    /// Every order is placed or left out.
    Complete,
    /// Nothing may be left out, and an order would have been.
    Stuck,
    /// The caller asked it to stop.
    Stopped,
}

/// What [`Decoder::resume`] took back, for [`Decoder::restore`].
#[derive(Debug, Clone, Default)]
pub struct Undone {
    keep: usize,
    /// Length of the log that stands.
    mark: usize,
    changes: Vec<Change>,
    placed: Vec<(OperationId, usize)>,
    failed: Vec<OperationId>,
    left_out: Vec<LeftOut>,
}

/// How often the predecessor of one operation is moved for its largest lag.
const PUSHES: u32 = 40;

/// Turns states into schedules, keeping the last one at hand.
#[derive(Debug, Clone)]
pub struct Decoder<'p> {
    plan: Plan<'p>,
    /// What has been placed, in order, each with the length of the log before it.
    placed: Vec<(OperationId, usize)>,
    /// What is still to be placed, the next one last.
    agenda: Vec<OperationId>,
    waits_for_operation: FxHashMap<OperationId, Vec<OperationId>>,
    waits_for_item: FxHashMap<ItemId, VecDeque<OperationId>>,
    waiting: Vec<OperationId>,
    /// By operation: its order is left out.
    failed: Vec<bool>,
    failed_operations: Vec<OperationId>,
    left_out: Vec<LeftOut>,
    /// Orders to be tried once more, by the operation that failed.
    second_chance: Vec<OperationId>,
    had_second_chance: Vec<bool>,
    second_tried: Vec<OperationId>,
    /// The operation that was waiting for an item and is tried next.
    woken: Option<OperationId>,
    /// Earliest starts that largest lags of successors ask for.
    floors: Vec<Time>,
    pushes: Vec<u32>,
    standing: Standing,
    /// Put off until all others are placed.
    put_off: Vec<OperationId>,
    recalled: bool,
    /// Placements below this index stand while an order has its second chance.
    stand: usize,
    rework: usize,
    ghosts: bool,
    /// What this decoding has taken back of the one before.
    undone: Undone,
    work: u64,
}

impl<'p> Decoder<'p> {
    /// History placed, nothing else.
    pub fn new(outline: &'p Outline<'p>) -> Self {
        let operations = outline.problem.operations.len();
        let mut plan = Plan::new(outline);
        plan.place_history();
        Self {
            plan,
            placed: Vec::with_capacity(operations),
            agenda: Vec::new(),
            waits_for_operation: FxHashMap::default(),
            waits_for_item: FxHashMap::default(),
            waiting: Vec::new(),
            failed: vec![false; operations],
            failed_operations: Vec::new(),
            left_out: Vec::new(),
            second_chance: Vec::new(),
            had_second_chance: vec![false; operations],
            second_tried: Vec::new(),
            woken: None,
            floors: vec![-FAR; operations],
            pushes: vec![0; operations],
            standing: Standing::default(),
            put_off: Vec::new(),
            recalled: false,
            stand: 0,
            rework: 0,
            ghosts: false,
            undone: Undone::default(),
            work: 0,
        }
    }

    /// What the decoder knows of the problem.
    pub fn outline(&self) -> &'p Outline<'p> {
        self.plan.outline
    }

    /// Operations touched so far.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Counts work done outside, such as a move that came to nothing.
    pub(crate) fn charge(&mut self, work: u64) {
        self.work += work;
    }

    /// What decodings from now on keep of another schedule.
    pub fn keep(&mut self, standing: Standing) {
        self.standing = standing;
    }

    /// How many operations have a place beside history.
    pub fn placed(&self) -> usize {
        self.placed.len()
    }

    /// The schedule as it stands.
    pub fn schedule(&self) -> Schedule {
        self.plan.schedule()
    }

    /// Orders left out.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// Start and end of an operation that has a place; right after [`Decoder::new`] that is history.
    pub fn times(&self, operation: OperationId) -> Option<(Time, Time)> {
        self.plan.slot(operation).map(|slot| (slot.start, slot.end))
    }

    pub(crate) fn slot(&self, operation: OperationId) -> Option<&Slot> {
        self.plan.slot(operation)
    }

    pub(crate) fn members(&self, operation: OperationId) -> &[super::assignment::Member] {
        &self.plan.members[operation.index()]
    }

    /// Working ticks of a placed operation from `now` on.
    pub(crate) fn worked(&self, operation: OperationId) -> Time {
        let problem = self.plan.outline.problem;
        let Some(slot) = self.plan.slot(operation) else {
            return 0;
        };
        match problem.baseline(operation) {
            Some(known) if known.status == Status::Started => match known.on_stop {
                OnStop::Resume => known.remaining,
                OnStop::Restart => {
                    let from = if slot.changeover.time > 0 { slot.changeover.end } else { problem.now };
                    self.plan.working(operation).open_between(from, slot.end)
                }
            },
            _ => problem.mode(slot.mode).duration,
        }
    }

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
        let failed: Vec<OperationId> = std::mem::take(&mut self.failed_operations);
        for operation in &failed {
            self.failed[operation.index()] = false;
        }
        self.waits_for_operation.clear();
        self.waits_for_item.clear();
        self.waiting.clear();
        for operation in self.second_tried.drain(..) {
            self.had_second_chance[operation.index()] = false;
        }
        self.second_chance.clear();
        Undone { keep, mark, changes, placed, failed, left_out: std::mem::take(&mut self.left_out) }
    }

    /// Undoes a [`Decoder::resume`]: everything is as it was before.
    pub fn restore(&mut self, undone: Undone) {
        let _ = self.take_back(undone.keep);
        self.work += undone.placed.len() as u64 / 4;
        self.agenda.clear();
        self.plan.replay(undone.changes);
        self.placed.extend(undone.placed);
        for operation in &undone.failed {
            self.failed[operation.index()] = true;
        }
        self.failed_operations = undone.failed;
        self.left_out = undone.left_out;
    }

    /// Takes operations out and places them anew in the order given, everything else standing still:
    /// a mark to give to [`Decoder::forget`], and whether all of them found a place. After that the
    /// placements are no longer in the order of the log, so only a decoding from the beginning may
    /// follow.
    pub(crate) fn reinsert(&mut self, out: &[OperationId], state: &State) -> (usize, bool) {
        let mark = self.plan.log.len();
        self.work += out.len() as u64;
        // Successors first: nothing that stands may need what has gone.
        let gone = out.iter().rev().all(|&operation| self.plan.displace(operation));
        if !gone {
            return (mark, false);
        }
        for &operation in out {
            self.work += 1;
            self.floors[operation.index()] = -FAR;
            match self.find(operation, state) {
                Ok(candidate) => self.plan.commit(operation, &candidate),
                Err(_) => return (mark, false),
            }
        }
        (mark, true)
    }

    /// Takes a reinsertion back.
    pub(crate) fn forget(&mut self, mark: usize) {
        let _ = self.plan.rollback(mark);
    }

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

    /// Places what is on the agenda.
    fn run(&mut self, state: &State, partial: bool, stop: &dyn Fn() -> bool, watch: &mut dyn Watch) -> End {
        let mut until_look = 0_u32;
        // Every pass places or leaves out something; the limit is there lest a mistake here hang a plant.
        for _ in 0..8 * self.plan.slots.len() + 1_000 {
            while let Some(operation) = self.agenda.pop() {
                if self.failed[operation.index()] || self.plan.slot(operation).is_some() {
                    continue;
                }
                self.work += 1;
                if until_look == 0 {
                    until_look = 256;
                    if stop() {
                        return End::Stopped;
                    }
                }
                until_look -= 1;
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
    fn find(&mut self, operation: OperationId, state: &State) -> Result<Candidate, Refusal> {
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
        mode: crate::model::ids::ModeId,
        chosen: &plan::Members,
        floor: Time,
        pin: Option<Time>,
    ) -> Result<Candidate, Refusal> {
        match pin {
            Some(start) => self.plan.exactly(operation, mode, chosen, start),
            None => self.plan.earliest(operation, mode, chosen, floor),
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
            if let Some(first) = self.waits_for_item.get_mut(&item).and_then(VecDeque::pop_front) {
                self.agenda.push(first);
                self.woken = Some(first);
            }
        }
        if let Some(waiters) = self.waits_for_operation.remove(&operation) {
            self.agenda.extend(waiters.into_iter().rev());
        }
    }

    /// Deals with a refusal; whether the operation may still be placed.
    fn refused(&mut self, operation: OperationId, refusal: Refusal) -> bool {
        match refusal {
            Refusal::Waits(before) if !self.failed[before.index()] => {
                self.waits_for_operation.entry(before).or_default().push(operation);
                self.waiting.push(operation);
                true
            }
            Refusal::Item(item) => {
                let waiters = self.waits_for_item.entry(item).or_default();
                if self.woken == Some(operation) {
                    waiters.push_front(operation);
                } else {
                    waiters.push_back(operation);
                }
                self.waiting.push(operation);
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
        match found.filter(|&index| index >= self.stand && !pinned) {
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
    fn go_back(&mut self, index: usize) {
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
