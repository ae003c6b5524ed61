//! Tabu search where the length of the schedule decides: makespan, or largest lateness.
//!
//! # Idea
//! Each iteration traces one path of binding causes back from the node that makes the length, estimates every
//! move of its blocks and every other mode of its operations, applies the best one that is not forbidden,
//! sweeps, and forbids to undo it for a while. A forbidden move is allowed if it promises a new best; if
//! everything is forbidden, any move is taken. The search ends after `patience` moves without a new best.
//!
//! Latest starts refer to one length, that of the best schedule so far, so a sweep touches only what lies
//! before the move: the values of moves are differences and do not care.
//!
//! # References
//! - E. Nowicki, C. Smutnicki, Management Science 42(6), 1996.
//! - B. Peng, Z. Lu, T. C. E. Cheng, Computers & Operations Research 53, 2015.

use super::moves::{Estimator, Shift, each_switch};
use super::path::CriticalPath;
use crate::model::time::Time;
use crate::schedule::timed::{Arrangement, Place, State};
use crate::search::rng::Rng;
use crate::search::shop::memory::Memory;

/// Work between two looks at the clock.
const POLL: u64 = 1 << 18;

/// Why a run returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Patience is over, or there is no move.
    Finished,
    /// The work allowed is done; running again goes on.
    Work,
    /// The search was told to stop.
    Stopped,
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Shift(Shift),
    Switch(u32, Place),
}

/// How a tabu search behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Shortest time that a pair stays forbidden; the longest is 1.4 times that.
    pub(super) tenure: u32,
    /// Moves without a new best after which the search ends.
    pub(super) patience: u32,
}

/// A tabu search that can be paused.
#[derive(Debug)]
pub(super) struct Tabu<'i> {
    pub(super) state: State<'i>,
    pub(super) best: Arrangement,
    pub(super) length: Time,
    pub(super) moves: u64,
    memory: Memory,
    path: CriticalPath,
    estimator: Estimator,
    iteration: u32,
    stall: u32,
    shifts: Vec<Shift>,
}

impl<'i> Tabu<'i> {
    pub(super) fn new(state: State<'i>) -> Self {
        let memory = Memory::new(state.sequence.len());
        let mut tabu = Self {
            state,
            best: Arrangement::default(),
            length: 0,
            moves: 0,
            memory,
            path: CriticalPath::default(),
            estimator: Estimator::default(),
            iteration: 0,
            stall: 0,
            shifts: Vec::new(),
        };
        tabu.begin();
        tabu
    }

    /// Starts a new search from the state as it is now.
    pub(super) fn begin(&mut self) {
        self.note();
        // Whatever an earlier search forbade has expired after this.
        self.iteration += 1 << 16;
        if self.iteration > u32::MAX / 2 {
            self.memory.clear();
            self.iteration = 1;
        }
    }

    fn note(&mut self) {
        self.length = self.state.length().0;
        self.state.save(&mut self.best);
        self.state.set_reference(self.length);
        self.stall = 0;
    }

    /// Searches until patience, `work` (operations touched) or the stop ends it.
    pub(super) fn run(&mut self, rules: Rules, rng: &mut Rng, work: u64, stop: &dyn Fn() -> bool) -> Pause {
        let until = self.state.work.saturating_add(work);
        let mut poll = self.state.work + POLL;
        while self.stall < rules.patience {
            if self.state.work >= until {
                return Pause::Work;
            }
            if self.state.work >= poll {
                poll = self.state.work + POLL;
                if stop() {
                    return Pause::Stopped;
                }
            }
            if !self.step(rules, rng) {
                break;
            }
        }
        Pause::Finished
    }

