//! The network of a plain instance.
//!
//! Operations with the shortest of their modes, chains, one exclusion a resource (of the operations that can
//! run nowhere else as well as, by their modes, of those that could), and where operations choose among
//! resources, the capacity of each set of resources that some operations cannot leave.

use crate::model::time::{FAR, Time};
use crate::propagation::Network;
use crate::propagation::network::{Cumulative, Disjunctive, MOST_MODES, Step, Taking, Way, end_of, start_of};
use crate::schedule::plain::PlainInstance;

/// Sets of resources that are looked at.
const MOST_SETS: usize = 64;

/// Network and tails of an instance.
pub fn network_of(instance: &PlainInstance) -> (Network<'static>, Vec<Time>) {
    let mut network = Network::new(&[]);
    let mut tails = vec![0; instance.num_operations()];
    for chain in 0..instance.num_chains() {
        let release = Time::from(instance.release(chain));
        for operation in instance.chain(chain) {
            add_operation(&mut network, instance, operation, release);
        }
        for operation in instance.chain(chain).skip(1) {
            network.link(end_of(operation - 1), start_of(operation), 0);
        }
        if let Some(last) = instance.chain(chain).last() {
            tails[last] = Time::from(instance.tail(chain));
        }
    }
    add_exclusions(&mut network, instance);
    if instance.is_flexible() {
        add_sets(&mut network, instance);
    }
    network.close();
    (network, tails)
}

fn add_operation(network: &mut Network<'_>, instance: &PlainInstance, operation: usize, release: Time) {
    let way = |duration: u32| Way {
        duration: Time::from(duration),
        working: None,
        breaks: false,
        varies: false,
        from: release,
    };
    let modes = instance.modes(operation);
    let mut ways: Vec<Way> = modes.iter().map(|mode| way(mode.duration)).collect();
    if ways.len() > MOST_MODES {
        // Any duration from the shortest to the longest.
        ways = vec![Way { breaks: true, varies: true, ..way(instance.shortest(operation)) }];
    }
    network.add(release, FAR, &ways);
}

fn add_exclusions(network: &mut Network<'_>, instance: &PlainInstance) {
    let mut takings: Vec<Vec<Taking>> = vec![Vec::new(); instance.num_resources()];
    for operation in 0..instance.num_operations() {
        let modes = instance.modes(operation);
        let is_single = modes.iter().all(|mode| mode.resource == modes[0].resource);
        if modes.len() > MOST_MODES && !is_single {
            continue;
        }
        for (bit, mode) in modes.iter().enumerate() {
            let bits = if modes.len() > MOST_MODES { 1 } else { 1 << bit };
            let takings = &mut takings[mode.resource as usize];
            match takings.last_mut().filter(|last| last.operation as usize == operation) {
                Some(last) => last.modes |= bits,
                None => takings.push(Taking {
                    operation: operation as u32,
                    modes: bits,
                    quantity: 1,
                    holds: true,
                }),
            }
        }
    }
    for (resource, takings) in takings.into_iter().enumerate() {
        if takings.len() > 1 {
            network.disjunctives.push(Disjunctive { name: resource as u32, open: None, takings });
        }
    }
}

/// Resources that an operation can run on, ascending.
fn eligible(instance: &PlainInstance, operation: usize) -> Vec<u32> {
    let mut resources: Vec<u32> = instance.modes(operation).iter().map(|mode| mode.resource).collect();
    resources.sort_unstable();
    resources.dedup();
    resources
}

/// A capacity for each set of two or more resources that operations are confined to, and for all together.
fn add_sets(network: &mut Network<'_>, instance: &PlainInstance) {
    let confined: Vec<Vec<u32>> = (0..instance.num_operations()).map(|i| eligible(instance, i)).collect();
    let mut sets: Vec<Vec<u32>> = confined.iter().filter(|set| set.len() > 1).cloned().collect();
    sets.sort_unstable();
    sets.dedup();
    sets.truncate(MOST_SETS);
    sets.push((0..instance.num_resources() as u32).collect());
    sets.dedup();
    for (number, set) in sets.iter().enumerate() {
        let is_in = |operation: &usize| confined[*operation].iter().all(|own| set.binary_search(own).is_ok());
        let inside = (0..confined.len()).filter(is_in).filter(|&i| instance.shortest(i) > 0);
        let taking = |i: usize| Taking { operation: i as u32, modes: u64::MAX, quantity: 1, holds: true };
        let takings: Vec<Taking> = inside.map(taking).collect();
        if takings.len() > set.len() {
            let size = set.len() as i64;
            let steps = vec![Step { from: 0, capacity: size, free: size }];
            let name = (instance.num_resources() + number) as u32;
            network.cumulatives.push(Cumulative { name, steps, takings });
        }
    }
}
