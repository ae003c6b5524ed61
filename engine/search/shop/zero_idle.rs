//! Saturated instances: a simulation in which no resource may idle.
//!
//! # Idea
//! Where every resource is loaded up to the bound `T`, a schedule of length `T` exists only if no resource is
//! ever idle longer than its allowance, `T` less its load. Dispatching and local search end far away from
//! such schedules. But the requirement prunes so much that a depth-first simulation in time finds one: when
//! an operation ends, the freed resource must at once take one of the few operations then waiting for it.
//! Usually there is one; where there are more, the one with the longest tail is tried first.
//!
//! # Looking ahead
//! A busy resource needs a *supporter*: an operation that waits for it, or whose predecessor can end early
//! enough. Each start makes the others in its queue later, so the supporters of the resources that they head
//! for are checked right away, long before the resource would run dry.
//!
//! # Cost
//! Some tens of nanoseconds a start; backtracking undoes starts one by one. The search gives up after a fixed
//! number of starts and begins again with another random order of candidates.

use super::dispatch::mode_of;
use super::tournament::Tournament;
use crate::schedule::plain::PlainInstance;
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Operations of a chain that are looked ahead.
const SIGHT: u32 = 2;

const NONE: u32 = u32::MAX;

/// Starts between two looks at the clock.
const POLL: u64 = 1 << 15;

/// An operation as the simulation sees it.
#[derive(Clone, Copy, Debug)]
struct Facts {
    resource: u32,
    duration: u32,
    /// From its start to the end of its chain.
    tail: u32,
    /// The resource of the next operation of the chain, or `NONE`.
    heads_for: u32,
}

/// What can be undone.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// The operation running on a resource ended.
    Ended { resource: u32, operation: u32, at: u32 },
    /// An operation in a queue started; what the resource knew before.
    Started { resource: u32, place: u32, idle_since: u32, allowance: u32 },
}

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
pub(super) struct ZeroIdle {
    facts: Vec<Facts>,
    target: u32,
    queues: Vec<Vec<u32>>,
    /// Operations (running or queued) whose chain needs the resource within a few operations, and the one
    /// of the chain that does.
    heading: Vec<Vec<(u32, u32)>>,
    running: Vec<u32>,
    busy_until: Tournament,
    idle_since: Vec<u32>,
    allowance: Vec<u32>,
    left: Vec<u32>,
    events: Vec<Event>,
    decisions: Vec<Decision>,
    sequence: Vec<u32>,
    idle: Vec<u32>,
    time: u32,
    farthest: usize,
    recorded: usize,
    failures: usize,
    leap: usize,
    /// Starts made, undone ones included.
    pub(super) starts: u64,
}

/// Whether the probe has a chance: all loads close to the bound.
pub(super) fn is_saturated(instance: &PlainInstance, bound: u32) -> bool {
    // With many more chains than resources nearly everybody waits, and nothing is ever forced.
    let is_crowded = instance.num_chains() > 2 * instance.num_resources();
    if instance.is_flexible() || is_crowded || instance.num_operations() < 4 * instance.num_resources() {
        return false;
    }
    let loads = loads(instance);
    loads.iter().all(|&load| load <= u64::from(bound) && (u64::from(bound) - load) * 200 <= u64::from(bound))
}

fn loads(instance: &PlainInstance) -> Vec<u64> {
    let mut loads = vec![0; instance.num_resources()];
    for operation in 0..instance.num_operations() {
        let mode = mode_of(instance, &[], operation);
        loads[mode.resource as usize] += u64::from(mode.duration);
    }
    loads
}

impl ZeroIdle {
    /// A simulation at time 0 that looks for a schedule of length `target`.
    pub(super) fn new(instance: &PlainInstance, target: u32) -> Self {
        let num_resources = instance.num_resources();
        let nothing = Facts { resource: 0, duration: 0, tail: 0, heads_for: NONE };
        let mut facts = vec![nothing; instance.num_operations()];
        let mut left = vec![0; num_resources];
        for chain in 0..instance.num_chains() {
            let (mut tail, mut heads_for) = (instance.tail(chain), NONE);
            for operation in instance.chain(chain).rev() {
                let mode = mode_of(instance, &[], operation);
                tail += mode.duration;
                facts[operation] =
                    Facts { resource: mode.resource, duration: mode.duration, tail, heads_for };
                heads_for = mode.resource;
                left[mode.resource as usize] += 1;
            }
        }
        let allowance = loads(instance).iter().map(|&load| target - load as u32).collect();
        let mut probe = Self {
            facts,
            target,
            queues: vec![Vec::new(); num_resources],
            heading: vec![Vec::new(); num_resources],
            running: vec![NONE; num_resources],
            busy_until: Tournament::new(num_resources),
            idle_since: vec![0; num_resources],
            allowance,
            left,
            events: Vec::new(),
            decisions: Vec::new(),
            sequence: Vec::new(),
            idle: (0..num_resources as u32).collect(),
            time: 0,
            farthest: 0,
            recorded: 0,
            failures: 0,
            leap: 8,
            starts: 0,
        };
        for chain in 0..instance.num_chains() {
            let range = instance.chain(chain);
            if !range.is_empty() {
                probe.arrive(range.start as u32);
            }
        }
        probe
    }

