//! One simulation: chains on their way through the resources.
//!
//! # Idea
//! As in `dispatch`, the resource of the smallest possible completion is next, and whoever could start there before
//! that completion is a candidate. Each chain has one next operation, so the chains that ask for a resource form a
//! linked list through two flat vectors, and a simulation is quick to copy.

use super::super::tournament::Tournament;
use super::Balance;
use super::power::power;

use crate::schedule::plain::PlainInstance;
use crate::search::rng::Rng;

const NONE: u32 = u32::MAX;

/// What never changes.
#[derive(Clone, Debug)]
pub(super) struct Shop {
    pub(super) balance: Balance,
    /// By operation.
    steps: Vec<Step>,
    /// Behind the last operation of each chain.
    chain_ends: Vec<u32>,
    /// What a chain needs after its last operation.
    tails: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    resource: u32,
    duration: u32,
    /// What its chain needs from its start on.
    rest: u32,
}

/// Chains and resources at one time.
#[derive(Clone, Debug)]
pub(super) struct Floor {
    /// The next operation of each chain.
    next: Vec<u32>,
    /// When it could start, the resource aside.
    ready: Vec<u32>,
    /// When it could be completed; [`NONE`] behind the last one.
    completion: Tournament,
    /// The next chain that asks for the same resource.
    behind: Vec<u32>,
    /// When each resource is free.
    free_from: Vec<u32>,
    /// The first chain that asks for each resource.
    asking: Vec<u32>,
    pub(super) left: usize,
}

/// Chains that want the same resource.
#[derive(Clone, Debug, Default)]
pub(super) struct Conflict {
    candidates: Vec<Candidate>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    chain: usize,
    start: u32,
    end: u32,
    /// When its chain ends, if it never waits again.
    estimate: u32,
    weight: u64,
}

impl Shop {
    pub(super) fn new(instance: &PlainInstance, bound: u32) -> Self {
        let step = |operation| {
            let mode = instance.modes(operation)[0];
            Step { resource: mode.resource, duration: mode.duration, rest: 0 }
        };
        let mut steps: Vec<Step> = (0..instance.num_operations()).map(step).collect();
        let chains = 0..instance.num_chains();
        for chain in chains.clone() {
            let mut rest = instance.tail(chain);
            for step in steps[instance.chain(chain)].iter_mut().rev() {
                rest += step.duration;
                step.rest = rest;
            }
        }
        Self {
            balance: Balance::new(instance, bound),
            steps,
            chain_ends: chains.clone().map(|chain| instance.chain(chain).end as u32).collect(),
            tails: chains.map(|chain| instance.tail(chain)).collect(),
        }
    }

    pub(super) fn num_operations(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn num_chains(&self) -> usize {
        self.tails.len()
    }

    /// Length of a slice of time: a chain starts one operation in it, and all together so many that copying a floor
    /// costs no more than they do.
    pub(super) fn pace(&self, num_resources: usize) -> u32 {
        let count = self.steps.len().max(1) as u64;
        let total: u64 = self.steps.iter().map(|step| u64::from(step.duration)).sum();
        let size = (self.num_chains() + num_resources) as u64;
        let enough = u64::from(self.balance.end) * size / (8 * count);
        (total / count).max(enough).clamp(1, u64::from(u32::MAX / 2)) as u32
    }

    /// The floor at time 0.
    pub(super) fn open(&self, instance: &PlainInstance) -> Floor {
        let num_chains = self.num_chains();
        let mut floor = Floor {
            next: vec![0; num_chains],
            ready: vec![0; num_chains],
            completion: Tournament::new(num_chains.max(1)),
            behind: vec![NONE; num_chains],
            free_from: vec![0; instance.num_resources()],
            asking: vec![NONE; instance.num_resources()],
            left: self.steps.len(),
        };
        for chain in 0..num_chains {
            floor.next[chain] = instance.chain(chain).start as u32;
            floor.ready[chain] = instance.release(chain);
            floor.admit(self, chain);
        }
        floor
    }
}

impl Floor {
    /// Starts everything that can be completed by `until` and adds it to `started`. With chance, each candidate's
    /// sum of losses is up to half as large again.
    pub(super) fn run(
        &mut self,
        shop: &Shop,
        until: u32,
        mut chance: Option<&mut Rng>,
        conflict: &mut Conflict,
        started: &mut Vec<u32>,
    ) {
        let half = shop.balance.half(until);
        while let Some((chain, completion)) = self.soonest() {
            if completion > until {
                return;
            }
            let resource = shop.steps[self.next[chain] as usize].resource;
            let mut chosen = chain;
            if self.behind[self.asking[resource as usize] as usize] != NONE {
                self.gather(shop, resource, completion, conflict);
                if conflict.candidates.len() > 1 {
                    chosen = conflict.settle(half, chance.as_deref_mut());
                }
            }
            self.start(shop, chosen, started);
        }
    }

