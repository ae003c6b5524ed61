//! All rules, until none has anything to say.
//!
//! Lags and durations run at once for each operation that changed; they wake the rules about resources, which
//! run one at a time, cheap ones first. All rules are monotone, so the end does not depend on the order; the
//! order is fixed all the same, so that the work is.

use super::disjunctive::Exclusion;
use super::domain::{Cause, Conflict, Domains};
use super::energy::Energy;
use super::network::Network;
use super::precedence::{Chains, relax};
use super::propagator::Propagator;
use super::queue::Queue;
use super::reservoir::Balance;
use super::timetable::Timetable;
use super::work;
use crate::model::time::Time;

/// Operations touched by one fixpoint for each operation of the network, at most. Where nothing limits time
/// from above, lags and exclusion can push each other on tick by tick; stopping early removes less, and that
/// is sound.
const TOUCHES: u64 = 500;

/// A network with its windows.
#[derive(Debug)]
pub struct Propagation<'n, 'p> {
    network: &'n Network<'p>,
    /// The windows that are left.
    pub domains: Domains,
    propagators: Vec<Box<dyn Propagator + Send>>,
    /// Propagators that an operation wakes.
    wakes: Vec<Vec<u32>>,
    queue: Queue,
    chains: Chains,
    work: u64,
}

impl<'n, 'p> Propagation<'n, 'p> {
    /// Nothing propagated yet.
    pub fn new(network: &'n Network<'p>) -> Self {
        let mut propagators: Vec<Box<dyn Propagator + Send>> = Vec::new();
        for index in 0..network.disjunctives.len() {
            propagators.push(Box::new(Exclusion::new(network, index)));
        }
        for index in 0..network.cumulatives.len() {
            propagators.push(Box::new(Timetable::new(network, index)));
            propagators.push(Box::new(Energy::new(network, index)));
        }
        for index in 0..network.reservoirs.len() {
            propagators.push(Box::new(Balance::new(network, index)));
        }
        let mut wakes = vec![Vec::new(); network.operations.len()];
        for (index, propagator) in propagators.iter().enumerate() {
            for operation in propagator.operations() {
                wakes[operation as usize].push(index as u32);
            }
        }
        Self {
            network,
            domains: Domains::new(network),
            queue: Queue::new(propagators.len()),
            propagators,
            wakes,
            chains: Chains::new(2 * network.operations.len()),
            work: 0,
        }
    }

    /// The network.
    pub fn network(&self) -> &'n Network<'p> {
        self.network
    }

    /// Operations touched so far.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Narrows until nothing changes, to a contradiction, or until it has cost too much.
    pub fn run(&mut self) -> Result<(), Conflict> {
        self.chains.clear();
        let result = self.narrow_all();
        self.domains.clear_changed();
        self.queue.clear();
        result
    }

    fn narrow_all(&mut self) -> Result<(), Conflict> {
        let until = self.work + TOUCHES * (4 + self.network.operations.len() as u64);
        loop {
            while let Some(operation) = self.domains.take_changed() {
                if self.work >= until {
                    return Ok(());
                }
                let index = operation as usize;
                self.work += 1;
                let before = self.domains.window(index);
                work::narrow(self.network, &mut self.domains, index)?;
                let after = self.domains.window(index);
                if after != before {
                    self.chains.carry(index, std::array::from_fn(|side| after[side] != before[side]));
                }
                relax(self.network, &mut self.domains, &mut self.chains, index)?;
                for &propagator in &self.wakes[index] {
                    self.queue.push(propagator, self.propagators[propagator as usize].is_dear());
                }
            }
            let Some(next) = self.queue.pop() else {
                return Ok(());
            };
            self.work += self.propagators[next as usize].narrow(self.network, &mut self.domains)?;
        }
    }

    /// No operation ends after `time`, its own tail kept free: `tails` by operation, or none.
    pub fn end_by(&mut self, time: Time, tails: &[Time]) -> Result<(), Conflict> {
        self.domains.cause = Cause::Window;
        for operation in 0..self.network.operations.len() {
            let tail = tails.get(operation).copied().unwrap_or(0);
            self.domains.lower_end(operation, time - tail)?;
        }
        Ok(())
    }

    /// A point to go back to.
    pub fn mark(&self) -> usize {
        self.domains.mark()
    }

    /// Everything as it was at the mark.
    pub fn undo(&mut self, mark: usize) {
        self.domains.undo(mark);
    }
}
