//! Tabu search on the critical path.
//!
//! # Idea
//! Each iteration traces one longest path, estimates every move of its blocks (and every other mode of its
//! operations, alone or in exchange), applies the best one that is not forbidden, and forbids to undo it for a
//! while. A forbidden move is allowed if it promises a new best; if everything is forbidden, any move is taken.
//! The search ends after `patience` moves without a new best, and can be paused between any two moves: rounds of
//! equal work need that.
//!
//! On a large state one sweep costs far more than the choice of a move, so up to `batch` improving moves, at
//! most one of each block, are applied before one sweep. Each alone closes no cycle, and together they do not
//! either: a cycle through two blocks of one path would lead back from the later to the earlier one. The best
//! moves of a few other long paths join them; should one of these close a cycle, relinking finds out and leaves
//! it out.
//!
//! # References
//! - E. Nowicki, C. Smutnicki, "A fast taboo search algorithm for the job shop problem", Management Science
//!   42(6), 1996.
//! - B. Peng, Z. Lu, T. C. E. Cheng, "A tabu search/path relinking algorithm to solve the job shop scheduling
//!   problem", Computers & Operations Research 53, 2015.

use super::block_moves::{Estimator, Shift, each_shift};
use super::exchange::Exchange;
use super::memory::Memory;
use super::path::CriticalPath;
use super::switch::Switches;
use crate::schedule::plain::{Place, PlainInstance, Snapshot, State, Touched};
use crate::search::limit::Stop;
use crate::search::rng::Rng;

/// Paths beside the longest one whose moves join a batch. At a million operations 16 of them nearly double the
/// moves a sweep, and equal work gains a third more; at a hundred thousand 4 to 64 make no difference.
const OTHER_PATHS: usize = 16;

/// Work between two looks at the clock.
const POLL: u64 = 1 << 20;

/// How a tabu search behaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct TabuRules {
    /// Shortest time that a pair stays forbidden; the longest is 1.4 times that.
    pub(super) tenure: u32,
    /// Moves without a new best after which the search ends.
    pub(super) patience: u32,
    /// Moves before one sweep at most.
    pub(super) batch: usize,
    /// A schedule as short as this ends the search.
    pub(super) target: u32,
    /// Whether operations are tried in pairs, too (see [`super::exchange`]).
    pub(super) exchanges: bool,
}

/// Why a run returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Patience is over or the target is met.
    Finished,
    /// The work allowed is done; running again goes on.
    Work,
    /// The search was told to stop.
    Stopped,
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Shift(Shift),
    Switch { step: usize, place: Place },
    Exchange(Exchange),
}

/// A tabu search that can be paused.
#[derive(Debug)]
pub(super) struct Tabu {
    pub(super) state: State,
    pub(super) best: Snapshot,
    pub(super) moves: u64,
    memory: Memory,
    path: CriticalPath,
    estimator: Estimator,
    switches: Switches,
    iteration: u32,
    stall: u32,
    batch: f32,
    candidates: Vec<(u32, Move)>,
    touched: Vec<Touched>,
}

impl Tabu {
    pub(super) fn new(state: State) -> Self {
        let memory = Memory::new(state.sequence.len());
        let mut tabu = Self {
            state,
            best: Snapshot::default(),
            moves: 0,
            memory,
            path: CriticalPath::default(),
            estimator: Estimator::default(),
            switches: Switches::default(),
            iteration: 0,
            stall: 0,
            batch: 1.0,
            candidates: Vec::new(),
            touched: Vec::new(),
        };
        tabu.begin();
        tabu
    }

    /// Starts with as many moves a sweep as an earlier search ended with.
    pub(super) fn with_batch(mut self, batch: f32) -> Self {
        self.batch = batch;
        self
    }

    /// Moves a sweep that pay at the moment.
    pub(super) fn batch(&self) -> f32 {
        self.batch
    }

    /// Starts a new search from the state as it is now.
    pub(super) fn begin(&mut self) {
        self.state.save(&mut self.best);
        self.stall = 0;
        // Whatever an earlier search forbade has expired after this.
        self.iteration += 1 << 16;
        if self.iteration > u32::MAX / 2 {
            self.memory.clear();
            self.iteration = 1;
        }
    }

