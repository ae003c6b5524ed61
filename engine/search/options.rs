//! What a caller may ask of a search, and what it gets.

use std::time::Duration;

use crate::model::objective::{Objective, TermValues};
use crate::schedule::assignment::Schedule;
pub use crate::schedule::decode::{Cause, LeftOut};

/// How to search.
#[derive(Debug, Clone)]
pub struct SolveOptions {
    /// Seed of all random streams.
    pub seed: u64,
    /// Threads that execute the logical workers; no result depends on it.
    pub threads: usize,
    /// Logical workers.
    pub workers: usize,
    /// When to stop by the clock; zero is the first schedule and no more.
    pub time_limit: Option<Duration>,
    /// When to stop by work: operations touched.
    pub work_limit: Option<u64>,
    /// Whether orders may be left out.
    pub partial: bool,
    /// What a good schedule is; with `unscheduled` first where orders may be left out.
    pub objective: Objective,
}

/// A better schedule has been found.
pub struct Progress<'a> {
    /// Time since the start.
    pub elapsed: Duration,
    /// Work so far.
    pub work: u64,
    /// Objective by level.
    pub levels: &'a [i64],
    /// Proven bound by level.
    pub bound: &'a [Option<i64>],
    /// The schedule, made when asked for: at a million operations it takes longer than a move.
    pub schedule: &'a dyn Fn() -> Schedule,
    /// All terms of it, likewise.
    pub values: &'a dyn Fn() -> TermValues,
}

impl std::fmt::Debug for Progress<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Progress")
            .field("elapsed", &self.elapsed)
            .field("work", &self.work)
            .field("levels", &self.levels)
            .field("bound", &self.bound)
            .finish_non_exhaustive()
    }
}

/// What is known of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No schedule is better.
    Optimal,
    /// A schedule, maybe not the best.
    Feasible,
    /// There is none: proven.
    Infeasible,
    /// None was found.
    Unknown,
}

/// What ended the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitHit {
    /// It came to its own end.
    None,
    /// The time limit.
    Time,
    /// The work limit.
    Work,
    /// The gap to the bound is small enough.
    Gap,
    /// The caller.
    Cancelled,
}

/// What a search did.
#[derive(Debug, Clone, Default)]
pub struct Stats {
    /// Operations touched; given as a work limit it repeats the run.
    pub work: u64,
    /// Time to the first schedule.
    pub first_schedule: Duration,
    /// Time in all.
    pub wall: Duration,
    /// Schedules decoded.
    pub decodings: u64,
    /// Rounds of improvement.
    pub rounds: u64,
    /// Objective by level after construction.
    pub constructed: Vec<i64>,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct Solved {
    /// The best schedule; none where there is none.
    pub schedule: Option<Schedule>,
    /// All terms of it.
    pub values: TermValues,
    /// Objective by level.
    pub levels: Vec<i64>,
    /// Proven bound by level.
    pub bound: Vec<Option<i64>>,
    /// What is known.
    pub reason: Reason,
    /// What ended the search.
    pub limit: LimitHit,
    /// In words.
    pub detail: String,
    /// Orders left out.
    pub left_out: Vec<LeftOut>,
    /// What the search did.
    pub stats: Stats,
}
