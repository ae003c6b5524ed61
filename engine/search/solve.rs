//! The whole search: first schedules by rules, then rounds of improvement.
//!
//! W logical workers work in rounds of equal work; at the end of a round, in worker order, the best is
//! noted and now and then the worst worker goes on from it. Threads only execute workers. A round that
//! the clock cuts short is thrown away, so the work reported is that of whole rounds, and the same work
//! as a limit gives the same bytes on any number of threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::construct::{extension, keys, rules::Measures, rules::Rule};
use super::limit::{Limit, Stop};
use super::lns::cutoff::Cutoff;
use super::lns::{Incumbent, Merger, Worker};
use super::options::{LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
use super::plain;
use super::project::{self, ProjectReduction};
use super::rng::Rng;
use super::score::{Levels, Scorer};
use super::shop::Reduction;
use super::shown::Shown;
use super::timed::Search;
use crate::bounds::bound_levels;
use crate::model::Problem;
use crate::model::ids::OperationId;
use crate::model::objective::{Term, TermValues};
use crate::propagation::TimeWindows;
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{Decoder, End, LeftOut, Outline, Standing};
use crate::schedule::state::State;
use crate::schedule::timed::{Arrangement, TimedInstance};
use crate::schedule::verify::verify;

/// Operations touched by a worker in a round.
const ROUND: u64 = 40_000;
/// Rounds that a worker may be behind the best.
const EXCHANGE: u32 = 2;

/// Finds a good schedule. `start` is never made worse if it is valid.
pub fn solve(
    problem: &Problem,
    options: &SolveOptions,
    start: Option<&Schedule>,
    cancel: &AtomicBool,
    on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Solved {
    if let Some(reduction) = Reduction::of(problem, &options.objective) {
        return plain::solve(problem, &reduction, options, start, cancel, on_improve);
    }
    if let Some(reduction) = ProjectReduction::of(problem, &options.objective) {
        return project::solve(problem, &reduction, options, start, cancel, on_improve);
    }
    let limit = Limit::new(options.time_limit);
    // Each step of preparation takes a while where there are a million operations.
    let ended = || cancel.load(Ordering::Relaxed);
    let nothing = || Solved { limit: LimitHit::Cancelled, ..without_schedule(options, &limit) };
    let outline = Outline::new(problem);
    if ended() {
        return nothing();
    }
    let scorer = Scorer::new(problem, &options.objective);
    let decoder = Decoder::new(&outline);
    if ended() {
        return nothing();
    }
    let history = |operation| {
        let slot = decoder.slot(operation);
        slot.map(|slot| (slot.start, slot.end))
    };
    let windows = TimeWindows::new(&outline, &history);
    if ended() {
        return nothing();
    }
    let cutoff = Cutoff::new(&outline, &options.objective);
    if ended() {
        return nothing();
    }
    let run = Run {
        outline: &outline,
        scorer: &scorer,
        cutoff: &cutoff,
        windows: &windows,
        options,
        limit: &limit,
        cancel,
        until_complete: false,
    };
    run.go(&decoder, start, on_improve)
}

/// The answer where no schedule has been found.
fn without_schedule(options: &SolveOptions, limit: &Limit<'_>) -> Solved {
    Solved {
        schedule: None,
        values: TermValues::default(),
        levels: Vec::new(),
        bound: vec![None; options.objective.levels.len()],
        reason: Reason::Unknown,
        limit: LimitHit::None,
        detail: String::new(),
        left_out: Vec::new(),
        stats: Stats { wall: limit.elapsed(), ..Stats::default() },
    }
}

#[derive(Clone, Copy)]
struct Run<'a> {
    outline: &'a Outline<'a>,
    scorer: &'a Scorer<'a>,
    cutoff: &'a Cutoff<'a>,
    windows: &'a TimeWindows,
    options: &'a SolveOptions,
    limit: &'a Limit<'a>,
    cancel: &'a AtomicBool,
    /// Ends as soon as nothing is left out.
    until_complete: bool,
}

/// What the search has so far.
struct Found<'a> {
    /// The best of the search, as decoded.
    best: Option<Incumbent>,
    /// The best to show.
    shown: Shown<'a>,
    stuck: Option<LeftOut>,
    work: u64,
    stats: Stats,
    hit: LimitHit,
}

