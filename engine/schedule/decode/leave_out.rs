//! Orders that cannot be placed: taken out whole, tried once more at the end.
//!
//! When an operation fits nowhere, its order goes, and so does every order with an operation that has
//! a left-out predecessor (contract, rule 9 and 7.1). The plan goes back to before the first of their
//! placements and the others are placed anew, as if those orders had never been there. Where that has
//! been done too often, what is placed stays as a ghost until the agenda is empty and all ghosts go at
//! once.

use std::cmp::Reverse;

use rustc_hash::FxHashSet;

use super::refusal::LeftOut;
use super::{Decoder, Refusal};
use crate::model::history::Status;
use crate::model::ids::OperationId;

impl Decoder<'_> {
    /// Leaves out the order of an operation and all orders that need it.
    pub(super) fn leave_out(&mut self, operation: OperationId, refusal: Refusal) {
        let problem = self.plan.outline.problem;
        let first = self.failed_operations.len();
        self.left_out.push(LeftOut::new(problem, operation, refusal));
        self.mark_order(operation);
        let mut next = first;
        while let Some(&gone) = self.failed_operations.get(next) {
            next += 1;
            for link in problem.outgoing(gone) {
                let after = link.after;
                if !self.failed[after.index()] && problem.status(after) == Status::Planned {
                    self.left_out.push(LeftOut::new(problem, after, Refusal::Waits(gone)));
                    self.mark_order(after);
                }
            }
        }
        if self.stand == 0 && !self.had_second_chance[operation.index()] {
            let order = problem.operation(operation).order;
            let weight = order.map_or(1, |order| problem.order(order).weight);
            self.second_chance.push((weight, Reverse(operation)));
        }
        let gone = &self.failed_operations[first..];
        if gone.iter().any(|op| self.plan.slot(*op).is_some()) {
            self.remove_ghosts(false);
        }
    }

    /// Marks all unstarted operations of an operation's order as left out.
    fn mark_order(&mut self, operation: OperationId) {
        let outline = self.plan.outline;
        let operations = match outline.problem.operation(operation).order {
            Some(order) => outline.unstarted_of(order),
            None => vec![operation],
        };
        for gone in operations {
            self.failed[gone.index()] = true;
            self.failed_operations.push(gone);
        }
    }

    /// Goes back to before the first placement of a left-out order. Unless it must, it lets ghosts
    /// stand where going back has cost too much already.
    fn remove_ghosts(&mut self, must: bool) {
        let allowance = 4 * self.plan.slots.len() + 1_000;
        if !must && (self.ghosts || self.rework > allowance) {
            self.ghosts = true;
            return;
        }
        let first = self.placed.iter().position(|placed| self.failed[placed.0.index()]);
        let Some(index) = first else {
            return;
        };
        // What should have stood while another order had its second chance goes, too.
        if index < self.stand {
            self.stand = 0;
        }
        if must || self.rework + self.placed.len() - index <= allowance {
            self.go_back(index);
        } else {
            self.ghosts = true;
        }
    }

    /// What remains to be done when the agenda is empty; whether nothing does.
    pub(super) fn finish_pass(&mut self) -> bool {
        if self.leave_out_a_waiter() {
            return false;
        }
        if self.ghosts {
            self.ghosts = false;
            self.remove_ghosts(true);
            return false;
        }
        !self.leave_out_overdrawn_pin() && !self.grant_second_chance()
    }

    /// Leaves out one of those that still wait: first those that lack material, since others may wait
    /// for them.
    fn leave_out_a_waiter(&mut self) -> bool {
        let waits = |failed: &[bool], operation: OperationId| {
            !failed[operation.index()] && self.plan.slots[operation.index()].is_none()
        };
        while let Some(first) = self.lacking.first_entry() {
            if waits(&self.failed, first.key().1) {
                break;
            }
            first.remove();
        }
        while let Some(&first) = self.waiting.first() {
            if waits(&self.failed, first.1) {
                break;
            }
            self.waiting.pop_first();
        }
        let lacking = self.lacking.first_key_value().map(|(&(_, operation), &item)| (operation, item));
        if let Some((operation, item)) = lacking {
            self.leave_out(operation, Refusal::Item(item));
            // The next in line for the same item may want less.
            self.wake_next(item);
            return true;
        }
        let Some(&(_, operation)) = self.waiting.first() else {
            return false;
        };
        let before = self.missing_predecessor(operation);
        self.leave_out(operation, before.map_or(Refusal::Fixed, Refusal::Waits));
        true
    }

    fn missing_predecessor(&self, operation: OperationId) -> Option<OperationId> {
        let mut before = self.plan.outline.problem.incoming(operation).map(|link| link.before);
        before.find(|before| self.plan.slot(*before).is_none())
    }

    /// Pinned operations consume whether or not the material is there; in the end it must be.
    fn leave_out_overdrawn_pin(&mut self) -> bool {
        let outline = self.plan.outline;
        let problem = outline.problem;
        for &operation in &outline.pinned {
            if self.plan.slot(operation).is_none() {
                continue;
            }
            for &(item, quantity) in &problem.operation(operation).materials {
                let data = &problem.items[item.index()];
                let bound = data.max_stock.filter(|_| quantity > 0);
                let given = || super::balance::Balance::new(&data.arrivals);
                // Limits that stock rows alone break are not this operation's doing.
                if !data.unlimited
                    && !self.plan.balances[item.index()].stays_within(problem.now, bound)
                    && given().stays_within(problem.now, bound)
                {
                    self.leave_out(operation, Refusal::Item(item));
                    return true;
                }
            }
        }
        false
    }

    /// Tries the next left-out order in the gaps that remain.
    fn grant_second_chance(&mut self) -> bool {
        if self.stand > 0 {
            // The one that was tried is placed, or has been left out again.
            self.stand = 0;
        }
        let outline = self.plan.outline;
        while let Some((_, Reverse(operation))) = self.second_chance.pop() {
            let operations = match outline.problem.operation(operation).order {
                Some(order) => outline.unstarted_of(order),
                None => vec![operation],
            };
            let blocked = operations.iter().any(|op| {
                let mut before = outline.problem.incoming(*op).map(|link| link.before);
                before.any(|b| self.plan.slot(b).is_none() && !operations.contains(&b))
            });
            if blocked {
                continue;
            }
            self.stand = self.placed.len().max(1);
            if self.placed.is_empty() {
                self.stand = 0;
            }
            for &op in &operations {
                self.failed[op.index()] = false;
                self.floors[op.index()] = -crate::model::time::FAR;
                self.pushes[op.index()] = 0;
                self.had_second_chance[op.index()] = true;
                self.second_tried.push(op);
            }
            let pinned = |op: &OperationId| outline.is_pinned(*op);
            self.agenda.extend(operations.iter().rev().filter(|op| !pinned(op)));
            self.agenda.extend(operations.iter().rev().filter(|op| pinned(op)));
            return true;
        }
        false
    }

    /// Drops what was said of orders that have had their second chance: only the last word counts.
    pub(super) fn forget_second_chances(&mut self) {
        if self.second_tried.is_empty() {
            return;
        }
        let mut told = FxHashSet::default();
        let mut kept: Vec<LeftOut> = std::mem::take(&mut self.left_out);
        // Another operation of the order may have failed the second time.
        let of = |left: &LeftOut| left.order.ok_or(left.operation);
        kept.reverse();
        kept.retain(|left| self.failed[left.operation.index()] && told.insert(of(left)));
        kept.reverse();
        self.left_out = kept;
    }
}
