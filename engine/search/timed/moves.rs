//! Moves of one operation: within its block, or to another mode, and what they would make of the length.
//!
//! # Moves
//! In each block of the path: every operation behind the last one, every operation ahead of the first one, the
//! first one behind every inner one, the last one ahead of every inner one (N7). Moves strictly inside a block
//! keep the work between its ends, so they can only help by the changeovers: they are admitted where the sum
//! of changeover times falls. For every operation of the path, each other mode at each place where it closes
//! no cycle.
//!
//! # When a move closes no cycle
//! `u` behind `v`: a path from a successor `j` of `u` to `v` would make `start(v) >= end(j)`, and
//! `latest(v) >= latest(j) + duration(j)`. If either does not hold there is none. Both are sufficient, not
//! necessary; with negative lags they are guesses, and the relinking tests exactly.
//!
//! # Estimate
//! Starts along the moved segment from the left with old ends outside, latest starts from the right with old
//! latest starts outside; the largest difference tells by how much the segment misses the reference length.
//! All of it by the same monotone functions as the sweeps, so the sign is right over nights and changeovers.
//!
//! # References
//! - E. Balas, A. Vazacopoulos, Management Science 44(2), 1998.
//! - C. Zhang, P. Li, Z. Guan, Y. Rao, Computers & Operations Research 34(11), 2007.
//! - M. Mastrolilli, L. M. Gambardella, Journal of Scheduling 3(1), 2000.

use super::path::CriticalPath;
use crate::model::time::{FAR, Time};
use crate::schedule::timed::{Bounds, NONE, Place, State};

/// Operations of a block that are tried from either end.
const REACH: usize = 40;

/// How far a move strictly inside a block may go.
const INNER: usize = 12;

/// A move of one operation within its block: by index into the nodes of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// `moved` goes behind `anchor`, which is later.
    Behind { moved: usize, anchor: usize },
    /// `moved` goes ahead of `anchor`, which is earlier.
    Ahead { moved: usize, anchor: usize },
}

impl Shift {
    /// The node that moves and the place that it goes to.
    pub(super) fn place(self, state: &State<'_>, path: &CriticalPath) -> (u32, Place) {
        let (Self::Behind { moved, anchor } | Self::Ahead { moved, anchor }) = self;
        let (node, anchor) = (path.nodes[moved], path.nodes[anchor]);
        let mode = state.records[node as usize].mode;
        let around = &state.records[anchor as usize];
        let place = match self {
            Self::Behind { .. } => Place { before: anchor, after: around.after, mode },
            Self::Ahead { .. } => Place { before: around.before, after: anchor, mode },
        };
        (node, place)
    }
}

/// What the estimates read again and again of a step of the path.
#[derive(Clone, Copy, Debug)]
struct Step {
    bounds: Bounds,
    /// Latest end and latest start by arcs and goal.
    limits: (Time, Time),
    /// A successor that must not come before it: least end and least `latest + duration`.
    behind: (Time, Time),
    /// Predecessors: largest start and largest latest start.
    ahead: (Time, Time),
}

/// Scratch of the estimates for one path.
#[derive(Clone, Debug, Default)]
pub(super) struct Estimator {
    steps: Vec<Step>,
    starts: Vec<Time>,
    entries: Vec<u32>,
}

impl Estimator {
    /// Reads what the path needs.
    pub(super) fn gather(&mut self, state: &State<'_>, path: &CriticalPath) {
        let step = |&node: &u32| {
            let mode = state.mode(node);
            let mut step = Step {
                bounds: state.bounds(node, mode),
                limits: state.limits(node, mode),
                behind: (FAR, FAR),
                ahead: (-FAR, -FAR),
            };
            for arc in state.instance.outgoing.of(node) {
                let other = &state.records[arc.node as usize];
                let duration = state.instance.modes[other.mode as usize].duration;
                let behind = (other.end, other.latest.saturating_add(duration));
                step.behind = (step.behind.0.min(behind.0), step.behind.1.min(behind.1));
            }
            for arc in state.instance.incoming.of(node) {
                let other = &state.records[arc.node as usize];
                step.ahead = (step.ahead.0.max(other.start), step.ahead.1.max(other.latest));
            }
            step
        };
        self.steps.clear();
        self.steps.extend(path.nodes.iter().map(step));
    }

    /// Calls `visit` with every move of a block that probably closes no cycle.
    pub(super) fn each_shift(
        &self,
        state: &State<'_>,
        path: &CriticalPath,
        (from, to): (usize, usize),
        mut visit: impl FnMut(Shift),
    ) {
        let last = to - 1;
        for moved in from.max(last.saturating_sub(REACH))..last {
            self.offer(state, path, Shift::Behind { moved, anchor: last }, &mut visit);
        }
        for anchor in from + 1..last.min(from + REACH) {
            self.offer(state, path, Shift::Behind { moved: from, anchor }, &mut visit);
        }
        // Exchanges of neighbors have been visited as moves behind.
        for moved in (from + 2..to).take(REACH) {
            self.offer(state, path, Shift::Ahead { moved, anchor: from }, &mut visit);
        }
        for anchor in (from + 1).max(last.saturating_sub(REACH))..last.saturating_sub(1) {
            self.offer(state, path, Shift::Ahead { moved: last, anchor }, &mut visit);
        }
        if state.mode(path.nodes[from]).family == NONE && state.mode(path.nodes[last]).family == NONE {
            return;
        }
        for moved in from + 1..last {
            for anchor in moved + 1..last.min(moved + INNER) {
                if saves_setup(state, path, moved, anchor, true) {
                    self.offer(state, path, Shift::Behind { moved, anchor }, &mut visit);
                }
            }
            for anchor in (from + 1).max(moved.saturating_sub(INNER))..moved.saturating_sub(1) {
                if saves_setup(state, path, moved, anchor, false) {
                    self.offer(state, path, Shift::Ahead { moved, anchor }, &mut visit);
                }
            }
        }
    }

