//! The plain kernel against brute force, and the search on published instances.

pub(crate) mod kernel;
mod proofs;
mod reduction;
mod search;

use sopengine::schedule::plain::{Arrangement, PlainInstance, PlainMode};
use sopengine::search::rng::Rng;

/// What a random instance may have.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) chains: u32,
    pub(crate) resources: u32,
    pub(crate) operations: u32,
    pub(crate) modes: u32,
}

/// A random instance: reentrant chains of up to `operations`, durations from 0, releases and tails.
pub(crate) fn random_instance(shape: Shape, rng: &mut Rng) -> PlainInstance {
    random_instance_from(shape, 0, rng)
}

/// The same with durations of at least `least`.
pub(crate) fn random_instance_from(shape: Shape, least: u32, rng: &mut Rng) -> PlainInstance {
    let (mut chain_starts, mut mode_starts, mut modes) = (vec![0], vec![0], Vec::new());
    for _ in 0..shape.chains {
        for _ in 0..rng.between(1, shape.operations) {
            for _ in 0..rng.between(1, shape.modes) {
                modes.push(PlainMode {
                    resource: rng.below(shape.resources),
                    duration: least + rng.below(20),
                });
            }
            mode_starts.push(modes.len() as u32);
        }
        chain_starts.push(mode_starts.len() as u32 - 1);
    }
    let releases = (0..shape.chains).map(|_| rng.below(30)).collect();
    let tails = (0..shape.chains).map(|_| rng.below(30)).collect();
    PlainInstance::new(shape.resources, chain_starts, mode_starts, modes, releases, tails).unwrap()
}

/// A random linear extension with random modes.
pub(crate) fn random_arrangement(instance: &PlainInstance, rng: &mut Rng) -> Arrangement {
    let mut turns: Vec<usize> =
        (0..instance.num_chains()).flat_map(|chain| instance.chain(chain).map(move |_| chain)).collect();
    rng.shuffle(&mut turns);
    let mut next: Vec<usize> = (0..instance.num_chains()).map(|chain| instance.chain(chain).start).collect();
    let mut sequence = Vec::new();
    for chain in turns {
        sequence.push(next[chain] as u32);
        next[chain] += 1;
    }
    let mut modes = Vec::new();
    if instance.is_flexible() {
        modes
            .extend((0..instance.num_operations()).map(|i| rng.below(instance.modes(i).len() as u32) as u16));
    }
    Arrangement { sequence, modes, makespan: 0 }
}

/// A job shop in the standard text form.
fn read(text: &str) -> PlainInstance {
    let mut lines = text.lines();
    let num_resources = lines.next().unwrap().split_whitespace().nth(1).unwrap().parse().unwrap();
    let (mut chain_starts, mut modes) = (vec![0], Vec::new());
    for line in lines {
        let numbers: Vec<u32> = line.split_whitespace().map(|word| word.parse().unwrap()).collect();
        modes.extend(numbers.chunks(2).map(|pair| PlainMode { resource: pair[0], duration: pair[1] }));
        chain_starts.push(modes.len() as u32);
    }
    let mode_starts = (0..=modes.len() as u32).collect();
    PlainInstance::new(num_resources, chain_starts, mode_starts, modes, vec![], vec![]).unwrap()
}
