//! Starts forward, latest starts backward: linear sweeps over the topological sequence.
//!
//! # Starts
//! A node starts at the first instant at which its arcs, its resource, its changeover and its calendar allow
//! it: the maximum over monotone functions of earlier times. A changeover begins as soon as the resource is
//! free; that is never too early for the start, and in the schedule that leaves the kernel it is moved as
//! late as it can be.
//!
//! # Latest starts
//! Given a length (the makespan, or the largest lateness), the latest start of a node is the one from which
//! everything behind it can still meet it, the same functions taken backwards. In a plant that is always open
//! it is the length less the tail of the textbook; with calendars only the difference of starts tells how
//! late a node is, since between two ends there may lie a night.
//!
//! # Cost
//! One look at each node that moves; a calendar costs a search in its slice table.

use super::instance::{Arc, NONE, Setup, TimedMode};
use super::state::{Record, State};
use crate::model::precedence::Kind;
use crate::model::time::{FAR, Span, Time};

/// What decides the start of a node beside its own work.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Not before, by arcs, release and history.
    pub low: Time,
    /// Ends not before.
    pub end_low: Time,
}

/// Where a node comes to lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// Start.
    pub start: Time,
    /// End.
    pub end: Time,
    /// Entry of the setup table.
    pub entry: u32,
    /// State behind it.
    pub state: u32,
}

