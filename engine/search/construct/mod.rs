//! First schedules: priority rules.
//!
//! A rule gives each operation a key; among the operations whose predecessors are all listed the one
//! with the smallest key comes next. That is a linear extension, and the decoder does the rest. No rule
//! is good everywhere, so all are tried and the best by objective is kept (Haupt 1989; for weighted
//! tardiness Vepsalainen and Morton 1987).
//!
//! # Cost
//! `O(n log n)` a rule, and one decoding.

pub mod rules;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::ids::OperationId;
use crate::schedule::decode::Outline;

pub use rules::{Rule, keys};

/// So many operations are between two questions whether to stop.
const POLL: usize = 4_096;

/// A linear extension of the free operations: at each step the ready one with the smallest key. None if
/// it must stop.
pub fn extension(
    outline: &Outline<'_>,
    keys: &[(i64, i64)],
    stop: &dyn Fn() -> bool,
) -> Option<Vec<OperationId>> {
    let problem = outline.problem;
    let mut is_free = vec![false; problem.operations.len()];
    for &operation in &outline.free {
        is_free[operation.index()] = true;
    }
    let mut missing = vec![0_u32; problem.operations.len()];
    let mut ready = BinaryHeap::new();
    let entry =
        |operation: OperationId| Reverse((keys[operation.index()], outline.place_of(operation), operation));
    for &operation in &outline.free {
        let count = problem.incoming(operation).filter(|link| is_free[link.before.index()]).count();
        missing[operation.index()] = count as u32;
        if count == 0 {
            ready.push(entry(operation));
        }
    }
    let mut sequence = Vec::with_capacity(outline.free.len());
    while let Some(Reverse((_, _, operation))) = ready.pop() {
        sequence.push(operation);
        if sequence.len() % POLL == 0 && stop() {
            return None;
        }
        for link in problem.outgoing(operation) {
            let after = link.after.index();
            if is_free[after] {
                missing[after] -= 1;
                if missing[after] == 0 {
                    ready.push(entry(link.after));
                }
            }
        }
    }
    Some(sequence)
}
