//! Moves that take a few operations out and place them anew while the rest stands.
//!
//! A way says what leaves, how far those behind close up before it comes back, and how far they do after.
//! Only what has moved is valued; the whole objective is looked at where that is promising. Which way is
//! drawn follows what has paid off. Now and then everything is decoded in the order of starts, which uses
//! the gaps that no move has closed.
//!
//! # Cost
//! A move costs what it touches: some ten to some hundred operations, however large the plant is.

use super::cascade::Cascade;
use super::credit::Credit;
use super::lanes::Lanes;
use super::ruin::{Kind, Ruin};
use super::worker::{Worker, gained};
use crate::model::ids::OperationId;
use crate::model::time::Time;
use crate::schedule::decode::Slot;
use crate::search::score::Levels;

/// What leaves, and how many operations may close up before and after it comes back.
#[derive(Debug)]
struct Way {
    kind: Kind,
    before: u32,
    after: u32,
}

const fn way(kind: Kind, before: u32, after: u32) -> Way {
    Way { kind, before, after }
}

const WAYS: [Way; 8] = [
    way(Kind::Stretch(1, 3), 0, 20),
    way(Kind::Stretch(2, 6), 0, 40),
    way(Kind::Stretch(4, 12), 0, 120),
    way(Kind::Stretch(1, 4), 60, 40),
    way(Kind::Orders(1, 1), 100, 40),
    way(Kind::Orders(1, 1), 600, 200),
    way(Kind::Orders(1, 3), 200, 100),
    way(Kind::Orders(2, 6), 0, 60),
];

/// Late acceptance compares with the value so many moves ago.
const MEMORY: usize = 50;
/// After so many operations touched for each there is, everything is decoded once.
const DECODE: u64 = 8;

/// What reinsertions remember.
#[derive(Debug)]
pub(super) struct Reinsertion {
    ruin: Ruin,
    lanes: Lanes,
    cascade: Cascade,
    ways: Credit,
    memory: Vec<Levels>,
    step: usize,
    decoded_at: u64,
}

impl Default for Reinsertion {
    fn default() -> Self {
        Self {
            ruin: Ruin::default(),
            lanes: Lanes::default(),
            cascade: Cascade::default(),
            ways: Credit::new(WAYS.len()),
            memory: Vec::new(),
            step: 0,
            decoded_at: 0,
        }
    }
}

impl Worker<'_> {
    /// Reinserts until so much work is done; false if it was stopped before.
    pub(super) fn reinsert_until(&mut self, target: u64, stop: &dyn Fn() -> bool) -> bool {
        if !self.out_of_order {
            self.reinsertion.lanes.fill(&self.decoder);
            self.reinsertion.decoded_at = self.decoder.work();
        }
        self.neighborhood.find_late(&self.decoder);
        self.reinsertion.ruin.look(&self.decoder, self.neighborhood.late());
        self.reinsertion.memory = vec![self.levels.clone(); MEMORY];
        while self.decoder.work() < target {
            if stop() {
                return false;
            }
            self.reinsert();
        }
        self.keep_best();
        let operations = self.decoder.placed() as u64;
        if self.decoder.work() - self.reinsertion.decoded_at < DECODE * operations {
            return true;
        }
        let whole = self.compact(false, stop);
        self.reinsertion.decoded_at = self.decoder.work();
        whole
    }

    fn reinsert(&mut self) {
        let drawn = self.reinsertion.ways.draw(&mut self.rng);
        let begun = self.decoder.work();
        self.decoder.charge(4);
        let gain = self.try_way(&WAYS[drawn]);
        self.reinsertion.ways.note(drawn, gain, self.decoder.work() - begun);
    }

    /// A move; what it has gained.
    fn try_way(&mut self, way: &Way) -> i64 {
        let Reinsertion { ruin, lanes, .. } = &self.reinsertion;
        let Some(out) = ruin.choose(&self.decoder, lanes, way.kind, &mut self.rng) else {
            return 0;
        };
        self.decodings += 1;
        self.reinsertion.step += 1;
        let turn = self.reinsertion.step % MEMORY;
        let mark = self.decoder.mark();
        let moved = self.place_anew(&out, way);
        let levels = moved.as_ref().and_then(|moved| self.acceptable(moved, turn));
        let mut gain = 0;
        match (moved, levels) {
            (Some(moved), Some(levels)) => {
                gain = gained(&self.levels, &levels);
                if levels > self.levels && self.levels < self.best.levels {
                    self.keep_best_as_of(mark);
                }
                self.out_of_order = true;
                self.levels = levels;
                self.reinsertion.lanes.mend(&self.decoder, &moved);
            }
            _ => self.decoder.forget(mark),
        }
        let known = &mut self.reinsertion.memory[turn];
        if self.levels < *known {
            known.clone_from(&self.levels);
        }
        gain
    }

    /// Takes operations out and places them anew: what has moved, if all of them found a place.
    fn place_anew(&mut self, out: &[OperationId], way: &Way) -> Option<Vec<(OperationId, Slot)>> {
        let Reinsertion { lanes, cascade, .. } = &mut self.reinsertion;
        let mark = self.decoder.mark();
        let start = |op: &OperationId| Some((*op, self.decoder.slot(*op)?.start));
        let stood: Vec<(OperationId, Time)> = out.iter().filter_map(start).collect();
        if !self.decoder.take_out(out) {
            return None;
        }
        let close_up = |decoder: &mut _, cascade: &mut Cascade, budget: u32| {
            cascade.begin(decoder);
            for &(operation, from) in &stood {
                cascade.freed(decoder, lanes, operation, from);
            }
            cascade.run(decoder, lanes, budget);
        };
        if way.before > 0 {
            close_up(&mut self.decoder, cascade, way.before);
        }
        for operation in out {
            self.state.modes[operation.index()] = None;
            self.state.members[operation.index()].clear();
        }
        if !self.decoder.put_back(out, &self.state) {
            return None;
        }
        if way.after > 0 {
            close_up(&mut self.decoder, cascade, way.after);
        }
        Some(self.decoder.moved_since(mark))
    }

    /// The value of what the decoder has now, if late acceptance takes it.
    fn acceptable(&self, moved: &[(OperationId, Slot)], turn: usize) -> Option<Levels> {
        let before = &self.reinsertion.memory[turn];
        let most = before.max(&self.levels);
        let change = self.scorer.change(&self.decoder, moved);
        if let Some((index, change)) = change
            && self.levels[..index] == most[..index]
            && self.levels[index].saturating_add(change) > most[index]
        {
            return None;
        }
        let levels = self.scorer.levels(&self.decoder);
        debug_assert!(change.is_none_or(|(index, change)| {
            let saturated = levels[index].abs().max(self.levels[index].abs()) > i64::MAX / 4;
            saturated || levels[index] == self.levels[index] + change
        }));
        (levels <= *most).then_some(levels)
    }

    /// Notes the schedule as it stands, if it is the best so far.
    fn keep_best(&mut self) {
        if self.levels < self.best.levels {
            self.decoder.settle_by_time(&mut self.state);
            self.note_best();
        }
    }

    /// Notes the schedule as it was at a mark.
    fn keep_best_as_of(&mut self, mark: usize) {
        let changes = self.decoder.back_to(mark);
        self.keep_best();
        self.decoder.forward(changes);
    }
}
