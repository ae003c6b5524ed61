//! Moving a critical operation to another resource.
//!
//! # Idea
//! For every operation of the path and every other mode, the places between two neighbors of the other
//! resource are tried. A neighbor `b` that must stay before (`end(b)` at most the start of the chain
//! predecessor) bounds them from the left, one that must stay behind (its tail at most what follows the chain
//! successor) from the right; between the bounds no place closes a cycle. The value of a place is the longest
//! path through the moved operation, with the ends and tails of the old schedule. What other paths remain is not
//! looked at.
//!
//! # Cost
//! The operations of a path come in order of time, and so do the places that they may go to. So the first place
//! on each resource is not looked for from the beginning, but from where it was for the operation before. Along a
//! resource ends grow and tails fall: places that cannot be better than the best so far are the first few, where
//! too much follows, and the last few, where too much comes before. Neither are looked at one by one.
//!
//! Looking at fewer is no way to save time. With a random part of the path in each iteration, up to as many
//! entries as there are operations, schedules were 0.25 percent longer, up to half as many 0.95 percent (4
//! instances of 200 to 500 operations, 2 seeds, 6 processor seconds). Applying the best 3 or 8 places on trial and
//! taking the one with the shortest schedule made no difference.
//!
//! # References
//! M. Mastrolilli, L. M. Gambardella, "Effective neighbourhood functions for the flexible job shop problem",
//! Journal of Scheduling 3(1), 2000.

use super::path::Step;
use crate::schedule::plain::{Place, PlainInstance, PlainMode, State};

/// Where the operations of one path may go on other resources.
#[derive(Clone, Debug, Default)]
pub(super) struct Switches {
    /// By resource: what stood before the first place for the step looked at last.
    cursors: Vec<u32>,
    /// Entries of resources looked at.
    pub(super) seen: u64,
}

impl Switches {
    /// Starts with the first step of a path.
    pub(super) fn begin(&mut self, state: &State) {
        self.cursors.clear();
        self.cursors.extend(0..state.num_resources() as u32);
        self.seen = 0;
    }

    /// Calls `visit` with the places of `step` on other resources and the longest path through it there. What
    /// `visit` gives back is the cutoff from then on: places with a longer path are left out.
    pub(super) fn each(
        &mut self,
        instance: &PlainInstance,
        state: &State,
        step: &Step,
        mut cutoff: u32,
        mut visit: impl FnMut(Place, u32) -> u32,
    ) {
        let operation = state.operations[step.node as usize] as usize;
        let modes = instance.modes(operation);
        if modes.len() < 2 {
            return;
        }
        let own = state.records[step.node as usize].resource;
        let chain = step.chain_end.wrapping_add(step.chain_tail);
        self.seen += modes.len() as u64;
        for (index, &mode) in modes.iter().enumerate() {
            if mode.resource != own && chain.wrapping_add(mode.duration) <= cutoff {
                let index = index as u16;
                self.each_place(state, step, mode, &mut cutoff, |before, after, value| {
                    visit(Place { before, after, mode, index }, value)
                });
            }
        }
    }

    fn each_place(
        &mut self,
        state: &State,
        step: &Step,
        mode: PlainMode,
        cutoff: &mut u32,
        mut visit: impl FnMut(u32, u32, u32) -> u32,
    ) {
        let (records, ends, tails) = (&state.records, &state.ends, &state.tails);
        let with_tail = mode.duration.wrapping_add(step.chain_tail);
        let most_tail = cutoff.wrapping_sub(step.chain_end).wrapping_sub(mode.duration);
        let mut before = self.first_before(state, step, mode.resource, most_tail);
        loop {
            self.seen += 1;
            let must_follow = before == step.node + 1 || tails[before as usize] < step.behind_from;
            if must_follow && before != mode.resource {
                return;
            }
            let after = records[before as usize].after;
            let start = step.chain_end.max(ends[before as usize]);
            // From here on the start only grows.
            if start.wrapping_add(with_tail) > *cutoff {
                return;
            }
            let rest = step.chain_tail.max(tails[after as usize]);
            let value = start.wrapping_add(mode.duration).wrapping_add(rest);
            if value <= *cutoff {
                *cutoff = visit(before, after, value);
            }
            if after == mode.resource {
                return;
            }
            before = after;
        }
    }

