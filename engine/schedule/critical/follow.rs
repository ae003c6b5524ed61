//! Who must move along: some operations go to their latest places, the others stay unless they must follow.
//!
//! Every constraint bounds an instant of one operation by a rising function of an instant of another. So if
//! some operations are at their places of the latest schedule and the rest where they were, only those
//! that moved can be bounded too low, and moving what bounds them to its latest place can only help. The
//! set grows until nothing is bounded any more; at worst it is the latest schedule itself. Then those that
//! only followed come back, in order of time, as far as those before them allow.

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
    let mut is_wanted = vec![false; latest.len()];
    for operation in wanted {
        is_wanted[operation.index()] = true;
        follower.move_to_latest(operation);
    }
    while let Some(operation) = follower.queue.pop() {
        follower.free(operation);
    }
    follower.come_back(&is_wanted);
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
    /// Those that only followed go no later than they must.
    fn come_back(&mut self, is_wanted: &[bool]) {
        let moved = |facts: &&crate::schedule::verify::facts::Fact<'_>| {
            self.solver.positions[facts.operation.index()] != present(facts)
        };
        let mut moved: Vec<_> = self.facts.planned().filter(moved).collect();
        moved.sort_unstable_by_key(|fact| (fact.placement.start, fact.placement.end, fact.operation));
        let mut bounded: Vec<Vec<OperationId>> = vec![Vec::new(); is_wanted.len()];
        for fact in &moved {
            for other in self.solver.bounds(fact.operation) {
                bounded[other.index()].push(fact.operation);
            }
        }
        for fact in moved.iter().filter(|fact| !is_wanted[fact.operation.index()]) {
            let place = fact.operation.index();
            let now = present(fact);
            let (mut low, mut high) = (now.start, self.solver.positions[place].start);
            if self.holds(place, now, &bounded[place]) {
                self.solver.positions[place] = now;
                continue;
            }
            // The place found so far holds, that at `low` does not.
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                let there = self.solver.lowered_to(fact, middle);
                if there.start > low && self.holds(place, there, &bounded[place]) {
                    self.solver.positions[place] = there;
                    high = there.start;
                } else {
                    low = middle;
                }
            }
        }
    }

    /// Whether nobody who is bounded by an operation would have to come back if it were there.
    fn holds(&mut self, place: usize, there: Position, bounded: &[OperationId]) -> bool {
        let kept = std::mem::replace(&mut self.solver.positions[place], there);
        self.looked += 1 + bounded.len();
        let holds = bounded.iter().all(|&other| {
            let stands = self.solver.positions[other.index()];
            self.facts.get(other).is_none_or(|fact| {
                let can = self.solver.lowered_to(fact, stands.start);
                can == stands || (can.start == stands.start && stands.changeover <= can.changeover)
            })
        });
        self.solver.positions[place] = kept;
        holds
    }
}
