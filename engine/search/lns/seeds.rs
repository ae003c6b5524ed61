//! Where an ejection chain begins: which operation, or which order, is to be where.

use smallvec::{SmallVec, smallvec};

use super::ejection::{Ejection, Seed};
use super::lanes::Lanes;
use super::neighborhood::below_wide;
use crate::model::ids::{OperationId, OrderId, ResourceId};
use crate::model::time::Time;
use crate::schedule::decode::Decoder;
use crate::search::rng::Rng;

/// Operations that a chain begins with.
pub(super) type Seeds = SmallVec<[Seed; 8]>;

/// So many operations along a resource are looked at for an equal setup.
const CAMPAIGN: usize = 41;

/// What is to be better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// An operation that waits for its resource goes before one of those ahead of it.
    Ahead,
    /// It changes places with one of those ahead of it.
    Swap,
    /// An order, from some operation on, starts as early as its predecessors let it.
    Order,
    /// Two orders that meet on a resource change places.
    Exchange,
    /// An operation joins another with the same setup.
    Campaign,
    /// An operation goes to another resource.
    Resource,
}

/// What seeds are drawn from.
pub(super) struct Ground<'a, 'p> {
    pub(super) decoder: &'a Decoder<'p>,
    pub(super) lanes: &'a Lanes,
    pub(super) rng: &'a mut Rng,
}

impl Ground<'_, '_> {
    /// Seeds for an aim, beginning with an order.
    pub(super) fn seeds(&mut self, aim: Aim, order: OrderId) -> Option<Seeds> {
        match aim {
            Aim::Ahead => self.ahead(order, false),
            Aim::Swap => self.ahead(order, true),
            Aim::Order => self.order(order),
            Aim::Exchange => self.exchange(order),
            Aim::Campaign => self.campaign(order),
            Aim::Resource => self.resource(order),
        }
    }

    /// Operations of an order that may move, with how long each waits for more than its predecessors.
    fn waits(&self, order: OrderId) -> SmallVec<[(OperationId, Time, Time); 8]> {
        let problem = self.decoder.outline().problem;
        let wait = |&op: &OperationId| {
            let slot = self.decoder.slot(op).filter(|_| Ejection::may_leave(self.decoder, op))?;
            let ready = self.decoder.ready(op, slot.mode)?;
            Some((op, ready, (slot.start - ready).max(0)))
        };
        problem.order(order).operations.iter().filter_map(wait).collect()
    }

    /// One of the operations that wait, by how long.
    fn waiting(&mut self, order: OrderId) -> Option<(OperationId, Time)> {
        let waits = self.waits(order);
        let total: Time = waits.iter().map(|row| row.2).sum();
        if total == 0 {
            return None;
        }
        let mut drawn = below_wide(self.rng, total);
        for (op, ready, wait) in waits {
            if drawn < wait {
                return Some((op, ready));
            }
            drawn -= wait;
        }
        None
    }

    fn own(&self, operation: OperationId) -> Option<(ResourceId, Time)> {
        let slot = self.decoder.slot(operation)?;
        Some((self.decoder.outline().problem.mode(slot.mode).resource?, slot.start))
    }

    fn ahead(&mut self, order: OrderId, swap: bool) -> Option<Seeds> {
        let (operation, ready) = self.waiting(order)?;
        let (own, start) = self.own(operation)?;
        let mut steps = 1;
        while steps < 16 && self.rng.one_in(2) {
            steps += 1;
        }
        let mut target = None;
        for other in self.lanes.ahead(own, operation).take(steps) {
            let at = self.decoder.slot(other)?.start;
            if at < ready {
                break;
            }
            target = Some((other, at));
        }
        let (other, at) = target?;
        let mut seeds: Seeds = smallvec![Seed { operation, at, mode: None }];
        if swap {
            if !Ejection::may_leave(self.decoder, other) {
                return None;
            }
            seeds.push(Seed { operation: other, at: start + 1, mode: None });
        }
        Some(seeds)
    }

