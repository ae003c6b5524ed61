//! Bounds by term.
//!
//! Due-date terms from the earliest end of each order (precedences, calendars, releases; no resource
//! contended), tardiness from single resources too; makespan and largest lateness from what propagation
//! refutes ([`Raised`]). With partial schedules orders that fit in no window of time are left out by all
//! schedules. A schedule that leaves out nothing else is best on that level, and every schedule as good
//! leaves out exactly those orders (each weighs at least 1): then the bounds of the other levels count
//! the rest. Where more is left out, nothing is known of the other levels.

use std::borrow::Cow;

use fixedbitset::FixedBitSet;

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId, OrderId};
use crate::model::objective::{Objective, Term};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::propagation::TimeWindows;
use crate::schedule::decode::Outline;

use super::raised::Raised;
use super::setups::changeovers;
use super::spans::Spans;
use super::tardy::tardiness;

/// A bound per level; none where nothing is known. `levels` are those of the best schedule so far.
pub fn bound_levels(
    outline: &Outline<'_>,
    windows: &TimeWindows,
    objective: &Objective,
    levels: &[i64],
    raised: &Raised,
) -> Vec<Option<i64>> {
    let relaxed = Relaxed::new(outline, windows);
    let leads = matches!(objective.levels.first().map(Vec::as_slice), Some([(Term::Unscheduled, 1)]));
    let settled = if leads { levels.first() == Some(&relaxed.impossible) } else { relaxed.impossible == 0 };
    let level = |terms: &Vec<(Term, i64)>| {
        terms.iter().try_fold(0_i64, |sum, &(term, weight)| {
            if weight == 0 {
                return Some(sum);
            }
            let bound = match term {
                Term::Unscheduled => Some(relaxed.impossible),
                _ if settled => {
                    // What was refuted holds for schedules of everything.
                    let refuted = match term {
                        Term::Makespan => raised.makespan,
                        Term::MaxLateness => raised.max_lateness,
                        _ => None,
                    };
                    let bound = relaxed.bound(term);
                    Some(refuted.filter(|_| relaxed.impossible == 0).map_or(bound, |more| bound.max(more)))
                }
                _ => None,
            };
            sum.checked_add(bound?.checked_mul(weight)?)
        })
    };
    objective.levels.iter().map(level).collect()
}

/// The problem without contention, and without the orders that fit nowhere.
struct Relaxed<'a> {
    outline: &'a Outline<'a>,
    /// What is gone binds nobody.
    windows: Cow<'a, TimeWindows>,
    /// Weight of what fits nowhere.
    impossible: i64,
    orders: Vec<OrderId>,
    /// Operations that are not done.
    operations: Vec<OperationId>,
}

impl<'a> Relaxed<'a> {
    fn new(outline: &'a Outline<'a>, windows: &'a TimeWindows) -> Self {
        let problem = outline.problem;
        let order = |op: OperationId| problem.operation(op).order;
        let mut windows = Cow::Borrowed(windows);
        let mut lost = lost(problem, &windows);
        if !lost.is_clear() {
            // A successor in another order that cannot be kept is left out alone: what comes before stays.
            let own = windows.bound_by(outline, &|link| {
                order(link.before).is_some() && order(link.before) == order(link.after)
            });
            lost = self::lost(problem, &own);
        }
        let is_lost = |op: OperationId| lost.contains(op.index());
        let lost_order = |order: OrderId| problem.order(order).operations.iter().any(|op| is_lost(*op));
        let (gone, orders): (Vec<_>, Vec<_>) = problem.order_ids().partition(|&order| lost_order(order));
        if !lost.is_clear() {
            let is_gone = |op| order(op).map_or(is_lost(op), |order| gone.binary_search(&order).is_ok());
            windows = Cow::Owned(windows.bound_by(outline, &|link| !is_gone(link.after)));
        }
        let mut impossible: i64 = gone.iter().map(|&order| problem.order(order).weight.max(1)).sum();
        let mut operations = Vec::with_capacity(problem.operations.len());
        for op in problem.operation_ids().filter(|&op| problem.status(op) != Status::Done) {
            match problem.operation(op).order {
                None if is_lost(op) => impossible += 1,
                Some(order) if gone.binary_search(&order).is_ok() => {}
                _ => operations.push(op),
            }
        }
        Self { outline, windows, impossible, orders, operations }
    }

    fn bound(&self, term: Term) -> i64 {
        match term {
            Term::Tardiness => self
                .per_order(|weight, due, end| weight.saturating_mul((end - due).max(0)))
                .max(tardiness(self.outline, &self.windows, &self.orders)),
            Term::LateOrders => self.per_order(|weight, due, end| if end > due { weight } else { 0 }),
            Term::MaxLateness => self.max_lateness(),
            Term::Makespan => self.makespan(),
            Term::ModeCost => self.mode_cost(),
            Term::ChangeoverTime => {
                self.remaining_changeovers().saturating_add(changeovers(self.outline, &self.operations).0)
            }
            Term::ChangeoverCost => changeovers(self.outline, &self.operations).1,
            Term::Unscheduled => self.impossible,
            Term::Earliness => self.earliness(),
            Term::FlowTime => self.flow_time(),
            Term::ResourceCost => self.resource_cost(),
            Term::Stability => sum(self.operations.iter().map(|&op| self.spans().stability(op))),
        }
    }

