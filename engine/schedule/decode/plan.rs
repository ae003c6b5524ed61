//! The schedule under construction: who holds what when, and a log to take it back.
//!
//! Everything that placing an operation does is a list of [`Change`]s, each with an exact inverse. So
//! the plan goes back to any earlier mark by undoing the log, and forward again by redoing it, without
//! searching for places once more.

use std::cell::Cell;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::balance::Balance;
use super::outline::Outline;
use super::timeline::Timeline;
use super::usage::Usage;
use crate::model::ids::{ItemId, ModeId, OperationId, ResourceId, WindowsId};
use crate::model::resource::ResourceKind;
use crate::model::time::{Span, Time};
use crate::model::windows::Windows;
use crate::schedule::assignment::{Member, Placement, Schedule};

/// Members taken for the group requirements of an operation.
pub(crate) type Members = SmallVec<[Member; 1]>;

/// The changeover before an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Changeover {
    pub(crate) start: Time,
    pub(crate) end: Time,
    /// Working time; 0 is no changeover.
    pub(crate) time: Span,
    pub(crate) cost: i64,
}

/// Where and when an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) mode: ModeId,
    pub(crate) start: Time,
    pub(crate) end: Time,
    pub(crate) changeover: Changeover,
}

impl Slot {
    /// Since when the own resource is held.
    pub(crate) fn hold_start(&self) -> Time {
        if self.changeover.time > 0 { self.changeover.start } else { self.start }
    }
}

/// A stay on a resource that changes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stay {
    pub(crate) start: Time,
    pub(crate) end: Time,
    pub(crate) operation: OperationId,
}

/// One reversible step.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Change {
    /// The operation is placed.
    Place(OperationId, Box<(Slot, Members)>),
    /// The operation loses its place.
    Displace(OperationId, Box<(Slot, Members)>),
    /// The changeover of a placed operation becomes another: before, after.
    Refit(OperationId, Box<(Changeover, Changeover)>),
    /// A unary resource becomes busy.
    Busy(ResourceId, Time, Time),
    /// A unary resource becomes free.
    Free(ResourceId, Time, Time),
    /// An operation stays on its own resource.
    Stay(ResourceId, Stay),
    /// It does so no more.
    Leave(ResourceId, Stay),
    /// Quantity taken of a cumulative resource where its capacity is at least the last number.
    Use(ResourceId, Time, Time, i64, i64),
    /// A movement of an item.
    Move(ItemId, Time, i64),
}

/// Windows of a mode, or narrowed by members.
#[derive(Debug, Clone)]
pub(crate) enum Open<'p> {
    Fixed(&'p Windows),
    Narrowed(Arc<Windows>),
}

impl std::ops::Deref for Open<'_> {
    type Target = Windows;
    fn deref(&self) -> &Windows {
        match self {
            Self::Fixed(windows) => windows,
            Self::Narrowed(windows) => windows,
        }
    }
}

/// The schedule under construction.
#[derive(Debug, Clone)]
pub(crate) struct Plan<'p> {
    pub(crate) outline: &'p Outline<'p>,
    pub(crate) slots: Vec<Option<Slot>>,
    pub(crate) members: Vec<Members>,
    /// By resource; empty for cumulative ones.
    pub(crate) timelines: Vec<Timeline>,
    /// Stays by resource, ascending, where it has a matrix.
    pub(crate) stays: Vec<Vec<Stay>>,
    /// By resource; empty for unary ones.
    pub(crate) usages: Vec<Usage>,
    pub(crate) balances: Vec<Balance>,
    pub(crate) log: Vec<Change>,
    /// Starts tried, gaps and steps looked at: what a search for places costs.
    pub(crate) looks: Cell<u64>,
    narrowed: FxHashMap<(WindowsId, SmallVec<[WindowsId; 2]>), Arc<Windows>>,
}

impl<'p> Plan<'p> {
    /// Nothing placed; history is not in it yet.
    pub(crate) fn new(outline: &'p Outline<'p>) -> Self {
        let problem = outline.problem;
        let usage = |resource: ResourceId| match problem.resource(resource).kind {
            ResourceKind::Unary => Usage::default(),
            ResourceKind::Cumulative => Usage::new(problem.profile(problem.resource(resource).profile)),
        };
        Self {
            outline,
            slots: vec![None; problem.operations.len()],
            members: vec![SmallVec::new(); problem.operations.len()],
            timelines: vec![Timeline::default(); problem.resources.len()],
            stays: vec![Vec::new(); problem.resources.len()],
            usages: problem.resource_ids().map(usage).collect(),
            balances: problem.items.iter().map(|item| Balance::new(&item.arrivals)).collect(),
            log: Vec::new(),
            looks: Cell::new(0),
            narrowed: FxHashMap::default(),
        }
    }

    #[inline]
    pub(crate) fn slot(&self, operation: OperationId) -> Option<&Slot> {
        self.slots[operation.index()].as_ref()
    }

    /// Counts what a search for a place has looked at.
    #[inline]
    pub(crate) fn count(&self, looks: u64) {
        self.looks.set(self.looks.get() + looks);
    }

    /// Makes a change and remembers it.
    #[inline]
    pub(crate) fn make(&mut self, change: Change) {
        self.apply(&change);
        self.log.push(change);
    }

