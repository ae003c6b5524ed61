//! One logical worker: a population of lists.

use super::justify::{Justifier, Member};
use super::list::{Measures, blend, sampled, shift_one, stretch};
use super::shop::Shop;
use super::walk::Walk;
use crate::schedule::project::ProjectInstance;
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Operations placed by an island in a round at least.
const ROUND: u64 = 100_000;
/// Members of the first population.
const FIRST: usize = 30;
/// Members at most.
const LARGEST: usize = 300;
/// Operations in all members of an island at most.
const MEMORY: usize = 3_000_000;
/// Members of the first population where each child is walked from.
const WALKING: usize = 8;
/// Members of a population that come from the job shop inside the project, where there is one; the others are
/// sampled, since where pools are scarce its schedules are all alike.
const FROM_SHOP: usize = 4;
/// What the plain kernel may take for one of them, in operations placed for each operation.
const SHOP: u64 = 1_250;
/// Steps of a walk for each operation.
const STEPS: usize = 20;
/// Operations placed in a walk at most.
const LONGEST: usize = 600_000;
/// Lengths that late acceptance remembers.
const MEMORY_OF_WALK: usize = 100;
/// Children without a better best, for each member, after which a population is given up.
const PATIENCE: usize = 40;

/// A logical worker.
#[derive(Debug)]
pub(super) struct Island<'i> {
    measures: &'i Measures,
    shop: Option<&'i Shop>,
    justifier: Justifier<'i>,
    rng: Rng,
    members: Vec<Member>,
    size: usize,
    /// Children since the population's best improved.
    idle: usize,
    /// The population's shortest.
    shortest: u32,
    /// The best of all its populations.
    pub(super) best: Member,
    spare: Member,
    part: Vec<u8>,
    child: Vec<u32>,
    walk: Walk,
    /// Steps of the walk from each child; none for an island that breeds only.
    steps: usize,
    bound: u32,
    /// Children made.
    pub(super) children: u64,
}

impl<'i> Island<'i> {
    pub(super) fn new(
        forward: &'i ProjectInstance,
        backward: &'i ProjectInstance,
        (measures, shop): (&'i Measures, Option<&'i Shop>),
        walks: bool,
        rng: Rng,
    ) -> Self {
        let steps = if walks { steps(forward.len()) } else { 0 };
        let first = if walks { WALKING } else { FIRST };
        Self {
            measures,
            shop,
            justifier: Justifier::new(forward, backward),
            rng,
            members: Vec::new(),
            size: first.min(most(forward.len())),
            idle: 0,
            shortest: u32::MAX,
            best: Member { makespan: u32::MAX, ..Member::default() },
            spare: Member::default(),
            part: vec![0; forward.len()],
            child: Vec::with_capacity(forward.len()),
            walk: Walk::default(),
            steps,
            bound: 0,
            children: 0,
        }
    }

    pub(super) fn work(&self) -> u64 {
        self.justifier.work
    }

    /// Makes children until `quota` operations have been placed or the best meets the bound; what it did is
    /// void if `stop` came due.
    pub(super) fn round(&mut self, quota: u64, bound: u32, stop: &dyn Stop) {
        let target = self.justifier.work + quota;
        self.bound = bound;
        while self.justifier.work < target && self.best.makespan > bound && !stop.is_due() {
            if self.members.len() < self.size {
                self.sample(stop);
            } else {
                self.breed(stop);
                if self.idle > self.patience() {
                    self.restart();
                }
            }
        }
    }

    /// Walked children are few and good.
    fn patience(&self) -> usize {
        self.size * if self.steps > 0 { PATIENCE / 4 } else { PATIENCE }
    }

    fn sample(&mut self, stop: &dyn Stop) {
        let list = if let Some(shop) = self.shop.filter(|_| self.members.len() < FROM_SHOP) {
            let (list, work) = shop.list(SHOP * self.part.len() as u64, &mut self.rng, stop);
            self.justifier.work += work;
            list
        } else {
            let blur = 5 + self.rng.below(40);
            sampled(self.justifier.forward, self.measures, blur, &mut self.rng)
        };
        let mut member = Member::default();
        self.justifier.improve(&list, &mut member);
        self.walk_from(&mut member, stop);
        self.shortest = self.shortest.min(member.makespan);
        self.note(&member);
        self.members.push(member);
    }

    fn breed(&mut self, stop: &dyn Stop) {
        self.children += 1;
        let father = self.tournament();
        let mother = self.tournament();
        let parent = &self.members[father];
        let kept = stretch(&parent.list, &parent.starts, self.measures, &mut self.rng);
        blend(&parent.list, &self.members[mother].list, kept, &mut self.part, &mut self.child);
        let changes = if father == mother { 3 } else { self.rng.below(3) };
        for _ in 0..changes {
            shift_one(self.justifier.forward, &mut self.child, &mut self.rng);
        }
        let mut member = std::mem::take(&mut self.spare);
        self.justifier.improve(&self.child, &mut member);
        self.walk_from(&mut member, stop);
        self.idle += 1;
        if member.makespan < self.shortest {
            self.shortest = member.makespan;
            self.idle = 0;
            self.note(&member);
        }
        if member.makespan <= self.members[father].makespan {
            std::mem::swap(&mut self.members[father], &mut member);
        }
        self.spare = member;
    }

    fn walk_from(&mut self, member: &mut Member, stop: &dyn Stop) {
        if self.steps > 0 {
            let length = (self.steps, MEMORY_OF_WALK);
            self.walk.improve(&mut self.justifier, member, length, (self.bound, stop), &mut self.rng);
        }
    }

    fn tournament(&mut self) -> usize {
        let one = self.rng.below(self.members.len() as u32) as usize;
        let other = self.rng.below(self.members.len() as u32) as usize;
        if self.members[other].makespan < self.members[one].makespan { other } else { one }
    }

    fn note(&mut self, member: &Member) {
        if member.makespan < self.best.makespan {
            self.best.clone_from(member);
        }
    }

    fn restart(&mut self) {
        self.members.clear();
        self.size = (self.size * 3 / 2).min(most(self.part.len()));
        self.idle = 0;
        self.shortest = u32::MAX;
    }
}

/// Members at most, in a project of so many operations.
fn most(operations: usize) -> usize {
    (MEMORY / operations.max(1)).clamp(4, LARGEST)
}

/// Steps of a walk in a project of so many operations.
fn steps(operations: usize) -> usize {
    (STEPS * operations).min(LONGEST / operations.max(1)).max(50)
}

/// Operations placed by an island in a round: no less than a walk.
pub(super) fn quota(operations: usize) -> u64 {
    ROUND.max((steps(operations) * operations) as u64)
}
