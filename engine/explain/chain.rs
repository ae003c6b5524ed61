//! The chain that ends an order, walked back from its last operation.

use super::index::Index;
use super::wait::{self, Object, Stretch};
use super::{Cause, ReasonRow};
use crate::model::history::Status;
use crate::model::ids::{OperationId, OrderId};
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{MILLION, Span, Time, share};
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

fn end_of(facts: &Facts<'_>, operation: OperationId) -> Option<Time> {
    match facts.get(operation) {
        Some(fact) => Some(fact.placement.end),
        None => facts.problem.baseline(operation).and_then(|row| row.end),
    }
}

/// The rows of a late order with its last operation.
pub(super) fn rows(
    facts: &Facts<'_>,
    index: &Index,
    (order, last): (OrderId, OperationId),
    depth: Depth,
) -> Vec<ReasonRow> {
    let (steps, most) = if depth == Depth::Full { (usize::MAX, ROWS) } else { (NEAR, 1) };
    let mut merged = merge(walk(facts, index, last, steps));
    merged.retain(|stretch| stretch.delay > 0);
    merged.sort_by(|a, b| (b.delay, a.from, a.cause).cmp(&(a.delay, b.from, b.cause)));
    merged.truncate(most);
    let row = |(rank, stretch): (usize, &Stretch)| ReasonRow {
        order: Some(order),
        rank: rank as u32 + 1,
        cause: stretch.cause,
        object: object(facts, stretch),
        from: stretch.from,
        to: stretch.to,
        delay: stretch.delay,
        gain: None,
    };
    merged.iter().enumerate().map(row).collect()
}

/// Stretches of the chain, by time, of so many operations at most.
fn walk(facts: &Facts<'_>, index: &Index, last: OperationId, steps: usize) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut operation = last;
    while seen.len() < steps && seen.insert(operation) {
        let Some(fact) = facts.get(operation) else {
            frozen(facts, operation, &mut stretches);
            break;
        };
        stretches.extend(pause(facts, fact));
        if fact.started.is_some() {
            break;
        }
        let driver = driver(facts, fact);
        let ready = driver.as_ref().map_or(facts.problem.now, |driver| driver.ready);
        let release = facts.problem.operation(operation).release;
        let from = ready.max(release).min(fact.placement.start);
        stretches.extend(wait::explain(facts, index, fact, from).into_iter().rev());
        let Some(driver) = driver.filter(|driver| driver.ready >= release) else {
            stretches.extend(released(facts, fact, from));
            break;
        };
        stretches.extend(driver.lag(fact.placement.start));
        operation = driver.before;
    }
    stretches.reverse();
    stretches
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

/// The predecessor that came last.
struct Driver {
    before: OperationId,
    /// When the link let the operation start.
    ready: Time,
    /// The lag before that.
    lag: Span,
}

impl Driver {
    fn lag(&self, start: Time) -> Option<Stretch> {
        let to = self.ready.min(start);
        let from = self.ready - self.lag;
        let object = Object::Operation(self.before);
        (from < to).then(|| Stretch::new(Cause::Predecessor, object, (from, to)))
    }
}

fn driver(facts: &Facts<'_>, fact: &Fact<'_>) -> Option<Driver> {
    facts
        .problem
        .incoming(fact.operation)
        .filter_map(|link| bound(facts, fact, link))
        .max_by_key(|driver| (driver.ready, std::cmp::Reverse(driver.before)))
}

/// When a link lets an operation start.
fn bound(facts: &Facts<'_>, fact: &Fact<'_>, link: &Precedence) -> Option<Driver> {
    let before = facts.get(link.before);
    let baseline = facts.problem.baseline(link.before);
    let end = end_of(facts, link.before)?;
    let start = match before {
        Some(before) => before.placement.start,
        None => baseline.and_then(|row| row.start).unwrap_or(end),
    };
    let resource = match before {
        Some(before) => before.mode.resource,
        None => baseline.and_then(|row| row.resource),
    };
    let lag = link.min_lag + facts.problem.transport_between(resource, fact.mode.resource);
    let length = fact.placement.end - fact.placement.start;
    let ready = match link.kind {
        Kind::EndStart => transferred(facts, before, link).map_or(end, |done| done.min(end)) + lag,
        Kind::StartStart => start + lag,
        Kind::EndEnd => end + lag - length,
        Kind::StartEnd => start + lag - length,
    };
    Some(Driver { before: link.before, ready, lag: lag.max(0) })
}

/// When enough of an unstarted predecessor is done, where it need not be all.
fn transferred(facts: &Facts<'_>, before: Option<&Fact<'_>>, link: &Precedence) -> Option<Time> {
    let before = before.filter(|before| before.started.is_none())?;
    if i64::from(link.transfer) >= MILLION {
        return None;
    }
    let need = share(link.transfer, before.mode.duration);
    facts.working(before).advance(before.placement.start, need)
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