    /// The chain whose next operation can be completed first, and when.
    pub(super) fn soonest(&self) -> Option<(usize, u32)> {
        let (completion, chain) = self.completion.smallest();
        (completion != NONE).then_some((chain, completion))
    }

    /// Lists the chains that could start on a resource before `completion`.
    fn gather(&self, shop: &Shop, resource: u32, completion: u32, into: &mut Conflict) {
        into.candidates.clear();
        let free = self.free_from[resource as usize];
        let mut next = self.asking[resource as usize];
        while next != NONE {
            let chain = next as usize;
            next = self.behind[chain];
            let start = self.ready[chain].max(free);
            let Step { duration, rest, .. } = shop.steps[self.next[chain] as usize];
            let end = start + duration;
            if start < completion || end == completion {
                let estimate = self.ready[chain] + rest;
                into.candidates.push(Candidate { chain, start, end, estimate, weight: 0 });
            }
        }
    }

    /// Starts the next operation of a chain.
    fn start(&mut self, shop: &Shop, chain: usize, started: &mut Vec<u32>) {
        let operation = self.next[chain];
        let resource = shop.steps[operation as usize].resource as usize;
        let end = self.completion.value(chain);
        started.push(operation);
        self.left -= 1;
        self.free_from[resource] = end;
        self.ready[chain] = end;
        self.next[chain] += 1;
        self.dismiss(resource, chain);
        let mut next = self.asking[resource];
        while next != NONE {
            let other = next as usize;
            next = self.behind[other];
            let duration = shop.steps[self.next[other] as usize].duration;
            self.completion.set(other, self.ready[other].max(end) + duration);
        }
        self.admit(shop, chain);
    }

    /// Takes a chain out of the list of a resource.
    fn dismiss(&mut self, resource: usize, chain: usize) {
        let after = self.behind[chain];
        let mut other = self.asking[resource];
        if other == chain as u32 {
            self.asking[resource] = after;
            return;
        }
        while self.behind[other as usize] != chain as u32 {
            other = self.behind[other as usize];
        }
        self.behind[other as usize] = after;
    }

    /// Lets a chain ask for the resource of its next operation, if it has one.
    fn admit(&mut self, shop: &Shop, chain: usize) {
        if self.next[chain] < shop.chain_ends[chain] {
            let Step { resource, duration, .. } = shop.steps[self.next[chain] as usize];
            let resource = resource as usize;
            self.behind[chain] = self.asking[resource];
            self.asking[resource] = chain as u32;
            self.completion.set(chain, self.ready[chain].max(self.free_from[resource]) + duration);
        } else {
            self.completion.set(chain, NONE);
        }
    }

    /// When each chain ends, if it only waits for the resource that it asks for.
    fn estimates(&self, shop: &Shop) -> impl Iterator<Item = u32> {
        (0..self.next.len()).map(|chain| {
            if self.next[chain] == shop.chain_ends[chain] {
                return self.ready[chain] + shop.tails[chain];
            }
            let Step { resource, rest, .. } = shop.steps[self.next[chain] as usize];
            self.ready[chain].max(self.free_from[resource as usize]) + rest
        })
    }

    /// When the last chain ends, if none waits again: the makespan when nothing is left.
    pub(super) fn latest(&self, shop: &Shop) -> u32 {
        self.estimates(shop).max().unwrap_or(0)
    }

    /// Sum of what chains weigh, where one that ends at `origin` weighs 1.
    pub(super) fn weight(&self, shop: &Shop, origin: u32, now: u32) -> u64 {
        let half = i64::from(shop.balance.half(now));
        let scale = (1 << 32) / half;
        let weigh =
            |estimate: u32| power((i64::from(estimate) - i64::from(origin)).saturating_mul(scale) >> 16);
        self.estimates(shop).map(weigh).sum()
    }
}

impl Conflict {
    /// The candidate that costs the others least.
    fn settle(&mut self, half: u32, mut chance: Option<&mut Rng>) -> usize {
        let latest = self.candidates.iter().map(|candidate| candidate.estimate).max().unwrap_or(0);
        let scale = (1_u64 << 32) / u64::from(half);
        for candidate in &mut self.candidates {
            let behind = (u64::from(latest - candidate.estimate) * scale) >> 16;
            candidate.weight = power(-(behind as i64));
        }
        let mut chosen = (u64::MAX, 0);
        for candidate in &self.candidates {
            // Of itself it costs nothing: what it is done with by its own end is not lost.
            let lost = |other: &Candidate| {
                let time = candidate.end.saturating_sub(other.start);
                if other.chain == candidate.chain { 0 } else { u64::from(time) * other.weight }
            };
            let mut cost: u64 = self.candidates.iter().map(lost).sum();
            if let Some(rng) = chance.as_deref_mut() {
                cost += (cost >> 16) * u64::from(rng.below(1 << 15));
            }
            if cost < chosen.0 {
                chosen = (cost, candidate.chain);
            }
        }
        chosen.1
    }
}
