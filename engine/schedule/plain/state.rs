//! The working state of the search: dense records and a topological sequence.
//!
//! # Layout
//! Nodes `0..num_resources` are the ends of the resources: node `r` is the predecessor of the first and the
//! successor of the last operation on `r`. Then come the chains, one *border* node before, between and after
//! them, so that the predecessor of node `x` in its chain is `x - 1` and its successor `x + 1`: no index, no
//! test, neighboring memory. The end of a border is the release of the chain behind it, its tail the tail of
//! the chain before it.
//!
//! What a sweep reads lies in the order in which it reads it: the sequence, and beside it one [`Slot`] per
//! position. Only ends and tails are looked up by node, four bytes each, so the random reads of a sweep over
//! 10,000 operations stay within 40 KB. What moves need besides is one [`Record`] per node.
//!
//! # Cost
//! 48 bytes an operation, 8 more to translate between nodes and operations, 2 more for its mode where there
//! is a choice.
//!
//! # Invariants
//! `sequence` is a linear extension of chains and resource orders; `sequence[records[x].position] == x`, and
//! the slot there repeats the neighbors and the duration of `x`. Border and resource nodes have position
//! [`NO_POSITION`] and duration 0 and are never written by sweeps.

use super::{Arrangement, PlainInstance, PlainMode};

/// The position of a node that is no operation. Adding one wraps to 0: "after nothing".
pub const NO_POSITION: u32 = u32::MAX;

/// What the search knows about one node.
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// Duration in the chosen mode.
    pub duration: u32,
    /// Predecessor on the resource.
    pub before: u32,
    /// Successor on the resource.
    pub after: u32,
    /// Place in the sequence.
    pub position: u32,
    /// The resource of the chosen mode.
    pub resource: u32,
    /// Scratch of the last rebuild that touched this node.
    pub stamp: u32,
}

const BORDER: Record =
    Record { duration: 0, before: 0, after: 0, position: NO_POSITION, resource: 0, stamp: 0 };

/// What sweeps read of the operation at one position of the sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) before: u32,
    pub(super) after: u32,
    pub(super) duration: u32,
}

impl Slot {
    /// The slot of the operation with this record.
    #[inline]
    pub(super) fn of(record: &Record) -> Self {
        Self { before: record.before, after: record.after, duration: record.duration }
    }
}

/// A schedule of a [`State`] put aside: its sequence and the mode of each entry.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Nodes in topological order.
    pub sequence: Vec<u32>,
    /// The mode of each entry of the sequence; empty if no operation has a choice.
    pub modes: Vec<u16>,
    /// Length of the schedule.
    pub makespan: u32,
}

/// A complete schedule under search.
#[derive(Clone, Debug)]
pub struct State {
    /// Resource nodes, then chains between borders.
    pub records: Vec<Record>,
    /// Completion time of each node.
    pub ends: Vec<u32>,
    /// Longest path from the start of each node to the end of the schedule.
    pub tails: Vec<u32>,
    /// Operations (as nodes) in topological order.
    pub sequence: Vec<u32>,
    /// The operation of each node; unspecified for borders and resources.
    pub operations: Vec<u32>,
    /// The mode of each node; empty if no operation has a choice.
    pub modes: Vec<u16>,
    /// The node of each operation, in a state of the whole instance only.
    pub(super) nodes: Vec<u32>,
    /// By position.
    pub(super) slots: Vec<Slot>,
    pub(super) num_resources: usize,
    pub(super) makespan: u32,
    pub(super) critical: u32,
    pub(super) stamp: u32,
    pub(super) scratch: Vec<u32>,
    /// Operations touched by sweeps and rebuilds since the state was made.
    pub work: u64,
}

impl State {
    /// The state of a stored schedule; `O(n)`.
    pub fn new(instance: &PlainInstance, arrangement: &Arrangement) -> Self {
        let fragments = (0..instance.num_chains())
            .map(|chain| (instance.chain(chain), instance.release(chain), instance.tail(chain)));
        let mut state = Self::with_fragments(instance, fragments);
        let is_operation = |node: &u32| state.operations[*node as usize] != u32::MAX;
        state.nodes = (0..state.records.len() as u32).filter(is_operation).collect();
        state.load(instance, arrangement);
        state
    }

    /// Nodes for parts of chains, each with what is fixed before and behind it. No sequence yet.
    pub fn with_fragments(
        instance: &PlainInstance,
        fragments: impl Iterator<Item = (std::ops::Range<usize>, u32, u32)>,
    ) -> Self {
        let num_resources = instance.num_resources();
        let mut records = vec![BORDER; num_resources + 1];
        let mut ends = vec![0; num_resources + 1];
        let mut tails = vec![0; num_resources + 1];
        let mut operations = vec![u32::MAX; num_resources + 1];
        for (resource, record) in records[..num_resources].iter_mut().enumerate() {
            record.resource = resource as u32;
        }
        for (range, release, tail) in fragments {
            ends[records.len() - 1] = release;
            operations.extend(range.map(|operation| operation as u32));
            operations.push(u32::MAX);
            records.resize(operations.len(), BORDER);
            ends.resize(operations.len(), 0);
            tails.resize(operations.len(), 0);
            tails[operations.len() - 1] = tail;
        }
        let modes = if instance.is_flexible() { vec![0; records.len()] } else { Vec::new() };
        Self {
            records,
            ends,
            tails,
            operations,
            modes,
            nodes: Vec::new(),
            slots: Vec::new(),
            num_resources,
            sequence: Vec::new(),
            makespan: 0,
            critical: 0,
            stamp: 0,
            scratch: Vec::new(),
            work: 0,
        }
    }

