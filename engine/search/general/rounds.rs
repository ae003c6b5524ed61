//! Rounds of moves: W logical workers, equal work, exchange at the end of a round in worker order.

use super::{Found, Run};
use crate::model::ids::OperationId;
use crate::model::objective::Term;
use crate::schedule::decode::{Decoder, Standing};
use crate::search::limit::Stop;
use crate::search::lns::{Incumbent, Merger, Method, Methods, Worker};
use crate::search::options::{LimitHit, Progress};
use crate::search::rng::Rng;
use crate::search::timed::Search;

/// Rounds that a worker may be behind the best.
const EXCHANGE: u32 = 2;

impl<'a> Run<'a> {
    /// Rounds of moves.
    pub(super) fn improve(
        &self,
        base: &Decoder<'a>,
        mut timed: Option<Search<'_>>,
        best: &Incumbent,
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let constructed = found.work.saturating_sub(timed.as_ref().map_or(0, Search::work));
        let count = self.count();
        let mut workers: Vec<Worker<'a>> = (0..count)
            .map(|worker| {
                let rng = Rng::stream(self.options.seed, worker);
                let decoder = self.decoder_of(worker, base, best);
                Worker::new(decoder, (self.scorer, self.cutoff), best.clone(), self.options.partial, rng)
            })
            .collect();
        let quota = quota(self.outline.free.len() as u64);
        let mut methods = Methods::new(self.outline.free.len(), Rng::stream(self.options.seed, count));
        let mut merger = Merger::new(self.decoder_of(1, base, best), self.scorer, self.options.partial);
        loop {
            found.hit = self.hit(found.work);
            let is_enough = |best: &Incumbent| {
                self.is_optimal(best) || (self.until_complete && best.levels.first() == Some(&0))
            };
            if found.hit != LimitHit::None || found.best.as_ref().is_some_and(is_enough) {
                break;
            }
            let method = methods.draw();
            if !self.round(&mut workers, method, quota) {
                found.hit = self.hit(0);
                break;
            }
            found.stats.rounds += 1;
            methods.note(method, &workers);
            let news: Vec<&Incumbent> = workers.iter().map(|worker| &worker.best).collect();
            let better = found.best.as_ref().and_then(|best| merger.merge(best, &news));
            found.work = constructed + merger.work() + workers.iter().map(Worker::work).sum::<u64>();
            if let Some(better) = better {
                self.accept(better, found, on_improve);
            }
            if let Some(search) = &mut timed {
                let general = found.work;
                found.work += search.work();
                // A limit may lie between the two: what a stopped turn leaves must be repeatable.
                found.hit = self.hit(found.work);
                if found.hit != LimitHit::None {
                    break;
                }
                if !self.turn(search, found, on_improve) {
                    found.hit = self.hit(0);
                    break;
                }
                found.work = general + search.work();
            }
            Self::exchange(&mut workers, found);
        }
        found.stats.decodings += timed.as_ref().map_or(0, Search::moves);
        found.stats.decodings += workers.iter().map(|worker| worker.decodings).sum::<u64>();
    }

    /// Logical workers: fewer where the plant is large, since a start in common is soon left behind.
    fn count(&self) -> usize {
        let most = (2_000 / self.outline.free.len().max(1)).max(2);
        self.options.workers.clamp(1, most)
    }

    /// Workers that have not been better than the best for a while go on from it.
    fn exchange(workers: &mut [Worker<'a>], found: &Found) {
        let Some(best) = &found.best else {
            return;
        };
        let patience = if workers.len() > 2 { EXCHANGE } else { 1 };
        for worker in workers.iter_mut().filter(|worker| !worker.is_away()) {
            if worker.best.levels > best.levels {
                worker.behind += 1;
                if worker.behind >= patience {
                    worker.adopt(best);
                }
            } else {
                worker.behind = 0;
            }
        }
    }

    /// Where moves have a price, generation as early as possible pays it for nothing: of four workers
    /// one leaves every published start as the earliest, one frees the orders that are late. Of two both do so: one of
    /// them free was better after 4 of 20 stops, worse after 8 (5,000 operations, equal work), and two of those 8 make
    /// nearly all of the difference in the mean, 0.989 of the repaired objective instead of 0.984.
    fn decoder_of(&self, worker: usize, base: &Decoder<'a>, best: &Incumbent) -> Decoder<'a> {
        let problem = self.outline.problem;
        let mut decoder = base.clone();
        if self.options.objective.counts(Term::Stability) && worker % 4 < 2 {
            let late = |operation: OperationId| {
                let order = problem.operation(operation).order.map(|order| problem.order(order));
                let due = order.and_then(|order| order.due);
                let ends = order.into_iter().flat_map(|order| &order.operations);
                let end = ends.filter_map(|other| best.schedule.get(*other)).map(|placed| placed.end).max();
                due.is_some() && end > due
            };
            decoder.keep(Standing::published(problem, |operation| worker % 4 == 1 && late(operation)));
        }
        decoder
    }

    /// One round of all workers; false if one of them was stopped.
    fn round(&self, workers: &mut [Worker<'a>], method: Method, quota: u64) -> bool {
        let stop = || self.cancelled() || self.limit.is_due();
        let threads = self.options.threads.clamp(1, workers.len());
        if threads == 1 {
            return workers.iter_mut().all(|worker| worker.round(method, quota, &stop));
        }
        let share = workers.len().div_ceil(threads);
        std::thread::scope(|scope| {
            let running: Vec<_> = workers
                .chunks_mut(share)
                .map(|chunk| {
                    scope.spawn(|| chunk.iter_mut().all(|worker| worker.round(method, quota, &stop)))
                })
                .collect();
            let mut whole = true;
            for thread in running {
                match thread.join() {
                    Ok(done) => whole &= done,
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            whole
        })
    }
}

/// Operations touched by a worker in a round, from how many there are.
///
/// What ends a round (a decoding of the merged schedule, a look at all lanes) is paid for each operation, on one thread
/// while the others wait: with 4 for each of 10,000 operations a fifth of the processors was idle, and equal work gave
/// the same from 10 to 40. Small plants exchange often: up to 300 operations 10,000 a round are better than 40,000
/// (200 operations, 8 plants, 2 seeds: tardiness 0.059 and 0.115 of the best rule's), with 1,000 they are worse.
fn quota(operations: u64) -> u64 {
    let small = (40 * operations).clamp(10_000, 40_000);
    let large = (20 * operations).min(200_000);
    small.max(large).max(4 * operations)
}
