//! The timed kernel beside the general search: alone at first, then in turns with it.

use super::{Found, Run};
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::Decoder;
use crate::schedule::metrics::terms;
use crate::schedule::state::State;
use crate::schedule::timed::{Arrangement, TimedInstance};
use crate::search::limit::Stop;
use crate::search::lns::Incumbent;
use crate::search::options::{LimitHit, Progress};
use crate::search::score::Levels;
use crate::search::timed::Search;

impl<'a> Run<'a> {
    /// The search on the timed kernel, where that knows all that counts and nothing is left out.
    pub(super) fn timed<'i>(&'i self, instance: &'i TimedInstance, best: &Incumbent) -> Option<Search<'i>> {
        let start =
            Arrangement::of_schedule(instance, &best.schedule).filter(|_| best.left_out.is_empty())?;
        let share = (self.options.seed, self.options.workers);
        Search::new(instance, &self.options.objective, start, share)
    }

    /// The timed kernel as long as it goes on alone, then the general search, with it or without.
    pub(super) fn improve_with(
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
    pub(super) fn turn(
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
        let values = terms(problem, schedule);
        let levels: Levels = self.options.objective.value(&values).into_iter().collect();
        if found.best.as_ref().is_none_or(|best| levels < best.levels) {
            let state = State::of_schedule(problem, schedule, &self.outline.free);
            let incumbent = Incumbent { levels, state, schedule: schedule.clone(), left_out: Vec::new() };
            self.accept(incumbent, found, on_improve);
        }
    }
}
