//! Exchanging a critical operation with one on another resource.
//!
//! # Idea
//! Where resources are loaded up to the bound, no operation can leave its resource alone: wherever it goes, that
//! resource becomes too long by all of its duration. What is left are pairs, and their durations must be nearly the
//! same. Two moves one after the other do not find them, because the first of the two is bad and the search always
//! takes the least bad one. So each operation of the path is also tried in the place of every operation on its other
//! resources that can take its own place.
//!
//! # Value
//! The longer one of the two paths through the operations in their new places, with the ends and tails of the old
//! schedule: exact, as far as these paths go, if neither operation must come before the other.
//!
//! # When an exchange closes no cycle
//! Each operation alone must fit between its new neighbors, by the conditions of `block_moves`. A cycle through both
//! is possible only if one already comes before the other. That is rare, and left to the exact test of relinking.
//!
//! # Cost
//! As for a switch, the entries of the other resource that promise nothing are the first and the last ones, and are
//! not looked at. With exchanges there are half as many moves a second where an operation has half of all resources
//! to choose from, two thirds where it has two.
//!
//! # Measured
//! Five instances of 150 to 300 operations, each with half of all resources to choose from, loads within 0.2 percent of
//! the bound, two seeds, 5 processor seconds: 1.1 percent above the bound without exchanges, 0.24 with. With two
//! resources to choose from (8 instances) it makes no difference. With 1.3 modes an operation on average (2 instances,
//! three seeds), equal time gave schedules 0.15 percent longer.
//!
//! On full resources schedules end one or two units above the bound, and it is idle time inside them that is left, not
//! balance. Annealing on the sum of what resources overrun the bound was no better in equal time: 3 million exact
//! trials a second got stuck at two to five times the sum that the tabu search reaches. Any of these made no
//! difference: exchanges before or after the other moves, a pair forbidden if one or if both had just left, tenures of
//! 0.6, no preference among values below the bound. Tenures doubled were worse by 0.13 percent, no aspiration by 0.06,
//! and exchanges only where no other move shortens the path by 0.07.

use super::path::{Step, gather};
use super::switch::Switches;
use crate::schedule::plain::{Place, PlainInstance, PlainMode, Record, State};

/// Whether exchanges pay: together the resources are loaded up to the bound, to one percent, and most operations have
/// other resources that they can go to. Elsewhere they cost more moves than they are worth.
pub(super) fn is_full(instance: &PlainInstance, bound: u32) -> bool {
    let operations = 0..instance.num_operations();
    let load: u64 = operations.clone().map(|operation| u64::from(instance.shortest(operation))).sum();
    let modes: usize = operations.map(|operation| instance.modes(operation).len()).sum();
    let room = u64::from(bound) * instance.num_resources() as u64;
    load * 100 >= room * 99 && 2 * modes >= 3 * instance.num_operations()
}

/// Two operations that take each other's places.
#[derive(Clone, Copy, Debug)]
pub(super) struct Exchange {
    /// The operation of the path.
    node: u32,
    /// The mode that it will run in.
    mode: (u16, PlainMode),
    /// The operation that it changes places with.
    other: u32,
    /// The mode that the other will run in.
    other_mode: (u16, PlainMode),
}

impl Exchange {
    /// Both operations, each with the resource that it leaves.
    pub(super) fn leaves(&self) -> [(u32, u32); 2] {
        [(self.node, self.other_mode.1.resource), (self.other, self.mode.1.resource)]
    }

    /// Both operations, each with the resource that it goes to.
    pub(super) fn enters(&self) -> [(u32, u32); 2] {
        [(self.node, self.mode.1.resource), (self.other, self.other_mode.1.resource)]
    }

    /// The two places, to be linked in this order. At first both stand on one resource, in the order in which they
    /// are in the sequence: that closes no cycle on the way.
    pub(super) fn places(&self, state: &State) -> [(u32, Place); 2] {
        let (own, theirs) = (state.records[self.node as usize], state.records[self.other as usize]);
        let (before, after) =
            if theirs.position > own.position { (self.node, own.after) } else { (own.before, self.node) };
        let place = |(index, mode), before, after| Place { before, after, mode, index };
        [
            (self.other, place(self.other_mode, before, after)),
            (self.node, place(self.mode, theirs.before, theirs.after)),
        ]
    }
}

