//! First schedules: all rules, a start that is given, and the way to a complete schedule where rules fail.

use std::time::Duration;

use super::{Found, Run};
use crate::model::ids::OperationId;
use crate::model::objective::Term;
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{Decoder, End, LeftOut};
use crate::schedule::state::State;
use crate::schedule::verify::verify;
use crate::search::construct::{extension, keys, rules::Measures, rules::Rule};
use crate::search::limit::Stop;
use crate::search::lns::Incumbent;
use crate::search::lns::cutoff::Cutoff;
use crate::search::options::{LimitHit, Progress, SolveOptions, Stats};
use crate::search::score::Scorer;

/// From so many operations on a decoding is dear, and lead times are learned before the other rules are tried.
const DEAR: usize = 20_000;

impl<'a> Run<'a> {
    /// Tries all rules. The first is finished whatever the limits say, with no seconds at all the first
    /// that gives a schedule; those after it obey the clock and the budget of work within a rule, too.
    pub(super) fn construct(
        &self,
        base: &Decoder<'a>,
        start: Option<&Schedule>,
        found: &mut Found,
        on_improve: &mut (dyn FnMut(&Progress<'_>) + Send),
    ) {
        let mut spent = found.work;
        let measures = Measures::new(self.outline, self.windows);
        if self.cancelled() {
            found.hit = LimitHit::Cancelled;
            return;
        }
        let mut decoder = base.clone();
        let mut scratch = Vec::new();
        let mut states: Vec<Option<Rule>> = self.rules().map(Some).collect();
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
            let decoded = state.map(|state| {
                let accepted = worth(rule, found);
                let mut watch = self.cutoff.watch(&decoder, std::iter::empty(), accepted, &mut scratch);
                (decoder.resume(&state, 0, self.options.partial, &stop, &mut watch).0, state)
            });
            let Some((end, mut state)) = decoded.filter(|decoded| decoded.0 != End::Stopped) else {
                // What a rule that was cut short has cost is not told: without it the same work is done.
                found.hit = self.hit(spent + decoder.work());
                return;
            };
            found.work = spent + decoder.work();
            found.stats.decodings += 1;
            if end == End::Complete {
                decoder.settle(&mut state);
                self.note_rule(rule, &decoder, found);
                self.note(&decoder, state, found, on_improve);
            } else if found.stuck.is_none() && end != End::CalledOff {
                found.stuck = decoder.left_out().first().cloned();
            }
            found.hit = self.hit(found.work);
            if found.hit == LimitHit::None && rule == Some(Rule::WIDE) && self.outline.free.len() >= DEAR {
                let before = found.work;
                self.learn_lead_times(base, found, on_improve);
                spent += found.work - before;
            }
            if found.hit != LimitHit::None && found.best.is_some() {
                return;
            }
        }
    }

    /// Rules that say something of this problem.
    fn rules(&self) -> impl Iterator<Item = Rule> {
        let problem = self.outline.problem;
        let is_known = |op: &OperationId| problem.baseline(*op).is_some_and(|known| known.start.is_some());
        let is_published = self.outline.free.iter().any(is_known);
        Rule::ALL.into_iter().filter(move |rule| is_published || *rule != Rule::Baseline)
    }

    /// Remembers the best of the rules that go by lead times.
    fn note_rule(&self, rule: Option<Rule>, decoder: &Decoder<'a>, found: &mut Found) {
        if let Some(rule) = rule.filter(|rule| rule.goes_by_lead_time()) {
            let levels = self.scorer.levels(decoder);
            if found.rule.as_ref().is_none_or(|known| levels < known.1) {
                found.rule = Some((rule, levels));
            }
        }
    }

    /// The state of a rule; none if it must stop.
    pub(super) fn by_rule(&self, rule: Rule, measures: &Measures, stop: &dyn Fn() -> bool) -> Option<State> {
        let keys = keys(self.outline, measures, rule, stop)?;
        Some(State::new(self.outline.problem, extension(self.outline, &keys, stop)?))
    }

    /// Where no rule places everything: searches partial schedules until one leaves nothing out.
    pub(super) fn complete(
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
        let mut least = Found {
            best: None,
            rule: None,
            learned: None,
            stuck: None,
            work: found.work,
            stats: Stats::default(),
            hit: LimitHit::None,
        };
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
}

/// What a decoding must not be worse than to be of use: the best, or for rules that may be asked again the best
/// of their kind.
fn worth(rule: Option<Rule>, found: &Found) -> &[i64] {
    let of_kind = found.rule.as_ref().map(|known| &known.1);
    let best = found.best.as_ref().map(|best| &best.levels);
    let asked = if rule.is_some_and(Rule::goes_by_lead_time) { of_kind } else { best };
    asked.map_or(&[], |levels| &levels[..])
}
