//! Tabu searches from blends of elite schedules.
//!
//! The pool is that of the plain search: it asks only which schedule is shorter and who shares a resource with
//! whom, so a timed schedule enters it as its plain *skeleton*, the same operations and resources without
//! times. Each worker runs one tabu search after the other: from disturbed schedules while the pool fills,
//! from blends of two members later.

use super::tabu::{Pause, Rules, Tabu};
use crate::model::time::Time;
use crate::schedule::plain::{self, PlainInstance, PlainMode};
use crate::schedule::timed::{Arrangement, NONE, State, TimedInstance, extension};
use crate::search::rng::Rng;
use crate::search::shop::elite::Elite;
use crate::search::shop::relink::blend;
use crate::search::shop::rounds::round;

/// Operations that a worker touches in a round.
const ROUND: u64 = 2_000_000;
/// The same at most, for each operation there is: small plants have short rounds.
const SHARE: u64 = 20_000;

/// Moves without a new best after which a tabu search ends.
const PATIENCE: u32 = 6_000;

/// Tabu searches of all workers and the pool between them.
#[derive(Debug)]
pub(super) struct Pool<'i> {
    skeleton: Option<PlainInstance>,
    elite: Elite,
    rules: Rules,
    first: Arrangement,
    workers: Vec<Worker<'i>>,
    news: Vec<Arrangement>,
    best: Time,
}

#[derive(Debug)]
struct Worker<'i> {
    rng: Rng,
    tabu: Tabu<'i>,
    is_busy: bool,
    finished: Vec<(Arrangement, Time)>,
    work: u64,
    whole: bool,
}

impl<'i> Pool<'i> {
    /// All workers at the start.
    pub(super) fn new(mut state: State<'i>, start: &Arrangement, (seed, workers): (u64, usize)) -> Self {
        state.load(start);
        let instance = state.instance;
        let (best, _) = state.length();
        let held = instance.modes.iter().filter(|mode| mode.resource != NONE).count();
        let tenure = 10 + (instance.orders.len() / instance.num_resources().max(1)).min(held / 4) as u32;
        let worker = |number: usize| Worker {
            rng: Rng::stream(seed, number + 1),
            tabu: Tabu::new(state.clone()),
            // The first worker starts from the schedule at hand.
            is_busy: number == 0,
            finished: Vec::new(),
            work: 0,
            whole: true,
        };
        let workers = (0..workers).map(worker).collect();
        let skeleton = skeleton(instance);
        let mut elite = Elite::new();
        if let Some(skeleton) = &skeleton {
            elite.offer(skeleton, stored(start, best, instance));
        }
        let rules = Rules { tenure, patience: PATIENCE };
        Self { skeleton, elite, rules, first: start.clone(), workers, news: Vec::new(), best }
    }

    /// Operations touched so far.
    pub(super) fn work(&self) -> u64 {
        self.workers.iter().map(|worker| worker.work + worker.tabu.state.work).sum()
    }

    /// Moves made so far.
    pub(super) fn moves(&self) -> u64 {
        self.workers.iter().map(|worker| worker.tabu.moves).sum()
    }

    /// Schedules at least as short as all before, since it was last asked.
    pub(super) fn news(&mut self) -> Vec<Arrangement> {
        std::mem::take(&mut self.news)
    }

    /// One round; `false` if it was stopped in the middle.
    pub(super) fn round(&mut self, threads: usize, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let (elite, rules, first) = (&self.elite, self.rules, &self.first);
        round(&mut self.workers, threads, |worker| worker.whole = worker.serve(elite, rules, first, stop));
        if !self.workers.iter().all(|worker| worker.whole) {
            return false;
        }
        for worker in &mut self.workers {
            if worker.tabu.length < self.best {
                self.best = worker.tabu.length;
                self.news.push(worker.tabu.best.clone());
            }
            for (arrangement, length) in worker.finished.drain(..) {
                if let Some(skeleton) = &self.skeleton {
                    self.elite.offer(skeleton, stored(&arrangement, length, worker.tabu.state.instance));
                }
                if length <= self.best {
                    self.best = length;
                    self.news.push(arrangement);
                }
            }
        }
        true
    }
}

