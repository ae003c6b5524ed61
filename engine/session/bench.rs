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
use crate::schedule::decode::{Decoder, End, LeftOut, Outline, Standing, Unwatched};
use crate::schedule::metrics::terms;
use crate::schedule::state::State;
use crate::schedule::verify::{Verdict, verify};
use crate::search::limit::{Limit, Stop};
use crate::search::rng::Rng;
use crate::search::score::{Levels, Scorer};

/// By at most so many places an order is tried earlier.
const BACK: usize = 200;
/// At most so many damaged orders are taken out at once.
const ORDERS: u32 = 4;

/// How far damage is pushed on before the published schedule is to be met again, in lengths of the
/// first delay.
const REACHES: [i64; 5] = [0, 6, 60, 2, 20];

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

/// A try of its kind.
enum Kind {
    /// Pushed on until so many lengths of the delay have passed.
    MatchUp(i64),
    /// Behind all others in an order of their own, or merged; free to take other modes, or not.
    Behind(Option<Key>, bool),
}

/// Where a decoder stands: a settled state and its value.
struct Stand {
    levels: Levels,
    state: State,
    kept: Standing,
    /// What has moved; never empty while it is gone on from.
    moved: Vec<OperationId>,
}

/// The best try so far.
pub(super) struct Best {
    levels: Levels,
    pub(super) schedule: Schedule,
    /// Orders that it leaves out.
    pub(super) left_out: Vec<LeftOut>,
    /// What the verifier says of it, where it has been asked.
    pub(super) verdict: Option<Verdict>,
}

/// Everything that tries share.
pub(super) struct Bench<'a> {
    outline: &'a Outline<'a>,
    scorer: &'a Scorer<'a>,
    live: &'a Schedule,
    simulated: &'a Simulated,
    damaged: &'a [OperationId],
    frozen: &'a [OperationId],
    is_damaged: FixedBitSet,
    decoder: Decoder<'a>,
    best: Best,
    tries: u64,
    /// The best try that can be gone on from.
    stand: Option<Stand>,
}

impl<'a> Bench<'a> {
    /// Begins with the simulation as the best.
    pub(super) fn new(
        outline: &'a Outline<'a>,
        scorer: &'a Scorer<'a>,
        live: &'a Schedule,
        simulated: &'a Simulated,
        damaged: &'a [OperationId],
        options: &'a RepairOptions,
    ) -> Self {
        let values = terms(outline.problem, &simulated.schedule);
        Self {
            outline,
            scorer,
            live,
            simulated,
            damaged,
            frozen: &options.frozen,
            is_damaged: marked(outline.problem, damaged),
            decoder: Decoder::new(outline),
            best: Best {
                levels: options.objective.value(&values).into_iter().collect(),
                schedule: simulated.schedule.clone(),
                left_out: simulated.left_out.clone(),
                verdict: simulated.verdict.clone(),
            },
            tries: 1,
            stand: None,
        }
    }

    /// The best schedule, and the number of tries.
    pub(super) fn finish(self) -> (Best, u64) {
        (self.best, self.tries)
    }

    /// The tries of different kinds: the one that moves least always, the others while there is time.
    /// The decoder stands at the best of them in the end.
    pub(super) fn first_tries(&mut self, limit: &Limit<'_>) {
        let keys = [None, Some(Key::Start), Some(Key::Due), Some(Key::Slack)];
        let behind = [false, true].into_iter().flat_map(|free| keys.map(|key| Kind::Behind(key, free)));
        for (place, kind) in REACHES.map(Kind::MatchUp).into_iter().chain(behind).enumerate() {
            let stop = || place > 0 && limit.is_due();
            if stop() {
                break;
            }
            match kind {
                Kind::MatchUp(reach) => self.match_up(reach, &stop),
                Kind::Behind(key, free) => self.first_try(self.state(key, free), self.released(), &stop),
            }
        }
        if let Some(stand) = self.stand.as_mut().filter(|_| !limit.is_due()) {
            self.decoder.keep(stand.kept.clone());
            if self.decoder.decode(&stand.state, true, &|| limit.is_due()) == End::Stopped {
                self.stand = None;
            } else {
                self.decoder.settle(&mut stand.state);
            }
        }
    }

    /// Published starts hold for all that the change does not touch.
    fn released(&self) -> Standing {
        let mut kept = standing(self.outline, &self.simulated.schedule);
        for &operation in self.damaged {
            kept.floors[operation.index()] = -FAR;
            kept.after[operation.index()] = SmallVec::new();
        }
        for links in &mut kept.after {
            links.retain(|link| !self.is_damaged.contains(link.1.index()));
        }
        kept
    }

