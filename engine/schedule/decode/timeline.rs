//! When a unary resource is held.
//!
//! A sorted list of disjoint busy intervals. Most placements go behind the last one, so that end is
//! looked at first; everything else is a binary search.

use crate::model::time::Time;

/// Busy intervals of one unary resource, ascending and disjoint.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timeline {
    busy: Vec<(Time, Time)>,
}

impl Timeline {
    /// Index of the first interval that ends after `time`.
    #[inline]
    fn first_ending_after(&self, time: Time) -> usize {
        match self.busy.last() {
            Some(last) if last.1 > time => self.busy.partition_point(|busy| busy.1 <= time),
            _ => self.busy.len(),
        }
    }

    /// Holds `[start, end)`; the caller knows that it is free.
    pub(crate) fn insert(&mut self, start: Time, end: Time) {
        if start < end {
            let index = self.first_ending_after(start);
            debug_assert!(self.busy.get(index).is_none_or(|next| end <= next.0));
            self.busy.insert(index, (start, end));
        }
    }

    /// Holds `[start, end)` though others may hold it too: started work is history.
    pub(crate) fn insert_over(&mut self, start: Time, end: Time) {
        if start >= end {
            return;
        }
        let (mut low, mut high) = (start, end);
        self.busy.retain(|&(from, to)| {
            let apart = to < start || from > end;
            if !apart {
                low = low.min(from);
                high = high.max(to);
            }
            apart
        });
        let index = self.first_ending_after(low);
        self.busy.insert(index, (low, high));
    }

    /// Frees an interval that was inserted.
    pub(crate) fn remove(&mut self, start: Time, end: Time) {
        if start < end {
            let index = self.first_ending_after(start);
            debug_assert_eq!(self.busy.get(index), Some(&(start, end)));
            self.busy.remove(index);
        }
    }

    /// End of the last interval that overlaps `[start, end)`; none if that is free.
    #[inline]
    pub(crate) fn conflict(&self, start: Time, end: Time) -> Option<Time> {
        let mut index = self.first_ending_after(start);
        let mut found = None;
        while let Some(&(from, to)) = self.busy.get(index) {
            if from >= end {
                break;
            }
            found = Some(to);
            index += 1;
        }
        found
    }

    /// The earliest instant at or after `time` from which `length` ticks are free: a plain walk over
    /// the gaps, far cheaper than trying a place in each.
    pub(crate) fn next_gap(&self, time: Time, length: Time) -> Time {
        let mut start = time;
        for &(from, to) in &self.busy[self.first_ending_after(time)..] {
            if from - start >= length {
                break;
            }
            start = to;
        }
        start
    }

    /// End of the last interval that ends at or before `time`.
    pub(crate) fn free_since(&self, time: Time) -> Option<Time> {
        let index = self.first_ending_after(time);
        (index > 0).then(|| self.busy[index - 1].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conflicts_end_with_the_last_overlap() {
        let mut line = Timeline::default();
        line.insert(10, 20);
        line.insert(30, 40);
        line.insert(0, 5);
        assert_eq!(line.conflict(5, 10), None);
        assert_eq!(line.conflict(5, 11), Some(20));
        assert_eq!(line.conflict(5, 31), Some(40));
        assert_eq!(line.free_since(29), Some(20));
        assert_eq!((line.next_gap(0, 5), line.next_gap(0, 6)), (5, 20));
        assert_eq!((line.next_gap(22, 8), line.next_gap(23, 8)), (22, 40));
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
}