    /// One move; `false` if there is none at all.
    fn step(&mut self, rules: Rules, rng: &mut Rng) -> bool {
        let (_, last) = self.state.length();
        if !self.state.is_node(last) {
            return false;
        }
        self.path.trace(&self.state, last, rng);
        self.estimator.gather(&self.state, &self.path);
        self.state.work += 2 * self.path.nodes.len() as u64;
        self.iteration += 1;
        self.stall += 1;
        let Some(chosen) = self.choose(rng) else { return false };
        let until = self.iteration + rng.between(rules.tenure, rules.tenure * 7 / 5 + 1);
        let (node, place) = self.forbid(chosen, until);
        let old = self.state.place_of(node);
        if !self.state.relink(node, place) {
            return true; // A cycle that the conditions could not see: forbidden like a move made.
        }
        self.moves += 1;
        let (first, behind) = self.state.span_of(node, old);
        self.state.sweep_starts(first);
        self.state.sweep_latest(behind + 1);
        if self.state.length().0 < self.length {
            self.note();
        }
        true
    }

    /// The best allowed move, ties at random; any move if all are forbidden.
    fn choose(&mut self, rng: &mut Rng) -> Option<Move> {
        let mut choice = Choice { value: Time::MAX, chosen: None, any: None, ties: 0, seen: 0 };
        let mut shifts = std::mem::take(&mut self.shifts);
        let Self { state, path, estimator, memory, iteration, length, .. } = self;
        shifts.clear();
        for &block in &path.blocks {
            estimator.each_shift(state, path, block, |shift| shifts.push(shift));
        }
        for &shift in &shifts {
            let value = estimator.value(state, path, shift, choice.value);
            choice.offer(value, Move::Shift(shift), rng, || {
                value < *length || !is_forbidden(memory, path, shift, *iteration)
            });
        }
        if state.instance.is_flexible {
            for &node in &path.nodes {
                each_switch(state, node, |place, value| {
                    let border = state.border(state.instance.modes[place.mode as usize].resource);
                    choice.offer(value, Move::Switch(node, place), rng, || {
                        value < *length || !memory.forbids(node, border, *iteration)
                    });
                });
            }
        }
        state.work += 4 * u64::from(choice.seen);
        self.shifts = shifts;
        choice.chosen.or(choice.any)
    }

    /// Forbids the way back; gives the node and where it goes.
    fn forbid(&mut self, chosen: Move, until: u32) -> (u32, Place) {
        let nodes = &self.path.nodes;
        match chosen {
            Move::Shift(shift) => {
                match shift {
                    Shift::Behind { moved, anchor } => {
                        for &other in &nodes[moved + 1..=anchor] {
                            self.memory.forbid(nodes[moved], other, until);
                        }
                    }
                    Shift::Ahead { moved, anchor } => {
                        for &other in &nodes[anchor..moved] {
                            self.memory.forbid(other, nodes[moved], until);
                        }
                    }
                }
                shift.place(&self.state, &self.path)
            }
            Move::Switch(node, place) => {
                self.memory.forbid(node, self.state.border(self.state.mode(node).resource), until);
                (node, place)
            }
        }
    }
}

/// The best move so far.
struct Choice {
    value: Time,
    chosen: Option<Move>,
    any: Option<Move>,
    ties: u32,
    seen: u32,
}

impl Choice {
    fn offer(&mut self, value: Time, offered: Move, rng: &mut Rng, is_allowed: impl FnOnce() -> bool) {
        self.seen += 1;
        if self.chosen.is_none() && rng.one_in(self.seen) {
            self.any = Some(offered);
        }
        if value > self.value || !is_allowed() {
            return;
        }
        self.ties = if value < self.value || self.chosen.is_none() { 1 } else { self.ties + 1 };
        if rng.one_in(self.ties) {
            self.chosen = Some(offered);
        }
        self.value = value;
    }
}

fn is_forbidden(memory: &Memory, path: &CriticalPath, shift: Shift, iteration: u32) -> bool {
    let nodes = &path.nodes;
    match shift {
        Shift::Behind { moved, anchor } => {
            nodes[moved + 1..=anchor].iter().any(|&other| memory.forbids(other, nodes[moved], iteration))
        }
        Shift::Ahead { moved, anchor } => {
            nodes[anchor..moved].iter().any(|&other| memory.forbids(nodes[moved], other, iteration))
        }
    }
}