    /// Damage is pushed on until `reach` times its length has passed; from there on what does not fit
    /// at its published start goes into the gaps that remain: in its own mode, then free to choose.
    fn match_up(&mut self, reach: i64, stop: &dyn Fn() -> bool) {
        let live = self.live;
        let delay = |operation: &OperationId| {
            let was = live.get(*operation)?.start;
            Some((was, self.simulated.schedule.get(*operation)?.start - was))
        };
        let Some((first, length)) = self.damaged.iter().filter_map(delay).min() else {
            return;
        };
        let until = first.saturating_add(length.max(1).saturating_mul(reach));
        let mut kept = standing(self.outline, live);
        let late = |operation: OperationId| live.get(operation).is_some_and(|placed| placed.start >= until);
        kept.exact = self.outline.problem.operation_ids().map(late).collect();
        for &operation in self.frozen {
            kept.exact[operation.index()] = false;
        }
        for operation in self.damaged.iter().filter(|operation| late(**operation)) {
            kept.after[operation.index()] = SmallVec::new();
        }
        let mut state = kept_state(self.outline, live);
        self.first_try(state.clone(), kept.clone(), stop);
        self.moved().into_iter().for_each(|operation| release(&mut state, operation));
        self.first_try(state, kept, stop);
    }

    /// Damaged operations that the decoder has elsewhere than published.
    fn moved(&self) -> Vec<OperationId> {
        let elsewhere = |operation: &OperationId| {
            let was = self.live.get(*operation).map(|placed| placed.start);
            was.is_none() || self.decoder.slot(*operation).map(|slot| slot.start) != was
        };
        self.damaged.iter().copied().filter(elsewhere).collect()
    }

    fn first_try(&mut self, mut state: State, mut kept: Standing, stop: &dyn Fn() -> bool) {
        self.tries += 1;
        self.decoder.keep(kept.clone());
        if self.decoder.decode(&state, true, stop) != End::Complete || !self.frozen_stand() {
            return;
        }
        self.decoder.settle(&mut state);
        let levels = self.scorer.levels(&self.decoder);
        if self.stand.as_ref().is_none_or(|stand| levels < stand.levels) {
            self.note(&levels);
            // What was put off has its place in the settled sequence.
            kept.exact.clear();
            for &operation in self.damaged {
                kept.after[operation.index()] = SmallVec::new();
            }
            let moved = self.moved();
            self.stand = Some(Stand { levels, state, kept, moved });
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
        if *levels < self.best.levels {
            let schedule = self.decoder.schedule();
            let verdict = verify(self.outline.problem, &schedule, true);
            if verdict.is_valid() {
                let left_out = self.decoder.left_out().to_vec();
                self.best = Best { levels: levels.clone(), schedule, left_out, verdict: Some(verdict) };
            }
        }
    }

    /// Takes a few damaged orders out and puts them before or behind the other damaged ones, until the
    /// time is up.
    pub(super) fn improve(&mut self, limit: &Limit<'_>, seed: u64) {
        let Some(mut stand) = self.stand.take().filter(|stand| !stand.moved.is_empty()) else {
            return;
        };
        let mut rng = Rng::stream(seed, 0);
        while !limit.is_due() {
            let state = self.proposal(&stand, &mut rng);
            let same = |pair: &(&OperationId, &OperationId)| pair.0 == pair.1;
            let keep = state.sequence.iter().zip(&stand.state.sequence).take_while(same).count();
            let touched = |op: &OperationId| state.modes[op.index()] != stand.state.modes[op.index()];
            let keep = state.sequence[..keep].iter().position(touched).unwrap_or(keep);
            self.tries += 1;
            let (end, undone) = self.decoder.resume(&state, keep, true, &|| limit.is_due(), &mut Unwatched);
            let levels = self.scorer.levels(&self.decoder);
            if end == End::Complete && levels <= stand.levels && self.frozen_stand() {
                self.note(&levels);
                stand.levels = levels;
                stand.state = state;
                self.decoder.settle(&mut stand.state);
            } else {
                self.decoder.restore(undone);
            }
        }
    }

    fn proposal(&self, stand: &Stand, rng: &mut Rng) -> State {
        let mut state = stand.state.clone();
        let mut out = FixedBitSet::with_capacity(state.modes.len());
        for _ in 0..rng.between(1, ORDERS) {
            let seed = stand.moved[rng.below(stand.moved.len() as u32) as usize];
            for &operation in self.mates(&seed) {
                if self.is_damaged.contains(operation.index()) {
                    out.insert(operation.index());
                    release(&mut state, operation);
                }
            }
        }
        let is_out = |operation: &OperationId| out.contains(operation.index());
        let Some(first) = state.sequence.iter().position(is_out) else {
            return state;
        };
        // Earlier by some places, or behind all others.
        let from = if rng.one_in(2) { first - rng.below(first.min(BACK) as u32 + 1) as usize } else { first };
        let behind = state.sequence.split_off(from);
        let (moved, rest): (Vec<_>, Vec<_>) = behind.into_iter().partition(is_out);
        let (before, after) = if from < first { (moved, rest) } else { (rest, moved) };
        state.sequence.extend(before);
        state.sequence.extend(after);
        state
    }

    /// Operations of the same order.
    fn mates<'b>(&self, operation: &'b OperationId) -> &'b [OperationId]
    where
        'a: 'b,
    {
        let problem = self.outline.problem;
        let order = problem.operation(*operation).order;
        order.map_or(std::slice::from_ref(operation), |order| &problem.order(order).operations)
    }
}

/// Leaves mode and members of an operation to the decoder.
fn release(state: &mut State, operation: OperationId) {
    state.modes[operation.index()] = None;
    state.members[operation.index()].clear();
}
