//! Units of a resource as they pass from holder to holder.
//!
//! Holdings are visited by time; each takes the units that have been free the longest, and follows
//! those who held them last. Instants at which a pool has less than its peak are holdings of nobody.
//! Only the last piece of a use hands on: what an operation that moves right holds within its present
//! span is part of what it holds now.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{By, Edge, Link, Until};
use crate::model::ids::ResourceId;
use crate::model::operation::Phase;
use crate::model::resource::ResourceKind;
use crate::model::time::{FAR, Time};
use crate::schedule::verify::facts::Facts;
use crate::schedule::verify::holdings::Held;

/// Links of all resources.
pub(super) fn collect(facts: &Facts<'_>, held: &[Held], links: &mut Vec<Link>) {
    let last = facts.iter().map(|fact| fact.placement.end).max().unwrap_or(0);
    let mut order: Vec<u32> = (0..held.len() as u32).collect();
    let key = |index: u32| {
        let piece = &held[index as usize];
        (piece.resource, piece.from, piece.to, piece.operation)
    };
    order.sort_unstable_by_key(|&index| key(index));
    for own in order.chunk_by(|&a, &b| held[a as usize].resource == held[b as usize].resource) {
        let resource = held[own[0] as usize].resource;
        let first = held[own[0] as usize].from;
        let (peak, drops) = capacity(facts, resource, (first, last));
        let mut units = Units { held, free: BinaryHeap::new(), links };
        units.free.push(Reverse((-FAR, NOBODY, peak)));
        let mut drops = drops.into_iter().peekable();
        for &index in own {
            let from = held[index as usize].from;
            while let Some(drop) = drops.next_if(|drop| drop.0 <= from) {
                units.drop(drop);
            }
            units.take(index);
        }
        drops.for_each(|drop| units.drop(drop));
    }
}

/// The most units that there ever are, and when how many are missing.
fn capacity(
    facts: &Facts<'_>,
    resource: ResourceId,
    (first, last): (Time, Time),
) -> (i64, Vec<(Time, Time, i64)>) {
    let known = facts.problem.resource(resource);
    if known.kind == ResourceKind::Unary {
        return (1, Vec::new());
    }
    let profile = facts.problem.profile(known.profile);
    let peak = profile.peak();
    let steps = &profile.steps;
    let mut drops = Vec::new();
    let begin = steps.partition_point(|step| step.0 <= first).saturating_sub(1);
    for (index, &(start, units)) in steps.iter().enumerate().skip(begin) {
        let end = steps.get(index + 1).map_or(FAR, |step| step.0);
        if start >= last {
            break;
        }
        if units < peak {
            drops.push((start.max(first), end, peak - units));
        }
    }
    (peak, drops)
}

/// Stands for drops in capacity and units never held.
const NOBODY: u32 = u32::MAX;

struct Units<'a> {
    held: &'a [Held],
    /// When units are free, who held them last, how many: longest free first.
    free: BinaryHeap<Reverse<(Time, u32, i64)>>,
    links: &'a mut Vec<Link>,
}

impl Units<'_> {
    fn take(&mut self, index: u32) {
        let piece = self.held[index as usize];
        let until = match (piece.first, piece.own, piece.phase) {
            (false, _, _) => Until::Fixed(piece.from),
            (_, true, _) | (_, _, Phase::Changeover) => Until::HeldFrom(piece.operation),
            (_, _, Phase::Run) => Until::Start(piece.operation),
        };
        self.pass(piece.quantity, (piece.from, piece.to), until, index);
    }

    fn drop(&mut self, (from, to, missing): (Time, Time, i64)) {
        self.pass(missing, (from, to), Until::Fixed(from), NOBODY);
    }

    /// Takes units that are free at `from` and gives them back at `to`.
    fn pass(&mut self, quantity: i64, (from, to): (Time, Time), until: Until, taker: u32) {
        let mut wanted = quantity;
        while wanted > 0 {
            let Some(Reverse((since, holder, units))) = self.free.pop() else {
                break;
            };
            if since > from {
                // More is held than there is: started work, or a schedule that is not valid.
                self.free.push(Reverse((since, holder, units)));
                break;
            }
            if units > wanted {
                self.free.push(Reverse((since, holder, units - wanted)));
            }
            wanted -= units.min(wanted);
            self.link(holder, until, taker);
        }
        if quantity > wanted {
            self.free.push(Reverse((to, taker, quantity - wanted)));
        }
    }

    fn link(&mut self, holder: u32, until: Until, taker: u32) {
        if holder == NOBODY {
            return;
        }
        let piece = self.held[holder as usize];
        let same = taker != NOBODY && self.held[taker as usize].operation == piece.operation;
        if same || !piece.last {
            return;
        }
        let edge = if piece.phase == Phase::Changeover { Edge::ChangeoverEnd } else { Edge::End };
        let by = By::Resource(piece.resource);
        self.links.push(Link { before: piece.operation, edge, until, by });
    }
}