impl Switches {
    /// Calls `visit` with the exchanges of `step` and their values. What `visit` gives back is the cutoff from then
    /// on: exchanges with a larger value are left out.
    pub(super) fn each_exchange(
        &mut self,
        instance: &PlainInstance,
        state: &State,
        step: &Step,
        mut cutoff: u32,
        mut visit: impl FnMut(Exchange, u32) -> u32,
    ) {
        let modes = instance.modes(state.operations[step.node as usize] as usize);
        let own = state.records[step.node as usize];
        let chain = step.chain_end.wrapping_add(step.chain_tail);
        self.seen += modes.len() as u64;
        for (index, &mode) in modes.iter().enumerate() {
            if mode.resource == own.resource || chain.wrapping_add(mode.duration) > cutoff {
                continue;
            }
            self.each_other(state, step, mode, &mut cutoff, |other, value, cutoff| {
                let theirs = instance.modes(state.operations[other as usize] as usize);
                let Some(place) = theirs.iter().position(|mode| mode.resource == own.resource) else {
                    return;
                };
                let value = value.max(through(state, other, own, theirs[place].duration));
                if value <= *cutoff && fits(state, step, other) {
                    let (mode, other_mode) = ((index as u16, mode), (place as u16, theirs[place]));
                    *cutoff = visit(Exchange { node: step.node, mode, other, other_mode }, value);
                }
            });
        }
    }

    /// Visits the operations of a resource whose places `step` could take, with the longest path through it there.
    fn each_other(
        &mut self,
        state: &State,
        step: &Step,
        mode: PlainMode,
        cutoff: &mut u32,
        mut visit: impl FnMut(u32, u32, &mut u32),
    ) {
        let State { records, ends, tails, .. } = state;
        let most_tail = cutoff.wrapping_sub(step.chain_end).wrapping_sub(mode.duration);
        let mut other = self.first_before(state, step, mode.resource, most_tail);
        if other == mode.resource {
            other = records[other as usize].after;
        }
        while other != mode.resource {
            let Record { before, after, .. } = records[other as usize];
            self.seen += 1;
            let end = step.chain_end.max(ends[before as usize]).wrapping_add(mode.duration);
            // From here on the end only grows.
            if end.wrapping_add(step.chain_tail) > *cutoff {
                return;
            }
            let value = end.wrapping_add(step.chain_tail.max(tails[after as usize]));
            if value <= *cutoff {
                visit(other, value, cutoff);
            }
            other = after;
        }
    }
}

/// The longest path through an operation in the place of the one with the record `place`.
fn through(state: &State, node: u32, place: Record, duration: u32) -> u32 {
    let State { ends, tails, .. } = state;
    let start = ends[node as usize - 1].max(ends[place.before as usize]);
    let rest = tails[node as usize + 1].max(tails[place.after as usize]);
    start.wrapping_add(duration).wrapping_add(rest)
}

/// Whether each of two operations fits between the neighbors of the other. Neighbors in a chain never change places.
fn fits(state: &State, step: &Step, other: u32) -> bool {
    let (own, theirs) = (state.records[step.node as usize], state.records[other as usize]);
    let is_between = |step: &Step, place: Record| {
        let (before, after) = (place.before as usize, place.after as usize);
        let goes_behind = !state.is_operation(place.before)
            || (step.behind_from <= state.tails[before] && place.before != step.node + 1);
        let goes_ahead = !state.is_operation(place.after)
            || (step.ahead_from <= state.ends[after] && place.after + 1 != step.node);
        goes_behind && goes_ahead
    };
    other != step.node + 1
        && other + 1 != step.node
        && is_between(step, theirs)
        && is_between(&gather(state, other), own)
}

