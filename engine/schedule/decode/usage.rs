//! How much of a cumulative resource is taken.
//!
//! One step function that carries capacity and usage together, so that a look at `[start, end)` is a
//! binary search and a walk over the steps inside. A hold does not count where the capacity is below
//! what the operation needs (contract, 7.4): callers pass that quantity as `threshold`.
//!
//! Steps that change nothing any more stay for a while: a search takes back and books the same stretches
//! over and over, and finding a step is cheaper than making it. They go all at once when they are many.

use crate::model::profile::Profile;
use crate::model::time::{FAR, Time};
use crate::model::windows::Windows;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    time: Time,
    capacity: i64,
    used: i64,
}

/// Capacity and usage of one cumulative resource over time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Usage {
    steps: Vec<Step>,
    /// More steps than this are swept.
    limit: usize,
}

impl Usage {
    /// Nothing used yet.
    pub(crate) fn new(profile: &Profile) -> Self {
        let mut steps = vec![Step { time: -2 * FAR, capacity: 0, used: 0 }];
        for &(time, capacity) in &profile.steps {
            steps.push(Step { time, capacity, used: 0 });
        }
        Self { limit: 2 * steps.len() + 64, steps }
    }

    /// Index of the step in force at `time`.
    #[inline]
    fn at(&self, time: Time) -> usize {
        let last = self.steps.len() - 1;
        if self.steps[last].time <= time {
            return last;
        }
        self.steps.partition_point(|step| step.time <= time) - 1
    }

    /// Where the last stretch of `[start, end)` ends in which `quantity` more does not fit; [`FAR`]
    /// if it never does again; none if all fits.
    pub(crate) fn conflict(&self, start: Time, end: Time, quantity: i64, threshold: i64) -> Option<Time> {
        let mut index = self.at(start);
        let mut found = None;
        while let Some(step) = self.steps.get(index) {
            if step.time >= end {
                break;
            }
            index += 1;
            if step.capacity >= threshold && step.used + quantity > step.capacity {
                found = Some(self.steps.get(index).map_or(FAR, |next| next.time));
            }
        }
        found
    }

    /// The earliest instant at or after the one given from which `quantity` more fits for as many ticks
    /// of work, and how many steps were looked at: no start before it can do. Where work pauses and what
    /// it takes is given back meanwhile, `open` is when it works.
    pub(crate) fn next_fit(
        &self,
        (from, length): (Time, Time),
        quantity: i64,
        threshold: i64,
        open: Option<&Windows>,
    ) -> (Time, u64) {
        let first = self.at(from);
        let (mut start, mut looks) = (from, 0);
        for (index, step) in self.steps.iter().enumerate().skip(first) {
            if step.time - start >= length {
                break;
            }
            looks += 1;
            if step.capacity >= threshold && step.used + quantity > step.capacity {
                let until = self.steps.get(index + 1).map_or(FAR, |next| next.time);
                let since = step.time.max(start);
                // Work not done by `since` goes on at the next open instant, which lies in this step.
                if open.is_none_or(|open| open.next_open(since).is_some_and(|next| next < until)) {
                    start = until;
                }
            }
        }
        (start, looks)
    }

    /// Takes `quantity` over `[start, end)` where the capacity is at least `threshold`; negative
    /// quantities give back.
    pub(crate) fn add(&mut self, start: Time, end: Time, quantity: i64, threshold: i64) {
        if start >= end {
            return;
        }
        let first = self.split(start);
        let last = self.split(end);
        for step in &mut self.steps[first..last] {
            if step.capacity >= threshold {
                step.used += quantity;
            }
        }
        if self.steps.len() > self.limit {
            self.sweep();
        }
    }

    /// Makes a step begin at `time` and gives its index.
    fn split(&mut self, time: Time) -> usize {
        let index = self.at(time);
        if self.steps[index].time == time {
            return index;
        }
        let step = Step { time, ..self.steps[index] };
        self.steps.insert(index + 1, step);
        index + 1
    }

    /// Drops the steps that change nothing.
    fn sweep(&mut self) {
        self.steps.dedup_by(|step, before| before.capacity == step.capacity && before.used == step.used);
        self.limit = 2 * self.steps.len() + 64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_gives_back_and_forgets() {
        let profile = Profile { steps: vec![(0, 3), (10, 1), (20, 3)] };
        let mut usage = Usage::new(&profile);
        let before = usage.steps.clone();
        usage.add(5, 25, 1, 1);
        assert_eq!(usage.conflict(0, 30, 3, 3), Some(25));
        assert_eq!(usage.conflict(0, 30, 2, 2), None, "capacity 1 does not count for 2");
        assert_eq!(usage.conflict(8, 12, 1, 1), Some(20));
        usage.add(5, 25, -1, 1);
        usage.sweep();
        assert_eq!(usage.steps, before);
    }

    #[test]
    fn the_next_fit_skips_what_is_too_short() {
        let mut usage = Usage::new(&Profile::constant(2));
        for (start, end) in [(0, 10), (12, 20), (25, 30)] {
            usage.add(start, end, 2, 1);
        }
        assert_eq!(usage.next_fit((0, 2), 1, 1, None).0, 10);
        assert_eq!(usage.next_fit((0, 3), 1, 1, None).0, 20);
        assert_eq!(usage.next_fit((0, 6), 1, 1, None).0, 30);
        let mut open = Windows::default();
        open.push(0, 25);
        open.push(30, FAR);
        assert_eq!(usage.next_fit((0, 6), 1, 1, Some(&open)).0, 20, "it pauses while others are there");
        usage.add(40, FAR, 2, 1);
        assert_eq!(usage.next_fit((35, 6), 1, 1, None).0, FAR);
    }

    #[test]
    fn a_hold_does_not_count_below_its_quantity() {
        let profile = Profile { steps: vec![(0, 3), (10, 1), (20, 3)] };
        let mut usage = Usage::new(&profile);
        usage.add(5, 25, 2, 2);
        assert_eq!(usage.conflict(10, 20, 1, 1), None);
        assert_eq!(usage.conflict(5, 10, 2, 2), Some(10));
        assert_eq!(usage.conflict(5, 40, 4, 1), Some(FAR));
    }
}
