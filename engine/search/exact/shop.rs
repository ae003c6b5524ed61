//! The shop as the exact search sees it, and the search itself.

use super::clauses::Clauses;
use super::order::Order;
use super::paths::{Conflict, Paths, Reason};
use crate::schedule::plain::PlainInstance;

/// Conflicts of the shortest run between two restarts.
const RESTART: u64 = 120;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Starts of a schedule within the target.
    Schedule(Vec<u32>),
    /// There is none: proven.
    None,
    /// The work given was not enough.
    Open,
}

/// The exact search on one instance, with all that it has learned.
#[derive(Debug, Clone)]
pub struct Exact {
    pub(super) paths: Paths,
    pub(super) clauses: Clauses,
    pub(super) order: Order,
    /// Which way to decide a pair.
    phase: Vec<bool>,
    restarts: u64,
    until_restart: u64,
    /// Conflicts so far.
    pub conflicts: u64,
    is_refuted: bool,
}

impl Exact {
    /// The instance, nothing known yet; none where it has choices of modes, operations without duration, or
    /// too many pairs.
    pub fn new(instance: &PlainInstance, target: u32) -> Option<Self> {
        let paths = Paths::new(instance, target)?;
        let pairs = paths.pairs();
        let mut order = Order::new(pairs);
        for pair in 0..pairs {
            // Pairs with little room first.
            order.bump_by(pair, 1.0 / (1.0 + f64::from(paths.room(pair).max(0))));
        }
        Some(Self {
            clauses: Clauses::new(2 * pairs),
            order,
            phase: vec![true; pairs],
            restarts: 0,
            until_restart: RESTART,
            conflicts: 0,
            is_refuted: false,
            paths,
        })
    }

    /// Operations touched so far.
    pub fn work(&self) -> u64 {
        self.paths.work
    }

    /// Decides pairs as a schedule has them, where there is a choice.
    pub fn follow(&mut self, starts: &[u32]) {
        for pair in 0..self.phase.len() {
            let (first, second) = self.paths.operations_of(pair);
            self.phase[pair] = starts[first] <= starts[second];
        }
    }

    /// The length that is asked for.
    pub fn target(&self) -> u32 {
        self.paths.target.unsigned_abs()
    }

    /// Length of a schedule by its starts.
    pub fn length_of(&self, starts: &[u32]) -> u32 {
        self.paths.length_of(starts)
    }

    /// Asks for schedules of at most this length; only ever shorter.
    pub fn lower(&mut self, target: u32) {
        if i64::from(target) < i64::from(self.paths.target) {
            self.backtrack(0);
            self.paths.aim(target as i32);
        }
    }

    /// Heads and tails that are known from elsewhere for this target.
    pub fn learn_paths(&mut self, heads: &[u32], tails: &[u32]) {
        self.backtrack(0);
        for operation in 0..heads.len() {
            let (head, tail) = (heads[operation] as i32, tails[operation] as i32);
            if self.paths.raise_root(operation, head, tail).is_err() {
                self.is_refuted = true;
            }
        }
    }

    /// Searches until an answer or until so much more work is done.
    pub fn run(&mut self, budget: u64) -> Answer {
        let until = self.paths.work + budget;
        if self.is_refuted {
            return Answer::None;
        }
        loop {
            if let Err(conflict) = self.paths.propagate(&mut self.clauses) {
                self.conflicts += 1;
                if self.paths.level() == 0 || !self.resolve(conflict) {
                    self.is_refuted = true;
                    return Answer::None;
                }
                continue;
            }
            if self.paths.work >= until {
                return Answer::Open;
            }
            if self.until_restart == 0 {
                self.restart();
                continue;
            }
            let Some(pair) = self.order.pop(|pair| !self.paths.is_decided(pair)) else {
                return Answer::Schedule(self.paths.starts());
            };
            self.paths.deepen();
            let literal = 2 * pair as u32 + u32::from(!self.phase[pair]);
            self.paths.decide(literal, Reason::Decision);
        }
    }

    fn restart(&mut self) {
        self.restarts += 1;
        self.until_restart = RESTART * luby(self.restarts);
        self.backtrack(0);
        self.clauses.reduce(&mut self.paths);
    }

    /// Learns from a conflict and goes back; false if nothing is left.
    fn resolve(&mut self, conflict: Conflict) -> bool {
        let learned = self.learn(conflict);
        let Some(learned) = learned else { return false };
        self.until_restart = self.until_restart.saturating_sub(1);
        self.backtrack(learned.level);
        let first = learned.literals[0];
        let reason = if learned.literals.len() == 1 {
            Reason::Root
        } else {
            Reason::Clause(self.clauses.add(learned.literals, learned.spread))
        };
        self.paths.decide(first, reason);
        self.order.decay();
        self.clauses.decay();
        true
    }

    pub(super) fn backtrack(&mut self, level: u32) {
        let (order, phase) = (&mut self.order, &mut self.phase);
        self.paths.backtrack(level, |literal| {
            phase[literal as usize / 2] = literal % 2 == 0;
            order.push(literal as usize / 2);
        });
    }
}

/// 1, 1, 2, 1, 1, 2, 4, ...
fn luby(index: u64) -> u64 {
    let mut index = index;
    loop {
        let next = (index + 1).next_power_of_two();
        if index + 1 == next {
            return next / 2;
        }
        index -= next / 2 - 1;
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn lubys_sequence() {
        let first: Vec<u64> = (1..=15).map(super::luby).collect();
        assert_eq!(first, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
    }
}
