//! The latest start of every operation, by lowering limits until nothing changes.

use super::links::{Edge, Link, Until};
use crate::model::history::Pin;
use crate::model::ids::OperationId;
use crate::model::operation::Suspend;
use crate::model::precedence::{Kind, Precedence};
use crate::model::time::{FAR, MILLION, Time, share};
use crate::schedule::verify::facts::{Fact, Facts};

/// After so many sweeps, what still moves stands still.
pub(super) const SWEEPS: usize = 50;

/// Where an operation is at the latest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) start: Time,
    pub(crate) end: Time,
    pub(crate) changeover: Option<(Time, Time)>,
}

impl Position {
    /// Beyond every limit.
    const FAR: Self = Self { start: FAR, end: FAR, changeover: None };

    /// Since when it holds its resource: from its changeover on, if it has one.
    fn held_from(&self) -> Time {
        self.changeover.map_or(self.start, |changeover| changeover.0)
    }
}

/// Limits of one operation's instants.
#[derive(Debug, Clone, Copy)]
struct Caps {
    start: Time,
    end: Time,
    changeover_end: Time,
}

/// How late operations may be at all, by operation, before any constraint.
#[derive(Debug)]
pub(crate) struct Ceiling {
    /// Latest start; no earlier than the present one.
    pub(crate) starts: Vec<Time>,
    /// Latest end; no earlier than the present one.
    pub(crate) ends: Vec<Time>,
}

impl Ceiling {
    /// No order ends later.
    pub(super) fn of_orders(facts: &Facts<'_>) -> Self {
        Self { starts: vec![FAR; facts.problem.operations.len()], ends: order_ends(facts) }
    }
}

/// Latest position by operation, and the sweeps that it took; meaningless for those that are not placed.
pub(crate) fn positions(facts: &Facts<'_>, links: &[Link], ceiling: &Ceiling) -> (Vec<Position>, usize) {
    let mut solver = Solver::new(facts, links, ceiling);
    let mut order: Vec<&Fact<'_>> = facts.planned().collect();
    order.sort_unstable_by_key(|fact| {
        std::cmp::Reverse((fact.placement.start, fact.placement.end, fact.operation))
    });
    let mut sweep = 0;
    loop {
        let mut moved = false;
        for fact in &order {
            let place = fact.operation.index();
            let position = solver.lowered(fact);
            if position == solver.positions[place] {
                continue;
            }
            moved = true;
            // Standing still is always right: the schedule as it is obeys every constraint.
            solver.positions[place] = if sweep < SWEEPS { position } else { present(fact) };
        }
        sweep += 1;
        if !moved {
            return (solver.positions, sweep);
        }
    }
}

/// Where an operation is.
pub(super) fn present(fact: &Fact<'_>) -> Position {
    let placement = fact.placement;
    Position { start: placement.start, end: placement.end, changeover: placement.changeover }
}

/// Constraints on how late operations may be, given where the others are.
pub(super) struct Solver<'f, 'a> {
    facts: &'f Facts<'a>,
    links: &'f [Link],
    /// Where the links of each operation begin; one more than operations.
    begins: Vec<u32>,
    pub(super) positions: Vec<Position>,
    ceiling: &'f Ceiling,
}

impl<'f, 'a> Solver<'f, 'a> {
    pub(super) fn new(facts: &'f Facts<'a>, links: &'f [Link], ceiling: &'f Ceiling) -> Self {
        let count = facts.problem.operations.len();
        let mut begins = vec![0_u32; count + 1];
        for link in links {
            begins[link.before.index() + 1] += 1;
        }
        for index in 0..count {
            begins[index + 1] += begins[index];
        }
        // The first guess is beyond every limit, so that the first sweep lowers it.
        let positions = (facts.problem.operation_ids())
            .map(|id| facts.get(id).filter(|fact| fact.started.is_some()).map_or(Position::FAR, present))
            .collect();
        Self { facts, links, begins, positions, ceiling }
    }

    /// Where an operation is at the latest as things stand; never before where it is now.
    pub(super) fn lowered(&self, fact: &Fact<'_>) -> Position {
        self.lowered_to(fact, FAR)
    }

