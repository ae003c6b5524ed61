//! Moving a critical operation to another resource.
//!
//! # Idea
//! For every operation of the path and every other mode, the places between two neighbors of the other
//! resource are tried. A neighbor `b` that must stay before (`end(b)` at most the start of the chain
//! predecessor) bounds them from the left, one that must stay behind (its tail at most what follows the chain
//! successor) from the right; between the bounds no place closes a cycle. The value of a place is the longest
//! path through the moved operation: what its old resource gains is not looked at, so it flatters a little.
//!
//! # References
//! M. Mastrolilli, L. M. Gambardella, "Effective neighbourhood functions for the flexible job shop problem",
//! Journal of Scheduling 3(1), 2000.

use super::path::Step;
use crate::schedule::plain::{Place, PlainInstance, PlainMode, State};

/// Calls `visit` with each place of `step` on another resource and the longest path through it there.
pub(super) fn each_switch(
    instance: &PlainInstance,
    state: &State,
    step: &Step,
    mut visit: impl FnMut(Place, u32),
) {
    let operation = state.operations[step.node as usize] as usize;
    let modes = instance.modes(operation);
    if modes.len() < 2 {
        return;
    }
    let own = state.records[step.node as usize].resource;
    for (index, &mode) in modes.iter().enumerate() {
        if mode.resource != own {
            each_place(state, step, mode, |before, after, value| {
                visit(Place { before, after, mode, index: index as u16 }, value);
            });
        }
    }
}

fn each_place(state: &State, step: &Step, mode: PlainMode, mut visit: impl FnMut(u32, u32, u32)) {
    let (records, ends, tails) = (&state.records, &state.ends, &state.tails);
    let (chain_before, chain_after) = (step.node - 1, step.node + 1);
    let mut before = mode.resource;
    let mut after = records[before as usize].after;
    // Skip what must stay before: `ahead_from` is one more than the start of the chain predecessor, which may
    // stand on this resource itself.
    while state.is_operation(after) && (ends[after as usize] < step.ahead_from || after == chain_before) {
        before = after;
        after = records[after as usize].after;
    }
    loop {
        let end = step.chain_end.max(ends[before as usize]).wrapping_add(mode.duration);
        visit(before, after, end.wrapping_add(step.chain_tail.max(tails[after as usize])));
        let next = records[after as usize].after;
        let must_follow =
            !state.is_operation(after) || after == chain_after || tails[after as usize] < step.behind_from;
        if must_follow || ends[after as usize] > step.end {
            // One place behind what ends later is enough: from there on the start only grows.
            if !must_follow {
                let end = step.chain_end.max(ends[after as usize]).wrapping_add(mode.duration);
                visit(after, next, end.wrapping_add(tails[next as usize].max(step.chain_tail)));
            }
            return;
        }
        before = after;
        after = next;
    }
}
