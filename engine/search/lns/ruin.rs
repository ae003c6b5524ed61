//! Which orders to take out and place anew.
//!
//! A few orders that compete: one that matters (late, drawn by its lateness, or any) and those that
//! hold its resources shortly before it. They leave, the rest stands still, and they come back in
//! another order into the gaps. That costs the few operations taken out, however many there are in all
//! (Schrimpf et al. 2000, ruin and recreate; Shaw 1998 for relatedness).

use super::moves::below_wide;
use crate::model::history::Status;
use crate::model::ids::{OperationId, OrderId};
use crate::model::time::Time;
use crate::schedule::decode::Decoder;
use crate::search::rng::Rng;

/// Most operations that are taken out at once.
const MOST: usize = 60;

/// Who stands where, for finding competitors.
#[derive(Debug, Default)]
pub struct Ruin {
    /// Operations by resource, by start when last looked at.
    on_resource: Vec<Vec<OperationId>>,
    /// Place in that list by operation.
    place: Vec<u32>,
    late: Vec<(OrderId, i64)>,
    /// Orders that can be taken out.
    candidates: Vec<OrderId>,
}

impl Ruin {
    /// Looks at what the decoder has placed.
    pub fn look(&mut self, decoder: &Decoder<'_>, late: &[(OrderId, i64)]) {
        let problem = decoder.outline().problem;
        self.on_resource = vec![Vec::new(); problem.resources.len()];
        self.place = vec![u32::MAX; problem.operations.len()];
        for operation in problem.operation_ids() {
            let own = decoder.slot(operation).and_then(|slot| problem.mode(slot.mode).resource);
            if let Some(own) = own.filter(|_| problem.status(operation) == Status::Planned) {
                self.on_resource[own.index()].push(operation);
            }
        }
        for list in &mut self.on_resource {
            list.sort_by_key(|op| (decoder.slot(*op).map(|slot| slot.start), *op));
            for (place, operation) in list.iter().enumerate() {
                self.place[operation.index()] = place as u32;
            }
        }
        self.late = late.to_vec();
        self.candidates = problem.order_ids().filter(|&order| Self::can_leave(decoder, order)).collect();
    }

    /// Whether an order can be taken out: it is placed, and nothing that stands may run short of
    /// material, or of room, without it.
    fn can_leave(decoder: &Decoder<'_>, order: OrderId) -> bool {
        let problem = decoder.outline().problem;
        let operations = &problem.order(order).operations;
        let unstarted = operations.iter().filter(|op| problem.status(**op) == Status::Planned);
        let harmless = |op: &OperationId| {
            decoder.slot(*op).is_some()
                && problem.operation(*op).materials.iter().all(|&(item, quantity)| {
                    let item = &problem.items[item.index()];
                    item.unlimited || (quantity < 0 && item.max_stock.is_none())
                })
        };
        let mut any = false;
        for op in unstarted {
            any = true;
            if !harmless(op) {
                return false;
            }
        }
        any
    }

    /// Operations to take out, in the order in which they come back.
    pub fn choose(&self, decoder: &Decoder<'_>, rng: &mut Rng) -> Option<Vec<OperationId>> {
        if self.candidates.is_empty() {
            return None;
        }
        let first = self.draw(rng);
        let mut orders = vec![first];
        let wanted = 2 + rng.below(5) as usize;
        for _ in 0..4 * wanted {
            if orders.len() >= wanted {
                break;
            }
            let from = orders[rng.below(orders.len() as u32) as usize];
            if let Some(other) = self.competitor(decoder, from, rng)
                && !orders.contains(&other)
                && self.candidates.binary_search(&other).is_ok()
            {
                orders.push(other);
            }
        }
        if self.candidates.binary_search(&first).is_err() {
            return None;
        }
        Self::rank(decoder, &mut orders, rng);
        let mut out = Vec::new();
        for order in orders {
            let more = decoder.outline().unstarted_of(order);
            if out.len() + more.len() <= MOST || out.is_empty() {
                out.extend(more.into_iter().filter(|op| !decoder.outline().is_pinned(*op)));
            }
        }
        (!out.is_empty()).then(|| in_topological_order(decoder, out))
    }

    fn draw(&self, rng: &mut Rng) -> OrderId {
        match self.late.last() {
            Some(last) if !rng.one_in(4) => {
                let drawn = below_wide(rng, last.1);
                let index = self.late.partition_point(|late| late.1 <= drawn);
                self.late[index.min(self.late.len() - 1)].0
            }
            _ => self.candidates[rng.below(self.candidates.len() as u32) as usize],
        }
    }

    /// An order that stands near one of this order's operations on its resource, before it as a rule.
    fn competitor(&self, decoder: &Decoder<'_>, order: OrderId, rng: &mut Rng) -> Option<OrderId> {
        let problem = decoder.outline().problem;
        let operations = &problem.order(order).operations;
        let operation = operations[rng.below(operations.len() as u32) as usize];
        let own = problem.mode(decoder.slot(operation)?.mode).resource?;
        let list = &self.on_resource[own.index()];
        let place = self.place[operation.index()] as usize;
        let step = 1 + rng.below(4) as usize;
        let near = if rng.one_in(4) { place.checked_add(step)? } else { place.checked_sub(step)? };
        problem.operation(*list.get(near)?).order
    }

    /// The order in which they come back: by weight for their work, by due date, or any.
    fn rank(decoder: &Decoder<'_>, orders: &mut [OrderId], rng: &mut Rng) {
        let problem = decoder.outline().problem;
        match rng.below(4) {
            0 => orders.sort_by_key(|&id| (problem.order(id).due.unwrap_or(Time::MAX), id)),
            1 => orders.sort_by_key(|&id| {
                let operations = &problem.order(id).operations;
                let slots = operations.iter().filter_map(|op| decoder.slot(*op));
                let work: Time = slots.map(|slot| problem.mode(slot.mode).duration).sum();
                (work / problem.order(id).weight.max(1), id)
            }),
            2 => orders.reverse(),
            _ => rng.shuffle(orders),
        }
    }
}

/// The same operations so that every one comes behind its predecessors among them, else as given.
fn in_topological_order(decoder: &Decoder<'_>, out: Vec<OperationId>) -> Vec<OperationId> {
    let problem = decoder.outline().problem;
    let mut waiting = out;
    let mut sorted: Vec<OperationId> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for (index, &operation) in waiting.iter().enumerate() {
            let mut links = problem.incoming(operation);
            let blocked =
                links.any(|link| waiting[index + 1..].contains(&link.before) || later.contains(&link.before));
            if blocked {
                later.push(operation);
            } else {
                sorted.push(operation);
            }
        }
        waiting = later;
        if waiting.len() == before {
            break;
        }
    }
    sorted
}
