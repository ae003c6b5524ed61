//! The timed problem: what the kernel schedules.
//!
//! Nodes are the operations that are still free to plan, numbered by their ids; everything else (done and
//! started work, releases, `now`) has become a number: the earliest start of a node, the instant from which a
//! resource is free, the setup state that it is in. Arcs, modes and setup tables are flat vectors.

use crate::model::ids::{ModeId, OperationId};
use crate::model::precedence::Kind;
use crate::model::time::{Span, Time};

use super::calendar::Calendar;

/// Stands for no resource, no family, no order, no location, no setup table.
pub const NONE: u32 = u32::MAX;

/// An operation that is free to plan.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Which operation.
    pub operation: OperationId,
    /// Its order, or [`NONE`].
    pub order: u32,
    /// Earliest start by releases, `now` and history.
    pub release: Time,
    /// Earliest end by history.
    pub end_low: Time,
    /// Latest end; `FAR` if there is none.
    pub deadline: Time,
    /// Whether its work may pause.
    pub breaks: bool,
    /// First of its modes.
    pub first_mode: u32,
    /// How many it has.
    pub num_modes: u32,
}

/// One way to run a node.
#[derive(Clone, Copy, Debug)]
pub struct TimedMode {
    /// The resource that is held, or [`NONE`]: none is needed, or the duration is 0.
    pub resource: u32,
    /// What it is to its resource's matrix, or [`NONE`]: it leaves the state as it is.
    pub family: u32,
    /// Working time.
    pub duration: Span,
    /// Where it works.
    pub working: u32,
    /// Where its changeover proceeds.
    pub changing: u32,
    /// Location of its resource, or [`NONE`].
    pub location: u32,
    /// Price of the mode.
    pub cost: i64,
    /// The mode of the problem.
    pub id: ModeId,
}

/// A resource at the beginning.
#[derive(Clone, Copy, Debug)]
pub struct TimedResource {
    /// Free from here on.
    pub free: Time,
    /// Setup state, a row of its table.
    pub state: u32,
    /// First entry of its setup table, or [`NONE`].
    pub table: u32,
    /// Columns of the table: families.
    pub families: u32,
    /// Whether changeovers pause over closed time.
    pub suspend: bool,
    /// Whether they must end where the operation starts.
    pub attached: bool,
}

/// Working time and cost of a changeover.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// Working time.
    pub time: Span,
    /// Minor money units.
    pub cost: i64,
}

/// A precedence seen from one of its ends.
#[derive(Clone, Copy, Debug)]
pub struct Arc {
    /// The node at the other end.
    pub node: u32,
    /// Which ends are linked.
    pub kind: Kind,
    /// Least lag, transport excluded.
    pub lag: Span,
}

/// Arcs by node.
#[derive(Clone, Debug, Default)]
pub struct Arcs {
    pub(super) starts: Vec<u32>,
    pub(super) arcs: Vec<Arc>,
}

impl Arcs {
    /// Sorts `(node, arc)` pairs by node.
    pub(super) fn new(nodes: usize, mut pairs: Vec<(u32, Arc)>) -> Self {
        pairs.sort_by_key(|(node, arc)| (*node, arc.node, arc.kind, arc.lag));
        let mut starts = vec![0_u32; nodes + 1];
        for (node, _) in &pairs {
            starts[*node as usize + 1] += 1;
        }
        for node in 0..nodes {
            starts[node + 1] += starts[node];
        }
        Self { starts, arcs: pairs.into_iter().map(|pair| pair.1).collect() }
    }

    /// Arcs of a node.
    #[inline]
    pub fn of(&self, node: u32) -> &[Arc] {
        &self.arcs[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }
}

/// An order and what history says of it.
#[derive(Clone, Debug, Default)]
pub struct TimedOrder {
    /// Soft end.
    pub due: Option<Time>,
    /// Weight in due-date terms.
    pub weight: i64,
    /// Its free nodes.
    pub nodes: Vec<u32>,
    /// First start and last end of its history.
    pub past: Option<(Time, Time)>,
}

/// What history and fixed facts add to the terms.
#[derive(Clone, Copy, Debug, Default)]
pub struct Past {
    /// Latest end of started work.
    pub end: Time,
    /// Remaining changeovers of started work.
    pub changeover_time: i64,
    /// Modes of started work.
    pub mode_cost: i64,
    /// Of started work without an order.
    pub flow_time: i64,
}

/// A problem in the kernel's form; built by [`TimedInstance::of`].
#[derive(Clone, Debug)]
pub struct TimedInstance {
    /// Nothing starts or changes over earlier.
    pub now: Time,
    /// Nodes, ascending by operation.
    pub nodes: Vec<Node>,
    /// Modes, those of a node next to each other.
    pub modes: Vec<TimedMode>,
    /// Resources.
    pub resources: Vec<TimedResource>,
    /// Setup tables, state by state.
    pub setups: Vec<Setup>,
    /// Calendars, shared.
    pub calendars: Vec<Calendar>,
    /// Arcs into each node.
    pub incoming: Arcs,
    /// Arcs out of each node.
    pub outgoing: Arcs,
    /// Orders that have operations.
    pub orders: Vec<TimedOrder>,
    /// Transport times, `from x to`; empty if all are 0.
    pub(super) transport: Vec<Span>,
    pub(super) num_locations: usize,
    /// What history adds.
    pub past: Past,
    /// Nodes in an order that respects every arc.
    pub topological: Vec<u32>,
    /// Nodes that may run without holding a resource.
    pub unheld: Vec<u32>,
    /// Whether some node has a choice of modes.
    pub is_flexible: bool,
}

impl TimedInstance {
    /// Number of nodes.
    pub fn num_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Number of resources.
    pub fn num_resources(&self) -> usize {
        self.resources.len()
    }

    /// Modes of a node.
    pub fn modes_of(&self, node: u32) -> &[TimedMode] {
        let Node { first_mode, num_modes, .. } = self.nodes[node as usize];
        &self.modes[first_mode as usize..(first_mode + num_modes) as usize]
    }

    /// Transport between the resources of two modes.
    #[inline]
    pub fn transport(&self, from: &TimedMode, to: &TimedMode) -> Span {
        if self.transport.is_empty() || from.location == NONE || to.location == NONE {
            return 0;
        }
        self.transport[from.location as usize * self.num_locations + to.location as usize]
    }

    /// Entry of the setup table for a mode on a resource in some state, or [`NONE`].
    #[inline]
    pub fn setup_entry(&self, mode: &TimedMode, state: u32) -> u32 {
        if mode.family == NONE {
            return NONE;
        }
        let resource = &self.resources[mode.resource as usize];
        resource.table + state * resource.families + mode.family
    }

    /// The changeover of an entry.
    #[inline]
    pub fn setup(&self, entry: u32) -> Setup {
        if entry == NONE { Setup::default() } else { self.setups[entry as usize] }
    }
}
