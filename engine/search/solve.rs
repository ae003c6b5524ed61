//! The whole search: first schedules by rules, then rounds of improvement.
//!
//! W logical workers work in rounds of equal work; at the end of a round, in worker order, the best is
//! noted and now and then the worst worker goes on from it. Threads only execute workers. A round that
//! the clock cuts short is thrown away, so the work reported is that of whole rounds, and the same work
//! as a limit gives the same bytes on any number of threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::construct::{extension, keys, rules::Measures, rules::Rule};
use super::exact::{LARGEST, Settled, Settler};
use super::limit::{Limit, Stop};
use super::lns::cutoff::Cutoff;
use super::lns::{Incumbent, Merger, Worker};
use super::options::{LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
use super::plain;
use super::rng::Rng;
use super::score::{Levels, Scorer};
use super::shop::Reduction;
use super::shown::moved_right;
use super::timed::Search;
use crate::bounds::{Raised, bound_levels};
use crate::model::Problem;
use crate::model::ids::OperationId;
use crate::model::objective::{Term, TermValues};
use crate::propagation::relax::network;
use crate::propagation::{Network, TimeWindows};
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{Decoder, End, LeftOut, Outline, Standing};
use crate::schedule::state::State;
use crate::schedule::timed::{Arrangement, TimedInstance};
use crate::schedule::verify::verify;

/// Operations touched by a worker in a round.
const ROUND: u64 = 40_000;
/// Rounds that a worker may be behind the best.
const EXCHANGE: u32 = 2;

/// Operations touched by propagation that count as one touched by decoding.
const TOUCHES: u64 = 8;
/// Operations touched, at most, to find out whether there is any complete schedule.
const SETTLING: u64 = 4_000_000;

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
        raised: Raised::default(),
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
    /// What has been refuted so far.
    raised: Raised,
    options: &'a SolveOptions,
    limit: &'a Limit<'a>,
    cancel: &'a AtomicBool,
    /// Ends as soon as nothing is left out.
    until_complete: bool,
}

/// What the search has so far.
struct Found {
    best: Option<Incumbent>,
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
        let history = |operation| decoder.times(operation);
        let is_asked = !self.options.partial && problem.operations.len() <= LARGEST;
        let network = is_asked.then(|| network(self.outline, &history));
        let mut settler = network.as_ref().map(|network: &Network<'_>| Settler::new(self.outline, network));
        if let Some(detail) = settler.as_mut().and_then(Settler::propagate) {
            return self.nothing(Reason::Infeasible, detail);
        }
        let mut found =
            Found { best: None, stuck: None, work: 0, stats: Stats::default(), hit: LimitHit::None };
        self.construct(decoder, start, &mut found, on_improve);
        if let Some(settler) =
            settler.as_mut().filter(|_| found.best.is_none() && found.hit == LimitHit::None)
            && let Some(detail) = self.settle(settler, decoder, &mut found, on_improve)
        {
            return Solved { stats: found.stats, ..self.nothing(Reason::Infeasible, detail) };
        }
        if found.best.is_none() && found.hit == LimitHit::None {
            self.complete(decoder, &mut found, on_improve);
        }
        self.raised_by(decoder, &mut found).finish(decoder, found, on_improve)
    }

    /// Asks whether there is any complete schedule; the proof that there is none, in words.
    fn settle(
        &self,
        settler: &mut Settler<'_, 'a>,
        base: &Decoder<'a>,
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) -> Option<String> {
        let stop = || self.cancelled() || self.limit.is_due();
        let left = self.options.work_limit.map_or(SETTLING, |most| most.saturating_sub(found.work) * TOUCHES);
        let mut decoder = base.clone();
        let settled = settler.settle(&mut decoder, settler.work() + left.min(SETTLING), &stop);
        found.work += settler.work() / TOUCHES + decoder.work();
        found.stats.work = found.work;
        match settled {
            Settled::Infeasible(detail) => return Some(detail),
            Settled::Complete(state) => self.note(&decoder, state, found, on_improve),
            Settled::Open => {}
        }
        found.hit = self.hit(found.work);
        None
    }

    /// The run with the bounds that refutation gives beside the best schedule.
    fn raised_by(self, decoder: &Decoder<'a>, found: &mut Found) -> Self {
        let Some(best) = found.best.as_ref().filter(|_| found.hit == LimitHit::None) else { return self };
        let values = best.values(self.outline);
        if values.get(Term::Unscheduled) > 0 || self.is_optimal(best) {
            return self;
        }
        let history = |operation| decoder.times(operation);
        let raised = Raised::new(self.outline, &history, &self.options.objective, |term| values.get(term));
        found.work += raised.work / TOUCHES;
        Self { raised, ..self }
    }

