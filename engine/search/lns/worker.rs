//! One logical worker: a state, its decoding, and the best so far.

use super::cutoff::Cutoff;
use super::moves::Neighborhood;
use super::ruin::Ruin;
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

/// A logical worker.
#[derive(Debug)]
pub struct Worker<'p> {
    scorer: &'p Scorer<'p>,
    decoder: Decoder<'p>,
    state: State,
    levels: Levels,
    /// The best schedule that it has seen.
    pub best: Incumbent,
    rng: Rng,
    memory: Vec<Levels>,
    step: usize,
    partial: bool,
    neighborhood: Neighborhood,
    cutoff: &'p Cutoff<'p>,
    scratch: Vec<Time>,
    /// Rounds that it has been behind the best of all.
    pub behind: u32,
    /// Schedules decoded.
    pub decodings: u64,
    interrupted: bool,
    ruin: Ruin,
    rounds: u64,
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
            ruin: Ruin::default(),
            rounds: 0,
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
        self.behind = 0;
    }

    /// Makes moves until `quota` operations have been touched; false if it was stopped before.
    pub fn round(&mut self, quota: u64, stop: &dyn Fn() -> bool) -> bool {
        let target = self.decoder.work() + quota;
        if self.interrupted && !self.settle(stop) {
            return false;
        }
        self.rounds += 1;
        let whole = if self.interrupted {
            true // The state has no decoding; another worker's will come.
        } else if self.rounds.is_multiple_of(2) {
            self.reinsert_until(target, stop) && self.compact(stop)
        } else {
            self.decode_until(target, stop)
        };
        self.interrupted |= !whole;
        whole
    }

    fn decode_until(&mut self, target: u64, stop: &dyn Fn() -> bool) -> bool {
        while self.decoder.work() < target {
            if !self.step(stop) {
                return false;
            }
        }
        true
    }

    /// Takes a few orders out and places them anew, again and again.
    fn reinsert_until(&mut self, target: u64, stop: &dyn Fn() -> bool) -> bool {
        self.ruin.look(&self.decoder, self.neighborhood.late());
        while self.decoder.work() < target {
            if stop() {
                return false;
            }
            self.reinsert();
        }
        true
    }

    fn reinsert(&mut self) {
        self.decoder.charge(4);
        let Some(out) = self.ruin.choose(&self.decoder, &mut self.rng) else {
            return;
        };
        self.decodings += 1;
        for operation in &out {
            self.state.modes[operation.index()] = None;
        }
        let problem = self.decoder.outline().problem;
        let mut orders: Vec<_> = out.iter().filter_map(|op| problem.operation(*op).order).collect();
        orders.dedup();
        orders.sort_unstable();
        orders.dedup();
        let before = self.cutoff.tardiness(&self.decoder, &orders);
        let (mark, whole) = self.decoder.reinsert(&out, &self.state);
        self.step += 1;
        let slot = self.step % self.memory.len();
        let mut accepted = false;
        // Only these orders have moved, so the level that decides is known without looking at the rest.
        let after = if whole { self.cutoff.tardiness(&self.decoder, &orders) } else { None };
        let hopeless = before.zip(after).is_some_and(|((index, before), (_, after))| {
            let most = (&self.memory[slot]).max(&self.levels);
            self.levels[..index] == most[..index] && self.levels[index] - before + after > most[index]
        });
        if whole && !hopeless {
            let levels = self.scorer.levels(&self.decoder);
            accepted = levels <= self.levels || levels <= self.memory[slot];
            if accepted {
                self.levels = levels;
            }
        }
        if !accepted {
            self.decoder.forget(mark);
        } else if self.levels < self.best.levels {
            self.decoder.settle_by_time(&mut self.state);
            self.note_best();
        }
        if self.levels < self.memory[slot] {
            self.memory[slot].clone_from(&self.levels);
        }
    }

    /// Decodes by start times: what was freed is used by those behind. Keeps what was if that is better.
    fn compact(&mut self, stop: &dyn Fn() -> bool) -> bool {
        self.decoder.settle_by_time(&mut self.state);
        let (end, undone) = self.decoder.resume(&self.state, 0, self.partial, stop, &mut Unwatched);
        self.decodings += 1;
        match end {
            End::Stopped => return false,
            End::Complete => {
                self.decoder.settle(&mut self.state);
                self.levels = self.scorer.levels(&self.decoder);
                self.note_best();
                self.neighborhood.refresh(&self.decoder, &self.state);
            }
            End::Stuck | End::CalledOff => {
                self.decoder.restore(undone);
                self.interrupted = true;
            }
        }
        true
    }

    /// Decodes the state from the beginning.
    fn settle(&mut self, stop: &dyn Fn() -> bool) -> bool {
        self.decodings += 1;
        match self.decoder.decode(&self.state, self.partial, stop) {
            End::Stopped => return false,
            End::Stuck | End::CalledOff => self.interrupted = true,
            End::Complete => {
                self.interrupted = false;
                self.decoder.settle(&mut self.state);
                self.levels = self.scorer.levels(&self.decoder);
                self.note_best();
            }
        }
        self.neighborhood.refresh(&self.decoder, &self.state);
        true
    }

    fn note_best(&mut self) {
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
            self.neighborhood.refresh_from(&self.decoder, &self.state, proposal.keep);
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
