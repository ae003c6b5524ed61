//! The floor in the middle of a simulation, event by event, forward and back.

use super::super::dispatch::mode_of;
use super::super::tournament::Tournament;
use super::{NONE, loads};
use crate::schedule::plain::PlainInstance;

/// Operations of a chain that are looked ahead.
pub(super) const SIGHT: u32 = 2;

/// An operation as the simulation sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) resource: u32,
    pub(super) duration: u32,
    /// From its start to the end of its chain.
    pub(super) tail: u32,
    /// The resource of the next operation of the chain, or `NONE`.
    pub(super) heads_for: u32,
}

/// What can be undone.
#[derive(Clone, Copy, Debug)]
pub(super) enum Event {
    /// The operation running on a resource ended.
    Ended { resource: u32, operation: u32, at: u32 },
    /// An operation in a queue started; what the resource knew before.
    Started { resource: u32, place: u32, idle_since: u32, allowance: u32 },
}

/// The simulated floor.
pub(super) struct Floor {
    pub(super) facts: Vec<Facts>,
    pub(super) target: u32,
    /// Operations that wait, by resource.
    pub(super) queues: Vec<Vec<u32>>,
    /// Operations (running or queued) whose chain needs the resource within a few operations, and the one
    /// of the chain that does.
    pub(super) heading: Vec<Vec<(u32, u32)>>,
    pub(super) running: Vec<u32>,
    pub(super) busy_until: Tournament,
    pub(super) idle_since: Vec<u32>,
    /// Idle time that each resource may still have.
    pub(super) allowance: Vec<u32>,
    /// Operations that each resource has not started.
    pub(super) left: Vec<u32>,
    pub(super) events: Vec<Event>,
    /// Operations in the order of their starts.
    pub(super) sequence: Vec<u32>,
    /// Resources that may be idle, and perhaps others.
    pub(super) idle: Vec<u32>,
    pub(super) time: u32,
    /// Most operations that ever were started at a time.
    pub(super) farthest: usize,
    /// Starts made, undone ones included.
    pub(super) starts: u64,
}

impl Floor {
    /// The floor at time 0, for a schedule of length `target`.
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
        let mut floor = Self {
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
            sequence: Vec::new(),
            idle: (0..num_resources as u32).collect(),
            time: 0,
            farthest: 0,
            starts: 0,
        };
        for chain in 0..instance.num_chains() {
            let range = instance.chain(chain);
            if !range.is_empty() {
                floor.arrive(range.start as u32);
            }
        }
        floor
    }

    /// The idle resource with the fewest operations waiting, if any has one.
    pub(super) fn next_choice(&mut self) -> Option<u32> {
        let (running, left, queues) = (&self.running, &self.left, &self.queues);
        self.idle.retain(|&r| running[r as usize] == NONE && left[r as usize] > 0);
        let waiting = self.idle.iter().filter(|&&r| !queues[r as usize].is_empty());
        waiting.min_by_key(|&&r| (queues[r as usize].len(), r)).copied()
    }

    /// Goes to the next end and lets everything that ends then arrive at its next resource.
    pub(super) fn advance(&mut self) -> bool {
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
    pub(super) fn start(&mut self, operation: u32) -> bool {
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

    /// Takes back events until `events` of them are left: to the time `time`, when `resource` was idle.
    pub(super) fn undo(&mut self, events: usize, time: u32, resource: u32) {
        while self.events.len() > events {
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
        self.time = time;
        self.idle.push(resource);
        self.idle.sort_unstable();
        self.idle.dedup();
    }
}
