//! The floor in the middle of a simulation.

use super::super::dispatch::mode_of;
use super::{NONE, loads};
use crate::schedule::plain::PlainInstance;

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

/// What all simulations of an instance share.
pub(super) struct Shop {
    pub(super) facts: Vec<Facts>,
    /// Length of the schedule that is looked for.
    pub(super) target: u32,
}

/// An operation that waits for its resource, and since when.
#[derive(Clone, Copy, Debug)]
pub(super) struct Waiting {
    pub(super) operation: u32,
    pub(super) since: u32,
    pub(super) resource: u32,
    /// The resource of the operation before in its chain, or `NONE`.
    pub(super) comes_from: u32,
}

/// One simulation: small enough to be copied at every fork.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    pub(super) time: u32,
    /// When each resource is free; `NONE` while it is idle.
    pub(super) busy_until: Vec<u32>,
    /// The operation on each resource; the last one while it is idle.
    pub(super) running: Vec<u32>,
    /// The resource that the chain of the running operation needs next, or `NONE`.
    pub(super) heads_for: Vec<u32>,
    /// The earliest end of that next operation, or `NONE`.
    pub(super) passes_at: Vec<u32>,
    pub(super) idle_since: Vec<u32>,
    /// Idle time that each resource may still have.
    pub(super) allowance: Vec<u32>,
    /// Operations that each resource has not started.
    pub(super) left: Vec<u32>,
    /// In the order of their arrival.
    pub(super) waiting: Vec<Waiting>,
    /// Resources to look at now.
    pub(super) idle: Vec<u32>,
    /// Resources that nobody waits for at this time.
    pub(super) dry: Vec<u32>,
    pub(super) started: usize,
    /// The same for floors where the same operations have ended.
    pub(super) hash: u64,
}

impl Shop {
    pub(super) fn new(instance: &PlainInstance, target: u32) -> Self {
        let nothing = Facts { resource: 0, duration: 0, tail: 0, heads_for: NONE };
        let mut facts = vec![nothing; instance.num_operations()];
        for chain in 0..instance.num_chains() {
            let (mut tail, mut heads_for) = (instance.tail(chain), NONE);
            for operation in instance.chain(chain).rev() {
                let mode = mode_of(instance, &[], operation);
                tail += mode.duration;
                facts[operation] =
                    Facts { resource: mode.resource, duration: mode.duration, tail, heads_for };
                heads_for = mode.resource;
            }
        }
        Self { facts, target }
    }

    /// The floor at time 0.
    pub(super) fn open(&self, instance: &PlainInstance) -> Floor {
        let num_resources = instance.num_resources();
        let mut left = vec![0; num_resources];
        self.facts.iter().for_each(|facts| left[facts.resource as usize] += 1);
        let first = |chain| {
            let operation = instance.chain(chain).start;
            let resource = self.facts[operation].resource;
            Waiting { operation: operation as u32, since: 0, resource, comes_from: NONE }
        };
        Floor {
            time: 0,
            busy_until: vec![NONE; num_resources],
            running: vec![NONE; num_resources],
            heads_for: vec![NONE; num_resources],
            passes_at: vec![NONE; num_resources],
            idle_since: vec![0; num_resources],
            allowance: loads(instance).iter().map(|&load| self.target - load as u32).collect(),
            left,
            waiting: (0..instance.num_chains())
                .filter(|&chain| !instance.chain(chain).is_empty())
                .map(first)
                .collect(),
            idle: (0..num_resources as u32).collect(),
            dry: Vec::new(),
            started: 0,
            hash: 0,
        }
    }
}

impl Floor {
    /// Goes to the next end and lets everything that ends then arrive at its next resource; `false` if nothing
    /// runs.
    pub(super) fn advance(&mut self) -> bool {
        let time = self.busy_until.iter().fold(NONE, |time, &end| time.min(end));
        if time == NONE {
            return false;
        }
        self.time = time;
        for resource in 0..self.busy_until.len() {
            if self.busy_until[resource] != time {
                continue;
            }
            let operation = self.running[resource];
            self.busy_until[resource] = NONE;
            self.idle_since[resource] = time;
            self.idle.push(resource as u32);
            self.hash ^= mixed(operation);
            let next = std::mem::replace(&mut self.heads_for[resource], NONE);
            self.passes_at[resource] = NONE;
            if next != NONE {
                let comes_from = resource as u32;
                self.waiting.push(Waiting {
                    operation: operation + 1,
                    since: time,
                    resource: next,
                    comes_from,
                });
            }
        }
        true
    }

    /// Places in the list of waiting operations of those that wait for a resource.
    pub(super) fn queue(&self, resource: u32) -> impl Iterator<Item = usize> + '_ {
        (0..self.waiting.len()).filter(move |&place| self.waiting[place].resource == resource)
    }

    /// Starts a waiting operation now; `false` if that makes the target impossible.
    pub(super) fn start(&mut self, shop: &Shop, place: usize) -> bool {
        let operation = self.waiting.remove(place).operation;
        let facts = shop.facts[operation as usize];
        let resource = facts.resource as usize;
        let idled = self.time - self.idle_since[resource];
        if idled > self.allowance[resource] || self.time + facts.tail > shop.target {
            return false;
        }
        self.allowance[resource] -= idled;
        let end = self.time + facts.duration;
        self.busy_until[resource] = end;
        self.running[resource] = operation;
        self.heads_for[resource] = facts.heads_for;
        self.passes_at[resource] = match facts.heads_for {
            NONE => NONE,
            _ => end + shop.facts[operation as usize + 1].duration,
        };
        self.left[resource] -= 1;
        self.started += 1;
        let is_in_time = |place: usize| {
            let operation = self.waiting[place].operation;
            end + shop.facts[operation as usize].tail <= shop.target
        };
        self.is_supported(shop, resource)
            && self.queue(facts.resource).all(|place| {
                is_in_time(place) && self.is_dispensable(shop, self.waiting[place].operation as usize)
            })
    }
}

/// Well mixed bits of an operation's number (finalizer of `SplitMix64`, G. L. Steele and others, 2014).
fn mixed(operation: u32) -> u64 {
    let mut bits = (u64::from(operation) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
