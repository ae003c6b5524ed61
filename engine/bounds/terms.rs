//! Trivial bounds, one function a term.
//!
//! Due-date terms from the earliest end of each order (precedences, calendars, releases; no resource
//! contended). With partial schedules an order may be left out, so what an order would cost at least
//! counts only on levels behind `unscheduled` if nothing is left out; there the bound is that of the
//! terms for nothing scheduled.

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OrderId};
use crate::model::objective::{Objective, Term};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::propagation::TimeWindows;
use crate::schedule::decode::Outline;

/// A bound per level; none where nothing is known. `complete` says that no order is left out in the
/// schedules that the bound is for.
pub fn bound_levels(
    outline: &Outline<'_>,
    windows: &TimeWindows,
    objective: &Objective,
    complete: bool,
) -> Vec<Option<i64>> {
    let level = |terms: &Vec<(Term, i64)>| {
        terms.iter().try_fold(0_i64, |sum, &(term, weight)| {
            if weight == 0 {
                return Some(sum);
            }
            let bound = bound_term(outline, windows, term, complete)?;
            sum.checked_add(bound.checked_mul(weight)?)
        })
    };
    objective.levels.iter().map(level).collect()
}

fn bound_term(outline: &Outline<'_>, windows: &TimeWindows, term: Term, complete: bool) -> Option<i64> {
    let problem = outline.problem;
    match term {
        Term::Unscheduled => Some(impossible(problem, windows)),
        _ if !complete => None,
        Term::Tardiness => {
            Some(per_order(problem, windows, |weight, due, end| weight.saturating_mul((end - due).max(0))))
        }
        Term::LateOrders => {
            Some(per_order(problem, windows, |weight, due, end| if end > due { weight } else { 0 }))
        }
        Term::MaxLateness => max_lateness(problem, windows),
        Term::Makespan => Some(makespan(outline, windows)),
        Term::ModeCost => Some(mode_cost(outline)),
        Term::ChangeoverTime => Some(remaining_changeovers(problem)),
        Term::Earliness | Term::FlowTime | Term::ChangeoverCost | Term::ResourceCost | Term::Stability => {
            Some(0)
        }
    }
}

/// Weight of orders with an operation that fits nowhere.
fn impossible(problem: &Problem, windows: &TimeWindows) -> i64 {
    let fits = |index: usize| {
        windows.est[index] < FAR
            && windows.est[index] <= windows.lst[index]
            && windows.ect[index] <= windows.lct[index]
    };
    let orders = problem.order_ids().filter(|&order| {
        let operations = &problem.order(order).operations;
        operations.iter().any(|op| problem.status(*op) == Status::Planned && !fits(op.index()))
    });
    orders.map(|order| problem.order(order).weight.max(1)).sum()
}

/// Earliest end of an order.
fn earliest_end(problem: &Problem, windows: &TimeWindows, order: OrderId) -> Option<Time> {
    problem.order(order).operations.iter().map(|op| windows.ect[op.index()]).max()
}

fn per_order(problem: &Problem, windows: &TimeWindows, value: impl Fn(i64, Time, Time) -> i64) -> i64 {
    problem
        .order_ids()
        .filter_map(|id| {
            let order = problem.order(id);
            Some(value(order.weight, order.due?, earliest_end(problem, windows, id)?))
        })
        .fold(0, i64::saturating_add)
}

fn max_lateness(problem: &Problem, windows: &TimeWindows) -> Option<i64> {
    let each = problem
        .order_ids()
        .filter_map(|id| Some(earliest_end(problem, windows, id)? - problem.order(id).due?));
    Some(each.max().unwrap_or(0))
}

/// The latest earliest end, or the load of a resource behind its smallest head.
fn makespan(outline: &Outline<'_>, windows: &TimeWindows) -> i64 {
    let problem = outline.problem;
    let unfinished = |op: &crate::model::ids::OperationId| problem.status(*op) != Status::Done;
    let heads = problem.operation_ids().filter(unfinished).map(|op| windows.ect[op.index()]);
    let latest = heads.max().unwrap_or(problem.now);
    let mut load = vec![(0_i64, FAR); problem.resources.len()];
    for operation in problem.operation_ids().filter(|op| problem.status(*op) == Status::Planned) {
        // Only what must run there: every mode that is left is on the same unary resource.
        let modes = &outline.allowed[operation.index()];
        let own = |mode: &ModeId| problem.mode(*mode).resource;
        let first = modes.first().and_then(own);
        if let Some(resource) = first.filter(|_| modes.iter().all(|mode| own(mode) == first))
            && problem.resource(resource).kind == ResourceKind::Unary
        {
            let shortest = modes.iter().map(|&mode| problem.mode(mode).duration).min().unwrap_or(0);
            let entry = &mut load[resource.index()];
            entry.0 += shortest;
            entry.1 = entry.1.min(windows.est[operation.index()]);
        }
    }
    let ends = problem.resource_ids().filter_map(|resource| {
        let (work, head) = load[resource.index()];
        let open = problem.window_set(problem.resource(resource).open);
        (work > 0 && head < FAR).then(|| open.advance(head, work))?
    });
    (ends.max().unwrap_or(problem.now).max(latest) - problem.now).max(0)
}

/// The cheapest mode of each operation that is not done.
fn mode_cost(outline: &Outline<'_>) -> i64 {
    let problem = outline.problem;
    let cheapest = |op: crate::model::ids::OperationId| {
        outline.allowed[op.index()].iter().map(|&mode| problem.mode(mode).cost).min().unwrap_or(0)
    };
    let unfinished = problem.operation_ids().filter(|&op| problem.status(op) != Status::Done);
    unfinished.map(cheapest).fold(0, i64::saturating_add)
}

fn remaining_changeovers(problem: &Problem) -> i64 {
    let known = problem.operation_ids().filter_map(|op| problem.baseline(op));
    let started = known.filter(|known| known.status == Status::Started);
    started.map(|known| known.remaining_changeover).sum()
}
