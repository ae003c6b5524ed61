//! Large instances: tabu search in windows of time.
//!
//! # Idea
//! The sequence is cut into as many segments as windows are searched at the same time. In each round every
//! worker copies one window of its segment and searches it; from round to round the windows move on by half
//! their length, from left to right, and after a pass they start at another random offset. Each search costs
//! what its window costs, not what the instance costs. After a pass that gained nothing the windows get twice
//! as long, up to the whole: where chains are short and operations long, a window may hold nothing that can be
//! moved.
//!
//! A window never gets longer, but two of them together may: each may use slack that the other needs. So all
//! new windows go in together, and if the whole got longer, one after the other, each only if the whole does
//! not get longer. Unless it drifts, the schedule never gets worse.
//!
//! # How many at a time
//! After a few passes over a large instance nearly all operations are within half a percent of critical, and
//! whatever slack one window uses the others miss: on 100,000 operations four windows at a time were worse than one
//! after equal work. There each worker has a schedule of its own (`islands`); on a million, where time is short,
//! the windows of a round cover at most half of the sequence, and workers without a window wait. Giving each window
//! half of the slack across its borders, so that all gains add up, was worse than any of these: the moves that
//! pay need all of it.
//!
//! Moves per window double when a pass gains less than one part in 2,000.
//!
//! # Drift
//! In a shop of 10,000 operations with about as many chains as resources, searches soon find nothing better in any
//! window: what is better lies a long walk away, and going back to the best schedule loses the walk. There a search that
//! gained nothing hands in the best of its last eighth, if the whole stays within 0.3 percent of the best schedule known
//! (0.1 percent gets stuck as fast as none). The walk goes on in the next windows, and searches stay short.
//! Four shops of 100 chains of 100 operations, one seed each, equal work (10 to 25 seconds of two threads): 0.46 percent
//! shorter on average, 0.10 to 0.81.
//!
//! # References
//! G. Dueck, "New optimization heuristics: the great deluge algorithm and the record-to-record travel", Journal of
//! Computational Physics 104(1), 1993.

use std::ops::Range;

use super::incumbent::Incumbent;
use super::rounds::round;
use super::tabu::{Pause, Tabu, TabuRules};
use super::window::{Patch, cut};
use crate::schedule::plain::{PlainInstance, Snapshot, State};
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Moves of one search in one window at most (times the window: its work).
const MAX_MOVES: u64 = 1 << 20;

/// The same where schedules drift.
const MAX_DRIFT: u64 = 10_000;

/// The part of the best schedule by which one that drifts may be longer.
const SLACK: u32 = 333;

/// Below so many operations a schedule may drift; larger ones gain by plain passes as long as a run takes.
const DRIFTING: usize = 50_000;

pub(super) struct Worker {
    pub(super) rng: Rng,
    /// The window of this round.
    range: Range<usize>,
    pub(super) found: Option<Found>,
    /// Moves before one sweep that paid lately.
    batch: f32,
    pub(super) work: u64,
    pub(super) moves: u64,
}

/// A schedule of one window that is to replace the present one.
pub(super) struct Found {
    gain: u32,
    range: Range<usize>,
    patch: Patch,
}

/// Sizes of windows and searches, from the size of the instance.
pub(super) struct Sizes {
    pub(super) window: usize,
    first: usize,
    moves: u64,
    batch: usize,
    /// The windows of a round cover at most the whole over this.
    spread: usize,
    /// Part of the tenure that does not depend on the window. A batch forbids many pairs an iteration.
    tenure: u32,
    /// Whether the schedule may drift.
    drifts: bool,
    /// Where it may, a schedule up to this length is good enough.
    bar: u32,
}

impl Sizes {
    pub(super) fn new(num_operations: usize, workers: usize) -> Self {
        // On a million operations a pass of short searches gains more than the first windows of a pass of long
        // ones. Ten thousand operations are searched less at a time, but long: 5,000 moves beat 500 and 15,000.
        let (wanted, moves, batch, tenure) = match num_operations {
            300_000.. => (20_000, 500, 32, 10),
            50_000.. => (20_000, 4_000, 32, 10),
            _ => (3_000, 5_000, 1, 15),
        };
        let (spread, parts) = if batch > 1 { (2, 5) } else { (1, workers) };
        let first = wanted.min(num_operations / parts).max(1);
        Self { window: first, first, moves, batch, spread, tenure, drifts: false, bar: 0 }
    }

