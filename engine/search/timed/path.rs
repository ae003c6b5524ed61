//! What makes an operation end when it does: one chain of binding causes, cut into blocks.
//!
//! From the last operation of whatever is too late the path goes back: to a predecessor, or to the operation
//! before on the resource, whichever alone would already cause this start; where several do, one of them is
//! taken at random. Calendars and changeovers are asked, not subtracted, so a path crosses nights and setups.
//! A *block* is a maximal run of operations that follow one another on one resource: only moves that change a
//! block, or take an operation off it, can shorten the path.

use crate::model::precedence::Kind;
use crate::schedule::timed::{NONE, State};
use crate::search::rng::Rng;

/// Steps after which a path is cut: longer ones only cost.
const LONGEST: usize = 2_000;

/// The path, first operation first, and its blocks of two or more.
#[derive(Clone, Debug, Default)]
pub(super) struct CriticalPath {
    pub(super) nodes: Vec<u32>,
    /// Ranges of `nodes`.
    pub(super) blocks: Vec<(usize, usize)>,
}

impl CriticalPath {
    /// Walks back from a node.
    pub(super) fn trace(&mut self, state: &State<'_>, last: u32, rng: &mut Rng) {
        self.nodes.clear();
        let mut next = Some(last);
        while let Some(node) = next.filter(|_| self.nodes.len() < LONGEST) {
            self.nodes.push(node);
            next = cause(state, node, rng);
        }
        self.nodes.reverse();
        self.cut(state);
    }

    fn cut(&mut self, state: &State<'_>) {
        self.blocks.clear();
        let mut from = 0;
        for to in 1..=self.nodes.len() {
            if to < self.nodes.len() && state.records[self.nodes[to] as usize].before == self.nodes[to - 1] {
                continue;
            }
            if to - from > 1 {
                self.blocks.push((from, to));
            }
            from = to;
        }
    }
}

/// What alone makes a node start when it does; none if that is its release or the beginning.
fn cause(state: &State<'_>, node: u32, rng: &mut Rng) -> Option<u32> {
    let instance = state.instance;
    let record = &state.records[node as usize];
    let mode = state.mode(node);
    let breaks = instance.nodes[node as usize].breaks;
    let calendar = &instance.calendars[mode.working as usize];
    let starts = |low: i64| {
        low == record.start
            || (low < record.start
                && mode.duration > 0
                && calendar.earliest(low, mode.duration, breaks).0 == record.start)
    };
    let mut found = None;
    let mut count = 0;
    if state.is_node(record.before) {
        let time = instance.setup(record.entry).time;
        let free = state.records[record.before as usize].end;
        let ready = if time == 0 {
            free
        } else {
            let suspend = instance.resources[mode.resource as usize].suspend;
            instance.calendars[mode.changing as usize].earliest(free, time, suspend).1
        };
        if starts(ready) || (time > 0 && instance.resources[mode.resource as usize].attached) {
            (found, count) = (Some(record.before), 1);
        }
    }
    for arc in instance.incoming.of(node) {
        let before = &state.records[arc.node as usize];
        let lag = arc.lag + instance.transport(&instance.modes[before.mode as usize], mode);
        let binds = match arc.kind {
            Kind::EndStart => starts(before.end + lag),
            Kind::StartStart => starts(before.start + lag),
            Kind::EndEnd => before.end + lag == record.end,
            Kind::StartEnd => before.start + lag == record.end,
        };
        if binds && arc.node != record.before {
            count += 1;
            if rng.one_in(count) {
                found = Some(arc.node);
            }
        }
    }
    found
}

/// Whether a node stands on a resource.
pub(super) fn is_held(state: &State<'_>, node: u32) -> bool {
    state.mode(node).resource != NONE
}
