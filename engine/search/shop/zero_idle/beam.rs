//! Simulations side by side, and the way back where all of them have died.

use std::collections::HashMap;

use super::NONE;
use super::floor::{Floor, Shop};
use super::retreat::Halt;
use crate::schedule::plain::PlainInstance;
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Simulations kept by each worker in turn; the next attempt keeps as many as the next worker did. Which width gets
/// through is chance: of four hard generated instances 64 solved three in the time that 128 took for three others,
/// and one of the published ones was solved by 96 within 30 seconds, by 48, 64, 100 and 128 not within 60.
pub(super) const WIDTHS: [usize; 4] = [96, 64, 128, 48];

/// Steps between two places to come back to.
pub(super) const PACE: u64 = 64;

/// Times that a way back may get longer before an attempt is over.
pub(super) const DEEPEST: u32 = 7;

/// Starts of an attempt for each operation there is. Hard instances that were solved took 60 to 440.
const PATIENCE: u64 = 400;

/// Attempts before the search gives up. In all but the first, chance decides among equal costs: a start costs a
/// sixteenth more or not. Up to a third more, and nothing was found again.
const ATTEMPTS: u32 = 4;

/// Simulations times resources that a beam holds at most, and as many again to go back to: 28 bytes each.
pub(super) const ROOM: usize = 4_000_000;

/// Simulations of a step for each one that is kept at most; beyond that nobody forks. Where at time 0 two chains wait
/// for each of thirty resources, there would be a billion.
const FORKS: usize = 32;

/// Starts between two looks at the clock.
const POLL: u64 = 1 << 14;

/// Square roots in sixteenths: the cost of letting so many chains wait behind a newer one.
const ROOTS: [u32; 16] = [0, 16, 23, 28, 32, 36, 39, 42, 45, 48, 51, 53, 55, 58, 60, 62];

/// What beginning a chain costs for each chain under way that could have run instead. Five times as much makes no
/// difference; nothing at all, and chains begun too early crowd out the others.
const BEGUN: u32 = 160;

/// A simulation of the beam.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    pub(super) floor: Floor,
    cost: u32,
    /// The last choice on its way, in the list of all choices.
    pub(super) choice: u32,
}

/// A choice among waiting operations, and the one before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) before: u32,
    pub(super) operation: u32,
}

/// A beam of simulations.
pub(in super::super) struct ZeroIdle {
    pub(super) shop: Shop,
    pub(super) worker: usize,
    pub(super) width: usize,
    pub(super) branches: Vec<Branch>,
    pub(super) choices: Vec<Choice>,
    pub(super) halts: Vec<Halt>,
    pub(super) step: u64,
    /// The farthest step reached, and how often the beam has gone back since.
    pub(super) farthest: u64,
    pub(super) returns: u32,
    pub(super) starts: u64,
    /// Attempts that have failed, and the starts made before the present one.
    pub(super) failed: u32,
    pub(super) earlier: u64,
    pub(super) has_opened: bool,
    pub(super) rng: Rng,
}

impl ZeroIdle {
    /// The beam of a worker at time 0, for a schedule of length `target`.
    pub(in super::super) fn new(instance: &PlainInstance, target: u32, worker: usize, rng: Rng) -> Self {
        let shop = Shop::new(instance, target);
        let branch = Branch { floor: shop.open(instance), cost: 0, choice: NONE };
        Self {
            shop,
            worker,
            width: WIDTHS[worker % WIDTHS.len()],
            branches: vec![branch.clone()],
            choices: Vec::new(),
            halts: vec![Halt { step: 0, branches: vec![branch], choices: 0 }],
            step: 0,
            farthest: 0,
            returns: 0,
            starts: 0,
            failed: 0,
            earlier: 0,
            has_opened: false,
            rng,
        }
    }

    /// Starts made, those of dead simulations included.
    pub(in super::super) fn starts(&self) -> u64 {
        self.starts
    }

    /// Whether the search has given up.
    pub(in super::super) fn is_exhausted(&self) -> bool {
        self.failed >= ATTEMPTS
    }

    /// The sequence of a schedule of the target length, if a simulation gets through within `budget` starts.
    pub(in super::super) fn run(&mut self, budget: u64, stop: &dyn Stop) -> Option<Vec<u32>> {
        let until = self.starts + budget;
        let mut poll = self.starts + POLL;
        while self.starts < until && !self.is_exhausted() {
            if self.starts >= poll {
                poll = self.starts + POLL;
                if stop.is_due() {
                    return None;
                }
            }
            if let Some(done) = self.take_step() {
                return Some(self.replay(&done));
            }
            self.select();
            if self.starts - self.earlier > PATIENCE * self.shop.facts.len() as u64 {
                self.start_again();
            } else if self.branches.is_empty() {
                self.go_back();
            }
        }
        None
    }

