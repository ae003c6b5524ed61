//! The trail: what was decided and raised, taken back and looked up.

use super::{Entry, NONE, Paths, Reason};

impl Paths {
    /// Entries of level 0 end here.
    pub(in crate::search::exact) fn root(&self) -> usize {
        self.marks.first().copied().unwrap_or(self.trail.len())
    }

    /// Decides a pair.
    pub(in crate::search::exact) fn decide(&mut self, literal: u32, reason: Reason) {
        let pair = literal as usize / 2;
        self.values[literal as usize] = 1;
        self.values[literal as usize ^ 1] = 2;
        self.reasons[pair] = reason;
        self.levels[pair] = self.level();
        self.places[pair] = self.trail.len() as u32;
        self.trail.push(Entry::Literal(literal));
    }

    /// Raises a head or tail.
    pub(super) fn record(&mut self, side: u32, value: i32, from: u32, literal: u32) {
        let index = side as usize;
        let (before, old) = (self.last[index], self.lengths[index]);
        self.last[index] = self.trail.len() as u32;
        self.lengths[index] = value;
        self.trail.push(Entry::Length { side, value, from, literal, before, old });
    }

    /// Back to a level; tells every literal that is open again.
    pub(in crate::search::exact) fn backtrack(&mut self, level: u32, mut tell: impl FnMut(u32)) {
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
    pub(in crate::search::exact) fn length_before(&self, side: u32, place: u32) -> i32 {
        let (mut at, mut value) = (self.last[side as usize], self.lengths[side as usize]);
        while at != NONE && at >= place {
            let Entry::Length { before, old, .. } = self.trail[at as usize] else { break };
            (at, value) = (before, old);
        }
        value
    }

    /// The entry before `place` by which a side first was at least `value`; none if it was so at the root.
    pub(in crate::search::exact) fn first_at_least(
        &self,
        side: u32,
        value: i32,
        place: u32,
    ) -> Option<(u32, u32, u32)> {
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
}
