//! Bounds from the windows of single orders and operations: flow time, earliness, cost, stability.

use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId, OrderId};
use crate::model::operation::{Phase, Target};
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{FAR, MILLION, Span, Time, share};
use crate::propagation::TimeWindows;
use crate::propagation::windows::shortest;
use crate::schedule::decode::Outline;
use crate::schedule::metrics::stability_of;

/// Problem and windows, as the bounds of terms see them.
#[derive(Clone, Copy)]
pub(super) struct Spans<'a> {
    pub(super) outline: &'a Outline<'a>,
    pub(super) windows: &'a TimeWindows,
}

impl Spans<'_> {
    /// Start and end of done work; its start may be its end.
    fn done(&self, operation: OperationId) -> Option<(Time, Time)> {
        let known = self.outline.problem.baseline(operation).filter(|known| known.status == Status::Done)?;
        Some((known.start.or(known.end)?, known.end?))
    }

    /// No start of an operation is later.
    fn latest_start(&self, operation: OperationId) -> Time {
        let problem = self.outline.problem;
        match problem.baseline(operation).filter(|known| known.status == Status::Started) {
            Some(known) => known.start.unwrap_or(problem.now),
            None => self.done(operation).map_or(self.windows.lst[operation.index()], |done| done.0),
        }
    }

    /// No end of an operation is later.
    fn latest_end(&self, operation: OperationId) -> Time {
        match self.outline.problem.status(operation) {
            Status::Planned => self.windows.lct[operation.index()],
            Status::Started => self.windows.ect[operation.index()],
            Status::Done => self.done(operation).map_or(FAR, |done| done.1),
        }
    }

    fn earliest_end(&self, operation: OperationId) -> Time {
        self.done(operation).map_or(self.windows.ect[operation.index()], |done| done.1)
    }

    /// Least time from the first start to the last end of an order: the longest way within it, or from its
    /// latest first start to its earliest last end.
    pub(super) fn flow(&self, order: OrderId) -> Span {
        let problem = self.outline.problem;
        let operations = &problem.order(order).operations;
        let last = operations.iter().map(|&op| self.earliest_end(op)).max();
        let first = operations.iter().map(|&op| self.latest_start(op)).min();
        let between = match (first, last) {
            (Some(first), Some(last)) if first < FAR / 2 && last < FAR => last - first,
            _ => 0,
        };
        between.max(self.longest_way(operations)).max(0)
    }

    /// The longest way of durations and lags among planned operations of one order.
    fn longest_way(&self, operations: &[OperationId]) -> Span {
        let problem = self.outline.problem;
        let mut planned: Vec<OperationId> =
            operations.iter().copied().filter(|&op| problem.status(op) == Status::Planned).collect();
        planned.sort_by_key(|&op| self.outline.place_of(op));
        let mut ways: Vec<(OperationId, Span, Span)> = Vec::with_capacity(planned.len());
        let mut longest = 0;
        for &operation in &planned {
            let (mut start, mut end) = (0, 0);
            for link in problem.incoming(operation) {
                if let Some(&(before, from, to)) = ways.iter().find(|way| way.0 == link.before) {
                    self.extend(link, before, (from, to), (&mut start, &mut end));
                }
            }
            end = end.max(start + shortest(self.outline, operation));
            longest = longest.max(end);
            ways.push((operation, start, end));
        }
        longest
    }

    fn extend(
        &self,
        link: &Precedence,
        before: OperationId,
        (from, to): (Span, Span),
        (start, end): (&mut Span, &mut Span),
    ) {
        match link.kind {
            Kind::EndStart if i64::from(link.transfer) < MILLION => {
                let need = share(link.transfer, shortest(self.outline, before));
                *start = (*start).max(from + need + link.min_lag);
                *end = (*end).max(to + link.min_lag);
            }
            Kind::EndStart => *start = (*start).max(to + link.min_lag),
            Kind::StartStart => *start = (*start).max(from + link.min_lag),
            Kind::EndEnd => *end = (*end).max(to + link.min_lag),
            Kind::StartEnd => *end = (*end).max(from + link.min_lag),
        }
    }

    /// Least time from start to end of an operation without order.
    pub(super) fn flow_alone(&self, operation: OperationId) -> Span {
        let problem = self.outline.problem;
        match problem.status(operation) {
            Status::Planned => shortest(self.outline, operation),
            Status::Started => self.windows.ect[operation.index()] - self.latest_start(operation),
            Status::Done => self.done(operation).map_or(0, |(start, end)| end - start),
        }
    }

    /// No schedule ends an order later; `FAR` if nothing limits it.
    pub(super) fn latest_last_end(&self, order: OrderId) -> Time {
        let operations = &self.outline.problem.order(order).operations;
        operations.iter().map(|&op| self.latest_end(op)).max().unwrap_or(FAR)
    }

    /// Price of an operation in its cheapest mode, before the division.
    pub(super) fn running_cost(&self, operation: OperationId) -> i128 {
        if self.outline.problem.status(operation) != Status::Planned {
            return 0;
        }
        let modes = self.outline.allowed(operation).iter();
        modes.map(|&mode| self.price(mode)).min().unwrap_or(0)
    }

    fn price(&self, id: ModeId) -> i128 {
        let problem = self.outline.problem;
        let mode = problem.mode(id);
        if mode.duration == 0 {
            return 0;
        }
        let price = |resource| i128::from(problem.resource(resource).cost_per_hour);
        let mut sum = mode.resource.map_or(0, |own| price(own) * i128::from(mode.quantity));
        for row in problem.requirements_of(id).iter().filter(|row| row.phase == Phase::Run) {
            sum += match row.target {
                Target::Resource(resource) => price(resource) * i128::from(row.quantity),
                Target::Group(group) => {
                    let members = &problem.groups[group.index()].members;
                    let mut prices: Vec<i128> = members.iter().map(|&member| price(member)).collect();
                    prices.sort_unstable();
                    prices.iter().take(row.quantity as usize).sum()
                }
            };
        }
        sum * i128::from(mode.duration)
    }

    /// What an operation adds to stability at least: its window and its modes may keep it from the baseline.
    pub(super) fn stability(&self, operation: OperationId) -> i64 {
        let problem = self.outline.problem;
        let Some(known) = problem.baseline(operation).filter(|known| known.status == Status::Planned) else {
            return 0;
        };
        let (est, lst) = (self.windows.est[operation.index()], self.windows.lst[operation.index()]);
        let start = known.start.map_or(est, |start| start.max(est).min(lst.max(est)));
        let resources = self.outline.allowed(operation).iter().map(|&mode| problem.mode(mode).resource);
        let each = resources.map(|resource| stability_of(problem, known, start, resource));
        each.min().unwrap_or(0)
    }
}
