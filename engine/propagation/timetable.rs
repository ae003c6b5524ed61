//! Capacity against what runs whatever happens.
//!
//! An operation that must start by its latest start and cannot end before its earliest end runs in between
//! (its compulsory part). The sum of these parts is a profile; where it exceeds what is free there is no
//! schedule, and an operation whose quantity does not fit beside the others in a segment lies wholly before or
//! wholly after it. A holding counts only where the capacity is at least its quantity, as the contract has it.
//!
//! # Cost
//! A sort, then for each operation the segments within its window.
//!
//! # References
//! Lahrichi, "Scheduling: the notions of hump, compulsory parts and their use in cumulative problems",
//! Comptes Rendus 294, 1982. Beldiceanu and Carlsson, CP 2002.

use super::domain::{Cause, Conflict, Domains};
use super::network::{Network, Step, Taking};
use super::propagator::Propagator;
use crate::model::time::{FAR, Span, Time};

/// A stretch of time in which nothing changes.
#[derive(Debug, Clone, Copy)]
struct Segment {
    from: Time,
    to: Time,
    capacity: i64,
    free: i64,
    used: i64,
}

/// An operation on the resource.
#[derive(Debug, Clone, Copy)]
struct Present {
    operation: usize,
    quantity: i64,
    duration: Span,
    /// Compulsory part; empty if `from >= to`.
    from: Time,
    to: Time,
}

/// The rule on one capacity.
#[derive(Debug, Clone)]
pub(super) struct Timetable {
    index: u32,
    steps: Vec<Step>,
    takings: Vec<Taking>,
    largest: i64,
    present: Vec<Present>,
    instants: Vec<(Time, i64)>,
    segments: Vec<Segment>,
}

impl Timetable {
    pub(super) fn new(network: &Network<'_>, index: usize) -> Self {
        let cumulative = &network.cumulatives[index];
        let takings: Vec<Taking> = cumulative.takings.iter().filter(|taking| taking.holds).copied().collect();
        Self {
            index: index as u32,
            steps: cumulative.steps.clone(),
            largest: takings.iter().map(|taking| taking.quantity).max().unwrap_or(0),
            takings,
            present: Vec::new(),
            instants: Vec::new(),
            segments: Vec::new(),
        }
    }

    fn load(&mut self, network: &Network<'_>, domains: &Domains) {
        self.present.clear();
        for taking in &self.takings {
            let operation = taking.operation as usize;
            let modes = domains.modes(operation);
            let duration = network.shortest(operation, modes);
            if modes & !taking.modes == 0 && duration > 0 {
                let (from, to) = (domains.lst(operation), domains.ect(operation));
                self.present.push(Present { operation, quantity: taking.quantity, duration, from, to });
            }
        }
    }

    /// Sweeps over all instants at which something changes.
    fn sweep(&mut self, domains: &Domains) -> Result<(), Conflict> {
        self.instants.clear();
        self.segments.clear();
        for present in self.present.iter().filter(|present| present.from < present.to) {
            self.instants.push((present.from, present.quantity));
            self.instants.push((present.to, -present.quantity));
        }
        self.instants.sort_unstable();
        let (mut step, mut instant, mut sum) = (0, 0, 0);
        let mut time = self.steps[0].from;
        loop {
            while let Some(&(at, change)) = self.instants.get(instant)
                && at <= time
            {
                sum += change;
                instant += 1;
            }
            while self.steps.get(step + 1).is_some_and(|next| next.from <= time) {
                step += 1;
            }
            let next_step = self.steps.get(step + 1).map_or(FAR, |next| next.from);
            let next_instant = self.instants.get(instant).map_or(FAR, |next| next.0);
            let to = next_step.min(next_instant);
            let Step { capacity, free, .. } = self.steps[step];
            let used = if sum > 0 && self.largest > capacity { self.counted(time, capacity) } else { sum };
            if used > 0 && used > free {
                return Err(domains.conflict(self.at(time)));
            }
            self.segments.push(Segment { from: time, to, capacity, free, used });
            if to >= FAR {
                return Ok(());
            }
            time = to;
        }
    }

    /// Quantities held at an instant that count at this capacity.
    fn counted(&self, time: Time, capacity: i64) -> i64 {
        let there = |present: &&Present| present.from <= time && time < present.to;
        let counted = self.present.iter().filter(there).map(|present| present.quantity);
        counted.filter(|&quantity| quantity <= capacity).sum()
    }

    /// The last operation that runs at an instant.
    fn at(&self, time: Time) -> usize {
        let there = |present: &&Present| present.from <= time && time < present.to;
        self.present.iter().rev().find(there).map_or(0, |present| present.operation)
    }

    /// The segment in which an instant lies.
    fn segment(&self, time: Time) -> usize {
        self.segments.partition_point(|segment| segment.from <= time).saturating_sub(1)
    }
}

impl Present {
    /// Whether it cannot run in a segment beside the others.
    fn is_kept_out(&self, segment: &Segment) -> bool {
        let own = self.from <= segment.from && segment.to <= self.to;
        let others = segment.used - if own { self.quantity } else { 0 };
        segment.capacity >= self.quantity && others + self.quantity > segment.free
    }
}

impl Propagator for Timetable {
    fn operations(&self) -> Vec<u32> {
        self.takings.iter().map(|taking| taking.operation).collect()
    }

    fn narrow(&mut self, network: &Network<'_>, domains: &mut Domains) -> Result<u64, Conflict> {
        domains.cause = Cause::Capacity(self.index);
        self.load(network, domains);
        if self.present.is_empty() || self.steps.is_empty() {
            return Ok(1);
        }
        self.sweep(domains)?;
        let mut work = self.present.len() as u64;
        for present in &self.present {
            let mut start = domains.est(present.operation);
            for segment in &self.segments[self.segment(start)..] {
                if segment.from >= start + present.duration {
                    break;
                }
                work += 1;
                if segment.to > start && present.is_kept_out(segment) {
                    start = segment.to;
                }
            }
            domains.raise_start(present.operation, start.min(FAR))?;
            let mut end = domains.lct(present.operation);
            if end >= FAR / 2 {
                continue;
            }
            for segment in self.segments[..=self.segment(end - 1)].iter().rev() {
                if segment.to <= end - present.duration {
                    break;
                }
                work += 1;
                if segment.from < end && present.is_kept_out(segment) {
                    end = segment.from;
                }
            }
            domains.lower_end(present.operation, end)?;
        }
        Ok(1 + 2 * self.present.len() as u64 + work / 4)
    }
}
