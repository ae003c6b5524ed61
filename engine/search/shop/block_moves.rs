//! Moves inside the blocks of a critical path: the N7 neighborhood and its estimate.
//!
//! # Moves
//! In each block: every operation behind the last one, every operation ahead of the first one, the first one
//! behind every inner one, the last one ahead of every inner one. Moves strictly inside a block are left out
//! on purpose: they keep the length of the path, look harmless to the estimate, and the search wanders among
//! them for ever.
//!
//! # When a move closes no cycle
//! `u` behind `v`: a path from the chain successor `j` of `u` to `v` would make `tail(j) >= duration(j) +
//! tail(v)`; so `tail(j) < duration(j) + tail(v)` excludes it. Likewise for `v` ahead of `u` with ends. Both
//! are sufficient, weaker than the usual comparison of tails, and right for durations of 0.
//!
//! # Estimate
//! Ends along the moved segment from the left with old ends outside, tails from the right with old tails
//! outside; the largest sum is the longest path through the segment, exact unless the move changes what the
//! segment depends on.
//!
//! # References
//! - E. Balas, A. Vazacopoulos, Management Science 44(2), 1998 (N6 and the estimate).
//! - C. Zhang, P. Li, Z. Guan, Y. Rao, Computers & Operations Research 34(11), 2007 (N7).

use super::path::{Block, CriticalPath, Step};
use crate::schedule::plain::State;

/// Operations of a block that are tried from either end.
const REACH: usize = 40;

/// A move of one operation within its block: by index into the steps of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shift {
    /// Step `moved` goes behind step `anchor`, which is later.
    Behind { moved: usize, anchor: usize },
    /// Step `moved` goes ahead of step `anchor`, which is earlier.
    Ahead { moved: usize, anchor: usize },
}

/// Scratch of the estimates.
#[derive(Clone, Debug, Default)]
pub(super) struct Estimator {
    sums: Vec<u32>,
}

impl Estimator {
    /// The longest path through the segment after `shift`; some value above `cutoff` if it is above.
    pub(super) fn value(&mut self, state: &State, path: &CriticalPath, shift: Shift, cutoff: u32) -> u32 {
        match shift {
            Shift::Behind { moved, anchor } => self.behind(state, &path.steps[moved..=anchor], cutoff),
            Shift::Ahead { moved, anchor } => self.ahead(state, &path.steps[anchor..=moved], cutoff),
        }
    }

    /// The first step of `segment` goes behind its last.
    fn behind(&mut self, state: &State, segment: &[Step], cutoff: u32) -> u32 {
        let (first, last) = (segment[0], segment[segment.len() - 1]);
        let records = &state.records;
        let mut end = state.ends[records[first.node as usize].before as usize];
        let after = state.tails[records[last.node as usize].after as usize];
        let mut tail = after.max(first.chain_tail).wrapping_add(first.duration);
        // A block has no gaps: the others in one piece, then the moved one, is the least there can be.
        let least = end.wrapping_add(last.end.wrapping_sub(first.end)).wrapping_add(tail);
        if least > cutoff {
            return least;
        }
        self.sums.clear();
        for step in &segment[1..] {
            end = end.max(step.chain_end).wrapping_add(step.duration);
            self.sums.push(end.wrapping_sub(step.duration));
        }
        let mut value = end.max(first.chain_end).wrapping_add(tail);
        for (step, start) in segment[1..].iter().zip(&self.sums).rev() {
            if value > cutoff {
                return value;
            }
            tail = tail.max(step.chain_tail).wrapping_add(step.duration);
            value = value.max(tail.wrapping_add(*start));
        }
        value
    }

    /// The last step of `segment` goes ahead of its first.
    fn ahead(&mut self, state: &State, segment: &[Step], cutoff: u32) -> u32 {
        let (first, last) = (segment[0], segment[segment.len() - 1]);
        let records = &state.records;
        let mut tail = state.tails[records[last.node as usize].after as usize];
        let before = state.ends[records[first.node as usize].before as usize];
        let mut end = before.max(last.chain_end).wrapping_add(last.duration);
        let least = end.wrapping_add(first.tail.wrapping_sub(last.tail)).wrapping_add(tail);
        if least > cutoff {
            return least;
        }
        self.sums.clear();
        for step in segment[..segment.len() - 1].iter().rev() {
            tail = tail.max(step.chain_tail).wrapping_add(step.duration);
            self.sums.push(tail.wrapping_sub(step.duration));
        }
        let mut value = end.wrapping_add(tail.max(last.chain_tail));
        for (step, rest) in segment.iter().zip(self.sums.iter().rev()) {
            if value > cutoff {
                return value;
            }
            end = end.max(step.chain_end).wrapping_add(step.duration);
            value = value.max(end.wrapping_add(*rest));
        }
        value
    }
}

