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
//!
//! # What gain means
//! By how many ticks the order would end earlier if the cause alone were taken away, the operations of the
//! chain moved up to what binds next and all else stood where it is (`gain`).
//!
//! # Cost
//! `O(n log n)` to sort holdings and stock once, then the holdings and calendar windows within waits.
//! Where more than [`CHAINS`] orders are late, those that lateness costs the most (weight x tardiness)
//! are explained in full; each of the others has one row, the largest wait of its last operations
//! ([`chain::NEAR`] of them), so that a schedule with everything late costs about as much to explain as
//! to write.

mod chain;
mod driver;
mod gain;
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

/// So many late orders are explained in full.
pub const CHAINS: usize = 10_000;

/// For so many late orders, the most expensive first, it is told what each cause costs.
pub const GAINS: usize = 1_000;

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
    /// Ticks that the order would end earlier without it, all else as it is; none where it is history, for
    /// what is left out, and beyond the first [`GAINS`] late orders.
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
            Met::Fixed | Met::NoMode => Cause::Frozen,
        };
        let LeftOut { order, operation, .. } = *left_out;
        Self { order, operation, cause, object: left_out.object.clone() }
    }
}

/// Reasons of every late order of a schedule and of everything left out, by order and rank.
pub fn reasons(problem: &Problem, schedule: &Schedule, left_out: &[Obstacle]) -> Vec<ReasonRow> {
    reasons_of(problem, schedule, left_out, CHAINS)
}

/// The same with so many orders explained in full.
pub fn reasons_of(
    problem: &Problem,
    schedule: &Schedule,
    left_out: &[Obstacle],
    chains: usize,
) -> Vec<ReasonRow> {
    let facts = Facts::of(problem, schedule);
    let late = late_orders(&facts);
    let mut rows: Vec<ReasonRow> = Vec::new();
    if !late.is_empty() {
        let index = Index::new(&facts);
        for (place, order) in late.iter().enumerate() {
            let depth = match place {
                _ if place >= chains => chain::Depth::Near,
                _ if place >= GAINS => chain::Depth::Full,
                _ => chain::Depth::Gain,
            };
            rows.extend(chain::rows(&facts, &index, (order.id, order.last), depth));
        }
    }
    rows.extend(left_out.iter().map(|obstacle| kept_out(problem, obstacle)));
    rows.sort_by_key(|row| (row.order.is_none(), row.order, row.rank));
    rows
}

/// The schedules that gains compare: the operations that end an order moved up with nothing taken away, or
/// without the cause of the row of a rank. None where there is no such row, and where its cause is history.
pub fn moved_up(
    problem: &Problem,
    schedule: &Schedule,
    order: OrderId,
    without: Option<u32>,
) -> Option<Schedule> {
    let facts = Facts::of(problem, schedule);
    let index = Index::new(&facts);
    let (_, last) = chain::last_operation(&facts, &problem.order(order).operations)?;
    let (ranked, operations) = chain::ranked(&facts, &index, last, chain::Depth::Gain);
    let chain = gain::Chain::new(&facts, &index, &operations, order);
    let stretch = match without {
        Some(rank) => Some(ranked.get((rank as usize).checked_sub(1)?)?),
        None => None,
    };
    let places = chain.without(&facts, &index, stretch)?;
    let mut result = schedule.clone();
    for operation in &operations {
        if let (Some(place), Some(placed)) =
            (places.get(*operation), &mut result.placements[operation.index()])
        {
            (placed.start, placed.end, placed.changeover) = (place.start, place.end, place.changeover);
        }
    }
    Some(result)
}

/// A late order.
struct Late {
    id: OrderId,
    /// Its last operation.
    last: OperationId,
    /// Weight x tardiness.
    price: i128,
}

/// Late orders, the most expensive first.
fn late_orders(facts: &Facts<'_>) -> Vec<Late> {
    let problem = facts.problem;
    let missing = facts.orders_left_out();
    let late = |id: OrderId| {
        let order = problem.order(id);
        let due = order.due.filter(|_| !missing[id.index()])?;
        let (end, last) = chain::last_operation(facts, &order.operations)?;
        let price = i128::from(order.weight.max(1)) * i128::from(end - due);
        (end > due).then_some(Late { id, last, price })
    };
    let mut late: Vec<Late> = problem.order_ids().filter_map(late).collect();
    late.sort_by_key(|order| (std::cmp::Reverse(order.price), order.id));
    late
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
