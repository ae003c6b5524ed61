//! Every term of the objective, by its definition (contract, section 4 and 7.10), each one function.
//!
//! Only scheduled orders count. Sums are 128 bits wide and cut to 64 at the end.

use super::facts::{Fact, Facts};
use crate::model::history::Status;
use crate::model::ids::OperationId;
use crate::model::objective::{Term, TermValues};
use crate::model::operation::{Order, Phase};
use crate::model::time::Time;

/// Ticks of an hour in temporal problems.
const HOUR: i128 = 3_600;

/// An order with its completion.
struct Completed<'a> {
    order: &'a Order,
    first_start: Time,
    end: Time,
}

impl Completed<'_> {
    /// C - due, for those with a due date.
    fn lateness(&self) -> Option<i128> {
        let due = self.order.due?;
        Some(i128::from(self.end) - i128::from(due))
    }
}

/// All terms; `changeover_cost` comes from the pass over the sequences.
pub(super) fn values(facts: &Facts<'_>, changeover_cost: Vec<(OperationId, i64)>) -> TermValues {
    let left_out = facts.orders_left_out();
    let orders: Vec<Completed<'_>> = (facts.problem.orders.iter().zip(&left_out))
        .filter(|(_, left_out)| !**left_out)
        .filter_map(|(order, _)| completed(facts, order))
        .collect();
    let counts = |operation| facts.order(operation).is_none_or(|order| !left_out[order.index()]);
    let scheduled: Vec<&Fact<'_>> = facts.iter().filter(|fact| counts(fact.operation)).collect();
    let mut values = TermValues::default();
    let mut set = |term, value: i128| {
        values.set(term, value.clamp(i64::MIN.into(), i64::MAX.into()) as i64);
    };
    set(Term::Unscheduled, unscheduled(facts, &left_out));
    set(Term::Tardiness, tardiness(&orders));
    set(Term::LateOrders, late_orders(&orders));
    set(Term::MaxLateness, max_lateness(&orders));
    set(Term::Makespan, makespan(facts, &scheduled));
    set(Term::Earliness, earliness(&orders));
    set(Term::FlowTime, flow_time(&orders) + alone(facts));
    set(Term::ChangeoverTime, changeover_time(facts, &scheduled));
    let costs = changeover_cost.into_iter().filter(|row| counts(row.0));
    set(Term::ChangeoverCost, costs.map(|row| i128::from(row.1)).sum());
    set(Term::ModeCost, mode_cost(&scheduled));
    set(Term::ResourceCost, resource_cost(facts, &scheduled));
    set(Term::Stability, stability(facts, &scheduled));
    values
}

/// Start and end of an operation, history included.
fn times(facts: &Facts<'_>, operation: OperationId) -> Option<(Time, Time)> {
    if facts.problem.status(operation) == Status::Done {
        let baseline = facts.problem.baseline(operation)?;
        let end = baseline.end?;
        return Some((baseline.start.unwrap_or(end), end));
    }
    let placement = facts.get(operation)?.placement;
    Some((placement.start, placement.end))
}

/// First start and latest end of an order, history included; none for an order without operations.
fn completed<'a>(facts: &Facts<'a>, order: &'a Order) -> Option<Completed<'a>> {
    let all = || order.operations.iter().filter_map(|&op| times(facts, op));
    Some(Completed { order, first_start: all().map(|row| row.0).min()?, end: all().map(|row| row.1).max()? })
}

/// Sum of max(1, weight) over orders left out; an operation without order weighs 1.
fn unscheduled(facts: &Facts<'_>, left_out: &[bool]) -> i128 {
    let orders = facts.problem.orders.iter().zip(left_out);
    let whole: i128 =
        orders.filter(|(_, left_out)| **left_out).map(|(order, _)| i128::from(order.weight.max(1))).sum();
    let alone =
        facts.problem.operation_ids().filter(|&op| facts.order(op).is_none() && facts.is_left_out(op));
    whole + alone.count() as i128
}

