//! The general search: every rule and every term, over the rich decoder.
//!
//! First schedules by rules (`first`, `lead`), then rounds of improvement (`rounds`), where the timed kernel knows all
//! that counts with its help (`turns`). W logical workers work in rounds of equal work; at the end of a round,
//! in worker order, the best is noted and workers that fall behind go on from it. Threads only execute
//! workers. A round that the clock cuts short is thrown away, so the work reported is that of whole rounds,
//! and the same work as a limit gives the same bytes on any number of threads.

mod first;
mod lead;
mod rounds;
mod turns;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::construct::Rule;
use super::exact::{LARGEST, Settled, Settler};
use super::limit::{Limit, Stop};
use super::lns::Incumbent;
use super::lns::cutoff::Cutoff;
use super::options::{LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
use super::score::{Levels, Scorer};
use super::shown::moved_right;
use crate::bounds::{Raised, bound_levels};
use crate::model::Problem;
use crate::model::objective::{Term, TermValues};
use crate::propagation::relax::network;
use crate::propagation::{Network, TimeWindows};
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{Decoder, LeftOut, Outline};
use crate::schedule::state::State;
use crate::schedule::timed::TimedInstance;

/// Operations touched by propagation that count as one touched by decoding.
const TOUCHES: u64 = 8;
/// Operations touched, at most, to find out whether there is any complete schedule.
const SETTLING: u64 = 4_000_000;

/// Searches a problem of any kind. `start` is never made worse if it is valid.
pub(super) fn solve(
    problem: &Problem,
    options: &SolveOptions,
    start: Option<&Schedule>,
    cancel: &AtomicBool,
    on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Solved {
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
    let bounds = Bounds::default();
    let run = Run {
        outline: &outline,
        bounds: &bounds,
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

/// The bounds that were told last: they follow from the first level of the best schedule and from what
/// has been refuted, and cost as much as some hundred moves.
#[derive(Debug, Default)]
struct Bounds(Mutex<Option<Told>>);

/// The first level and what was refuted, and the bounds by level that follow.
type Told = (Option<i64>, Raised, Vec<Option<i64>>);

#[derive(Clone, Copy)]
struct Run<'a> {
    outline: &'a Outline<'a>,
    bounds: &'a Bounds,
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
    /// The best of the rules that go by lead times, and what it gave.
    rule: Option<(Rule, Levels)>,
    /// The rule whose lead times have been learned.
    learned: Option<Rule>,
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
        let mut found = Found {
            best: None,
            rule: None,
            learned: None,
            stuck: None,
            work: 0,
            stats: Stats::default(),
            hit: LimitHit::None,
        };
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
        if let Some(best) = &found.best {
            found.stats.constructed = best.levels.to_vec();
            if found.hit == LimitHit::None && !self.is_optimal(best) {
                self.learn_lead_times(decoder, &mut found, on_improve);
            }
        }
        if let Some(best) = found.best.clone()
            && found.hit == LimitHit::None
            && !self.is_optimal(&best)
        {
            let instance = (!self.until_complete).then(|| TimedInstance::of(self.outline.problem)).flatten();
            let timed = instance.as_ref().and_then(|instance| self.timed(instance, &best));
            self.improve_with(decoder, timed, &best, &mut found, on_improve);
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

    fn bound(&self, levels: &[i64]) -> Vec<Option<i64>> {
        let first = levels.first().copied();
        let mut known = self.bounds.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, _, bound)) = known.as_ref().filter(|known| (known.0, known.1) == (first, self.raised))
        {
            return bound.clone();
        }
        let objective = &self.options.objective;
        let bound = bound_levels(self.outline, self.windows, objective, levels, &self.raised);
        *known = Some((first, self.raised, bound.clone()));
        bound
    }

    fn is_optimal(&self, best: &Incumbent) -> bool {
        let bound = self.bound(&best.levels);
        best.levels.iter().zip(&bound).all(|(value, bound)| Some(*value) == *bound)
    }

    fn nothing(&self, reason: Reason, detail: String) -> Solved {
        Solved { reason, detail, ..without_schedule(self.options, self.limit) }
    }

    fn conclude(&self, found: Found) -> Solved {
        let Found { best, stuck, work, mut stats, hit, .. } = found;
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
        let best = moved_right(self.outline.problem, self.options, hit, best);
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
