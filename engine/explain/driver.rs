//! Which predecessor comes last, and from when on it lets an operation start.

use crate::model::ids::OperationId;
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{MILLION, Span, Time, share};
use crate::schedule::verify::facts::{Fact, Facts};

/// Start and end of an operation.
pub(super) type Times = (Time, Time);

/// The predecessor that came last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Driver {
    pub(super) before: OperationId,
    /// When the link let the operation start.
    pub(super) ready: Time,
    /// The lag before that.
    pub(super) lag: Span,
}

/// When an operation ended or will end; none if it is left out.
pub(super) fn end_of(facts: &Facts<'_>, operation: OperationId) -> Option<Time> {
    match facts.get(operation) {
        Some(fact) => Some(fact.placement.end),
        None => facts.problem.baseline(operation).and_then(|row| row.end),
    }
}

/// The same with its start, as the schedule has it.
pub(super) fn present(facts: &Facts<'_>, operation: OperationId) -> Option<Times> {
    let end = end_of(facts, operation)?;
    let start = match facts.get(operation) {
        Some(fact) => fact.placement.start,
        None => facts.problem.baseline(operation).and_then(|row| row.start).unwrap_or(end),
    };
    Some((start, end))
}

pub(super) fn driver(facts: &Facts<'_>, fact: &Fact<'_>) -> Option<Driver> {
    facts
        .problem
        .incoming(fact.operation)
        .filter_map(|link| Some(ready(facts, fact, link, present(facts, link.before)?)))
        .max_by_key(|driver| (driver.ready, std::cmp::Reverse(driver.before)))
}

/// The least lag of a link with the transport between its two operations.
pub(super) fn lag_of(facts: &Facts<'_>, fact: &Fact<'_>, link: &Precedence) -> Span {
    let resource = match facts.get(link.before) {
        Some(before) => before.mode.resource,
        None => facts.problem.baseline(link.before).and_then(|row| row.resource),
    };
    link.min_lag + facts.problem.transport_between(resource, fact.mode.resource)
}

/// When a link lets an operation start, its predecessor being at these times.
pub(super) fn ready(facts: &Facts<'_>, fact: &Fact<'_>, link: &Precedence, (start, end): Times) -> Driver {
    let before = facts.get(link.before);
    let lag = lag_of(facts, fact, link);
    let length = fact.placement.end - fact.placement.start;
    let ready = match link.kind {
        Kind::EndStart => transferred(facts, before, link, start).map_or(end, |done| done.min(end)) + lag,
        Kind::StartStart => start + lag,
        Kind::EndEnd => end + lag - length,
        Kind::StartEnd => start + lag - length,
    };
    Driver { before: link.before, ready, lag: lag.max(0) }
}

/// When enough of an unstarted predecessor is done, where it need not be all.
fn transferred(facts: &Facts<'_>, before: Option<&Fact<'_>>, link: &Precedence, start: Time) -> Option<Time> {
    let before = before.filter(|before| before.started.is_none())?;
    if i64::from(link.transfer) >= MILLION {
        return None;
    }
    let need = share(link.transfer, before.mode.duration);
    facts.working(before).advance(start, need)
}
