//! The chain that ends an order, walked back from its last operation.

use super::driver::{Driver, driver, end_of};
use super::gain::Chain;
use super::index::Index;
use super::wait::{self, Object, Stretch};
use super::{Cause, ReasonRow};
use crate::model::history::Status;
use crate::model::ids::{OperationId, OrderId};
use crate::model::time::{Span, Time};
use crate::schedule::verify::facts::{Fact, Facts};

/// So many holders are named in one row, the nearest first.
const NAMED: usize = 3;

/// So many rows an order has at most: those that explain the most.
const ROWS: usize = 12;

/// So many operations from the end are looked at where an order gets a single row.
pub(super) const NEAR: usize = 3;

/// How far an order is explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// All that its last operation waited for, and what it would gain without each cause.
    Gain,
    /// All that its last operation waited for.
    Full,
    /// The largest wait near its end, in one row.
    Near,
}

/// The operation that ends last, with its end; the smallest id among equals.
pub(super) fn last_operation(facts: &Facts<'_>, operations: &[OperationId]) -> Option<(Time, OperationId)> {
    let ends = operations.iter().filter_map(|&id| Some((end_of(facts, id)?, id)));
    ends.max_by_key(|&(end, id)| (end, std::cmp::Reverse(id)))
}

/// The rows of a late order with its last operation.
pub(super) fn rows(
    facts: &Facts<'_>,
    index: &Index,
    (order, last): (OrderId, OperationId),
    depth: Depth,
) -> Vec<ReasonRow> {
    let (ranked, operations) = ranked(facts, index, last, depth);
    let chain = (depth == Depth::Gain).then(|| Chain::new(facts, index, &operations, order));
    let row = |(rank, stretch): (usize, &Stretch)| ReasonRow {
        order: Some(order),
        rank: rank as u32 + 1,
        cause: stretch.cause,
        object: object(facts, stretch),
        from: stretch.from,
        to: stretch.to,
        delay: stretch.delay,
        gain: chain.as_ref().and_then(|chain| chain.gain(facts, index, stretch)),
    };
    ranked.iter().enumerate().map(row).collect()
}

/// The stretches that rows are made of, the largest delay first, and the operations of the chain, the last first.
pub(super) fn ranked(
    facts: &Facts<'_>,
    index: &Index,
    last: OperationId,
    depth: Depth,
) -> (Vec<Stretch>, Vec<OperationId>) {
    let (steps, most) = if depth == Depth::Near { (NEAR, 1) } else { (usize::MAX, ROWS) };
    let (stretches, operations) = walk(facts, index, last, steps);
    let mut merged = merge(stretches);
    merged.retain(|stretch| stretch.delay > 0);
    merged.sort_by(|a, b| (b.delay, a.from, a.cause).cmp(&(a.delay, b.from, b.cause)));
    merged.truncate(most);
    (merged, operations)
}

/// Stretches of the chain, by time, of so many operations at most; its operations, the last first.
fn walk(
    facts: &Facts<'_>,
    index: &Index,
    last: OperationId,
    steps: usize,
) -> (Vec<Stretch>, Vec<OperationId>) {
    let (mut stretches, mut chain): (Vec<Stretch>, Vec<OperationId>) = (Vec::new(), Vec::new());
    let mut seen = std::collections::BTreeSet::new();
    let mut operation = last;
    while seen.len() < steps && seen.insert(operation) {
        chain.push(operation);
        let told = stretches.len();
        let Some(next) = step(facts, index, operation, &mut stretches) else {
            number(&mut stretches[told..], chain.len() - 1);
            break;
        };
        number(&mut stretches[told..], chain.len() - 1);
        operation = next;
    }
    stretches.reverse();
    (stretches, chain)
}

/// Which operation of the chain has waited in them.
fn number(stretches: &mut [Stretch], place: usize) {
    for stretch in stretches {
        stretch.steps = place..place + 1;
    }
}

