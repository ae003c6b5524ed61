//! Rounds of islands, from the first schedule to the limit.

use std::time::Duration;

use super::bound::project_bound;
use super::island::{Island, quota};
use super::justify::{Justifier, Member};
use super::list::{Measures, sampled};
use super::shop::Shop;
use crate::bounds::project::raised_bound;
use crate::schedule::project::ProjectInstance;
use crate::search::limit::{Limit, Stop};
use crate::search::rng::Rng;
use crate::search::shop::rounds::round;
use crate::search::shop::{PlainOptions, PlainStats};

/// An improvement on the way.
#[derive(Clone, Copy, Debug)]
pub struct ProjectProgress<'a> {
    /// Length of the new best schedule.
    pub makespan: u32,
    /// No schedule is shorter than this.
    pub bound: u32,
    /// Operations placed so far.
    pub work: u64,
    /// Time since the start.
    pub elapsed: Duration,
    /// Its starts.
    pub starts: &'a [u32],
}

/// The best schedule found and what is known about it.
#[derive(Clone, Debug)]
pub struct ProjectResult {
    /// Start by operation.
    pub starts: Vec<u32>,
    /// Its length.
    pub makespan: u32,
    /// No schedule is shorter than this.
    pub bound: u32,
    /// What the run did.
    pub stats: PlainStats,
}

struct Run<'a> {
    options: &'a PlainOptions,
    limit: &'a Limit<'a>,
    best: Member,
    bound: u32,
    stats: PlainStats,
    on_improve: &'a mut dyn FnMut(&ProjectProgress<'_>),
}

impl Run<'_> {
    fn take(&mut self, member: &Member) {
        if member.makespan >= self.best.makespan {
            return;
        }
        self.best.clone_from(member);
        let elapsed = self.limit.elapsed();
        if self.stats.first.is_zero() {
            self.stats.first = elapsed;
        }
        self.stats.last = elapsed;
        (self.on_improve)(&ProjectProgress {
            makespan: member.makespan,
            bound: self.bound,
            work: self.stats.work,
            elapsed,
            starts: &self.best.starts,
        });
    }

    fn is_done(&self) -> bool {
        let spent = self.options.work_limit.is_some_and(|most| self.stats.work >= most);
        self.best.makespan <= self.bound || spent || self.limit.is_due()
    }
}

/// Searches for a short schedule; never returns one longer than `start` (starts by operation, valid).
///
/// Ends when the best schedule meets the bound, when `stop` is due, or at the limits of the options. One
/// schedule is always built first. Under a work limit the answer depends on instance, seed and number of
/// workers only.
pub fn solve_project(
    instance: &ProjectInstance,
    start: Option<&[u32]>,
    options: &PlainOptions,
    stop: &dyn Stop,
    on_improve: &mut dyn FnMut(&ProjectProgress<'_>),
) -> ProjectResult {
    let limit = Limit::new(options.time_limit).with_outer(stop);
    let bound = project_bound(instance);
    let best = Member { makespan: u32::MAX, ..Member::default() };
    let stats = PlainStats::default();
    let mut run = Run { options, limit: &limit, best, bound, stats, on_improve };
    if let Some(starts) = start {
        let makespan = instance.makespan(starts);
        run.take(&Member { starts: starts.to_vec(), list: Vec::new(), makespan });
    }
    let backward = instance.mirrored();
    let measures = Measures::new(instance);
    let list = sampled(instance, &measures, 0, &mut Rng::stream(options.seed, 0));
    let mut justifier = Justifier::new(instance, &backward);
    let mut first = Member::default();
    justifier.improve(&list, &mut first);
    run.stats.work = justifier.work;
    run.take(&first);
    if !run.is_done() {
        let (bound, work) = raised_bound(instance, run.bound, run.best.makespan);
        run.bound = bound;
        run.stats.work += work;
    }
    islands(instance, &backward, &measures, &mut run);
    run.stats.elapsed = limit.elapsed();
    let Run { best, stats, bound, .. } = run;
    ProjectResult { starts: best.starts, makespan: best.makespan, bound, stats }
}

fn islands(instance: &ProjectInstance, backward: &ProjectInstance, measures: &Measures, run: &mut Run<'_>) {
    let built = run.stats.work;
    let exclusive = is_exclusive(instance);
    let shop = Shop::of(instance).filter(|_| exclusive);
    let quota = quota(instance.len());
    let mut islands: Vec<Island<'_>> = (0..run.options.workers.max(1))
        .map(|worker| {
            let rng = Rng::stream(run.options.seed, worker + 1);
            let walks = if exclusive { worker % 4 != 0 } else { worker % 2 == 1 };
            Island::new(instance, backward, (measures, shop.as_ref().filter(|_| walks)), walks, rng)
        })
        .collect();
    while !run.is_done() {
        let (bound, limit) = (run.bound, run.limit);
        round(&mut islands, run.options.threads, |island| island.round(quota, bound, limit));
        if limit.is_due() {
            break;
        }
        let searched = islands.iter().map(Island::work).sum::<u64>();
        run.stats.work = built + searched;
        run.stats.moves = islands.iter().map(|island| island.children).sum();
        run.stats.rounds += 1;
        for island in &islands {
            run.take(&island.best);
        }
    }
}

/// Whether most work needs a resource for itself: then walks along critical paths are worth more than blends.
fn is_exclusive(instance: &ProjectInstance) -> bool {
    let alone = |operation: &usize| {
        let demands = &instance.operation(*operation).demands;
        demands.iter().any(|&(resource, quantity)| quantity * 2 > instance.capacities()[resource as usize])
    };
    (0..instance.len()).filter(alone).count() * 2 > instance.len()
}
