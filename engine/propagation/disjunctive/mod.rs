//! Operations of which no two overlap.
//!
//! Five rules, each from sets of operations to one operation, on trees that hold the earliest end of a set
//! while it grows and shrinks:
//!
//! - overload: a set cannot end by its latest end;
//! - detectable precedences: what cannot come after others comes before them;
//! - not-first/not-last: what would make a set late if it came last does not come last;
//! - edge finding: what makes a set late wherever it is not last comes after all of it.
//!
//! Each is written for earliest starts; the same code on mirrored time gives latest ends. Where the resource
//! has a calendar all of it runs in the resource's own open time, in which nobody is ever suspended for the
//! resource's sake: sets that straddle a night count the night as nothing.
//!
//! # Cost
//! `O(n log n)` a pass; passes until nothing changes.
//!
//! # References
//! P. Vilím, "Global Constraints in Scheduling", doctoral thesis, Charles University, 2007.

mod rules;
mod theta;

use super::domain::{Cause, Conflict, Domains};
use super::network::{Network, Taking};
use super::propagator::Propagator;
use crate::model::time::{FAR, Span, Time};
use crate::model::windows::Windows;
use rules::Rules;

/// Passes in a row; what they change wakes the propagator again, so that others, and the limit of the work of a
/// fixpoint, have their turn.
const PASSES: u32 = 4;

/// An operation as the rules see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Earliest start.
    pub est: Time,
    /// Latest end.
    pub lct: Time,
    /// How long it holds the resource.
    pub duration: Span,
}

/// The rules on plain items, for tests and for whoever has no network: narrowed windows, or none if the items
/// do not fit.
pub fn narrow_items(items: &mut [Item]) -> Option<()> {
    let mut rules = Rules::default();
    rules.items.extend_from_slice(items);
    while !rules.narrow(PASSES)? {}
    items.copy_from_slice(&rules.items);
    Some(())
}

/// The rules on one set of a network.
#[derive(Debug, Clone)]
pub(super) struct Exclusion {
    index: u32,
    takings: Vec<Taking>,
    rules: Rules,
    /// Operations of the items.
    present: Vec<u32>,
}

impl Exclusion {
    pub(super) fn new(network: &Network<'_>, index: usize) -> Self {
        let takings = network.disjunctives[index].takings.clone();
        Self { index: index as u32, takings, rules: Rules::default(), present: Vec::new() }
    }

    /// Items of the operations that take the resource in every mode left, in open time.
    fn load(&mut self, network: &Network<'_>, domains: &Domains, clock: &Clock<'_>) {
        self.rules.items.clear();
        self.present.clear();
        for taking in &self.takings {
            let operation = taking.operation as usize;
            let modes = domains.modes(operation);
            let duration = network.shortest(operation, modes);
            if modes & !taking.modes == 0 && duration > 0 {
                let est = clock.low(domains.est(operation));
                let lct = clock.high(domains.lct(operation));
                self.rules.items.push(Item { est, lct, duration });
                self.present.push(taking.operation);
            }
        }
    }
}

impl Propagator for Exclusion {
    fn operations(&self) -> Vec<u32> {
        self.takings.iter().map(|taking| taking.operation).collect()
    }

    fn narrow(&mut self, network: &Network<'_>, domains: &mut Domains) -> Result<u64, Conflict> {
        domains.cause = Cause::Disjunctive(self.index);
        let open = network.disjunctives[self.index as usize].open;
        let clock = Clock { open: open.map(|index| &network.windows[index as usize]) };
        self.load(network, domains, &clock);
        if self.present.len() < 2 {
            return Ok(1);
        }
        let before = self.rules.items.clone();
        if self.rules.narrow(PASSES).is_none() {
            let place = self.rules.blamed.min(self.present.len() - 1);
            return Err(domains.conflict(self.present[place] as usize));
        }
        for ((item, old), &operation) in self.rules.items.iter().zip(&before).zip(&self.present) {
            let operation = operation as usize;
            if item.est > old.est {
                let Some(start) = clock.start(item.est) else { return Err(domains.conflict(operation)) };
                domains.raise_start(operation, start)?;
            }
            if item.lct < old.lct {
                let Some(end) = clock.end(item.lct) else { return Err(domains.conflict(operation)) };
                domains.lower_end(operation, end)?;
            }
        }
        // Trees and sorts cost about four times what looking at an operation does.
        Ok(4 * self.present.len() as u64)
    }
}

/// Elapsed time to open time and back.
struct Clock<'a> {
    open: Option<&'a Windows>,
}

impl Clock<'_> {
    fn low(&self, time: Time) -> Time {
        self.open.map_or(time, |open| open.open_between(-FAR, time))
    }

    fn high(&self, time: Time) -> Time {
        if time >= FAR / 2 { FAR } else { self.low(time) }
    }

    /// The first instant at which work can start with so much open time behind it.
    fn start(&self, ticks: Time) -> Option<Time> {
        match self.open {
            None => Some(ticks),
            Some(open) => open.next_open(open.advance(-FAR, ticks)?),
        }
    }

    /// The last instant at which work can end with so much open time behind it.
    fn end(&self, ticks: Time) -> Option<Time> {
        self.open.map_or(Some(ticks), |open| if ticks <= 0 { None } else { open.advance(-FAR, ticks) })
    }
}