    /// Searches until patience, `work` (operations touched) or the stop ends it.
    pub(super) fn run(
        &mut self,
        instance: &PlainInstance,
        rules: TabuRules,
        rng: &mut Rng,
        work: u64,
        stop: &dyn Stop,
    ) -> Pause {
        let until = self.state.work.saturating_add(work);
        let mut poll = self.state.work + POLL;
        while self.stall < rules.patience && self.best.makespan > rules.target {
            if self.state.work >= until {
                return Pause::Work;
            }
            if self.state.work >= poll {
                poll = self.state.work + POLL;
                if stop.is_due() {
                    return Pause::Stopped;
                }
            }
            if !self.step(instance, rules, rng) {
                break;
            }
        }
        Pause::Finished
    }

    /// One move (or one batch); `false` if there is none at all.
    fn step(&mut self, instance: &PlainInstance, rules: TabuRules, rng: &mut Rng) -> bool {
        self.path.trace(&self.state, instance.is_flexible(), rng);
        self.state.work += 4 * self.path.steps.len() as u64;
        self.iteration += 1;
        let before = self.state.makespan();
        let batched = rules.batch > 1 && self.batch >= 2.0 && self.step_batch(instance, rules, rng);
        if !batched && !self.step_single(instance, rules, rng) {
            return false;
        }
        if rules.batch > 1 {
            let factor = if self.state.makespan() < before { 1.1 } else { 0.7 };
            self.batch = (self.batch * factor).clamp(1.5, rules.batch as f32);
        }
        self.stall += 1;
        if self.state.makespan() < self.best.makespan {
            self.state.save(&mut self.best);
            self.stall = 0;
        }
        true
    }

    fn step_single(&mut self, instance: &PlainInstance, rules: TabuRules, rng: &mut Rng) -> bool {
        let Some(chosen) = self.choose(instance, rules, rng) else { return false };
        self.touched.clear();
        self.apply(chosen, rules, rng);
        self.state.refresh(&self.touched);
        true
    }

    /// The best allowed move, ties at random; any move if all are forbidden.
    fn choose(&mut self, instance: &PlainInstance, rules: TabuRules, rng: &mut Rng) -> Option<Move> {
        let mut chosen = Choice::new();
        self.offer_shifts(&mut chosen, rng);
        if instance.is_flexible() {
            if rules.exchanges {
                self.offer_exchanges(instance, &mut chosen, rng);
            }
            self.offer_switches(instance, &mut chosen, rng);
        }
        // An estimate costs about as much as touching a few operations.
        self.state.work += 4 * u64::from(chosen.seen);
        chosen.chosen.or(chosen.any)
    }

    fn offer_shifts(&mut self, chosen: &mut Choice, rng: &mut Rng) {
        let Self { state, path, estimator, memory, iteration, best, .. } = self;
        for &block in &path.blocks {
            each_shift(path, block, |shift| {
                let value = estimator.value(state, path, shift, chosen.value);
                chosen.offer(value, Move::Shift(shift), rng, || {
                    value < best.makespan || !is_forbidden_shift(memory, path, shift, *iteration)
                });
            });
        }
    }

    fn offer_switches(&mut self, instance: &PlainInstance, chosen: &mut Choice, rng: &mut Rng) {
        let Self { state, path, switches, memory, iteration, best, .. } = self;
        switches.begin(state);
        for (index, step) in path.steps.iter().enumerate() {
            switches.each(instance, state, step, chosen.value, |place, value| {
                chosen.offer(value, Move::Switch { step: index, place }, rng, || {
                    let resource = place.mode.resource;
                    value < best.makespan || !memory.forbids(step.node, resource, *iteration)
                });
                chosen.value
            });
        }
        state.work += switches.seen;
    }

    fn offer_exchanges(&mut self, instance: &PlainInstance, chosen: &mut Choice, rng: &mut Rng) {
        let Self { state, path, switches, memory, iteration, best, .. } = self;
        switches.begin(state);
        for step in &path.steps {
            switches.each_exchange(instance, state, step, chosen.value, |exchange, value| {
                chosen.offer(value, Move::Exchange(exchange), rng, || {
                    let is_forbidden = |(node, resource)| memory.forbids(node, resource, *iteration);
                    value < best.makespan || !exchange.enters().into_iter().any(is_forbidden)
                });
                chosen.value
            });
        }
        state.work += switches.seen;
    }

