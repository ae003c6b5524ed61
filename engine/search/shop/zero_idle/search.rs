//! Depth first over the choices, with longer and longer leaps back where that gets nowhere.

use super::floor::Floor;
use crate::schedule::plain::PlainInstance;
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Starts between two looks at the clock.
const POLL: u64 = 1 << 15;

/// A choice among waiting operations.
#[derive(Clone, Debug)]
struct Decision {
    events: usize,
    starts: usize,
    time: u32,
    resource: u32,
    /// Operations not tried yet, the next one last.
    untried: Vec<u32>,
}

/// A simulation that may go back.
pub(in super::super) struct ZeroIdle {
    floor: Floor,
    decisions: Vec<Decision>,
    recorded: usize,
    failures: usize,
    leap: usize,
}

impl ZeroIdle {
    /// A simulation at time 0 that looks for a schedule of length `target`.
    pub(in super::super) fn new(instance: &PlainInstance, target: u32) -> Self {
        let floor = Floor::new(instance, target);
        Self { floor, decisions: Vec::new(), recorded: 0, failures: 0, leap: 8 }
    }

    /// Starts made, undone ones included.
    pub(in super::super) fn starts(&self) -> u64 {
        self.floor.starts
    }

    /// The sequence of a schedule of the target length, if the simulation gets through within `budget` starts.
    pub(in super::super) fn run(&mut self, budget: u64, rng: &mut Rng, stop: &dyn Stop) -> Option<Vec<u32>> {
        let until = self.floor.starts + budget;
        let mut poll = self.floor.starts + POLL;
        loop {
            if self.floor.starts >= poll {
                poll = self.floor.starts + POLL;
                if stop.is_due() {
                    return None;
                }
            }
            if self.floor.starts >= until {
                return None;
            }
            if self.floor.sequence.len() == self.floor.facts.len() {
                return Some(std::mem::take(&mut self.floor.sequence));
            }
            let is_possible = if let Some(resource) = self.floor.next_choice() {
                self.decide(resource, rng)
            } else {
                self.floor.advance()
            };
            if !is_possible {
                self.jump(rng);
                if !self.backtrack() {
                    return None;
                }
            }
        }
    }

    /// Starts one of the operations waiting for a resource and remembers the others.
    fn decide(&mut self, resource: u32, rng: &mut Rng) -> bool {
        let queue = &self.floor.queues[resource as usize];
        if queue.len() == 1 {
            let only = queue[0];
            return self.floor.start(only);
        }
        let mut untried = queue.clone();
        let facts = &self.floor.facts;
        untried.sort_unstable_by_key(|&operation| (facts[operation as usize].tail, operation));
        if rng.one_in(16) {
            rng.shuffle(&mut untried);
        }
        let chosen = untried.pop();
        self.decisions.push(Decision {
            events: self.floor.events.len(),
            starts: self.floor.sequence.len(),
            time: self.floor.time,
            resource,
            untried,
        });
        chosen.is_some_and(|operation| self.floor.start(operation))
    }

    /// Where going back step by step gets nowhere, forgets a longer and longer stretch of choices.
    fn jump(&mut self, rng: &mut Rng) {
        self.failures += 1;
        if self.floor.farthest > self.recorded {
            self.recorded = self.floor.farthest;
            self.failures = 0;
            self.leap = 8;
        }
        if self.failures < 64 * self.leap {
            return;
        }
        self.failures = 0;
        let count = (self.leap + rng.below(self.leap as u32 + 1) as usize).min(self.decisions.len());
        self.leap = if 2 * self.leap > self.decisions.len() { 8 } else { self.leap * 2 };
        let keep = self.decisions.len() - count;
        if let Some(decision) = self.decisions.get(keep).cloned() {
            self.decisions.truncate(keep);
            self.undo(&decision);
            let mut others = decision;
            others.untried.clone_from(&self.floor.queues[others.resource as usize]);
            rng.shuffle(&mut others.untried);
            self.decisions.push(others);
        }
    }

    /// Goes back to the last choice with something untried and takes that; `false` if there is none.
    fn backtrack(&mut self) -> bool {
        while let Some(mut decision) = self.decisions.pop() {
            self.undo(&decision);
            if let Some(operation) = decision.untried.pop() {
                self.decisions.push(decision);
                if self.floor.start(operation) {
                    return true;
                }
            }
        }
        false
    }

    /// Goes back to when a choice was made; its resource is idle again.
    fn undo(&mut self, decision: &Decision) {
        self.floor.undo(decision.events, decision.time, decision.resource);
        debug_assert_eq!(self.floor.sequence.len(), decision.starts);
    }
}
