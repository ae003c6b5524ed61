//! Why an operation cannot be placed, and why an order is left out.

use crate::model::Problem;
use crate::model::ids::{ItemId, OperationId, OrderId, ResourceId};
use crate::model::time::{FAR, Span};

/// Why an operation cannot be placed where the plan stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// This predecessor has no place yet.
    Waits(OperationId),
    /// The item is never enough, or never leaves room.
    Item(ItemId),
    /// It would end after its deadline or the horizon.
    Deadline,
    /// It would end too late for an operation that has its place already.
    Fixed,
    /// A largest lag: this predecessor would have to be later by so much.
    Lag(OperationId, Span),
    /// It must use the resource of this operation and cannot.
    OtherResource(OperationId),
    /// What it needs is never open long enough.
    Closed(Option<ResourceId>),
    /// The resource is held when it must start.
    Busy(Option<ResourceId>),
    /// No mode is left.
    NoMode,
}

/// Why an order is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An operation would end after its deadline or its order's.
    Deadline,
    /// An operation would end after the horizon.
    Horizon,
    /// An item is never enough, or never leaves room.
    Material,
    /// A predecessor is left out.
    Predecessor,
    /// What an operation needs is never open long enough.
    Closed,
    /// What an operation needs is held by others.
    Busy,
    /// A largest lag cannot be kept.
    MaxLag,
    /// An operation with a fixed place leaves no room before it.
    Fixed,
    /// No mode is left by pins and same-resource precedences.
    NoMode,
}

impl Cause {
    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deadline => "deadline",
            Self::Horizon => "horizon",
            Self::Material => "material",
            Self::Predecessor => "predecessor",
            Self::Closed => "closed",
            Self::Busy => "busy",
            Self::MaxLag => "max_lag",
            Self::Fixed => "fixed",
            Self::NoMode => "no_mode",
        }
    }
}

/// An order that is left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The order; none for an operation without order.
    pub order: Option<OrderId>,
    /// The first operation that could not be placed.
    pub operation: OperationId,
    /// Why.
    pub cause: Cause,
    /// Name of the resource, item or operation that stands in the way; may be empty.
    pub object: String,
}

impl LeftOut {
    /// From what the decoder met.
    pub(crate) fn new(problem: &Problem, operation: OperationId, refusal: Refusal) -> Self {
        let names = &problem.names;
        let resource = |id: Option<ResourceId>| {
            id.map_or_else(String::new, |id| names.resources.get(id.index()).to_owned())
        };
        let other = |id: OperationId| names.operations.get(id.index()).to_owned();
        let own_deadline = problem.operation(operation).deadline;
        let (cause, object) = match refusal {
            Refusal::Waits(before) => (Cause::Predecessor, other(before)),
            Refusal::Item(item) => (Cause::Material, names.items.get(item.index()).to_owned()),
            Refusal::Deadline if own_deadline == problem.horizon_end && own_deadline < FAR => {
                (Cause::Horizon, String::new())
            }
            Refusal::Deadline => (Cause::Deadline, String::new()),
            Refusal::Fixed => (Cause::Fixed, String::new()),
            Refusal::Lag(before, _) => (Cause::MaxLag, other(before)),
            Refusal::OtherResource(link) => (Cause::NoMode, other(link)),
            Refusal::Closed(id) => (Cause::Closed, resource(id)),
            Refusal::Busy(id) => (Cause::Busy, resource(id)),
            Refusal::NoMode => (Cause::NoMode, String::new()),
        };
        Self { order: problem.operation(operation).order, operation, cause, object }
    }
}
