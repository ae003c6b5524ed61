//! What a chain of moves has cost so far: called off as soon as it can no longer be accepted.
//!
//! Of each order that has been touched the tardiness that it had is known, and from below the one that it
//! will have: by the ends of what is placed again and the shortest way behind them. The difference bounds
//! the change of the whole objective from below, as long as nothing else has moved.

use crate::model::ids::{OperationId, OrderId};
use crate::model::time::Time;
use crate::schedule::decode::Decoder;

use super::cutoff::Cutoff;

/// Orders touched by the present chain.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// By order: the run in which it was last touched, and its weighted tardiness from below.
    known: Vec<(u32, i64)>,
    run: u32,
}

/// The account of one chain.
#[derive(Debug)]
pub(super) struct Losses<'w> {
    touched: &'w mut Touched,
    cutoff: &'w Cutoff<'w>,
    /// Weight of tardiness in the level that decides, and by how much that level may rise.
    limit: Option<(i64, i64)>,
    before: i64,
    after: i64,
}

impl<'w> Losses<'w> {
    /// An account; `room` is by how much the level that decides may rise.
    pub(super) fn new(
        touched: &'w mut Touched,
        cutoff: &'w Cutoff<'w>,
        room: impl Fn(usize) -> Option<i64>,
    ) -> Self {
        touched.run = touched.run.wrapping_add(1);
        let limit = cutoff.tardiness().and_then(|(level, weight)| Some((weight, room(level)?)));
        Self { touched, cutoff, limit, before: 0, after: 0 }
    }

    /// An operation is about to leave its place.
    pub(super) fn touched(&mut self, decoder: &Decoder<'_>, operation: OperationId) {
        let problem = decoder.outline().problem;
        let Some((id, _)) = problem.operation(operation).order.zip(self.limit) else {
            return;
        };
        self.touched.known.resize(problem.orders.len(), (0, 0));
        let known = &mut self.touched.known[id.index()];
        if known.0 == self.touched.run {
            return;
        }
        *known = (self.touched.run, 0);
        let ends =
            problem.order(id).operations.iter().filter_map(|op| decoder.slot(*op)).map(|slot| slot.end);
        let end = ends.max().unwrap_or(problem.now);
        self.before = self.before.saturating_add(tardiness(decoder, id, end));
    }

    /// An operation has a place again; false if the chain is of no use any more.
    pub(super) fn placed(&mut self, decoder: &Decoder<'_>, operation: OperationId, end: Time) -> bool {
        let problem = decoder.outline().problem;
        let Some((id, (weight, room))) = problem.operation(operation).order.zip(self.limit) else {
            return true;
        };
        let least = tardiness(decoder, id, end.saturating_add(self.cutoff.behind(operation)));
        let known = &mut self.touched.known[id.index()];
        if least > known.1 {
            self.after = self.after.saturating_add(least - known.1);
            known.1 = least;
        }
        self.least().saturating_mul(weight) <= room
    }

    /// The weighted tardiness of all orders rises by at least so much.
    pub(super) fn least(&self) -> i64 {
        self.after.saturating_sub(self.before)
    }
}

fn tardiness(decoder: &Decoder<'_>, id: OrderId, end: Time) -> i64 {
    let order = decoder.outline().problem.order(id);
    order.due.map_or(0, |due| order.weight.saturating_mul((end - due).max(0)))
}
