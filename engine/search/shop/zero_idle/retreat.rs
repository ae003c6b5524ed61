//! The way back where all simulations have died, and the schedule of one that got through.

use super::NONE;
use super::beam::{Branch, DEEPEST, PACE, ROOM, WIDTHS, ZeroIdle};

/// The beam at a step that it can go back to.
pub(super) struct Halt {
    pub(super) step: u64,
    pub(super) branches: Vec<Branch>,
    pub(super) choices: usize,
}

impl ZeroIdle {
    /// Remembers the beam if it is narrow.
    pub(super) fn halt(&mut self) {
        let last = self.halts.last().map_or(0, |halt| halt.step);
        if self.step >= last + PACE && self.branches.len() <= self.width {
            let (branches, choices) = (self.branches.clone(), self.choices.len());
            self.halts.push(Halt { step: self.step, branches, choices });
            // The beginning stays, and what the longest way back leads to if there is room for it.
            let resources = self.halts[0].branches[0].floor.left.len();
            let mut held: usize = self.halts.iter().map(|halt| halt.branches.len()).sum();
            let mut oldest = 1;
            while self.halts.len() - oldest > 1 << DEEPEST
                || (held * resources > ROOM && oldest < self.halts.len())
            {
                held -= self.halts[oldest].branches.len();
                oldest += 1;
            }
            self.halts.drain(1..oldest);
        }
    }

    /// Goes back twice as far as the last time, to come again twice as wide.
    pub(super) fn go_back(&mut self) {
        self.returns += 1;
        if self.returns > DEEPEST {
            self.start_again();
            return;
        }
        let goal = self.step.saturating_sub(PACE << self.returns);
        while self.halts.len() > 1 && self.halts[self.halts.len() - 1].step > goal {
            self.halts.pop();
        }
        let halt = &self.halts[self.halts.len() - 1];
        self.step = halt.step;
        self.branches.clone_from(&halt.branches);
        self.choices.truncate(halt.choices);
        self.has_opened = halt.step > 0;
    }

    /// Begins another attempt at time 0.
    pub(super) fn start_again(&mut self) {
        self.failed += 1;
        self.width = WIDTHS[(self.worker + self.failed as usize) % WIDTHS.len()];
        self.earlier = self.starts;
        self.halts.truncate(1);
        self.branches.clone_from(&self.halts[0].branches);
        self.choices.clear();
        (self.step, self.farthest, self.returns) = (0, 0, 0);
        self.has_opened = false;
    }

    /// The order of starts of a simulation: its choices, made once more.
    pub(super) fn replay(&self, done: &Branch) -> Vec<u32> {
        let mut choices = Vec::new();
        let mut last = done.choice;
        while last != NONE {
            let choice = self.choices[last as usize];
            choices.push(choice.operation);
            last = choice.before;
        }
        let mut floor = self.halts[0].branches[0].floor.clone();
        let mut sequence = Vec::with_capacity(self.shop.facts.len());
        loop {
            while let Some(resource) = floor.idle.pop() {
                let places: Vec<usize> = floor.queue(resource).collect();
                let wanted = if places.len() > 1 { choices.pop() } else { None };
                let is_wanted = |place: &&usize| {
                    wanted.is_none_or(|operation| floor.waiting[**place].operation == operation)
                };
                let Some(&place) = places.iter().find(is_wanted) else {
                    if floor.left[resource as usize] > 0 {
                        floor.dry.push(resource);
                    }
                    continue;
                };
                sequence.push(floor.waiting[place].operation);
                floor.start(&self.shop, place);
            }
            let mut dry = std::mem::take(&mut floor.dry);
            floor.idle.append(&mut dry);
            if !floor.advance() {
                return sequence;
            }
        }
    }
}