    /// The sequence of a schedule of the target length, if the simulation gets through within `budget` starts.
    pub(super) fn run(&mut self, budget: u64, rng: &mut Rng, stop: &dyn Stop) -> Option<Vec<u32>> {
        let until = self.starts + budget;
        let mut poll = self.starts + POLL;
        loop {
            if self.starts >= poll {
                poll = self.starts + POLL;
                if stop.is_due() {
                    return None;
                }
            }
            if self.starts >= until {
                return None;
            }
            if self.sequence.len() == self.facts.len() {
                return Some(std::mem::take(&mut self.sequence));
            }
            let is_possible = if let Some(resource) = self.next_choice() {
                self.decide(resource, rng)
            } else {
                self.advance()
            };
            if !is_possible {
                self.jump(rng);
                if !self.backtrack() {
                    return None;
                }
            }
        }
    }

    /// The idle resource with the fewest operations waiting, if any has one.
    fn next_choice(&mut self) -> Option<u32> {
        let (running, left, queues) = (&self.running, &self.left, &self.queues);
        self.idle.retain(|&r| running[r as usize] == NONE && left[r as usize] > 0);
        let waiting = self.idle.iter().filter(|&&r| !queues[r as usize].is_empty());
        waiting.min_by_key(|&&r| (queues[r as usize].len(), r)).copied()
    }

    /// Starts one of the operations waiting for a resource and remembers the others.
    fn decide(&mut self, resource: u32, rng: &mut Rng) -> bool {
        let queue = &self.queues[resource as usize];
        if queue.len() == 1 {
            let only = queue[0];
            return self.start(only);
        }
        let mut untried = queue.clone();
        let facts = &self.facts;
        untried.sort_unstable_by_key(|&operation| (facts[operation as usize].tail, operation));
        if rng.one_in(16) {
            rng.shuffle(&mut untried);
        }
        let chosen = untried.pop();
        self.decisions.push(Decision {
            events: self.events.len(),
            starts: self.sequence.len(),
            time: self.time,
            resource,
            untried,
        });
        chosen.is_some_and(|operation| self.start(operation))
    }

    /// Goes to the next end and lets everything that ends then arrive at its next resource.
    fn advance(&mut self) -> bool {
        let (time, _) = self.busy_until.smallest();
        if time == NONE {
            return false;
        }
        self.time = time;
        while self.busy_until.smallest().0 == time {
            let (_, resource) = self.busy_until.smallest();
            let operation = self.running[resource];
            self.busy_until.set(resource, NONE);
            self.running[resource] = NONE;
            self.idle_since[resource] = time;
            self.idle.push(resource as u32);
            self.events.push(Event::Ended { resource: resource as u32, operation, at: time });
            let next = self.facts[operation as usize].heads_for;
            if next != NONE {
                self.leave(operation);
                self.arrive(operation + 1);
            }
        }
        // Resources that ran dry must still have somebody coming.
        self.idle.iter().all(|&r| {
            let r = r as usize;
            self.left[r] == 0 || self.running[r] != NONE || !self.queues[r].is_empty() || self.is_supported(r)
        })
    }

    fn arrive(&mut self, operation: u32) {
        let facts = self.facts[operation as usize];
        self.queues[facts.resource as usize].push(operation);
        self.announce(operation);
    }

    /// Lists an operation as a possible supporter of the resources that its chain needs next.
    fn announce(&mut self, operation: u32) {
        for last in operation..operation + SIGHT {
            let next = self.facts[last as usize].heads_for;
            if next == NONE {
                return;
            }
            self.heading[next as usize].push((operation, last + 1));
        }
    }

    fn leave(&mut self, operation: u32) {
        for last in operation..operation + SIGHT {
            let next = self.facts[last as usize].heads_for;
            if next == NONE {
                return;
            }
            self.heading[next as usize].retain(|&(other, _)| other != operation);
        }
    }

