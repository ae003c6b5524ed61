//! Which operations to take out and place anew.
//!
//! A few orders that compete: one that matters (late, drawn by its lateness, or any) and those that
//! hold its resources shortly before it. They leave, the rest stands still, and they come back in
//! another order into the gaps. That costs the few operations taken out, however many there are in all
//! (Schrimpf et al. 2000, ruin and recreate; Shaw 1998 for relatedness). Orders leave whole, or from one
//! operation on where they meet on a resource. One that is in the way of many leaves first, the others
//! close up, and it comes back into what remains.

use super::lanes::Lanes;
use super::neighborhood::below_wide;
use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::{OperationId, OrderId};
use crate::model::time::Time;
use crate::schedule::decode::Decoder;
use crate::search::rng::Rng;

/// Most operations that are taken out at once.
const MOST: usize = 80;

/// What leaves together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Orders that meet here or there: from so many to so many.
    Orders(u32, u32),
    /// Operations next to each other on a resource, each with what follows it in its order.
    Stretch(u32, u32),
    /// Operations about one time on the resources that one operation may go to, each with what follows it.
    Family(u32, u32),
}

/// Orders that may be taken out, and those that are late.
#[derive(Debug, Default)]
pub(crate) struct Ruin {
    late: Vec<(OrderId, i64)>,
    /// Orders that can be taken out.
    candidates: Vec<OrderId>,
}

impl Ruin {
    /// Looks at what the decoder has placed; `late` are orders with the running sum of their lateness.
    pub(crate) fn look(&mut self, decoder: &Decoder<'_>, late: &[(OrderId, i64)]) {
        let problem = decoder.outline().problem;
        self.late = late.to_vec();
        self.candidates = problem.order_ids().filter(|&order| Self::can_leave(decoder, order)).collect();
    }

    /// Which orders are late has changed.
    pub(crate) fn look_at_late(&mut self, late: &[(OrderId, i64)]) {
        self.late.clear();
        self.late.extend_from_slice(late);
    }

