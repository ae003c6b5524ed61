//! Who follows whom on resources and in stock, with the sequences as they are.

mod stock;
mod units;

use crate::model::history::Pin;
use crate::model::ids::{ItemId, OperationId, ResourceId};
use crate::model::time::Time;
use crate::schedule::verify::facts::Facts;
use crate::schedule::verify::holdings::Held;

/// Which instant of an operation is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edge {
    /// Its start.
    Start,
    /// Its end.
    End,
    /// The end of its changeover.
    ChangeoverEnd,
}

/// By what it is bounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Until {
    /// An instant.
    Fixed(Time),
    /// The start of an operation.
    Start(OperationId),
    /// Its end.
    End(OperationId),
    /// The start of its changeover, or its start where it has none.
    HeldFrom(OperationId),
}

/// What links the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum By {
    /// A resource.
    Resource(ResourceId),
    /// Material that one makes and the other takes.
    Item(ItemId),
    /// Room in stock that one frees and the other fills.
    Room(ItemId),
    /// Pins of a sequence.
    Pins,
}

/// `edge` of `before` comes no later than `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    /// Who comes first.
    pub(crate) before: OperationId,
    /// Which of its instants.
    pub(crate) edge: Edge,
    /// By when.
    pub(crate) until: Until,
    /// Why.
    pub(crate) by: By,
}

/// All links, by the operation that comes first.
pub(crate) fn collect(facts: &Facts<'_>, held: &[Held]) -> Vec<Link> {
    let mut links = Vec::with_capacity(held.len());
    units::collect(facts, held, &mut links);
    stock::collect(facts, &mut links);
    pinned_sequences(facts, &mut links);
    links.sort_unstable();
    links.dedup();
    links
}

/// Operations pinned to a sequence on one resource, in the order in which they start.
fn pinned_sequences(facts: &Facts<'_>, links: &mut Vec<Link>) {
    let mut pinned: Vec<(ResourceId, Time, OperationId)> = facts
        .planned()
        .filter(|fact| facts.problem.baseline(fact.operation).is_some_and(|row| row.pin == Pin::Sequence))
        .filter_map(|fact| Some((fact.mode.resource?, fact.placement.start, fact.operation)))
        .collect();
    pinned.sort_unstable();
    for pair in pinned.windows(2) {
        if pair[0].0 == pair[1].0 {
            let (before, until) = (pair[0].2, Until::Start(pair[1].2));
            links.push(Link { before, edge: Edge::Start, until, by: By::Pins });
        }
    }
}
