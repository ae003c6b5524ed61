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
//! # Where things are
//! `generate` takes operations in turn, `place` finds the place of one and `take` books it, `leave_out`
//! deals with what has none, `resume` keeps a prefix and gives it back, `reinsert` moves a few operations
//! among all others, `settle` puts a state into the order of placement.
//!
//! # References
//! Kolisch (1996), serial and parallel resource-constrained project scheduling methods revisited.

mod balance;
mod changeover;
mod generate;
mod given;
mod history;
mod hold;
mod leave_out;
mod links;
mod outline;
mod place;
mod plan;
mod refusal;
mod reinsert;
mod resume;
mod settle;
mod stand;
mod standing;
mod take;
mod timeline;
mod usage;
mod watch;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

use rustc_hash::FxHashMap;

pub use outline::Outline;
pub(crate) use plan::Slot;
pub(crate) use refusal::Refusal;
pub use refusal::{Cause, LeftOut};
pub use resume::Undone;
pub use standing::{Published, Standing};
pub use watch::{Unwatched, Watch};

use super::assignment::Schedule;
use crate::model::history::{OnStop, Status};
use crate::model::ids::{ItemId, OperationId};
use crate::model::time::{FAR, Time};
use plan::Plan;

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
    /// What waits for a predecessor or an item, by rank; some of it no longer does.
    waiting: BTreeSet<(u32, OperationId)>,
    /// What waits for an item, and for which.
    lacking: BTreeMap<(u32, OperationId), ItemId>,
    /// By operation: its order is left out.
    failed: Vec<bool>,
    failed_operations: Vec<OperationId>,
    left_out: Vec<LeftOut>,
    /// Orders to be tried once more, by weight and the operation that failed.
    second_chance: BinaryHeap<(i64, Reverse<OperationId>)>,
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
    /// Placements below this index are moved by no largest lag.
    fixed: usize,
    rework: usize,
    ghosts: bool,
    /// What this decoding has taken back of the one before.
    undone: Undone,
    work: u64,
    /// A decoding stops when so much work has been done.
    most_work: u64,
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
            waiting: BTreeSet::new(),
            lacking: BTreeMap::new(),
            failed: vec![false; operations],
            failed_operations: Vec::new(),
            left_out: Vec::new(),
            second_chance: BinaryHeap::new(),
            had_second_chance: vec![false; operations],
            second_tried: Vec::new(),
            woken: None,
            floors: vec![-FAR; operations],
            pushes: vec![0; operations],
            standing: Standing::default(),
            put_off: Vec::new(),
            recalled: false,
            stand: 0,
            fixed: 0,
            rework: 0,
            ghosts: false,
            undone: Undone::default(),
            work: 0,
            most_work: u64::MAX,
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

    /// Starts tried, gaps and steps looked at so far: what finding places has cost. A plant of twice the
    /// size should need about twice as many.
    pub fn looks(&self) -> u64 {
        self.plan.looks.get()
    }

    /// Decodings stop as soon as [`Decoder::work`] reaches `most`.
    pub fn stop_at_work(&mut self, most: u64) {
        self.most_work = most;
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
}