    /// Lets a schedule drift if chains and resources are about as many and a window holds a good part of each chain.
    /// Where it holds little, longer windows help; where resources are few, the bound is met without.
    fn for_drift(mut self, instance: &PlainInstance) -> Self {
        let (chains, size) = (instance.num_chains(), instance.num_operations());
        let is_square = chains < 2 * instance.num_resources() && self.first >= 10 * chains;
        self.drifts = is_square && size < DRIFTING && !instance.is_flexible();
        self
    }

    /// Windows that are searched at the same time.
    fn places(&self, length: usize, workers: usize) -> usize {
        (length / (self.spread * self.window)).clamp(1, workers)
    }
}

impl Sizes {
    /// Longer searches after a pass that gained little, longer windows after one that gained nothing.
    pub(super) fn adapt(&mut self, before: u32, after: u32, length: usize) {
        if before - after < before / 2_000 {
            self.moves = (self.moves * 2).min(if self.drifts { MAX_DRIFT } else { MAX_MOVES });
        }
        if before == after && !self.drifts {
            self.window = if self.window >= length { self.first } else { (self.window * 2).min(length) };
        }
    }
}

/// Searches until the incumbent is optimal or the limits end it.
pub(super) fn search(instance: &PlainInstance, incumbent: &mut Incumbent<'_>) {
    let num_workers = incumbent.options.workers.max(1);
    let seed = incumbent.options.seed;
    let mut whole = State::new(instance, &incumbent.best);
    let length = whole.sequence.len();
    let mut sizes = Sizes::new(length, num_workers).for_drift(instance);
    let mut rng = Rng::stream(seed, 0);
    let mut workers: Vec<Worker> =
        (0..num_workers).map(|number| Worker::new(Rng::stream(seed, number + 1))).collect();
    loop {
        // A million operations take a tenth of a second to sort.
        if incumbent.is_done() {
            return;
        }
        let before = incumbent.best.makespan;
        whole.sort_by_time();
        let places = sizes.places(length, num_workers);
        // Several workers share a place when it is the whole; then they differ in chance only.
        let active = if sizes.window >= length { num_workers } else { places };
        let segment = length.div_ceil(places);
        let stride = sizes.window.div_ceil(2);
        let (offset, steps) = if sizes.window >= length {
            (0, 1)
        } else {
            (rng.below(segment as u32) as usize, segment.div_ceil(stride))
        };
        for step in 0..steps {
            if incumbent.is_done() {
                return;
            }
            for (number, worker) in workers[..active].iter_mut().enumerate() {
                let from = (number % places * segment + step * stride + offset) % length;
                worker.range = from..(from + sizes.window).min(length);
            }
            if sizes.drifts {
                sizes.bar = incumbent.best.makespan + incumbent.best.makespan / SLACK;
            }
            let (stop, threads) = (incumbent.stop(), incumbent.options.threads);
            round(&mut workers[..active], threads, |worker| {
                worker.search(instance, &whole, worker.range.clone(), &sizes, stop);
            });
            let work = workers.iter().map(|worker| worker.work).sum::<u64>() + whole.work;
            if !incumbent.close_round(work, workers.iter().map(|worker| worker.moves).sum()) {
                return;
            }
            merge(instance, &mut whole, &mut workers, sizes.bar);
            if whole.makespan() < incumbent.best.makespan {
                let mut snapshot = Snapshot::default();
                whole.save(&mut snapshot);
                incumbent.take(whole.arrangement(&snapshot));
            }
        }
        sizes.adapt(before, incumbent.best.makespan, length);
    }
}

impl Worker {
    pub(super) fn new(rng: Rng) -> Self {
        Self { rng, range: 0..0, found: None, batch: 1.0, work: 0, moves: 0 }
    }