    fn offer(&self, state: &State<'_>, path: &CriticalPath, shift: Shift, visit: &mut impl FnMut(Shift)) {
        let closes_none = match shift {
            Shift::Behind { moved, anchor } => {
                let behind = self.steps[moved].behind;
                let v = &state.records[path.nodes[anchor] as usize];
                v.start < behind.0 || v.latest < behind.1
            }
            Shift::Ahead { moved, anchor } => {
                let ahead = self.steps[moved].ahead;
                let u = &state.records[path.nodes[anchor] as usize];
                let duration = state.mode(path.nodes[anchor]).duration;
                ahead.0 < u.end || ahead.1 < u.latest.saturating_add(duration)
            }
        };
        if closes_none {
            visit(shift);
        }
    }

    /// The length of the longest path through the segment after `shift`; some value above `cutoff` if it is
    /// above.
    pub(super) fn value(
        &mut self,
        state: &State<'_>,
        path: &CriticalPath,
        shift: Shift,
        cutoff: Time,
    ) -> Time {
        let (Shift::Behind { moved, anchor } | Shift::Ahead { moved, anchor }) = shift;
        let (from, to) = (moved.min(anchor), moved.max(anchor));
        let count = to - from + 1;
        // The new order: the segment turned by one.
        let index = |place: usize| match shift {
            Shift::Behind { .. } => from + (place + 1) % count,
            Shift::Ahead { .. } => from + (place + count - 1) % count,
        };
        let previous = &state.records[state.records[path.nodes[from] as usize].before as usize];
        let (mut free, mut left) = (previous.end, previous.state);
        self.starts.clear();
        self.entries.clear();
        for place in 0..count {
            let step = index(place);
            let node = path.nodes[step];
            let fit = state.fit(node, state.mode(node), self.steps[step].bounds, free, left);
            self.starts.push(fit.start);
            self.entries.push(fit.entry);
            (free, left) = (fit.end, fit.state);
        }
        let mut limit = next_limit(state, state.records[path.nodes[to] as usize].after, left);
        let mut value = -FAR;
        for place in (0..count).rev() {
            let step = index(place);
            let node = path.nodes[step];
            let mode = state.mode(node);
            let (end, start) = self.steps[step].limits;
            let latest = state.latest_start(node, mode, end.min(limit)).min(start);
            value = value.max(state.reference() + (self.starts[place] - latest));
            if value > cutoff {
                return value;
            }
            limit = state.before_changeover(mode, self.entries[place], latest);
        }
        value
    }
}

/// Until when the resource must be free for a node that finds it in some state.
fn next_limit(state: &State<'_>, next: u32, left: u32) -> Time {
    if !state.is_node(next) {
        return FAR;
    }
    state.latest_free(next, state.instance.setup_entry(state.mode(next), left))
}

/// Whether moving a step within its block lowers the sum of changeover times.
fn saves_setup(state: &State<'_>, path: &CriticalPath, moved: usize, anchor: usize, behind: bool) -> bool {
    let left = |index: usize| state.records[path.nodes[index] as usize].state;
    let time = |from: usize, to: usize| {
        state.instance.setup(state.instance.setup_entry(state.mode(path.nodes[to]), left(from))).time
    };
    let (first, second) = if behind { (anchor, anchor + 1) } else { (anchor - 1, anchor) };
    let old = time(moved - 1, moved) + time(moved, moved + 1) + time(first, second);
    let new = time(moved - 1, moved + 1) + time(first, moved) + time(moved, second);
    new < old
}

/// Calls `visit` with each place of a node in its other modes and the length of the longest path through it
/// there. What its old resource gains is not looked at, so the value flatters a little.
pub(super) fn each_switch(state: &State<'_>, node: u32, mut visit: impl FnMut(Place, Time)) {
    let instance = state.instance;
    let data = &instance.nodes[node as usize];
    let own = state.records[node as usize].mode;
    for number in data.first_mode..data.first_mode + data.num_modes {
        if number != own {
            each_place(state, node, number, &mut visit);
        }
    }
}

fn each_place(state: &State<'_>, node: u32, number: u32, visit: &mut impl FnMut(Place, Time)) {
    let mode = &state.instance.modes[number as usize];
    let bounds = state.bounds(node, mode);
    let (end, start) = state.limits(node, mode);
    let border = state.border(mode.resource);
    let mut before = border;
    let outgoing = state.instance.outgoing.of(node);
    let incoming = state.instance.incoming.of(node);
    // What must stay before: nodes that end before a predecessor starts.
    let low = incoming.iter().map(|arc| state.records[arc.node as usize].start).max().unwrap_or(-FAR);
    let high = outgoing.iter().map(|arc| state.records[arc.node as usize].end).min().unwrap_or(FAR);
    let skip = |other: u32| if other == node { state.records[node as usize].after } else { other };
    loop {
        let after = if mode.resource == NONE { border } else { skip(state.records[before as usize].after) };
        let follows = state.is_node(after) && state.records[after as usize].end <= low;
        if !follows {
            let record = &state.records[before as usize];
            let fit = state.fit(node, mode, bounds, record.end, record.state);
            let limit = next_limit(state, after, fit.state);
            let latest = state.latest_start(node, mode, end.min(limit)).min(start);
            visit(Place { before, after, mode: number }, state.reference() + (fit.start - latest));
        }
        let is_over = !state.is_node(after)
            || state.records[after as usize].start >= high
            || state.records[after as usize].latest > end;
        if is_over {
            return;
        }
        before = after;
    }
}
