//! Work through a calendar in constant time.
//!
//! # Idea
//! The open windows from `now` on with the open time before each, and a table that says with which window to begin
//! (`model::slices`): from there a query passes a window or two. A calendar that is always open answers without looking.
//!
//! Every query is monotone: a later `from` never gives an earlier end, a later `by` never an earlier start.
//! The sweeps and the moves of the search rest on that.

use crate::model::slices::Slices;
use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;

/// Open time of one resource from `now` on.
#[derive(Clone, Debug)]
pub struct Calendar {
    starts: Vec<Time>,
    ends: Vec<Time>,
    /// Open time before each window.
    before: Vec<Span>,
    slices: Slices,
    is_always: bool,
}

impl Calendar {
    /// What of the windows lies after `now`.
    pub fn new(windows: &Windows, now: Time) -> Self {
        let (mut starts, mut ends, mut before) = (Vec::new(), Vec::new(), Vec::new());
        let mut open = 0;
        for (start, end) in windows.iter().filter(|window| window.1 > now) {
            let start = start.max(now);
            starts.push(start);
            ends.push(end);
            before.push(open);
            open += end - start;
        }
        let slices = Slices::new(&ends);
        let is_always = starts.first() == Some(&now) && ends.first().is_some_and(|&end| end >= FAR);
        Self { starts, ends, before, slices, is_always }
    }

    /// Index of the first window that ends after `time`.
    #[inline]
    fn first_ending_after(&self, time: Time) -> usize {
        self.slices.first_after(&self.ends, time)
    }

    /// Start and end of the first work of `span` ticks (at least 1) at or after `from`; `FAR` if none.
    #[inline]
    pub fn earliest(&self, from: Time, span: Span, breaks: bool) -> (Time, Time) {
        if self.is_always {
            return (from, from + span);
        }
        self.search_on(from, span, breaks)
    }

    fn search_on(&self, from: Time, span: Span, breaks: bool) -> (Time, Time) {
        let mut index = self.first_ending_after(from);
        while index < self.ends.len() {
            let start = self.starts[index].max(from);
            if start + span <= self.ends[index] {
                return (start, start + span);
            }
            if breaks {
                let done = self.before[index] + (start - self.starts[index]) + span;
                return (start, self.instant_of(index, done).unwrap_or(FAR));
            }
            index += 1;
        }
        (FAR, FAR)
    }

    /// The instant at which `done` open ticks have passed, in window `index` or later.
    fn instant_of(&self, mut index: usize, done: Span) -> Option<Time> {
        while index + 1 < self.before.len() && self.before[index + 1] < done {
            index += 1;
        }
        let instant = self.starts[index] + (done - self.before[index]);
        (instant <= self.ends[index]).then_some(instant)
    }

    /// The latest start of `span` ticks (at least 1) of work that are done at `by`; `-FAR` if none.
    #[inline]
    pub fn latest(&self, by: Time, span: Span, breaks: bool) -> Time {
        if self.is_always {
            return by - span;
        }
        self.search_back(by, span, breaks)
    }

    fn search_back(&self, by: Time, span: Span, breaks: bool) -> Time {
        let Some(last) = self.ends.len().checked_sub(1) else { return -FAR };
        let mut index = self.first_ending_after(by).min(last);
        if breaks {
            let until = self.before[index] + (by.min(self.ends[index]) - self.starts[index]).max(0);
            let target = until - span;
            if target < 0 {
                return -FAR;
            }
            while self.before[index] > target {
                index -= 1;
            }
            return self.starts[index] + (target - self.before[index]);
        }
        loop {
            let start = self.ends[index].min(by) - span;
            if start >= self.starts[index] {
                return start;
            }
            if index == 0 {
                return -FAR;
            }
            index -= 1;
        }
    }

    /// The first instant after `time` at which the resource has been open for a tick: where work that must
    /// follow open time directly may start next.
    pub fn after_open(&self, time: Time) -> Time {
        let index = self.first_ending_after(time);
        self.starts.get(index).map_or(FAR, |&start| start.max(time) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shifts(end: Time) -> Windows {
        let mut windows = Windows::default();
        for start in [-5, 10, 23, 40, 60, 100] {
            windows.push(start, start + 8);
        }
        windows.push(140, end);
        windows
    }

    #[test]
    fn agrees_with_windows_at_every_instant() {
        for windows in [shifts(150), shifts(FAR), Windows::always(), Windows::default()] {
            let now = -2;
            let calendar = Calendar::new(&windows, now);
            for time in now..200 {
                for span in 1..30 {
                    let start = windows.next_open(time);
                    let known = start.and_then(|start| Some((start, windows.advance(start, span)?)));
                    let found = calendar.earliest(time, span, true);
                    assert_eq!((found.1 < FAR).then_some(found), known, "{time} {span}");
                    let known = windows.next_unbroken(time, span).map_or(FAR, |start| start);
                    assert_eq!(calendar.earliest(time, span, false).0, known, "{time} {span}");
                    let latest = windows.retreat(time, span).filter(|&start| start >= now);
                    let found = calendar.latest(time, span, true);
                    assert_eq!((found >= now).then_some(found), latest, "{time} {span}");
                    let latest = windows.last_unbroken(time, span).filter(|&start| start >= now);
                    let found = calendar.latest(time, span, false);
                    assert_eq!((found >= now).then_some(found), latest, "{time} {span}");
                }
            }
        }
    }
}
