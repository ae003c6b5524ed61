//! When a unary resource is held.
//!
//! Disjoint busy intervals in ascending order, in blocks of bounded length: a new one moves what is
//! behind it in its block only. Most placements go behind the last interval, so that end is looked at
//! first; everything else is a binary search over blocks and one within a block.
//!
//! # Gaps
//! A gap is as long as the resource is open in it: a night between two shifts has no room for an hour of
//! work. Each block keeps a bound of its widest inner gap, so a search for room passes over a block at
//! once where there is none; it walks, far cheaper than trying a place in each gap, where there may be,
//! and a walk in vain makes the bound exact enough. Where a walk went on over several blocks, the first
//! of them remembers how far: until something is freed, the next search that wants as much or more goes
//! on from there. So a search over a full stretch costs the same however long that is.
//!
//! # Cost
//! With n intervals an insertion or a search costs at most about `n / BLOCK + BLOCK`, mostly two or three
//! blocks, a look at the end one comparison.

use std::cell::Cell;

use crate::model::time::Time;
use crate::model::windows::Windows;

/// A block that grows beyond this is halved.
const BLOCK: usize = 256;

#[derive(Debug, Clone)]
struct Block {
    /// Ascending and disjoint, never empty.
    busy: Vec<(Time, Time)>,
    /// No gap between two of them is open for longer.
    widest: Cell<Time>,
    /// What a search that went on beyond this block found.
    ahead: Cell<Ahead>,
}

/// From the end of a block's first interval to the end of the one at `reach` no gap has room for
/// `length`.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    length: Time,
    reach: Time,
    /// Counts only as long as nothing more has been freed.
    freed: u64,
}

impl Ahead {
    const NOTHING: Self = Self { length: Time::MAX, reach: Time::MIN, freed: u64::MAX };
}

impl Block {
    fn last(&self) -> Time {
        self.busy[self.busy.len() - 1].1
    }

    /// The gap before the interval at `index` is another than it was.
    fn note_gap(&self, index: usize) {
        if let (Some(before), Some(after)) =
            (index.checked_sub(1).and_then(|index| self.busy.get(index)), self.busy.get(index))
        {
            self.widest.set(self.widest.get().max(after.0 - before.1));
        }
    }
}

/// Busy intervals of one unary resource, ascending and disjoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timeline {
    blocks: Vec<Block>,
    /// How often something has been freed.
    freed: u64,
}

impl Timeline {
    /// Block and index within it of the first interval that ends after `time`; the number of blocks if
    /// there is none.
    #[inline]
    fn first_ending_after(&self, time: Time) -> (usize, usize) {
        match self.blocks.last() {
            Some(last) if last.last() > time => {
                let block = self.blocks.partition_point(|block| block.last() <= time);
                (block, self.blocks[block].busy.partition_point(|busy| busy.1 <= time))
            }
            _ => (self.blocks.len(), 0),
        }
    }

