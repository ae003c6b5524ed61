//! What propagation looks at: a relaxation of a problem in flat lists.
//!
//! Times are those of the problem. An arc says that one end of an operation lies at least so much after an
//! end of another; least lags are arcs forward, largest lags arcs backward with a negative length. A
//! disjunctive is a set of operations of which no two overlap, a cumulative one whose quantities never exceed
//! a capacity over time, a reservoir movements that never take more than is there.
//!
//! # Invariants
//! Every valid schedule of the problem, without its changeovers, satisfies the network. An operation has at
//! most [`MOST_MODES`] modes; who builds a network merges more into one.

use std::ops::Range;

use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;

/// Modes of an operation fit the bits of a word.
pub const MOST_MODES: usize = 64;

/// An operation of the network.
#[derive(Debug, Clone)]
pub struct Node {
    /// Earliest start.
    pub release: Time,
    /// Latest start, beside the deadline.
    pub latest_start: Time,
    /// Latest end.
    pub deadline: Time,
    /// Its modes in [`Network::modes`].
    pub modes: Range<usize>,
}

/// One way to run an operation.
#[derive(Debug, Clone, Copy)]
pub struct Way {
    /// Working time.
    pub duration: Span,
    /// Where it can work, in [`Network::windows`]; none for always.
    pub working: Option<u32>,
    /// Whether it may pause over closed time.
    pub breaks: bool,
    /// Whether it may be closed at more times than `working` says: then the end is not known by the start.
    pub varies: bool,
    /// No earlier start in this mode.
    pub from: Time,
}

/// Start or end of an operation: `2 x operation`, plus 1 for the end.
pub type Point = u32;

/// The start of an operation.
pub fn start_of(operation: usize) -> Point {
    2 * operation as u32
}

/// The end of an operation.
pub fn end_of(operation: usize) -> Point {
    2 * operation as u32 + 1
}

/// `time(to) >= time(from) + lag`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arc {
    /// From this point.
    pub from: Point,
    /// To this point.
    pub to: Point,
    /// At least so much later; may be negative.
    pub lag: Span,
}

/// An operation that takes some of a resource.
#[derive(Debug, Clone, Copy)]
pub struct Taking {
    /// Which.
    pub operation: u32,
    /// The modes that take it.
    pub modes: u64,
    /// How much, at least.
    pub quantity: i64,
    /// Whether all of the time from start to end counts, and not only working time.
    pub holds: bool,
}

/// Operations of which no two overlap.
#[derive(Debug, Clone)]
pub struct Disjunctive {
    /// Its number for whoever built the network.
    pub name: u32,
    /// When it is open; all holders work in it alone.
    pub open: Option<u32>,
    /// Who takes it.
    pub takings: Vec<Taking>,
}

/// Capacity from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// From when.
    pub from: Time,
    /// All of it: a holding counts only where this is at least its quantity.
    pub capacity: i64,
    /// What history leaves of it.
    pub free: i64,
}

/// Operations whose quantities sum to at most a capacity.
#[derive(Debug, Clone)]
pub struct Cumulative {
    /// Its number for whoever built the network.
    pub name: u32,
    /// Capacity over time, ascending; the first step is at or before every release.
    pub steps: Vec<Step>,
    /// Who takes it.
    pub takings: Vec<Taking>,
}

/// Some of an item given or taken at a point.
#[derive(Debug, Clone, Copy)]
pub struct Movement {
    /// When.
    pub point: Point,
    /// How much; positive.
    pub quantity: i64,
}

/// At no instant has more been taken than was there and has been given.
#[derive(Debug, Clone)]
pub struct Reservoir {
    /// Its number for whoever built the network.
    pub name: u32,
    /// What is there without anybody giving, from an instant on, ascending; the first step is at or before every
    /// release.
    pub there: Vec<(Time, i64)>,
    /// Who gives.
    pub gives: Vec<Movement>,
    /// Who takes.
    pub takes: Vec<Movement>,
}