    /// The best improving moves of different blocks together; `false` if the longest path has none.
    fn step_batch(&mut self, instance: &PlainInstance, rules: TabuRules, rng: &mut Rng) -> bool {
        if instance.is_flexible() {
            return false;
        }
        self.candidates.clear();
        let own_blocks = self.path.blocks.len();
        self.collect(0, true, rng);
        if self.candidates.is_empty() {
            return false;
        }
        self.candidates.sort_by_key(|&(value, _)| value);
        self.candidates.truncate(self.batch as usize);
        let own_steps = self.path.steps.len();
        self.path.trace_others(&self.state, OTHER_PATHS, rng);
        self.state.work += 4 * (self.path.steps.len() - own_steps) as u64;
        self.collect(own_blocks, false, rng);
        self.touched.clear();
        for index in 0..self.candidates.len() {
            let (_, chosen) = self.candidates[index];
            self.apply(chosen, rules, rng);
        }
        self.state.refresh(&self.touched);
        true
    }

    /// Adds the best move of each block from `first` on that makes its path shorter. Only on the longest path a
    /// forbidden move may be taken for the sake of a new best.
    fn collect(&mut self, first: usize, is_longest: bool, rng: &mut Rng) {
        let Self { state, path, estimator, memory, iteration, best, candidates, .. } = self;
        for &block in &path.blocks[first..] {
            let mut chosen = Choice::new();
            chosen.value = block.length.saturating_sub(1);
            each_shift(path, block, |shift| {
                let value = estimator.value(state, path, shift, chosen.value);
                chosen.offer(value, Move::Shift(shift), rng, || {
                    (is_longest && value < best.makespan)
                        || !is_forbidden_shift(memory, path, shift, *iteration)
                });
            });
            if let Some(shift) = chosen.chosen {
                candidates.push((chosen.value, shift));
            }
        }
    }

    /// Relinks and forbids the way back; times stay out of date. What would close a cycle is left out.
    fn apply(&mut self, chosen: Move, rules: TabuRules, rng: &mut Rng) {
        let until = self.iteration + rng.between(rules.tenure, rules.tenure * 7 / 5 + 1);
        let steps = &self.path.steps;
        let is_linked = match chosen {
            Move::Shift(Shift::Behind { moved, anchor }) => {
                let node = steps[moved].node;
                for step in &steps[moved + 1..=anchor] {
                    self.memory.forbid(node, step.node, until);
                }
                let before = steps[anchor].node;
                let after = self.state.records[before as usize].after;
                self.link(&[(node, Place { before, after, ..self.state.place(node) })])
            }
            Move::Shift(Shift::Ahead { moved, anchor }) => {
                let node = steps[moved].node;
                for step in &steps[anchor..moved] {
                    self.memory.forbid(step.node, node, until);
                }
                let after = steps[anchor].node;
                let before = self.state.records[after as usize].before;
                self.link(&[(node, Place { before, after, ..self.state.place(node) })])
            }
            Move::Switch { step, place } => {
                let node = steps[step].node;
                // Resources are nodes, so pairs of an operation and a resource never mix with pairs of operations.
                self.memory.forbid(node, self.state.records[node as usize].resource, until);
                self.link(&[(node, place)])
            }
            Move::Exchange(exchange) => {
                for (node, resource) in exchange.leaves() {
                    self.memory.forbid(node, resource, until);
                }
                self.link(&exchange.places(&self.state))
            }
        };
        self.moves += u64::from(is_linked);
    }

    /// Relinks one operation after the other, all or none.
    fn link(&mut self, places: &[(u32, Place)]) -> bool {
        let [(node, place), others @ ..] = places else { return true };
        let old = self.state.place(*node);
        let Some(touched) = self.state.relink(*node, *place) else { return false };
        if !self.link(others) {
            self.state.relink(*node, old);
            return false;
        }
        self.touched.push(touched);
        true
    }
}

/// The best move so far.
struct Choice {
    value: u32,
    chosen: Option<Move>,
    any: Option<Move>,
    ties: u32,
    seen: u32,
}

impl Choice {
    fn new() -> Self {
        Self { value: u32::MAX, chosen: None, any: None, ties: 0, seen: 0 }
    }

    fn offer(&mut self, value: u32, offered: Move, rng: &mut Rng, is_allowed: impl FnOnce() -> bool) {
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

fn is_forbidden_shift(memory: &Memory, path: &CriticalPath, shift: Shift, iteration: u32) -> bool {
    let steps = &path.steps;
    match shift {
        Shift::Behind { moved, anchor } => {
            let node = steps[moved].node;
            steps[moved + 1..=anchor].iter().any(|step| memory.forbids(step.node, node, iteration))
        }
        Shift::Ahead { moved, anchor } => {
            let node = steps[moved].node;
            steps[anchor..moved].iter().any(|step| memory.forbids(node, step.node, iteration))
        }
    }
}
