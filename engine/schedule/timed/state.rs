//! The working state of the search: dense records and a topological sequence.
//!
//! # Layout
//! One record of 64 bytes (a cache line) a node, then one for each resource, then one that stands for "no
//! resource". The record of a resource is the predecessor of the first and the successor of the last node on
//! it, so nothing tests for an end of a list: its `end` is the instant from which the resource is free, its
//! `state` what it is set up for, its `latest` never limits anybody.
//!
//! # Invariants
//! `sequence` is a linear extension of arcs and resource orders; `sequence[records[x].position] == x`.

use super::instance::{NONE, TimedInstance, TimedMode};
use crate::model::ids::ModeId;
use crate::model::time::{FAR, Time};
use crate::schedule::Schedule;

/// The position of what is no node. Adding one wraps to 0: "after nothing".
pub const NO_POSITION: u32 = u32::MAX;

/// What the search knows about one node.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Record {
    /// Start.
    pub start: Time,
    /// End.
    pub end: Time,
    /// The latest start that lets everything behind it meet the goal; see [`State::set_goal`].
    pub latest: Time,
    /// Predecessor on the resource.
    pub before: u32,
    /// Successor on the resource.
    pub after: u32,
    /// Place in the sequence.
    pub position: u32,
    /// The mode, by number in the instance.
    pub mode: u32,
    /// What its resource is set up for behind it.
    pub state: u32,
    /// Entry of the setup table that its changeover follows, or [`NONE`].
    pub entry: u32,
    /// Scratch of the last rebuild that touched this node.
    pub stamp: u32,
}

const EMPTY: Record = Record {
    start: 0,
    end: 0,
    latest: FAR,
    before: 0,
    after: 0,
    position: NO_POSITION,
    mode: 0,
    state: 0,
    entry: NONE,
    stamp: 0,
};

/// A schedule as the search stores it: a linear extension and the mode of each node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// All nodes, each behind its predecessors.
    pub sequence: Vec<u32>,
    /// The mode of each node, by node, counted from its first.
    pub modes: Vec<u16>,
}

impl Arrangement {
    /// The state of a schedule: the order of starts on each resource. None if it leaves a node out.
    ///
    /// Starts (then ends, then the topological order) are taken as wishes; a node that a wish puts ahead of a
    /// predecessor, which only negative lags allow, waits for it.
    pub fn of_schedule(instance: &TimedInstance, schedule: &Schedule) -> Option<Self> {
        let mut modes = Vec::with_capacity(instance.num_nodes());
        let mut keys = vec![(0, 0, 0); instance.num_nodes()];
        for (place, &node) in instance.topological.iter().enumerate() {
            let placed = schedule.get(instance.nodes[node as usize].operation)?;
            keys[node as usize] = (placed.start, placed.end, place);
        }
        for (node, data) in instance.nodes.iter().enumerate() {
            let ModeId(mode) = schedule.get(data.operation)?.mode;
            let first = instance.modes_of(node as u32)[0].id.0;
            modes.push(u16::try_from(mode.checked_sub(first)?).ok()?);
        }
        Some(Self { sequence: extension(instance, &keys), modes })
    }
}

/// The linear extension that always takes the smallest key among the nodes that are ready.
pub fn extension<K: Ord + Copy>(instance: &TimedInstance, keys: &[K]) -> Vec<u32> {
    use std::cmp::Reverse;
    let mut missing: Vec<usize> =
        (0..instance.num_nodes() as u32).map(|node| instance.incoming.of(node).len()).collect();
    let ready = (0..instance.num_nodes()).filter(|&node| missing[node] == 0);
    let mut heap: std::collections::BinaryHeap<_> =
        ready.map(|node| Reverse((keys[node], node as u32))).collect();
    let mut sequence = Vec::with_capacity(instance.num_nodes());
    while let Some(Reverse((_, node))) = heap.pop() {
        sequence.push(node);
        for arc in instance.outgoing.of(node) {
            let after = arc.node as usize;
            missing[after] -= 1;
            if missing[after] == 0 {
                heap.push(Reverse((keys[after], arc.node)));
            }
        }
    }
    sequence
}

