//! Bounds on projects by refutation.

use super::destructive::Destructive;
use crate::model::time::{FAR, Time};
use crate::propagation::Network;
use crate::propagation::network::{Cumulative, Disjunctive, Step, Taking, end_of, start_of};
use crate::schedule::project::ProjectInstance;

/// Work of the attempt, in operations touched, at most.
const MOST: u64 = 1_000_000;

/// Operations of the largest project that is looked at.
const LARGEST: usize = 5_000;

/// A better bound than `low` where propagation finds one, and the work it took; some schedule has `high`.
pub fn raised_bound(instance: &ProjectInstance, low: u32, high: u32) -> (u32, u64) {
    if low >= high || instance.len() > LARGEST {
        return (low, 0);
    }
    let (network, tails) = network_of(instance);
    let mut destructive = Destructive::new(&network, tails);
    let bound = destructive.bisect(Time::from(low), Time::from(high), MOST / 2);
    let bound = destructive.climb(bound, Time::from(high), MOST);
    (bound as u32, destructive.work())
}

/// Network and tails of a project.
fn network_of(instance: &ProjectInstance) -> (Network<'static>, Vec<Time>) {
    let mut network = Network::new(&[]);
    for operation in 0..instance.len() {
        let data = instance.operation(operation);
        network.add_fixed(Time::from(data.release), FAR, Time::from(data.duration));
    }
    for link in instance.links() {
        network.link(end_of(link.before as usize), start_of(link.after as usize), Time::from(link.lag));
    }
    for (resource, &capacity) in instance.capacities().iter().enumerate() {
        let taking = |operation: usize| {
            let data = instance.operation(operation);
            let demand = data.demands.iter().find(|demand| demand.0 as usize == resource)?;
            let quantity = i64::try_from(demand.1).ok().filter(|_| data.duration > 0)?;
            Some(Taking { operation: operation as u32, modes: 1, quantity, holds: true })
        };
        let takings: Vec<Taking> = (0..instance.len()).filter_map(taking).collect();
        add_exclusion(&mut network, resource as u32, capacity, &takings);
        let free = i64::try_from(capacity).unwrap_or(i64::MAX);
        if capacity > 1 && !takings.is_empty() {
            let steps = vec![Step { from: 0, capacity: free, free }];
            network.cumulatives.push(Cumulative { name: resource as u32, steps, takings });
        }
    }
    network.close();
    let tails = (0..instance.len()).map(|i| Time::from(instance.operation(i).tail)).collect();
    (network, tails)
}

/// Operations of which no two fit on a resource together: those that need more than half of it, and the
/// smallest other one that fits beside none of them.
fn add_exclusion(network: &mut Network<'_>, name: u32, capacity: u64, takings: &[Taking]) {
    let is_large = |taking: &&Taking| 2 * u128::from(taking.quantity.unsigned_abs()) > u128::from(capacity);
    let mut large: Vec<Taking> = takings.iter().filter(is_large).copied().collect();
    let least = large.iter().map(|taking| taking.quantity.unsigned_abs()).min().unwrap_or(0);
    let others = takings.iter().filter(|taking| !is_large(taking));
    let beside = others.filter(|taking| taking.quantity.unsigned_abs() + least > capacity);
    if let Some(longest) =
        beside.max_by_key(|taking| (network.shortest(taking.operation as usize, 1), taking.operation))
    {
        large.push(*longest);
    }
    if large.len() > 1 {
        network.disjunctives.push(Disjunctive { name, open: None, takings: large });
    }
}
