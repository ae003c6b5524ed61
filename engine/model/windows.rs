//! Sets of open time, and work through them.
//!
//! [`Windows`] is a sorted list of disjoint half-open intervals that never touch, with the open
//! time before each, so that "when are 8 hours of work done that start at t" is one binary search.
//!
//! # Cost
//! Queries `O(log n)` in the number of windows, constant as a rule where they are [`Windows::indexed`];
//! intersection linear. Looking for an unbroken stretch
//! passes over [`STRIDE`] windows at once where none of them is long enough, and is over at once where
//! none of all is, so a calendar of many short breaks costs little.
//!
//! # Invariants
//! `start < end`, `end < next start`; the last end may be [`FAR`] (open for ever), the first start
//! `-FAR` (open since ever).

use std::hash::{Hash, Hasher};

use super::slices::Slices;
use super::time::{FAR, Span, Time};

/// So many neighboring windows share one note of their longest.
const STRIDE: usize = 64;

/// How many at the front hold: few of many, as a rule, so looked for in growing strides.
fn leading(ascending: &[Span], holds: impl Fn(Span) -> bool) -> usize {
    let mut reach = 1;
    while ascending.get(reach).is_some_and(|&value| holds(value)) {
        reach *= 2;
    }
    let known = reach / 2;
    let unknown = &ascending[known..ascending.len().min(reach + 1)];
    known + unknown.partition_point(|&value| holds(value))
}

/// Sorted disjoint open intervals with the open time before each.
#[derive(Debug, Clone, Default)]
pub struct Windows {
    starts: Vec<Time>,
    ends: Vec<Time>,
    before: Vec<Span>,
    /// The longest of each [`STRIDE`] windows.
    longest_of: Vec<Span>,
    longest: Span,
    /// Where to look in `ends`; empty until it is asked for.
    slices: Slices,
}

impl PartialEq for Windows {
    fn eq(&self, other: &Self) -> bool {
        (&self.starts, &self.ends) == (&other.starts, &other.ends)
    }
}

impl Eq for Windows {}

impl Hash for Windows {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.starts, &self.ends).hash(state);
    }
}

impl Windows {
    /// Open at all times.
    pub fn always() -> Self {
        let mut windows = Self::default();
        windows.push(-FAR, FAR);
        windows
    }

    /// Appends an interval that starts at or after the last end; touching ones become one.
    pub fn push(&mut self, start: Time, end: Time) {
        debug_assert!(start < end && self.slices.is_empty());
        match self.ends.last_mut() {
            Some(last) if *last == start => *last = end,
            _ => {
                debug_assert!(self.ends.last().is_none_or(|last| *last < start));
                let before = match (self.starts.last(), self.ends.last(), self.before.last()) {
                    (Some(start), Some(end), Some(before)) => before + (end - start),
                    _ => 0,
                };
                self.starts.push(start);
                self.ends.push(end);
                self.before.push(before);
            }
        }
        self.note_longest();
    }

