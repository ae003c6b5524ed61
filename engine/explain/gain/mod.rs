//! What an order would gain without a cause.
//!
//! A counterfactual on the schedule as it is: one cause is taken away from the operations that waited for it,
//! the operations of the chain move up as far as what binds next lets them, everything else stands where it
//! is, and all sequences stay. The gain is by how much the order then ends earlier than with nothing taken away.
//! It may be 0, where the next thing binds at once, and more than the delay, where an operation no longer runs
//! into a night.
//!
//! [`earlier`] says from when on an operation could run: releases, predecessors, whoever is before it on its
//! resources, its changeover, its calendar; [`room`] from when on pools and stock have room, those that moved
//! before it where they are now ([`moved`]). An operation that stands later than that moves up with nothing
//! taken away, too, so that its slack is nobody's gain.

mod earlier;
mod moved;
mod room;

use super::Cause;
use super::driver::present;
use super::index::Index;
use super::wait::{Object, Stretch};
use crate::model::ids::{OperationId, OrderId};
use crate::model::time::{Span, Time};
use crate::schedule::verify::facts::Facts;
use earlier::Bounds;
use moved::{Moved, Place};

/// The operations that end an order.
#[derive(Debug)]
pub(super) struct Chain<'c> {
    /// The last first.
    operations: &'c [OperationId],
    order: OrderId,
    /// Those that could be earlier with nothing taken away, and where the order would end then.
    moved: Moved,
    end: Time,
}

impl<'c> Chain<'c> {
    pub(super) fn new(
        facts: &Facts<'_>,
        index: &Index,
        operations: &'c [OperationId],
        order: OrderId,
    ) -> Self {
        let mut moved = Moved::default();
        for &operation in operations.iter().rev() {
            move_up(facts, index, operation, &mut moved, None);
        }
        let end = end(facts, order, &moved);
        Self { operations, order, moved, end }
    }

    /// By how many ticks the order would end earlier without the cause of a stretch; none where that is history.
    pub(super) fn gain(&self, facts: &Facts<'_>, index: &Index, stretch: &Stretch) -> Option<Span> {
        let places = self.without(facts, index, Some(stretch))?;
        Some((self.end - end(facts, self.order, &places)).max(0))
    }

    /// Where operations of the chain would be without the cause of a stretch, or with nothing taken away.
    pub(super) fn without(
        &self,
        facts: &Facts<'_>,
        index: &Index,
        stretch: Option<&Stretch>,
    ) -> Option<Moved> {
        let Some(stretch) = stretch else { return Some(self.moved.clone()) };
        let waits = &self.operations[stretch.steps.clone()];
        if waits.iter().any(|&id| facts.get(id).is_none_or(|fact| fact.started.is_some())) {
            return None;
        }
        // Those before the wait are where they would be anyway.
        let known = &self.operations[stretch.steps.end..];
        let mut moved = Moved::default();
        moved.extend(&self.moved, known);
        let cause = (stretch.cause, stretch.object);
        // The release of an order holds for all of it.
        let everywhere = matches!(stretch.object, Object::Order(_));
        for step in (0..stretch.steps.end).rev() {
            let removed = (everywhere || stretch.steps.contains(&step)).then_some(cause);
            let operation = self.operations[step];
            let place = move_up(facts, index, operation, &mut moved, removed);
            let base = self.moved.get(operation);
            // Where largest lags and attached changeovers leave no place between, it is at least no later.
            if let Some(base) = base.filter(|base| place.is_none_or(|place| place.end > base.end)) {
                moved.insert(operation, base);
            }
            if removed.is_none() && place == base {
                // What has been won is lost: those behind it are where they would be anyway, too.
                moved.extend(&self.moved, &self.operations[..step]);
                break;
            }
        }
        Some(moved)
    }
}

/// Moves an operation up as far as what binds next lets it; its place if that is another one.
fn move_up(
    facts: &Facts<'_>,
    index: &Index,
    operation: OperationId,
    moved: &mut Moved,
    removed: Option<(Cause, Object)>,
) -> Option<Place> {
    let fact = facts.get(operation).filter(|fact| fact.started.is_none())?;
    let place = Bounds { facts, index, moved, removed }.earlier(fact)?;
    moved.insert(operation, place);
    Some(place)
}

/// When an order ends, some of its operations having moved.
fn end(facts: &Facts<'_>, order: OrderId, moved: &Moved) -> Time {
    let end = |&id: &OperationId| match moved.get(id) {
        Some(place) => Some(place.end),
        None => Some(present(facts, id)?.1),
    };
    facts.problem.order(order).operations.iter().filter_map(end).max().unwrap_or(facts.problem.now)
}
