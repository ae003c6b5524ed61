//! Priorities for dispatching.
//!
//! The rule that works on large instances is a ratio of logarithms: remaining work of the chain over a power
//! of the operation's own duration, `log(remaining) - g log(own)`. It prefers long rests and, among equal
//! rests, short operations. Noise in front of it gives as many different schedules as a search wants.

use super::dispatch::{Direction, mode_of};
use super::logarithm::{LOG_BITS, log2};
use crate::schedule::plain::PlainInstance;
use crate::search::rng::Rng;

/// A dispatching rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rule {
    /// Weight `g` of the own duration, in quarters.
    pub(super) own: i32,
    /// How long a resource may wait, in sixteenths (see [`super::dispatch`]).
    pub(super) wait: u64,
    /// The direction of the first pass.
    pub(super) direction: Direction,
}

/// The rules tried first, best first on average.
pub(super) const RULES: [Rule; 18] = {
    const fn rule(own: i32, wait: u64, direction: Direction) -> Rule {
        Rule { own, wait, direction }
    }
    use Direction::{Backward as B, Forward as F};
    [
        rule(2, 2, F),
        rule(2, 2, B),
        rule(4, 0, F),
        rule(1, 2, F),
        rule(4, 0, B),
        rule(1, 2, B),
        rule(4, 2, F),
        rule(4, 2, B),
        rule(2, 0, F),
        rule(2, 0, B),
        rule(1, 0, F),
        rule(1, 0, B),
        rule(1, 8, F),
        rule(1, 8, B),
        rule(2, 8, F),
        rule(2, 8, B),
        rule(4, 8, F),
        rule(4, 8, B),
    ]
};

/// The priorities of a rule, `noise` (in 1/4096 of a doubling) added at random.
pub(super) fn priorities(
    instance: &PlainInstance,
    modes: &[u16],
    rule: Rule,
    noise: u32,
    rng: &mut Rng,
) -> Vec<u32> {
    let mut priorities = vec![0; instance.num_operations()];
    let mut rate = |operation: usize, remaining: &mut u64| {
        let duration = u64::from(mode_of(instance, modes, operation).duration);
        *remaining += duration;
        let ratio = log2(*remaining) - rule.own * log2(duration) / 4;
        // 64 doublings of room keep it positive.
        priorities[operation] =
            (ratio + (64 << LOG_BITS)) as u32 + if noise > 0 { rng.below(noise) } else { 0 };
    };
    for chain in 0..instance.num_chains() {
        let range = instance.chain(chain);
        match rule.direction {
            Direction::Forward => {
                let mut remaining = u64::from(instance.tail(chain));
                range.rev().for_each(|operation| rate(operation, &mut remaining));
            }
            Direction::Backward => {
                let mut remaining = u64::from(instance.release(chain));
                range.for_each(|operation| rate(operation, &mut remaining));
            }
        }
    }
    priorities
}