    /// The same, quicker to look into; for windows that are asked often and grow no more.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        self.slices = Slices::new(&self.ends);
        self
    }

    /// Takes the length of the last interval into the notes.
    fn note_longest(&mut self) {
        let last = self.len() - 1;
        let length = self.ends[last] - self.starts[last];
        self.longest = self.longest.max(length);
        match self.longest_of.get_mut(last / STRIDE) {
            Some(known) => *known = length.max(*known),
            None => self.longest_of.push(length),
        }
    }

    /// How many intervals.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether it is never open.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Whether it is open at all times.
    pub fn is_always(&self) -> bool {
        self.starts.len() == 1 && self.starts[0] == -FAR && self.ends[0] == FAR
    }

    /// The interval at `index`.
    pub fn get(&self, index: usize) -> (Time, Time) {
        (self.starts[index], self.ends[index])
    }

    /// All intervals.
    pub fn iter(&self) -> impl Iterator<Item = (Time, Time)> + '_ {
        self.starts.iter().copied().zip(self.ends.iter().copied())
    }

    /// End of the last interval; none if never open.
    pub fn last_end(&self) -> Option<Time> {
        self.ends.last().copied()
    }

    /// Length of the longest interval.
    pub fn longest(&self) -> Span {
        self.longest
    }

    /// Index of the first interval that ends after `time`.
    fn first_ending_after(&self, time: Time) -> usize {
        self.slices.first_after(&self.ends, time)
    }

    /// Whether it is open at an instant.
    pub fn is_open(&self, time: Time) -> bool {
        let index = self.first_ending_after(time);
        index < self.len() && self.starts[index] <= time
    }

    /// Whether all of `[start, end)` is open.
    pub fn covers(&self, start: Time, end: Time) -> bool {
        if start >= end {
            return true;
        }
        let index = self.first_ending_after(start);
        index < self.len() && self.starts[index] <= start && end <= self.ends[index]
    }

    /// The earliest open instant at or after `time`.
    pub fn next_open(&self, time: Time) -> Option<Time> {
        let index = self.first_ending_after(time);
        (index < self.len()).then(|| self.starts[index].max(time))
    }

    /// The earliest closed instant at or after `time`; none if it stays open for ever.
    pub fn next_closed(&self, time: Time) -> Option<Time> {
        let index = self.first_ending_after(time);
        if index >= self.len() || self.starts[index] > time {
            return Some(time);
        }
        (self.ends[index] < FAR).then(|| self.ends[index])
    }

    /// Open time before an instant, counted from the first window.
    fn worked_until(&self, time: Time) -> Span {
        let index = self.first_ending_after(time);
        if index >= self.len() {
            return match (self.starts.last(), self.ends.last(), self.before.last()) {
                (Some(start), Some(end), Some(before)) => before + (end - start),
                _ => 0,
            };
        }
        self.before[index] + (time - self.starts[index]).max(0)
    }

    /// Open time in `[start, end)`.
    pub fn open_between(&self, start: Time, end: Time) -> Span {
        if start >= end { 0 } else { self.worked_until(end) - self.worked_until(start) }
    }

    /// The instant at which `span` open ticks have passed since `start`: the end of suspendable work
    /// that starts there, so `end - 1` is open. `start` itself for a span of 0.
    pub fn advance(&self, start: Time, span: Span) -> Option<Time> {
        if span == 0 {
            return Some(start);
        }
        if self.is_empty() {
            return None;
        }
        let first = self.first_ending_after(start);
        if first < self.len() && self.starts[first].max(start) + span <= self.ends[first] {
            return Some(self.starts[first].max(start) + span);
        }
        let target = self.worked_until(start) + span;
        // The last window with less than `target` open ticks before it.
        let first = first.min(self.len() - 1);
        let index = first + leading(&self.before[first..], |before| before < target) - 1;
        let end = self.starts[index] + (target - self.before[index]);
        (end <= self.ends[index]).then_some(end)
    }

    /// The latest open instant from which `span` open ticks pass until `end` at the latest: the
    /// latest start of suspendable work. `end` itself for a span of 0.
    pub fn retreat(&self, end: Time, span: Span) -> Option<Time> {
        if span == 0 {
            return Some(end);
        }
        let target = self.worked_until(end) - span;
        if target < 0 || self.is_empty() {
            return None;
        }
        let index = self.before.partition_point(|&before| before <= target) - 1;
        Some(self.starts[index] + (target - self.before[index]))
    }

    /// The earliest start at or after `time` of `span` ticks without a break.
    pub fn next_unbroken(&self, time: Time, span: Span) -> Option<Time> {
        if span == 0 {
            return Some(time);
        }
        if span > self.longest {
            return None;
        }
        let mut index = self.first_ending_after(time);
        while index < self.len() {
            if self.longest_of[index / STRIDE] < span {
                index = (index / STRIDE + 1) * STRIDE;
                continue;
            }
            let start = self.starts[index].max(time);
            if start + span <= self.ends[index] {
                return Some(start);
            }
            index += 1;
        }
        None
    }

    /// The latest start of `span` ticks without a break that end at or before `time`.
    pub fn last_unbroken(&self, time: Time, span: Span) -> Option<Time> {
        if span == 0 {
            return Some(time);
        }
        if span > self.longest {
            return None;
        }
        let mut index = self.starts.partition_point(|&start| start < time);
        while index > 0 {
            index -= 1;
            if self.longest_of[index / STRIDE] < span {
                index = index / STRIDE * STRIDE;
                continue;
            }
            let end = self.ends[index].min(time);
            if end - span >= self.starts[index] {
                return Some(end - span);
            }
        }
        None
    }

    /// Where both are open.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        let mut both = Self::default();
        let (mut i, mut j) = (0, 0);
        while i < self.len() && j < other.len() {
            let start = self.starts[i].max(other.starts[j]);
            let end = self.ends[i].min(other.ends[j]);
            if start < end {
                both.push(start, end);
            }
            if self.ends[i] <= other.ends[j] {
                i += 1;
            } else {
                j += 1;
            }
        }
        both
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifts() -> Windows {
        let mut windows = Windows::default();
        windows.push(10, 20);
        windows.push(30, 35);
        windows.push(50, FAR);
        windows
    }

    #[test]
    fn work_passes_over_closed_time() {
        let w = shifts();
        assert_eq!(w.advance(12, 8), Some(20));
        assert_eq!(w.advance(12, 9), Some(31));
        assert_eq!(w.advance(0, 15), Some(35));
        assert_eq!(w.advance(0, 16), Some(51));
        assert_eq!(w.advance(25, 5), Some(35));
        assert_eq!(w.advance(20, 0), Some(20));
        let mut short = Windows::default();
        short.push(0, 5);
        assert_eq!(short.advance(0, 6), None);
        assert_eq!(short.advance(9, 1), None);
    }

    #[test]
    fn retreat_mirrors_advance() {
        let w = shifts();
        assert_eq!(w.retreat(31, 9), Some(12));
        assert_eq!(w.retreat(60, 10), Some(50));
        assert_eq!(w.retreat(60, 11), Some(34));
        assert_eq!(w.retreat(12, 3), None);
        assert_eq!(w.retreat(31, 1), Some(30));
        assert_eq!(w.retreat(30, 1), Some(19));
    }

    #[test]
    fn unbroken_work_needs_one_window() {
        let w = shifts();
        assert_eq!(w.next_unbroken(15, 5), Some(15));
        assert_eq!(w.next_unbroken(16, 5), Some(30));
        assert_eq!(w.next_unbroken(16, 6), Some(50));
        assert_eq!(w.last_unbroken(34, 4), Some(30));
        assert_eq!(w.last_unbroken(33, 4), Some(16));
        assert_eq!(w.last_unbroken(12, 4), None);
    }

    #[test]
    fn strides_agree_with_a_plain_walk() {
        let mut windows = Windows::default();
        let mut at = 0;
        for index in 0..400_i64 {
            let length = if index % 97 == 50 { 40 } else { 1 + index * 7 % 13 };
            windows.push(at, at + length);
            at += length + 1 + index % 3;
        }
        for (time, span) in [(0, 5), (0, 14), (0, 40), (0, 41), (2_000, 20), (at - 30, 3), (at, 1)] {
            let fits = |(start, end): (Time, Time), low: Time, high: Time| {
                (end.min(high) - start.max(low) >= span).then(|| (start.max(low), end.min(high) - span))
            };
            let first = windows.iter().find_map(|window| fits(window, time, FAR)).map(|found| found.0);
            let last = windows.iter().filter_map(|window| fits(window, -FAR, time)).last();
            assert_eq!(windows.next_unbroken(time, span), first, "{time} {span}");
            assert_eq!(windows.last_unbroken(time, span), last.map(|found| found.1), "{time} {span}");
        }
    }

    #[test]
    fn counting_and_cover() {
        let w = shifts();
        assert_eq!(w.open_between(15, 52), 5 + 5 + 2);
        assert!(w.covers(10, 20) && !w.covers(10, 21) && !w.covers(5, 6) && w.covers(7, 7));
        assert_eq!(w.next_closed(15), Some(20));
        assert_eq!(w.next_closed(55), None);
        assert_eq!(w.intersect(&Windows::always()), w);
    }
}
