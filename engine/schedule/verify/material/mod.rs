//! Rule 7: no item is ever short, and none beyond its largest stock.
//!
//! Per item, one sweep over arrivals, production and consumption by instant. What stock rows and
//! started work alone bring about is no fault of the schedule, so each balance is compared with that
//! of history alone: operations may not make it worse than the limit or than history leaves it.
//! Operations of duration 0 may pass material on within an instant; [`instants`] checks that some
//! order of them does so without ever taking what is not there.

use std::collections::BTreeMap;

use super::Report;
use super::facts::{Fact, Facts};
use crate::model::ids::{ItemId, OperationId};
use crate::model::time::Time;

mod instants;

const RULE: u8 = 7;

/// What an operation does to an item at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Movement {
    item: ItemId,
    at: Time,
    operation: OperationId,
    quantity: i64,
}

/// Balances before the operations of duration 0 of an instant, by instant and item.
type Before = BTreeMap<(Time, ItemId), i128>;

/// Checks all limited items up to the last end.
pub(super) fn check(facts: &Facts<'_>, report: &mut Report) {
    let Some(last) = facts.iter().map(|fact| fact.placement.end).max() else {
        return;
    };
    let mut movements: Vec<Movement> = facts.iter().flat_map(|fact| movements_of(facts, fact)).collect();
    movements.sort_unstable();
    let mut before = Before::new();
    let mut short = Vec::new();
    for own in movements.chunk_by(|a, b| a.item == b.item) {
        let mut sweep = Sweep::new(facts, own[0].item, last);
        sweep.run(own, &mut before, report);
        short.extend(sweep.short);
    }
    short.sort_unstable();
    instants::check(facts, &before, &short, report);
}

fn movements_of<'f>(facts: &'f Facts<'_>, fact: &'f Fact<'_>) -> impl Iterator<Item = Movement> + 'f {
    let rows = &facts.problem.operation(fact.operation).materials;
    rows.iter().filter_map(move |&(item, quantity)| {
        // What started work consumed is no longer in stock.
        let taken = quantity < 0 && fact.started.is_some();
        let counts = !taken && quantity != 0 && !facts.problem.items[item.index()].unlimited;
        counts.then_some(Movement {
            item,
            at: if quantity < 0 { fact.placement.start } else { fact.placement.end },
            operation: fact.operation,
            quantity,
        })
    })
}

struct Sweep<'f, 'a> {
    facts: &'f Facts<'a>,
    item: ItemId,
    last: Time,
    /// With everything, and by history alone.
    balance: i128,
    history: i128,
    /// The last to consume and to produce, to name someone.
    consumer: Option<OperationId>,
    producer: Option<OperationId>,
    was_short: bool,
    was_full: bool,
    /// Instants at which it is short.
    short: Vec<(Time, ItemId)>,
}

impl<'f, 'a> Sweep<'f, 'a> {
    fn new(facts: &'f Facts<'a>, item: ItemId, last: Time) -> Self {
        Self {
            facts,
            item,
            last,
            balance: 0,
            history: 0,
            consumer: None,
            producer: None,
            was_short: false,
            was_full: false,
            short: Vec::new(),
        }
    }

    fn run(&mut self, movements: &[Movement], before: &mut Before, report: &mut Report) {
        let arrivals = &self.facts.problem.items[self.item.index()].arrivals;
        let (mut arrived, mut moved) = (0, 0);
        loop {
            let next = (arrivals.get(arrived).map(|row| row.0))
                .into_iter()
                .chain(movements.get(moved).map(|movement| movement.at))
                .min();
            let Some(at) = next.filter(|&at| at <= self.last) else {
                return;
            };
            while let Some(row) = arrivals.get(arrived).filter(|row| row.0 == at) {
                self.balance += i128::from(row.1);
                self.history += i128::from(row.1);
                arrived += 1;
            }
            let first = moved;
            while movements.get(moved).is_some_and(|movement| movement.at == at) {
                moved += 1;
            }
            self.instant(at, &movements[first..moved], before);
            self.judge(at, &movements[first..moved], report);
        }
    }

    /// Applies the movements of one instant.
    fn instant(&mut self, at: Time, movements: &[Movement], before: &mut Before) {
        let mut instantaneous = 0;
        let (mut passes, mut consumed) = (false, 0);
        for movement in movements {
            let quantity = i128::from(movement.quantity);
            let Some(fact) = self.facts.get(movement.operation) else {
                continue;
            };
            self.balance += quantity;
            if quantity < 0 {
                self.consumer = Some(movement.operation);
            } else if fact.started.is_some() {
                self.history += quantity;
            } else {
                self.producer = Some(movement.operation);
            }
            if fact.is_lasting() {
                consumed += quantity.min(0);
            } else {
                passes = true;
                instantaneous += quantity;
            }
        }
        if passes {
            before.insert((at, self.item), self.balance - instantaneous - consumed);
        }
    }

    fn judge(&mut self, at: Time, movements: &[Movement], report: &mut Report) {
        let consumes = movements.iter().any(|movement| movement.quantity < 0);
        let produces = movements
            .iter()
            .any(|movement| movement.quantity > 0 && Some(movement.operation) == self.producer);
        let floor = if consumes { 0 } else { self.history.min(0) };
        let short = self.balance < floor;
        if short {
            self.short.push((at, self.item));
        }
        if short && (consumes || !self.was_short) {
            self.add("shortage", self.consumer, at, "are there", report);
        }
        self.was_short = short;
        let Some(most) = self.facts.problem.items[self.item.index()].max_stock else {
            return;
        };
        let most = i128::from(most);
        let ceiling = if produces { most } else { self.history.max(most) };
        let full = self.balance > ceiling;
        if full && (produces || !self.was_full) {
            let room = format!("are there, {most} at most");
            self.add("max_stock", self.producer, at, &room, report);
        }
        self.was_full = full;
    }

    fn add(
        &self,
        check: &'static str,
        operation: Option<OperationId>,
        at: Time,
        what: &str,
        report: &mut Report,
    ) {
        let Some(operation) = operation else { return };
        let item = self.facts.problem.names.items.get(self.item.index());
        let name = self.facts.name(operation);
        let detail = format!("after {name}, {} of item {item} {what} at {at}", self.balance);
        report.add((RULE, check), operation, Some(item), Some(at), detail);
    }
}
