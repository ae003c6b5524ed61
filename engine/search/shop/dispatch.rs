//! Building a schedule: one pass over the operations by a priority.
//!
//! # Idea
//! The hybrid generator of Giffler and Thompson: the resource with the smallest possible completion is next;
//! candidates are the waiting operations that can start up to a fraction `wait` of the way from the earliest
//! start there to that completion; the highest priority wins. A fraction of 0 never waits, 1 gives any active
//! schedule. Run over the mirrored problem (chains from their ends), the same pass builds from the back.
//!
//! # Cost
//! A logarithm of the number of resources and two scans of one resource's waiting operations per operation:
//! about 0.3 microseconds at a million operations.
//!
//! # References
//! - B. Giffler, G. L. Thompson, Operations Research 8(4), 1960.
//! - C. Bierwirth, D. C. Mattfeld, "Production scheduling and rescheduling with genetic algorithms",
//!   Evolutionary Computation 7(1), 1999 (the hybrid).

use super::tournament::Tournament;
use crate::schedule::plain::{PlainInstance, PlainMode};

/// So many operations are placed between two questions whether to stop: about two milliseconds.
pub(super) const POLL: usize = 4_096;

/// `wait` counts in sixteenths.
pub(super) const WAIT_UNIT: u64 = 16;

/// The direction in time of a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// What a pass built.
#[derive(Clone, Debug, Default)]
pub(super) struct Pass {
    /// Operations in the order in which they were placed: in time for a forward pass, against it otherwise.
    pub(super) sequence: Vec<u32>,
    /// When each operation is completed, measured from where the pass began.
    pub(super) ends: Vec<u32>,
    /// Length of the schedule.
    pub(super) makespan: u32,
}

/// A waiting operation.
#[derive(Clone, Copy)]
struct Waiting {
    operation: u32,
    chain: u32,
    ready: u32,
    duration: u32,
    priority: u32,
}

/// The mode that each operation runs in.
pub(super) fn mode_of(instance: &PlainInstance, modes: &[u16], operation: usize) -> PlainMode {
    instance.modes(operation)[usize::from(modes.get(operation).copied().unwrap_or(0))]
}

/// Asked every [`POLL`] operations whether to go on; what it refuses with ends the pass.
pub(super) type Poll<'p, E> = &'p dyn Fn() -> Result<(), E>;

/// Schedules all operations; `priorities` by operation, larger first.
pub(super) fn dispatch<E>(
    instance: &PlainInstance,
    modes: &[u16],
    priorities: &[u32],
    (wait, direction): (u64, Direction),
    poll: Poll<'_, E>,
) -> Result<Pass, E> {
    let mut floor = Floor::new(instance, modes, priorities, direction);
    for chain in 0..instance.num_chains() {
        let ready = match direction {
            Direction::Forward => instance.release(chain),
            Direction::Backward => instance.tail(chain),
        };
        floor.admit(chain, ready);
    }
    while floor.place_next(wait) {
        if floor.pass.sequence.len().is_multiple_of(POLL) {
            poll()?;
        }
    }
    Ok(floor.pass)
}

/// Resources with their waiting operations, in the middle of a pass.
struct Floor<'a> {
    instance: &'a PlainInstance,
    modes: &'a [u16],
    priorities: &'a [u32],
    direction: Direction,
    placed: Vec<u32>,
    waiting: Vec<Vec<Waiting>>,
    free_from: Vec<u32>,
    earliest: Tournament,
    pass: Pass,
}

impl<'a> Floor<'a> {
    fn new(
        instance: &'a PlainInstance,
        modes: &'a [u16],
        priorities: &'a [u32],
        direction: Direction,
    ) -> Self {
        let num_resources = instance.num_resources();
        let num_operations = instance.num_operations();
        Self {
            instance,
            modes,
            priorities,
            direction,
            placed: vec![0; instance.num_chains()],
            waiting: vec![Vec::new(); num_resources],
            free_from: vec![0; num_resources],
            earliest: Tournament::new(num_resources.max(1)),
            pass: Pass {
                sequence: Vec::with_capacity(num_operations),
                ends: vec![0; num_operations],
                makespan: 0,
            },
        }
    }

    /// Puts the next operation of a chain on the list of its resource, or closes the chain.
    fn admit(&mut self, chain: usize, ready: u32) {
        let range = self.instance.chain(chain);
        let placed = self.placed[chain] as usize;
        if placed == range.len() {
            let rest = match self.direction {
                Direction::Forward => self.instance.tail(chain),
                Direction::Backward => self.instance.release(chain),
            };
            self.pass.makespan = self.pass.makespan.max(ready + rest);
            return;
        }
        let operation = match self.direction {
            Direction::Forward => range.start + placed,
            Direction::Backward => range.end - 1 - placed,
        };
        self.placed[chain] += 1;
        let mode = mode_of(self.instance, self.modes, operation);
        let resource = mode.resource as usize;
        self.waiting[resource].push(Waiting {
            operation: operation as u32,
            chain: chain as u32,
            ready,
            duration: mode.duration,
            priority: self.priorities[operation],
        });
        let completion = ready.max(self.free_from[resource]) + mode.duration;
        if completion < self.earliest.value(resource) {
            self.earliest.set(resource, completion);
        }
    }

    /// Places one operation; `false` when all are placed.
    fn place_next(&mut self, wait: u64) -> bool {
        let (completion, resource) = self.earliest.smallest();
        if completion == u32::MAX {
            return false;
        }
        let free = self.free_from[resource];
        let list = &mut self.waiting[resource];
        let soonest = list.iter().map(|entry| entry.ready).min().unwrap_or(0).max(free);
        let latest = soonest + (u64::from(completion - soonest) * wait / WAIT_UNIT) as u32;
        let mut chosen = usize::MAX;
        for (index, entry) in list.iter().enumerate() {
            if entry.ready <= latest && (chosen == usize::MAX || entry.priority > list[chosen].priority) {
                chosen = index;
            }
        }
        let entry = list.swap_remove(chosen);
        let end = entry.ready.max(free) + entry.duration;
        let next = list.iter().map(|entry| entry.ready.max(end) + entry.duration).min();
        self.free_from[resource] = end;
        self.earliest.set(resource, next.unwrap_or(u32::MAX));
        self.pass.sequence.push(entry.operation);
        self.pass.ends[entry.operation as usize] = end;
        self.admit(entry.chain as usize, end);
        true
    }
}
