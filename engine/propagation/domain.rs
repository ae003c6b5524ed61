//! When each operation can still start and end, and in which modes.
//!
//! Four instants an operation (earliest and latest start and end) and a set of modes as bits. They only ever
//! narrow; an empty window or an empty set is a [`Conflict`]. Every change is on the trail, and the operations
//! that changed are listed for the propagators.

use super::network::{MOST_MODES, Network, Point};
use super::trail::Trail;
use crate::model::time::Time;

/// Values kept for an operation: est, lst, ect, lct, modes.
const WIDTH: usize = 5;
const EST: usize = 0;
const LST: usize = 1;
const ECT: usize = 2;
const LCT: usize = 3;
const MODES: usize = 4;

fn low_of(point: Point) -> usize {
    if point.is_multiple_of(2) { EST } else { ECT }
}

fn high_of(point: Point) -> usize {
    if point.is_multiple_of(2) { LST } else { LCT }
}

/// Why nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Release and deadline.
    Window,
    /// Precedences with their lags.
    Lags,
    /// No mode fits into the window through its calendar.
    Work,
    /// Operations exclude each other; index in [`Network::disjunctives`].
    Disjunctive(u32),
    /// Capacity; index in [`Network::cumulatives`].
    Capacity(u32),
    /// Too little of an item, or too much; index in [`Network::reservoirs`].
    Item(u32),
}

/// A contradiction: the operation that has no place left, and what took it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conflict {
    /// Operation of the network.
    pub operation: u32,
    /// Which rule.
    pub cause: Cause,
}

/// The windows and modes that are left, with undo.
#[derive(Debug, Clone)]
pub struct Domains {
    values: Vec<Time>,
    trail: Trail,
    /// Operations that changed, each once.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// Whose change it is; a conflict carries it.
    pub(super) cause: Cause,
}

impl Domains {
    /// As the network gives them; all operations count as changed.
    pub(super) fn new(network: &Network<'_>) -> Self {
        let count = network.operations.len();
        let mut values = Vec::with_capacity(WIDTH * count);
        for operation in &network.operations {
            let modes = operation.modes.len();
            let all = if modes >= MOST_MODES { u64::MAX } else { (1 << modes) - 1 };
            let (start, end) = (operation.release, operation.deadline);
            values.extend([start, operation.latest_start.min(end), start, end, all.cast_signed()]);
        }
        let (changed, is_changed) = ((0..count as u32).collect(), vec![true; count]);
        Self { values, trail: Trail::default(), changed, is_changed, cause: Cause::Window }
    }

    /// Earliest start.
    #[inline]
    pub fn est(&self, operation: usize) -> Time {
        self.values[WIDTH * operation + EST]
    }

    /// Latest start.
    #[inline]
    pub fn lst(&self, operation: usize) -> Time {
        self.values[WIDTH * operation + LST]
    }

    /// Earliest end.
    #[inline]
    pub fn ect(&self, operation: usize) -> Time {
        self.values[WIDTH * operation + ECT]
    }

    /// Latest end.
    #[inline]
    pub fn lct(&self, operation: usize) -> Time {
        self.values[WIDTH * operation + LCT]
    }

    /// Modes that are left, a bit each.
    #[inline]
    pub fn modes(&self, operation: usize) -> u64 {
        self.values[WIDTH * operation + MODES].cast_unsigned()
    }

    /// Earliest and latest start, earliest and latest end.
    pub(super) fn window(&self, operation: usize) -> [Time; 4] {
        std::array::from_fn(|which| self.values[WIDTH * operation + which])
    }

    /// Whether start, end and mode are known.
    pub fn is_fixed(&self, operation: usize) -> bool {
        self.est(operation) == self.lst(operation)
            && self.ect(operation) == self.lct(operation)
            && self.modes(operation).is_power_of_two()
    }

    /// The earliest time of a point.
    pub(super) fn earliest(&self, point: Point) -> Time {
        self.values[WIDTH * (point as usize / 2) + low_of(point)]
    }

    /// The latest time of a point.
    pub(super) fn latest(&self, point: Point) -> Time {
        self.values[WIDTH * (point as usize / 2) + high_of(point)]
    }

    /// A point not before `time`.
    pub(super) fn raise_point(&mut self, point: Point, time: Time) -> Result<(), Conflict> {
        self.raise(point as usize / 2, low_of(point), high_of(point), time)
    }

    /// A point not after `time`.
    pub(super) fn lower_point(&mut self, point: Point, time: Time) -> Result<(), Conflict> {
        self.lower(point as usize / 2, high_of(point), low_of(point), time)
    }

    /// No start before `time`.
    #[inline]
    pub fn raise_start(&mut self, operation: usize, time: Time) -> Result<(), Conflict> {
        self.raise(operation, EST, LST, time)
    }

    /// No end before `time`.
    #[inline]
    pub fn raise_end(&mut self, operation: usize, time: Time) -> Result<(), Conflict> {
        self.raise(operation, ECT, LCT, time)
    }

    /// No start after `time`.
    #[inline]
    pub fn lower_start(&mut self, operation: usize, time: Time) -> Result<(), Conflict> {
        self.lower(operation, LST, EST, time)
    }

    /// No end after `time`.
    #[inline]
    pub fn lower_end(&mut self, operation: usize, time: Time) -> Result<(), Conflict> {
        self.lower(operation, LCT, ECT, time)
    }

    /// No mode but these.
    pub fn keep_modes(&mut self, operation: usize, modes: u64) -> Result<(), Conflict> {
        let old = self.modes(operation);
        let new = old & modes;
        if new == 0 {
            return Err(self.conflict(operation));
        }
        if new != old {
            self.set(operation, MODES, new.cast_signed());
        }
        Ok(())
    }

    #[inline]
    fn raise(&mut self, operation: usize, low: usize, high: usize, time: Time) -> Result<(), Conflict> {
        let place = WIDTH * operation;
        if time > self.values[place + low] {
            if time > self.values[place + high] {
                return Err(self.conflict(operation));
            }
            self.set(operation, low, time);
        }
        Ok(())
    }

    #[inline]
    fn lower(&mut self, operation: usize, high: usize, low: usize, time: Time) -> Result<(), Conflict> {
        let place = WIDTH * operation;
        if time < self.values[place + high] {
            if time < self.values[place + low] {
                return Err(self.conflict(operation));
            }
            self.set(operation, high, time);
        }
        Ok(())
    }

    fn set(&mut self, operation: usize, which: usize, value: Time) {
        let place = WIDTH * operation + which;
        self.trail.push(place, self.values[place]);
        self.values[place] = value;
        if !std::mem::replace(&mut self.is_changed[operation], true) {
            self.changed.push(operation as u32);
        }
    }

    /// A contradiction at an operation, of the rule at work.
    pub(super) fn conflict(&self, operation: usize) -> Conflict {
        Conflict { operation: operation as u32, cause: self.cause }
    }

    /// The next operation that changed since it was last taken.
    pub(super) fn take_changed(&mut self) -> Option<u32> {
        let operation = self.changed.pop()?;
        self.is_changed[operation as usize] = false;
        Some(operation)
    }

    /// Forgets what changed: after a conflict nothing is worth looking at.
    pub(super) fn clear_changed(&mut self) {
        while self.take_changed().is_some() {}
    }

    /// A point to go back to.
    pub fn mark(&self) -> usize {
        self.trail.mark()
    }

    /// Everything as it was at the mark.
    pub fn undo(&mut self, mark: usize) {
        self.trail.undo(mark, &mut self.values);
        self.clear_changed();
    }
}
