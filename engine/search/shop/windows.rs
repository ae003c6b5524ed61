//! Large instances: tabu search in windows of time.
//!
//! # Idea
//! The sequence is cut into as many segments as there are workers. In each round every worker copies one
//! window of its segment and searches it; from round to round the windows move on by half their length, from
//! left to right, and after a pass they start at another random offset. Each search costs what its window
//! costs, not what the instance costs.
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
    moves: u64,
    batch: usize,
}

impl Sizes {
    fn new(num_operations: usize, workers: usize) -> Self {
        let wanted = if num_operations > 50_000 { 20_000 } else { 3_000 };
        let batch = if num_operations > 50_000 { 32 } else { 1 };
        Self { window: wanted.min(num_operations / workers).max(1), moves: 500, batch }
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
    let segment = length.div_ceil(num_workers);
    loop {
        let before = whole.makespan();
        let stride = sizes.window.div_ceil(2);
        let offset = rng.below(segment as u32) as usize;
        for step in 0..segment.div_ceil(stride) {
            if incumbent.is_done() {
                return;
            }
            for (number, worker) in workers.iter_mut().enumerate() {
                let from = (number * segment + step * stride + offset) % length;
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
        if before - whole.makespan() < before / 2_000 {
            sizes.moves *= 2;
        }
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
    let found: Vec<_> =
        workers.iter_mut().filter_map(|w| w.found.take().map(|f| (w.gain, w.range.clone(), f))).collect();
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