/// Tells, backwards, what an operation waited for; the operation before it in the chain.
fn step(
    facts: &Facts<'_>,
    index: &Index,
    operation: OperationId,
    stretches: &mut Vec<Stretch>,
) -> Option<OperationId> {
    let Some(fact) = facts.get(operation) else {
        frozen(facts, operation, stretches);
        return None;
    };
    stretches.extend(pause(facts, fact));
    if fact.started.is_some() {
        return None;
    }
    let driver = driver(facts, fact);
    let ready = driver.as_ref().map_or(facts.problem.now, |driver| driver.ready);
    let release = facts.problem.operation(operation).release;
    let from = ready.max(release).min(fact.placement.start);
    stretches.extend(wait::explain(facts, index, fact, from).into_iter().rev());
    let Some(driver) = driver.filter(|driver| driver.ready >= release) else {
        stretches.extend(released(facts, fact, from));
        return None;
    };
    stretches.extend(lag(&driver, fact.placement.start));
    Some(driver.before)
}

/// Done work ended when it ended.
fn frozen(facts: &Facts<'_>, operation: OperationId, stretches: &mut Vec<Stretch>) {
    let row = facts.problem.baseline(operation).filter(|row| row.status == Status::Done);
    if let Some((start, end)) = row.and_then(|row| Some((row.start?, row.end?))) {
        stretches.push(Stretch::new(Cause::Frozen, Object::Operation(operation), (start, end)));
    }
}

/// Time within an operation in which it did not work.
fn pause(facts: &Facts<'_>, fact: &Fact<'_>) -> Option<Stretch> {
    let (from, to) = (fact.run_from(), fact.placement.end);
    let delay: Span = to - from - facts.worked(fact);
    let shut = facts.working(fact).next_closed(from).filter(|&shut| shut < to && delay > 0)?;
    Some(Stretch { delay, ..Stretch::new(Cause::Calendar, Object::own(fact), (shut, to)) })
}

fn released(facts: &Facts<'_>, fact: &Fact<'_>, ready: Time) -> Option<Stretch> {
    let now = facts.problem.now;
    let order = facts.order(fact.operation);
    let by_order = order.is_some_and(|order| facts.problem.order(order).release == Some(ready));
    let object = order.filter(|_| by_order).map_or(Object::Operation(fact.operation), Object::Order);
    (ready > now).then(|| Stretch::new(Cause::Release, object, (now, ready)))
}

/// The lag after a predecessor.
fn lag(driver: &Driver, start: Time) -> Option<Stretch> {
    let (from, to) = (driver.ready - driver.lag, driver.ready.min(start));
    (from < to).then(|| Stretch::new(Cause::Predecessor, Object::Operation(driver.before), (from, to)))
}

/// Neighbors of one cause and object become one.
fn merge(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut merged: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match merged.last_mut() {
            Some(last) if last.cause == stretch.cause && last.object == stretch.object => {
                last.to = last.to.max(stretch.to);
                last.delay += stretch.delay;
                last.holders.extend(stretch.holders);
                last.more += stretch.more;
                last.steps = last.steps.start.min(stretch.steps.start)..last.steps.end.max(stretch.steps.end);
            }
            _ => merged.push(stretch),
        }
    }
    merged
}

/// The object with those who held it: "press: c, b (order p) and 2 more".
fn object(facts: &Facts<'_>, stretch: &Stretch) -> String {
    let mut holders = stretch.holders.clone();
    holders.dedup();
    let name = stretch.object.name(facts);
    if holders.is_empty() {
        return name.to_owned();
    }
    let named = holders.iter().rev().take(NAMED).map(|&id| {
        let order = facts.order(id).map(|order| facts.problem.names.orders.get(order.index()));
        let order = order.map(|order| format!(" ({order})")).unwrap_or_default();
        format!("{}{order}", facts.name(id))
    });
    let rest = match holders.len().saturating_sub(NAMED) + stretch.more {
        0 => String::new(),
        count => format!(" and {count} more"),
    };
    let named = named.collect::<Vec<_>>().join(", ");
    format!("{name}: {named}{rest}")
}
