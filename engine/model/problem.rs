//! The problem as the engine sees it: validated, dense, immutable.
//!
//! Built by `build` from a `Draft`; every cross check has been made,
//! so readers index without fear. Ids of all kinds are dense and follow the UTF-8 order of names.

use std::ops::Range;

use super::changeover::{Matrix, ValueOrder};
use super::history::{Baseline, Status};
use super::ids::{
    AttributeId, LocationId, MatrixId, ModeId, Names, OperationId, OrderId, PrecedenceId, ProfileId,
    RequirementId, ResourceId, ValueId, WindowsId,
};
use super::material::Item;
use super::operation::{Mode, Operation, Order, Requirement, Suspend};
use super::precedence::Precedence;
use super::profile::Profile;
use super::resource::{Group, Resource};
use super::time::{Span, Time};
use super::windows::Windows;

/// Names of everything, by dense id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemNames {
    /// Orders.
    pub orders: Names,
    /// Operations.
    pub operations: Names,
    /// Modes; unique within their operation.
    pub modes: Names,
    /// Resources.
    pub resources: Names,
    /// Groups.
    pub groups: Names,
    /// Matrices.
    pub matrices: Names,
    /// Setup attributes.
    pub attributes: Names,
    /// Setup values.
    pub values: Names,
    /// Items.
    pub items: Names,
    /// Locations.
    pub locations: Names,
    /// Keys of requirement rows, by row as given.
    pub requirement_rows: Names,
}

/// What stability costs (contract, section 4 and 7.10), in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StabilityPrices {
    /// Within this much of `now` the near factor counts.
    pub near: Span,
    /// Within this much of `now` the middle factor counts.
    pub middle: Span,
    /// Factors near, middle and beyond.
    pub factors: [i64; 3],
    /// Price of a changed resource.
    pub resource: i64,
}

impl StabilityPrices {
    /// 4 within a day, 2 within a week, 1 beyond, an hour per changed resource.
    pub const TEMPORAL: Self = Self { near: 86_400, middle: 604_800, factors: [4, 2, 1], resource: 3_600 };
    /// Factor 1 and no price: the length of a tick is not known.
    pub const INTEGER: Self = Self { near: 86_400, middle: 604_800, factors: [1, 1, 1], resource: 0 };

    /// Factor of a baseline start.
    pub fn factor(&self, from_now: Span) -> i64 {
        if from_now < self.near {
            self.factors[0]
        } else if from_now < self.middle {
            self.factors[1]
        } else {
            self.factors[2]
        }
    }
}

/// Everything the engine knows; see the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Nothing unstarted starts, changes over or consumes earlier.
    pub now: Time,
    /// Nothing ends later; [`super::time::FAR`] if not given.
    pub horizon_end: Time,
    /// Whether a tick is a second.
    pub temporal: bool,
    /// What stability costs.
    pub stability: StabilityPrices,
    /// Names by dense id.
    pub names: ProblemNames,
    /// Orders.
    pub orders: Vec<Order>,
    /// Operations.
    pub operations: Vec<Operation>,
    /// Modes, those of an operation next to each other.
    pub modes: Vec<Mode>,
    /// Requirements, those of a mode next to each other.
    pub requirements: Vec<Requirement>,
    /// Resources.
    pub resources: Vec<Resource>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Capacity profiles, shared.
    pub profiles: Vec<Profile>,
    /// Open windows, shared.
    pub windows: Vec<Windows>,
    /// Changeover matrices.
    pub matrices: Vec<Matrix>,
    /// Order of setup values.
    pub value_order: ValueOrder,
    /// Precedences, ascending by (before, after).
    pub precedences: Vec<Precedence>,
    /// Precedences into each operation: `incoming[incoming_ranges[op]]`.
    pub(crate) incoming: Vec<PrecedenceId>,
    /// Ends of the ranges in `incoming` by operation.
    pub(crate) incoming_ends: Vec<u32>,
    /// Start of each operation's outgoing precedences in `precedences`; one more than operations.
    pub(crate) outgoing_starts: Vec<u32>,
    /// Transport times, `from x to`, 0 where nothing is said.
    pub(crate) transport: Vec<Span>,
    /// Items.
    pub items: Vec<Item>,
    /// What is known of each operation, index into `baselines`, `u32::MAX` for nothing.
    pub(crate) baseline_of: Vec<u32>,
    /// Baseline rows.
    pub(crate) baselines: Vec<Baseline>,
    /// An order of all operations that respects every precedence by its `before` and `after`.
    pub topological: Vec<OperationId>,
}

