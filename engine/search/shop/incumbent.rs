//! The best schedule of a run, its bound, and when the run is over.

use super::options::{PlainOptions, PlainProgress, PlainStats};
use crate::schedule::plain::{Arrangement, PlainInstance};
use crate::search::limit::{Limit, Stop};

/// What a run knows between two rounds.
pub(super) struct Incumbent<'a> {
    instance: &'a PlainInstance,
    pub(super) options: &'a PlainOptions,
    pub(super) best: Arrangement,
    pub(super) bound: u32,
    pub(super) stats: PlainStats,
    limit: &'a Limit<'a>,
    on_improve: &'a mut dyn FnMut(&PlainProgress<'_>),
    /// Work and moves of phases that are over.
    earlier: (u64, u64),
}

impl<'a> Incumbent<'a> {
    pub(super) fn new(
        instance: &'a PlainInstance,
        options: &'a PlainOptions,
        bound: u32,
        limit: &'a Limit<'a>,
        on_improve: &'a mut dyn FnMut(&PlainProgress<'_>),
    ) -> Self {
        let best = Arrangement { makespan: u32::MAX, ..Arrangement::default() };
        Self {
            instance,
            options,
            best,
            bound,
            stats: PlainStats::default(),
            limit,
            on_improve,
            earlier: (0, 0),
        }
    }

    /// What ends the run from outside.
    pub(super) fn stop(&self) -> &'a dyn Stop {
        self.limit
    }

    /// Whether no further round may begin.
    pub(super) fn is_done(&self) -> bool {
        let is_spent = self.options.work_limit.is_some_and(|limit| self.stats.work >= limit);
        self.best.makespan <= self.bound || is_spent || self.limit.is_due()
    }

    /// Books a round, given work and moves of this phase so far. `false`, and nothing booked, if the run was
    /// stopped in the middle of it: its results must not be used, or the run could not be repeated.
    pub(super) fn close_round(&mut self, work: u64, moves: u64) -> bool {
        if self.limit.is_due() {
            return false;
        }
        self.stats.work = self.earlier.0 + work;
        self.stats.moves = self.earlier.1 + moves;
        self.stats.rounds += 1;
        true
    }

    /// Ends a phase: later rounds count from zero again.
    pub(super) fn close_phase(&mut self) {
        self.earlier = (self.stats.work, self.stats.moves);
    }

    /// Takes a schedule as the new best if it is better.
    pub(super) fn take(&mut self, arrangement: Arrangement) {
        if arrangement.makespan >= self.best.makespan {
            return;
        }
        let elapsed = self.limit.elapsed();
        if self.best.sequence.is_empty() {
            self.stats.first = elapsed;
        }
        self.stats.last = elapsed;
        self.best = arrangement;
        let (makespan, bound, work) = (self.best.makespan, self.bound, self.stats.work);
        let solution = || self.best.to_solution(self.instance);
        (self.on_improve)(&PlainProgress { makespan, bound, work, elapsed, solution: &solution });
    }

    /// Copies a schedule only if it is better.
    pub(super) fn take_if_better(&mut self, arrangement: &Arrangement) {
        if arrangement.makespan < self.best.makespan {
            self.take(arrangement.clone());
        }
    }
}