    /// Intervals from the first that ends after `time` on.
    #[inline]
    fn ending_after(&self, time: Time) -> impl Iterator<Item = (Time, Time)> + '_ {
        let (block, index) = self.first_ending_after(time);
        let here = self.blocks.get(block).map_or(&[][..], |block| &block.busy[index..]);
        let behind = self.blocks.get(block + 1..).unwrap_or_default();
        here.iter().chain(behind.iter().flat_map(|block| &block.busy)).copied()
    }

    /// Holds `[start, end)`; the caller knows that it is free.
    pub(crate) fn insert(&mut self, start: Time, end: Time) {
        if start >= end {
            return;
        }
        debug_assert!(self.conflict(start, end).is_none());
        let (mut at, mut index) = self.first_ending_after(start);
        if at == self.blocks.len() {
            if at == 0 {
                self.blocks.push(Block {
                    busy: Vec::new(),
                    widest: Cell::new(Time::MAX),
                    ahead: Cell::new(Ahead::NOTHING),
                });
                at = 1;
            }
            at -= 1;
            index = self.blocks[at].busy.len();
        }
        let block = &mut self.blocks[at];
        block.busy.insert(index, (start, end));
        block.note_gap(index);
        block.note_gap(index + 1);
        if index == 0 {
            // What was said began at another interval.
            block.ahead.set(Ahead::NOTHING);
        }
        if block.busy.len() > BLOCK {
            let tail = Block {
                busy: block.busy.split_off(BLOCK / 2),
                widest: block.widest.clone(),
                ahead: Cell::new(Ahead::NOTHING),
            };
            self.blocks.insert(at + 1, tail);
        }
    }

    /// Holds `[start, end)` though others may hold it too: started work is history.
    pub(crate) fn insert_over(&mut self, start: Time, end: Time) {
        if start >= end {
            return;
        }
        let (mut low, mut high) = (start, end);
        let touching = self.ending_after(start - 1).take_while(|busy| busy.0 <= end);
        for (from, to) in touching.collect::<Vec<_>>() {
            low = low.min(from);
            high = high.max(to);
            self.remove(from, to);
        }
        self.insert(low, high);
    }

    /// Frees an interval that was inserted.
    pub(crate) fn remove(&mut self, start: Time, end: Time) {
        if start >= end {
            return;
        }
        let (at, index) = self.first_ending_after(start);
        let Some(block) = self.blocks.get_mut(at) else {
            debug_assert!(false, "nothing to free");
            return;
        };
        debug_assert_eq!(block.busy.get(index), Some(&(start, end)));
        block.busy.remove(index);
        block.note_gap(index);
        self.freed += 1;
        if block.busy.is_empty() {
            self.blocks.remove(at);
        }
    }

    /// End of the last interval that overlaps `[start, end)`; none if that is free.
    #[inline]
    pub(crate) fn conflict(&self, start: Time, end: Time) -> Option<Time> {
        if self.blocks.last().is_none_or(|last| last.last() <= start) {
            return None;
        }
        self.ending_after(start).take_while(|busy| busy.0 < end).last().map(|busy| busy.1)
    }

    /// The earliest instant at or after `time` from which there is room for `length` ticks of work
    /// before the next interval, and how many gaps and blocks were looked at. `open` is when the
    /// resource is open.
    pub(crate) fn next_gap(&self, time: Time, length: Time, open: &Windows) -> (Time, u64) {
        let (mut at, mut index) = self.first_ending_after(time);
        let (mut start, mut looks) = (time, 0);
        // A gap before an interval: how long it is, or at most.
        let gap = |start: Time, from: Time| {
            let length_at_most = from - start;
            if length_at_most < length { length_at_most } else { open.open_between(start, from) }
        };
        // The first block that was entered at its first interval.
        let mut first: Option<&Block> = None;
        'blocks: while let Some(block) = self.blocks.get(at) {
            looks += 1;
            let (from, to) = block.busy[index];
            if gap(start, from) >= length {
                break;
            }
            start = to;
            if index == 0 {
                first = first.or(Some(block));
                let ahead = block.ahead.get();
                if ahead.freed == self.freed && ahead.length <= length && ahead.reach > start {
                    start = ahead.reach;
                    (at, index) = self.first_ending_after(start);
                    continue;
                }
            }
            if block.widest.get() < length {
                start = block.last();
            } else {
                let mut widest = 0;
                for &(from, to) in &block.busy[index + 1..] {
                    looks += 1;
                    let room = gap(start, from);
                    if room >= length {
                        break 'blocks;
                    }
                    widest = widest.max(room);
                    start = to;
                }
                if index == 0 {
                    block.widest.set(widest);
                }
            }
            (at, index) = (at + 1, 0);
        }
        if let Some(block) = first {
            let known = block.ahead.get();
            if known.freed != self.freed || length <= known.length {
                block.ahead.set(Ahead { length, reach: start, freed: self.freed });
            }
        }
        (start, looks)
    }

    /// End of the last interval that ends at or before `time`.
    pub(crate) fn free_since(&self, time: Time) -> Option<Time> {
        let (at, index) = self.first_ending_after(time);
        if index > 0 {
            return Some(self.blocks[at].busy[index - 1].1);
        }
        (at > 0).then(|| self.blocks[at - 1].last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::FAR;

    /// In order, no block empty, no inner gap wider than its bound.
    fn is_sound(line: &Timeline, open: &Windows) -> bool {
        let sound = |block: &Block| {
            let gaps = block.busy.windows(2).map(|pair| open.open_between(pair[0].1, pair[1].0));
            !block.busy.is_empty() && gaps.max().unwrap_or(0) <= block.widest.get()
        };
        let all: Vec<(Time, Time)> = line.blocks.iter().flat_map(|block| block.busy.clone()).collect();
        all.windows(2).all(|pair| pair[0].1 <= pair[1].0) && line.blocks.iter().all(sound)
    }

    #[test]
    fn conflicts_end_with_the_last_overlap() {
        let always = Windows::always();
        let mut line = Timeline::default();
        line.insert(10, 20);
        line.insert(30, 40);
        line.insert(0, 5);
        assert_eq!(line.conflict(5, 10), None);
        assert_eq!(line.conflict(5, 11), Some(20));
        assert_eq!(line.conflict(5, 31), Some(40));
        assert_eq!(line.free_since(29), Some(20));
        let gap = |time, length| line.next_gap(time, length, &always).0;
        assert_eq!((gap(0, 5), gap(0, 6)), (5, 20));
        assert_eq!((gap(22, 8), gap(23, 8)), (22, 40));
        line.remove(10, 20);
        assert_eq!(line.conflict(5, 30), None);
    }

    #[test]
    fn started_work_may_overlap() {
        let mut line = Timeline::default();
        line.insert_over(0, 10);
        line.insert_over(0, 4);
        line.insert_over(20, 25);
        assert_eq!(line.conflict(0, 1), Some(10));
        assert_eq!(line.conflict(10, 30), Some(25));
    }

    #[test]
    fn closed_time_is_no_room() {
        let mut open = Windows::default();
        open.push(0, 10);
        open.push(100, FAR);
        let mut line = Timeline::default();
        line.insert(0, 8);
        line.insert(101, 110);
        assert_eq!(line.next_gap(8, 3, &open).0, 8);
        assert_eq!(line.next_gap(8, 4, &open).0, 110);
    }

    /// Blocks give what one list would, through insertions, removals and halvings.
    #[test]
    fn blocks_agree_with_a_plain_list() {
        let mut open = Windows::default();
        for shift in 0..3_000 {
            open.push(shift * 24, shift * 24 + 16);
        }
        let mut line = Timeline::default();
        let mut plain: Vec<(Time, Time)> = Vec::new();
        let mut seed = 11_i64;
        for round in 0..9_000_i64 {
            seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
            let start = seed / 8 % 60_000;
            let end = start + 1 + seed % 9;
            let place = plain.partition_point(|busy| busy.1 <= start);
            if plain.get(place).is_none_or(|next| end <= next.0) {
                plain.insert(place, (start, end));
                line.insert(start, end);
            } else if round % 3 == 0 {
                let (from, to) = plain.remove(place);
                line.remove(from, to);
            }
            if round % 41 == 0 {
                assert!(is_sound(&line, &open));
                let length = 1 + seed % 12;
                let mut expected = start;
                for &(from, to) in &plain[plain.partition_point(|busy| busy.1 <= start)..] {
                    if from - expected >= length && open.open_between(expected, from) >= length {
                        break;
                    }
                    expected = to;
                }
                assert_eq!(line.next_gap(start, length, &open).0, expected);
                let before = plain.iter().rev().find(|busy| busy.1 <= start).map(|busy| busy.1);
                assert_eq!(line.free_since(start), before);
                let clash = plain.iter().rev().find(|busy| busy.0 < end && busy.1 > start);
                assert_eq!(line.conflict(start, end), clash.map(|busy| busy.1));
            }
        }
        assert!(line.blocks.len() > 8 && plain.len() > 3_000);
        for (from, to) in plain {
            line.remove(from, to);
        }
        assert!(line.blocks.is_empty());
    }
}
