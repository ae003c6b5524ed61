//! Tardiness that one resource alone makes unavoidable.
//!
//! If work may be interrupted, running the order with the least work left finishes, by every instant, as many
//! orders as any schedule does. So the k-th end of that schedule is at most the k-th end of any; paired with
//! the k-th due date, the sum of what is late is a bound, weighted by the least weight. It runs in the
//! resource's open time, so calendars count.
//!
//! # References
//! Schrage, "A proof of the optimality of the shortest remaining processing time discipline", Operations
//! Research 16, 1968. Chu, "A branch-and-bound algorithm to minimize total tardiness with different release
//! dates", Naval Research Logistics 39, 1992.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::history::Status;
use crate::model::ids::{OrderId, ResourceId};
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::propagation::TimeWindows;
use crate::schedule::decode::Outline;

/// Work that an order must do on a resource.
struct Demand {
    release: Time,
    work: Time,
    due: Time,
    weight: i64,
}

/// The largest bound of any resource; `orders` are those that every counted schedule has.
pub(super) fn tardiness(outline: &Outline<'_>, windows: &TimeWindows, orders: &[OrderId]) -> i64 {
    let problem = outline.problem;
    let mut demands: Vec<Vec<Demand>> = problem.resources.iter().map(|_| Vec::new()).collect();
    for &id in orders {
        let order = problem.order(id);
        let Some(due) = order.due.filter(|_| order.weight > 0) else { continue };
        let mut own: Vec<(ResourceId, Time, Time)> = Vec::new();
        for &operation in &order.operations {
            let modes = outline.allowed(operation);
            let first = modes.first().and_then(|&mode| outline.mode(mode).own);
            let single = modes.iter().all(|&mode| outline.mode(mode).own == first);
            if let Some(resource) = first.filter(|_| single && problem.status(operation) == Status::Planned)
                && problem.resource(resource).kind == ResourceKind::Unary
            {
                let work = modes.iter().map(|&mode| problem.mode(mode).duration).min().unwrap_or(0);
                own.push((resource, windows.est[operation.index()], work));
            }
        }
        own.sort_unstable();
        for same in own.chunk_by(|one, other| one.0 == other.0) {
            // The first is the earliest: sorted by start.
            let work = same.iter().map(|row| row.2).sum();
            demands[same[0].0.index()].push(Demand { release: same[0].1, work, due, weight: order.weight });
        }
    }
    let bounds = problem.resource_ids().zip(&demands).map(|(id, demands)| on_resource(outline, id, demands));
    bounds.max().unwrap_or(0)
}

fn on_resource(outline: &Outline<'_>, resource: ResourceId, demands: &[Demand]) -> i64 {
    let problem = outline.problem;
    let open = problem.window_set(problem.resource(resource).open);
    let Some(weight) = demands.iter().map(|demand| demand.weight).min() else { return 0 };
    let origin = problem.now;
    let mut sorted: Vec<(Time, Time)> =
        demands.iter().map(|demand| (open.open_between(origin, demand.release), demand.work)).collect();
    sorted.sort_unstable();
    let mut dues: Vec<Time> = demands.iter().map(|demand| demand.due).collect();
    dues.sort_unstable();
    let ends = shortest_first(&sorted);
    let late = ends.iter().zip(&dues).map(|(&end, due)| {
        let end = open.advance(origin, end).unwrap_or(FAR);
        (end - due).max(0)
    });
    late.fold(0_i64, |sum, late| sum.saturating_add(late.saturating_mul(weight)))
}

/// Ends, ascending, if the demand with the least work left always runs; `demands` by release.
fn shortest_first(demands: &[(Time, Time)]) -> Vec<Time> {
    let mut ready: BinaryHeap<Reverse<Time>> = BinaryHeap::new();
    let (mut time, mut next, mut ends) = (0, 0, Vec::with_capacity(demands.len()));
    while next < demands.len() || !ready.is_empty() {
        if ready.is_empty() {
            time = time.max(demands[next].0);
        }
        while next < demands.len() && demands[next].0 <= time {
            ready.push(Reverse(demands[next].1));
            next += 1;
        }
        let Some(Reverse(left)) = ready.pop() else { continue };
        let until = demands.get(next).map_or(FAR, |demand| demand.0);
        let run = left.min(until - time);
        time += run;
        if run < left {
            ready.push(Reverse(left - run));
        } else {
            ends.push(time);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::shortest_first;

    #[test]
    fn the_shortest_interrupts() {
        // 0..2 first, 2..3 the short one, 3..6 the rest of the first, then the last.
        assert_eq!(shortest_first(&[(0, 5), (2, 1), (2, 9)]), [3, 6, 15]);
    }
}
