//! Large instances: tabu search in windows of time.
//!
//! # Idea
//! The sequence is cut into as many segments as there are workers. In each round every worker copies one
//! window of its segment and searches it; from round to round the windows move on by half their length, from
//! left to right, and after a pass they start at another random offset. Each search costs what its window
//! costs, not what the instance costs. After a pass that gained nothing the windows get twice as long, up to
//! the whole: where chains are short and operations long, a window may hold nothing that can be moved.
//!
//! A window never gets longer, but two of them together may: each may use slack that the other needs. So all
//! new windows go in together, and if the whole got longer, one after the other, each only if the whole does
//! not get longer. The schedule never gets worse.
//!
//! Moves per window double when a pass gains less than one part in 2,000.

use std::ops::Range;

use super::incumbent::Incumbent;
use super::rounds::round;
use super::tabu::{Pause, Tabu, TabuRules};
use super::window::{cut, paste};
use crate::schedule::plain::{PlainInstance, Snapshot, State};
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Moves of one search in one window at most (times the window: its work).
const MAX_MOVES: u64 = 1 << 20;

struct Worker {
    rng: Rng,
    range: Range<usize>,
    found: Option<(State, Snapshot)>,
    gain: u32,
    work: u64,
    moves: u64,
}

/// Sizes of windows and searches, from the size of the instance.
struct Sizes {
    window: usize,
    first: usize,
    moves: u64,
    batch: usize,
}

impl Sizes {
    fn new(num_operations: usize, workers: usize) -> Self {
        let wanted = if num_operations > 50_000 { 10_000 } else { 3_000 };
        let batch = if num_operations > 50_000 { 32 } else { 1 };
        let first = wanted.min(num_operations / workers).max(1);
        Self { window: first, first, moves: 500, batch }
    }
}

impl Sizes {
    /// Longer searches after a pass that gained little, longer windows after one that gained nothing.
    fn adapt(&mut self, before: u32, after: u32, length: usize) {
        if before - after < before / 2_000 {
            self.moves = (self.moves * 2).min(MAX_MOVES);
        }
        if before == after {
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
    let mut sizes = Sizes::new(length, num_workers);
    let mut rng = Rng::stream(seed, 0);
    let mut workers: Vec<Worker> = (0..num_workers)
        .map(|number| Worker {
            rng: Rng::stream(seed, number + 1),
            range: 0..0,
            found: None,
            gain: 0,
            work: 0,
            moves: 0,
        })
        .collect();
    loop {
        let before = whole.makespan();
        whole.sort_by_time();
        // Several workers share a place when windows are long; then they differ in chance only.
        let places = (length / sizes.window).clamp(1, num_workers);
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
            for (number, worker) in workers.iter_mut().enumerate() {
                let from = (number % places * segment + step * stride + offset) % length;
                worker.range = from..(from + sizes.window).min(length);
            }
            let (stop, threads) = (incumbent.stop(), incumbent.options.threads);
            round(&mut workers, threads, |worker| worker.serve(instance, &whole, &sizes, stop));
            let work = workers.iter().map(|worker| worker.work).sum::<u64>() + whole.work;
            if !incumbent.close_round(work, workers.iter().map(|worker| worker.moves).sum()) {
                return;
            }
            merge(instance, &mut whole, &mut workers);
            if whole.makespan() < incumbent.best.makespan {
                let mut snapshot = Snapshot::default();
                whole.save(&mut snapshot);
                incumbent.take(whole.arrangement(&snapshot));
            }
        }
        sizes.adapt(before, whole.makespan(), length);
    }
}

impl Worker {
    fn serve(&mut self, instance: &PlainInstance, whole: &State, sizes: &Sizes, stop: &dyn Stop) {
        self.found = None;
        if self.range.len() < 2 {
            return;
        }
        let window = cut(instance, whole, self.range.clone());
        let chains = window.records.len() - window.sequence.len() - window.num_resources();
        let rules = TabuRules {
            tenure: 2 * (10 + (chains / window.num_resources().max(1)) as u32),
            patience: u32::MAX,
            batch: sizes.batch,
            target: 0,
        };
        let length = window.makespan();
        let work = sizes.moves * self.range.len() as u64;
        let mut tabu = Tabu::new(window);
        let pause = tabu.run(instance, rules, &mut self.rng, work, stop);
        self.work += tabu.state.work;
        self.moves += tabu.moves;
        if pause != Pause::Stopped && tabu.best.makespan < length {
            self.gain = length - tabu.best.makespan;
            self.found = Some((tabu.state, tabu.best));
        }
    }
}

/// Puts back what the workers found.
fn merge(instance: &PlainInstance, whole: &mut State, workers: &mut [Worker]) {
    let before = whole.makespan();
    let mut old = Snapshot::default();
    whole.save(&mut old);
    let mut found: Vec<(u32, Range<usize>, (State, Snapshot))> = Vec::new();
    for worker in workers.iter_mut() {
        let Some(pair) = worker.found.take() else { continue };
        // Of several searches of one place the best counts, the first of equals.
        match found.iter_mut().find(|(_, range, _)| *range == worker.range) {
            Some(other) if other.0 >= worker.gain => {}
            Some(other) => *other = (worker.gain, worker.range.clone(), pair),
            None => found.push((worker.gain, worker.range.clone(), pair)),
        }
    }
    if found.is_empty() {
        return;
    }
    for (_, range, (window, snapshot)) in &found {
        paste(whole, window, snapshot, range.clone());
    }
    readopt(instance, whole);
    if whole.makespan() <= before {
        return;
    }
    whole.restore_from(instance, &old);
    for (_, range, (window, snapshot)) in &found {
        whole.save(&mut old);
        paste(whole, window, snapshot, range.clone());
        readopt(instance, whole);
        if whole.makespan() > old.makespan {
            whole.restore_from(instance, &old);
        }
    }
}

fn readopt(instance: &PlainInstance, whole: &mut State) {
    let sequence = std::mem::take(&mut whole.sequence);
    whole.adopt(instance, sequence);
    whole.work += 4 * whole.sequence.len() as u64;
}
