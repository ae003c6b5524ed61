//! Slack: how much later may an operation start before some order ends later?
//!
//! All sequences stay as they are; what comes after an operation may move with it. The latest
//! schedule that raises no order's end is one schedule: every constraint has the form "this instant
//! is at least a rising function of that one", and the componentwise latest of two schedules that
//! obey such constraints obeys them too. [`latest`] finds it by lowering limits until nothing
//! changes. An operation's slack is its latest start less its start; 0 is critical.
//!
//! # What is fixed
//! [`links`] fixes who follows whom: on a unary resource the holdings as they are; on a cumulative
//! one each holding passes its units on to those that took them next, drops in capacity take units
//! as an operation would; each unit of material goes from the producer that made it to the consumer
//! that took it, first in, first out, and room in limited stock likewise. Where units could be passed
//! on differently, the true slack may be larger: with cumulative resources or material the result is
//! a lower bound, else it is exact, but for a pathological cycle of links that does not settle in
//! [`latest::SWEEPS`] sweeps, where what still moves stands still.
//!
//! # Limits
//! The end of an operation stays within its order's end, that of one without order within the end of
//! all work; deadlines, the horizon and pins hold. Started and done work has no slack to speak of,
//! nor has what is left out: none.
//!
//! # Cost
//! `O(n log n)` for the links, then a few sweeps over operations in order of time, each with binary
//! searches in calendars.

pub(crate) mod follow;
pub(crate) mod latest;
pub(crate) mod links;

use super::assignment::Schedule;
use super::verify::facts::Facts;
use super::verify::holdings;
use crate::model::Problem;
use crate::model::time::Span;
use latest::{Ceiling, Position};

/// Slack by operation; none for done, started and left-out operations.
pub fn slack(problem: &Problem, schedule: &Schedule) -> Vec<Option<Span>> {
    let facts = Facts::of(problem, schedule);
    let positions = positions(&facts);
    problem
        .operation_ids()
        .map(|operation| {
            let fact = facts.get(operation).filter(|fact| fact.started.is_none())?;
            Some(positions[operation.index()].start - fact.placement.start)
        })
        .collect()
}

/// The latest schedule: same modes, members and sequences, no order ends later, everything as late as
/// that allows.
pub fn latest(problem: &Problem, schedule: &Schedule) -> Schedule {
    let facts = Facts::of(problem, schedule);
    let positions = positions(&facts);
    let mut moved = schedule.clone();
    for fact in facts.planned() {
        let position = positions[fact.operation.index()];
        if let Some(placement) = &mut moved.placements[fact.operation.index()] {
            (placement.start, placement.end) = (position.start, position.end);
            placement.changeover = position.changeover;
        }
    }
    moved
}

fn positions(facts: &Facts<'_>) -> Vec<Position> {
    let held = holdings::collect(facts);
    let links = links::collect(facts, &held);
    latest::positions(facts, &links, &Ceiling::of_orders(facts)).0
}