    /// The last entry of a resource that must stay before a step, or is before one with a tail that is too long.
    /// What must stay is known by `ahead_from`, one more than the start of the chain predecessor, which may
    /// stand on this resource itself.
    pub(super) fn first_before(&mut self, state: &State, step: &Step, resource: u32, most_tail: u32) -> u32 {
        let State { records, ends, tails, .. } = state;
        let may_follow = |entry: u32| {
            let x = entry as usize;
            ends[x] >= step.ahead_from && entry != step.node - 1 && tails[x] <= most_tail
        };
        let mut before = self.cursors[resource as usize];
        while before != resource && may_follow(before) {
            before = records[before as usize].before;
            self.seen += 1;
        }
        let mut after = records[before as usize].after;
        while after != resource && !may_follow(after) {
            before = after;
            after = records[after as usize].after;
            self.seen += 1;
        }
        self.cursors[resource as usize] = before;
        before
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::path::CriticalPath;
    use super::*;
    use crate::schedule::plain::Arrangement;
    use crate::search::rng::Rng;

    /// Reentrant chains in random order, each operation in up to three modes, durations from 0.
    pub(in super::super) fn random_state(rng: &mut Rng) -> (PlainInstance, State) {
        let (chains, length, resources) = (6, 8, 4);
        let (mut mode_starts, mut modes, mut chosen) = (vec![0], Vec::new(), Vec::new());
        for _ in 0..chains * length {
            let count = rng.between(1, 3);
            let mut mode = || PlainMode { resource: rng.below(resources), duration: rng.below(15) };
            modes.extend((0..count).map(|_| mode()));
            mode_starts.push(modes.len() as u32);
            chosen.push(rng.below(count) as u16);
        }
        let starts = (0..=chains).map(|chain| chain * length).collect();
        let instance =
            PlainInstance::new(resources, starts, mode_starts, modes, Vec::new(), Vec::new()).unwrap();
        let mut turns: Vec<u32> = (0..chains * length).map(|turn| turn % chains).collect();
        rng.shuffle(&mut turns);
        let mut next: Vec<u32> = (0..chains).map(|chain| chain * length).collect();
        let mut sequence = Vec::new();
        for chain in turns {
            sequence.push(next[chain as usize]);
            next[chain as usize] += 1;
        }
        let state = State::new(&instance, &Arrangement { sequence, modes: chosen, makespan: 0 });
        (instance, state)
    }

    #[test]
    fn places_close_no_cycle_and_no_path_through_them_is_longer_than_said() {
        let (mut tried, mut exact) = (0, 0);
        for seed in 0..200 {
            let mut rng = Rng::stream(seed, 0);
            let (instance, state) = random_state(&mut rng);
            let (mut path, mut switches) = (CriticalPath::default(), Switches::default());
            path.trace(&state, true, &mut rng);
            switches.begin(&state);
            for step in &path.steps {
                switches.each(&instance, &state, step, u32::MAX, |place, value| {
                    let mut moved = state.clone();
                    assert!(moved.relocate(step.node, place), "{place:?} closes a cycle");
                    let x = step.node as usize;
                    let length = moved.ends[x] + moved.tails[x] - place.mode.duration;
                    // Shorter where the operation held up its own new predecessor through its old resource.
                    assert!(length <= value);
                    exact += u32::from(length == value);
                    tried += 1;
                    u32::MAX
                });
            }
        }
        assert!(tried > 2_000 && exact * 3 > tried * 2, "{exact} of {tried} values are exact");
    }

    #[test]
    fn a_cutoff_loses_nothing_that_is_better() {
        for seed in 0..200 {
            let mut rng = Rng::stream(seed, 0);
            let (instance, state) = random_state(&mut rng);
            let (mut path, mut switches) = (CriticalPath::default(), Switches::default());
            path.trace(&state, true, &mut rng);
            let (mut all, mut least) = (Vec::new(), u32::MAX);
            switches.begin(&state);
            for step in &path.steps {
                switches.each(&instance, &state, step, u32::MAX, |_, value| {
                    all.push(value);
                    u32::MAX
                });
            }
            let seen = switches.seen;
            switches.begin(&state);
            for step in &path.steps {
                switches.each(&instance, &state, step, least, |_, value| {
                    assert!(value <= least);
                    least = value;
                    least
                });
            }
            assert_eq!(all.into_iter().min().unwrap_or(u32::MAX), least);
            assert!(switches.seen <= seen);
        }
    }
}
