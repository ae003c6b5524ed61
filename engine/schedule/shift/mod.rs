//! A second pass: operations move right within their float.
//!
//! Generation places everything as early as it can. That is good for tardiness and makespan, and pays for
//! nothing in three terms: an order that is early costs (`earliness`), a move away from what was published
//! costs (`stability`), and time between an order's first start and its end costs (`flow_time`). This pass
//! takes a valid schedule and moves operations later, sequences, modes and members as they are, so that
//! these terms fall and no level of the objective rises.
//!
//! # Idea
//! For each aim in turn: [`aim::ceiling`] says how late each operation may be at all; the latest schedule
//! under it is one schedule ([`crate::schedule::critical`], every rule is a rising bound); then only what gains
//! goes there, and what must make room follows. The result is taken if no level is higher, one is lower,
//! and the verifier finds nothing wrong, so it is never worse whatever the bounds miss.
//!
//! # Cost
//! `O(n log n)` and a few sweeps an aim; only for objectives that count one of the three terms.
//!
//! # What does not hold
//! Sequences stay, so an operation that would have to change places with another stays early. An operation
//! without due date moves only to make room, or toward its published start.

mod aim;

use super::Schedule;
use super::critical::follow::follow;
use super::critical::{latest, links};
use super::metrics::terms;
use super::verify::facts::Facts;
use super::verify::{holdings, verify};
use crate::model::Problem;
use crate::model::objective::Objective;
use aim::Aim;

/// What a pass found.
#[derive(Debug, Clone)]
pub struct Shifted {
    /// A better schedule.
    pub schedule: Option<Schedule>,
    /// Operations touched.
    pub work: u64,
}

/// Whether an objective gains by moving right.
pub fn gains(objective: &Objective) -> bool {
    Aim::ALL.into_iter().any(|aim| objective.counts(aim.term()))
}

/// Moves operations of a valid schedule right where some level of the objective falls by it and none rises.
/// `partial` allows orders to be left out.
pub fn shift(problem: &Problem, objective: &Objective, schedule: &Schedule, partial: bool) -> Shifted {
    let mut result = Shifted { schedule: None, work: 0 };
    for aim in Aim::ALL {
        if !objective.counts(aim.term()) {
            continue;
        }
        let present = result.schedule.as_ref().unwrap_or(schedule);
        let (moved, work) = moved(problem, objective, present, aim);
        result.work += work;
        let Some(moved) = moved else { continue };
        let before = objective.value(&terms(problem, present));
        let after = objective.value(&terms(problem, &moved));
        let better = after != before && after.iter().zip(&before).all(|(after, before)| after <= before);
        if better && verify(problem, &moved, partial).is_valid() {
            result.schedule = Some(moved);
        }
    }
    result
}

/// The schedule moved right for an aim, and operations touched.
fn moved(problem: &Problem, objective: &Objective, schedule: &Schedule, aim: Aim) -> (Option<Schedule>, u64) {
    let facts = Facts::of(problem, schedule);
    let count = problem.operations.len();
    let ceiling = aim::ceiling(&facts, objective, aim);
    let links = links::collect(&facts, &holdings::collect(&facts));
    let (latest, sweeps) = latest::positions(&facts, &links, &ceiling);
    let wanted = aim::wanted(&facts, objective, aim, &latest);
    if wanted.is_empty() {
        return (None, (count * sweeps) as u64);
    }
    let (positions, looked) = follow(&facts, &links, &ceiling, &latest, wanted.into_iter());
    let mut result = schedule.clone();
    for fact in facts.planned() {
        let position = positions[fact.operation.index()];
        if let Some(placement) = &mut result.placements[fact.operation.index()] {
            (placement.start, placement.end) = (position.start, position.end);
            placement.changeover = position.changeover;
        }
    }
    // The verifier and the terms look at everything, too.
    (Some(result), (count * (sweeps + 4) + looked) as u64)
}
