//! One logical worker: a state, its decoding, and the best so far.

use super::cutoff::Cutoff;
use super::excursion::Excursion;
use super::methods::Method;
use super::neighborhood::Neighborhood;
use super::reinsertion::Reinsertion;
use crate::model::objective::TermValues;
use crate::model::time::Time;
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{Decoder, End, LeftOut, Outline, Unwatched};
use crate::schedule::metrics;
use crate::schedule::state::State;
use crate::search::rng::Rng;
use crate::search::score::{Levels, Scorer};

/// A schedule worth keeping.
#[derive(Debug, Clone)]
pub struct Incumbent {
    /// Objective by level.
    pub levels: Levels,
    /// The state that decodes to it.
    pub state: State,
    /// The schedule.
    pub schedule: Schedule,
    /// What it leaves out.
    pub left_out: Vec<LeftOut>,
}

impl Incumbent {
    /// All terms.
    pub fn values(&self, outline: &Outline<'_>) -> TermValues {
        metrics::terms(outline.problem, &self.schedule)
    }
}

/// How many values late acceptance remembers: fewer where decoding is dear.
fn memory(operations: usize) -> usize {
    (20_000 / operations.max(1)).clamp(4, 200)
}

/// Up to so many operations a plant is small: both methods take turns, and stuck workers go on excursions.
pub(super) const SMALL: usize = 2_000;

/// A logical worker.
#[derive(Debug)]
pub struct Worker<'p> {
    pub(super) scorer: &'p Scorer<'p>,
    pub(super) decoder: Decoder<'p>,
    pub(super) state: State,
    pub(super) levels: Levels,
    /// The best schedule that it has seen.
    pub best: Incumbent,
    pub(super) rng: Rng,
    memory: Vec<Levels>,
    step: usize,
    partial: bool,
    pub(super) neighborhood: Neighborhood,
    pub(super) cutoff: &'p Cutoff<'p>,
    scratch: Vec<Time>,
    /// Rounds that it has been behind the best of all.
    pub behind: u32,
    /// Schedules decoded.
    pub decodings: u64,
    interrupted: bool,
    /// What it goes on from, where that leaves nothing out, until it has been placed.
    origin: Option<Schedule>,
    /// What the last round gained, and cost.
    pub(super) gain: i64,
    pub(super) spent: u64,
    /// Reinsertions have moved operations since the last decoding.
    pub(super) out_of_order: bool,
    pub(super) reinsertion: Reinsertion,
    pub(super) excursion: Excursion,
}

impl<'p> Worker<'p> {
    /// Starts from an incumbent.
    pub fn new(
        decoder: Decoder<'p>,
        (scorer, cutoff): (&'p Scorer<'p>, &'p Cutoff<'p>),
        best: Incumbent,
        partial: bool,
        rng: Rng,
    ) -> Self {
        let neighborhood = Neighborhood::new(decoder.outline());
        let origin = origin(&best);
        let reinsertion = Reinsertion::new(best.state.sequence.len());
        Self {
            scorer,
            state: best.state.clone(),
            levels: best.levels.clone(),
            memory: vec![best.levels.clone(); memory(best.state.modes.len())],
            decoder,
            best,
            rng,
            step: 0,
            partial,
            neighborhood,
            cutoff,
            scratch: Vec::new(),
            behind: 0,
            decodings: 0,
            interrupted: true,
            origin,
            gain: 0,
            spent: 0,
            out_of_order: false,
            reinsertion,
            excursion: Excursion::default(),
        }
    }

    /// Operations touched so far.
    pub fn work(&self) -> u64 {
        self.decoder.work()
    }

    /// Goes on from another incumbent.
    pub fn adopt(&mut self, other: &Incumbent) {
        self.state.clone_from(&other.state);
        self.levels.clone_from(&other.levels);
        self.memory = vec![other.levels.clone(); memory(other.state.modes.len())];
        self.interrupted = true;
        self.origin = origin(other);
        self.behind = 0;
    }

    /// Makes moves until `quota` operations have been touched; false if it was stopped before.
    pub fn round(&mut self, method: Method, quota: u64, stop: &dyn Fn() -> bool) -> bool {
        (self.gain, self.spent) = (0, 0);
        let begun = self.decoder.work();
        if self.interrupted && !self.settle(stop) {
            return false;
        }
        if self.interrupted {
            return true; // The state has no decoding; another worker's will come.
        }
        if self.state.sequence.len() <= SMALL {
            self.set_out_if_stuck();
        }
        let before = self.best.levels.clone();
        let target = begun + quota;
        let whole = if method == Method::Decode && !self.is_away() {
            (!self.out_of_order || self.compact(true, stop)) && self.decode_until(target, stop)
        } else {
            self.reinsert_until(target, stop)
        };
        (self.gain, self.spent) = (gained(&before, &self.best.levels), self.decoder.work() - begun);
        self.interrupted |= !whole;
        self.come_home_if_over(&before);
        whole
    }

