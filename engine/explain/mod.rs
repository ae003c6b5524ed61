//! Why is it so? What made each late order late, and what keeps an order out.
//!
//! # Idea
//! From the operation that ends an order, walk back along what it waited for: the predecessor whose
//! end (and lag) came last, and so on to a release or to `now`. The time from there to the order's
//! end is work, lags, pauses and waits. [`chain`] walks, [`wait`] says what filled each wait: the
//! changeover, who held the resource, missing capacity or material, closed time, a pin, a largest
//! lag. Neighboring stretches of one cause and object become one row; rows are ranked by the delay
//! that they explain.
//!
//! # What delay means
//! Ticks of the chain that pass for this cause. They sum to at most the chain's length without its
//! work; where several things would have made it wait at once, the first of the order above is named.
//! Time in which an operation could have run as far as all of these are concerned has no row.
//! `gain`, what removing the cause would bring, needs another schedule and is left empty here.
//!
//! # Cost
//! `O(n log n)` to sort holdings and stock once, then the holdings and calendar windows within waits.

mod chain;
mod index;
mod material;
mod wait;

use crate::model::Problem;
use crate::model::ids::{OperationId, OrderId};
use crate::model::time::{Span, Time};
use crate::schedule::Schedule;
use crate::schedule::decode::LeftOut;
use crate::schedule::verify::facts::Facts;
use index::Index;

/// What kind of thing delays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A resource held by others.
    Capacity,
    /// An item not there yet.
    Material,
    /// A changeover.
    Setup,
    /// Closed time.
    Calendar,
    /// A release.
    Release,
    /// A pin or work already started or done.
    Frozen,
    /// A largest lag to a later operation.
    MaxLag,
    /// No room in limited stock.
    Storage,
    /// A lot that must be complete.
    Lot,
    /// A predecessor and the lag after it.
    Predecessor,
    /// A deadline or the horizon; only for what is left out.
    Deadline,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 11] = [
        Self::Capacity,
        Self::Material,
        Self::Setup,
        Self::Calendar,
        Self::Release,
        Self::Frozen,
        Self::MaxLag,
        Self::Storage,
        Self::Lot,
        Self::Predecessor,
        Self::Deadline,
    ];

    /// Name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Material => "material",
            Self::Setup => "setup",
            Self::Calendar => "calendar",
            Self::Release => "release",
            Self::Frozen => "frozen",
            Self::MaxLag => "max_lag",
            Self::Storage => "storage",
            Self::Lot => "lot",
            Self::Predecessor => "predecessor",
            Self::Deadline => "deadline",
        }
    }
}

/// A row of the table `reasons`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonRow {
    /// The late or left-out order; none for a left-out operation without order.
    pub order: Option<OrderId>,
    /// From 1, the largest delay first.
    pub rank: u32,
    /// What kind of thing.
    pub cause: Cause,
    /// Which resource, item or operation.
    pub object: String,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub to: Time,
    /// Ticks of delay.
    pub delay: Span,
    /// Ticks that the order would end earlier without it, where that is known exactly.
    pub gain: Option<Span>,
}

/// Why the search could not place an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// Its order, if any.
    pub order: Option<OrderId>,
    /// The first operation that could not be placed.
    pub operation: OperationId,
    /// Why.
    pub cause: Cause,
    /// What stands in the way; may be empty.
    pub object: String,
}

impl From<&LeftOut> for Obstacle {
    /// What the decoder met, in the words of this table.
    fn from(left_out: &LeftOut) -> Self {
        use crate::schedule::decode::Cause as Met;
        let cause = match left_out.cause {
            Met::Deadline | Met::Horizon => Cause::Deadline,
            Met::Material => Cause::Material,
            Met::Predecessor => Cause::Predecessor,
            Met::Closed => Cause::Calendar,
            Met::Busy => Cause::Capacity,
            Met::MaxLag => Cause::MaxLag,
            Met::Fixed | Met::NoMode | Met::Given => Cause::Frozen,
        };
        let LeftOut { order, operation, .. } = *left_out;
        Self { order, operation, cause, object: left_out.object.clone() }
    }
}

/// Reasons of every late order of a schedule and of everything left out, by order and rank.
pub fn reasons(problem: &Problem, schedule: &Schedule, left_out: &[Obstacle]) -> Vec<ReasonRow> {
    let facts = Facts::of(problem, schedule);
    let missing = facts.orders_left_out();
    let mut rows: Vec<ReasonRow> = Vec::new();
    let mut index = None;
    for id in problem.order_ids() {
        let Some(due) = problem.order(id).due.filter(|_| !missing[id.index()]) else {
            continue;
        };
        let last = chain::last_operation(&facts, &problem.order(id).operations);
        if let Some((end, last)) = last
            && end > due
        {
            let index = index.get_or_insert_with(|| Index::new(&facts));
            rows.extend(chain::rows(&facts, index, id, last));
        }
    }
    rows.extend(left_out.iter().map(|obstacle| kept_out(problem, obstacle)));
    rows.sort_by_key(|row| (row.order.is_none(), row.order, row.rank));
    rows
}

/// The row of something left out: from when it might have started to when it would have had to end.
fn kept_out(problem: &Problem, obstacle: &Obstacle) -> ReasonRow {
    let operation = problem.operation(obstacle.operation);
    let name = problem.names.operations.get(obstacle.operation.index());
    let object = match obstacle.object.as_str() {
        "" => name.to_owned(),
        object => format!("{object}: {name}"),
    };
    let to = operation.deadline.min(problem.horizon_end);
    let open = to >= crate::model::time::FAR;
    ReasonRow {
        order: obstacle.order,
        rank: 1,
        cause: obstacle.cause,
        object,
        from: operation.release,
        to: if open { operation.release } else { to },
        delay: 0,
        gain: None,
    }
}
