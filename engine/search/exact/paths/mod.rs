//! Heads, tails and pairs, with the reasons of each.
//!
//! Everything that happens is on one trail: pairs decided, heads and tails raised. An entry for a head or a
//! tail names the pair that raised it and the entry that it replaced, so the longest path to an operation at
//! any past moment can be walked back.
//!
//! `build` makes the first state of an instance, `follow` draws what follows from each entry, `trail` adds
//! entries, takes them back and looks them up.

mod build;
mod follow;
mod trail;

/// No entry, no literal.
pub(super) const NONE: u32 = u32::MAX;

/// Why a pair is decided as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The search chose.
    Decision,
    /// It holds whatever else.
    Root,
    /// All other literals of a clause are false.
    Clause(u32),
    /// The other order makes a path too long.
    Length,
    /// Two other literals, by transitivity.
    Two(u32, u32),
}

/// What cannot be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Conflict {
    /// The path through an operation is too long.
    Operation(u32),
    /// All literals of a clause are false.
    Clause(u32),
}

/// Another operation on the same resource, and the literal that says that it comes later.
#[derive(Debug, Clone, Copy)]
struct Mate {
    operation: u32,
    after: u32,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Entry {
    /// A pair was decided.
    Literal(u32),
    /// A head (`2 i`) or tail (`2 i + 1`) was raised.
    Length {
        side: u32,
        value: i32,
        /// The operation whose head or tail it follows from.
        from: u32,
        /// The pair, or none along a chain.
        literal: u32,
        /// Entry that this one replaces, and its value.
        before: u32,
        old: i32,
    },
}

/// The state of the search.
#[derive(Debug, Clone)]
pub(super) struct Paths {
    pub(super) target: i32,
    durations: Vec<i32>,
    previous: Vec<u32>,
    next: Vec<u32>,
    /// What follows each end along its chain.
    after: Vec<i32>,
    mates: Vec<Vec<Mate>>,
    /// Operations of each pair: literal `2 p` says that the first comes first.
    pairs: Vec<(u32, u32)>,
    /// 0 open, 1 holds, 2 fails, by literal.
    values: Vec<u8>,
    pub(super) reasons: Vec<Reason>,
    pub(super) levels: Vec<u32>,
    /// Where on the trail a pair was decided.
    pub(super) places: Vec<u32>,
    /// Heads and tails.
    lengths: Vec<i32>,
    last: Vec<u32>,
    pub(super) trail: Vec<Entry>,
    marks: Vec<usize>,
    next_entry: usize,
    pub(super) work: u64,
}

impl Paths {
    pub(super) fn pairs(&self) -> usize {
        self.pairs.len()
    }

    pub(super) fn operations_of(&self, pair: usize) -> (usize, usize) {
        (self.pairs[pair].0 as usize, self.pairs[pair].1 as usize)
    }

    /// Room that is left for the tighter order of a pair.
    pub(super) fn room(&self, pair: usize) -> i32 {
        let (first, second) = self.operations_of(pair);
        let through = |a: usize, b: usize| {
            self.lengths[2 * a] + self.durations[a] + self.durations[b] + self.lengths[2 * b + 1]
        };
        self.target - through(first, second).max(through(second, first))
    }

    pub(super) fn holds(&self, literal: u32) -> bool {
        self.values[literal as usize] == 1
    }

    pub(super) fn fails(&self, literal: u32) -> bool {
        self.values[literal as usize] == 2
    }

    pub(super) fn is_decided(&self, pair: usize) -> bool {
        self.values[2 * pair] != 0
    }

    pub(super) fn level(&self) -> u32 {
        self.marks.len() as u32
    }

    pub(super) fn deepen(&mut self) {
        self.marks.push(self.trail.len());
    }

    pub(super) fn starts(&self) -> Vec<u32> {
        self.lengths.iter().step_by(2).map(|&head| head as u32).collect()
    }

    /// Length of a schedule: the largest end with the tail of its chain.
    pub(super) fn length_of(&self, starts: &[u32]) -> u32 {
        let end = |i: usize| starts[i] + self.durations[i] as u32 + self.after[i] as u32;
        (0..starts.len()).map(end).max().unwrap_or(0)
    }

    /// A lower target; only at level 0.
    pub(super) fn aim(&mut self, target: i32) {
        self.target = target;
        self.touch_all();
    }

    /// All operations are looked at again: entries that change nothing.
    fn touch_all(&mut self) {
        for side in 0..self.lengths.len() as u32 {
            let value = self.lengths[side as usize];
            self.record(side, value, NONE, NONE);
        }
    }

    /// Raises head and tail whatever is decided; only at level 0.
    pub(super) fn raise_root(&mut self, operation: usize, head: i32, tail: i32) -> Result<(), Conflict> {
        for (side, value) in [(2 * operation, head), (2 * operation + 1, tail)] {
            if value > self.lengths[side] {
                self.record(side as u32, value, NONE, NONE);
            }
        }
        self.check(operation as u32)
    }

    /// First and second operation of a literal.
    pub(super) fn ends(&self, literal: u32) -> (u32, u32) {
        let (first, second) = self.pairs[literal as usize / 2];
        if literal.is_multiple_of(2) { (first, second) } else { (second, first) }
    }

    pub(super) fn duration(&self, operation: u32) -> i32 {
        self.durations[operation as usize]
    }
}
