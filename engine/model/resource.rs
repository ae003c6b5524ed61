//! Resources and groups: what limits.

use super::ids::{AttributeId, LocationId, MatrixId, ProfileId, ResourceId, ValueId, WindowsId};

/// What kind of limit a resource is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// One holder at a time; may change over.
    Unary,
    /// Quantities held at an instant sum to at most the capacity.
    Cumulative,
}

/// A machine, a tool, a crew: anything that limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Unary or cumulative.
    pub kind: ResourceKind,
    /// Capacity over time, calendar applied.
    pub profile: ProfileId,
    /// Where the capacity is at least 1.
    pub open: WindowsId,
    /// Changeover rules of a unary resource.
    pub matrix: Option<MatrixId>,
    /// Minor money units per hour (3,600 ticks if temporal, else per tick).
    pub cost_per_hour: i64,
    /// Where it stands.
    pub location: Option<LocationId>,
    /// Setup state at `now` by attribute (`resource_states`, else what the last done operation left;
    /// contract, 7.2), ascending by attribute; an attribute not listed is unset.
    pub state_at_now: Vec<(AttributeId, ValueId)>,
}

/// A group of unary resources of which a requirement takes some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Members by priority (highest first), then id.
    pub members: Vec<ResourceId>,
    /// The open windows that all members share, where they are the same for all; then the windows
    /// of modes that require the group are already narrowed by them.
    pub shared: Option<WindowsId>,
}
