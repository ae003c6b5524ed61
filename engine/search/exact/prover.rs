//! Bounds and proofs beside a local search, in slices of work.
//!
//! First targets are refuted by propagation, then by shaving. Then two exact searches take turns: one asks for
//! schedules shorter than the incumbent, and ends in a proof that there is none; the other asks at the bound,
//! and raises it, in strides that grow while they are refuted. Whoever is done first proves the optimum. What
//! has come to nothing for long gets no more work.

use super::shop::{Answer, Exact};
use crate::bounds::destructive::Destructive;
use crate::bounds::plain::network_of;
use crate::model::time::Time;
use crate::schedule::plain::PlainInstance;

/// Work of the first attempt at a raised bound; it doubles whenever the least stride is not refuted.
const ATTEMPT: u64 = 2_000_000;

/// Work on bounds by propagation, at most, as a multiple of the operations.
const SHAVING: u64 = 40_000;

/// A search for bounds on one plain instance.
#[derive(Debug)]
pub(crate) struct Prover {
    /// Every schedule is at least so long.
    pub(crate) bound: u32,
    /// A schedule shorter than any that it was told, by starts.
    pub(crate) found: Option<Vec<u32>>,
    /// Work done so far, in operations touched.
    pub(crate) work: u64,
    /// The best length known.
    best: u32,
    has_shaved: bool,
    down: Option<Exact>,
    up: Option<(u32, Exact)>,
    stride: u32,
    attempt: u64,
    spent_up: u64,
    is_exact: bool,
}

impl Prover {
    pub(crate) fn new(bound: u32, best: u32) -> Self {
        Self {
            bound,
            found: None,
            work: 0,
            best,
            has_shaved: false,
            down: None,
            up: None,
            stride: 1,
            attempt: ATTEMPT,
            spent_up: 0,
            is_exact: true,
        }
    }

    /// Whether there is nothing left to do.
    pub(crate) fn is_done(&self) -> bool {
        self.bound >= self.best || (self.has_shaved && !self.is_exact)
    }

    /// Tells of a better schedule; `starts` by operation.
    pub(crate) fn tell(&mut self, best: u32, starts: &[u32]) {
        if best < self.best {
            self.best = best;
            if let Some(down) = &mut self.down {
                down.follow(starts);
                down.lower(best - 1);
            }
        }
    }

    /// Works for about `budget` operations touched.
    pub(crate) fn run(&mut self, instance: &PlainInstance, starts: &[u32], budget: u64) {
        let until = self.work + budget;
        if !self.has_shaved {
            self.shave(instance, starts);
        }
        while self.work < until && !self.is_done() {
            let left = until - self.work;
            // Turns of a quarter, so that none waits for long.
            let slice = left.min((budget / 4).max(1));
            if self.spent_up * 2 <= self.work {
                self.go_up(instance, starts, slice);
            } else {
                self.go_down(slice);
            }
        }
    }

    /// Bounds by propagation, and the start of the exact search.
    fn shave(&mut self, instance: &PlainInstance, starts: &[u32]) {
        self.has_shaved = true;
        let (network, tails) = network_of(instance);
        let mut destructive = Destructive::new(&network, tails);
        let most = SHAVING * instance.num_operations() as u64 / (1 + instance.num_operations() as u64 / 50);
        let (low, high) = (Time::from(self.bound), Time::from(self.best));
        let low = destructive.bisect(low, high, most / 2);
        let low = destructive.climb(low, high, most);
        self.bound = low as u32;
        self.work += destructive.work();
        if self.bound < self.best {
            self.down = Exact::new(instance, self.best - 1);
            self.is_exact = self.down.is_some();
            if let Some(down) = &mut self.down {
                down.follow(starts);
            }
        }
    }

    /// Asks for a shorter schedule.
    fn go_down(&mut self, slice: u64) {
        let Some(down) = &mut self.down else { return };
        let before = down.work();
        match down.run(slice) {
            Answer::Schedule(starts) => {
                self.best = self.found_length(&starts);
                if let Some(down) = &mut self.down {
                    down.follow(&starts);
                    down.lower(self.best - 1);
                }
                self.found = Some(starts);
            }
            Answer::None => self.bound = self.best,
            Answer::Open => {}
        }
        self.work += self.down.as_ref().map_or(0, Exact::work) - before + 1;
    }

    fn found_length(&self, starts: &[u32]) -> u32 {
        self.down.as_ref().map_or(self.best, |down| down.length_of(starts))
    }

    /// Asks whether the bound can be met.
    fn go_up(&mut self, instance: &PlainInstance, starts: &[u32], slice: u64) {
        let target = (self.bound + self.stride - 1).min(self.best.saturating_sub(2)).max(self.bound);
        if self.up.as_ref().is_none_or(|up| up.0 != target) {
            let mut exact = Exact::new(instance, target);
            if let Some(exact) = &mut exact {
                exact.follow(starts);
            }
            self.up = exact.map(|exact| (target, exact));
        }
        let Some((_, exact)) = &mut self.up else {
            self.spent_up = u64::MAX / 4;
            return;
        };
        let before = exact.work();
        let answer = exact.run(slice);
        let done = exact.work();
        self.work += done - before + 1;
        self.spent_up += done - before + 1;
        match answer {
            Answer::Schedule(starts) => {
                self.best = exact.length_of(&starts);
                self.found = Some(starts);
                self.up = None;
                self.stride = (self.stride / 2).max(1);
                if let (Some(down), Some(found)) = (&mut self.down, &self.found) {
                    down.follow(found);
                    down.lower(self.best - 1);
                }
            }
            Answer::None => {
                self.bound = target + 1;
                self.stride *= 2;
                self.up = None;
            }
            Answer::Open if done >= self.attempt && self.stride > 1 => {
                self.stride = (self.stride / 4).max(1);
                self.up = None;
            }
            Answer::Open => self.attempt = self.attempt.max(done),
        }
    }
}