/// Operations, arcs, resources, items.
#[derive(Debug, Clone, Default)]
pub struct Network<'p> {
    /// Open windows that others refer to.
    pub windows: &'p [Windows],
    /// Operations.
    pub operations: Vec<Node>,
    /// Modes of all operations.
    pub modes: Vec<Way>,
    /// Arcs; [`Network::close`] sorts them.
    pub arcs: Vec<Arc>,
    /// Sets without overlap.
    pub disjunctives: Vec<Disjunctive>,
    /// Capacities.
    pub cumulatives: Vec<Cumulative>,
    /// Items.
    pub reservoirs: Vec<Reservoir>,
    forward: Vec<u32>,
    backward_starts: Vec<u32>,
    backward: Vec<u32>,
}

impl<'p> Network<'p> {
    /// Without operations.
    pub fn new(windows: &'p [Windows]) -> Self {
        Self { windows, ..Self::default() }
    }

    /// Adds an operation with its modes.
    pub fn add(&mut self, release: Time, deadline: Time, ways: &[Way]) -> usize {
        let start = self.modes.len();
        self.modes.extend_from_slice(ways);
        let modes = start..self.modes.len();
        self.operations.push(Node { release, latest_start: FAR, deadline, modes });
        self.operations.len() - 1
    }

    /// Adds an operation of one mode that is always open.
    pub fn add_fixed(&mut self, release: Time, deadline: Time, duration: Span) -> usize {
        self.add(
            release,
            deadline,
            &[Way { duration, working: None, breaks: false, varies: false, from: release }],
        )
    }

    /// `time(to) >= time(from) + lag`.
    pub fn link(&mut self, from: Point, to: Point, lag: Span) {
        self.arcs.push(Arc { from, to, lag });
    }

    /// Adds the arcs from start to end of each operation and indexes all of them; call it once, last.
    pub fn close(&mut self) {
        for operation in 0..self.operations.len() {
            let shortest = self.shortest(operation, u64::MAX);
            self.link(start_of(operation), end_of(operation), shortest);
            let (low, high) = (shortest, self.longest(operation));
            if high < FAR {
                debug_assert!(low <= high);
                self.link(end_of(operation), start_of(operation), -high);
            }
        }
        self.arcs.sort_by_key(|arc| (arc.from, arc.to, arc.lag));
        let points = 2 * self.operations.len();
        self.forward = vec![0; points + 1];
        self.backward_starts = vec![0; points + 1];
        for arc in &self.arcs {
            self.forward[arc.from as usize + 1] += 1;
            self.backward_starts[arc.to as usize + 1] += 1;
        }
        for point in 0..points {
            self.forward[point + 1] += self.forward[point];
            self.backward_starts[point + 1] += self.backward_starts[point];
        }
        let mut next = self.backward_starts.clone();
        self.backward = vec![0; self.arcs.len()];
        for (index, arc) in self.arcs.iter().enumerate() {
            let place = &mut next[arc.to as usize];
            self.backward[*place as usize] = index as u32;
            *place += 1;
        }
    }

    /// Arcs out of a point.
    pub(super) fn arcs_from(&self, point: usize) -> &[Arc] {
        &self.arcs[self.forward[point] as usize..self.forward[point + 1] as usize]
    }

    /// Arcs into a point.
    pub(super) fn arcs_to(&self, point: usize) -> impl Iterator<Item = Arc> + '_ {
        let range = self.backward_starts[point] as usize..self.backward_starts[point + 1] as usize;
        self.backward[range].iter().map(|&index| self.arcs[index as usize])
    }

    /// Modes of an operation that are among `left`.
    pub(super) fn ways(&self, operation: usize, left: u64) -> impl Iterator<Item = (u32, &Way)> + '_ {
        let modes = &self.modes[self.operations[operation].modes.clone()];
        modes.iter().enumerate().map(|(bit, way)| (bit as u32, way)).filter(move |way| left >> way.0 & 1 == 1)
    }

    /// The shortest duration among modes.
    pub fn shortest(&self, operation: usize, left: u64) -> Span {
        self.ways(operation, left).map(|(_, way)| way.duration).min().unwrap_or(0)
    }

    /// The longest time from start to end; `FAR` if a calendar may stretch it.
    fn longest(&self, operation: usize) -> Span {
        let stretches = |way: &Way| way.breaks && (way.varies || way.working.is_some());
        let ways = || self.ways(operation, u64::MAX);
        if ways().any(|(_, way)| stretches(way)) {
            FAR
        } else {
            ways().map(|(_, way)| way.duration).max().unwrap_or(0)
        }
    }
}