    /// Fixes when a resource becomes free and what must follow its last operation (windows use it).
    pub fn set_resource(&mut self, resource: usize, free_from: u32, tail: u32) {
        self.ends[resource] = free_from;
        self.tails[resource] = tail;
    }

    /// Loads a stored schedule into the nodes of the whole instance; `O(n)`.
    pub fn load(&mut self, instance: &PlainInstance, arrangement: &Arrangement) {
        debug_assert_eq!(arrangement.sequence.len(), instance.num_operations());
        if !self.modes.is_empty() {
            for (operation, &mode) in arrangement.modes.iter().enumerate() {
                self.modes[self.nodes[operation] as usize] = mode;
            }
        }
        let mut sequence = std::mem::take(&mut self.sequence);
        sequence.clear();
        sequence.extend(arrangement.sequence.iter().map(|&i| self.nodes[i as usize]));
        self.adopt(instance, sequence);
    }

    /// Takes a sequence of nodes with the modes now set, links the resources and sweeps both ways.
    pub fn adopt(&mut self, instance: &PlainInstance, sequence: Vec<u32>) {
        for resource in 0..self.num_resources {
            self.records[resource].before = resource as u32;
            self.records[resource].after = resource as u32;
        }
        for (position, &node) in sequence.iter().enumerate() {
            let x = node as usize;
            let mode = self.mode(instance, node);
            let last = self.records[mode.resource as usize].before;
            self.records[last as usize].after = node;
            self.records[mode.resource as usize].before = node;
            let record = &mut self.records[x];
            record.before = last;
            record.after = mode.resource;
            record.position = position as u32;
            record.resource = mode.resource;
            record.duration = mode.duration;
        }
        self.sequence = sequence;
        self.fill_slots();
        self.sweep_all();
    }

    /// Slots as records say.
    fn fill_slots(&mut self) {
        let records = &self.records;
        self.slots.clear();
        self.slots.extend(self.sequence.iter().map(|&node| Slot::of(&records[node as usize])));
    }

    /// The mode that a node runs in.
    #[inline]
    pub fn mode(&self, instance: &PlainInstance, node: u32) -> PlainMode {
        let mode = self.modes.get(node as usize).copied().unwrap_or(0);
        instance.modes(self.operations[node as usize] as usize)[usize::from(mode)]
    }

    /// Stores the schedule; reuses the buffers of `into`.
    pub fn save(&self, into: &mut Snapshot) {
        into.sequence.clear();
        into.sequence.extend_from_slice(&self.sequence);
        into.modes.clear();
        if !self.modes.is_empty() {
            into.modes.extend(self.sequence.iter().map(|&node| self.modes[node as usize]));
        }
        into.makespan = self.makespan;
    }

    /// Goes back to a stored schedule; `O(n)`.
    pub fn restore_from(&mut self, instance: &PlainInstance, snapshot: &Snapshot) {
        for (&node, &mode) in snapshot.sequence.iter().zip(&snapshot.modes) {
            self.modes[node as usize] = mode;
        }
        let mut sequence = std::mem::take(&mut self.sequence);
        sequence.clear();
        sequence.extend_from_slice(&snapshot.sequence);
        self.adopt(instance, sequence);
    }

    /// A stored schedule of the whole instance, in operations instead of nodes.
    pub fn arrangement(&self, snapshot: &Snapshot) -> Arrangement {
        let operation = |&node: &u32| self.operations[node as usize];
        let sequence: Vec<u32> = snapshot.sequence.iter().map(operation).collect();
        let mut modes = vec![0; snapshot.modes.len()];
        for (&operation, &mode) in sequence.iter().zip(&snapshot.modes) {
            modes[operation as usize] = mode;
        }
        Arrangement { sequence, modes, makespan: snapshot.makespan }
    }

    /// Sorts the sequence by time: by the middle between earliest and latest start. Still topological,
    /// because both grow along every arc; a stable sort settles operations without duration.
    pub fn sort_by_time(&mut self) {
        let Self { records, ends, tails, makespan, .. } = self;
        self.sequence.sort_by_cached_key(|&node| {
            let x = node as usize;
            ends[x] - records[x].duration + (*makespan - tails[x])
        });
        for (position, &node) in self.sequence.iter().enumerate() {
            records[node as usize].position = position as u32;
        }
        self.fill_slots();
        self.work += 4 * self.sequence.len() as u64;
    }

    /// The node of an operation, in a state of the whole instance.
    #[inline]
    pub fn node(&self, operation: u32) -> u32 {
        self.nodes[operation as usize]
    }

    /// Length of the schedule.
    #[inline]
    pub fn makespan(&self) -> u32 {
        self.makespan
    }

    /// An operation (as node) on a longest path.
    #[inline]
    pub fn critical(&self) -> u32 {
        self.critical
    }

    /// Number of resources.
    pub fn num_resources(&self) -> usize {
        self.num_resources
    }

    /// Whether a node is an operation and not a border or a resource.
    #[inline]
    pub fn is_operation(&self, node: u32) -> bool {
        self.records[node as usize].position != NO_POSITION
    }
}
