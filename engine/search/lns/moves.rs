//! Moves: a stretch of the sequence in another order, or another mode.
//!
//! Every move keeps the sequence a linear extension: an operation that goes to the front of a stretch
//! takes its predecessors in the stretch along, one that goes to the back its successors.

use super::neighborhood::Neighborhood;
use crate::model::ids::{ModeId, OperationId};
use crate::schedule::decode::Decoder;
use crate::schedule::state::State;
use crate::search::rng::Rng;

/// A proposed change, with what it takes to undo it.
#[derive(Debug)]
pub struct Move {
    /// So many operations at the front of the sequence are as they were.
    pub keep: usize,
    /// The stretch as it was.
    before: Vec<OperationId>,
    /// The mode that was chosen.
    mode: Option<(OperationId, Option<ModeId>)>,
}

impl Move {
    /// Undoes it.
    pub fn take_back(self, state: &mut State) {
        let end = self.keep + self.before.len();
        state.sequence[self.keep..end].copy_from_slice(&self.before);
        if let Some((operation, mode)) = self.mode {
            state.modes[operation.index()] = mode;
        }
    }
}

impl Neighborhood {
    /// Changes the state.
    pub fn propose(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let placed = decoder.placed();
        if placed == 0 {
            return None;
        }
        match rng.below(16) {
            0..=3 => self.pull_order(decoder, state, rng),
            4..=6 => self.push_order(decoder, state, rng),
            7..=8 if !self.late.is_empty() => self.pull_late(decoder, state, rng),
            9 => self.pull_over_resource(decoder, state, rng),
            10..=11 => self.change_mode(decoder, state, rng),
            12 => self.join_campaign(decoder, state, rng),
            13 => self.push_back(decoder, state, rng),
            _ => self.pull_anywhere(decoder, state, rng),
        }
    }

    /// An operation of a late order, drawn by its lateness, goes before what holds its resource.
    fn pull_late(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let problem = decoder.outline().problem;
        let order = problem.order(self.draw_late(rng));
        let unstarted: Vec<_> =
            order.operations.iter().copied().filter(|op| self.is_movable(decoder, *op)).collect();
        if unstarted.is_empty() {
            return None;
        }
        let operation = unstarted[rng.below(unstarted.len() as u32) as usize];
        self.pull_before_previous(decoder, state, operation, rng)
    }

    fn pull_over_resource(
        &mut self,
        decoder: &Decoder<'_>,
        state: &mut State,
        rng: &mut Rng,
    ) -> Option<Move> {
        let operation = state.sequence[rng.below(decoder.placed() as u32) as usize];
        self.pull_before_previous(decoder, state, operation, rng)
    }

    fn pull_before_previous(
        &mut self,
        decoder: &Decoder<'_>,
        state: &mut State,
        operation: OperationId,
        rng: &mut Rng,
    ) -> Option<Move> {
        let mut target = self.previous[operation.index()]?;
        while rng.one_in(2) {
            match self.previous[target.index()] {
                Some(earlier) => target = earlier,
                None => break,
            }
        }
        self.pull(decoder, state, operation, self.place[target.index()] as usize)
    }

    fn pull_anywhere(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let from = rng.below(decoder.placed() as u32);
        let operation = state.sequence[from as usize];
        let reach = 2 + (decoder.placed() as u32 / 16).min(200);
        let to = from.saturating_sub(1 + rng.below(reach));
        self.pull(decoder, state, operation, to as usize)
    }

    /// An operation goes right behind an earlier one with the same setup on its resource.
    fn join_campaign(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let problem = decoder.outline().problem;
        let operation = state.sequence[rng.below(decoder.placed() as u32) as usize];
        let setup = &problem.operation(operation).setup;
        if setup.is_empty() || decoder.slot(operation)?.changeover.time == 0 {
            return None;
        }
        let mut other = self.previous[operation.index()]?;
        for _ in 0..60 {
            let earlier = self.previous[other.index()]?;
            if problem.operation(earlier).setup == *setup {
                return self.pull(decoder, state, operation, self.place[other.index()] as usize);
            }
            other = earlier;
        }
        None
    }

    fn change_mode(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let operation = state.sequence[rng.below(decoder.placed() as u32) as usize];
        let modes = decoder.outline().allowed(operation);
        if modes.len() < 2 || !self.is_movable(decoder, operation) {
            return None;
        }
        let before = state.modes[operation.index()];
        let now = decoder.slot(operation)?.mode;
        let drawn = modes[rng.below(modes.len() as u32) as usize];
        let after = if before.is_some() && rng.one_in(4) { None } else { Some(drawn) };
        if after == before || after == Some(now) {
            return None;
        }
        state.modes[operation.index()] = after;
        let keep = self.place[operation.index()] as usize;
        Some(Move { keep, before: Vec::new(), mode: Some((operation, before)) })
    }

