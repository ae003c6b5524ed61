//! Windows: a stretch of the sequence as a small instance of its own.
//!
//! # Idea
//! A stretch of a topological sequence takes a contiguous part of each chain. What lies before it fixes when
//! each part and each resource may begin, what lies behind fixes what must follow. Copied into arrays of its
//! own, the stretch is a complete state, small enough for the cache, and its length is the longest path of
//! the whole schedule through it. Whatever improves it fits back into the sequence.

use std::ops::Range;

use crate::schedule::plain::{PlainInstance, Snapshot, State};

/// A copy of the positions `range` of `whole`.
pub(super) fn cut(instance: &PlainInstance, whole: &State, range: Range<usize>) -> State {
    let is_inside = |node: u32| range.contains(&(whole.records[node as usize].position as usize));
    let inside = &whole.sequence[range.clone()];
    let mut fragments = Vec::new();
    let mut index = vec![0; inside.len()];
    let mut next = instance.num_resources() as u32 + 1;
    for &node in inside.iter().filter(|&&node| !is_inside(node - 1)) {
        let mut end = node;
        while is_inside(end) {
            index[whole.records[end as usize].position as usize - range.start] = next;
            next += 1;
            end += 1;
        }
        next += 1;
        let first = whole.operations[node as usize] as usize;
        let release = whole.ends[node as usize - 1];
        let tail = whole.tails[end as usize];
        fragments.push((first..first + (end - node) as usize, release, tail));
    }
    let mut state = State::with_fragments(instance, fragments.into_iter());
    let mut fixed = vec![(0, 0); instance.num_resources()];
    for &node in inside {
        let record = whole.records[node as usize];
        let ends = &mut fixed[record.resource as usize];
        if !is_inside(record.before) {
            ends.0 = whole.ends[record.before as usize];
        }
        if !is_inside(record.after) {
            ends.1 = whole.tails[record.after as usize];
        }
    }
    for (resource, (free_from, tail)) in fixed.into_iter().enumerate() {
        state.set_resource(resource, free_from, tail);
    }
    if !state.modes.is_empty() {
        for (&own, &node) in index.iter().zip(inside) {
            state.modes[own as usize] = whole.modes[node as usize];
        }
    }
    state.adopt(instance, index);
    state
}

/// A schedule of a window in terms of operations, ready to go back into the whole.
pub(super) struct Patch {
    operations: Vec<u32>,
    modes: Vec<u16>,
}

impl Patch {
    /// Translates a schedule of a window.
    pub(super) fn new(window: &State, snapshot: &Snapshot) -> Self {
        let operation = |&node: &u32| window.operations[node as usize];
        Self { operations: snapshot.sequence.iter().map(operation).collect(), modes: snapshot.modes.clone() }
    }

    /// Writes it over the positions that it came from. Times are out of date until the whole is adopted again.
    pub(super) fn paste(&self, whole: &mut State, range: Range<usize>) {
        for (position, &operation) in range.clone().zip(&self.operations) {
            whole.sequence[position] = whole.node(operation);
        }
        for (position, &mode) in range.zip(&self.modes) {
            let node = whole.sequence[position];
            whole.modes[node as usize] = mode;
        }
    }
}
