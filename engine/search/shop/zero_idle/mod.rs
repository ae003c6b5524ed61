//! Saturated instances: a simulation in which no resource may idle.
//!
//! # Idea
//! Where every resource is loaded up to the bound `T`, a schedule of length `T` exists only if no resource is
//! ever idle longer than its allowance, `T` less its load. Dispatching and local search end far away from
//! such schedules. But the requirement prunes so much that a simulation in time finds one: when an operation
//! ends, the freed resource must at once take one of the few operations then waiting for it. Usually there is
//! one; where there are more, the simulation forks, and a beam of simulations goes on side by side.
//!
//! # Who is kept
//! A fork that was wrong dies only some hundred events later, when a resource runs dry, and until then others
//! are born. When there are too many, those are kept that let the fewest chains wait behind newer ones, and
//! that began the fewest chains while others could have run: a schedule without idle time has little room for
//! work that waits. When all have died, the beam goes back to where it was narrow and comes again twice as wide;
//! if that fails, from twice as far.
//!
//! # Looking ahead
//! A busy resource needs a *supporter*: an operation that waits for it, or whose predecessor can end early
//! enough. Each start makes the others in its queue later, so the supporters of the resources that they head
//! for are checked right away, long before the resource would run dry.
//!
//! # Measured
//! On instances of 100 resources and 100,000 operations, where 4 to 14 chains wait at a time, depth first search
//! with leaps back ends within the first tenth of the horizon. The beam gets through. Without the lookahead it
//! needs ten times the width.

mod beam;
mod floor;
mod retreat;
mod support;

pub(super) use beam::ZeroIdle;

use super::dispatch::mode_of;
use crate::schedule::plain::PlainInstance;

const NONE: u32 = u32::MAX;

/// Whether the probe has a chance: all loads close to the bound.
pub(super) fn is_saturated(instance: &PlainInstance, bound: u32) -> bool {
    // With many more chains than resources nearly everybody waits, and nothing is ever forced.
    let is_crowded = instance.num_chains() > 2 * instance.num_resources();
    if instance.is_flexible() || is_crowded || instance.num_operations() < 4 * instance.num_resources() {
        return false;
    }
    let loads = loads(instance);
    loads.iter().all(|&load| load <= u64::from(bound) && (u64::from(bound) - load) * 200 <= u64::from(bound))
}

fn loads(instance: &PlainInstance) -> Vec<u64> {
    let mut loads = vec![0; instance.num_resources()];
    for operation in 0..instance.num_operations() {
        let mode = mode_of(instance, &[], operation);
        loads[mode.resource as usize] += u64::from(mode.duration);
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::plain::PlainMode;
    use crate::search::limit::Never;
    use crate::search::rng::Rng;

    /// Two chains for each of forty resources, all alike: whatever order they take is a schedule without idle time,
    /// and after the first instant there would be 2 to the power of 40 simulations.
    #[test]
    fn no_more_simulations_are_born_than_can_be_looked_at() {
        let mode = |i: u32| PlainMode { resource: i / 10 % 40, duration: 7 };
        let modes: Vec<PlainMode> = (0..800).map(mode).collect();
        let chain_starts = (0..=80).map(|chain| chain * 10).collect();
        let instance =
            PlainInstance::new(40, chain_starts, (0..=800).collect(), modes, vec![], vec![]).unwrap();
        assert!(is_saturated(&instance, 140));
        let mut beam = ZeroIdle::new(&instance, 140, 0, Rng::stream(0, 0));
        let sequence = beam.run(10_000_000, &Never).unwrap();
        assert_eq!(sequence.len(), 800);
        assert!(beam.starts() < 2_000_000, "{}", beam.starts());
    }

    /// Two chains on two resources, each full: the second resource has nothing to do until 3.
    #[test]
    fn where_there_is_no_schedule_without_idle_time_the_beam_gives_up() {
        let mode = |(resource, duration): (u32, u32)| PlainMode { resource, duration };
        let modes = [(0, 4), (1, 2), (0, 3), (1, 5)].map(mode).to_vec();
        let instance =
            PlainInstance::new(2, vec![0, 2, 4], (0..=4).collect(), modes, vec![], vec![]).unwrap();
        let mut beam = ZeroIdle::new(&instance, 7, 0, Rng::stream(0, 0));
        assert_eq!(beam.run(1_000_000, &Never), None);
        assert!(beam.is_exhausted());
    }
}
