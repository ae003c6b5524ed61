//! Heads, tails and pairs, with the reasons of each.
//!
//! Everything that happens is on one trail: pairs decided, heads and tails raised. An entry for a head or a
//! tail names the pair that raised it and the entry that it replaced, so the longest path to an operation at
//! any past moment can be walked back.

use super::clauses::Clauses;
use crate::schedule::plain::PlainInstance;

/// No entry, no literal.
pub(super) const NONE: u32 = u32::MAX;

/// Lengths up to here add up in 32 bits.
const LONGEST: u32 = 1 << 28;

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
    pub(super) fn new(instance: &PlainInstance, target: u32) -> Option<Self> {
        let count = instance.num_operations();
        if instance.is_flexible() || instance.horizon() > LONGEST {
            return None;
        }
        let durations: Vec<i32> = (0..count).map(|i| instance.shortest(i) as i32).collect();
        if durations.contains(&0) {
            return None;
        }
        let mut chain_of = vec![0; count];
        let (mut previous, mut next) = (vec![NONE; count], vec![NONE; count]);
        let mut lengths = vec![0; 2 * count];
        for chain in 0..instance.num_chains() {
            let range = instance.chain(chain);
            let mut head = instance.release(chain) as i32;
            for i in range.clone() {
                chain_of[i] = chain;
                lengths[2 * i] = head;
                head += durations[i];
                if i > range.start {
                    (previous[i], next[i - 1]) = (i as u32 - 1, i as u32);
                }
            }
            let mut tail = instance.tail(chain) as i32;
            for i in range.rev() {
                lengths[2 * i + 1] = tail;
                tail += durations[i];
            }
        }
        let mut on_resource: Vec<Vec<u32>> = vec![Vec::new(); instance.num_resources()];
        for i in 0..count {
            on_resource[instance.modes(i)[0].resource as usize].push(i as u32);
        }
        let mut mates = vec![Vec::new(); count];
        let mut pairs = Vec::new();
        for operations in &on_resource {
            for (place, &first) in operations.iter().enumerate() {
                for &second in &operations[place + 1..] {
                    if chain_of[first as usize] != chain_of[second as usize] {
                        let literal = 2 * pairs.len() as u32;
                        mates[first as usize].push(Mate { operation: second, after: literal });
                        mates[second as usize].push(Mate { operation: first, after: literal + 1 });
                        pairs.push((first, second));
                    }
                }
            }
            if pairs.len() > super::MOST_PAIRS {
                return None;
            }
        }
        let literals = 2 * pairs.len();
        let mut paths = Self {
            target: target as i32,
            durations,
            previous,
            next,
            after: lengths.iter().skip(1).step_by(2).copied().collect(),
            mates,
            values: vec![0; literals],
            reasons: vec![Reason::Root; pairs.len()],
            levels: vec![0; pairs.len()],
            places: vec![0; pairs.len()],
            pairs,
            last: vec![NONE; 2 * count],
            lengths,
            trail: Vec::new(),
            marks: Vec::new(),
            next_entry: 0,
            work: 0,
        };
        paths.touch_all();
        Some(paths)
    }

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

    /// Entries of level 0 end here.
    pub(super) fn root(&self) -> usize {
        self.marks.first().copied().unwrap_or(self.trail.len())
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

    /// Decides a pair.
    pub(super) fn decide(&mut self, literal: u32, reason: Reason) {
        let pair = literal as usize / 2;
        self.values[literal as usize] = 1;
        self.values[literal as usize ^ 1] = 2;
        self.reasons[pair] = reason;
        self.levels[pair] = self.level();
        self.places[pair] = self.trail.len() as u32;
        self.trail.push(Entry::Literal(literal));
    }

    fn record(&mut self, side: u32, value: i32, from: u32, literal: u32) {
        let index = side as usize;
        let (before, old) = (self.last[index], self.lengths[index]);
        self.last[index] = self.trail.len() as u32;
        self.lengths[index] = value;
        self.trail.push(Entry::Length { side, value, from, literal, before, old });
    }

    /// Follows up everything new; clauses last.
    pub(super) fn propagate(&mut self, clauses: &mut Clauses) -> Result<(), Conflict> {
        while self.next_entry < self.trail.len() {
            let place = self.next_entry;
            self.next_entry += 1;
            match self.trail[place] {
                Entry::Literal(literal) => {
                    self.decided(literal)?;
                    clauses.failed(literal ^ 1, self).map_err(Conflict::Clause)?;
                }
                Entry::Length { side, .. } => {
                    if self.last[side as usize] == place as u32 {
                        self.raised(side)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// First and second operation of a literal.
    pub(super) fn ends(&self, literal: u32) -> (u32, u32) {
        let (first, second) = self.pairs[literal as usize / 2];
        if literal.is_multiple_of(2) { (first, second) } else { (second, first) }
    }

    fn decided(&mut self, literal: u32) -> Result<(), Conflict> {
        let (first, second) = self.ends(literal);
        self.work += 1;
        self.raise(
            2 * second,
            self.lengths[2 * first as usize] + self.durations[first as usize],
            first,
            literal,
        )?;
        let tail = self.lengths[2 * second as usize + 1] + self.durations[second as usize];
        self.raise(2 * first + 1, tail, second, literal)?;
        self.close(first, second, literal);
        Ok(())
    }

    /// Transitivity: who comes before the first comes before the second, who comes after the second after
    /// the first.
    fn close(&mut self, first: u32, second: u32, literal: u32) {
        // The mates of both are those of one resource in the same order, chain fellows apart.
        let (mut i, mut j) = (0, 0);
        while i < self.mates[first as usize].len() && j < self.mates[second as usize].len() {
            let (one, two) = (self.mates[first as usize][i], self.mates[second as usize][j]);
            if one.operation < two.operation {
                i += 1;
                continue;
            }
            if two.operation < one.operation {
                j += 1;
                continue;
            }
            (i, j) = (i + 1, j + 1);
            // `one.after`: first before mate; `two.after`: second before mate.
            if self.fails(one.after) && self.values[two.after as usize] == 0 {
                self.decide(two.after ^ 1, Reason::Two(one.after ^ 1, literal));
            } else if self.holds(two.after) && self.values[one.after as usize] == 0 {
                self.decide(one.after, Reason::Two(literal, two.after));
            }
        }
    }

    fn check(&self, operation: u32) -> Result<(), Conflict> {
        let index = operation as usize;
        let length = self.lengths[2 * index] + self.durations[index] + self.lengths[2 * index + 1];
        if length > self.target { Err(Conflict::Operation(operation)) } else { Ok(()) }
    }

    fn raise(&mut self, side: u32, value: i32, from: u32, literal: u32) -> Result<(), Conflict> {
        if value > self.lengths[side as usize] {
            self.record(side, value, from, literal);
            self.check(side / 2)?;
        }
        Ok(())
    }

    /// A head or tail has been raised: along the chain, along decided pairs, and pairs that are now forced.
    fn raised(&mut self, side: u32) -> Result<(), Conflict> {
        let (operation, is_tail) = ((side / 2) as usize, side % 2 == 1);
        self.check(operation as u32)?;
        let value = self.lengths[side as usize] + self.durations[operation];
        let neighbor = if is_tail { self.previous[operation] } else { self.next[operation] };
        if neighbor != NONE {
            self.raise(2 * neighbor + u32::from(is_tail), value, operation as u32, NONE)?;
        }
        self.work += 1 + self.mates[operation].len() as u64 / 4;
        for index in 0..self.mates[operation].len() {
            let mate = self.mates[operation][index];
            // The literal by which a head goes on to a later mate, a tail to an earlier one.
            let onward = mate.after ^ u32::from(is_tail);
            match self.values[onward as usize] {
                1 => self.raise(2 * mate.operation + u32::from(is_tail), value, operation as u32, onward)?,
                0 => {
                    let other = mate.operation as usize;
                    let opposite = self.lengths[2 * other + usize::from(!is_tail)];
                    if value + self.durations[other] + opposite > self.target {
                        self.decide(onward ^ 1, Reason::Length);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Back to a level; tells every literal that is open again.
    pub(super) fn backtrack(&mut self, level: u32, mut tell: impl FnMut(u32)) {
        if self.level() <= level {
            return;
        }
        let keep = self.marks[level as usize];
        while self.trail.len() > keep {
            match self.trail.pop() {
                Some(Entry::Literal(literal)) => {
                    self.values[literal as usize] = 0;
                    self.values[literal as usize ^ 1] = 0;
                    tell(literal);
                }
                Some(Entry::Length { side, before, old, .. }) => {
                    self.lengths[side as usize] = old;
                    self.last[side as usize] = before;
                }
                None => {}
            }
        }
        self.marks.truncate(level as usize);
        self.next_entry = self.next_entry.min(keep);
    }

    /// Length of a side just before a place on the trail.
    pub(super) fn length_before(&self, side: u32, place: u32) -> i32 {
        let (mut at, mut value) = (self.last[side as usize], self.lengths[side as usize]);
        while at != NONE && at >= place {
            let Entry::Length { before, old, .. } = self.trail[at as usize] else { break };
            (at, value) = (before, old);
        }
        value
    }

    /// The entry before `place` by which a side first was at least `value`; none if it was so at the root.
    pub(super) fn first_at_least(&self, side: u32, value: i32, place: u32) -> Option<(u32, u32, u32)> {
        debug_assert!(self.length_before(side, place) >= value);
        let root = self.root() as u32;
        let mut at = self.last[side as usize];
        let mut found = None;
        while at != NONE && at >= root {
            let Entry::Length { value: length, from, literal, before, .. } = self.trail[at as usize] else {
                break;
            };
            if at < place {
                if length < value {
                    break;
                }
                found = Some((at, from, literal));
            }
            at = before;
        }
        // What it was at the root may be enough.
        let before = found.map(|(at, ..)| at)?;
        if self.length_before(side, before) >= value { None } else { found }
    }

    pub(super) fn duration(&self, operation: u32) -> i32 {
        self.durations[operation as usize]
    }
}