impl Problem {
    /// Ids of all operations.
    pub fn operation_ids(&self) -> impl DoubleEndedIterator<Item = OperationId> + ExactSizeIterator + use<> {
        (0..self.operations.len() as u32).map(OperationId)
    }

    /// Ids of all orders.
    pub fn order_ids(&self) -> impl DoubleEndedIterator<Item = OrderId> + ExactSizeIterator + use<> {
        (0..self.orders.len() as u32).map(OrderId)
    }

    /// Ids of all resources.
    pub fn resource_ids(&self) -> impl DoubleEndedIterator<Item = ResourceId> + ExactSizeIterator + use<> {
        (0..self.resources.len() as u32).map(ResourceId)
    }

    /// An operation.
    pub fn operation(&self, id: OperationId) -> &Operation {
        &self.operations[id.index()]
    }

    /// An order.
    pub fn order(&self, id: OrderId) -> &Order {
        &self.orders[id.index()]
    }

    /// A mode.
    pub fn mode(&self, id: ModeId) -> &Mode {
        &self.modes[id.index()]
    }

    /// A requirement.
    pub fn requirement(&self, id: RequirementId) -> &Requirement {
        &self.requirements[id.index()]
    }

    /// Requirements of a mode.
    pub fn requirements_of(&self, mode: ModeId) -> &[Requirement] {
        let Range { start, end } = self.mode(mode).requirements;
        &self.requirements[start as usize..end as usize]
    }

    /// A resource.
    pub fn resource(&self, id: ResourceId) -> &Resource {
        &self.resources[id.index()]
    }

    /// Capacity of a resource over time.
    pub fn profile(&self, id: ProfileId) -> &Profile {
        &self.profiles[id.index()]
    }

    /// A set of open windows.
    pub fn window_set(&self, id: WindowsId) -> &Windows {
        &self.windows[id.index()]
    }

    /// A changeover matrix.
    pub fn matrix(&self, id: MatrixId) -> &Matrix {
        &self.matrices[id.index()]
    }

    /// Precedences that end in an operation.
    pub fn incoming(&self, id: OperationId) -> impl Iterator<Item = &Precedence> + '_ {
        let start = if id.0 == 0 { 0 } else { self.incoming_ends[id.index() - 1] };
        let range = start as usize..self.incoming_ends[id.index()] as usize;
        self.incoming[range].iter().map(|precedence| &self.precedences[precedence.index()])
    }

    /// Precedences that begin in an operation.
    pub fn outgoing(&self, id: OperationId) -> &[Precedence] {
        &self.precedences
            [self.outgoing_starts[id.index()] as usize..self.outgoing_starts[id.index() + 1] as usize]
    }

    /// Transport time between the own resources of two modes; 0 where either has none.
    pub fn transport_between(&self, from: Option<ResourceId>, to: Option<ResourceId>) -> Span {
        let location = |resource: Option<ResourceId>| self.resource(resource?).location;
        match (location(from), location(to)) {
            (Some(from), Some(to)) if from != to => self.transport_time(from, to),
            _ => 0,
        }
    }

    fn transport_time(&self, from: LocationId, to: LocationId) -> Span {
        self.transport.get(from.index() * self.names.locations.len() + to.index()).copied().unwrap_or(0)
    }

    /// What is known of an operation.
    pub fn baseline(&self, id: OperationId) -> Option<&Baseline> {
        self.baselines.get(self.baseline_of[id.index()] as usize)
    }

    /// How far an operation is.
    pub fn status(&self, id: OperationId) -> Status {
        self.baseline(id).map_or(Status::Planned, |baseline| baseline.status)
    }

    /// State of an attribute of a resource at `now`.
    pub fn state_at_now(&self, resource: ResourceId, attribute: AttributeId) -> Option<ValueId> {
        let states = &self.resource(resource).state_at_now;
        states.binary_search_by_key(&attribute, |state| state.0).ok().map(|place| states[place].1)
    }

    /// Whether an operation's work may pause over closed time.
    pub fn suspends(&self, id: OperationId) -> bool {
        self.operation(id).suspend == Suspend::Breaks
    }
}
