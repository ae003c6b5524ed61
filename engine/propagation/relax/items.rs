//! Items of a problem as reservoirs: one that nothing falls below zero, one that the largest stock is kept.
//!
//! The verifier asks at each instant up to the last end that operations leave no balance below zero, nor below
//! what history alone (stock rows, production of started work) makes of it where that is less. So what is there
//! is the balance of history, zero where that is below, and after an instant at which all may be over the most
//! that it was since. The largest stock likewise, with production as what takes room.

use super::History;
use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ItemId, OperationId};
use crate::model::time::{FAR, Time};
use crate::propagation::network::{Movement, Network, Reservoir, end_of, start_of};

/// Adds the reservoirs of all limited items.
pub(super) fn add(network: &mut Network<'_>, problem: &Problem, history: History<'_>) {
    if problem.items.is_empty() {
        return;
    }
    let last = last_end(network, problem);
    let mut moved = movements(problem, history);
    for (index, item) in problem.items.iter().enumerate() {
        let Moved { made, used, known } = std::mem::take(&mut moved[index]);
        if item.unlimited {
            continue;
        }
        let balance = balance(&item.arrivals, known);
        let name = ItemId::new(index).0;
        if !used.is_empty() {
            let there = steps(&balance, last, |level| level);
            network.reservoirs.push(Reservoir { name, there, gives: made.clone(), takes: used.clone() });
        }
        if let Some(most) = item.max_stock.filter(|_| !made.is_empty()) {
            let there = steps(&balance, last, |level| i128::from(most) - level);
            network.reservoirs.push(Reservoir { name, there, gives: used, takes: made });
        }
    }
}

/// Movements of an item.
#[derive(Debug, Clone, Default)]
struct Moved {
    /// By operations still to start, at their ends.
    made: Vec<Movement>,
    /// The same, at their starts.
    used: Vec<Movement>,
    /// What started work produces, and when.
    known: Vec<(Time, i64)>,
}

fn movements(problem: &Problem, history: History<'_>) -> Vec<Moved> {
    let mut moved = vec![Moved::default(); problem.items.len()];
    for operation in problem.operation_ids() {
        let index = operation.index();
        let status = problem.status(operation);
        for &(item, quantity) in &problem.operation(operation).materials {
            let own = &mut moved[item.index()];
            match status {
                Status::Started if quantity > 0 => own.known.extend(end(history, operation, quantity)),
                // What they have used or made is in stock already, or no more.
                Status::Done | Status::Started => {}
                Status::Planned if quantity > 0 => own.made.push(Movement { point: end_of(index), quantity }),
                Status::Planned => own.used.push(Movement { point: start_of(index), quantity: -quantity }),
            }
        }
    }
    moved
}

fn end(history: History<'_>, operation: OperationId, quantity: i64) -> Option<(Time, i64)> {
    history(operation).filter(|&(_, end)| end < FAR).map(|(_, end)| (end, quantity))
}

/// Everything ends at this instant or later.
fn last_end(network: &Network<'_>, problem: &Problem) -> Time {
    let planned = |operation: &OperationId| problem.status(*operation) == Status::Planned;
    let ends = problem.operation_ids().filter(planned).map(|operation| {
        let index = operation.index();
        network.operations[index].release + network.shortest(index, u64::MAX)
    });
    ends.max().unwrap_or(problem.now)
}

/// The balance of history from an instant on.
fn balance(arrivals: &[(Time, i64)], known: Vec<(Time, i64)>) -> Vec<(Time, i128)> {
    let mut changes = known;
    changes.extend_from_slice(arrivals);
    changes.sort_unstable();
    let mut balance = vec![(-FAR / 2, 0)];
    for own in changes.chunk_by(|one, other| one.0 == other.0) {
        let before = balance.last().map_or(0, |step| step.1);
        balance.push((own[0].0, before + own.iter().map(|change| i128::from(change.1)).sum::<i128>()));
    }
    balance
}

/// What operations may take at most, from an instant on.
fn steps(balance: &[(Time, i128)], last: Time, free: impl Fn(i128) -> i128) -> Vec<(Time, i64)> {
    let mut before = 0;
    let step = |&(from, level): &(Time, i128)| {
        let free = free(level).max(0);
        before = if from > last { free.max(before) } else { free };
        (from, i64::try_from(before).unwrap_or(i64::MAX))
    };
    balance.iter().map(step).collect()
}
