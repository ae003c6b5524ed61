//! Precedences: what must come before what, and by how much.

use super::ids::OperationId;
use super::time::Span;

/// Which ends are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Kind {
    /// From the end of `before` to the start of `after`.
    #[default]
    EndStart,
    /// From start to start.
    StartStart,
    /// From end to end.
    EndEnd,
    /// From the start of `before` to the end of `after`.
    StartEnd,
}

/// A link between two operations (contract, rule 5). Lags are elapsed ticks and exclude transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precedence {
    /// The earlier one.
    pub before: OperationId,
    /// The later one.
    pub after: OperationId,
    /// Which ends are linked.
    pub kind: Kind,
    /// Least lag; may be negative.
    pub min_lag: Span,
    /// Largest lag.
    pub max_lag: Option<Span>,
    /// Share of `before` that must be done before `after` starts, in millionths; below a million
    /// only for [`Kind::EndStart`].
    pub transfer: u32,
    /// Share of `after` that must still be to do when `before` ends, in millionths.
    pub tail: u32,
    /// Whether both use the same resource.
    pub same_resource: bool,
    /// Row of the `precedences` table as given; none for a link of a chain by sequence.
    pub row: Option<u32>,
}
