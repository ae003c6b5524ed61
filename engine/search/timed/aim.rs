//! Moves of late acceptance: they aim at what hurts.
//!
//! Orders are drawn by what they add to the due-date terms; the path of binding causes back from the order's end
//! gives the moves: within its blocks, to other modes, to another place nearby. Where changeovers count,
//! operations that need one are moved next to others of their family.

use super::moves::Shift;
use super::path::{CriticalPath, is_held};
use crate::model::time::Time;
use crate::schedule::timed::{NONE, Place, State, Tally};
use crate::search::rng::Rng;

/// What moves are drawn by.
#[derive(Debug)]
pub(super) struct Aim {
    path: CriticalPath,
    /// Orders that hurt, with running sums of what they add.
    hurt: Vec<(u32, i64)>,
    counts_changeovers: bool,
    /// The order that the present move is for, and its tardiness.
    pub(super) order: (u32, i64),
    rng: Rng,
}

impl Aim {
    pub(super) fn new(counts_changeovers: bool, rng: Rng) -> Self {
        let (path, hurt) = (CriticalPath::default(), Vec::new());
        Self { path, hurt, counts_changeovers, order: (NONE, 0), rng }
    }

    /// Which orders add how much to due-date terms.
    pub(super) fn look(&mut self, state: &mut State<'_>, tally: &Tally) {
        self.hurt.clear();
        let mut sum = 0_i64;
        for (order, data) in state.instance.orders.iter().enumerate() {
            let (_, end) = tally.span(order as u32);
            if let Some(due) = data.due
                && end > due
                && !data.nodes.is_empty()
            {
                sum = sum.saturating_add(data.weight.max(1).saturating_mul((end - due).min(1 << 32)));
                self.hurt.push((order as u32, sum));
            }
        }
        state.work += state.instance.orders.len() as u64 / 8;
    }

    /// A node and where it may go.
    pub(super) fn propose(&mut self, state: &mut State<'_>, tally: &Tally) -> Option<(u32, Place)> {
        self.order = (NONE, 0);
        if self.counts_changeovers && self.rng.one_in(4) {
            return self.join_family(state);
        }
        let last = self.last(state, tally)?;
        self.path.trace(state, last, &mut self.rng);
        state.work += self.path.nodes.len() as u64;
        let switches = state.instance.is_flexible && self.rng.one_in(3);
        if switches || self.path.blocks.is_empty() {
            let node = self.path.nodes[self.rng.below(self.path.nodes.len() as u32) as usize];
            return if self.rng.one_in(4) { self.nearby(state, node) } else { self.switch(state, node) };
        }
        let (from, to) = self.path.blocks[self.rng.below(self.path.blocks.len() as u32) as usize];
        Some(self.shift(from, to).place(state, &self.path))
    }

    /// The node with which something that hurts ends.
    fn last(&mut self, state: &State<'_>, tally: &Tally) -> Option<u32> {
        let nodes = state.instance.num_nodes() as u32;
        if let Some(&(_, sum)) = self.hurt.last()
            && !self.rng.one_in(8)
        {
            let drawn = (self.rng.bits() >> 2) as i64 % sum.max(1);
            let order = self.hurt[self.hurt.partition_point(|hurt| hurt.1 <= drawn)].0;
            let data = &state.instance.orders[order as usize];
            let late = data.due.map_or(0, |due| (tally.span(order).1 - due).max(0));
            self.order = (order, data.weight.saturating_mul(late));
            let own = &data.nodes;
            return own.iter().copied().max_by_key(|&node| (state.records[node as usize].end, node));
        }
        if self.rng.one_in(2) {
            return Some(self.rng.below(nodes));
        }
        let borders = nodes..nodes + state.instance.num_resources() as u32;
        let ends = borders.map(|border| state.records[border as usize].before);
        let held = ends.filter(|&node| state.is_node(node));
        held.max_by_key(|&node| (state.records[node as usize].end, node))
    }

    /// A move within a block: an exchange of neighbors, mostly at an end, or an insertion.
    fn shift(&mut self, from: usize, to: usize) -> Shift {
        let rng = &mut self.rng;
        let last = to - 1;
        if to - from == 2 || rng.one_in(2) {
            let moved = match rng.below(3) {
                0 => from,
                1 => last - 1,
                _ => from + rng.below((last - from) as u32) as usize,
            };
            return Shift::Behind { moved, anchor: moved + 1 };
        }
        let reach = (last - from).min(12) as u32;
        let distance = rng.between(1, reach) as usize;
        match rng.below(4) {
            0 => Shift::Behind { moved: from, anchor: from + distance },
            1 => Shift::Behind { moved: last - distance, anchor: last },
            2 => Shift::Ahead { moved: last, anchor: last - distance },
            _ => Shift::Ahead { moved: from + distance, anchor: from },
        }
    }