    /// The operations of an order that start at `from` or later, each as soon as its predecessors let it
    /// but not before `since`.
    fn chain(&self, order: OrderId, from: Time, since: Time) -> Seeds {
        let problem = self.decoder.outline().problem;
        let mut seeds = Seeds::new();
        for operation in self.decoder.outline().unstarted_of(order) {
            let Some(slot) = self.decoder.slot(operation).filter(|slot| slot.start >= from) else {
                continue;
            };
            if !Ejection::may_leave(self.decoder, operation) {
                continue;
            }
            // Behind predecessors that leave, as soon as they could be done.
            let behind = problem.incoming(operation).filter_map(|link| {
                let seed = seeds.iter().find(|seed: &&Seed| seed.operation == link.before)?;
                let before = self.decoder.slot(link.before)?;
                Some(seed.at + (before.end - before.start) + link.min_lag)
            });
            let behind = behind.max();
            let at = behind.or_else(|| self.decoder.ready(operation, slot.mode)).unwrap_or(from);
            seeds.push(Seed { operation, at: at.max(since), mode: None });
        }
        seeds
    }

    fn order(&mut self, order: OrderId) -> Option<Seeds> {
        let (first, _) = self.waiting(order)?;
        let from = self.decoder.slot(first)?.start;
        let seeds = self.chain(order, from, Time::MIN);
        (!seeds.is_empty()).then_some(seeds)
    }

    fn exchange(&mut self, order: OrderId) -> Option<Seeds> {
        let problem = self.decoder.outline().problem;
        let (operation, ready) = self.waiting(order)?;
        let (own, start) = self.own(operation)?;
        let mut reach = 2;
        while reach < 256 && self.rng.one_in(2) {
            reach *= 2;
        }
        let reach = self.rng.below(reach) as usize;
        let other = self.lanes.ahead(own, operation).nth(reach)?;
        let at = self.decoder.slot(other)?.start;
        let partner = problem.operation(other).order.filter(|partner| *partner != order)?;
        if at < ready {
            return None;
        }
        let mut seeds = self.chain(order, start, at);
        seeds.extend(self.chain(partner, at, start));
        Some(seeds)
    }

    fn campaign(&mut self, order: OrderId) -> Option<Seeds> {
        let problem = self.decoder.outline().problem;
        let operations = &problem.order(order).operations;
        let operation = operations[self.rng.below(operations.len() as u32) as usize];
        let slot = self.decoder.slot(operation).copied()?;
        let setup = &problem.operation(operation).setup;
        if setup.is_empty() || slot.changeover.time == 0 {
            return None;
        }
        let own = problem.mode(slot.mode).resource?;
        let alike = |other: &OperationId| problem.operation(*other).setup == *setup;
        if self.rng.one_in(2) {
            // Right behind an earlier one.
            let ready = self.decoder.ready(operation, slot.mode)?;
            let other = self.lanes.ahead(own, operation).take(CAMPAIGN).find(alike)?;
            let at = self.decoder.slot(other)?.start + 1;
            (Ejection::may_leave(self.decoder, operation) && at >= ready - (slot.end - slot.start))
                .then(|| smallvec![Seed { operation, at: at.max(ready), mode: None }])
        } else {
            // A later one comes right behind this one.
            let mut rows = self.lanes.behind(own, slot.start + 1).take(CAMPAIGN);
            let other = rows.find(alike)?;
            let ready = self.decoder.ready(other, self.decoder.slot(other)?.mode)?;
            (Ejection::may_leave(self.decoder, other) && ready <= slot.end + (slot.end - slot.start))
                .then(|| smallvec![Seed { operation: other, at: (slot.start + 1).max(ready), mode: None }])
        }
    }

    fn resource(&mut self, order: OrderId) -> Option<Seeds> {
        let (operation, _) = self.waiting(order)?;
        let slot = self.decoder.slot(operation)?;
        let modes = self.decoder.outline().allowed(operation);
        let mode = modes[self.rng.below(modes.len() as u32) as usize];
        if mode == slot.mode {
            return None;
        }
        let ready = self.decoder.ready(operation, mode)?;
        let at = if self.rng.one_in(2) { ready } else { ready.midpoint(slot.start) };
        Some(smallvec![Seed { operation, at, mode: Some(mode) }])
    }
}
