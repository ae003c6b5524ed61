//! Late acceptance where sums over orders count: tardiness, late orders, flow time, changeovers, costs.
//!
//! # Idea
//! A move is made, what depends on it is recomputed exactly (and nothing else), and the objective by level is
//! compared with the present one and with one of some hundred or thousand steps ago; what is worse than both is
//! taken back. No estimate, no temperature, levels of any kind. Exact propagation costs as many operations as
//! change, mostly few.
//!
//! Moves aim at what hurts (`aim`).
//!
//! Where tardiness decides, a propagation is called off as soon as the orders that it has reached lose more than
//! could be accepted, the whole tardiness of the order that the move is for taken as gained until it is
//! reached. That may refuse a good move, and never accepts a bad one.
//!
//! The memory is short at first, which gets down fast, and twice as long each time the search has settled.
//!
//! # References
//! - E. K. Burke, Y. Bykov, "The late acceptance hill-climbing heuristic", EJOR 258(1), 2017.
//! - Y. Mati, S. Dauzere-Peres, C. Lahlou, "A general approach for optimizing regular criteria in the
//!   job-shop scheduling problem", EJOR 212(1), 2011.

use smallvec::SmallVec;

use super::aim::Aim;
use crate::model::objective::{Objective, Term};
use crate::schedule::timed::{Arrangement, Known, Place, State, Tally, TallyUndo};
use crate::search::rng::Rng;
use crate::search::score::Levels;

/// Values remembered at first, and at most.
const MEMORY: (usize, usize) = (500, 64_000);

/// Steps per value remembered without a new best after which the memory grows.
const SETTLED: u32 = 40;

/// Steps between two looks at which orders hurt.
const LOOK: u32 = 200;

/// Work between two looks at the clock.
const POLL: u64 = 1 << 16;

/// What a late acceptance search goes by.
#[derive(Debug)]
pub(super) struct Late<'i> {
    state: State<'i>,
    objective: &'i Objective,
    tally: Tally,
    levels: Levels,
    /// Missed deadlines first, then the objective by level.
    pub(super) best: Arrangement,
    pub(super) best_levels: Levels,
    /// Rounds that it has been behind the best of all.
    pub(super) behind: u32,
    pub(super) moves: u64,
    /// How often it has settled and begun again with a longer memory.
    pub(super) settlings: u32,
    memory: Vec<Levels>,
    step: usize,
    settled: u32,
    log: Vec<Known>,
    undo: TallyUndo,
    until_look: u32,
    /// The level that is tardiness alone and the first that counts, with its weight.
    tardiness: Option<(usize, i64)>,
    aim: Aim,
}

impl<'i> Late<'i> {
    pub(super) fn new(mut state: State<'i>, start: &Arrangement, objective: &'i Objective, rng: Rng) -> Self {
        state.load(start);
        let tally = Tally::new(state.instance, objective);
        let counts_changeovers =
            objective.counts(Term::ChangeoverTime) || objective.counts(Term::ChangeoverCost);
        let mut late = Self {
            state,
            objective,
            tally,
            levels: SmallVec::new(),
            best: start.clone(),
            best_levels: SmallVec::new(),
            behind: 0,
            moves: 0,
            settlings: 0,
            memory: Vec::new(),
            step: 0,
            settled: 0,
            log: Vec::new(),
            undo: TallyUndo::default(),
            until_look: 0,
            tardiness: tardiness_level(objective),
            aim: Aim::new(counts_changeovers, rng),
        };
        late.restart(MEMORY.0);
        late.best_levels = late.levels.clone();
        late
    }

    /// Operations touched so far.
    pub(super) fn work(&self) -> u64 {
        self.state.work
    }

    /// Goes on from another schedule.
    pub(super) fn adopt(&mut self, other: &Arrangement, levels: &Levels) {
        self.best.clone_from(other);
        self.best_levels.clone_from(levels);
        self.behind = 0;
        let length = self.memory.len();
        self.state.load(other);
        self.restart(length);
    }

    /// Everything anew from the state as it is.
    fn restart(&mut self, memory: usize) {
        self.tally.compute(&self.state);
        self.levels = self.value();
        self.memory.clear();
        self.memory.resize(memory, self.levels.clone());
        self.settled = 0;
        self.until_look = 0;
    }

