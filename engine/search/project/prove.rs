//! The bound grows beside the search: what cannot be done within the bound takes a tick more.
//!
//! Propagation and shaving (`bounds::destructive`) are asked now and then, never for more than a small part of
//! the work, until they neither refute the bound nor run out of work: then they never will.

use crate::bounds::destructive::{Destructive, Verdict};

/// Larger projects are not shaved.
pub(super) const LARGEST: usize = 2_000;
/// Operations touched by propagation for each so many placed by the search.
const SHARE: u64 = 20;
/// Operations touched in the first attempt, and at most in one.
const ATTEMPT: (u64, u64) = (50_000, 2_000_000);

/// Raises a bound.
#[derive(Debug)]
pub(super) struct Prover<'n> {
    destructive: Destructive<'n, 'static>,
    attempt: u64,
    is_over: bool,
}

impl<'n> Prover<'n> {
    pub(super) fn new(destructive: Destructive<'n, 'static>) -> Self {
        Self { destructive, attempt: ATTEMPT.0, is_over: false }
    }

    /// Operations touched.
    pub(super) fn work(&self) -> u64 {
        self.destructive.work()
    }

    /// The bound, raised as far as the work of the search allows; at most `best`.
    pub(super) fn raise(&mut self, bound: u32, best: u32, searched: u64) -> u32 {
        let mut bound = bound;
        while !self.is_over && bound < best && self.work() * SHARE <= searched {
            let until = self.work() + self.attempt;
            match self.destructive.shave(i64::from(bound), until) {
                Verdict::Refuted(_) => bound += 1,
                Verdict::Open => self.is_over = true,
                Verdict::Unfinished if self.attempt >= ATTEMPT.1 => self.is_over = true,
                Verdict::Unfinished => self.attempt *= 2,
            }
        }
        bound
    }
}
