//! What has happened and what is promised: started and done work, pins, the published schedule.

use super::ids::{ModeId, RequirementId, ResourceId};
use super::time::{Span, Time};

/// How far an operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Status {
    /// Not started.
    #[default]
    Planned,
    /// Running at `now`.
    Started,
    /// Over at `now`.
    Done,
}

/// What a planner has fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Pin {
    /// Nothing.
    #[default]
    None,
    /// Resource and start.
    Start,
    /// The resource.
    Resource,
    /// The resource, and the order among operations so pinned on it.
    Sequence,
}

/// What a stop does to started work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum OnStop {
    /// It goes on where it was.
    #[default]
    Resume,
    /// It begins anew.
    Restart,
}

/// The row of `baseline` of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    /// How far it is.
    pub status: Status,
    /// Its mode; always known for started work.
    pub mode: Option<ModeId>,
    /// Its resource.
    pub resource: Option<ResourceId>,
    /// Its start; always known for started work.
    pub start: Option<Time>,
    /// Its end; always known for done work.
    pub end: Option<Time>,
    /// Working time of started work still to do from `now`, the contract's default resolved when the
    /// problem is built; 0 for others.
    pub remaining: Span,
    /// Working time of its changeover still to do from `now`.
    pub remaining_changeover: Span,
    /// What a planner has fixed; a pin that cannot hold has been released (`Pin::None` or a weaker
    /// pin) with a finding.
    pub pin: Pin,
    /// What a stop does to it.
    pub on_stop: OnStop,
    /// Members that started work holds, by requirement, ascending.
    pub members: Vec<(RequirementId, ResourceId)>,
}