    fn value(&self) -> Levels {
        let values = self.tally.values(&self.state);
        let level = |level: &Vec<(Term, i64)>| {
            level.iter().fold(0_i64, |sum, &(term, weight)| {
                sum.saturating_add(values.get(term).saturating_mul(weight))
            })
        };
        std::iter::once(self.tally.overrun()).chain(self.objective.levels.iter().map(level)).collect()
    }

    /// Makes moves until `quota` operations have been touched; `false` if it was stopped before.
    pub(super) fn round(&mut self, quota: u64, stop: &dyn Fn() -> bool) -> bool {
        let until = self.state.work + quota;
        let mut poll = self.state.work + POLL;
        while self.state.work < until {
            if self.state.work >= poll {
                poll = self.state.work + POLL;
                if stop() {
                    return false;
                }
            }
            self.step();
        }
        true
    }

    fn step(&mut self) {
        if self.until_look == 0 {
            self.until_look = LOOK;
            self.aim.look(&mut self.state, &self.tally);
        }
        self.until_look -= 1;
        self.state.work += 4;
        let Some((node, place)) = self.aim.propose(&mut self.state, &self.tally) else { return };
        let old = self.state.place_of(node);
        if place == old || !self.state.relink(node, place) {
            return;
        }
        self.moves += 1;
        self.step += 1;
        self.settled += 1;
        let slot = self.step % self.memory.len();
        if !self.propagate(node, old, slot) {
            self.state.undo(node, old, &self.log);
            return;
        }
        self.tally.update(&self.state, (node, old), &self.log, &mut self.undo);
        let levels = self.value();
        if levels <= self.levels || levels <= self.memory[slot] {
            self.levels = levels;
            if self.levels < self.best_levels {
                self.best_levels.clone_from(&self.levels);
                self.state.save(&mut self.best);
                self.settled = 0;
            }
        } else {
            self.state.undo(node, old, &self.log);
            self.tally.undo(&self.undo);
        }
        if self.levels < self.memory[slot] {
            self.memory[slot].clone_from(&self.levels);
        }
        if self.settled as usize > SETTLED as usize * self.memory.len() {
            let length = (2 * self.memory.len()).min(MEMORY.1);
            self.settlings += 1;
            self.state.load(&self.best);
            self.restart(length);
        }
    }

    /// Recomputes what depends on a move; `false` if it was called off.
    fn propagate(&mut self, node: u32, old: Place, slot: usize) -> bool {
        let (instance, tally) = (self.state.instance, &self.tally);
        self.log.clear();
        let Some((index, weight)) = self.tardiness else {
            self.state.propagate(node, old, &mut self.log);
            return true;
        };
        let most = (&self.memory[slot]).max(&self.levels);
        if most[..index] != self.levels[..index] {
            self.state.propagate(node, old, &mut self.log);
            return true;
        }
        let (aim, mut pending) = self.aim.order;
        let allowed = (most[index] - self.levels[index]) / weight;
        let mut net = 0_i64;
        self.state.propagate_while(node, old, &mut self.log, |state, known| {
            let order = instance.nodes[known.node as usize].order;
            let Some(data) = instance.orders.get(order as usize) else { return true };
            let Some(due) = data.due.filter(|_| tally.span(order).1 == known.end) else { return true };
            let end = state.records[known.node as usize].end;
            net =
                net.saturating_add(data.weight.saturating_mul((end - due).max(0) - (known.end - due).max(0)));
            if order == aim {
                pending = 0;
            }
            net - pending <= allowed
        })
    }
}

/// The first level that counts, if it is tardiness and nothing else: place among the levels (missed deadlines
/// are the first) and weight.
fn tardiness_level(objective: &Objective) -> Option<(usize, i64)> {
    let counts = |row: &&(Term, i64)| row.1 > 0 && row.0 != Term::Unscheduled;
    let index = objective.levels.iter().position(|level| level.iter().any(|row| counts(&row)))?;
    let mut rows = objective.levels[index].iter().filter(counts);
    match (rows.next(), rows.next()) {
        (Some(&(Term::Tardiness, weight)), None) => Some((index + 1, weight)),
        _ => None,
    }
}