    /// Searches one window of a schedule.
    pub(super) fn search(
        &mut self,
        instance: &PlainInstance,
        whole: &State,
        range: Range<usize>,
        sizes: &Sizes,
        stop: &dyn Stop,
    ) {
        self.found = None;
        if range.len() < 2 {
            return;
        }
        let window = cut(instance, whole, range.clone());
        let chains = window.records.len() - window.sequence.len() - window.num_resources();
        let rules = TabuRules {
            tenure: sizes.tenure + (chains / window.num_resources().max(1)) as u32,
            patience: u32::MAX,
            batch: sizes.batch,
            target: 0,
            exchanges: false,
        };
        let length = window.makespan();
        let work = sizes.moves * range.len() as u64;
        let mut tabu = Tabu::new(window).with_batch(self.batch);
        let first = if sizes.drifts { work - work / 8 } else { work };
        let mut pause = tabu.run(instance, rules, &mut self.rng, first, stop);
        let mut has_drifted = false;
        if sizes.drifts && pause == Pause::Work {
            let earlier = std::mem::take(&mut tabu.best);
            tabu.begin();
            pause = tabu.run(instance, rules, &mut self.rng, work - first, stop);
            let is_beaten = earlier.makespan < length.min(tabu.best.makespan);
            has_drifted = tabu.best.makespan <= sizes.bar && !is_beaten;
            if !has_drifted {
                tabu.best = earlier;
            }
        }
        self.batch = tabu.batch();
        // Cutting and pasting count, or a window without a move would be free.
        self.work += tabu.state.work + 8 * range.len() as u64;
        self.moves += tabu.moves;
        if pause != Pause::Stopped && (tabu.best.makespan < length || has_drifted) {
            let gain = length.saturating_sub(tabu.best.makespan);
            self.found = Some(Found { gain, range, patch: Patch::new(&tabu.state, &tabu.best) });
        }
    }
}

/// Puts back what the workers found.
fn merge(instance: &PlainInstance, whole: &mut State, workers: &mut [Worker], bar: u32) {
    let mut found: Vec<Found> = Vec::new();
    for candidate in workers.iter_mut().filter_map(|worker| worker.found.take()) {
        // Of several searches of one place the best counts, the first of equals.
        match found.iter_mut().find(|other| other.range == candidate.range) {
            Some(other) if other.gain >= candidate.gain => {}
            Some(other) => *other = candidate,
            None => found.push(candidate),
        }
    }
    let mut old = Snapshot::default();
    accept(instance, whole, &found, bar, &mut old);
}

/// Takes all patches, or, if the whole gets longer and longer than `bar`, each half on its own.
pub(super) fn accept(
    instance: &PlainInstance,
    whole: &mut State,
    found: &[Found],
    bar: u32,
    old: &mut Snapshot,
) {
    if found.is_empty() {
        return;
    }
    whole.save(old);
    for Found { range, patch, .. } in found {
        patch.paste(whole, range.clone());
    }
    let sequence = std::mem::take(&mut whole.sequence);
    whole.adopt(instance, sequence);
    whole.work += 8 * whole.sequence.len() as u64;
    if whole.makespan() <= old.makespan.max(bar) {
        return;
    }
    whole.restore_from(instance, old);
    if found.len() > 1 {
        let (first, second) = found.split_at(found.len() / 2);
        accept(instance, whole, first, bar, old);
        accept(instance, whole, second, bar, old);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::plain::{Arrangement, PlainMode};

    #[test]
    fn a_longer_schedule_is_taken_up_to_the_bar() {
        // Two chains that cross on two resources: side by side they take 2, one after the other 4.
        let modes = [0, 1, 1, 0].map(|resource| PlainMode { resource, duration: 1 }).to_vec();
        let instance =
            PlainInstance::new(2, vec![0, 2, 4], (0..=4).collect(), modes, vec![], vec![]).unwrap();
        let state = |sequence: [u32; 4]| {
            let sequence = sequence.to_vec();
            State::new(&instance, &Arrangement { sequence, modes: Vec::new(), makespan: 0 })
        };
        let (mut whole, other) = (state([0, 2, 1, 3]), state([0, 1, 2, 3]));
        assert_eq!((whole.makespan(), other.makespan()), (2, 4));
        let mut snapshot = Snapshot::default();
        other.save(&mut snapshot);
        let found = [Found { gain: 0, range: 0..4, patch: Patch::new(&other, &snapshot) }];
        accept(&instance, &mut whole, &found, 3, &mut Snapshot::default());
        assert_eq!(whole.makespan(), 2);
        accept(&instance, &mut whole, &found, 4, &mut Snapshot::default());
        assert_eq!(whole.makespan(), 4);
    }
}
