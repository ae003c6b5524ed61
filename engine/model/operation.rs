//! Operations, their modes and what a mode requires.

use std::ops::Range;

use super::ids::{
    AttributeId, GroupId, ItemId, ModeId, OperationId, OrderId, RequirementId, ResourceId, ValueId, WindowsId,
};
use super::time::{Span, Time};

/// Customer demand: what operations are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Nothing of it starts earlier.
    pub release: Option<Time>,
    /// Soft end; a deadline that has passed at `now` stands in where due is null (contract, 7.5).
    pub due: Option<Time>,
    /// Hard end; none once it has passed at `now`.
    pub deadline: Option<Time>,
    /// Weight in due-date terms and of leaving it out.
    pub weight: i64,
    /// Weight of earliness.
    pub earliness_weight: i64,
    /// Its operations, ascending.
    pub operations: Vec<OperationId>,
}

/// Whether work may pause over closed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Suspend {
    /// All of it is working time.
    #[default]
    Never,
    /// It pauses while something that it needs is closed.
    Breaks,
}

/// The smallest scheduled work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Its order, if any.
    pub order: Option<OrderId>,
    /// Earliest start: the latest of its own release, the order's and `now`.
    pub release: Time,
    /// Latest end: the earliest of its own deadline, the order's and the horizon, those that have
    /// passed at `now` left out; [`super::time::FAR`] where there is none.
    pub deadline: Time,
    /// Whether its work may pause.
    pub suspend: Suspend,
    /// Setup state that it needs, ascending by attribute.
    pub setup: Vec<(AttributeId, ValueId)>,
    /// Its modes, ascending by name.
    pub modes: Range<u32>,
    /// Movements by item, ascending, the consumption of an item (negative, at start) before its
    /// production (positive, at end).
    pub materials: Vec<(ItemId, i64)>,
}

impl Operation {
    /// Ids of its modes.
    pub fn mode_ids(&self) -> impl DoubleEndedIterator<Item = ModeId> + ExactSizeIterator + use<> {
        self.modes.clone().map(ModeId)
    }
}

/// One way to run an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mode {
    /// Whose mode it is.
    pub operation: OperationId,
    /// The mode's own resource, if any.
    pub resource: Option<ResourceId>,
    /// Units of its own resource.
    pub quantity: i64,
    /// Working time.
    pub duration: Span,
    /// Minor money units for taking this mode.
    pub cost: i64,
    /// Its requirements in all phases; empty for a duration of 0, which holds nothing.
    pub requirements: Range<u32>,
    /// Where the own resource and everything required in phase run are open for it, members of
    /// groups without shared windows excepted: intersect with the members' `open` for those.
    pub working: WindowsId,
    /// Where its changeover can proceed: the own resource's open time and that of what is required
    /// in phase changeover, with the same exception.
    pub changing: WindowsId,
    /// Whether some group in phase run has members with different windows.
    pub run_varies: bool,
    /// Whether some group in phase changeover has members with different windows.
    pub changeover_varies: bool,
}

impl Mode {
    /// Ids of its requirements.
    pub fn requirement_ids(&self) -> impl Iterator<Item = RequirementId> + use<> {
        self.requirements.clone().map(RequirementId)
    }
}

/// When a requirement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// While the operation runs.
    Run,
    /// While its changeover runs.
    Changeover,
}

/// What a requirement does over closed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breaks {
    /// Stays held.
    Hold,
    /// Is free while the operation does not work.
    Release,
}

/// What is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// This resource, `quantity` units of it.
    Resource(ResourceId),
    /// `quantity` different members of this group.
    Group(GroupId),
}

/// Something held beside the mode's own resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Whose requirement it is.
    pub mode: ModeId,
    /// What is required.
    pub target: Target,
    /// Units, or members.
    pub quantity: i64,
    /// When.
    pub phase: Phase,
    /// What happens over closed time.
    pub breaks: Breaks,
    /// Row of the `requirements` table as given; its key is found through it.
    pub row: u32,
}

impl Requirement {
    /// Whether it is free while the operation does not work.
    pub fn releases(&self) -> bool {
        self.breaks == Breaks::Release
    }
}