    /// The same, starting no later than `start`.
    pub(super) fn lowered_to(&self, fact: &Fact<'_>, start: Time) -> Position {
        let now = present(fact);
        let known = self.positions[fact.operation.index()];
        let baseline = self.facts.problem.baseline(fact.operation);
        if known == now || baseline.is_some_and(|row| row.pin == Pin::Start) {
            return now;
        }
        let place = fact.operation.index();
        let mut caps = Caps {
            start: self.ceiling.starts[place].min(start),
            end: self.ceiling.ends[place].min(self.facts.problem.operation(fact.operation).deadline),
            changeover_end: FAR,
        };
        self.by_links(fact.operation, &mut caps);
        for link in self.facts.problem.outgoing(fact.operation) {
            self.by_successor(fact, link, &mut caps);
        }
        for link in self.facts.problem.incoming(fact.operation) {
            self.by_max_lag(link, &mut caps);
        }
        let moved = self.fit(fact, caps).filter(|moved| moved.start > now.start);
        moved.unwrap_or_else(|| self.in_place(fact, caps))
    }

    /// Operations whose places bound this one's: those behind it on resources and in stock, its successors,
    /// and the predecessors that it must follow within a largest lag.
    pub(super) fn bounds(&self, operation: OperationId) -> Vec<OperationId> {
        let begin = self.begins[operation.index()] as usize;
        let end = self.begins[operation.index() + 1] as usize;
        let behind = self.links[begin..end].iter().filter_map(|link| match link.until {
            Until::Fixed(_) => None,
            Until::Start(id) | Until::End(id) | Until::HeldFrom(id) => Some(id),
        });
        let problem = self.facts.problem;
        let after = problem.outgoing(operation).iter().map(|link| link.after);
        let within = problem.incoming(operation).filter(|link| link.max_lag.is_some());
        let mut all: Vec<OperationId> = behind.chain(after).chain(within.map(|link| link.before)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn by_links(&self, operation: OperationId, caps: &mut Caps) {
        let begin = self.begins[operation.index()] as usize;
        let end = self.begins[operation.index() + 1] as usize;
        for link in &self.links[begin..end] {
            let at = |id: OperationId| self.positions[id.index()];
            let until = match link.until {
                Until::Fixed(time) => time,
                Until::Start(id) => at(id).start,
                Until::End(id) => at(id).end,
                Until::HeldFrom(id) => at(id).held_from(),
            };
            match link.edge {
                Edge::Start => caps.start = caps.start.min(until),
                Edge::End => caps.end = caps.end.min(until),
                Edge::ChangeoverEnd => caps.changeover_end = caps.changeover_end.min(until),
            }
        }
    }

    /// What a successor allows.
    fn by_successor(&self, fact: &Fact<'_>, link: &Precedence, caps: &mut Caps) {
        let Some(after) = self.facts.get(link.after) else {
            return;
        };
        let at = self.positions[link.after.index()];
        let transport = self.facts.problem.transport_between(fact.mode.resource, after.mode.resource);
        let lag = link.min_lag + transport;
        let planned = after.started.is_none();
        let transfers = link.kind == Kind::EndStart && i64::from(link.transfer) < MILLION;
        match link.kind {
            Kind::EndStart if transfers => {
                if planned {
                    let need = share(link.transfer, fact.mode.duration);
                    let start = self.facts.working(fact).retreat(at.start - lag, need);
                    caps.start = caps.start.min(start.unwrap_or(-FAR));
                }
                let tail = share(link.tail, after.mode.duration);
                let tail = after.started.map_or(tail, |history| tail.min(history.remaining));
                let arrived = self.facts.working(after).retreat(at.end, tail);
                caps.end = caps.end.min(arrived.unwrap_or(-FAR) - lag);
            }
            Kind::EndStart if planned => caps.end = caps.end.min(at.start - lag),
            Kind::StartStart if planned => caps.start = caps.start.min(at.start - lag),
            Kind::EndStart | Kind::StartStart => {}
            Kind::EndEnd => caps.end = caps.end.min(at.end - lag),
            Kind::StartEnd => caps.start = caps.start.min(at.end - lag),
        }
    }

    /// What a predecessor allows by its largest lag.
    fn by_max_lag(&self, link: &Precedence, caps: &mut Caps) {
        let Some(max_lag) = link.max_lag else { return };
        let Some((start, end, done)) = self.predecessor(link) else {
            return;
        };
        match link.kind {
            Kind::EndStart => caps.start = caps.start.min(done + max_lag),
            Kind::StartStart => caps.start = caps.start.min(start + max_lag),
            Kind::EndEnd => caps.end = caps.end.min(end + max_lag),
            Kind::StartEnd => caps.end = caps.end.min(start + max_lag),
        }
    }

    /// Latest start, end, and the instant at which enough is transferred.
    fn predecessor(&self, link: &Precedence) -> Option<(Time, Time, Time)> {
        let Some(before) = self.facts.get(link.before) else {
            let baseline = self.facts.problem.baseline(link.before)?;
            let end = baseline.end?;
            return Some((baseline.start.unwrap_or(end), end, end));
        };
        let at = self.positions[link.before.index()];
        let transfers = link.kind == Kind::EndStart && i64::from(link.transfer) < MILLION;
        if !transfers || at.start >= FAR {
            return Some((at.start, at.end, at.end));
        }
        if before.started.is_some() {
            // What was transferred before `now` is not worked out: the earliest it can have been.
            return Some((at.start, at.end, self.facts.problem.now));
        }
        let need = share(link.transfer, before.mode.duration);
        let done = self.facts.working(before).advance(at.start, need);
        Some((at.start, at.end, done.unwrap_or(at.end)))
    }

    /// The latest position within limits; none if there is none.
    fn fit(&self, fact: &Fact<'_>, caps: Caps) -> Option<Position> {
        let mut start = self.latest_work(fact, caps.start, caps.end)?;
        let mut changeover = None;
        if fact.placement.changeover.is_some() {
            let mut times = self.latest_changeover(fact, start.min(caps.changeover_end))?;
            while self.manner(fact).1 && times.1 != start {
                start = self.latest_work(fact, times.1, caps.end)?;
                times = self.latest_changeover(fact, start.min(caps.changeover_end))?;
            }
            changeover = Some(times);
        }
        let end = self.facts.working(fact).advance(start, fact.mode.duration)?;
        Some(Position { start, end, changeover })
    }

    /// The operation where it is; only its changeover may be later.
    fn in_place(&self, fact: &Fact<'_>, caps: Caps) -> Position {
        let now = present(fact);
        let Some(changeover) = now.changeover.filter(|_| !self.manner(fact).1) else {
            return now;
        };
        let later = self.latest_changeover(fact, now.start.min(caps.changeover_end));
        let changeover = later.filter(|times| times.0 > changeover.0).unwrap_or(changeover);
        Position { changeover: Some(changeover), ..now }
    }

    /// The latest place of its changeover that ends by `limit`.
    fn latest_changeover(&self, fact: &Fact<'_>, limit: Time) -> Option<(Time, Time)> {
        let windows = self.facts.changing(fact);
        let span = self.facts.changed(fact);
        if self.manner(fact).0 {
            let from = windows.retreat(limit, span)?;
            Some((from, windows.advance(from, span)?))
        } else {
            let from = windows.last_unbroken(limit, span)?;
            Some((from, from + span))
        }
    }

    /// The latest start at or before `start` from which the work ends by `end`.
    fn latest_work(&self, fact: &Fact<'_>, start: Time, end: Time) -> Option<Time> {
        let span = fact.mode.duration;
        if span == 0 {
            return Some(start.min(end));
        }
        let windows = self.facts.working(fact);
        if self.facts.problem.suspends(fact.operation) {
            let latest = windows.retreat(end.min(FAR), span)?.min(start);
            // The latest open instant at or before it.
            windows.retreat(latest + 1, 1)
        } else {
            windows.last_unbroken(end.min(start.saturating_add(span)), span)
        }
    }

    /// Whether its changeover may pause, and whether it must end at the start.
    fn manner(&self, fact: &Fact<'_>) -> (bool, bool) {
        let problem = self.facts.problem;
        let matrix = fact.mode.resource.and_then(|id| problem.resource(id).matrix);
        matrix.map_or((false, false), |id| {
            let matrix = problem.matrix(id);
            (matrix.suspend == Suspend::Breaks, matrix.attached)
        })
    }
}

/// Latest end of each operation's order; of all work for those without order.
pub(crate) fn order_ends(facts: &Facts<'_>) -> Vec<Time> {
    let problem = facts.problem;
    let all = facts.iter().map(|fact| fact.placement.end).max().unwrap_or(problem.now);
    let end = |operation: OperationId| match facts.get(operation) {
        Some(fact) => fact.placement.end,
        None => problem.baseline(operation).and_then(|row| row.end).unwrap_or(-FAR),
    };
    let orders: Vec<Time> = problem
        .orders
        .iter()
        .map(|order| order.operations.iter().map(|&id| end(id)).max().unwrap_or(all))
        .collect();
    problem
        .operations
        .iter()
        .map(|operation| operation.order.map_or(all, |order| orders[order.index()]))
        .collect()
}
