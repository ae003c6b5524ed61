//! From a conflict to a clause.
//!
//! Backwards along the trail, every literal of the present level but the last one is replaced by its reason.
//! The reason of a length is the path that has it: only as much of it as is needed, so that what is learned is
//! as general as it can be.

use super::paths::{Conflict, Entry, NONE, Paths, Reason};
use super::shop::Exact;

/// A clause learned.
pub(super) struct Learned {
    /// The literal that it forces first, then one of the highest other level.
    pub(super) literals: Vec<u32>,
    /// Where it forces it.
    pub(super) level: u32,
    /// Number of levels in it.
    pub(super) spread: u32,
}

/// Literals collected on the way; all hold at the conflict.
struct Collector {
    seen: Vec<bool>,
    /// Seen literals of the present level that are still to be looked at.
    open: u32,
    literals: Vec<u32>,
    touched: Vec<u32>,
}

impl Collector {
    /// Adds a literal that holds.
    fn add(&mut self, paths: &Paths, literal: u32) {
        let pair = literal as usize / 2;
        if self.seen[pair] || paths.levels[pair] == 0 {
            return;
        }
        self.seen[pair] = true;
        self.touched.push(literal);
        if paths.levels[pair] == paths.level() {
            self.open += 1;
        } else {
            self.literals.push(literal);
        }
    }

    /// Adds the pairs on the path that makes a side at least `value` before `place`.
    fn add_path(&mut self, paths: &mut Paths, side: u32, value: i32, place: u32) {
        let (mut side, mut value, mut place) = (side, value, place);
        while let Some((at, from, literal)) = paths.first_at_least(side, value, place) {
            paths.work += 1;
            if literal != NONE {
                self.add(paths, literal);
            }
            if from == NONE {
                return;
            }
            // What follows from `from` is its length and duration.
            value -= paths.duration(from);
            side = 2 * from + side % 2;
            place = at;
        }
    }

    /// Adds head and tail of two operations that together are too long by at least one.
    fn add_lengths(&mut self, paths: &mut Paths, first: u32, second: u32, room: i32, place: u32) {
        let head = paths.length_before(2 * first, place);
        let tail = paths.length_before(2 * second + 1, place);
        debug_assert!(head + tail > room);
        self.add_path(paths, 2 * first, head, place);
        self.add_path(paths, 2 * second + 1, room + 1 - head, place);
    }
}

impl Exact {
    /// The clause of a conflict; none if it follows from nothing.
    pub(super) fn learn(&mut self, conflict: Conflict) -> Option<Learned> {
        let mut collector = Collector {
            seen: vec![false; self.paths.pairs()],
            open: 0,
            literals: Vec::new(),
            touched: Vec::new(),
        };
        let end = self.paths.trail.len() as u32;
        match conflict {
            Conflict::Operation(operation) => {
                let room = self.paths.target - self.paths.duration(operation);
                collector.add_lengths(&mut self.paths, operation, operation, room, end);
            }
            Conflict::Clause(clause) => {
                self.clauses.bump(clause);
                for &literal in self.clauses.literals(clause) {
                    collector.add(&self.paths, literal ^ 1);
                }
            }
        }
        if collector.open == 0 {
            // All of it is older than this level: go back to where it happened and look again.
            let level =
                collector.literals.iter().map(|&literal| self.paths.levels[literal as usize / 2]).max()?;
            return Some(self.learn_below(level, collector));
        }
        let last = self.resolve_level(&mut collector);
        Some(self.finish(&collector, last))
    }

    /// The conflict belongs to a lower level: everything of that level is open there.
    fn learn_below(&mut self, level: u32, mut collector: Collector) -> Learned {
        let levels = &self.paths.levels;
        let is_there = |literal: &u32| levels[*literal as usize / 2] == level;
        let there: Vec<u32> = collector.literals.iter().copied().filter(is_there).collect();
        collector.literals.retain(|literal| !is_there(literal));
        collector.open = there.len() as u32;
        self.backtrack(level);
        let last = self.resolve_level(&mut collector);
        self.finish(&collector, last)
    }

    /// Replaces literals of the present level by their reasons until one is left.
    fn resolve_level(&mut self, collector: &mut Collector) -> u32 {
        let mut place = self.paths.trail.len();
        loop {
            place -= 1;
            let Entry::Literal(literal) = self.paths.trail[place] else { continue };
            let pair = literal as usize / 2;
            if !collector.seen[pair] {
                continue;
            }
            collector.open -= 1;
            if collector.open == 0 {
                return literal;
            }
            self.expand(collector, literal);
        }
    }

    /// Adds the reason of a literal.
    fn expand(&mut self, collector: &mut Collector, literal: u32) {
        let pair = literal as usize / 2;
        match self.paths.reasons[pair] {
            Reason::Decision | Reason::Root => {}
            Reason::Clause(clause) => {
                self.clauses.bump(clause);
                for &other in self.clauses.literals(clause) {
                    if other != literal {
                        collector.add(&self.paths, other ^ 1);
                    }
                }
            }
            Reason::Two(one, other) => {
                collector.add(&self.paths, one);
                collector.add(&self.paths, other);
            }
            Reason::Length => {
                // The other order was too long.
                let (first, second) = self.paths.ends(literal ^ 1);
                let room = self.paths.target - self.paths.duration(first) - self.paths.duration(second);
                let place = self.paths.places[pair];
                collector.add_lengths(&mut self.paths, first, second, room, place);
            }
        }
    }

    fn finish(&mut self, collector: &Collector, last: u32) -> Learned {
        for &literal in &collector.touched {
            self.order.bump_by(literal as usize / 2, 1.0);
        }
        let mut others = self.shortened(collector);
        let levels = &self.paths.levels;
        let level_of = |literal: &u32| levels[*literal as usize / 2];
        others.sort_by_key(|literal| (std::cmp::Reverse(level_of(literal)), *literal));
        let level = others.first().map_or(0, level_of);
        let mut spread: Vec<u32> = others.iter().map(level_of).collect();
        spread.dedup();
        let mut literals = vec![last ^ 1];
        literals.extend(others.iter().map(|literal| literal ^ 1));
        Learned { literals, level, spread: spread.len() as u32 + 1 }
    }

    /// Without literals that follow from others in the clause.
    fn shortened(&self, collector: &Collector) -> Vec<u32> {
        let paths = &self.paths;
        let is_in =
            |literal: u32| collector.seen[literal as usize / 2] || paths.levels[literal as usize / 2] == 0;
        let follows = |&literal: &u32| match paths.reasons[literal as usize / 2] {
            Reason::Clause(clause) => {
                self.clauses.literals(clause).iter().all(|&other| other == literal || is_in(other))
            }
            Reason::Two(one, other) => is_in(one) && is_in(other),
            _ => false,
        };
        collector.literals.iter().copied().filter(|literal| !follows(literal)).collect()
    }
}