#[cfg(test)]
mod tests {
    use super::super::path::CriticalPath;
    use super::super::switch::tests::random_state;
    use super::*;
    use crate::schedule::plain::Arrangement;
    use crate::search::rng::Rng;

    /// Everything that must come after a node, by node.
    fn followers(state: &State, node: u32) -> Vec<bool> {
        let mut follows = vec![false; state.records.len()];
        for &x in &state.sequence {
            let before = state.records[x as usize].before;
            follows[x as usize] = x == node || follows[x as usize - 1] || follows[before as usize];
        }
        follows
    }

    #[test]
    fn exchanges_close_no_cycle_and_their_paths_are_as_long_as_said() {
        let (mut apart, mut failed) = (0, 0);
        for seed in 0..400 {
            let mut rng = Rng::stream(seed, 0);
            let (instance, state) = random_state(&mut rng);
            let (mut path, mut switches) = (CriticalPath::default(), Switches::default());
            path.trace(&state, true, &mut rng);
            switches.begin(&state);
            for step in &path.steps {
                switches.each_exchange(&instance, &state, step, u32::MAX, |exchange, value| {
                    let mut moved = state.clone();
                    let is_linked =
                        exchange.places(&state).into_iter().all(|(node, place)| moved.relocate(node, place));
                    let (node, other) = (exchange.node, exchange.other);
                    let is_ordered =
                        followers(&state, node)[other as usize] || followers(&state, other)[node as usize];
                    if is_ordered {
                        failed += u32::from(!is_linked);
                        return u32::MAX;
                    }
                    assert!(is_linked, "{exchange:?} closes a cycle");
                    let length = |x: u32| {
                        let x = x as usize;
                        moved.ends[x] + moved.tails[x] - moved.records[x].duration
                    };
                    assert_eq!(value, length(node).max(length(other)));
                    apart += 1;
                    u32::MAX
                });
            }
        }
        assert!(apart > 500 && failed * 10 < apart, "{failed} cycles beside {apart} exchanges");
    }

    #[test]
    fn a_shop_is_full_up_to_one_percent() {
        let modes = [0, 1].map(|resource| PlainMode { resource, duration: 99 }).repeat(2);
        let instance = |mode_starts, modes| {
            PlainInstance::new(2, vec![0, 1, 2], mode_starts, modes, vec![], vec![]).unwrap()
        };
        let flexible = instance(vec![0, 2, 4], modes.clone());
        assert!(is_full(&flexible, 99) && is_full(&flexible, 100) && !is_full(&flexible, 101));
        assert!(!is_full(&instance(vec![0, 1, 2], modes[..2].to_vec()), 99), "nobody can go anywhere");
    }

    /// Two resources with 5 + 5 and 4 + 4 to do: when a 5 and a 4 change places, both end at 9. A 5 that went alone
    /// would end at 13 behind the two 4s.
    #[test]
    fn a_pair_changes_places_where_one_alone_cannot() {
        let both = |duration| [0, 1].map(|resource| PlainMode { resource, duration });
        let modes = [5, 5, 4, 4].map(both).concat();
        let instance =
            PlainInstance::new(2, (0..=4).collect(), vec![0, 2, 4, 6, 8], modes, vec![], vec![]).unwrap();
        let arrangement = Arrangement { sequence: vec![0, 1, 2, 3], modes: vec![0, 0, 1, 1], makespan: 0 };
        let mut state = State::new(&instance, &arrangement);
        assert_eq!(state.makespan(), 10);
        let mut rng = Rng::stream(0, 0);
        let (mut path, mut switches) = (CriticalPath::default(), Switches::default());
        path.trace(&state, true, &mut rng);
        switches.begin(&state);
        let mut found = None;
        switches.each_exchange(&instance, &state, &path.steps[0], 9, |exchange, value| {
            found = Some((exchange, value));
            0
        });
        let (exchange, value) = found.unwrap();
        assert_eq!(value, 9);
        for (node, place) in exchange.places(&state) {
            assert!(state.relocate(node, place));
        }
        assert_eq!(state.makespan(), 9);
    }
}
