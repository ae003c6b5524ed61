//! Moves and sweeps against longest paths computed from nothing.

use proptest::prelude::*;
use sopengine::schedule::plain::{
    Arrangement, NO_POSITION, Place, PlainInstance, PlainSolution, Snapshot, State,
};
use sopengine::search::rng::Rng;

use super::{Shape, random_arrangement, random_instance, random_instance_from};

const SHAPE: Shape = Shape { chains: 5, resources: 3, operations: 6, modes: 1 };
const FLEXIBLE: Shape = Shape { chains: 5, resources: 4, operations: 5, modes: 3 };

/// Ends and tails by repeated relaxation over the links alone; `None` if the links close a cycle.
fn longest_paths(state: &State) -> Option<(Vec<u32>, Vec<u32>)> {
    let records = &state.records;
    let nodes: Vec<usize> = (0..records.len()).filter(|&x| records[x].position != NO_POSITION).collect();
    let (mut ends, mut tails) = (state.ends.clone(), state.tails.clone());
    for &x in &nodes {
        (ends[x], tails[x]) = (0, 0);
    }
    // A path has at most as many arcs as there are nodes; a cycle of positive length never settles, one
    // without length is found by sorting.
    sorts(state, &nodes).then_some(())?;
    for _ in 0..=nodes.len() {
        for &x in &nodes {
            let record = &records[x];
            ends[x] = ends[x - 1].max(ends[record.before as usize]) + record.duration;
            tails[x] = tails[x + 1].max(tails[record.after as usize]) + record.duration;
        }
    }
    Some((ends, tails))
}

/// Whether the arcs of chains and resources can be sorted.
fn sorts(state: &State, nodes: &[usize]) -> bool {
    let mut placed = vec![false; state.records.len()];
    let is_done = |placed: &[bool], x: usize| state.records[x].position == NO_POSITION || placed[x];
    for _ in 0..nodes.len() {
        let ready = nodes.iter().find(|&&x| {
            !placed[x] && is_done(&placed, x - 1) && is_done(&placed, state.records[x].before as usize)
        });
        match ready {
            Some(&x) => placed[x] = true,
            None => return false,
        }
    }
    true
}

fn assert_consistent(state: &State) {
    let (ends, tails) = longest_paths(state).expect("no cycle");
    let mut makespan = 0;
    for (position, &node) in state.sequence.iter().enumerate() {
        let (x, record) = (node as usize, state.records[node as usize]);
        assert_eq!(record.position as usize, position);
        assert_eq!((state.ends[x], state.tails[x]), (ends[x], tails[x]), "node {x}");
        assert_eq!(state.records[record.before as usize].after, node);
        assert_eq!(state.records[record.after as usize].before, node);
        makespan = makespan.max(ends[x] - record.duration + tails[x]);
    }
    assert_eq!(state.makespan(), makespan);
    let critical = state.critical() as usize;
    assert_eq!(ends[critical] - state.records[critical].duration + tails[critical], makespan);
}

/// A random operation and a random place for it, cycles not excluded.
pub(crate) fn random_move(instance: &PlainInstance, state: &State, rng: &mut Rng) -> (u32, Place) {
    let node = state.sequence[rng.below(state.sequence.len() as u32) as usize];
    let modes = instance.modes(state.operations[node as usize] as usize);
    let index = rng.below(modes.len() as u32);
    let mode = modes[index as usize];
    let mut before = mode.resource;
    for _ in 0..rng.below(6) {
        let after = state.records[before as usize].after;
        if after == mode.resource {
            break;
        }
        before = after;
    }
    if before == node {
        before = state.records[node as usize].before;
    }
    let mut after = state.records[before as usize].after;
    if after == node {
        after = state.records[node as usize].after;
    }
    (node, Place { before, after, mode, index: index as u16 })
}

fn times(state: &State) -> Vec<(u32, u32, u32, u32)> {
    let links = state.records.iter().map(|record| (record.before, record.after));
    links.zip(state.ends.iter().zip(&state.tails)).map(|((b, a), (&end, &tail))| (end, tail, b, a)).collect()
}

/// Whether the links after a move close a cycle, found without the state's own code for moves.
fn closes_cycle(state: &State, node: u32, place: Place) -> bool {
    let mut copy = state.clone();
    let old = copy.records[node as usize];
    copy.records[old.before as usize].after = old.after;
    copy.records[old.after as usize].before = old.before;
    copy.records[place.before as usize].after = node;
    copy.records[place.after as usize].before = node;
    copy.records[node as usize].before = place.before;
    copy.records[node as usize].after = place.after;
    longest_paths(&copy).is_none()
}