impl State<'_> {
    /// What arcs say of a node in some mode, from the records as they are.
    #[inline]
    pub fn bounds(&self, node: u32, mode: &TimedMode) -> Bounds {
        let data = &self.instance.nodes[node as usize];
        let mut bounds = Bounds { low: data.release, end_low: data.end_low };
        for arc in self.instance.incoming.of(node) {
            self.bound(arc, mode, &mut bounds);
        }
        bounds
    }

    #[inline]
    fn bound(&self, arc: &Arc, mode: &TimedMode, bounds: &mut Bounds) {
        let record = &self.records[arc.node as usize];
        let lag = arc.lag + self.instance.transport(&self.instance.modes[record.mode as usize], mode);
        match arc.kind {
            Kind::EndStart => bounds.low = bounds.low.max(record.end + lag),
            Kind::StartStart => bounds.low = bounds.low.max(record.start + lag),
            Kind::EndEnd => bounds.end_low = bounds.end_low.max(record.end + lag),
            Kind::StartEnd => bounds.end_low = bounds.end_low.max(record.start + lag),
        }
    }

    /// The earliest place behind something on its resource that ends at `free` and leaves `state`.
    #[inline]
    pub fn fit(&self, node: u32, mode: &TimedMode, bounds: Bounds, free: Time, state: u32) -> Fit {
        if mode.family == NONE && mode.duration == 0 {
            let start = bounds.low.max(bounds.end_low).min(FAR);
            return Fit { start, end: start, entry: NONE, state };
        }
        let entry = self.instance.setup_entry(mode, state);
        let setup = self.instance.setup(entry);
        let ready = if setup.time == 0 { free } else { self.changed(mode, free, setup.time) };
        let breaks = self.instance.nodes[node as usize].breaks;
        let calendar = &self.instance.calendars[mode.working as usize];
        let (mut start, mut end) = calendar.earliest(bounds.low.max(ready), mode.duration, breaks);
        if end < bounds.end_low
            || (setup.time > 0 && self.instance.resources[mode.resource as usize].attached)
        {
            (start, end) = self.settle(breaks, mode, bounds, (free, setup.time), (start, end));
        }
        let state = if entry == NONE { state } else { mode.family };
        Fit { start: start.min(FAR), end: end.min(FAR), entry, state }
    }

    /// When a changeover that begins as soon as it can is over.
    #[inline]
    fn changed(&self, mode: &TimedMode, free: Time, time: Span) -> Time {
        let resource = &self.instance.resources[mode.resource as usize];
        self.instance.calendars[mode.changing as usize].earliest(free, time, resource.suspend).1
    }

    /// Moves a place on until bounds on its end hold and an attached changeover fits.
    #[cold]
    fn settle(
        &self,
        breaks: bool,
        mode: &TimedMode,
        bounds: Bounds,
        (free, time): (Time, Span),
        (mut start, mut end): (Time, Time),
    ) -> (Time, Time) {
        let calendar = &self.instance.calendars[mode.working as usize];
        while end < FAR {
            let next = if end < bounds.end_low {
                // The latest start that ends too early by a tick, or the first that does not.
                if breaks {
                    calendar.latest(bounds.end_low - 1, mode.duration, true).max(start) + 1
                } else {
                    (bounds.end_low - mode.duration).max(start + 1)
                }
            } else if let Some(later) = self.detached(mode, free, time, start) {
                later
            } else {
                break;
            };
            (start, end) = calendar.earliest(next, mode.duration, breaks);
        }
        (start, end)
    }

    /// Where an attached changeover does not fit before `start`: the next start that is worth a try.
    fn detached(&self, mode: &TimedMode, free: Time, time: Span, start: Time) -> Option<Time> {
        if time == 0 || !self.instance.resources[mode.resource as usize].attached {
            return None;
        }
        let suspend = self.instance.resources[mode.resource as usize].suspend;
        let changing = &self.instance.calendars[mode.changing as usize];
        let latest = changing.latest(start, time, suspend);
        if latest >= free && changing.earliest(latest, time, suspend).1 == start {
            return None;
        }
        Some(if suspend {
            let first = changing.earliest(free, time, true).1;
            if first > start { first } else { changing.after_open(start) }
        } else {
            changing.earliest(free.max(start - time + 1), time, false).1
        })
    }

    /// The changeover of a node, as late as it can be; none if it takes no time.
    pub(super) fn changeover(&self, node: u32) -> Option<(Time, Time)> {
        let record = &self.records[node as usize];
        let Setup { time, .. } = self.instance.setup(record.entry);
        if time == 0 {
            return None;
        }
        let mode = self.mode(node);
        let suspend = self.instance.resources[mode.resource as usize].suspend;
        let changing = &self.instance.calendars[mode.changing as usize];
        let start = changing.latest(record.start, time, suspend);
        Some(changing.earliest(start, time, suspend))
    }

    /// Places a node by the records before it; whether anything changed.
    #[inline]
    pub(super) fn place(&mut self, node: u32) -> bool {
        let Record { before, mode, .. } = self.records[node as usize];
        let mode = &self.instance.modes[mode as usize];
        let bounds = self.bounds(node, mode);
        let Record { end: free, state, .. } = self.records[before as usize];
        let fit = self.fit(node, mode, bounds, free, state);
        let record = &mut self.records[node as usize];
        let known = Fit { start: record.start, end: record.end, entry: record.entry, state: record.state };
        (record.start, record.end, record.entry, record.state) = (fit.start, fit.end, fit.entry, fit.state);
        known != fit
    }

    /// Recomputes starts and ends from a position on.
    pub fn sweep_starts(&mut self, from: usize) {
        for position in from..self.sequence.len() {
            let node = self.sequence[position];
            self.place(node);
        }
        self.work += (self.sequence.len() - from.min(self.sequence.len())) as u64;
    }

    /// Compares the ends of nodes with these goals from now on: the length of the schedule is the largest
    /// difference. `FAR` stands for no goal.
    pub fn set_goal(&mut self, goals: Vec<Time>) {
        self.goals = goals;
        let instance = self.instance;
        let is_last = |node: &u32| {
            let goal = self.goals[*node as usize];
            let covers = |arc: &Arc| {
                let by_end = matches!(arc.kind, Kind::EndStart | Kind::EndEnd);
                by_end && arc.lag >= 0 && self.goals[arc.node as usize] <= goal
            };
            goal < FAR && !instance.outgoing.of(*node).iter().any(covers)
        };
        self.sinks = (0..instance.num_nodes() as u32).filter(is_last).collect();
    }

    /// The largest difference of an end and its goal, and the first node that has it.
    #[inline]
    pub fn length(&self) -> (Time, u32) {
        let mut longest = (-FAR, NONE);
        for &node in &self.sinks {
            let length = self.records[node as usize].end - self.goals[node as usize];
            if length > longest.0 {
                longest = (length, node);
            }
        }
        longest
    }

    /// Latest starts refer to this length from now on.
    pub fn set_reference(&mut self, length: Time) {
        self.reference = length;
        self.sweep_latest(self.sequence.len());
    }

    /// The length that latest starts refer to.
    #[inline]
    pub fn reference(&self) -> Time {
        self.reference
    }

    /// Recomputes latest starts of the positions before `to`.
    pub fn sweep_latest(&mut self, to: usize) {
        for position in (0..to).rev() {
            let node = self.sequence[position];
            let mode = self.mode(node);
            let after = self.records[node as usize].after;
            let (end, start) = self.limits(node, mode);
            let end = end.min(self.latest_free(after, self.records[after as usize].entry));
            self.records[node as usize].latest = self.latest_start(node, mode, end).min(start);
        }
        self.work += to as u64;
    }

    /// Latest end and latest start of a node by goal, deadline and arcs.
    #[inline]
    pub fn limits(&self, node: u32, mode: &TimedMode) -> (Time, Time) {
        let goal = self.goals[node as usize];
        let goal = if goal >= FAR { FAR } else { goal + self.reference };
        let (mut end, mut start) = (goal.min(self.instance.nodes[node as usize].deadline), FAR);
        for arc in self.instance.outgoing.of(node) {
            let record = &self.records[arc.node as usize];
            let other = &self.instance.modes[record.mode as usize];
            let lag = arc.lag + self.instance.transport(mode, other);
            match arc.kind {
                Kind::EndStart => end = end.min(record.latest - lag),
                Kind::StartStart => start = start.min(record.latest - lag),
                Kind::EndEnd => end = end.min(self.end_of(arc.node, other, record.latest) - lag),
                Kind::StartEnd => start = start.min(self.end_of(arc.node, other, record.latest) - lag),
            }
        }
        (end, start)
    }

    /// End of the work of a node that starts at an instant at which it can.
    fn end_of(&self, node: u32, mode: &TimedMode, start: Time) -> Time {
        if mode.duration == 0 || start <= -FAR {
            return start;
        }
        let breaks = self.instance.nodes[node as usize].breaks;
        self.instance.calendars[mode.working as usize].earliest(start, mode.duration, breaks).1
    }

    /// The latest start of work that ends at `end` or before.
    #[inline]
    pub fn latest_start(&self, node: u32, mode: &TimedMode, end: Time) -> Time {
        if mode.duration == 0 || end >= FAR || end <= -FAR {
            return end;
        }
        let breaks = self.instance.nodes[node as usize].breaks;
        self.instance.calendars[mode.working as usize].latest(end, mode.duration, breaks)
    }

    /// Until when the resource must be free for a node that changes over by `entry` and starts at its latest.
    #[inline]
    pub fn latest_free(&self, node: u32, entry: u32) -> Time {
        let latest = self.records[node as usize].latest;
        if entry == NONE || latest >= FAR || !self.is_node(node) {
            return latest;
        }
        self.before_changeover(self.mode(node), entry, latest)
    }

    /// The latest start of a changeover that is over at `start`.
    #[inline]
    pub fn before_changeover(&self, mode: &TimedMode, entry: u32, start: Time) -> Time {
        let Setup { time, .. } = self.instance.setup(entry);
        if time == 0 || start <= -FAR {
            return start;
        }
        let suspend = self.instance.resources[mode.resource as usize].suspend;
        self.instance.calendars[mode.changing as usize].latest(start, time, suspend)
    }
}
