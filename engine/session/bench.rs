//! Tries of a repair: damaged operations put back in one order or another.
//!
//! The bench holds a decoder that stands at the current try. Operations that stand come first in every
//! sequence, so a try takes back and redoes only what lies behind them.

use fixedbitset::FixedBitSet;
use smallvec::SmallVec;

use super::repair::{RepairOptions, marked};
use super::simulate::{Simulated, kept_state, standing};
use crate::model::ids::OperationId;
use crate::model::time::FAR;
use crate::schedule::assignment::Schedule;
use crate::schedule::decode::{Decoder, End, LeftOut, Outline};
use crate::schedule::metrics::terms;
use crate::schedule::state::State;
use crate::schedule::verify::verify;
use crate::search::limit::{Limit, Stop};
use crate::search::rng::Rng;
use crate::search::score::{Levels, Scorer};

/// At most so many damaged orders are taken out at once.
const ORDERS: u32 = 4;

/// In which order damaged operations are placed.
#[derive(Clone, Copy)]
enum Key {
    /// As the simulation has them.
    Start,
    /// The earliest due first.
    Due,
    /// The least time left first.
    Slack,
}

/// Where a decoder stands: a settled state and its value.
struct Stand {
    levels: Levels,
    state: State,
}

/// Everything that tries share.
pub(super) struct Bench<'a> {
    outline: &'a Outline<'a>,
    scorer: &'a Scorer<'a>,
    simulated: &'a Simulated,
    damaged: &'a [OperationId],
    frozen: &'a [OperationId],
    is_damaged: FixedBitSet,
    decoder: Decoder<'a>,
    levels: Levels,
    schedule: Schedule,
    left_out: Vec<LeftOut>,
    tries: u64,
    /// The best try that can be gone on from.
    stand: Option<Stand>,
}

impl<'a> Bench<'a> {
    /// Begins with the simulation as the best.
    pub(super) fn new(
        outline: &'a Outline<'a>,
        scorer: &'a Scorer<'a>,
        simulated: &'a Simulated,
        damaged: &'a [OperationId],
        options: &'a RepairOptions,
    ) -> Self {
        let values = terms(outline.problem, &simulated.schedule);
        Self {
            outline,
            scorer,
            simulated,
            damaged,
            frozen: &options.frozen,
            is_damaged: marked(outline.problem, damaged),
            decoder: Decoder::new(outline),
            levels: options.objective.value(&values).into_iter().collect(),
            schedule: simulated.schedule.clone(),
            left_out: simulated.left_out.clone(),
            tries: 1,
            stand: None,
        }
    }

    /// The best schedule, the orders that it leaves out, and the number of tries.
    pub(super) fn finish(self) -> (Schedule, Vec<LeftOut>, u64) {
        (self.schedule, self.left_out, self.tries)
    }

    /// The damaged ones in a few orders, with their modes and free to choose; the decoder stands at
    /// the best of them in the end.
    pub(super) fn first_tries(&mut self) {
        let mut kept = standing(self.outline, &self.simulated.schedule);
        for &operation in self.damaged {
            kept.floors[operation.index()] = -FAR;
            kept.after[operation.index()] = SmallVec::new();
        }
        for links in &mut kept.after {
            links.retain(|link| !self.is_damaged.contains(link.1.index()));
        }
        self.decoder.keep(kept);
        for free in [false, true] {
            let merged = self.state(None, free);
            self.first_try(merged);
            for key in [Key::Start, Key::Due, Key::Slack] {
                let behind = self.state(Some(key), free);
                self.first_try(behind);
            }
        }
        if let Some(stand) = self.stand.as_mut() {
            self.decoder.decode(&stand.state, true, &|| false);
            self.decoder.settle(&mut stand.state);
        }
    }

    fn first_try(&mut self, mut state: State) {
        self.tries += 1;
        if self.decoder.decode(&state, true, &|| false) != End::Complete || !self.frozen_stand() {
            return;
        }
        self.decoder.settle(&mut state);
        let levels = self.scorer.levels(&self.decoder);
        if self.stand.as_ref().is_none_or(|stand| levels < stand.levels) {
            self.note(&levels);
            self.stand = Some(Stand { levels, state });
        }
    }