/// Calls `visit` with every move of a block that surely closes no cycle.
pub(super) fn each_shift(path: &CriticalPath, block: Block, mut visit: impl FnMut(Shift)) {
    let Block { from, to, opens, closes, .. } = block;
    let last = to - 1;
    let mut behind = |moved: usize, anchor: usize| {
        let (u, v) = (path.steps[moved], path.steps[anchor]);
        if u.behind_from <= v.tail && u.node + 1 != v.node {
            visit(Shift::Behind { moved, anchor });
        }
    };
    // Near ones first: they promise most, and what they promise spares the estimates of the far ones.
    if closes {
        for moved in (from.max(last.saturating_sub(REACH))..last).rev() {
            behind(moved, last);
        }
    }
    if opens {
        let to = if closes { last } else { to };
        for anchor in from + 1..to.min(from + REACH) {
            behind(from, anchor);
        }
    }
    let mut ahead = |moved: usize, anchor: usize| {
        let (v, u) = (path.steps[moved], path.steps[anchor]);
        if v.ahead_from <= u.end && u.node + 1 != v.node {
            visit(Shift::Ahead { moved, anchor });
        }
    };
    // Exchanges of neighbors have been visited as moves behind.
    if opens {
        for moved in (from + 2..to).take(REACH) {
            ahead(moved, from);
        }
    }
    if closes && last > from + 1 {
        let first = if opens { from + 1 } else { from };
        for anchor in (first.max(last.saturating_sub(REACH))..last - 1).rev() {
            ahead(last, anchor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::plain::{Arrangement, Place, PlainInstance, PlainMode};
    use crate::search::rng::Rng;

    /// Reentrant chains with durations from 0, releases and tails, in random order.
    fn random_state(rng: &mut Rng) -> (PlainInstance, State) {
        let (chains, length, resources) = (6, 8, 3);
        let mode = |rng: &mut Rng| PlainMode { resource: rng.below(resources), duration: rng.below(15) };
        let modes = (0..chains * length).map(|_| mode(rng)).collect();
        let instance = PlainInstance::new(
            resources,
            (0..=chains).map(|chain| chain * length).collect(),
            (0..=chains * length).collect(),
            modes,
            (0..chains).map(|_| rng.below(20)).collect(),
            (0..chains).map(|_| rng.below(20)).collect(),
        )
        .unwrap();
        let mut turns: Vec<u32> = (0..chains * length).map(|turn| turn % chains).collect();
        rng.shuffle(&mut turns);
        let mut next: Vec<u32> = (0..chains).map(|chain| chain * length).collect();
        let mut sequence = Vec::new();
        for chain in turns {
            sequence.push(next[chain as usize]);
            next[chain as usize] += 1;
        }
        let state = State::new(&instance, &Arrangement { sequence, modes: Vec::new(), makespan: 0 });
        (instance, state)
    }

    fn place(state: &State, path: &CriticalPath, shift: Shift) -> (u32, Place) {
        let (Shift::Behind { moved, anchor } | Shift::Ahead { moved, anchor }) = shift;
        let (node, anchor) = (path.steps[moved].node, path.steps[anchor].node);
        let own = state.place(node);
        let around = &state.records[anchor as usize];
        match shift {
            Shift::Behind { .. } => (node, Place { before: anchor, after: around.after, ..own }),
            Shift::Ahead { .. } => (node, Place { before: around.before, after: anchor, ..own }),
        }
    }

    #[test]
    fn moves_close_no_cycle_and_exchanges_are_estimated_exactly() {
        let mut tried = 0;
        for seed in 0..300 {
            let mut rng = Rng::stream(seed, 0);
            let (_, state) = random_state(&mut rng);
            let (mut path, mut estimator) = (CriticalPath::default(), Estimator::default());
            path.trace(&state, false, &mut rng);
            let mut shifts = Vec::new();
            for &block in &path.blocks {
                each_shift(&path, block, |shift| shifts.push(shift));
            }
            for shift in shifts {
                let estimate = estimator.value(&state, &path, shift, u32::MAX);
                let (node, place) = place(&state, &path, shift);
                let mut moved = state.clone();
                assert!(moved.relocate(node, place), "{shift:?} closes a cycle");
                let (Shift::Behind { moved: from, anchor } | Shift::Ahead { moved: from, anchor }) = shift;
                if from.abs_diff(anchor) == 1 {
                    // Whatever avoids both operations is at most as long as before.
                    let makespan = moved.makespan();
                    assert!(estimate <= makespan && makespan <= estimate.max(state.makespan()));
                    tried += 1;
                }
            }
        }
        assert!(tried > 300, "only {tried} exchanges were tried");
    }
}