    /// Moves an operation, with its predecessors in between, to an earlier place.
    fn pull(
        &mut self,
        decoder: &Decoder<'_>,
        state: &mut State,
        operation: OperationId,
        to: usize,
    ) -> Option<Move> {
        let from = self.place[operation.index()] as usize;
        if to >= from || !self.is_movable(decoder, operation) {
            return None;
        }
        self.pull_all(decoder, state, &[operation], to, from)
    }

    /// Moves operations of a stretch, with their predecessors in it, to its front.
    fn pull_all(
        &mut self,
        decoder: &Decoder<'_>,
        state: &mut State,
        operations: &[OperationId],
        to: usize,
        from: usize,
    ) -> Option<Move> {
        let problem = decoder.outline().problem;
        let before = state.sequence[to..=from].to_vec();
        for operation in operations {
            self.marked[operation.index()] = true;
        }
        for &other in before.iter().rev() {
            if self.marked[other.index()] {
                for link in problem.incoming(other) {
                    self.marked[link.before.index()] = true;
                }
            }
        }
        let (first, rest): (Vec<_>, Vec<_>) = before.iter().partition(|op| self.marked[op.index()]);
        let after: Vec<OperationId> = first.into_iter().chain(rest).copied().collect();
        self.unmark(decoder, &before);
        Self::put(state, to, &before, &after)
    }

    fn unmark(&mut self, decoder: &Decoder<'_>, operations: &[OperationId]) {
        let problem = decoder.outline().problem;
        for &other in operations {
            self.marked[other.index()] = false;
            for link in problem.incoming(other) {
                self.marked[link.before.index()] = false;
            }
            for link in problem.outgoing(other) {
                self.marked[link.after.index()] = false;
            }
        }
    }

    /// Moves an operation, with its successors in between, to a later place.
    fn push_back(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let placed = decoder.placed();
        let from = rng.below(placed as u32) as usize;
        let operation = state.sequence[from];
        let reach = 2 + (placed as u32 / 16).min(200);
        let to = (from + 1 + rng.below(reach) as usize).min(placed - 1);
        if to <= from || !self.is_movable(decoder, operation) {
            return None;
        }
        self.push_all(decoder, state, &[operation], from, to)
    }

    /// Moves operations of a stretch, with their successors in it, to its end.
    fn push_all(
        &mut self,
        decoder: &Decoder<'_>,
        state: &mut State,
        operations: &[OperationId],
        from: usize,
        to: usize,
    ) -> Option<Move> {
        let problem = decoder.outline().problem;
        let before = state.sequence[from..=to].to_vec();
        for operation in operations {
            self.marked[operation.index()] = true;
        }
        for &other in &before {
            if self.marked[other.index()] {
                for link in problem.outgoing(other) {
                    self.marked[link.after.index()] = true;
                }
            }
        }
        let (last, rest): (Vec<_>, Vec<_>) = before.iter().partition(|op| self.marked[op.index()]);
        let after: Vec<OperationId> = rest.into_iter().chain(last).copied().collect();
        self.unmark(decoder, &before);
        Self::put(state, from, &before, &after)
    }

    /// A whole order goes before another one: a late one, drawn by its lateness, or any.
    fn pull_order(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let problem = decoder.outline().problem;
        let order = if self.late.is_empty() || rng.one_in(4) {
            let operation = state.sequence[rng.below(decoder.placed() as u32) as usize];
            problem.operation(operation).order?
        } else {
            self.draw_late(rng)
        };
        let (movable, first, last) = self.block(decoder, order)?;
        let to = first - below_short(rng, first)?;
        self.pull_all(decoder, state, &movable, to, last)
    }

    /// A whole order goes behind others.
    fn push_order(&mut self, decoder: &Decoder<'_>, state: &mut State, rng: &mut Rng) -> Option<Move> {
        let problem = decoder.outline().problem;
        let placed = decoder.placed();
        let operation = state.sequence[rng.below(placed as u32) as usize];
        let order = problem.operation(operation).order?;
        let (movable, first, last) = self.block(decoder, order)?;
        let to = last + below_short(rng, placed - 1 - last)?;
        self.push_all(decoder, state, &movable, first, to)
    }

    fn put(state: &mut State, at: usize, before: &[OperationId], after: &[OperationId]) -> Option<Move> {
        if before == after {
            return None;
        }
        state.sequence[at..at + after.len()].copy_from_slice(after);
        // What did not change at the front need not be decoded again.
        let same = before.iter().zip(after).take_while(|pair| pair.0 == pair.1).count();
        let before = before[same..].to_vec();
        Some(Move { keep: at + same, before, mode: None })
    }
}

/// In `1..=bound`, short distances more often than long ones; none if `bound` is 0.
fn below_short(rng: &mut Rng, bound: usize) -> Option<usize> {
    let mut reach = bound as u32;
    while reach > 8 && rng.one_in(2) {
        reach /= 2;
    }
    (bound > 0).then(|| 1 + rng.below(reach.max(1)) as usize)
}