    /// Damaged operations behind the others in the order of a key, or merged among them as simulated.
    fn state(&self, key: Option<Key>, free: bool) -> State {
        let mut state = kept_state(self.outline, &self.simulated.schedule);
        if let Some(key) = key {
            state.sequence.retain(|operation| !self.is_damaged.contains(operation.index()));
            let mut behind = self.damaged.to_vec();
            behind.sort_by_key(|&operation| self.rank(operation, key));
            state.sequence.extend(behind);
        }
        if free {
            self.damaged.iter().for_each(|&operation| release(&mut state, operation));
        }
        state
    }

    fn rank(&self, operation: OperationId, key: Key) -> (i64, i64, u32) {
        let problem = self.outline.problem;
        let order = problem.operation(operation).order.map(|order| problem.order(order));
        let due = order.and_then(|order| order.due).unwrap_or(FAR);
        let start = self.simulated.schedule.get(operation).map_or(FAR, |placed| placed.start);
        let place = self.outline.place_of(operation);
        match key {
            Key::Start => (start, due, place),
            Key::Due => (due, start, place),
            Key::Slack => (due.saturating_sub(start), start, place),
        }
    }

    /// Whether all that is frozen is where the simulation has it.
    fn frozen_stand(&self) -> bool {
        self.frozen.iter().all(|&operation| {
            let was = self.simulated.schedule.get(operation).map(|placed| placed.start);
            was.is_none() || self.decoder.slot(operation).map(|slot| slot.start) == was
        })
    }

    /// Keeps the schedule at which the decoder stands, if it is the best so far and valid.
    fn note(&mut self, levels: &Levels) {
        if *levels < self.levels {
            let schedule = self.decoder.schedule();
            if verify(self.outline.problem, &schedule, true).violations.is_empty() {
                self.levels.clone_from(levels);
                self.schedule = schedule;
                self.left_out = self.decoder.left_out().to_vec();
            }
        }
    }

    /// Takes a few damaged orders out and puts them before or behind the other damaged ones, until the
    /// time is up.
    pub(super) fn improve(&mut self, limit: &Limit<'_>, seed: u64) {
        let Some(mut stand) = self.stand.take() else {
            return;
        };
        let mut rng = Rng::stream(seed, 0);
        while !limit.is_due() {
            let state = self.proposal(&stand.state, &mut rng);
            let same = |pair: &(&OperationId, &OperationId)| pair.0 == pair.1;
            let keep = state.sequence.iter().zip(&stand.state.sequence).take_while(same).count();
            let touched = |op: &OperationId| state.modes[op.index()] != stand.state.modes[op.index()];
            let keep = state.sequence[..keep].iter().position(touched).unwrap_or(keep);
            self.tries += 1;
            let (end, undone) = self.decoder.resume(&state, keep, true, &|| false);
            let levels = self.scorer.levels(&self.decoder);
            if end == End::Complete && levels <= stand.levels && self.frozen_stand() {
                self.note(&levels);
                stand = Stand { levels, state };
                self.decoder.settle(&mut stand.state);
            } else {
                self.decoder.restore(undone);
            }
        }
    }

    fn proposal(&self, from: &State, rng: &mut Rng) -> State {
        let mut state = from.clone();
        let mut moved = FixedBitSet::with_capacity(state.modes.len());
        for _ in 0..rng.between(1, ORDERS) {
            let seed = self.damaged[rng.below(self.damaged.len() as u32) as usize];
            for operation in self.mates(seed) {
                moved.insert(operation.index());
                release(&mut state, operation);
            }
        }
        let damaged = |operation: &OperationId| self.is_damaged.contains(operation.index());
        let first = state.sequence.iter().position(damaged).unwrap_or(0);
        let behind = state.sequence.split_off(first);
        let (out, rest): (Vec<_>, Vec<_>) = behind.into_iter().partition(|op| moved.contains(op.index()));
        let (before, after) = if rng.one_in(2) { (out, rest) } else { (rest, out) };
        state.sequence.extend(before);
        state.sequence.extend(after);
        state
    }

    /// Damaged operations of the same order.
    fn mates(&self, operation: OperationId) -> SmallVec<[OperationId; 8]> {
        let problem = self.outline.problem;
        let order = problem.operation(operation).order.map(|order| &problem.order(order).operations[..]);
        let all = order.unwrap_or(std::slice::from_ref(&operation));
        all.iter().copied().filter(|operation| self.is_damaged.contains(operation.index())).collect()
    }
}

/// Leaves mode and members of an operation to the decoder.
fn release(state: &mut State, operation: OperationId) {
    state.modes[operation.index()] = None;
    state.members[operation.index()].clear();
}
