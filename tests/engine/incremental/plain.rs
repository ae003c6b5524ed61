//! The plain kernel: sweeps over what a move touches against sweeps over everything.

use sopengine::schedule::plain::{PlainInstance, Snapshot, State};
use sopengine::search::rng::Rng;

use super::moves;
use crate::plain::kernel::random_move;
use crate::plain::{Shape, random_arrangement, random_instance};

const SHAPES: [Shape; 4] = [
    Shape { chains: 5, resources: 3, operations: 6, modes: 1 },
    Shape { chains: 5, resources: 4, operations: 5, modes: 3 },
    Shape { chains: 20, resources: 6, operations: 8, modes: 1 },
    Shape { chains: 12, resources: 8, operations: 10, modes: 4 },
];

type Times = (Vec<u32>, Vec<u32>, Vec<(u32, u32)>, u32);

/// Ends, tails, links, and the length of the schedule.
fn times(state: &State) -> Times {
    let links = state.records.iter().map(|record| (record.before, record.after)).collect();
    (state.ends.clone(), state.tails.clone(), links, state.makespan())
}

fn assert_swept(state: &State, instance: &PlainInstance, scratch: &mut Snapshot) {
    let mut whole = state.clone();
    whole.sweep_all();
    assert_eq!(times(state), times(&whole), "sweeps in part");
    state.save(scratch);
    whole.restore_from(instance, scratch);
    assert_eq!(times(state), times(&whole), "a stored schedule loaded again");
    let critical = state.critical() as usize;
    let length = state.ends[critical] - state.records[critical].duration + state.tails[critical];
    assert_eq!(length, state.makespan());
}

#[test]
fn sweeps_in_part_equal_sweeps_over_everything() {
    let wanted = moves(0.4);
    let (mut made, mut refused, mut seed) = (0, 0, 0);
    let mut scratch = Snapshot::default();
    while made < wanted {
        seed += 1;
        let mut rng = Rng::stream(seed, 11);
        let instance = random_instance(SHAPES[seed as usize % SHAPES.len()], &mut rng);
        let mut state = State::new(&instance, &random_arrangement(&instance, &mut rng));
        for _ in 0..100 {
            let (node, place) = random_move(&instance, &state, &mut rng);
            let before = (times(&state), state.place(node));
            made += 1;
            if !state.relocate(node, place) {
                refused += 1;
                assert_eq!(times(&state), before.0, "a refused move changes nothing");
                continue;
            }
            assert_swept(&state, &instance, &mut scratch);
            if rng.one_in(3) {
                assert!(state.relocate(node, before.1), "a move can be undone");
                assert_eq!(times(&state), before.0);
            }
            if rng.one_in(10) {
                state.sort_by_time();
                state.sweep_all();
            }
        }
    }
    eprintln!("plain kernel: {made} moves, {refused} refused for their cycle, {seed} plants");
    assert!(refused * 2 < made);
}