fn walk(shape: Shape, seed: u64) {
    let mut rng = Rng::stream(seed, 0);
    let instance = random_instance(shape, &mut rng);
    let arrangement = random_arrangement(&instance, &mut rng);
    let mut state = State::new(&instance, &arrangement);
    assert_consistent(&state);
    for _ in 0..40 {
        let (node, place) = random_move(&instance, &state, &mut rng);
        let expected = !closes_cycle(&state, node, place);
        let (old_times, old_sequence, old_place) = (times(&state), state.sequence.clone(), state.place(node));
        assert_eq!(state.relocate(node, place), expected);
        if expected {
            assert_consistent(&state);
            if rng.one_in(2) {
                assert!(state.relocate(node, old_place), "a move can be undone");
                assert_eq!(times(&state), old_times);
            }
        } else {
            assert_eq!(
                (times(&state), &state.sequence),
                (old_times, &old_sequence),
                "a refused move changes nothing"
            );
            assert_consistent(&state);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn moves_equal_recomputation_and_cycles_are_refused(seed in any::<u64>()) {
        walk(SHAPE, seed);
    }

    #[test]
    fn moves_between_resources_equal_recomputation(seed in any::<u64>()) {
        walk(FLEXIBLE, seed);
    }

    #[test]
    fn schedules_survive_storing(seed in any::<u64>(), least in 0..2_u32) {
        let mut rng = Rng::stream(seed, 1);
        let instance = random_instance_from(FLEXIBLE, least, &mut rng);
        let mut state = State::new(&instance, &random_arrangement(&instance, &mut rng));
        let mut snapshot = Snapshot::default();
        state.save(&mut snapshot);
        let stored = state.arrangement(&snapshot);
        let solution = stored.to_solution(&instance);
        prop_assert_eq!(solution.makespan(), state.makespan());
        let (starts, modes) = (solution.starts().to_vec(), solution.modes().to_vec());
        prop_assert_eq!(PlainSolution::new(&instance, starts, modes), Ok(solution.clone()));
        let again = Arrangement::from_solution(&instance, &solution);
        let retold = again.to_solution(&instance);
        prop_assert_eq!(again.makespan, retold.makespan());
        if least > 0 {
            prop_assert_eq!(retold.starts(), solution.starts());
            prop_assert_eq!(again.makespan, state.makespan());
        } else {
            // Start times do not tell the order of operations without duration on one resource at one instant.
            // What one of them held up is free then; nothing starts later.
            prop_assert!(retold.starts().iter().zip(solution.starts()).all(|(now, before)| now <= before));
        }
        let (node, place) = random_move(&instance, &state, &mut rng);
        state.relocate(node, place);
        state.restore_from(&instance, &snapshot);
        assert_consistent(&state);
        prop_assert_eq!(state.makespan(), solution.makespan());
    }

    #[test]
    fn sorting_by_time_keeps_the_schedule(seed in any::<u64>()) {
        let mut rng = Rng::stream(seed, 2);
        let instance = random_instance(SHAPE, &mut rng);
        let mut state = State::new(&instance, &random_arrangement(&instance, &mut rng));
        let before = times(&state);
        state.sort_by_time();
        state.sweep_all();
        prop_assert_eq!(times(&state), before);
        assert_consistent(&state);
    }

    #[test]
    fn broken_schedules_are_refused(seed in any::<u64>()) {
        let mut rng = Rng::stream(seed, 3);
        let instance = random_instance(SHAPE, &mut rng);
        let solution = State::new(&instance, &random_arrangement(&instance, &mut rng));
        let mut snapshot = Snapshot::default();
        solution.save(&mut snapshot);
        let solution = solution.arrangement(&snapshot).to_solution(&instance);
        // In a semi-active schedule nothing can start earlier, least of all without its neighbors.
        let late = (0..solution.starts().len()).filter(|&i| solution.starts()[i] > 0 && instance.shortest(i) > 1);
        for operation in late {
            let mut starts = solution.starts().to_vec();
            starts[operation] -= 1;
            prop_assert!(PlainSolution::new(&instance, starts, solution.modes().to_vec()).is_err());
        }
    }
}