    /// Another mode, at a place about when the node runs now.
    fn switch(&mut self, state: &mut State<'_>, node: u32) -> Option<(u32, Place)> {
        let data = &state.instance.nodes[node as usize];
        if data.num_modes < 2 {
            return self.nearby(state, node);
        }
        let own = state.records[node as usize].mode - data.first_mode;
        let mode = data.first_mode + (own + 1 + self.rng.below(data.num_modes - 1)) % data.num_modes;
        Some((node, self.place_at(state, node, mode)))
    }

    /// The place of a node on the resource of a mode that keeps it about where it is in time.
    fn place_at(&mut self, state: &mut State<'_>, node: u32, mode: u32) -> Place {
        let resource = state.instance.modes[mode as usize].resource;
        let border = state.border(resource);
        if resource == NONE {
            return Place { before: border, after: border, mode };
        }
        // Ahead of the first that starts later than the node could, give or take one.
        let low = state.bounds(node, &state.instance.modes[mode as usize]).low;
        let start = if self.rng.one_in(2) { low } else { state.records[node as usize].start };
        let mut before = state.records[border as usize].before;
        let mut steps = 0;
        let skip = self.rng.below(3);
        let mut beyond = 0;
        while state.is_node(before) && (before == node || goes_on(state, before, start, &mut beyond, skip)) {
            before = state.records[before as usize].before;
            steps += 1;
        }
        let mut after = if state.is_node(before) {
            state.records[before as usize].after
        } else {
            state.records[border as usize].after
        };
        if after == node {
            after = state.records[node as usize].after;
        }
        state.work += steps / 4;
        Place { before, after, mode }
    }

    /// A place some steps away on the same resource.
    fn nearby(&mut self, state: &State<'_>, node: u32) -> Option<(u32, Place)> {
        if !is_held(state, node) {
            return None;
        }
        let steps = self.rng.between(1, 4);
        let forward = self.rng.one_in(2);
        let mut other = node;
        for _ in 0..steps {
            let record = &state.records[other as usize];
            let next = if forward { record.after } else { record.before };
            if !state.is_node(next) {
                break;
            }
            other = next;
        }
        (other != node).then(|| beside(state, node, other, forward))
    }

    /// Moves a node that needs a changeover next to one of its family.
    fn join_family(&mut self, state: &mut State<'_>) -> Option<(u32, Place)> {
        let nodes = state.instance.num_nodes() as u32;
        let drawn = (0..8).map(|_| self.rng.below(nodes)).find(|&node| {
            let entry = state.records[node as usize].entry;
            entry != NONE && state.instance.setup(entry).time > 0
        });
        let node = drawn?;
        let family = state.mode(node).family;
        let forward = self.rng.one_in(2);
        let mut passes = self.rng.below(2);
        let mut other = node;
        for _ in 0..30 {
            let record = &state.records[other as usize];
            other = if forward { record.after } else { record.before };
            state.work += 1;
            if !state.is_node(other) {
                return None;
            }
            if state.mode(other).family == family {
                if passes == 0 {
                    let behind = self.rng.one_in(2);
                    return Some(beside(state, node, other, behind));
                }
                passes -= 1;
            }
        }
        None
    }
}

/// Whether a node starts late enough to be passed on the way back; `skip` earlier ones are passed, too.
fn goes_on(state: &State<'_>, other: u32, start: Time, beyond: &mut u32, skip: u32) -> bool {
    if state.records[other as usize].start >= start {
        return true;
    }
    *beyond += 1;
    *beyond <= skip
}

/// The place next to another node of the same resource.
fn beside(state: &State<'_>, node: u32, other: u32, behind: bool) -> (u32, Place) {
    let mode = state.records[node as usize].mode;
    let skip = |next: u32, record: u32| if next == node { record } else { next };
    let (record, own) = (&state.records[other as usize], &state.records[node as usize]);
    let place = if behind {
        Place { before: other, after: skip(record.after, own.after), mode }
    } else {
        Place { before: skip(record.before, own.before), after: other, mode }
    };
    (node, place)
}
