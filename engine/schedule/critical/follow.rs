//! Who must move along: some operations go to their latest places, the others stay unless they must follow.
//!
//! Every constraint bounds an instant of one operation by a rising function of an instant of another. So if
//! some operations are at their places of the latest schedule and the rest where they were, only those
//! that moved can be bounded too low, and moving what bounds them to its latest place can only help. The
//! set grows until nothing is bounded any more; at worst it is the latest schedule itself.

use super::latest::{Ceiling, Position, Solver, present};
use super::links::Link;
use crate::model::ids::OperationId;
use crate::schedule::verify::facts::Facts;

/// Positions with those of `wanted` at their latest and as few others moved as was found; `latest` is the
/// latest schedule under the same ceiling. Also how many were looked at.
pub(crate) fn follow(
    facts: &Facts<'_>,
    links: &[Link],
    ceiling: &Ceiling,
    latest: &[Position],
    wanted: impl Iterator<Item = OperationId>,
) -> (Vec<Position>, usize) {
    let mut solver = Solver::new(facts, links, ceiling);
    for fact in facts.iter() {
        solver.positions[fact.operation.index()] = present(fact);
    }
    let mut follower = Follower { facts, latest, solver, queue: Vec::new(), looked: 0 };
    for operation in wanted {
        follower.move_to_latest(operation);
    }
    while let Some(operation) = follower.queue.pop() {
        follower.free(operation);
    }
    (follower.solver.positions, follower.looked)
}

struct Follower<'f, 'a> {
    facts: &'f Facts<'a>,
    latest: &'f [Position],
    solver: Solver<'f, 'a>,
    queue: Vec<OperationId>,
    looked: usize,
}

impl Follower<'_, '_> {
    fn can_move(&self, operation: OperationId) -> bool {
        let planned = self.facts.get(operation).is_some_and(|fact| fact.started.is_none());
        planned && self.solver.positions[operation.index()] != self.latest[operation.index()]
    }

    fn move_to_latest(&mut self, operation: OperationId) {
        if self.can_move(operation) {
            self.solver.positions[operation.index()] = self.latest[operation.index()];
            self.queue.push(operation);
        }
    }

    /// Moves what bounds an operation until nothing does.
    fn free(&mut self, operation: OperationId) {
        let Some(fact) = self.facts.get(operation) else { return };
        let goal = self.latest[operation.index()];
        let bounds = self.solver.bounds(operation);
        self.looked += 1 + bounds.len();
        let mut reached = self.solver.lowered(fact);
        loop {
            let before = reached;
            for &other in &bounds {
                if reached == goal {
                    return;
                }
                if !self.can_move(other) {
                    continue;
                }
                let kept = self.solver.positions[other.index()];
                self.solver.positions[other.index()] = self.latest[other.index()];
                let freed = self.solver.lowered(fact);
                self.looked += 1;
                if freed == reached {
                    self.solver.positions[other.index()] = kept;
                } else {
                    reached = freed;
                    self.queue.push(other);
                }
            }
            if reached == before {
                break;
            }
        }
        // Two of them bound it alike: all must go.
        if reached != goal {
            for other in bounds {
                self.move_to_latest(other);
            }
        }
    }
}
