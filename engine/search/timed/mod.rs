//! The search on the timed kernel: plants with calendars and changeovers, job shops with setup times.
//!
//! # Idea
//! Two engines on one state, chosen by what counts first:
//!
//! | first level | engine | file |
//! |---|---|---|
//! | the makespan or the largest lateness alone, up to 3,000 operations | tabu search from blends of elite schedules | `tabu`, `pool` |
//! | anything else | late acceptance with exact propagation | `late` |
//!
//! Once late acceptance has settled, it takes turns with the general search: that one takes whole orders out
//! and puts them into gaps, this one turns over single operations, and each goes on from what the other finds.
//! Before that it goes on alone: turns from the beginning ended higher in equal time (1,000 operations, weighted
//! tardiness; one plant, so no more than a hint).
//!
//! Both engines move operations on paths of binding causes (`path`, `moves`, `aim`). Constructed schedules come from the
//! rules over the rich decoder; `of_schedule` makes them states, and the kernel's times are no later.
//!
//! # Determinism
//! A fixed number of workers in rounds of equal work; exchange between rounds, in the order of workers. A
//! round that the clock cuts short is thrown away.
//!
//! # What does not hold
//! Only complete schedules are searched: where construction leaves orders out, the rich search is the one.

mod aim;
mod late;
mod moves;
mod path;
mod pool;
mod tabu;

use crate::model::objective::{Objective, Term};
use crate::model::time::{FAR, Time};
use crate::schedule::timed::{Arrangement, State, Tally, TimedInstance};
use crate::search::rng::Rng;
use crate::search::score::Levels;
use crate::search::shop::rounds::round;
use late::Late;
use pool::Pool;

/// Operations that a worker of late acceptance touches in a round.
const ROUND: u64 = 1_000_000;
/// The same at most, for each operation there is: small plants have short rounds.
const SHARE: u64 = 10_000;

/// Rounds that a worker may be behind the best.
const EXCHANGE: u32 = 8;

/// So often every worker of late acceptance settles before the general search comes in.
const SETTLINGS: u32 = 3;

/// Up to so many operations tabu search sweeps whole schedules.
const SMALL: usize = 3_000;

/// A search in progress.
#[derive(Debug)]
pub(super) struct Search<'i> {
    pub(super) instance: &'i TimedInstance,
    objective: &'i Objective,
    engine: Engine<'i>,
    best: (Levels, Arrangement),
    improved: bool,
    earlier: u64,
}

#[derive(Debug)]
enum Engine<'i> {
    Pool(Box<Pool<'i>>),
    Late(Vec<Worker<'i>>),
}

#[derive(Debug)]
struct Worker<'i> {
    late: Late<'i>,
    whole: bool,
}

impl<'i> Search<'i> {
    /// From a state; none where the kernel does not know all that counts, or misses a deadline there.
    pub(super) fn new(
        instance: &'i TimedInstance,
        objective: &'i Objective,
        start: Arrangement,
        (seed, workers): (u64, usize),
    ) -> Option<Self> {
        if !Tally::supports(objective) || instance.num_nodes() == 0 {
            return None;
        }
        let workers = workers.max(1);
        let best = (evaluate(instance, objective, &start), start);
        if best.0[0] > 0 {
            return None;
        }
        let goals = goals(instance, objective).filter(|_| instance.num_nodes() <= SMALL);
        let engine = if let Some(goals) = goals {
            let mut state = State::new(instance);
            state.set_goal(goals);
            Engine::Pool(Box::new(Pool::new(state, &best.1, (seed, workers))))
        } else {
            let worker = |number| {
                let rng = Rng::stream(seed, number + 1);
                Worker { late: Late::new(State::new(instance), &best.1, objective, rng), whole: true }
            };
            Engine::Late((0..workers).map(worker).collect())
        };
        Some(Self { instance, objective, engine, best, improved: true, earlier: 0 })
    }

    /// Operations touched so far.
    pub(super) fn work(&self) -> u64 {
        self.earlier
            + match &self.engine {
                Engine::Pool(pool) => pool.work(),
                Engine::Late(workers) => workers.iter().map(|worker| worker.late.work()).sum(),
            }
    }

