//! What follows from a decided pair and from a raised head or tail.

use super::{Conflict, Entry, NONE, Paths, Reason};
use crate::search::exact::clauses::Clauses;

impl Paths {
    /// Follows up everything new; clauses last.
    pub(in crate::search::exact) fn propagate(&mut self, clauses: &mut Clauses) -> Result<(), Conflict> {
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

    /// Whether the path through an operation is short enough.
    pub(super) fn check(&self, operation: u32) -> Result<(), Conflict> {
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
}
