//! Material passed on within an instant by operations of duration 0 (contract, 7.7).
//!
//! They take place in some order, each consuming before it produces, and nothing may ever go below
//! 0. Which order is free, so the question is whether a good one exists. Pure producers may go first
//! and pure consumers last without loss. Those between are tried greedily; where that gets stuck and
//! there are few, all orders are searched with memory, so that up to [`EXACT`] such operations at
//! one instant are judged exactly.

use std::collections::{BTreeMap, BTreeSet};

use super::{Before, RULE};
use crate::model::ids::{ItemId, OperationId};
use crate::model::time::Time;
use crate::schedule::verify::Report;
use crate::schedule::verify::facts::Facts;

/// So many operations that both take and give at one instant are searched exhaustively.
const EXACT: usize = 16;

type Balances = BTreeMap<ItemId, i128>;

/// Checks each instant at which operations of duration 0 move material; those with a plain shortage
/// have been reported.
pub(super) fn check(facts: &Facts<'_>, before: &Before, short: &[(Time, ItemId)], report: &mut Report) {
    if before.is_empty() {
        return;
    }
    let mut at_instants: Vec<(Time, OperationId)> = facts
        .planned()
        .filter(|fact| !fact.is_lasting() && fact.placement.start == fact.placement.end)
        .filter(|fact| !facts.problem.operation(fact.operation).materials.is_empty())
        .map(|fact| (fact.placement.start, fact.operation))
        .collect();
    at_instants.sort_unstable();
    for own in at_instants.chunk_by(|a, b| a.0 == b.0) {
        let at = own[0].0;
        let from = short.partition_point(|row| row.0 < at);
        if short.get(from).is_some_and(|row| row.0 == at) {
            continue;
        }
        let balances: Balances = before
            .range((at, ItemId(0))..=(at, ItemId(u32::MAX)))
            .map(|(&(_, item), &balance)| (item, balance))
            .collect();
        let operations: Vec<OperationId> = own.iter().map(|row| row.1).collect();
        if let Some(stuck) = first_stuck(facts, balances, &operations) {
            let name = facts.name(stuck);
            let detail =
                format!("no order of the operations of duration 0 at {at} gives {name} what it consumes");
            report.add((RULE, "instant_order"), stuck, None, Some(at), detail);
        }
    }
}

/// The first operation that can never go, if the order fails.
fn first_stuck(facts: &Facts<'_>, mut balances: Balances, operations: &[OperationId]) -> Option<OperationId> {
    let rows = |op: OperationId| &facts.problem.operation(op).materials;
    let (mut between, mut consumers) = (Vec::new(), Vec::new());
    for &operation in operations {
        let takes = rows(operation).iter().any(|row| row.1 < 0);
        let gives = rows(operation).iter().any(|row| row.1 > 0);
        match (takes, gives) {
            (false, _) => apply(&mut balances, rows(operation)),
            (true, true) => between.push(operation),
            (true, false) => consumers.push(operation),
        }
    }
    let stuck = greedy(facts, &mut balances.clone(), &between);
    let stuck = match stuck {
        Some(_) if between.len() <= EXACT => {
            let reachable = search(facts, &balances, &between, 0, &mut BTreeSet::new());
            stuck.filter(|_| !reachable)
        }
        other => other,
    };
    if stuck.is_some() {
        return stuck;
    }
    for &operation in between.iter().chain(&consumers) {
        apply(&mut balances, rows(operation));
    }
    let lacking = |op: &&OperationId| {
        rows(**op).iter().any(|row| row.1 < 0 && balances.get(&row.0).is_some_and(|&left| left < 0))
    };
    consumers.iter().rev().find(lacking).copied()
}

fn can_go(balances: &Balances, rows: &[(ItemId, i64)]) -> bool {
    rows.iter().all(|&(item, quantity)| {
        quantity >= 0 || balances.get(&item).is_none_or(|&balance| balance + i128::from(quantity) >= 0)
    })
}

fn apply(balances: &mut Balances, rows: &[(ItemId, i64)]) {
    for &(item, quantity) in rows {
        if let Some(balance) = balances.get_mut(&item) {
            *balance += i128::from(quantity);
        }
    }
}

/// Lets go whoever can, in order of ids, until all have or none can.
fn greedy(facts: &Facts<'_>, balances: &mut Balances, operations: &[OperationId]) -> Option<OperationId> {
    let mut waiting = operations.to_vec();
    loop {
        let count = waiting.len();
        waiting.retain(|&operation| {
            let rows = &facts.problem.operation(operation).materials;
            let goes = can_go(balances, rows);
            if goes {
                apply(balances, rows);
            }
            !goes
        });
        if waiting.is_empty() || waiting.len() == count {
            return waiting.first().copied();
        }
    }
}

/// Whether some order lets all go; `gone` and `failed` are sets of places as bits.
fn search(
    facts: &Facts<'_>,
    balances: &Balances,
    operations: &[OperationId],
    gone: u32,
    failed: &mut BTreeSet<u32>,
) -> bool {
    if gone.count_ones() as usize == operations.len() {
        return true;
    }
    if failed.contains(&gone) {
        return false;
    }
    for (place, &operation) in operations.iter().enumerate() {
        let rows = &facts.problem.operation(operation).materials;
        if gone & (1 << place) == 0 && can_go(balances, rows) {
            let mut next = balances.clone();
            apply(&mut next, rows);
            if search(facts, &next, operations, gone | (1 << place), failed) {
                return true;
            }
        }
    }
    failed.insert(gone);
    false
}
