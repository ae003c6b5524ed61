//! Moves that take a few operations out and place them anew while the rest stands.
//!
//! Into gaps, or into places that others leave for it (`ejection`): in a full plant there are few gaps. A
//! way says what leaves, how far those behind close up before it comes back, and how far they do after.
//! Only what has moved is valued. Which way is drawn follows what has paid off. Now and then everything is decoded in the order of starts, which uses
//! the gaps that no move has closed.
//!
//! # Cost
//! A move costs what it touches: some ten to some hundred operations, however large the plant is.

use super::cascade::Cascade;
use super::credit::Credit;
use super::ejection::Ejection;
use super::lanes::Lanes;
use super::losses::{Losses, Touched};
use super::ruin::{Kind, Ruin};
use super::seeds::{Aim, Ground};
use super::worker::{SMALL, Worker, gained};
use crate::model::ids::OperationId;
use crate::model::time::Time;
use crate::schedule::decode::Slot;
use crate::search::score::Levels;

/// What leaves, and how many operations may close up before and after it comes back.
#[derive(Debug)]
enum Way {
    /// Into the gaps.
    Gaps { kind: Kind, before: u32, after: u32 },
    /// Where it should be; others make way.
    Chain { aim: Aim, after: u32 },
}

const fn way(kind: Kind, before: u32, after: u32) -> Way {
    Way::Gaps { kind, before, after }
}

const fn chain(aim: Aim, after: u32) -> Way {
    Way::Chain { aim, after }
}

const WAYS: [Way; 19] = [
    chain(Aim::Ahead, 0),
    chain(Aim::Ahead, 30),
    chain(Aim::Swap, 20),
    chain(Aim::Order, 0),
    chain(Aim::Order, 40),
    chain(Aim::Order, 200),
    chain(Aim::Exchange, 0),
    chain(Aim::Exchange, 60),
    chain(Aim::Campaign, 30),
    chain(Aim::Resource, 30),
    way(Kind::Stretch(1, 3), 0, 20),
    way(Kind::Stretch(1, 4), 60, 40),
    way(Kind::Stretch(4, 12), 0, 120),
    way(Kind::Orders(1, 1), 600, 200),
    way(Kind::Orders(1, 3), 200, 100),
    way(Kind::Orders(3, 6), 0, 100),
    way(Kind::Orders(6, 12), 0, 200),
    way(Kind::Family(2, 5), 0, 100),
    way(Kind::Family(5, 12), 0, 200),
];

/// The last so many ways take much out. They find what no smaller one does in plants of up to so many operations
/// (300: weighted tardiness 0.442 of the best rule's, 0.448 without them), in larger ones they are not worth
/// their work (1,000: 0.445, 0.425).
const WIDE: (usize, usize) = (4, 500);

/// Late acceptance compares with the value so many moves ago: fewer where a phase is over before the
/// moves have gone through what there is.
const MEMORY: usize = 500;
const SHORT_MEMORY: usize = 50;
/// After so many moves it is looked anew which orders are late.
const LOOK: usize = 16;
/// After so many operations touched for each there is, everything is decoded once.
const DECODE: u64 = 8;

/// What reinsertions remember.
#[derive(Debug)]
pub(super) struct Reinsertion {
    ruin: Ruin,
    lanes: Lanes,
    cascade: Cascade,
    ejection: Ejection,
    touched: Touched,
    ways: Credit,
    memory: Vec<Levels>,
    step: usize,
    decoded_at: u64,
}

impl Reinsertion {
    /// For so many operations.
    pub(super) fn new(operations: usize) -> Self {
        let ways = if operations <= WIDE.1 { WAYS.len() } else { WAYS.len() - WIDE.0 };
        Self {
            ruin: Ruin::default(),
            lanes: Lanes::default(),
            cascade: Cascade::default(),
            ejection: Ejection::default(),
            touched: Touched::default(),
            ways: Credit::new(ways),
            memory: Vec::new(),
            step: 0,
            decoded_at: 0,
        }
    }

    /// Fills the memory of late acceptance with one value.
    pub(super) fn remember(&mut self, levels: &Levels, operations: usize) {
        let remembered = if operations <= SMALL { MEMORY } else { SHORT_MEMORY };
        self.memory.clear();
        self.memory.resize(remembered, levels.clone());
    }
}

