//! Large instances, from 50,000 operations on: each worker improves a schedule of its own in windows of time.
//!
//! # Idea
//! Windows of one schedule cannot be searched at the same time without using the same slack, and which
//! windows come first decides where the search gets stuck: seeds differ by half a percent. So every worker has
//! its own schedule, its island, and the best counts. An island that gained nothing worth a pass and is behind
//! the best one starts again from a blend of the two.
//!
//! # Measured
//! Two instances of 100 chains of 1,000 operations, two seeds, 12 processor seconds on each of two threads: 0.05
//! percent above the best schedules known on average, 0.14 with two windows of one schedule at a time. That was from
//! the schedules of the dispatch rules; from those of `balance`, it makes no difference whether each island begins with
//! its own beam's schedule or all with the best.

use std::ops::Range;

use super::incumbent::Incumbent;
use super::relink::blend;
use super::rounds::round;
use super::windows::{Sizes, Worker, accept};
use crate::schedule::plain::{Arrangement, PlainInstance, Snapshot, State};
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Poor passes after which an island that is behind gives up its schedule.
const PATIENCE: u32 = 2;

struct Island {
    worker: Worker,
    whole: State,
    sizes: Sizes,
    pass: Pass,
}

/// Where an island is in its pass over the windows.
#[derive(Default)]
struct Pass {
    offset: usize,
    step: usize,
    /// Length of the schedule when the pass began.
    before: u32,
    /// Passes in a row that gained next to nothing.
    poor: u32,
}

/// Searches until the incumbent is optimal or the limits end it. Each island begins with its own schedule of
/// `starts`, or with the best one.
pub(super) fn search(instance: &PlainInstance, starts: &[Arrangement], incumbent: &mut Incumbent<'_>) {
    let seed = incumbent.options.seed;
    let num_operations = instance.num_operations();
    let mut islands: Vec<Island> = (0..incumbent.options.workers.max(1))
        .map(|number| Island {
            worker: Worker::new(Rng::stream(seed, number + 1)),
            whole: State::new(instance, starts.get(number).unwrap_or(&incumbent.best)),
            sizes: Sizes::new(num_operations, 1),
            pass: Pass::default(),
        })
        .collect();
    while !incumbent.is_done() {
        let (stop, threads) = (incumbent.stop(), incumbent.options.threads);
        let best = &incumbent.best;
        round(&mut islands, threads, |island| island.serve(instance, best, stop));
        let work = islands.iter().map(|island| island.worker.work + island.whole.work).sum();
        let moves = islands.iter().map(|island| island.worker.moves).sum();
        if !incumbent.close_round(work, moves) {
            return;
        }
        for island in &islands {
            if island.whole.makespan() < incumbent.best.makespan {
                let mut snapshot = Snapshot::default();
                island.whole.save(&mut snapshot);
                incumbent.take(island.whole.arrangement(&snapshot));
            }
        }
    }
}

impl Island {
    /// Searches the next window of the pass.
    fn serve(&mut self, instance: &PlainInstance, best: &Arrangement, stop: &dyn Stop) {
        if self.pass.step == 0 {
            self.begin_pass();
        }
        let range = self.window();
        self.worker.search(instance, &self.whole, range, &self.sizes, stop);
        let found: Vec<_> = self.worker.found.take().into_iter().collect();
        accept(instance, &mut self.whole, &found, 0, &mut Snapshot::default());
        self.pass.step += 1;
        if self.pass.step * self.stride() >= self.whole.sequence.len() {
            self.end_pass(instance, best);
        }
    }

    fn stride(&self) -> usize {
        self.sizes.window.div_ceil(2)
    }

    fn window(&self) -> Range<usize> {
        let length = self.whole.sequence.len();
        if self.sizes.window >= length {
            return 0..length;
        }
        let from = (self.pass.step * self.stride() + self.pass.offset) % length;
        from..(from + self.sizes.window).min(length)
    }

    fn begin_pass(&mut self) {
        self.pass.before = self.whole.makespan();
        self.whole.sort_by_time();
        self.pass.offset = self.worker.rng.below(self.whole.sequence.len() as u32) as usize;
    }

    fn end_pass(&mut self, instance: &PlainInstance, best: &Arrangement) {
        let Pass { before, poor, .. } = self.pass;
        let after = self.whole.makespan();
        let is_poor = before - after < before / 2_000;
        self.pass = Pass { poor: if is_poor { poor + 1 } else { 0 }, ..Pass::default() };
        self.sizes.adapt(before, after, self.whole.sequence.len());
        if self.pass.poor >= PATIENCE && after > best.makespan {
            self.move_towards(instance, best);
        }
    }

    /// Starts again between its own schedule and the best one.
    fn move_towards(&mut self, instance: &PlainInstance, best: &Arrangement) {
        let mut snapshot = Snapshot::default();
        self.whole.save(&mut snapshot);
        let own = self.whole.arrangement(&snapshot);
        let between = blend(&own, best, self.worker.rng.between(96, 160), &mut self.worker.rng);
        self.whole.load(instance, &between);
        self.whole.work += 8 * self.whole.sequence.len() as u64;
        self.sizes = Sizes::new(self.whole.sequence.len(), 1);
        self.pass.poor = 0;
    }
}
