//! First schedules: dispatch, then forward and backward passes while they help.
//!
//! # Idea
//! A pass over the mirrored problem with the completion times of the present schedule as priorities pushes
//! everything as late as it can go; a pass forward again closes the gaps that this opened (justification). On
//! large instances that gains one to three percent nearly for free.
//!
//! With a choice of modes the first pass is greedy: among the next operations of all chains the one that can
//! be completed first, less a share of what its chain still needs, goes to the resource that completes it
//! first. The passes after it keep the modes.
//!
//! # References
//! V. Valls, F. Ballestín, S. Quintanilla, "Justification and RCPSP: a technique that pays", European Journal
//! of Operational Research 165(2), 2005.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::convert::Infallible;

use super::dispatch::{Direction, POLL, Pass, Poll, dispatch};
use super::rules::{Rule, priorities};
use crate::schedule::plain::{Arrangement, PlainInstance};
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Passes after the first one.
const MAX_PASSES: usize = 12;

/// A schedule and the number of operations placed on the way to it.
pub(super) type Built = (Arrangement, u64);

/// One schedule by a rule, improved by passes; nothing stops it.
pub(super) fn construct(
    instance: &PlainInstance,
    rule: Rule,
    noise: u32,
    target: u32,
    rng: &mut Rng,
) -> Built {
    let Ok(built) = build(instance, (rule, noise), target, rng, &|| Ok::<(), Infallible>(()));
    built
}

/// The same; none if it was stopped: what is half improved could not be repeated.
pub(super) fn construct_unless(
    instance: &PlainInstance,
    rule: Rule,
    target: u32,
    rng: &mut Rng,
    stop: &dyn Stop,
) -> Option<Built> {
    let poll = || if stop.is_due() { Err(()) } else { Ok(()) };
    build(instance, (rule, 0), target, rng, &poll).ok()
}

fn build<E>(
    instance: &PlainInstance,
    (rule, noise): (Rule, u32),
    target: u32,
    rng: &mut Rng,
    poll: Poll<'_, E>,
) -> Result<Built, E> {
    let modes = if instance.is_flexible() { choose_modes(instance, noise, rng, poll)? } else { Vec::new() };
    let priorities = priorities(instance, &modes, rule, noise, rng);
    let first = dispatch(instance, &modes, &priorities, (rule.wait, rule.direction), poll)?;
    improve_by_passes(instance, modes, first, (rule, target), poll)
}

fn improve_by_passes<E>(
    instance: &PlainInstance,
    modes: Vec<u16>,
    first: Pass,
    (rule, target): (Rule, u32),
    poll: Poll<'_, E>,
) -> Result<Built, E> {
    let is_large = instance.num_operations() > 300_000;
    let mut direction = rule.direction;
    let mut best = first;
    let mut work = 4 * best.sequence.len() as u64;
    let mut best_direction = direction;
    let mut last_ends = best.ends.clone();
    for _ in 0..MAX_PASSES {
        if best.makespan <= target {
            break;
        }
        direction = match direction {
            Direction::Forward => Direction::Backward,
            Direction::Backward => Direction::Forward,
        };
        let pass = dispatch(instance, &modes, &last_ends, (rule.wait.min(2), direction), poll)?;
        work += 4 * pass.sequence.len() as u64;
        // On large instances a pass that loses is not made up for.
        if pass.makespan > best.makespan + best.makespan / if is_large { 256 } else { 64 } {
            break;
        }
        last_ends.clone_from(&pass.ends);
        if pass.makespan < best.makespan {
            best = pass;
            best_direction = direction;
        } else if direction == best_direction {
            break;
        }
    }
    let mut sequence = best.sequence;
    if best_direction == Direction::Backward {
        sequence.reverse();
    }
    Ok((Arrangement { sequence, modes, makespan: best.makespan }, work))
}

/// A mode for each operation, chosen where the operation would be completed first.
fn choose_modes<E>(
    instance: &PlainInstance,
    noise: u32,
    rng: &mut Rng,
    poll: Poll<'_, E>,
) -> Result<Vec<u16>, E> {
    let num_operations = instance.num_operations();
    let mut modes = vec![0; num_operations];
    let mut free_from = vec![0_u32; instance.num_resources()];
    let mut ready: Vec<u32> = (0..instance.num_chains()).map(|chain| instance.release(chain)).collect();
    let mut next: Vec<usize> = (0..instance.num_chains()).map(|chain| instance.chain(chain).start).collect();
    let mut rest = vec![0_u64; num_operations];
    for chain in 0..instance.num_chains() {
        let mut sum = u64::from(instance.tail(chain));
        for operation in instance.chain(chain).rev() {
            sum += u64::from(instance.shortest(operation));
            rest[operation] = sum;
        }
    }
    let share = u64::from(rng.below(4));
    let blur = |operation: usize, rng: &mut Rng| {
        let span = instance.shortest(operation) / 2 + 1;
        if noise > 0 { rng.below(span) } else { 0 }
    };
    let mut heap = BinaryHeap::new();
    for chain in 0..instance.num_chains() {
        if !instance.chain(chain).is_empty() {
            heap.push((Reverse(i64::MIN), Reverse(chain)));
        }
    }
    let mut steps = 0_usize;
    while let Some((Reverse(key), Reverse(chain))) = heap.pop() {
        steps += 1;
        if steps.is_multiple_of(POLL) {
            poll()?;
        }
        let operation = next[chain];
        let completion = |mode: &crate::schedule::plain::PlainMode| {
            ready[chain].max(free_from[mode.resource as usize]) + mode.duration
        };
        let own = instance.modes(operation);
        let best = (0..own.len()).min_by_key(|&i| (completion(&own[i]), own[i].duration)).unwrap_or(0);
        let end = completion(&own[best]);
        let actual = i64::from(end) - (rest[operation] * share / 4) as i64;
        // Keys only grow while resources fill up: a stale one goes back.
        if actual > key {
            let blurred = actual + i64::from(blur(operation, rng));
            if heap.peek().is_some_and(|(Reverse(other), _)| *other < blurred) {
                heap.push((Reverse(blurred), Reverse(chain)));
                continue;
            }
        }
        modes[operation] = best as u16;
        free_from[own[best].resource as usize] = end;
        ready[chain] = end;
        next[chain] += 1;
        if next[chain] < instance.chain(chain).end {
            heap.push((Reverse(i64::MIN), Reverse(chain)));
        }
    }
    Ok(modes)
}
