//! The network of a project: fixed durations, links with lags, resources.
//!
//! Operations that need more than half of a resource exclude each other whatever else runs there, so they
//! are an exclusion beside the capacity: edge finding sees what the profile does not.

use crate::model::time::{FAR, Time};
use crate::propagation::Network;
use crate::propagation::network::{Cumulative, Disjunctive, Step, Taking, end_of, start_of};
use crate::schedule::project::ProjectInstance;

/// Network and tails of a project.
pub fn network_of(instance: &ProjectInstance) -> (Network<'static>, Vec<Time>) {
    let mut network = Network::new(&[]);
    let mut tails = Vec::with_capacity(instance.len());
    for operation in 0..instance.len() {
        let data = instance.operation(operation);
        network.add_fixed(Time::from(data.release), FAR, Time::from(data.duration));
        tails.push(Time::from(data.tail));
    }
    for link in instance.links() {
        let (before, after) = (link.before as usize, link.after as usize);
        network.link(end_of(before), start_of(after), Time::from(link.lag));
    }
    for (resource, &capacity) in instance.capacities().iter().enumerate() {
        add_resource(&mut network, instance, resource as u32, capacity);
    }
    network.close();
    (network, tails)
}

fn add_resource(network: &mut Network<'_>, instance: &ProjectInstance, resource: u32, capacity: u64) {
    let taking = |operation: usize| {
        let demands = &instance.operation(operation).demands;
        let demand = demands.iter().find(|demand| demand.0 == resource)?;
        let quantity = i64::try_from(demand.1).ok()?;
        Some(Taking { operation: operation as u32, modes: 1, quantity, holds: true })
    };
    let takings: Vec<Taking> = (0..instance.len()).filter_map(taking).collect();
    let Ok(capacity) = i64::try_from(capacity) else { return };
    let alone: Vec<Taking> =
        takings.iter().copied().filter(|taking| taking.quantity > capacity / 2).collect();
    let all_alone = alone.len() == takings.len();
    if alone.len() > 1 {
        network.disjunctives.push(Disjunctive { name: resource, open: None, takings: alone });
    }
    if takings.len() > 1 && !all_alone {
        let steps = vec![Step { from: 0, capacity, free: capacity }];
        network.cumulatives.push(Cumulative { name: resource, steps, takings });
    }
}