    /// Whether an order can be taken out: it is placed, and nothing that stands may run short of
    /// material, or of room, without it.
    fn can_leave(decoder: &Decoder<'_>, order: OrderId) -> bool {
        let problem = decoder.outline().problem;
        let operations = &problem.order(order).operations;
        let unstarted = operations.iter().filter(|op| problem.status(**op) == Status::Planned);
        let harmless = |op: &OperationId| decoder.slot(*op).is_some() && nobody_needs(problem, *op);
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
    pub(crate) fn choose(
        &self,
        decoder: &Decoder<'_>,
        lanes: &Lanes,
        kind: Kind,
        rng: &mut Rng,
    ) -> Option<Vec<OperationId>> {
        if self.candidates.is_empty() {
            return None;
        }
        let first = self.draw(rng);
        let out = match kind {
            Kind::Orders(least, most) => {
                let mut orders = self.orders(decoder, lanes, first, rng.between(least, most) as usize, rng);
                Self::rank(decoder, &mut orders, rng);
                let outline = decoder.outline();
                gather(orders.into_iter().map(|order| outline.unstarted_of(order)))
            }
            Kind::Stretch(least, most) | Kind::Family(least, most) => {
                let wanted = rng.between(least, most) as usize;
                let (operation, resource) = Self::place(decoder, lanes, first, rng)?;
                let others = if matches!(kind, Kind::Family(..)) {
                    Self::family(decoder, lanes, operation, wanted, rng)?
                } else {
                    lanes.ahead(resource, operation).take(2 * wanted).collect()
                };
                let near = std::iter::once(operation).chain(others);
                let mut stretch = self.since(decoder, near, wanted)?;
                Self::rank_stretch(decoder, &mut stretch, rng);
                gather(stretch.into_iter().map(|(order, from)| tail(decoder, order, from)))
            }
        };
        let out: Vec<_> = out.into_iter().filter(|op| !decoder.outline().is_pinned(*op)).collect();
        (!out.is_empty()).then(|| in_topological_order(decoder, out))
    }

    fn is_candidate(&self, order: OrderId) -> bool {
        self.candidates.binary_search(&order).is_ok()
    }

    /// An order and some that compete with it.
    fn orders(
        &self,
        decoder: &Decoder<'_>,
        lanes: &Lanes,
        first: OrderId,
        wanted: usize,
        rng: &mut Rng,
    ) -> Vec<OrderId> {
        let mut orders: Vec<OrderId> =
            Some(first).into_iter().filter(|order| self.is_candidate(*order)).collect();
        for _ in 0..4 * wanted {
            if orders.len() >= wanted || orders.is_empty() {
                break;
            }
            let from = orders[rng.below(orders.len() as u32) as usize];
            if let Some(other) = Self::competitor(decoder, lanes, from, rng)
                && !orders.contains(&other)
                && self.is_candidate(other)
            {
                orders.push(other);
            }
        }
        orders
    }

    /// Operations that stand, from a little before an operation on, on the resources that it may go to.
    fn family(
        decoder: &Decoder<'_>,
        lanes: &Lanes,
        operation: OperationId,
        wanted: usize,
        rng: &mut Rng,
    ) -> Option<Vec<OperationId>> {
        let slot = decoder.slot(operation)?;
        let from = slot.start - (slot.end - slot.start) * i64::from(rng.below(4)) / 2;
        let outline = decoder.outline();
        let resources =
            outline.allowed(operation).iter().filter_map(|mode| outline.problem.mode(*mode).resource);
        let mut near: Vec<(Time, OperationId)> =
            resources.flat_map(|resource| lanes.rows_behind(resource, from).take(wanted)).collect();
        near.sort_unstable();
        Some(near.into_iter().map(|(_, other)| other).collect())
    }

    /// The orders of operations, each with the start of the first that was named; at most so many.
    fn since(
        &self,
        decoder: &Decoder<'_>,
        operations: impl Iterator<Item = OperationId>,
        wanted: usize,
    ) -> Option<Vec<(OrderId, Time)>> {
        let problem = decoder.outline().problem;
        let mut out: Vec<(OrderId, Time)> = Vec::new();
        for operation in operations {
            if out.len() >= wanted {
                break;
            }
            let (Some(order), Some(slot)) = (problem.operation(operation).order, decoder.slot(operation))
            else {
                continue;
            };
            if !self.is_candidate(order) {
                continue;
            }
            match out.iter_mut().find(|row| row.0 == order) {
                Some(row) => row.1 = row.1.min(slot.start),
                None => out.push((order, slot.start)),
            }
        }
        (!out.is_empty()).then_some(out)
    }

    /// Any placed operation of an order, and a resource that it holds.
    fn place(
        decoder: &Decoder<'_>,
        lanes: &Lanes,
        order: OrderId,
        rng: &mut Rng,
    ) -> Option<(OperationId, crate::model::ids::ResourceId)> {
        let operations = &decoder.outline().problem.order(order).operations;
        let operation = operations[rng.below(operations.len() as u32) as usize];
        let held = lanes.held(operation);
        (!held.is_empty()).then(|| (operation, held[rng.below(held.len() as u32) as usize]))
    }

    /// An order to begin with: a late one, drawn by its lateness, or any.
    pub(crate) fn order(&self, rng: &mut Rng) -> Option<OrderId> {
        (!self.candidates.is_empty()).then(|| self.draw(rng))
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
    fn competitor(decoder: &Decoder<'_>, lanes: &Lanes, order: OrderId, rng: &mut Rng) -> Option<OrderId> {
        let (operation, resource) = Self::place(decoder, lanes, order, rng)?;
        let step = rng.below(4) as usize;
        let near = if rng.one_in(4) {
            let start = decoder.slot(operation)?.start;
            lanes.behind(resource, start).filter(|other| *other != operation).nth(step)
        } else {
            lanes.ahead(resource, operation).nth(step)
        };
        decoder.outline().problem.operation(near?).order
    }

    /// As [`Ruin::rank`], for orders that leave from some time on.
    fn rank_stretch(decoder: &Decoder<'_>, stretch: &mut [(OrderId, Time)], rng: &mut Rng) {
        let mut orders: Vec<OrderId> = stretch.iter().map(|row| row.0).collect();
        Self::rank(decoder, &mut orders, rng);
        stretch.sort_by_key(|row| orders.iter().position(|order| *order == row.0));
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

/// Whether no stock runs short, or over, where an operation does not move it.
pub(super) fn nobody_needs(problem: &Problem, operation: OperationId) -> bool {
    problem.operation(operation).materials.iter().all(|&(item, quantity)| {
        let item = &problem.items[item.index()];
        item.unlimited || (quantity < 0 && item.max_stock.is_none())
    })
}

/// So many of these as may leave at once.
fn gather(parts: impl Iterator<Item = Vec<OperationId>>) -> Vec<OperationId> {
    let mut out = Vec::new();
    for part in parts {
        if out.is_empty() || out.len() + part.len() <= MOST {
            out.extend(part);
        }
    }
    out
}

/// Unstarted operations of an order that start at a time or later.
fn tail(decoder: &Decoder<'_>, order: OrderId, from: Time) -> Vec<OperationId> {
    let mut tail = decoder.outline().unstarted_of(order);
    tail.retain(|op| decoder.slot(*op).is_some_and(|slot| slot.start >= from));
    tail
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