    fn finish(
        &self,
        decoder: &Decoder<'a>,
        mut found: Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) -> Solved {
        if let Some(best) = found.best.clone() {
            found.stats.constructed = best.levels.to_vec();
            if found.hit == LimitHit::None && !self.is_optimal(&best) {
                let instance =
                    (!self.until_complete).then(|| TimedInstance::of(self.outline.problem)).flatten();
                let timed = instance.as_ref().and_then(|instance| self.timed(instance, &best));
                self.improve_with(decoder, timed, &best, &mut found, on_improve);
            }
        }
        self.conclude(found)
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
        found: &mut Found,
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
            found.work = spent + decoder.work();
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
        found: &mut Found,
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
        let mut least =
            Found { best: None, stuck: None, work: found.work, stats: Stats::default(), hit: LimitHit::None };
        partial.construct(base, None, &mut least, &mut |_| {});
        if let Some(best) = least.best.clone()
            && least.hit == LimitHit::None
            && best.levels[0] > 0
        {
            partial.improve(base, None, &best, &mut least, &mut |_| {});
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
        found: &mut Found,
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
        found: &mut Found,
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
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let elapsed = self.limit.elapsed();
        if found.best.is_none() {
            found.stats.first_schedule = elapsed;
        }
        on_improve(&Progress {
            elapsed,
            work: found.work,
            levels: &incumbent.levels,
            bound: &self.bound(&incumbent.levels),
            schedule: &|| incumbent.schedule.clone(),
            values: &|| incumbent.values(self.outline),
        });
        found.best = Some(incumbent);
    }

    /// Rounds of moves.
    fn improve(
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
        let quota = ROUND.max(4 * self.outline.free.len() as u64);
        let mut merger = Merger::new(self.decoder_of(1, base, best), self.scorer, self.options.partial);
        loop {
            found.hit = self.hit(found.work);
            let is_enough = |best: &Incumbent| {
                self.is_optimal(best) || (self.until_complete && best.levels.first() == Some(&0))
            };
            if found.hit != LimitHit::None || found.best.as_ref().is_some_and(is_enough) {
                break;
            }
            if !self.round(&mut workers, quota) {
                found.hit = self.hit(0);
                break;
            }
            found.stats.rounds += 1;
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
        let most = (8_000 / self.outline.free.len().max(1)).max(2);
        self.options.workers.clamp(1, most)
    }

    /// The search on the timed kernel, where that knows all that counts and nothing is left out.
    fn timed<'i>(&'i self, instance: &'i TimedInstance, best: &Incumbent) -> Option<Search<'i>> {
        let start =
            Arrangement::of_schedule(instance, &best.schedule).filter(|_| best.left_out.is_empty())?;
        let share = (self.options.seed, self.options.workers);
        Search::new(instance, &self.options.objective, start, share)
    }

    /// The timed kernel as long as it goes on alone, then the general search, with it or without.
    fn improve_with(
        &self,
        base: &Decoder<'a>,
        mut timed: Option<Search<'_>>,
        best: &Incumbent,
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        if let Some(search) = &mut timed {
            self.improve_timed(search, found, on_improve);
            if found.hit != LimitHit::None || found.best.as_ref().is_some_and(|best| self.is_optimal(best)) {
                found.stats.decodings += search.moves();
                return;
            }
        }
        let best = found.best.clone().unwrap_or_else(|| best.clone());
        self.improve(base, timed, &best, found, on_improve);
    }

    /// Rounds of moves on the timed kernel alone.
    fn improve_timed(
        &self,
        search: &mut Search<'_>,
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let constructed = found.work;
        loop {
            if let Some(state) = search.improved() {
                self.note_timed(&state.schedule(self.outline.problem), found, on_improve);
            }
            found.hit = self.hit(found.work);
            let is_optimal = found.best.as_ref().is_some_and(|best| self.is_optimal(best));
            if found.hit != LimitHit::None || is_optimal || !search.is_alone() {
                break;
            }
            if !search.round(self.options.threads, &|| self.cancelled() || self.limit.is_due()) {
                found.hit = self.hit(0);
                break;
            }
            found.stats.rounds += 1;
            found.work = constructed + search.work();
        }
    }

    /// A round on the timed kernel between two general ones: hands the best over, takes what is better.
    /// `false` if it was stopped.
    fn turn(
        &self,
        search: &mut Search<'_>,
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) -> bool {
        let best = found.best.as_ref().filter(|best| best.left_out.is_empty());
        if let Some(start) = best.and_then(|best| Arrangement::of_schedule(search.instance, &best.schedule)) {
            search.offer(start);
        }
        if !search.round(self.options.threads, &|| self.cancelled() || self.limit.is_due()) {
            return false;
        }
        if let Some(state) = search.improved() {
            self.note_timed(&state.schedule(self.outline.problem), found, on_improve);
        }
        true
    }

    fn note_timed(
        &self,
        schedule: &Schedule,
        found: &mut Found,
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
    fn exchange(workers: &mut [Worker<'a>], found: &Found) {
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
        bound_levels(self.outline, self.windows, objective, levels, &self.raised)
    }

    fn is_optimal(&self, best: &Incumbent) -> bool {
        let bound = self.bound(&best.levels);
        best.levels.iter().zip(&bound).all(|(value, bound)| Some(*value) == *bound)
    }

    fn nothing(&self, reason: Reason, detail: String) -> Solved {
        Solved { reason, detail, ..without_schedule(self.options, self.limit) }
    }

    fn conclude(&self, found: Found) -> Solved {
        let Found { best, stuck, work, mut stats, hit } = found;
        stats.work = work;
        stats.wall = self.limit.elapsed();
        let Some(best) = best else {
            let names = &self.outline.problem.names;
            let detail = stuck.map_or_else(String::new, |left| {
                let name = names.operations.get(left.operation.index());
                format!("found no place for operation {name}: {} {}", left.cause.name(), left.object)
            });
            return Solved { stats, limit: hit, ..self.nothing(Reason::Unknown, detail) };
        };
        let best = moved_right(self.outline.problem, self.options, best);
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