    /// Takes back all changes since the log had `mark` entries; gives them, oldest first.
    pub(crate) fn rollback(&mut self, mark: usize) -> Vec<Change> {
        let undone = self.log.split_off(mark);
        for change in undone.iter().rev() {
            self.revert(change);
        }
        undone
    }

    /// Makes changes again that were rolled back.
    pub(crate) fn replay(&mut self, changes: Vec<Change>) {
        for change in &changes {
            self.apply(change);
        }
        self.log.extend(changes);
    }

    fn apply(&mut self, change: &Change) {
        match *change {
            Change::Place(operation, ref placed) => self.put(operation, placed.0, &placed.1),
            Change::Displace(operation, ref placed) => self.lift(operation, &placed.1),
            Change::Refit(operation, ref refit) => self.set_changeover(operation, refit.1),
            Change::Busy(resource, start, end) => self.timelines[resource.index()].insert(start, end),
            Change::Free(resource, start, end) => self.timelines[resource.index()].remove(start, end),
            Change::Stay(resource, stay) => self.stay(resource, stay),
            Change::Leave(resource, stay) => self.leave(resource, stay),
            Change::Use(resource, start, end, quantity, threshold) => {
                self.usages[resource.index()].add(start, end, quantity, threshold);
            }
            Change::Move(item, time, quantity) => self.balances[item.index()].add(time, quantity),
        }
    }

    fn revert(&mut self, change: &Change) {
        match *change {
            Change::Place(operation, ref placed) => self.lift(operation, &placed.1),
            Change::Displace(operation, ref placed) => self.put(operation, placed.0, &placed.1),
            Change::Refit(operation, ref refit) => self.set_changeover(operation, refit.0),
            Change::Busy(resource, start, end) => self.timelines[resource.index()].remove(start, end),
            Change::Free(resource, start, end) => self.timelines[resource.index()].insert(start, end),
            Change::Stay(resource, stay) => self.leave(resource, stay),
            Change::Leave(resource, stay) => self.stay(resource, stay),
            Change::Use(resource, start, end, quantity, threshold) => {
                self.usages[resource.index()].add(start, end, -quantity, threshold);
            }
            Change::Move(item, time, quantity) => self.balances[item.index()].add(time, -quantity),
        }
    }

    fn put(&mut self, operation: OperationId, slot: Slot, members: &Members) {
        self.slots[operation.index()] = Some(slot);
        if !members.is_empty() {
            self.members[operation.index()].clone_from(members);
        }
    }

    fn lift(&mut self, operation: OperationId, members: &Members) {
        self.slots[operation.index()] = None;
        if !members.is_empty() {
            self.members[operation.index()].clear();
        }
    }

    fn set_changeover(&mut self, operation: OperationId, changeover: Changeover) {
        if let Some(slot) = &mut self.slots[operation.index()] {
            slot.changeover = changeover;
        }
    }

    fn stay(&mut self, resource: ResourceId, stay: Stay) {
        let stays = &mut self.stays[resource.index()];
        let place = stays.partition_point(|other| other.end <= stay.start);
        stays.insert(place, stay);
    }

    fn leave(&mut self, resource: ResourceId, stay: Stay) {
        let stays = &mut self.stays[resource.index()];
        let mut place = stays.partition_point(|other| other.end <= stay.start);
        // A stay without length sits among those that end where it does.
        while place > 0 && stays.get(place) != Some(&stay) {
            place -= 1;
        }
        debug_assert_eq!(stays.get(place), Some(&stay));
        stays.remove(place);
    }

    /// `base` where all of `others` are open too.
    pub(crate) fn narrow(&mut self, base: WindowsId, others: impl Iterator<Item = ResourceId>) -> Open<'p> {
        let problem = self.outline.problem;
        let mut key: SmallVec<[WindowsId; 2]> =
            others.map(|resource| problem.resource(resource).open).collect();
        key.sort_unstable();
        key.dedup();
        key.retain(|&mut other| other != base && !problem.window_set(other).is_always());
        if key.is_empty() {
            return Open::Fixed(problem.window_set(base));
        }
        let narrowed = self.narrowed.entry((base, key)).or_insert_with_key(|(base, others)| {
            let mut windows = problem.window_set(*base).clone();
            for &other in others {
                windows = windows.intersect(problem.window_set(other));
            }
            Arc::new(windows)
        });
        Open::Narrowed(Arc::clone(narrowed))
    }

    /// What has been placed, started work included.
    pub(crate) fn schedule(&self) -> Schedule {
        let mut schedule = Schedule::empty(self.slots.len());
        for operation in self.outline.problem.operation_ids() {
            let done = self.outline.problem.status(operation) == crate::model::history::Status::Done;
            let Some(slot) = self.slot(operation).filter(|_| !done) else {
                continue;
            };
            let changeover = slot.changeover;
            let mut members = self.members[operation.index()].clone();
            members.sort_unstable();
            schedule.placements[operation.index()] = Some(Placement {
                mode: slot.mode,
                start: slot.start,
                end: slot.end,
                changeover: (changeover.time > 0).then_some((changeover.start, changeover.end)),
                members,
            });
        }
        schedule
    }
}
