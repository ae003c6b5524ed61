//! An answer at once: the damaged part placed anew, all else where it stands.
//!
//! The simulation says what the change touches: operations that are pushed on, lose their mode, or are
//! new. Three kinds of tries place them anew. *Match-up*: the damage is pushed on for a while; from then
//! on everything that fits stands at its published start, and only what does not goes into the gaps that
//! remain (Bean et al., 1991). *Insertion*: all damaged operations go behind the others, in several
//! orders, with their modes or free to choose. Then the best try is improved by moving a few damaged
//! orders at a time. What is frozen keeps its mode and its place of the
//! simulation.
//!
//! # Cost
//! A first try is one decoding, a further one costs what lies behind the first moved place. When the time is up a
//! try is given up within it.
//!
//! # Invariants
//! Never worse than the simulation by the objective. A time limit of zero has one answer.

use std::time::Duration;

use fixedbitset::FixedBitSet;

use super::bench::{Bench, Best};
use super::simulate::{Simulated, simulate};
use crate::model::Problem;
use crate::model::ids::OperationId;
use crate::model::objective::Objective;
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{LeftOut, Outline};
use crate::schedule::verify::Verdict;
use crate::search::limit::Limit;
use crate::search::score::Scorer;

/// How to repair.
#[derive(Debug, Clone)]
pub struct RepairOptions {
    /// When to stop; the simulation and the try that moves least are made whatever it says.
    pub time_limit: Duration,
    /// Seed of the order of tries.
    pub seed: u64,
    /// Operations that keep the place that the simulation gives them.
    pub frozen: Vec<OperationId>,
    /// What a good schedule is, with `unscheduled` first.
    pub objective: Objective,
}

/// A repaired schedule.
#[derive(Debug, Clone)]
pub struct Repaired {
    /// The schedule; valid.
    pub schedule: Schedule,
    /// Orders left out.
    pub left_out: Vec<LeftOut>,
    /// What the change touches, ascending.
    pub damaged: Vec<OperationId>,
    /// Schedules looked at.
    pub tries: u64,
    /// What the verifier says, where it has been asked already.
    pub verdict: Option<Verdict>,
}

/// Repairs a live schedule after a change of the problem.
pub fn repair(problem: &Problem, live: &Schedule, options: &RepairOptions) -> Repaired {
    let limit = Limit::new(Some(options.time_limit));
    let simulated = simulate(problem, live);
    let outline = Outline::new(problem);
    let damaged = damaged(&outline, live, &simulated, &options.frozen);
    if damaged.is_empty() {
        let Simulated { schedule, left_out, verdict, .. } = simulated;
        return Repaired { schedule, left_out, damaged, tries: 1, verdict };
    }
    let scorer = Scorer::new(problem, &options.objective);
    let mut bench = Bench::new(&outline, &scorer, live, &simulated, &damaged, options);
    bench.first_tries(&limit);
    bench.improve(&limit, options.seed);
    let (best, tries) = bench.finish();
    let Best { schedule, left_out, verdict, .. } = best;
    Repaired { schedule, left_out, damaged, tries, verdict }
}

/// Unstarted operations that the change touches and that may move.
fn damaged(
    outline: &Outline<'_>,
    live: &Schedule,
    simulated: &Simulated,
    frozen: &[OperationId],
) -> Vec<OperationId> {
    let problem = outline.problem;
    let frozen = marked(problem, frozen);
    let lost = marked(problem, &simulated.displaced);
    let touched = |operation: &OperationId| match (live.get(*operation), simulated.schedule.get(*operation)) {
        (Some(was), Some(is)) => is.start > was.start || is.end > was.end || lost.contains(operation.index()),
        _ => true,
    };
    let mut damaged = outline.free.clone();
    damaged.retain(|operation| {
        let stays = frozen.contains(operation.index()) && simulated.schedule.get(*operation).is_some();
        !stays && touched(operation)
    });
    damaged.sort_unstable();
    damaged
}

pub(super) fn marked(problem: &Problem, operations: &[OperationId]) -> FixedBitSet {
    let mut marks = FixedBitSet::with_capacity(problem.operations.len());
    for operation in operations {
        marks.insert(operation.index());
    }
    marks
}