    /// Moves made so far.
    pub(super) fn moves(&self) -> u64 {
        match &self.engine {
            Engine::Pool(pool) => pool.moves(),
            Engine::Late(workers) => workers.iter().map(|worker| worker.late.moves).sum(),
        }
    }

    /// One round of all workers; `false`, and nothing gained, if it was stopped in the middle.
    pub(super) fn round(&mut self, threads: usize, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        match &mut self.engine {
            Engine::Pool(pool) => {
                if !pool.round(threads, stop) {
                    return false;
                }
                for arrangement in pool.news() {
                    let levels = evaluate(self.instance, self.objective, &arrangement);
                    self.earlier += self.instance.num_nodes() as u64;
                    if levels < self.best.0 {
                        self.best = (levels, arrangement);
                        self.improved = true;
                    }
                }
            }
            Engine::Late(workers) => {
                let quota = ROUND.min(SHARE * self.instance.num_nodes() as u64);
                round(workers, threads, |worker| worker.whole = worker.late.round(quota, stop));
                if !workers.iter().all(|worker| worker.whole) {
                    return false;
                }
                for worker in &mut *workers {
                    if worker.late.best_levels < self.best.0 {
                        self.best = (worker.late.best_levels.clone(), worker.late.best.clone());
                        self.improved = true;
                    }
                }
                let (levels, arrangement) = &self.best;
                for worker in workers {
                    worker.late.behind =
                        if worker.late.best_levels > *levels { worker.late.behind + 1 } else { 0 };
                    if worker.late.behind > EXCHANGE {
                        worker.late.adopt(arrangement, levels);
                    }
                }
            }
        }
        true
    }

    /// Whether it is to go on alone: late acceptance that has settled takes turns with the general search.
    pub(super) fn is_alone(&self) -> bool {
        match &self.engine {
            Engine::Pool(_) => true,
            Engine::Late(workers) => workers.iter().any(|worker| worker.late.settlings < SETTLINGS),
        }
    }

    /// A schedule from elsewhere; workers that stay behind it for long go on from it.
    pub(super) fn offer(&mut self, arrangement: Arrangement) {
        let levels = evaluate(self.instance, self.objective, &arrangement);
        self.earlier += self.instance.num_nodes() as u64;
        if levels < self.best.0 {
            self.best = (levels, arrangement);
            self.improved = true;
        }
    }

    /// The best state, if it has become better since it was last asked for.
    pub(super) fn improved(&mut self) -> Option<State<'i>> {
        let mut state = std::mem::take(&mut self.improved).then(|| State::new(self.instance))?;
        state.load(&self.best.1);
        Some(state)
    }
}

/// Missed deadlines, then the objective by level.
fn evaluate(instance: &TimedInstance, objective: &Objective, arrangement: &Arrangement) -> Levels {
    let mut state = State::new(instance);
    state.load(arrangement);
    let mut tally = Tally::new(instance, objective);
    tally.compute(&state);
    let levels = objective.value(&tally.values(&state));
    std::iter::once(tally.overrun()).chain(levels).collect()
}

/// Where the first level that counts is the makespan, or the largest lateness, alone: what ends are compared
/// with.
fn goals(instance: &TimedInstance, objective: &Objective) -> Option<Vec<Time>> {
    let mut counted = objective
        .levels
        .iter()
        .filter(|level| level.iter().any(|&(term, weight)| weight > 0 && term != Term::Unscheduled));
    let mut terms = counted.next()?.iter().filter(|&&(term, weight)| weight > 0 && term != Term::Unscheduled);
    let (Some(&(term, _)), None) = (terms.next(), terms.next()) else { return None };
    match term {
        Term::Makespan => Some(vec![instance.now; instance.num_nodes()]),
        Term::MaxLateness => {
            let due = |order: u32| instance.orders.get(order as usize).and_then(|order| order.due);
            let goals: Vec<Time> = instance.nodes.iter().map(|node| due(node.order).unwrap_or(FAR)).collect();
            goals.iter().any(|&goal| goal < FAR).then_some(goals)
        }
        _ => None,
    }
}