impl<'a> Run<'a> {
    fn go(
        &self,
        decoder: &Decoder<'a>,
        start: Option<&Schedule>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) -> Solved {
        let problem = self.outline.problem;
        if !self.options.partial
            && let Some(operation) = self.windows.contradiction(problem)
        {
            let name = problem.names.operations.get(operation.index());
            return self.nothing(Reason::Infeasible, format!("operation {name} fits in no window of time"));
        }
        let mut found = self.found(0);
        self.construct(decoder, start, &mut found, on_improve);
        if found.best.is_none() && found.hit == LimitHit::None {
            self.complete(decoder, &mut found, on_improve);
        }
        if let Some(best) = found.best.clone() {
            found.stats.constructed = best.levels.to_vec();
            let is_optimal = found.shown.best.as_ref().is_some_and(|shown| self.is_optimal(shown));
            if found.hit == LimitHit::None && !is_optimal {
                match TimedInstance::of(problem) {
                    Some(instance) if !self.until_complete => {
                        self.improve_timed(&instance, decoder, &best, &mut found, on_improve);
                    }
                    _ => self.improve(decoder, &best, &mut found, on_improve),
                }
            }
        }
        self.conclude(found)
    }

    /// Nothing yet.
    fn found(&self, work: u64) -> Found<'a> {
        let shown = Shown::new(self.outline.problem, &self.options.objective, self.options.partial);
        Found { best: None, shown, stuck: None, work, stats: Stats::default(), hit: LimitHit::None }
    }

    fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// What has been hit, if anything.
    fn hit(&self, work: u64) -> LimitHit {
        if self.cancelled() {
            LimitHit::Cancelled
        } else if self.options.work_limit.is_some_and(|most| work >= most) {
            LimitHit::Work
        } else if self.limit.is_due() {
            LimitHit::Time
        } else {
            LimitHit::None
        }
    }

    /// Tries all rules. The first is finished whatever the limits say, with no seconds at all the first
    /// that gives a schedule; those after it obey the clock and the budget of work within a rule, too.
    fn construct(
        &self,
        base: &Decoder<'a>,
        start: Option<&Schedule>,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let spent = found.work;
        let measures = Measures::new(self.outline, self.windows);
        if self.cancelled() {
            found.hit = LimitHit::Cancelled;
            return;
        }
        let mut decoder = base.clone();
        let mut states: Vec<Option<Rule>> = Rule::ALL.into_iter().map(Some).collect();
        if let Some(start) = start {
            self.take_start(start, found, on_improve);
            if found.best.is_some() && self.options.objective.counts(Term::Stability) {
                states.clear(); // Where moves have a price, no rule comes near a schedule that is followed.
            }
            states.insert(0, None);
        }
        for rule in states {
            let asked = found.stats.decodings == 0 || self.options.time_limit == Some(Duration::ZERO);
            let owed = asked && found.best.is_none();
            let stop = || self.cancelled() || (!owed && self.limit.is_due());
            let most = self.options.work_limit.filter(|_| !owed);
            decoder.stop_at_work(most.map_or(u64::MAX, |most| most.saturating_sub(spent)));
            let state = match (rule, start) {
                (None, Some(start)) => {
                    Some(State::of_schedule(self.outline.problem, start, &self.outline.free))
                }
                (rule, _) => self.by_rule(rule.unwrap_or(Rule::LatestStart), &measures, &stop),
            };
            let decoded = state.map(|state| (decoder.decode(&state, self.options.partial, &stop), state));
            let Some((end, mut state)) = decoded.filter(|decoded| decoded.0 != End::Stopped) else {
                // What a rule that was cut short has cost is not told: without it the same work is done.
                found.hit = self.hit(spent + decoder.work());
                return;
            };
            found.work = spent + decoder.work() + found.shown.work;
            found.stats.decodings += 1;
            if end == End::Complete {
                decoder.settle(&mut state);
                self.note(&decoder, state, found, on_improve);
            } else if found.stuck.is_none() {
                found.stuck = decoder.left_out().first().cloned();
            }
            found.hit = self.hit(found.work);
            if found.hit != LimitHit::None && found.best.is_some() {
                return;
            }
        }
    }

    /// The state of a rule; none if it must stop.
    fn by_rule(&self, rule: Rule, measures: &Measures, stop: &dyn Fn() -> bool) -> Option<State> {
        let keys = keys(self.outline, measures, rule, stop)?;
        Some(State::new(self.outline.problem, extension(self.outline, &keys, stop)?))
    }

    /// Where no rule places everything: searches partial schedules until one leaves nothing out.
    fn complete(
        &self,
        base: &Decoder<'a>,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let options = SolveOptions {
            partial: true,
            objective: self.options.objective.clone().partial(),
            ..self.options.clone()
        };
        let scorer = Scorer::new(self.outline.problem, &options.objective);
        let cutoff = Cutoff::new(self.outline, &options.objective);
        let partial =
            Run { scorer: &scorer, cutoff: &cutoff, options: &options, until_complete: true, ..*self };
        let mut least = partial.found(found.work);
        partial.construct(base, None, &mut least, &mut |_| {});
        if let Some(best) = least.best.clone()
            && least.hit == LimitHit::None
            && best.levels[0] > 0
        {
            partial.improve(base, &best, &mut least, &mut |_| {});
        }
        found.work = least.work;
        found.hit = least.hit;
        found.stats.decodings += least.stats.decodings;
        found.stats.rounds += least.stats.rounds;
        match least.best {
            Some(mut best) if best.levels[0] == 0 => {
                best.levels.remove(0);
                self.accept(best, found, on_improve);
            }
            Some(best) => found.stuck = best.left_out.first().cloned().or(found.stuck.take()),
            None => {}
        }
    }

    /// A valid start is the first incumbent.
    fn take_start(
        &self,
        start: &Schedule,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let problem = self.outline.problem;
        if start.placements.len() != problem.operations.len() || !self.is_valid(start) {
            return;
        }
        let values = crate::schedule::metrics::terms(problem, start);
        let levels = self.options.objective.value(&values).into_iter().collect();
        let state = State::of_schedule(problem, start, &self.outline.free);
        let left_out = LeftOut::of_schedule(self.outline, start);
        self.accept(Incumbent { levels, state, schedule: start.clone(), left_out }, found, on_improve);
    }

    fn is_valid(&self, start: &Schedule) -> bool {
        verify(self.outline.problem, start, self.options.partial).violations.is_empty()
    }

    fn note(
        &self,
        decoder: &Decoder<'a>,
        state: State,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let levels = self.scorer.levels(decoder);
        if found.best.as_ref().is_none_or(|best| levels < best.levels) {
            let schedule = decoder.schedule();
            let left_out = decoder.left_out().to_vec();
            self.accept(Incumbent { levels, state, schedule, left_out }, found, on_improve);
        }
    }

    fn accept(
        &self,
        incumbent: Incumbent,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let elapsed = self.limit.elapsed();
        if found.best.is_none() {
            found.stats.first_schedule = elapsed;
        }
        let moved_before = found.shown.work;
        let is_better = found.shown.offer(&incumbent);
        found.work += found.shown.work - moved_before;
        if is_better {
            self.tell(found, on_improve);
        }
        found.best = Some(incumbent);
    }

    /// Tells of a better schedule.
    fn tell(&self, found: &Found<'a>, on_improve: &mut (dyn FnMut(&Progress<'_>) + Send)) {
        let Some(shown) = &found.shown.best else { return };
        on_improve(&Progress {
            elapsed: self.limit.elapsed(),
            work: found.work,
            levels: &shown.levels,
            bound: &self.bound(&shown.levels),
            schedule: &|| shown.schedule.clone(),
            values: &|| shown.values(self.outline),
        });
    }

    /// Rounds of moves.
    fn improve(
        &self,
        base: &Decoder<'a>,
        best: &Incumbent,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let constructed = found.work - found.shown.work;
        let count = self.count();
        let mut workers: Vec<Worker<'a>> = (0..count)
            .map(|worker| {
                let rng = Rng::stream(self.options.seed, worker);
                let decoder = self.decoder_of(worker, base, best);
                Worker::new(decoder, (self.scorer, self.cutoff), best.clone(), self.options.partial, rng)
            })
            .collect();
        let quota = ROUND.max(4 * self.outline.free.len() as u64);
        let mut merger = Merger::new(self.decoder_of(1, base, best), self.scorer, self.options.partial);
        loop {
            found.hit = self.hit(found.work);
            let is_enough = |best: &Incumbent| {
                self.is_optimal(best) || (self.until_complete && best.levels.first() == Some(&0))
            };
            if found.hit != LimitHit::None || found.shown.best.as_ref().is_some_and(is_enough) {
                break;
            }
            if !self.round(&mut workers, quota) {
                found.hit = self.hit(0);
                break;
            }
            found.stats.rounds += 1;
            let news: Vec<&Incumbent> = workers.iter().map(|worker| &worker.best).collect();
            let better = found.best.as_ref().and_then(|best| merger.merge(best, &news));
            let searched = merger.work() + workers.iter().map(Worker::work).sum::<u64>();
            found.work = constructed + searched + found.shown.work;
            if let Some(better) = better {
                self.accept(better, found, on_improve);
            }
            for (index, worker) in workers.iter().enumerate() {
                if found.shown.offer_of(index, &worker.best, found.work) {
                    self.tell(found, on_improve);
                }
            }
            found.work = constructed + searched + found.shown.work;
            Self::exchange(&mut workers, found);
        }
        found.stats.decodings += workers.iter().map(|worker| worker.decodings).sum::<u64>();
    }

    /// Logical workers: fewer where the plant is large, since a start in common is soon left behind.
    fn count(&self) -> usize {
        let most = (8_000 / self.outline.free.len().max(1)).max(2);
        self.options.workers.clamp(1, most)
    }

    /// Rounds of moves on the timed kernel, or of the general ones where it does not serve.
    fn improve_timed(
        &self,
        instance: &TimedInstance,
        base: &Decoder<'a>,
        best: &Incumbent,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let problem = self.outline.problem;
        let share = (self.options.seed, self.options.workers);
        let is_complete = best.left_out.is_empty();
        let start = Arrangement::of_schedule(instance, &best.schedule).filter(|_| is_complete);
        let search = start.and_then(|start| Search::new(instance, &self.options.objective, start, share));
        let Some(mut search) = search else {
            self.improve(base, best, found, on_improve);
            return;
        };
        let constructed = found.work - found.shown.work;
        let stop = || self.cancelled() || self.limit.is_due();
        loop {
            if let Some(state) = search.improved() {
                self.note_timed(&state.schedule(problem), found, on_improve);
            }
            found.hit = self.hit(found.work);
            let is_optimal = found.shown.best.as_ref().is_some_and(|shown| self.is_optimal(shown));
            if found.hit != LimitHit::None || is_optimal {
                break;
            }
            if !search.round(self.options.threads, &stop) {
                found.hit = self.hit(0);
                break;
            }
            found.stats.rounds += 1;
            found.work = constructed + search.work() + found.shown.work;
        }
        found.stats.decodings += search.moves();
    }

    fn note_timed(
        &self,
        schedule: &Schedule,
        found: &mut Found<'a>,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let problem = self.outline.problem;
        let values = crate::schedule::metrics::terms(problem, schedule);
        let levels: Levels = self.options.objective.value(&values).into_iter().collect();
        if found.best.as_ref().is_none_or(|best| levels < best.levels) {
            let state = State::of_schedule(problem, schedule, &self.outline.free);
            let incumbent = Incumbent { levels, state, schedule: schedule.clone(), left_out: Vec::new() };
            self.accept(incumbent, found, on_improve);
        }
    }

    /// Workers that have not been better than the best for a while go on from it.
    fn exchange(workers: &mut [Worker<'a>], found: &Found<'a>) {
        let Some(best) = &found.best else {
            return;
        };
        let patience = if workers.len() > 2 { EXCHANGE } else { 1 };
        for worker in workers {
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
    /// one leaves every published start as the earliest, one frees the orders that are late.
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
    fn round(&self, workers: &mut [Worker<'a>], quota: u64) -> bool {
        let stop = || self.cancelled() || self.limit.is_due();
        let threads = self.options.threads.clamp(1, workers.len());
        if threads == 1 {
            return workers.iter_mut().all(|worker| worker.round(quota, &stop));
        }
        let share = workers.len().div_ceil(threads);
        std::thread::scope(|scope| {
            let running: Vec<_> = workers
                .chunks_mut(share)
                .map(|chunk| scope.spawn(|| chunk.iter_mut().all(|worker| worker.round(quota, &stop))))
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

    fn bound(&self, levels: &[i64]) -> Vec<Option<i64>> {
        let objective = &self.options.objective;
        bound_levels(self.outline, self.windows, objective, levels)
    }

    fn is_optimal(&self, best: &Incumbent) -> bool {
        let bound = self.bound(&best.levels);
        best.levels.iter().zip(&bound).all(|(value, bound)| Some(*value) == *bound)
    }

    fn nothing(&self, reason: Reason, detail: String) -> Solved {
        Solved { reason, detail, ..without_schedule(self.options, self.limit) }
    }

    fn conclude(&self, found: Found<'a>) -> Solved {
        let Found { shown, stuck, work, mut stats, hit, .. } = found;
        stats.work = work;
        stats.wall = self.limit.elapsed();
        let Some(best) = shown.best else {
            let names = &self.outline.problem.names;
            let detail = stuck.map_or_else(String::new, |left| {
                let name = names.operations.get(left.operation.index());
                format!("found no place for operation {name}: {} {}", left.cause.name(), left.object)
            });
            return Solved { stats, limit: hit, ..self.nothing(Reason::Unknown, detail) };
        };
        let optimal = self.is_optimal(&best);
        Solved {
            values: best.values(self.outline),
            bound: self.bound(&best.levels),
            reason: if optimal { Reason::Optimal } else { Reason::Feasible },
            limit: hit,
            detail: String::new(),
            left_out: best.left_out,
            levels: best.levels.to_vec(),
            schedule: Some(best.schedule),
            stats,
        }
    }
}
