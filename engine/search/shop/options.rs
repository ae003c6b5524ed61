//! What a caller asks for and what it gets.

use std::time::Duration;

use crate::schedule::plain::PlainSolution;

/// How to search.
#[derive(Clone, Debug)]
pub struct PlainOptions {
    /// Start of the random streams.
    pub seed: u64,
    /// Threads to use; never changes the answer of a given amount of work.
    pub threads: usize,
    /// Logical workers that exchange schedules between rounds; changes the answer.
    pub workers: usize,
    /// Operations to touch at most, ended at the next round; unlimited if none.
    pub work_limit: Option<u64>,
    /// Time to use at most; unlimited if none.
    pub time_limit: Option<Duration>,
}

impl Default for PlainOptions {
    fn default() -> Self {
        Self { seed: 0, threads: 1, workers: 4, work_limit: None, time_limit: None }
    }
}

/// An improvement on the way.
#[derive(Clone, Copy)]
pub struct PlainProgress<'a> {
    /// Length of the new best schedule.
    pub makespan: u32,
    /// No schedule is shorter than this.
    pub bound: u32,
    /// Operations touched so far.
    pub work: u64,
    /// Time since the start.
    pub elapsed: Duration,
    /// The schedule, made when asked for.
    pub solution: &'a dyn Fn() -> PlainSolution,
}

impl std::fmt::Debug for PlainProgress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlainProgress")
            .field("makespan", &self.makespan)
            .field("bound", &self.bound)
            .field("work", &self.work)
            .field("elapsed", &self.elapsed)
            .finish_non_exhaustive()
    }
}

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlainStats {
    /// Operations touched, in whole rounds: as a work limit it repeats the run.
    pub work: u64,
    /// Moves applied.
    pub moves: u64,
    /// Rounds of exchange.
    pub rounds: u64,
    /// Time until the first complete schedule.
    pub first: Duration,
    /// Time until the best schedule.
    pub last: Duration,
    /// Time used.
    pub elapsed: Duration,
}

/// The best schedule found and what is known about it.
#[derive(Clone, Debug)]
pub struct PlainResult {
    /// The schedule.
    pub solution: PlainSolution,
    /// No schedule is shorter than this.
    pub bound: u32,
    /// Whether the schedule is as short as the bound.
    pub is_optimal: bool,
    /// What the run did.
    pub stats: PlainStats,
}
