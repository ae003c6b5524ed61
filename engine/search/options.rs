//! What a search is asked, and what it answers.

use std::time::Duration;

use crate::model::ids::{OperationId, OrderId};
use crate::model::objective::{Objective, TermValues};
use crate::schedule::Schedule;

/// What a search is asked.
#[derive(Debug, Clone)]
pub struct SolveOptions {
    /// Seed of every random choice.
    pub seed: u64,
    /// Threads; never changes the result of a run limited by work.
    pub threads: usize,
    /// Logical workers.
    pub workers: usize,
    /// Wall clock limit; zero is construction alone.
    pub time_limit: Option<Duration>,
    /// Limit of work in operations touched.
    pub work_limit: Option<u64>,
    /// Whether orders may be left out.
    pub partial: bool,
    /// What is minimized; with `unscheduled` first where partial.
    pub objective: Objective,
}

/// A better schedule on the way.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Time since the start.
    pub elapsed: Duration,
    /// Work since the start.
    pub work: u64,
    /// All terms.
    pub values: &'a TermValues,
    /// Value of each level.
    pub levels: &'a [i64],
    /// Proven bound of each level.
    pub bound: &'a [Option<i64>],
    /// The schedule.
    pub schedule: &'a Schedule,
}

/// What is known at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// No better schedule exists.
    Optimal,
    /// A schedule, not proven best.
    Feasible,
    /// Proven that there is none.
    Infeasible,
    /// Nothing found, nothing proven.
    Unknown,
}

/// What ended the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitHit {
    /// Nothing: it was finished.
    None,
    /// The clock.
    Time,
    /// The work.
    Work,
    /// The gap asked for.
    Gap,
    /// The caller.
    Cancelled,
}

/// Why something could not be placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// What it needs is held by others.
    Busy,
}

impl Cause {
    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Busy => "busy",
        }
    }
}

/// An order, or an operation without one, that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The order, if any.
    pub order: Option<OrderId>,
    /// The first operation that could not be placed.
    pub operation: OperationId,
    /// Why.
    pub cause: Cause,
    /// What was in the way.
    pub object: String,
}

/// Figures of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Work done.
    pub work: u64,
    /// When the first schedule was found.
    pub first_schedule: Duration,
    /// Length of the run.
    pub wall: Duration,
}

/// What a search answers.
#[derive(Debug, Clone)]
pub struct Solved {
    /// The best schedule.
    pub schedule: Option<Schedule>,
    /// All terms of it.
    pub values: TermValues,
    /// Value of each level.
    pub levels: Vec<i64>,
    /// Proven bound of each level.
    pub bound: Vec<Option<i64>>,
    /// What is known.
    pub reason: Reason,
    /// What ended it.
    pub limit: LimitHit,
    /// One sentence.
    pub detail: String,
    /// What was left out.
    pub left_out: Vec<LeftOut>,
    /// Figures.
    pub stats: Stats,
}