    /// Takes every simulation to its next end and fills what is idle then; one that is through is returned.
    fn take_step(&mut self) -> Option<Branch> {
        let mut open = std::mem::take(&mut self.branches);
        if self.has_opened {
            open.retain_mut(|branch| branch.floor.advance());
        }
        self.has_opened = true;
        while let Some(mut branch) = open.pop() {
            if !self.fill(&mut branch, &mut open) {
                continue;
            }
            if branch.floor.started == self.shop.facts.len() {
                return Some(branch);
            }
            self.branches.push(branch);
        }
        None
    }

    /// Starts an operation on every idle resource that can have one; further choices join `forks`. `false` if
    /// the simulation has died.
    fn fill(&mut self, branch: &mut Branch, forks: &mut Vec<Branch>) -> bool {
        while let Some(resource) = branch.floor.idle.pop() {
            let mut queue = branch.floor.queue(resource);
            let Some(first) = queue.next() else {
                // Whatever is still to come for it must come in time.
                drop(queue);
                if branch.floor.left[resource as usize] > 0 {
                    if !branch.floor.is_supported(&self.shop, resource as usize) {
                        return false;
                    }
                    branch.floor.dry.push(resource);
                }
                continue;
            };
            let may_fork = forks.len() + self.branches.len() < FORKS * self.kept();
            let others: Vec<usize> = queue.take(if may_fork { usize::MAX } else { 0 }).collect();
            for &place in &others {
                let mut fork = branch.clone();
                self.note(&mut fork, place);
                if self.start(&mut fork, place, resource) {
                    forks.push(fork);
                }
            }
            if branch.floor.queue(resource).nth(1).is_some() {
                self.note(branch, first);
            }
            if !self.start(branch, first, resource) {
                return false;
            }
        }
        branch.floor.idle.append(&mut branch.floor.dry);
        true
    }

    fn note(&mut self, branch: &mut Branch, place: usize) {
        let operation = branch.floor.waiting[place].operation;
        self.choices.push(Choice { before: branch.choice, operation });
        branch.choice = self.choices.len() as u32 - 1;
    }

    /// Starts the operation at a place of the waiting list and books what that costs.
    fn start(&mut self, branch: &mut Branch, place: usize, resource: u32) -> bool {
        let Branch { floor, cost, .. } = branch;
        let begins = floor.waiting[place].comes_from == NONE;
        // Whoever came later, could have come here and is under way was passed by nobody.
        let newer = floor.waiting[place + 1..].iter().filter(|waiting| {
            let from = waiting.comes_from;
            waiting.since < floor.time && from != NONE && from != resource
        });
        let newer = newer.count();
        *cost += ROOTS[newer.min(ROOTS.len() - 1)];
        if begins && floor.time > 0 {
            *cost += BEGUN * newer as u32;
        }
        if self.failed > 0 {
            *cost += self.rng.below(2);
        }
        self.starts += 1;
        floor.start(&self.shop, place)
    }

    /// Simulations that are kept at present.
    fn kept(&self) -> usize {
        let room = ROOM / self.halts[0].branches[0].floor.left.len();
        (self.width << self.returns).min(room.max(2))
    }

    /// Keeps the cheapest simulations, one of those that are alike.
    fn select(&mut self) {
        self.step += 1;
        if self.step > self.farthest {
            self.farthest = self.step;
            self.returns = 0;
        }
        let width = self.kept();
        if self.branches.len() > width {
            let mut cheapest: HashMap<u64, u32> = HashMap::with_capacity(self.branches.len());
            for branch in &self.branches {
                let cost = cheapest.entry(branch.floor.hash).or_insert(branch.cost);
                *cost = branch.cost.min(*cost);
            }
            self.branches.retain(|branch| match cheapest.get_mut(&branch.floor.hash) {
                Some(cost) if *cost == branch.cost => {
                    *cost = NONE;
                    true
                }
                _ => false,
            });
        }
        if self.branches.len() > width {
            self.branches.select_nth_unstable_by_key(width, |branch| branch.cost);
            self.branches.truncate(width);
        }
        self.halt();
    }
}
