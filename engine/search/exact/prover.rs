//! Bounds and proofs beside a local search, in slices of work.
//!
//! First targets are refuted by propagation, then by a little shaving. Then two exact searches take turns: one
//! asks for schedules shorter than the incumbent, and ends in a proof that there is none; the other asks at the
//! bound, and raises it, in strides that grow while they are refuted. Whoever is done first proves the optimum,
//! and a schedule that one of them finds goes to the local search. When nothing has come of it for long, the
//! share falls, and in the end all work is the local search's again.

use super::shop::{Answer, Exact};
use crate::bounds::destructive::Destructive;
use crate::bounds::plain::network_of;
use crate::model::time::Time;
use crate::schedule::plain::PlainInstance;
use crate::search::limit::Stop;

/// What an operation touched here costs in operations touched by tabu search.
const PRICE: u64 = 8;

/// Work of the first attempt at a raised bound; it doubles whenever the least stride is not refuted.
const ATTEMPT: u64 = 1_000_000;

/// Work on bounds by propagation, at most.
const SHAVING: u64 = 1_000_000;

/// Operations of the largest instance that is shaved.
const SHAVED: usize = 1_000;

/// Rounds without a better bound after which the share halves.
const PATIENCE: u32 = 100;

/// Job shops up to so many operations are often proven within a minute (10 x 10, 15 x 10; orb01 is not);
/// beyond, the share is a quarter.
const PROVABLE: usize = 150;

/// A search for bounds on one plain instance.
#[derive(Debug)]
pub(crate) struct Prover {
    bound: u32,
    /// A schedule shorter than any that it was told, by starts.
    found: Option<Vec<u32>>,
    work: u64,
    /// The best length known, and that schedule.
    best: u32,
    starts: Vec<u32>,
    has_shaved: bool,
    down: Option<Exact>,
    up: Option<(u32, Exact)>,
    stride: u32,
    attempt: u64,
    spent_up: u64,
    is_exact: bool,
    /// The share of a round is halved so often.
    halved: u32,
    patience: u32,
}

impl Prover {
    /// From what is known of a shop of so many operations; `is_beside` others or alone in a round.
    pub(crate) fn new(operations: usize, (bound, best): (u32, u32), is_beside: bool) -> Self {
        Self {
            bound,
            found: None,
            work: 0,
            best,
            starts: Vec::new(),
            has_shaved: false,
            down: None,
            up: None,
            stride: 1,
            attempt: ATTEMPT,
            spent_up: 0,
            is_exact: true,
            halved: u32::from(!is_beside) + if operations > PROVABLE { 2 } else { 0 },
            patience: PATIENCE,
        }
    }

    /// Every schedule is at least so long.
    pub(crate) fn bound(&self) -> u32 {
        self.bound
    }

    /// A shorter schedule by starts, once.
    pub(crate) fn take_found(&mut self) -> Option<Vec<u32>> {
        self.found.take()
    }

    /// Whether there is nothing left to do.
    fn is_done(&self) -> bool {
        self.bound >= self.best || (self.has_shaved && !self.is_exact)
    }

    /// Tells of the best schedule; `starts` by operation.
    pub(crate) fn tell(&mut self, best: u32, starts: &[u32]) {
        if best < self.best || self.starts.is_empty() {
            self.best = self.best.min(best);
            self.starts = starts.to_vec();
            self.look_lower();
        }
    }

    /// The exact search goes on below the best schedule.
    fn look_lower(&mut self) {
        if let Some(down) = &mut self.down
            && self.bound < self.best
        {
            down.follow(&self.starts);
            down.lower(self.best - 1);
        }
    }

    /// A worker's round of `quota` operations touched, or a part of it; how much of it was used.
    pub(crate) fn serve(&mut self, instance: &PlainInstance, quota: u64, stop: &dyn Stop) -> u64 {
        if self.is_done() || self.halved > 4 {
            return 0;
        }
        let (before, bound) = (self.work, self.bound);
        self.run(instance, (quota >> self.halved) / PRICE, stop);
        self.patience = if self.bound > bound { PATIENCE } else { self.patience - 1 };
        if self.patience == 0 {
            (self.halved, self.patience) = (self.halved + 1, PATIENCE);
        }
        (self.work - before) * PRICE
    }

    fn run(&mut self, instance: &PlainInstance, budget: u64, stop: &dyn Stop) {
        let until = self.work + budget;
        if !self.has_shaved {
            self.shave(instance);
        }
        while self.work < until && !self.is_done() && !stop.is_due() {
            // Turns of a quarter, so that none waits for long.
            let slice = (until - self.work).min((budget / 4).max(1));
            if self.spent_up * 2 <= self.work {
                self.go_up(instance, slice);
            } else {
                self.go_down(slice);
            }
        }
    }

    /// Bounds by propagation, and the start of the exact search.
    fn shave(&mut self, instance: &PlainInstance) {
        self.has_shaved = true;
        let (network, tails) = network_of(instance);
        let mut destructive = Destructive::new(&network, tails);
        let mut low = Time::from(self.bound);
        let high = Time::from(self.best);
        low = destructive.bisect(low, high, SHAVING / 2);
        if instance.num_operations() <= SHAVED {
            low = destructive.climb(low, high, SHAVING);
        }
        self.bound = low as u32;
        self.work += destructive.work();
        if self.bound < self.best {
            self.down = Exact::new(instance, self.best - 1);
            self.is_exact = self.down.is_some();
            self.look_lower();
        }
    }

    /// Takes a shorter schedule.
    fn take(&mut self, length: u32, starts: Vec<u32>) {
        if length < self.best {
            self.best = length;
            self.starts.clone_from(&starts);
            self.found = Some(starts);
        }
        self.look_lower();
    }

    /// Asks for a shorter schedule.
    fn go_down(&mut self, slice: u64) {
        let Some(mut down) = self.down.take() else { return };
        let before = down.work();
        let answer = down.run(slice);
        self.work += down.work() - before + 1;
        match answer {
            Answer::Schedule(starts) => {
                let length = down.length_of(&starts);
                self.down = Some(down);
                self.take(length, starts);
            }
            Answer::None => self.bound = self.best,
            Answer::Open => self.down = Some(down),
        }
    }

    /// Asks whether the bound can be met.
    fn go_up(&mut self, instance: &PlainInstance, slice: u64) {
        let target = (self.bound + self.stride - 1).min(self.best - 1);
        let (known, mut exact) = if let Some(up) = self.up.take().filter(|up| up.0 == target) {
            up
        } else {
            let Some(mut exact) = Exact::new(instance, target) else {
                self.is_exact = false;
                return;
            };
            exact.follow(&self.starts);
            (target, exact)
        };
        let before = exact.work();
        let answer = exact.run(slice);
        let done = exact.work();
        self.work += done - before + 1;
        self.spent_up += done - before + 1;
        match answer {
            Answer::Schedule(starts) => {
                let length = exact.length_of(&starts);
                self.stride = (self.stride / 2).max(1);
                self.take(length, starts);
            }
            Answer::None => {
                self.bound = known + 1;
                self.stride *= 2;
            }
            Answer::Open if done >= self.attempt && self.stride > 1 => {
                self.stride = (self.stride / 4).max(1);
            }
            Answer::Open => {
                self.attempt = self.attempt.max(done);
                self.up = Some((known, exact));
            }
        }
    }
}