/// Sum of weight x max(0, C - due).
fn tardiness(orders: &[Completed<'_>]) -> i128 {
    let late = |row: &Completed<'_>| row.lateness().map_or(0, |late| late.max(0));
    orders.iter().map(|row| i128::from(row.order.weight) * late(row)).sum()
}

/// Sum of weight x [C > due].
fn late_orders(orders: &[Completed<'_>]) -> i128 {
    let late = orders.iter().filter(|row| row.lateness().is_some_and(|late| late > 0));
    late.map(|row| i128::from(row.order.weight)).sum()
}

/// Largest C - due; 0 without due dates.
fn max_lateness(orders: &[Completed<'_>]) -> i128 {
    orders.iter().filter_map(Completed::lateness).max().unwrap_or(0)
}

/// Latest end of work that is not done, from `now`.
fn makespan(facts: &Facts<'_>, scheduled: &[&Fact<'_>]) -> i128 {
    let last = scheduled.iter().map(|fact| fact.placement.end).max();
    last.map_or(0, |end| i128::from(end) - i128::from(facts.problem.now))
}

/// Sum of earliness weight x max(0, due - C).
fn earliness(orders: &[Completed<'_>]) -> i128 {
    let early = |row: &Completed<'_>| row.lateness().map_or(0, |late| (-late).max(0));
    orders.iter().map(|row| i128::from(row.order.earliness_weight) * early(row)).sum()
}

/// Sum of weight x (C - first start).
fn flow_time(orders: &[Completed<'_>]) -> i128 {
    orders.iter().map(|row| i128::from(row.order.weight) * i128::from(row.end - row.first_start)).sum()
}

/// Flow of operations without order: each is its own order of weight 1 (contract, 7.1).
fn alone(facts: &Facts<'_>) -> i128 {
    let own = facts.problem.operation_ids().filter(|&op| facts.problem.operation(op).order.is_none());
    own.filter_map(|op| times(facts, op)).map(|(start, end)| i128::from(end - start)).sum()
}

/// Working time of changeovers, what remains of started ones included.
fn changeover_time(facts: &Facts<'_>, scheduled: &[&Fact<'_>]) -> i128 {
    scheduled.iter().map(|fact| i128::from(facts.changed(fact))).sum()
}

/// Cost of the modes taken.
fn mode_cost(scheduled: &[&Fact<'_>]) -> i128 {
    scheduled.iter().map(|fact| i128::from(fact.mode.cost)).sum()
}

/// Cost per hour x quantity x (working + changing ticks) from `now` on, divided once.
fn resource_cost(facts: &Facts<'_>, scheduled: &[&Fact<'_>]) -> i128 {
    use crate::model::operation::Target;
    let problem = facts.problem;
    let price =
        |resource: crate::model::ids::ResourceId| i128::from(problem.resource(resource).cost_per_hour);
    let mut sum: i128 = 0;
    for fact in scheduled.iter().filter(|fact| fact.is_lasting()) {
        let (worked, changed) = (i128::from(facts.worked(fact)), i128::from(facts.changed(fact)));
        let ticks = |phase| if phase == Phase::Run { worked } else { changed };
        if let Some(resource) = fact.mode.resource {
            sum += price(resource) * i128::from(fact.mode.quantity) * (worked + changed);
        }
        for requirement in problem.requirements_of(fact.placement.mode) {
            if let Target::Resource(resource) = requirement.target {
                let quantity = i128::from(requirement.quantity);
                sum += price(resource) * quantity * ticks(requirement.phase);
            }
        }
        for member in &fact.placement.members {
            let phase = problem.requirement(member.requirement).phase;
            sum += price(member.resource) * ticks(phase);
        }
    }
    sum.div_euclid(if problem.temporal { HOUR } else { 1 })
}

/// Sum over planned baseline operations of |start - baseline start| x zone factor, and a price per
/// changed resource.
fn stability(facts: &Facts<'_>, scheduled: &[&Fact<'_>]) -> i128 {
    let prices = &facts.problem.stability;
    let of = |fact: &&Fact<'_>| -> i128 {
        let Some(baseline) = facts.problem.baseline(fact.operation) else {
            return 0;
        };
        if baseline.status != Status::Planned {
            return 0;
        }
        let moved = baseline.start.map_or(0, |start| {
            let factor = prices.factor(start - facts.problem.now);
            i128::from((fact.placement.start - start).abs()) * i128::from(factor)
        });
        let changed = baseline.resource.is_some() && baseline.resource != fact.mode.resource;
        moved + if changed { i128::from(prices.resource) } else { 0 }
    };
    scheduled.iter().map(of).sum()
}
