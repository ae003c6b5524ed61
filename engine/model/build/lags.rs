//! Largest lags that the work between two operations cannot keep.
//!
//! The least time from one end of a link to the other is a longest path through the work between them
//! (shortest durations, least lags, resources and calendars left aside). Where it exceeds `max_lag`,
//! no schedule has both operations. The contract lets such an order be left out, so this is a
//! warning, with the path and the ticks that are missing. Two or more largest lags in one cycle are
//! not looked for; the search finds those.
//!
//! Cost: operations and links between the two in topological order, for each link with a largest lag;
//! it ends after [`WORK`] links.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Builder, listed};
use crate::error::Finding;
use crate::model::history::Status;
use crate::model::ids::OperationId;
use crate::model::precedence::{Kind, Precedence};
use crate::model::problem::Problem;
use crate::model::time::{MILLION, Span};

const WORK: usize = 20_000_000;

/// Least distances from the first end of a link, by operation.
struct Distances {
    start: Vec<Option<Span>>,
    end: Vec<Option<Span>>,
    parent: Vec<Option<OperationId>>,
    reached: Vec<OperationId>,
    position: Vec<u32>,
    queue: BinaryHeap<Reverse<(u32, OperationId)>>,
}

impl Builder<'_> {
    /// Reports each link whose `max_lag` is too short for what lies between.
    pub(super) fn max_lags(&mut self, problem: &Problem) {
        if problem.precedences.iter().all(|link| link.max_lag.is_none()) {
            return;
        }
        let mut distances = Distances::new(problem);
        let mut work = 0;
        for link in &problem.precedences {
            let Some(max_lag) = link.max_lag else { continue };
            if !is_ahead(problem, link.before) || !is_ahead(problem, link.after) || work > WORK {
                continue;
            }
            if let Some(least) = distances.least(problem, link, &mut work)
                && least > max_lag
            {
                let path = distances.path(link.after);
                self.too_short(problem, link, (least, max_lag), &path);
            }
            distances.clear();
        }
    }

    fn too_short(
        &mut self,
        problem: &Problem,
        link: &Precedence,
        (least, most): (Span, Span),
        path: &[OperationId],
    ) {
        let names = &problem.names.operations;
        let name = |id: OperationId| names.get(id.index());
        let between = listed(names, path.iter().map(|id| id.index()), 20);
        let id = format!("{} -> {}", name(link.before), name(link.after));
        let finding = Finding::warning("TEMPORAL_INFEASIBLE", "precedences");
        let finding = match link.row {
            Some(row) => finding.at(row as usize, id),
            None => finding.of(id),
        };
        self.findings.push(
            finding
                .column("max_lag")
                .found(format!("max_lag {most}, the work between takes {least}: {between}"))
                .expected(format!("a max_lag of at least {least}"))
                .hint(format!("{} ticks are missing; what cannot be placed is left out", least - most)),
        );
    }
}

/// Whether nothing of an operation is history.
fn is_ahead(problem: &Problem, operation: OperationId) -> bool {
    problem.status(operation) == Status::Planned
}

fn least_duration(problem: &Problem, operation: OperationId) -> Span {
    let modes = problem.operations[operation.index()].mode_ids();
    modes.map(|mode| problem.modes[mode.index()].duration).min().unwrap_or(0)
}

impl Distances {
    fn new(problem: &Problem) -> Self {
        let operations = problem.operations.len();
        let mut position = vec![0; operations];
        for (place, operation) in problem.topological.iter().enumerate() {
            position[operation.index()] = place as u32;
        }
        Self {
            start: vec![None; operations],
            end: vec![None; operations],
            parent: vec![None; operations],
            reached: Vec::new(),
            position,
            queue: BinaryHeap::new(),
        }
    }

    /// The least time from the first end of a link to its second; none if nothing else ties them.
    fn least(&mut self, problem: &Problem, link: &Precedence, work: &mut usize) -> Option<Span> {
        let (first, last) = (link.before, link.after);
        match link.kind {
            Kind::StartStart | Kind::StartEnd => self.raise((first, true), 0, None),
            Kind::EndStart | Kind::EndEnd => self.raise((first, false), 0, None),
        }
        while let Some(Reverse((_, operation))) = self.queue.pop() {
            if let Some(start) = self.start[operation.index()] {
                let end = start.saturating_add(least_duration(problem, operation));
                let parent = self.parent[operation.index()];
                self.raise((operation, false), end, parent);
            }
            if operation == last {
                break;
            }
            for next in problem.outgoing(operation) {
                *work += 1;
                let within = self.position[next.after.index()] <= self.position[last.index()];
                if within && is_ahead(problem, next.after) {
                    self.follow(next);
                }
            }
        }
        match link.kind {
            Kind::EndStart | Kind::StartStart => self.start[last.index()],
            Kind::EndEnd | Kind::StartEnd => self.end[last.index()],
        }
    }

    /// What one link says of the operation after it.
    fn follow(&mut self, link: &Precedence) {
        let (start, end) = (self.start[link.before.index()], self.end[link.before.index()]);
        let lag = |from: Option<Span>| Some(from?.saturating_add(link.min_lag));
        let parent = Some(link.before);
        let mut raise = |start: bool, value: Option<Span>| {
            if let Some(value) = value {
                self.raise((link.after, start), value, parent);
            }
        };
        match link.kind {
            // The part handed over is ready after the start, the rest at the end.
            Kind::EndStart if i64::from(link.transfer) < MILLION => {
                raise(true, lag(start));
                raise(false, lag(end));
            }
            Kind::EndStart => raise(true, lag(end)),
            Kind::StartStart => raise(true, lag(start)),
            Kind::EndEnd => raise(false, lag(end)),
            Kind::StartEnd => raise(false, lag(start)),
        }
    }

    fn raise(&mut self, (operation, start): (OperationId, bool), value: Span, parent: Option<OperationId>) {
        let index = operation.index();
        if self.start[index].is_none() && self.end[index].is_none() {
            self.reached.push(operation);
            self.queue.push(Reverse((self.position[index], operation)));
        }
        let known = if start { &mut self.start[index] } else { &mut self.end[index] };
        if known.is_none_or(|known| known < value) {
            *known = Some(value);
            self.parent[index] = parent;
        }
    }

    fn path(&self, last: OperationId) -> Vec<OperationId> {
        let mut path = vec![last];
        while let Some(before) = self.parent[path[path.len() - 1].index()] {
            path.push(before);
        }
        path.reverse();
        path
    }

    fn clear(&mut self) {
        for operation in self.reached.drain(..) {
            self.start[operation.index()] = None;
            self.end[operation.index()] = None;
            self.parent[operation.index()] = None;
        }
        self.queue.clear();
    }
}
