//! What moves know of a settled state: who stands where in the sequence, and which orders are late.

use crate::model::ids::{OperationId, OrderId};
use crate::model::time::Time;
use crate::schedule::decode::{Decoder, Outline};
use crate::schedule::state::State;
use crate::search::rng::Rng;

/// What moves know of a settled state.
#[derive(Debug)]
pub struct Neighborhood {
    /// Place in the sequence by operation.
    pub(super) place: Vec<u32>,
    /// The operation before it on its own resource, in the sequence.
    pub(super) previous: Vec<Option<OperationId>>,
    last_on: Vec<Option<OperationId>>,
    pub(super) marked: Vec<bool>,
    pub(super) late: Vec<(OrderId, i64)>,
    late_total: i64,
}

impl Neighborhood {
    /// For a problem.
    pub fn new(outline: &Outline<'_>) -> Self {
        let operations = outline.problem.operations.len();
        Self {
            place: vec![u32::MAX; operations],
            previous: vec![None; operations],
            last_on: vec![None; outline.problem.resources.len()],
            marked: vec![false; operations],
            late: Vec::new(),
            late_total: 0,
        }
    }

    /// Looks at a settled state anew.
    pub fn refresh(&mut self, decoder: &Decoder<'_>, state: &State) {
        self.refresh_from(decoder, state, 0);
    }

    /// Looks at a settled state whose first `keep` operations are as they were.
    pub fn refresh_from(&mut self, decoder: &Decoder<'_>, state: &State, keep: usize) {
        let problem = decoder.outline().problem;
        for (place, &operation) in state.sequence.iter().enumerate().skip(keep) {
            self.place[operation.index()] = place as u32;
        }
        self.last_on.fill(None);
        for &operation in &state.sequence {
            let own = decoder.slot(operation).and_then(|slot| problem.mode(slot.mode).resource);
            self.previous[operation.index()] = None;
            if let Some(own) = own {
                self.previous[operation.index()] = self.last_on[own.index()].replace(operation);
            }
        }
        self.find_late(decoder);
    }

    /// Looks which orders are late.
    pub(crate) fn find_late(&mut self, decoder: &Decoder<'_>) {
        let problem = decoder.outline().problem;
        self.late.clear();
        self.late_total = 0;
        for id in problem.order_ids() {
            let order = problem.order(id);
            let mut slots = order.operations.iter().map(|op| decoder.slot(*op));
            let end = slots.try_fold(Time::MIN, |end, slot| slot.map(|slot| end.max(slot.end)));
            let late = match (end, order.due) {
                (Some(end), Some(due)) if end > due => (end - due).saturating_mul(order.weight.max(1)),
                _ => 0,
            };
            if late > 0 {
                self.late_total = self.late_total.saturating_add(late);
                self.late.push((id, self.late_total));
            }
        }
    }

    /// Late orders with the running sum of their weighted tardiness.
    pub(crate) fn late(&self) -> &[(OrderId, i64)] {
        &self.late
    }

    /// Whether it is placed and its pins let it move.
    pub(super) fn is_movable(&self, decoder: &Decoder<'_>, operation: OperationId) -> bool {
        let place = self.place[operation.index()] as usize;
        place < decoder.placed() && !decoder.outline().is_pinned(operation)
    }

    /// Movable operations of an order with their first and last place.
    pub(super) fn block(
        &self,
        decoder: &Decoder<'_>,
        order: OrderId,
    ) -> Option<(Vec<OperationId>, usize, usize)> {
        let all = &decoder.outline().problem.order(order).operations;
        let movable: Vec<_> = all.iter().copied().filter(|op| self.is_movable(decoder, *op)).collect();
        let places = movable.iter().map(|op| self.place[op.index()] as usize);
        let (first, last) = (places.clone().min()?, places.max()?);
        Some((movable, first, last))
    }

    /// A late order, drawn by its lateness.
    pub(super) fn draw_late(&self, rng: &mut Rng) -> OrderId {
        let drawn = below_wide(rng, self.late_total);
        let index = self.late.partition_point(|late| late.1 <= drawn).min(self.late.len() - 1);
        self.late[index].0
    }
}

/// A number below `bound`, however large that is.
pub(crate) fn below_wide(rng: &mut Rng, bound: i64) -> i64 {
    let high = i128::from(rng.below(u32::MAX)) << 32 | i128::from(rng.below(u32::MAX));
    ((high * i128::from(bound.max(1))) >> 64) as i64
}