/// What has moved, with the slots that it had.
type Moved = Vec<(OperationId, Slot)>;

impl Worker<'_> {
    /// Reinserts until so much work is done; false if it was stopped before.
    pub(super) fn reinsert_until(&mut self, target: u64, stop: &dyn Fn() -> bool) -> bool {
        if !self.out_of_order {
            self.reinsertion.lanes.fill(&self.decoder);
            self.reinsertion.decoded_at = self.decoder.work();
        }
        self.neighborhood.find_late(&self.decoder);
        self.reinsertion.ruin.look(&self.decoder, self.neighborhood.late());
        if !self.is_away() {
            self.reinsertion.remember(&self.levels, self.state.sequence.len());
        }
        while self.decoder.work() < target {
            if stop() {
                return false;
            }
            if self.reinsertion.step.is_multiple_of(LOOK) {
                self.neighborhood.find_late(&self.decoder);
                self.reinsertion.ruin.look_at_late(self.neighborhood.late());
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
        self.reinsertion.step += 1;
        let turn = self.reinsertion.step % self.reinsertion.memory.len();
        let mark = self.decoder.mark();
        let moved = match way {
            Way::Gaps { kind, before, after } => {
                let Reinsertion { ruin, lanes, .. } = &self.reinsertion;
                let Some(out) = ruin.choose(&self.decoder, lanes, *kind, &mut self.rng) else {
                    return 0;
                };
                self.place_anew(&out, *before, *after)
            }
            Way::Chain { aim, after } => self.make_way(*aim, *after, turn),
        };
        self.decodings += 1;
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
    fn place_anew(&mut self, out: &[OperationId], before: u32, after: u32) -> Option<Moved> {
        let Reinsertion { lanes, cascade, .. } = &mut self.reinsertion;
        let mark = self.decoder.mark();
        let start = |op: &OperationId| Some((*op, self.decoder.slot(*op)?.start));
        let stood: Vec<(OperationId, Time)> = out.iter().filter_map(start).collect();
        if !self.decoder.take_out(out) {
            return None;
        }
        cascade.close_up(&mut self.decoder, lanes, &stood, before);
        for operation in out {
            self.state.modes[operation.index()] = None;
            self.state.members[operation.index()].clear();
        }
        if !self.decoder.put_back(out, &self.state) {
            return None;
        }
        cascade.close_up(&mut self.decoder, lanes, &stood, after);
        Some(self.decoder.moved_since(mark))
    }

    /// Puts operations where they should be, others making way: what has moved, if all found a place.
    fn make_way(&mut self, aim: Aim, after: u32, turn: usize) -> Option<Moved> {
        let Reinsertion { ruin, lanes, cascade, ejection, touched, memory, .. } = &mut self.reinsertion;
        let order = ruin.order(&mut self.rng)?;
        let seeds = Ground { decoder: &self.decoder, lanes, rng: &mut self.rng }.seeds(aim, order)?;
        let most = (&memory[turn]).max(&self.levels);
        let room = |level: usize| {
            let equal = self.levels[..level] == most[..level];
            equal.then(|| most[level].saturating_sub(self.levels[level]))
        };
        let mut losses = Losses::new(touched, self.cutoff, room);
        let mark = self.decoder.mark();
        if !ejection.run(&mut self.decoder, lanes, &mut self.state, &seeds, &mut losses) {
            return None;
        }
        cascade.close_up(&mut self.decoder, lanes, ejection.left(), after);
        Some(self.decoder.moved_since(mark))
    }

    /// The value of what the decoder has now, if late acceptance takes it.
    fn acceptable(&self, moved: &[(OperationId, Slot)], turn: usize) -> Option<Levels> {
        let before = &self.reinsertion.memory[turn];
        let most = before.max(&self.levels);
        let known = self.scorer.after(&self.decoder, &self.levels, moved);
        debug_assert!(known.as_ref().is_none_or(|known| self.scorer.agrees(&self.decoder, known)));
        let levels = known.unwrap_or_else(|| self.scorer.levels(&self.decoder));
        (levels <= *most).then_some(levels)
    }

    /// Notes the schedule as it stands, if it is the best so far.
    fn keep_best(&mut self) {
        if self.levels < self.best.levels {
            self.levels = self.scorer.levels(&self.decoder);
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
