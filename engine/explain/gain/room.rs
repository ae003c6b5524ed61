//! From when on pools and stock have room, others having moved.
//!
//! Walked backwards from where the operation is, since it fits there: the first stretch without room ends the
//! walk. So a schedule in which operations move up one by one stays one that pools and stock allow.

use super::earlier::Bounds;
use super::moved::{need, pools};
use crate::explain::Cause;
use crate::explain::wait::Object;
use crate::model::ids::{ItemId, ResourceId};
use crate::model::operation::Phase;
use crate::model::time::Time;
use crate::schedule::verify::facts::Fact;

/// So many stretches are looked at; what came earlier counts as taken.
const STRETCHES: usize = 2_000;

impl Bounds<'_, '_> {
    /// From when on, at or after `from`, all pools have room for a phase until where that is now.
    pub(super) fn pools_from(&self, fact: &Fact<'_>, phase: Phase, from: Time) -> Time {
        let placement = fact.placement;
        let until = match phase {
            Phase::Run => Some(placement.start),
            Phase::Changeover => placement.changeover.map(|times| times.0),
        };
        let Some(until) = until.filter(|&until| from < until && fact.is_lasting()) else { return from };
        let counts = |pool: &ResourceId| !self.is_removed(Cause::Capacity, Object::Resource(*pool));
        let pools = pools(self.facts, fact, phase).into_iter().filter(counts);
        pools.map(|pool| self.pool_from(fact, (pool, phase), (from, until))).fold(from, Time::max)
    }

    fn pool_from(
        &self,
        fact: &Fact<'_>,
        (pool, phase): (ResourceId, Phase),
        (from, until): (Time, Time),
    ) -> Time {
        let profile = self.facts.problem.profile(self.facts.problem.resource(pool).profile);
        let need = need(self.facts, fact, pool, phase);
        let moved = self.moved.load(self.facts, pool, fact);
        let mut at = until;
        for _ in 0..STRETCHES {
            let (since, held) = self.index.load_before(pool, at);
            let place = profile.steps.partition_point(|step| step.0 < at);
            let (drop, there) = place.checked_sub(1).map_or((Time::MIN, 0), |place| profile.steps[place]);
            let ends = moved.iter().flat_map(|units| [units.from, units.to]).filter(|&end| end < at);
            let since = ends.fold(since.max(drop), Time::max);
            let over = |units: &&super::moved::Units| units.from < at && at <= units.to;
            let counts = |units: &&super::moved::Units| over(units) && there >= units.threshold;
            let change: i64 = moved.iter().filter(counts).map(|units| units.quantity).sum();
            // Where the calendar alone has too little, it is closed, not taken.
            if there >= need && there.saturating_sub(held + change) < need {
                return at;
            }
            at = since;
            if at <= from {
                return from;
            }
        }
        at
    }

    /// From when on, at or after `from`, there is enough of all that it consumes until it starts now.
    pub(super) fn enough_from(&self, fact: &Fact<'_>, from: Time) -> Time {
        let materials = &self.facts.problem.operation(fact.operation).materials;
        let consumed = materials.iter().filter(|row| row.1 < 0);
        let since = consumed.filter_map(|&(item, change)| {
            let counts = !self.is_removed(Cause::Material, Object::Item(item));
            let span = (from, fact.placement.start);
            counts.then(|| self.stock_from(fact, item, span, |level| level + i128::from(change) >= 0))
        });
        since.fold(from, Time::max)
    }

    /// From when on there is room in stock for all that it produces until it ends now; none where it always is.
    pub(super) fn room_from(&self, fact: &Fact<'_>) -> Option<Time> {
        let materials = &self.facts.problem.operation(fact.operation).materials;
        let produced = materials.iter().filter(|row| row.1 > 0);
        let since = produced.filter_map(|&(item, change)| {
            let most = self.facts.problem.items[item.index()].max_stock?;
            let counts = !self.is_removed(Cause::Storage, Object::Item(item));
            let span = (self.facts.problem.now, fact.placement.end);
            let fits = |level| level + i128::from(change) <= i128::from(most);
            counts.then(|| self.stock_from(fact, item, span, fits))
        });
        since.max()
    }

    /// The first instant from which until `until` the stock of an item fits.
    fn stock_from(
        &self,
        fact: &Fact<'_>,
        item: ItemId,
        (from, until): (Time, Time),
        fits: impl Fn(i128) -> bool,
    ) -> Time {
        if from >= until || self.facts.problem.items[item.index()].unlimited {
            return from;
        }
        let moved = self.moved.stock(self.facts, item, fact.operation);
        let mut at = until;
        for _ in 0..STRETCHES {
            let (since, level) = self.index.balances.before(item, at);
            let place = moved.partition_point(|row| row.0 < at);
            let change: i128 = moved[..place].iter().map(|row| i128::from(row.1)).sum();
            if !fits(level + change) {
                return at;
            }
            at = since.max(place.checked_sub(1).map_or(Time::MIN, |place| moved[place].0));
            if at <= from {
                return from;
            }
        }
        at
    }
}