/// A complete schedule under search.
#[derive(Clone, Debug)]
pub struct State<'i> {
    /// The problem.
    pub instance: &'i TimedInstance,
    /// Nodes, resources, "no resource".
    pub records: Vec<Record>,
    /// Nodes in topological order.
    pub sequence: Vec<u32>,
    /// What the end of each node is compared with; `FAR` if it does not matter.
    pub(super) goals: Vec<Time>,
    /// Nodes whose ends decide the length: those with a goal that nothing must follow.
    pub(super) sinks: Vec<u32>,
    /// The length that latest starts refer to.
    pub(super) reference: Time,
    pub(super) stamp: u32,
    pub(super) scratch: Vec<u32>,
    pub(super) kept: Vec<u32>,
    /// Nodes by position that are to be looked at again, a bit each.
    pub(super) dirty: Vec<u64>,
    /// Operations touched by sweeps and rebuilds since the state was made.
    pub work: u64,
}

impl<'i> State<'i> {
    /// A state without a sequence: [`State::load`] comes next.
    pub fn new(instance: &'i TimedInstance) -> Self {
        let nodes = instance.num_nodes();
        let mut records = vec![EMPTY; nodes + instance.num_resources() + 1];
        for (resource, data) in instance.resources.iter().enumerate() {
            let record = &mut records[nodes + resource];
            (record.start, record.end, record.state) = (data.free, data.free, data.state);
        }
        if let Some(none) = records.last_mut() {
            (none.start, none.end) = (instance.now, instance.now);
        }
        Self {
            instance,
            records,
            sequence: Vec::with_capacity(nodes),
            goals: vec![FAR; nodes],
            sinks: Vec::new(),
            reference: 0,
            stamp: 0,
            scratch: Vec::new(),
            kept: Vec::new(),
            dirty: vec![0; nodes / 64 + 1],
            work: 0,
        }
    }

    /// The record of a resource; of [`NONE`] the one that stands for no resource.
    #[inline]
    pub fn border(&self, resource: u32) -> u32 {
        if resource == NONE {
            self.records.len() as u32 - 1
        } else {
            self.instance.num_nodes() as u32 + resource
        }
    }

    /// Whether a record is that of a node.
    #[inline]
    pub fn is_node(&self, record: u32) -> bool {
        (record as usize) < self.instance.num_nodes()
    }

    /// The mode that a node runs in.
    #[inline]
    pub fn mode(&self, node: u32) -> &'i TimedMode {
        &self.instance.modes[self.records[node as usize].mode as usize]
    }

    /// Loads a stored schedule and computes all starts and ends; `O(n)`.
    pub fn load(&mut self, arrangement: &Arrangement) {
        let nodes = self.instance.num_nodes();
        for border in nodes..self.records.len() {
            self.records[border].before = border as u32;
            self.records[border].after = border as u32;
        }
        self.sequence.clear();
        self.sequence.extend_from_slice(&arrangement.sequence);
        for (position, &node) in arrangement.sequence.iter().enumerate() {
            let mode =
                self.instance.nodes[node as usize].first_mode + u32::from(arrangement.modes[node as usize]);
            let border = self.border(self.instance.modes[mode as usize].resource);
            let is_held = self.instance.modes[mode as usize].resource != NONE;
            let last = if is_held { self.records[border as usize].before } else { border };
            if is_held {
                self.records[last as usize].after = node;
                self.records[border as usize].before = node;
            }
            let record = &mut self.records[node as usize];
            record.before = last;
            record.after = border;
            record.mode = mode;
            record.position = position as u32;
        }
        self.sweep_starts(0);
    }

    /// Stores the schedule; reuses the buffers of `into`.
    pub fn save(&self, into: &mut Arrangement) {
        into.sequence.clear();
        into.sequence.extend_from_slice(&self.sequence);
        into.modes.clear();
        let mode = |(node, data): (usize, &super::instance::Node)| {
            (self.records[node].mode - data.first_mode) as u16
        };
        into.modes.extend(self.instance.nodes.iter().enumerate().map(mode));
    }
}
