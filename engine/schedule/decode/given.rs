//! Why a schedule that came from elsewhere leaves orders out, as far as can be seen without placing them.
//!
//! Calendars, limits and predecessors alone often tell: the chain of an order is walked at its earliest,
//! as if nobody else were there, and the first operation that has no time even so is named. Where all of
//! them would have time, what they need is taken by others.

use rustc_hash::FxHashMap;

use super::outline::Outline;
use super::refusal::{LeftOut, Refusal};
use crate::model::history::Status;
use crate::model::ids::OperationId;
use crate::model::operation::Suspend;
use crate::model::precedence::Kind;
use crate::model::time::{MILLION, Time};
use crate::schedule::assignment::Schedule;

impl LeftOut {
    /// What a given schedule leaves out: an operation of each such order, and why.
    pub(crate) fn of_schedule(outline: &Outline<'_>, schedule: &Schedule) -> Vec<Self> {
        let problem = outline.problem;
        let mut place: FxHashMap<u32, usize> = FxHashMap::default();
        let mut told: Vec<(OperationId, Option<Refusal>)> = Vec::new();
        let mut ends: FxHashMap<OperationId, Time> = FxHashMap::default();
        let missing = |op: OperationId| problem.status(op) == Status::Planned && schedule.get(op).is_none();
        for operation in problem.topological.iter().copied().filter(|&op| missing(op)) {
            let order = problem.operation(operation).order;
            let own = |op: OperationId| order.is_some() && problem.operation(op).order == order;
            let lacks = problem.incoming(operation).find(|link| missing(link.before) && !own(link.before));
            let found = match lacks {
                Some(link) => Err(Refusal::Waits(link.before)),
                None => earliest_end(outline, schedule, &ends, operation),
            };
            if let Ok(end) = found {
                ends.insert(operation, end);
            }
            let at = match order {
                Some(order) => *place.entry(order.0).or_insert(told.len()),
                None => told.len(),
            };
            match told.get_mut(at) {
                None => told.push((operation, found.err())),
                Some(known) if known.1.is_none() && found.is_err() => *known = (operation, found.err()),
                Some(_) => {}
            }
        }
        let resource = |operation: OperationId| {
            outline.allowed[operation.index()].first().and_then(|&mode| problem.mode(mode).resource)
        };
        let row = |(operation, refusal): (OperationId, Option<Refusal>)| {
            Self::new(problem, operation, refusal.unwrap_or(Refusal::Busy(resource(operation))))
        };
        told.into_iter().map(row).collect()
    }
}

/// When an operation would end with all resources to itself, or why not even then.
fn earliest_end(
    outline: &Outline<'_>,
    schedule: &Schedule,
    ends: &FxHashMap<OperationId, Time>,
    operation: OperationId,
) -> Result<Time, Refusal> {
    let problem = outline.problem;
    let data = problem.operation(operation);
    let mut from = data.release;
    for link in problem.incoming(operation).filter(|link| link.kind == Kind::EndStart) {
        // A share handed over earlier, or a link of another kind, allows an earlier start.
        let whole = i64::from(link.transfer) >= MILLION;
        let placed = schedule.get(link.before).map(|placement| placement.end);
        if let Some(end) = placed.or_else(|| ends.get(&link.before).copied()).filter(|_| whole) {
            from = from.max(end + link.min_lag);
        }
    }
    let mut why = Refusal::NoMode;
    let mut best: Option<Time> = None;
    for &mode in &outline.allowed[operation.index()] {
        let mode = problem.mode(mode);
        let open = problem.window_set(mode.working);
        let end = match data.suspend {
            _ if mode.duration == 0 => Some(from),
            Suspend::Breaks => open.advance(from, mode.duration),
            Suspend::Never => open.next_unbroken(from, mode.duration).map(|start| start + mode.duration),
        };
        match end {
            None => why = Refusal::Closed(mode.resource),
            Some(end) if end > data.deadline => why = Refusal::Deadline,
            Some(end) => best = Some(best.map_or(end, |known| known.min(end))),
        }
    }
    best.ok_or(why)
}