    /// Starts a waiting operation now; `false` if that makes the target impossible.
    fn start(&mut self, operation: u32) -> bool {
        let facts = self.facts[operation as usize];
        let resource = facts.resource as usize;
        let queue = &mut self.queues[resource];
        let Some(place) = queue.iter().position(|&other| other == operation) else { return false };
        queue.swap_remove(place);
        let (idle_since, allowance) = (self.idle_since[resource], self.allowance[resource]);
        self.events.push(Event::Started {
            resource: facts.resource,
            place: place as u32,
            idle_since,
            allowance,
        });
        self.running[resource] = operation;
        self.left[resource] -= 1;
        let end = self.time + facts.duration;
        self.busy_until.set(resource, end);
        self.sequence.push(operation);
        self.farthest = self.farthest.max(self.sequence.len());
        self.starts += 1;
        let idled = self.time - idle_since;
        if idled > allowance || self.time + facts.tail > self.target {
            return false;
        }
        self.allowance[resource] = allowance - idled;
        let waiting = &self.queues[resource];
        waiting.iter().all(|&other| {
            let mut facts = self.facts[other as usize];
            let is_in_time = end + facts.tail <= self.target;
            let supports = (1..=SIGHT).all(|ahead| {
                let heads_for = facts.heads_for;
                if heads_for == NONE {
                    return true;
                }
                facts = self.facts[(other + ahead) as usize];
                self.is_supported(heads_for as usize)
            });
            is_in_time && supports
        }) && self.is_supported(resource)
    }

    /// Whether some operation can reach a resource before it has idled longer than it may.
    fn is_supported(&self, resource: usize) -> bool {
        if self.left[resource] == 0 || !self.queues[resource].is_empty() {
            return true;
        }
        let since = if self.running[resource] == NONE {
            self.idle_since[resource]
        } else {
            self.busy_until.value(resource)
        };
        let latest = since + self.allowance[resource];
        let in_sight = self.heading[resource].iter().any(|&(operation, goal)| {
            let between = self.facts[operation as usize + 1..goal as usize].iter();
            self.stage_end(operation) + between.map(|facts| facts.duration).sum::<u32>() <= latest
        });
        in_sight || self.is_reachable(resource as u32, latest)
    }

    /// The earliest end of an operation that runs or waits.
    fn stage_end(&self, operation: u32) -> u32 {
        let facts = self.facts[operation as usize];
        let at = facts.resource as usize;
        if self.running[at] == operation {
            self.busy_until.value(at)
        } else if self.running[at] == NONE {
            self.time + facts.duration
        } else {
            self.busy_until.value(at) + facts.duration
        }
    }

    /// Whether any chain can reach a resource by `latest` if it never waits again.
    fn is_reachable(&self, resource: u32, latest: u32) -> bool {
        let running = self.running.iter().filter(|&&operation| operation != NONE);
        running.chain(self.queues.iter().flatten()).any(|&operation| {
            let (mut end, mut last) = (self.stage_end(operation), operation as usize);
            while end <= latest {
                match self.facts[last].heads_for {
                    NONE => return false,
                    next if next == resource => return true,
                    _ => last += 1,
                }
                end += self.facts[last].duration;
            }
            false
        })
    }

    /// Where going back step by step gets nowhere, forgets a longer and longer stretch of choices.
    fn jump(&mut self, rng: &mut Rng) {
        self.failures += 1;
        if self.farthest > self.recorded {
            self.recorded = self.farthest;
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
            others.untried.clone_from(&self.queues[others.resource as usize]);
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
                if self.start(operation) {
                    return true;
                }
            }
        }
        false
    }

    fn undo(&mut self, decision: &Decision) {
        while self.events.len() > decision.events {
            let Some(event) = self.events.pop() else { break };
            match event {
                Event::Ended { resource, operation, at } => {
                    let next = self.facts[operation as usize].heads_for;
                    if next != NONE {
                        self.queues[next as usize].pop();
                        self.leave(operation + 1);
                        self.announce(operation);
                    }
                    self.busy_until.set(resource as usize, at);
                    self.running[resource as usize] = operation;
                }
                Event::Started { resource, place, idle_since, allowance } => {
                    let resource = resource as usize;
                    let operation = self.running[resource];
                    let queue = &mut self.queues[resource];
                    queue.push(operation);
                    let last = queue.len() - 1;
                    queue.swap(place as usize, last);
                    self.running[resource] = NONE;
                    self.left[resource] += 1;
                    self.busy_until.set(resource, NONE);
                    (self.idle_since[resource], self.allowance[resource]) = (idle_since, allowance);
                    self.sequence.pop();
                    self.idle.push(resource as u32);
                }
            }
        }
        debug_assert_eq!(self.sequence.len(), decision.starts);
        self.time = decision.time;
        self.idle.push(decision.resource);
        self.idle.sort_unstable();
        self.idle.dedup();
    }
}