    fn decode_until(&mut self, target: u64, stop: &dyn Fn() -> bool) -> bool {
        // What reinsertions have gained since is not to be given away.
        for known in self.memory.iter_mut().filter(|known| **known > self.levels) {
            known.clone_from(&self.levels);
        }
        while !self.interrupted && self.decoder.work() < target {
            if !self.step(stop) {
                return false;
            }
        }
        true
    }

    /// Decodes by start times: what was freed is used by those behind. Gives back what was if that was
    /// better, unless the placements `must` be in order.
    pub(super) fn compact(&mut self, must: bool, stop: &dyn Fn() -> bool) -> bool {
        self.decoder.settle_by_time(&mut self.state);
        let (end, undone) = self.decoder.resume(&self.state, 0, self.partial, stop, &mut Unwatched);
        self.decodings += 1;
        match end {
            End::Stopped => return false,
            End::Complete => {
                let levels = self.scorer.levels(&self.decoder);
                if !must && levels > self.levels {
                    self.decoder.restore(undone);
                    return true;
                }
                self.out_of_order = false;
                self.decoder.settle(&mut self.state);
                self.levels = levels;
                self.note_best();
                self.neighborhood.refresh(&self.decoder, &self.state);
            }
            End::Stuck | End::CalledOff => {
                self.decoder.restore(undone);
                self.interrupted |= must;
            }
        }
        true
    }

    /// Places what it goes on from as it is, or else decodes the state from the beginning.
    fn settle(&mut self, stop: &dyn Fn() -> bool) -> bool {
        self.decodings += 1;
        let stands = self.origin.take().is_some_and(|origin| self.stand(&origin));
        let end = if stands { End::Complete } else { self.decoder.decode(&self.state, self.partial, stop) };
        match end {
            End::Stopped => return false,
            End::Stuck | End::CalledOff => self.interrupted = true,
            End::Complete => {
                self.interrupted = false;
                self.out_of_order = false;
                self.decoder.settle(&mut self.state);
                self.levels = self.scorer.levels(&self.decoder);
                self.note_best();
            }
        }
        self.neighborhood.refresh(&self.decoder, &self.state);
        true
    }

    /// Places everything where a schedule has it; false where something does not fit there. In the order of starts
    /// a schedule that was repaired, or that moves have a price in, need not decode to itself.
    fn stand(&mut self, origin: &Schedule) -> bool {
        let nothing = State { sequence: Vec::new(), ..self.state.clone() };
        let end = self.decoder.decode(&nothing, self.partial, &|| false);
        // Pinned starts come before all else: an order that cannot have them by itself would be left out.
        if end != End::Complete || !self.decoder.left_out().is_empty() {
            return false;
        }
        let mut open = self.state.sequence.clone();
        open.retain(|operation| self.decoder.slot(*operation).is_none());
        open.sort_by_key(|operation| origin.get(*operation).map(|placed| (placed.start, placed.end)));
        self.decoder.stand(origin, &open)
    }

    pub(super) fn note_best(&mut self) {
        if self.levels < self.best.levels {
            self.best = Incumbent {
                levels: self.levels.clone(),
                state: self.state.clone(),
                schedule: self.decoder.schedule(),
                left_out: self.decoder.left_out().to_vec(),
            };
        }
    }

    /// One move; false if it was stopped.
    fn step(&mut self, stop: &dyn Fn() -> bool) -> bool {
        let Some(proposal) = self.neighborhood.propose(&self.decoder, &mut self.state, &mut self.rng) else {
            // Nothing to move still costs something, else a round without moves would not end.
            self.decoder.charge(16);
            return !stop();
        };
        self.decodings += 1;
        self.step += 1;
        let slot = self.step % self.memory.len();
        let accepted = (&self.memory[slot]).max(&self.levels);
        let kept = self.state.sequence[..proposal.keep].iter().copied();
        let mut watch = self.cutoff.watch(&self.decoder, kept, accepted, &mut self.scratch);
        let (end, undone) = self.decoder.resume(&self.state, proposal.keep, self.partial, stop, &mut watch);
        if end == End::Stopped {
            return false;
        }
        let accepted = end == End::Complete && {
            let levels = self.scorer.levels(&self.decoder);
            let accept = levels <= self.levels || levels <= self.memory[slot];
            if accept {
                self.levels = levels;
            }
            accept
        };
        if accepted {
            self.decoder.settle(&mut self.state);
            self.note_best();
            // A decoding that went back into the prefix has changed the sequence there, too.
            self.neighborhood.refresh_from(&self.decoder, &self.state, undone.kept());
        } else {
            self.decoder.restore(undone);
            proposal.take_back(&mut self.state);
        }
        if self.levels < self.memory[slot] {
            self.memory[slot].clone_from(&self.levels);
        }
        true
    }
}

/// The schedule of an incumbent that leaves nothing out.
fn origin(incumbent: &Incumbent) -> Option<Schedule> {
    incumbent.left_out.is_empty().then(|| incumbent.schedule.clone())
}

/// By how much the first level that differs is better.
pub(super) fn gained(before: &Levels, after: &Levels) -> i64 {
    before
        .iter()
        .zip(after)
        .find(|pair| pair.0 != pair.1)
        .map_or(0, |(before, after)| before.saturating_sub(*after))
}
