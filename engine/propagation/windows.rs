//! When each operation can start and end at all.
//!
//! One forward pass over a topological order gives the earliest start (est) and end (ect), one backward
//! pass the latest end (lct) and start (lst): by releases, deadlines, least lags and calendars, each
//! operation in its best mode, no resource contended. What is outside can be in no schedule; an empty
//! window proves that there is none.
//!
//! # Cost
//! Two passes, a binary search per mode.

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{ModeId, OperationId};
use crate::model::operation::Suspend;
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{FAR, MILLION, Time, share};
use crate::schedule::decode::Outline;

/// Earliest and latest times by operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeWindows {
    /// Earliest start; [`FAR`] if there is none.
    pub est: Vec<Time>,
    /// Earliest end.
    pub ect: Vec<Time>,
    /// Latest start; `-FAR` if there is none.
    pub lst: Vec<Time>,
    /// Latest end.
    pub lct: Vec<Time>,
}

impl TimeWindows {
    /// From history and the contract's windows; `ends` holds start and end of done and started work.
    pub fn new(outline: &Outline<'_>, history: &dyn Fn(OperationId) -> Option<(Time, Time)>) -> Self {
        let problem = outline.problem;
        let operations = problem.operations.len();
        let mut windows = Self {
            est: vec![-FAR; operations],
            ect: vec![-FAR; operations],
            lst: vec![FAR; operations],
            lct: vec![FAR; operations],
        };
        windows.forward(outline, history);
        windows.backward(outline, &|_| true);
        windows
    }

    /// The same where only some links bind what comes before: who is left out does not.
    #[must_use]
    pub fn bound_by(&self, outline: &Outline<'_>, binds: &dyn Fn(&Precedence) -> bool) -> Self {
        let mut windows = self.clone();
        windows.lst.fill(FAR);
        windows.lct.fill(FAR);
        windows.backward(outline, binds);
        windows
    }

    /// The first operation, in topological order, that fits nowhere.
    pub fn contradiction(&self, problem: &Problem) -> Option<OperationId> {
        problem.topological.iter().copied().find(|operation| {
            let index = operation.index();
            problem.status(*operation) == Status::Planned
                && (self.est[index] >= FAR
                    || self.est[index] > self.lst[index]
                    || self.ect[index] > self.lct[index])
        })
    }

    fn forward(&mut self, outline: &Outline<'_>, history: &dyn Fn(OperationId) -> Option<(Time, Time)>) {
        let problem = outline.problem;
        for &operation in &problem.topological {
            let index = operation.index();
            if let Some((start, end)) = history(operation) {
                (self.est[index], self.ect[index]) = (start, end);
                continue;
            }
            let mut start = problem.operation(operation).release.max(problem.now);
            let mut end = -FAR;
            for link in problem.incoming(operation) {
                self.push_after(outline, link, &mut start, &mut end);
            }
            let (mut first, mut done) = (FAR, FAR);
            for &mode in &outline.allowed[index] {
                if let Some((from, to)) = span(problem, operation, mode, start) {
                    first = first.min(from);
                    done = done.min(to);
                }
            }
            (self.est[index], self.ect[index]) = (first, done.max(end));
        }
    }

    fn push_after(&self, outline: &Outline<'_>, link: &Precedence, start: &mut Time, end: &mut Time) {
        let before = link.before.index();
        let (from, to) = (self.est[before], self.ect[before]);
        if to >= FAR {
            *start = FAR;
            return;
        }
        match link.kind {
            Kind::EndStart if i64::from(link.transfer) < MILLION => {
                // Work done before `now` counts for started operations, so only `now` is sure there.
                if outline.problem.status(link.before) == Status::Planned {
                    let shortest = shortest(outline, link.before);
                    *start = (*start).max(from + share(link.transfer, shortest) + link.min_lag);
                }
                *end = (*end).max(to + link.min_lag);
            }
            Kind::EndStart => *start = (*start).max(to + link.min_lag),
            Kind::StartStart => *start = (*start).max(from + link.min_lag),
            Kind::EndEnd => *end = (*end).max(to + link.min_lag),
            Kind::StartEnd => *end = (*end).max(from + link.min_lag),
        }
    }

    fn backward(&mut self, outline: &Outline<'_>, binds: &dyn Fn(&Precedence) -> bool) {
        let problem = outline.problem;
        for &operation in problem.topological.iter().rev() {
            let index = operation.index();
            if problem.status(operation) != Status::Planned {
                continue;
            }
            let mut start = FAR;
            let mut end = problem.operation(operation).deadline;
            for link in problem.outgoing(operation) {
                if problem.status(link.after) == Status::Planned && binds(link) {
                    let after = link.after.index();
                    let early = link.kind == Kind::EndStart && i64::from(link.transfer) < MILLION;
                    match link.kind {
                        Kind::EndStart if early => end = end.min(self.lct[after] - link.min_lag),
                        Kind::EndStart => end = end.min(self.lst[after] - link.min_lag),
                        Kind::EndEnd => end = end.min(self.lct[after] - link.min_lag),
                        Kind::StartStart => start = start.min(self.lst[after] - link.min_lag),
                        Kind::StartEnd => start = start.min(self.lct[after] - link.min_lag),
                    }
                }
            }
            let latest = |&mode: &ModeId| latest_start(problem, operation, mode, end);
            let last = outline.allowed[index].iter().filter_map(latest).max().unwrap_or(-FAR);
            self.lct[index] = end;
            self.lst[index] = start.min(last);
        }
    }
}

/// The shortest duration among the modes that an operation may take.
pub(crate) fn shortest(outline: &Outline<'_>, operation: OperationId) -> Time {
    let modes = outline.allowed[operation.index()].iter();
    modes.map(|&mode| outline.problem.mode(mode).duration).min().unwrap_or(0)
}

/// The first span at or after `from` in which a mode can work.
fn span(problem: &Problem, operation: OperationId, mode: ModeId, from: Time) -> Option<(Time, Time)> {
    let data = problem.mode(mode);
    let open = problem.window_set(data.working);
    if from >= FAR {
        None
    } else if data.duration == 0 {
        Some((from, from))
    } else if problem.operation(operation).suspend == Suspend::Breaks {
        let start = open.next_open(from)?;
        Some((start, open.advance(start, data.duration)?))
    } else {
        let start = open.next_unbroken(from, data.duration)?;
        Some((start, start + data.duration))
    }
}

fn latest_start(problem: &Problem, operation: OperationId, mode: ModeId, end: Time) -> Option<Time> {
    let data = problem.mode(mode);
    let open = problem.window_set(data.working);
    if end >= FAR / 2 {
        Some(FAR)
    } else if data.duration == 0 {
        Some(end)
    } else if problem.operation(operation).suspend == Suspend::Breaks {
        open.retreat(end, data.duration)
    } else {
        open.last_unbroken(end, data.duration)
    }
}
