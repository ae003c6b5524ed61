//! Small instances: tabu search from blends of elite schedules.
//!
//! Each worker runs one tabu search after the other: from fresh random schedules while the pool fills, from
//! blends of two members later. A worker sees the pool as it was when the round began and hands in what it
//! finished when the round ends, in the order of the workers. Searches go on across rounds, so a round can
//! be short and equal for all.

use super::construct::construct;
use super::elite::Elite;
use super::exchange::is_full;
use super::incumbent::Incumbent;
use super::relink::blend;
use super::rounds::round;
use super::rules::RULES;
use super::tabu::{Pause, Tabu, TabuRules};
use crate::schedule::plain::{Arrangement, PlainInstance, PlainSolution, State};
use crate::search::exact::Prover;
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Operations that a worker touches in a round.
const ROUND: u64 = 8_000_000;
/// The same at most, for each operation there is: small shops have short rounds.
const SHARE: u64 = 40_000;

/// Moves without a new best after which a tabu search ends.
const PATIENCE: u32 = 6_000;

/// Least and most that a blend takes of its second parent, in 256ths. With (20, 192) nine hard shops of 200 to 600
/// operations were shorter after 14 processor seconds (four seeds: 0.95 percent above the best known against 1.03), but
/// not after 80 (four of them, one seed: 0.41 against 0.33).
const SECOND_SHARE: (u32, u32) = (64, 192);
/// The same where modes are chosen. A mode that one parent has and the other has not was made for its own order, so a
/// blend of halves is worse than either. Measured on 8 instances of 150 to 300 operations with four seeds, 6 processor
/// seconds: 0.90 percent above the best known with the share above, 0.76 with this one.
const FLEXIBLE_SHARE: (u32, u32) = (20, 90);

struct Worker {
    rng: Rng,
    tabu: Tabu,
    is_busy: bool,
    finished: Vec<Arrangement>,
    work: u64,
    /// The last worker gives its share to bounds and proofs while they get anywhere.
    prover: Option<Prover>,
}

/// Searches until the incumbent is optimal or the limits end it.
pub(super) fn search(instance: &PlainInstance, incumbent: &mut Incumbent<'_>) {
    let mut rules = TabuRules {
        tenure: 10 + (instance.num_chains() / instance.num_resources().max(1)) as u32,
        patience: PATIENCE,
        batch: 1,
        target: incumbent.bound,
        exchanges: is_full(instance, incumbent.bound),
    };
    let mut elite = Elite::for_operations(instance.num_operations());
    elite.offer(instance, incumbent.best.clone());
    let count = incumbent.options.workers.max(1);
    let (bound, best) = (incumbent.bound, incumbent.best.makespan);
    let mut workers: Vec<Worker> = (0..count)
        .map(|number| Worker {
            rng: Rng::stream(incumbent.options.seed, number + 1),
            tabu: Tabu::new(State::new(instance, &incumbent.best)),
            // The first worker starts from the schedule at hand.
            is_busy: number == 0,
            finished: Vec::new(),
            work: 0,
            prover: (number + 1 == count)
                .then(|| Prover::new(instance.num_operations(), (bound, best), count > 1)),
        })
        .collect();
    while !incumbent.is_done() {
        let stop = incumbent.stop();
        rules.target = incumbent.bound;
        if let Some(prover) = workers.last_mut().and_then(|worker| worker.prover.as_mut()) {
            prover.tell(incumbent.best.makespan, incumbent.best.to_solution(instance).starts());
        }
        round(&mut workers, incumbent.options.threads, |worker| worker.serve(instance, &elite, rules, stop));
        let work = workers.iter().map(|worker| worker.tabu.state.work).sum::<u64>()
            + workers.iter().map(|worker| worker.work).sum::<u64>();
        let moves = workers.iter().map(|worker| worker.tabu.moves).sum();
        if !incumbent.close_round(work, moves) {
            return;
        }
        for worker in &mut workers {
            if worker.tabu.best.makespan < incumbent.best.makespan {
                incumbent.take(worker.tabu.state.arrangement(&worker.tabu.best));
            }
            for finished in worker.finished.drain(..) {
                incumbent.take_if_better(&finished);
                elite.offer(instance, finished);
            }
            if let Some(prover) = &mut worker.prover {
                incumbent.bound = incumbent.bound.max(prover.bound());
                let found = prover
                    .take_found()
                    .map(|starts| PlainSolution::new(instance, starts, unchosen(instance)));
                if let Some(Ok(found)) = found {
                    let found = Arrangement::from_solution(instance, &found);
                    incumbent.take_if_better(&found);
                    elite.offer(instance, found);
                }
            }
        }
    }
}

/// The only mode of each operation.
fn unchosen(instance: &PlainInstance) -> Vec<u16> {
    vec![0; instance.num_operations()]
}

impl Worker {
    /// One round: goes on with the present search, then takes new ones from the pool.
    fn serve(&mut self, instance: &PlainInstance, elite: &Elite, rules: TabuRules, stop: &dyn Stop) {
        let quota = ROUND.min(SHARE * instance.num_operations() as u64);
        let until = self.tabu.state.work + self.work + quota;
        if let Some(prover) = &mut self.prover {
            self.work += prover.serve(instance, quota, stop);
        }
        loop {
            let done = self.tabu.state.work + self.work;
            if done >= until {
                return;
            }
            if !self.is_busy {
                self.begin(instance, elite, rules.target);
            }
            match self.tabu.run(instance, rules, &mut self.rng, until - done, stop) {
                Pause::Finished => {
                    self.hand_in(instance);
                    if self.tabu.best.makespan <= rules.target {
                        return;
                    }
                }
                Pause::Work => {}
                Pause::Stopped => return,
            }
        }
    }

    /// Ends the present search. Its best schedule goes in order of time: a search leaves operations that do
    /// not depend on each other in any order, and a blend of such positions would follow chance.
    fn hand_in(&mut self, instance: &PlainInstance) {
        let Tabu { state, best, .. } = &mut self.tabu;
        state.restore_from(instance, best);
        state.sort_by_time();
        state.save(best);
        self.finished.push(state.arrangement(best));
        self.is_busy = false;
    }

    fn begin(&mut self, instance: &PlainInstance, elite: &Elite, target: u32) {
        let start = if elite.is_filling() {
            let rule = RULES[self.rng.below(RULES.len() as u32) as usize];
            let noise = 1 << self.rng.between(11, 15);
            let (arrangement, work) = construct(instance, rule, noise, target, &mut self.rng);
            self.work += work;
            arrangement
        } else {
            let (first, second) = elite.pick(&mut self.rng);
            let (least, most) = if instance.is_flexible() { FLEXIBLE_SHARE } else { SECOND_SHARE };
            let weight = self.rng.between(least, most);
            self.work += 8 * instance.num_operations() as u64;
            blend(first, second, weight, &mut self.rng)
        };
        self.tabu.state.load(instance, &start);
        self.tabu.begin();
        self.is_busy = true;
    }
}