    fn spans(&self) -> Spans<'_> {
        Spans { outline: self.outline, windows: &self.windows }
    }

    fn earliness(&self) -> i64 {
        sum(self.orders.iter().map(|&id| {
            let order = self.outline.problem.order(id);
            let early = order.due.map_or(0, |due| (due - self.spans().latest_last_end(id)).max(0));
            order.earliness_weight.saturating_mul(early)
        }))
    }

    /// Done work without order counts with the time that it took.
    fn flow_time(&self) -> i64 {
        let problem = self.outline.problem;
        let weighed = |id: &OrderId| problem.order(*id).weight.saturating_mul(self.spans().flow(*id));
        let without = |op: &OperationId| problem.operation(*op).order.is_none();
        let done = problem.operation_ids().filter(|&op| problem.status(op) == Status::Done && without(&op));
        let alone = self.operations.iter().copied().filter(without).chain(done);
        sum(self.orders.iter().map(weighed).chain(alone.map(|op| self.spans().flow_alone(op))))
    }

    fn resource_cost(&self) -> i64 {
        let total: i128 = self.operations.iter().map(|&op| self.spans().running_cost(op)).sum();
        let unit = if self.outline.problem.temporal { 3_600 } else { 1 };
        i64::try_from(total.div_euclid(unit)).unwrap_or(i64::MAX)
    }

    /// Earliest end of an order.
    fn earliest_end(&self, order: OrderId) -> Option<Time> {
        let operations = &self.outline.problem.order(order).operations;
        operations.iter().map(|op| self.windows.ect[op.index()]).max()
    }

    fn per_order(&self, value: impl Fn(i64, Time, Time) -> i64) -> i64 {
        let each = self.orders.iter().filter_map(|&id| {
            let order = self.outline.problem.order(id);
            Some(value(order.weight, order.due?, self.earliest_end(id)?))
        });
        each.fold(0, i64::saturating_add)
    }

    fn max_lateness(&self) -> i64 {
        let each = self
            .orders
            .iter()
            .filter_map(|&id| Some(self.earliest_end(id)? - self.outline.problem.order(id).due?));
        each.max().unwrap_or(0)
    }

    /// The latest earliest end, or the load of a resource behind its smallest head.
    fn makespan(&self) -> i64 {
        let problem = self.outline.problem;
        let latest = self.operations.iter().map(|op| self.windows.ect[op.index()]).max();
        let mut load = vec![(0_i64, FAR); problem.resources.len()];
        for &operation in self.operations.iter().filter(|op| problem.status(**op) == Status::Planned) {
            // Only what must run there: every mode that is left is on the same unary resource.
            let modes = &self.outline.allowed[operation.index()];
            let own = |mode: &ModeId| problem.mode(*mode).resource;
            let first = modes.first().and_then(own);
            if let Some(resource) = first.filter(|_| modes.iter().all(|mode| own(mode) == first))
                && problem.resource(resource).kind == ResourceKind::Unary
            {
                let entry = &mut load[resource.index()];
                entry.0 += crate::propagation::windows::shortest(self.outline, operation);
                entry.1 = entry.1.min(self.windows.est[operation.index()]);
            }
        }
        let ends = problem.resource_ids().filter_map(|resource| {
            let (work, head) = load[resource.index()];
            let open = problem.window_set(problem.resource(resource).open);
            if work > 0 && head < FAR { open.advance(head, work) } else { None }
        });
        let end = ends.max().max(latest).unwrap_or(problem.now);
        (end - problem.now).max(0)
    }

    /// The cheapest mode of each operation.
    fn mode_cost(&self) -> i64 {
        let problem = self.outline.problem;
        let cheapest = |op: &OperationId| {
            let modes = self.outline.allowed[op.index()].iter();
            modes.map(|&mode| problem.mode(mode).cost).min().unwrap_or(0)
        };
        self.operations.iter().map(cheapest).fold(0, i64::saturating_add)
    }

    fn remaining_changeovers(&self) -> i64 {
        let problem = self.outline.problem;
        let known = self.operations.iter().filter_map(|&op| problem.baseline(op));
        let started = known.filter(|known| known.status == Status::Started);
        started.map(|known| known.remaining_changeover).sum()
    }
}

/// Planned operations that have no place in their windows.
fn lost(problem: &Problem, windows: &TimeWindows) -> FixedBitSet {
    let mut lost = FixedBitSet::with_capacity(problem.operations.len());
    for op in problem.operation_ids().filter(|&op| problem.status(op) == Status::Planned) {
        let index = op.index();
        let (start, end) = (windows.est[index], windows.ect[index]);
        let fits = start < FAR && start <= windows.lst[index] && end <= windows.lct[index];
        lost.set(index, !fits);
    }
    lost
}

fn sum(values: impl Iterator<Item = i64>) -> i64 {
    values.fold(0, i64::saturating_add)
}
