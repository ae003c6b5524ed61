//! Capacity against the work that must lie between two instants.
//!
//! Every operation takes quantity times working time between its earliest start and its latest end. Measured
//! in capacity gone by instead of time, so that shifts and breakdowns are exact, a set of operations takes no
//! more than what goes by from its earliest start to its latest end. Sets are those of all operations that end
//! by an instant; a tree finds the worst earliest start for each.
//!
//! # Cost
//! `O(n log n)`.
//!
//! # References
//! P. Vilím, "Max energy filtering algorithm for discrete cumulative resources", CPAIOR 2009; there for
//! capacities that do not change.

use super::domain::{Cause, Conflict, Domains};
use super::network::{Network, Step, Taking};
use super::propagator::Propagator;
use crate::model::time::{FAR, Time};

/// Energies overflow 64 bits where capacities are in base units and horizons in seconds.
type Amount = i128;

/// Lower than any amount.
const NOTHING: Amount = Amount::MIN / 4;

#[derive(Debug, Clone, Copy)]
struct Demand {
    operation: u32,
    est: Time,
    lct: Time,
    amount: Amount,
}

/// The rule on one capacity.
#[derive(Debug, Clone)]
pub(super) struct Energy {
    index: u32,
    takings: Vec<Taking>,
    steps: Vec<Step>,
    /// Free capacity gone by before each step.
    gone: Vec<Amount>,
    demands: Vec<Demand>,
    by_est: Vec<u32>,
    /// Sum and highest envelope by node.
    nodes: Vec<(Amount, Amount)>,
}

impl Energy {
    pub(super) fn new(network: &Network<'_>, index: usize) -> Self {
        let cumulative = &network.cumulatives[index];
        let mut gone = Vec::with_capacity(cumulative.steps.len());
        let mut sum = 0;
        for (place, step) in cumulative.steps.iter().enumerate() {
            gone.push(sum);
            let to = cumulative.steps.get(place + 1).map_or(step.from, |next| next.from);
            sum += Amount::from(step.free) * Amount::from(to - step.from);
        }
        Self {
            index: index as u32,
            takings: cumulative.takings.clone(),
            steps: cumulative.steps.clone(),
            gone,
            demands: Vec::new(),
            by_est: Vec::new(),
            nodes: Vec::new(),
        }
    }

    /// Free capacity gone by until an instant.
    fn gone_by(&self, time: Time) -> Amount {
        let after = self.steps.partition_point(|step| step.from <= time);
        let Some(place) = after.checked_sub(1) else { return 0 };
        self.gone[place] + Amount::from(self.steps[place].free) * Amount::from(time - self.steps[place].from)
    }

    fn load(&mut self, network: &Network<'_>, domains: &Domains) {
        self.demands.clear();
        for taking in &self.takings {
            let operation = taking.operation as usize;
            let modes = domains.modes(operation);
            let lct = domains.lct(operation);
            if modes & !taking.modes == 0 && lct < FAR / 2 {
                let shortest = network.shortest(operation, modes);
                let amount = Amount::from(taking.quantity) * Amount::from(shortest);
                let est = domains.est(operation);
                if amount > 0 {
                    self.demands.push(Demand { operation: taking.operation, est, lct, amount });
                }
            }
        }
    }

    fn add(&mut self, leaves: usize, leaf: usize, amount: Amount, envelope: Amount) {
        let mut node = leaves + leaf;
        self.nodes[node] = (amount, envelope);
        while node > 1 {
            node /= 2;
            let (left, right) = (self.nodes[2 * node], self.nodes[2 * node + 1]);
            self.nodes[node] = (left.0 + right.0, right.1.max(left.1 + right.0));
        }
    }
}

impl Propagator for Energy {
    fn operations(&self) -> Vec<u32> {
        self.takings.iter().map(|taking| taking.operation).collect()
    }

    fn is_dear(&self) -> bool {
        true
    }

    fn narrow(&mut self, network: &Network<'_>, domains: &mut Domains) -> Result<u64, Conflict> {
        domains.cause = Cause::Capacity(self.index);
        self.load(network, domains);
        let count = self.demands.len();
        if count < 2 {
            return Ok(1);
        }
        self.demands.sort_unstable_by_key(|demand| (demand.lct, demand.operation));
        self.by_est.clear();
        self.by_est.extend(0..count as u32);
        let demands = &self.demands;
        self.by_est.sort_unstable_by_key(|&place| (demands[place as usize].est, place));
        let mut leaf = vec![0; count];
        for (place, &demand) in self.by_est.iter().enumerate() {
            leaf[demand as usize] = place;
        }
        let leaves = count.next_power_of_two();
        self.nodes.clear();
        self.nodes.resize(2 * leaves, (0, NOTHING));
        for (place, &leaf) in leaf.iter().enumerate() {
            let demand = self.demands[place];
            let envelope = self.gone_by(demand.est) + demand.amount;
            self.add(leaves, leaf, demand.amount, envelope);
            if self.nodes[1].1 > self.gone_by(demand.lct) {
                return Err(domains.conflict(demand.operation as usize));
            }
        }
        Ok(4 * count as u64)
    }
}
