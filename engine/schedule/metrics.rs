//! The value of every term of the objective for a schedule (contract, section 4 and 7.10).
//!
//! One function a term. Terms count orders whose unstarted operations are all placed; history counts
//! in their first start and last end. Changeovers are worked out anew from the sequences, so nothing
//! that a decoder remembers can be wrong here. Linear but for sorting the sequences.

use crate::model::Problem;
use crate::model::changeover::Matrix;
use crate::model::history::Status;
use crate::model::ids::{AttributeId, ModeId, OperationId, OrderId, ResourceId, ValueId};
use crate::model::objective::{Term, TermValues};
use crate::model::operation::{Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::{Span, Time};
use crate::model::windows::Windows;
use crate::schedule::assignment::{Placement, Schedule};

/// First start and last end of an order, history included; none if it is left out or has no
/// operations.
pub fn order_span(problem: &Problem, schedule: &Schedule, order: OrderId) -> Option<(Time, Time)> {
    let mut span: Option<(Time, Time)> = None;
    for &operation in &problem.order(order).operations {
        let (start, end) = times(problem, schedule, operation)?;
        span = Some(span.map_or((start, end), |known| (known.0.min(start), known.1.max(end))));
    }
    span
}

/// Start and end of an operation, history included.
fn times(problem: &Problem, schedule: &Schedule, operation: OperationId) -> Option<(Time, Time)> {
    match problem.baseline(operation) {
        Some(known) if known.status == Status::Done => Some((known.start.or(known.end)?, known.end?)),
        _ => schedule.get(operation).map(|placed| (placed.start, placed.end)),
    }
}

/// Whether an order is left out: an unstarted operation of it has no place.
fn is_left_out(problem: &Problem, schedule: &Schedule, order: OrderId) -> bool {
    let unplaced = |operation: &OperationId| {
        problem.status(*operation) == Status::Planned && schedule.get(*operation).is_none()
    };
    problem.order(order).operations.iter().any(unplaced)
}

/// Weight of what is left out; an operation without order counts 1.
pub fn unscheduled(problem: &Problem, schedule: &Schedule) -> i64 {
    let orders = problem.order_ids().filter(|&order| is_left_out(problem, schedule, order));
    let alone = problem.operation_ids().filter(|&operation| {
        problem.operation(operation).order.is_none()
            && problem.status(operation) == Status::Planned
            && schedule.get(operation).is_none()
    });
    orders.map(|order| problem.order(order).weight.max(1)).sum::<i64>() + alone.count() as i64
}

/// Orders that count, with due date, first start and last end.
struct Finished {
    weight: i64,
    earliness_weight: i64,
    due: Option<Time>,
    start: Time,
    end: Time,
}

fn finished(problem: &Problem, schedule: &Schedule) -> Vec<Finished> {
    problem
        .order_ids()
        .filter_map(|id| {
            let (start, end) = order_span(problem, schedule, id)?;
            let order = problem.order(id);
            let (weight, earliness_weight, due) = (order.weight, order.earliness_weight, order.due);
            Some(Finished { weight, earliness_weight, due, start, end })
        })
        .collect()
}

fn sum(values: impl Iterator<Item = i64>) -> i64 {
    values.fold(0, i64::saturating_add)
}

fn tardiness(orders: &[Finished]) -> i64 {
    sum(orders
        .iter()
        .map(|order| order.due.map_or(0, |due| order.weight.saturating_mul((order.end - due).max(0)))))
}

fn late_orders(orders: &[Finished]) -> i64 {
    let late = |order: &&Finished| order.due.is_some_and(|due| order.end > due);
    sum(orders.iter().filter(late).map(|order| order.weight))
}

fn max_lateness(orders: &[Finished]) -> i64 {
    orders.iter().filter_map(|order| Some(order.end - order.due?)).max().unwrap_or(0)
}

fn earliness(orders: &[Finished]) -> i64 {
    sum(orders.iter().map(|order| {
        order.due.map_or(0, |due| order.earliness_weight.saturating_mul((due - order.end).max(0)))
    }))
}

/// An operation without order is its own order of weight 1.
fn flow_time(problem: &Problem, schedule: &Schedule, orders: &[Finished]) -> i64 {
    let alone = problem.operation_ids().filter(|&op| problem.operation(op).order.is_none());
    let own = alone.filter_map(|op| times(problem, schedule, op)).map(|(start, end)| end - start);
    sum(orders.iter().map(|order| order.weight.saturating_mul(order.end - order.start)).chain(own))
}

/// Placements that count: those of orders that are not left out.
fn counted(problem: &Problem, schedule: &Schedule) -> Vec<OperationId> {
    let left_out: Vec<bool> =
        problem.order_ids().map(|order| is_left_out(problem, schedule, order)).collect();
    let counts = |operation: &OperationId| {
        let order = problem.operation(*operation).order;
        schedule.get(*operation).is_some() && order.is_none_or(|order| !left_out[order.index()])
    };
    problem.operation_ids().filter(counts).collect()
}

/// Latest end of what is not done, from now.
fn makespan(problem: &Problem, schedule: &Schedule, counted: &[OperationId]) -> i64 {
    let ends = counted.iter().filter_map(|&op| schedule.get(op)).map(|placed| placed.end);
    ends.max().map_or(0, |end| end - problem.now)
}

fn mode_cost(problem: &Problem, schedule: &Schedule, counted: &[OperationId]) -> i64 {
    let placed = counted.iter().filter_map(|&op| schedule.get(op));
    sum(placed.map(|placed| problem.mode(placed.mode).cost))
}

/// Time and cost of the changeover of each operation, by operation.
fn changeovers(problem: &Problem, schedule: &Schedule) -> Vec<(Span, i64)> {
    let mut sequences: Vec<Vec<OperationId>> = vec![Vec::new(); problem.resources.len()];
    let mut result = vec![(0, 0); problem.operations.len()];
    for operation in problem.operation_ids() {
        let Some(placed) = schedule.get(operation) else {
            continue;
        };
        let mode = problem.mode(placed.mode);
        if let Some(own) = mode.resource
            && mode.duration > 0
            && problem.resource(own).matrix.is_some()
        {
            sequences[own.index()].push(operation);
        }
        if problem.status(operation) == Status::Started {
            let remaining = problem.baseline(operation).map_or(0, |known| known.remaining_changeover);
            result[operation.index()] = (remaining, 0);
        }
    }
    for own in problem.resource_ids() {
        if let Some(matrix) = problem.resource(own).matrix {
            let sequence = &mut sequences[own.index()];
            walk(problem, schedule, own, problem.matrix(matrix), sequence, &mut result);
        }
    }
    result
}

fn walk(
    problem: &Problem,
    schedule: &Schedule,
    own: ResourceId,
    matrix: &Matrix,
    sequence: &mut [OperationId],
    result: &mut [(Span, i64)],
) {
    let started = |op: OperationId| problem.status(op) == Status::Started;
    sequence.sort_by_key(|&op| (!started(op), schedule.get(op).map(|placed| placed.start), op));
    let mut state: Vec<(AttributeId, ValueId)> = problem.resource(own).state_at_now.clone();
    for &operation in &*sequence {
        let setup = &problem.operation(operation).setup;
        if !started(operation) {
            let known =
                |attribute: AttributeId| state.iter().find(|known| known.0 == attribute).map(|known| known.1);
            result[operation.index()] = matrix.changeover(known, setup, &problem.value_order);
        }
        for &(attribute, value) in setup {
            match state.iter_mut().find(|known| known.0 == attribute) {
                Some(known) => known.1 = value,
                None => state.push((attribute, value)),
            }
        }
    }
}

/// Cost of working and changing time from `now` on, divided once.
fn resource_cost(
    problem: &Problem,
    schedule: &Schedule,
    counted: &[OperationId],
    changeovers: &[(Span, i64)],
) -> i64 {
    let mut total: i128 = 0;
    for &operation in counted {
        if let Some(placed) = schedule.get(operation) {
            let changing = changeovers[operation.index()].0;
            let working = worked(problem, operation, placed);
            for (resource, quantity, phase) in held(problem, placed.mode, placed) {
                let own = phase.is_none();
                let ticks = match phase {
                    Some(Phase::Run) => working,
                    Some(Phase::Changeover) => changing,
                    None => working + changing,
                };
                let ticks = if own && problem.resource(resource).kind == ResourceKind::Cumulative {
                    working
                } else {
                    ticks
                };
                let price = i128::from(problem.resource(resource).cost_per_hour);
                total += price * i128::from(quantity) * i128::from(ticks);
            }
        }
    }
    let unit = if problem.temporal { 3_600 } else { 1 };
    i64::try_from(total.div_euclid(unit)).unwrap_or(i64::MAX)
}

/// Working ticks from `now` on.
fn worked(problem: &Problem, operation: OperationId, placed: &Placement) -> Span {
    let mode = problem.mode(placed.mode);
    let Some(known) = problem.baseline(operation).filter(|known| known.status == Status::Started) else {
        return mode.duration;
    };
    if known.on_stop == crate::model::history::OnStop::Resume {
        return known.remaining;
    }
    let from = placed.changeover.map_or(problem.now, |changeover| changeover.1);
    let mut windows: Windows = problem.window_set(mode.working).clone();
    for member in &placed.members {
        if problem.requirement(member.requirement).phase == Phase::Run {
            windows = windows.intersect(problem.window_set(problem.resource(member.resource).open));
        }
    }
    windows.open_between(from, placed.end)
}

/// What a placement holds: resource, quantity and phase; no phase for the mode's own resource.
fn held(problem: &Problem, mode: ModeId, placed: &Placement) -> Vec<(ResourceId, i64, Option<Phase>)> {
    let data = problem.mode(mode);
    if data.duration == 0 {
        return Vec::new();
    }
    let mut all: Vec<_> = data.resource.map(|own| (own, data.quantity, None)).into_iter().collect();
    for requirement in problem.requirements_of(mode) {
        if let Target::Resource(resource) = requirement.target {
            all.push((resource, requirement.quantity, Some(requirement.phase)));
        }
    }
    for member in &placed.members {
        all.push((member.resource, 1, Some(problem.requirement(member.requirement).phase)));
    }
    all
}

fn stability(problem: &Problem, schedule: &Schedule, counted: &[OperationId]) -> i64 {
    sum(counted.iter().map(|&operation| {
        let (Some(known), Some(placed)) = (problem.baseline(operation), schedule.get(operation)) else {
            return 0;
        };
        if known.status == Status::Planned {
            let resource = problem.mode(placed.mode).resource;
            stability_of(problem, known, placed.start, resource)
        } else {
            0
        }
    }))
}

/// What one planned operation adds to stability.
pub(crate) fn stability_of(
    problem: &Problem,
    known: &crate::model::history::Baseline,
    start: Time,
    resource: Option<ResourceId>,
) -> i64 {
    let moved = known.start.map_or(0, |before| {
        (start - before).abs().saturating_mul(problem.stability.factor(before - problem.now))
    });
    let changed = known.resource.is_some() && known.resource != resource;
    moved.saturating_add(if changed { problem.stability.resource } else { 0 })
}

/// All terms.
pub fn terms(problem: &Problem, schedule: &Schedule) -> TermValues {
    let orders = finished(problem, schedule);
    let changeovers = changeovers(problem, schedule);
    let counted = counted(problem, schedule);
    let mut values = TermValues::default();
    values.set(Term::Unscheduled, unscheduled(problem, schedule));
    values.set(Term::Tardiness, tardiness(&orders));
    values.set(Term::LateOrders, late_orders(&orders));
    values.set(Term::MaxLateness, max_lateness(&orders));
    values.set(Term::Makespan, makespan(problem, schedule, &counted));
    values.set(Term::Earliness, earliness(&orders));
    values.set(Term::FlowTime, flow_time(problem, schedule, &orders));
    values.set(Term::ChangeoverTime, sum(counted.iter().map(|op| changeovers[op.index()].0)));
    values.set(Term::ChangeoverCost, sum(counted.iter().map(|op| changeovers[op.index()].1)));
    values.set(Term::ModeCost, mode_cost(problem, schedule, &counted));
    values.set(Term::ResourceCost, resource_cost(problem, schedule, &counted, &changeovers));
    values.set(Term::Stability, stability(problem, schedule, &counted));
    values
}
