//! Operations that have moved up, and what that changes for everybody else.

use rustc_hash::FxHashMap;

use crate::model::ids::{ItemId, OperationId, ResourceId};
use crate::model::operation::{Breaks, Phase, Target};
use crate::model::resource::ResourceKind;
use crate::model::time::Time;
use crate::schedule::verify::facts::{Fact, Facts};

/// Where an operation would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::explain) struct Place {
    pub(in crate::explain) start: Time,
    pub(in crate::explain) end: Time,
    pub(in crate::explain) changeover: Option<(Time, Time)>,
}

impl Place {
    /// Where it is.
    pub(super) fn of(fact: &Fact<'_>) -> Self {
        let placement = fact.placement;
        Self { start: placement.start, end: placement.end, changeover: placement.changeover }
    }
}

/// Operations that would be elsewhere.
#[derive(Debug, Clone, Default)]
pub(in crate::explain) struct Moved(FxHashMap<OperationId, Place>);

/// Units of a pool over a stretch of time, where it has at least `threshold` (contract, 7.4).
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    pub(super) from: Time,
    pub(super) to: Time,
    pub(super) quantity: i64,
    pub(super) threshold: i64,
}

impl Moved {
    pub(in crate::explain) fn get(&self, operation: OperationId) -> Option<Place> {
        self.0.get(&operation).copied()
    }

    pub(super) fn insert(&mut self, operation: OperationId, place: Place) {
        self.0.insert(operation, place);
    }

    /// Moves operations to where they are in `other`, those that are elsewhere there.
    pub(super) fn extend(&mut self, other: &Self, operations: &[OperationId]) {
        self.0.extend(operations.iter().filter_map(|&id| Some((id, other.get(id)?))));
    }

    /// What the moves put into a pool and, negative, take out of it; an operation that looks for a place is
    /// not there at all.
    pub(super) fn load(&self, facts: &Facts<'_>, pool: ResourceId, seeker: &Fact<'_>) -> Vec<Units> {
        let mut units = Vec::new();
        for (&operation, &place) in self.0.iter().filter(|moved| *moved.0 != seeker.operation) {
            if let Some(fact) = facts.get(operation) {
                hold(facts, fact, pool, (Place::of(fact), -1), &mut units);
                hold(facts, fact, pool, (place, 1), &mut units);
            }
        }
        hold(facts, seeker, pool, (Place::of(seeker), -1), &mut units);
        units
    }

    /// The same for the stock of an item: instants with their movements.
    pub(super) fn stock(&self, facts: &Facts<'_>, item: ItemId, seeker: OperationId) -> Vec<(Time, i64)> {
        let mut moves = Vec::new();
        for (&operation, place) in self.0.iter().filter(|moved| *moved.0 != seeker) {
            let Some(fact) = facts.get(operation) else { continue };
            let materials = &facts.problem.operation(operation).materials;
            for &(_, quantity) in materials.iter().filter(|row| row.0 == item) {
                let at = |place: &Place| if quantity < 0 { place.start } else { place.end };
                moves.extend([(at(&Place::of(fact)), -quantity), (at(place), quantity)]);
            }
        }
        moves.sort_unstable();
        moves
    }
}

/// So much an operation needs of a pool in a phase.
pub(super) fn need(facts: &Facts<'_>, fact: &Fact<'_>, pool: ResourceId, phase: Phase) -> i64 {
    let uses = uses(facts, fact, pool).filter(|used| used.0 == phase);
    uses.map(|used| used.2).fold(0, i64::saturating_add)
}

/// The pools that an operation needs in a phase.
pub(super) fn pools(facts: &Facts<'_>, fact: &Fact<'_>, phase: Phase) -> Vec<ResourceId> {
    let required = facts.problem.requirements_of(fact.placement.mode).iter();
    let required = required.filter(|row| row.phase == phase).filter_map(|row| match row.target {
        Target::Resource(resource) => Some(resource),
        Target::Group(_) => None,
    });
    let own = fact.mode.resource.filter(|_| phase == Phase::Run);
    let is_pool = |id: &ResourceId| facts.problem.resource(*id).kind == ResourceKind::Cumulative;
    let mut pools: Vec<ResourceId> = required.chain(own).filter(is_pool).collect();
    pools.sort_unstable();
    pools.dedup();
    pools
}

/// What an operation takes of a pool: phase, whether breaks give it back, quantity.
fn uses<'f>(
    facts: &'f Facts<'_>,
    fact: &'f Fact<'_>,
    pool: ResourceId,
) -> impl Iterator<Item = (Phase, Breaks, i64)> + 'f {
    let own = (fact.mode.resource == Some(pool)).then_some((Phase::Run, Breaks::Hold, fact.mode.quantity));
    let required = facts.problem.requirements_of(fact.placement.mode).iter();
    let required = required.filter(move |row| row.target == Target::Resource(pool));
    own.into_iter().chain(required.map(|row| (row.phase, row.breaks, row.quantity)))
}

/// Adds what an operation holds of a pool at a place, `sign` times.
fn hold(
    facts: &Facts<'_>,
    fact: &Fact<'_>,
    pool: ResourceId,
    (place, sign): (Place, i64),
    units: &mut Vec<Units>,
) {
    if !fact.is_lasting() {
        return;
    }
    for (phase, breaks, quantity) in uses(facts, fact, pool) {
        let span = match phase {
            Phase::Run => Some((place.start, place.end)),
            Phase::Changeover => place.changeover,
        };
        let Some((from, to)) = span else { continue };
        let quantity = sign * quantity;
        if breaks == Breaks::Hold {
            let threshold = need(facts, fact, pool, phase);
            units.push(Units { from, to, quantity, threshold });
            continue;
        }
        let windows = if phase == Phase::Run { facts.working(fact) } else { facts.changing(fact) };
        let mut at = from;
        while let Some(open) = windows.next_open(at).filter(|&open| open < to) {
            at = windows.next_closed(open).map_or(to, |end| end.min(to));
            units.push(Units { from: open, to: at, quantity, threshold: 0 });
        }
    }
}
