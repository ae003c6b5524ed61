//! The schedule to show: what the search found, moved right where the objective gains by it.
//!
//! The search compares schedules as decoded, everything early; what it finds is moved right within its
//! float before anybody sees it (`schedule::shift`). The two are kept apart: a state decodes to the early
//! schedule, and workers compare like with like.

use super::lns::Incumbent;
use super::score::Levels;
use crate::model::Problem;
use crate::model::objective::Objective;
use crate::schedule::metrics::terms;
use crate::schedule::shift::{gains, shift};

/// Of the work of a search, one part in so many may go into moving right.
const SHARE: u64 = 4;

/// The best schedule to show.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    problem: &'a Problem,
    objective: &'a Objective,
    partial: bool,
    gains: bool,
    pub(super) best: Option<Incumbent>,
    /// Levels as decoded of what was offered last, by who offered.
    offered: Vec<Levels>,
    /// Operations touched.
    pub(super) work: u64,
}

impl<'a> Shown<'a> {
    pub(super) fn new(problem: &'a Problem, objective: &'a Objective, partial: bool) -> Self {
        let gains = gains(objective);
        Self { problem, objective, partial, gains, best: None, offered: Vec::new(), work: 0 }
    }

    /// Takes a schedule moved right if it is better; whether it was taken.
    pub(super) fn offer(&mut self, incumbent: &Incumbent) -> bool {
        let moved = if self.gains { self.moved(incumbent) } else { None };
        let offered = moved.as_ref().unwrap_or(incumbent);
        let is_better = self.best.as_ref().is_none_or(|best| offered.levels < best.levels);
        if is_better {
            self.best = Some(moved.unwrap_or_else(|| incumbent.clone()));
        }
        is_better
    }

    /// Takes a worker's best likewise, if it is new and `spent` operations of work allow for it.
    pub(super) fn offer_of(&mut self, worker: usize, incumbent: &Incumbent, spent: u64) -> bool {
        if !self.gains || SHARE * self.work > spent {
            return false;
        }
        self.offered.resize(self.offered.len().max(worker + 1), Levels::new());
        if self.offered[worker] == incumbent.levels {
            return false;
        }
        self.offered[worker].clone_from(&incumbent.levels);
        self.offer(incumbent)
    }

    fn moved(&mut self, incumbent: &Incumbent) -> Option<Incumbent> {
        let shifted = shift(self.problem, self.objective, &incumbent.schedule, self.partial);
        self.work += shifted.work;
        let schedule = shifted.schedule?;
        let levels = self.objective.value(&terms(self.problem, &schedule)).into_iter().collect();
        Some(Incumbent { levels, schedule, ..incumbent.clone() })
    }
}