impl Worker<'_> {
    /// Goes on with the present search, then takes new ones from the pool.
    fn serve(
        &mut self,
        elite: &Elite,
        rules: Rules,
        first: &Arrangement,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> bool {
        let quota = ROUND.min(SHARE * self.tabu.state.instance.num_nodes() as u64);
        let until = self.tabu.state.work + self.work + quota;
        loop {
            let done = self.tabu.state.work + self.work;
            if done >= until {
                return true;
            }
            if !self.is_busy {
                self.begin(elite, first);
            }
            match self.tabu.run(rules, &mut self.rng, until - done, &|| stop()) {
                Pause::Finished => {
                    self.finished.push((self.tabu.best.clone(), self.tabu.length));
                    self.is_busy = false;
                    // A search without any move must cost something, else the round would not end.
                    self.work += self.tabu.state.sequence.len() as u64 + 64;
                }
                Pause::Work => {}
                Pause::Stopped => return false,
            }
        }
    }

    fn begin(&mut self, elite: &Elite, first: &Arrangement) {
        let instance = self.tabu.state.instance;
        let start = if elite.is_filling() {
            disturbed(instance, first, &mut self.rng)
        } else {
            let (one, other) = elite.pick(&mut self.rng);
            let weight = self.rng.between(64, 192);
            let blended = blend(one, other, weight, &mut self.rng);
            Arrangement { sequence: blended.sequence, modes: blended.modes }
        };
        self.work += 8 * instance.num_nodes() as u64;
        self.tabu.state.load(&start);
        self.tabu.begin();
        self.is_busy = true;
    }
}

/// A schedule with each operation moved by up to an eighth, a quarter or half of the sequence.
fn disturbed(instance: &TimedInstance, first: &Arrangement, rng: &mut Rng) -> Arrangement {
    let count = instance.num_nodes() as u32;
    let reach = count / (2 << rng.below(3)) + 2;
    let mut keys = vec![0; instance.num_nodes()];
    for (position, &node) in first.sequence.iter().enumerate() {
        keys[node as usize] = position as u32 + rng.below(reach);
    }
    let mut modes = first.modes.clone();
    for (node, mode) in modes.iter_mut().enumerate() {
        let choices = instance.nodes[node].num_modes;
        if choices > 1 && rng.one_in(4) {
            *mode = rng.below(choices) as u16;
        }
    }
    Arrangement { sequence: extension(instance, &keys), modes }
}

/// A schedule as the pool keeps it; lengths keep their order.
fn stored(arrangement: &Arrangement, length: Time, instance: &TimedInstance) -> plain::Arrangement {
    let shifted = (length + (1 << 31)).clamp(0, Time::from(u32::MAX));
    debug_assert_eq!(arrangement.modes.len(), instance.num_nodes());
    plain::Arrangement {
        sequence: arrangement.sequence.clone(),
        modes: arrangement.modes.clone(),
        makespan: shifted as u32,
    }
}

/// Operations and resources without times; what needs no resource stands on one more, alone in effect.
fn skeleton(instance: &TimedInstance) -> Option<PlainInstance> {
    let none = instance.num_resources() as u32;
    let held = |resource: u32| if resource == NONE { none } else { resource };
    let modes =
        instance.modes.iter().map(|mode| PlainMode { resource: held(mode.resource), duration: 0 }).collect();
    let ends = instance.nodes.iter().map(|node| node.first_mode + node.num_modes);
    let mode_starts = std::iter::once(0).chain(ends).collect();
    let chain_starts = vec![0, instance.num_nodes() as u32];
    PlainInstance::new(none + 1, chain_starts, mode_starts, modes, vec![], vec![]).ok()
}
