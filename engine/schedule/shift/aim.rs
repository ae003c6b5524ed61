//! What a pass is for: how late operations may be, and who gains by being late.

use crate::model::history::{Baseline, Status};
use crate::model::ids::{OperationId, OrderId};
use crate::model::objective::{Objective, Term};
use crate::model::operation::Order;
use crate::model::time::{FAR, Time};
use crate::schedule::critical::latest::{Ceiling, Position, order_ends};
use crate::schedule::verify::facts::{Fact, Facts};

/// A term that falls when operations move right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// Orders end nearer to their due dates.
    Earliness,
    /// Operations start nearer to their published starts.
    Stability,
    /// First operations of orders start later.
    FlowTime,
}

impl Aim {
    /// All, in the order in which they are tried: ends first, starts follow them.
    pub(super) const ALL: [Self; 3] = [Self::Earliness, Self::Stability, Self::FlowTime];

    /// The term.
    pub(super) fn term(self) -> Term {
        match self {
            Self::Earliness => Term::Earliness,
            Self::Stability => Term::Stability,
            Self::FlowTime => Term::FlowTime,
        }
    }
}

/// Limits that keep every other counted term where it is, or let it fall.
pub(super) fn ceiling(facts: &Facts<'_>, objective: &Objective, aim: Aim) -> Ceiling {
    let problem = facts.problem;
    let mut ends = order_ends(facts);
    let all = facts.iter().map(|fact| fact.placement.end).max().unwrap_or(problem.now);
    let ends_published = facts.planned().map(|fact| {
        let length = fact.placement.end - fact.placement.start;
        problem.baseline(fact.operation).and_then(|row| row.start).map_or(all, |start| start + length)
    });
    let published_end = ends_published.max().unwrap_or(all).max(all);
    let lateness = problem.orders.iter().filter_map(|order| Some(end_of(facts, order)? - order.due?)).max();
    for order in &problem.orders {
        let Some(end) = end_of(facts, order) else { continue };
        let mut limit = match (aim, order.due) {
            (Aim::Earliness, Some(due)) if order.earliness_weight > 0 => due,
            (Aim::Stability, due) if !objective.counts(Term::FlowTime) => due.unwrap_or(published_end),
            _ => end,
        };
        if objective.counts(Term::Makespan) {
            limit = limit.min(all);
        }
        if objective.counts(Term::MaxLateness)
            && let (Some(due), Some(lateness)) = (order.due, lateness)
        {
            limit = limit.min(due + lateness);
        }
        for operation in &order.operations {
            ends[operation.index()] = end.max(limit);
        }
    }
    let starts = if objective.counts(Term::Stability) {
        let published = |id: OperationId| facts.get(id).map_or(FAR, |fact| published(facts, fact));
        problem.operation_ids().map(published).collect()
    } else {
        vec![FAR; problem.operations.len()]
    };
    Ceiling { starts, ends }
}

/// No operation moves away from its published start.
fn published(facts: &Facts<'_>, fact: &Fact<'_>) -> Time {
    let row = facts.problem.baseline(fact.operation);
    let start = row.filter(|_| fact.started.is_none()).and_then(|row| row.start);
    start.map_or(FAR, |start| start.max(fact.placement.start))
}

/// Operations that go to their latest places for the aim's sake.
pub(super) fn wanted(
    facts: &Facts<'_>,
    objective: &Objective,
    aim: Aim,
    latest: &[Position],
) -> Vec<OperationId> {
    let gaining = facts.planned().filter(|fact| latest[fact.operation.index()].start > fact.placement.start);
    if aim == Aim::Stability {
        let is_published =
            |fact: &&Fact<'_>| facts.problem.baseline(fact.operation).is_some_and(|row| row.start.is_some());
        return gaining.filter(is_published).map(|fact| fact.operation).collect();
    }
    let counts_flow = objective.counts(Term::FlowTime);
    let floors: Vec<Option<Time>> =
        facts.problem.order_ids().map(|order| floor(facts, order, aim, counts_flow, latest)).collect();
    let below = |fact: &&Fact<'_>| {
        let floor = facts.order(fact.operation).and_then(|order| floors[order.index()]);
        floor.is_some_and(|floor| match aim {
            Aim::FlowTime => fact.placement.start < floor,
            _ => counts_flow || latest[fact.operation.index()].end >= floor,
        })
    };
    gaining.filter(below).map(|fact| fact.operation).collect()
}

/// Where an order that gains will start (flow time) or end (earliness); none for one that does not.
fn floor(facts: &Facts<'_>, id: OrderId, aim: Aim, counts_flow: bool, latest: &[Position]) -> Option<Time> {
    let order = facts.problem.order(id);
    let (first, last) = (start_of(facts, order)?, end_of(facts, order)?);
    let at = |operation: &OperationId| {
        let planned = facts.get(*operation).filter(|fact| fact.started.is_none());
        planned.map(|_| latest[operation.index()])
    };
    let positions = || order.operations.iter().filter_map(at);
    let later_end = positions().map(|position| position.end).max()?;
    // History among them: the order has begun and begins no later.
    let whole = positions().count() == order.operations.len();
    let later_first = if whole { positions().map(|position| position.start).min()? } else { first };
    if aim == Aim::FlowTime {
        return (order.weight > 0 && later_first > first).then_some(later_first);
    }
    let gains = order.earliness_weight > 0 && order.due.is_some() && later_end > last;
    let lengthens = counts_flow && later_end - last > later_first - first;
    (gains && !lengthens).then_some(later_end)
}

/// Latest end of an order, history included; none if a part of it is left out.
fn end_of(facts: &Facts<'_>, order: &Order) -> Option<Time> {
    let end = |&id: &OperationId| match facts.get(id) {
        Some(fact) => Some(fact.placement.end),
        None => done(facts, id)?.end,
    };
    let ends: Option<Vec<Time>> = order.operations.iter().map(end).collect();
    ends?.into_iter().max()
}

/// First start of an order, history included.
fn start_of(facts: &Facts<'_>, order: &Order) -> Option<Time> {
    let start = |&id: &OperationId| match facts.get(id) {
        Some(fact) => Some(fact.placement.start),
        None => done(facts, id).and_then(|row| row.start.or(row.end)),
    };
    let starts: Option<Vec<Time>> = order.operations.iter().map(start).collect();
    starts?.into_iter().min()
}

/// What is known of an operation that is done.
fn done<'a>(facts: &Facts<'a>, id: OperationId) -> Option<&'a Baseline> {
    facts.problem.baseline(id).filter(|row| row.status == Status::Done)
}
