//! Items: what is taken by an instant against what can have been given by then.
//!
//! At an instant at most so much is there: what history leaves, plus all gives whose earliest time has come,
//! less all takes whose latest time has come. Where that is below zero there is no schedule. A take cannot come
//! before the last instant, ahead of its latest time, at which less than its quantity is there: what it takes is
//! missing from then on. A give without which an instant falls below zero comes by that instant.
//!
//! Windows alone know nothing of two movements that are ordered. So at the instant of a take, gives that come
//! after it by the arcs are not there yet, and takes that come before it have happened ([`Order`]).
//!
//! The largest stock is the same rule with the roles exchanged: production takes room, consumption gives it
//! (`relax`).
//!
//! # Cost
//! A sort, then for each movement the instants within its window, at worst the square of their number.
//!
//! # References
//! P. Laborie, "Algorithms for propagating resource constraints in AI planning and scheduling: existing
//! approaches and new results", Artificial Intelligence 143, 2003 (reservoirs, the balance constraint). There
//! quantities may wait in any order; here a take also claims what is there later.

mod order;

use super::domain::{Cause, Conflict, Domains};
use super::network::{Movement, Network};
use super::propagator::Propagator;
use crate::model::time::Time;
use order::Order;

/// Sums of quantities in base units overflow 64 bits where many are large.
type Amount = i128;

/// The rule on one item.
#[derive(Debug, Clone)]
pub(super) struct Balance {
    index: u32,
    gives: Vec<Movement>,
    takes: Vec<Movement>,
    /// What history does to the level, by instant.
    known: Vec<(Time, Amount)>,
    order: Order,
    changes: Vec<(Time, Amount)>,
    /// What is there at most, from an instant on.
    levels: Vec<(Time, Amount)>,
}

impl Balance {
    pub(super) fn new(network: &Network<'_>, index: usize) -> Self {
        let reservoir = &network.reservoirs[index];
        let mut known: Vec<(Time, Amount)> = Vec::with_capacity(reservoir.there.len());
        let mut before = 0;
        for &(from, level) in &reservoir.there {
            known.push((from, Amount::from(level - before)));
            before = level;
        }
        Self {
            index: index as u32,
            gives: reservoir.gives.clone(),
            takes: reservoir.takes.clone(),
            known,
            order: Order::new(network, reservoir),
            changes: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// What is there at most over time; the first instant at which it is below zero.
    fn load(&mut self, domains: &Domains) -> Option<Time> {
        self.changes.clear();
        self.changes.extend_from_slice(&self.known);
        let gives = self.gives.iter().map(|give| (domains.earliest(give.point), Amount::from(give.quantity)));
        let takes = self.takes.iter().map(|take| (domains.latest(take.point), -Amount::from(take.quantity)));
        self.changes.extend(gives.chain(takes));
        self.changes.sort_unstable();
        self.levels.clear();
        let mut level = 0;
        for own in self.changes.chunk_by(|one, other| one.0 == other.0) {
            level += own.iter().map(|change| change.1).sum::<Amount>();
            self.levels.push((own[0].0, level));
        }
        self.levels.iter().find(|level| level.1 < 0).map(|level| level.0)
    }

    /// Places in `levels` from the one in which an instant lies.
    fn place(&self, time: Time) -> usize {
        self.levels.partition_point(|level| level.0 <= time).saturating_sub(1)
    }

    /// The earliest time of a take: after the last instant before its latest time with too little.
    fn take_from(&self, take: Movement, domains: &Domains, work: &mut u64) -> Time {
        let (earliest, latest) = (domains.earliest(take.point), domains.latest(take.point));
        let (first, end) = (self.place(earliest), self.levels.partition_point(|level| level.0 < latest));
        for place in (first..end).rev() {
            *work += 1;
            if self.levels[place].1 < Amount::from(take.quantity) {
                return self.levels.get(place + 1).map_or(latest, |next| next.0);
            }
        }
        earliest
    }

    /// The latest time of a give: the first instant at which it is missed.
    fn give_by(&self, give: Movement, domains: &Domains, work: &mut u64) -> Time {
        let (earliest, latest) = (domains.earliest(give.point), domains.latest(give.point));
        for &(from, level) in &self.levels[self.place(earliest)..] {
            *work += 1;
            if from >= latest {
                break;
            }
            if level < Amount::from(give.quantity) {
                return from.max(earliest);
            }
        }
        latest
    }
}

impl Propagator for Balance {
    fn operations(&self) -> Vec<u32> {
        self.takes.iter().chain(&self.gives).map(|movement| movement.point / 2).collect()
    }

    fn narrow(&mut self, _: &Network<'_>, domains: &mut Domains) -> Result<u64, Conflict> {
        domains.cause = Cause::Item(self.index);
        if let Some(short) = self.load(domains) {
            let late = |take: &&Movement| domains.latest(take.point) <= short;
            let taker = self.takes.iter().filter(late).max_by_key(|take| domains.latest(take.point));
            let blamed = taker.or(self.takes.first()).map_or(0, |take| take.point / 2);
            return Err(domains.conflict(blamed as usize));
        }
        let mut work = self.levels.len() as u64;
        for place in 0..self.takes.len() {
            let take = self.takes[place];
            let from = self.take_from(take, domains, &mut work);
            domains.raise_point(take.point, from)?;
            if let Some(from) = self.order.earliest(place, self, domains, &mut work) {
                domains.raise_point(take.point, from)?;
            }
        }
        for place in 0..self.gives.len() {
            let give = self.gives[place];
            let by = self.give_by(give, domains, &mut work);
            domains.lower_point(give.point, by)?;
        }
        Ok(1 + self.levels.len() as u64 + work / 4)
    }
}
