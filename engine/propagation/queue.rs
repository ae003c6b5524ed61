//! Which propagator is to run next.
//!
//! Two classes, cheap before dear, first in first out in each; a propagator that waits already is not
//! entered twice.

use std::collections::VecDeque;

/// Propagators that wait.
#[derive(Debug, Clone, Default)]
pub(super) struct Queue {
    waits: Vec<bool>,
    cheap: VecDeque<u32>,
    dear: VecDeque<u32>,
}

impl Queue {
    /// For so many propagators, none of which waits.
    pub(super) fn new(propagators: usize) -> Self {
        Self { waits: vec![false; propagators], ..Self::default() }
    }

    pub(super) fn push(&mut self, propagator: u32, is_dear: bool) {
        if !std::mem::replace(&mut self.waits[propagator as usize], true) {
            (if is_dear { &mut self.dear } else { &mut self.cheap }).push_back(propagator);
        }
    }

    pub(super) fn pop(&mut self) -> Option<u32> {
        let next = self.cheap.pop_front().or_else(|| self.dear.pop_front())?;
        self.waits[next as usize] = false;
        Some(next)
    }

    pub(super) fn clear(&mut self) {
        while self.pop().is_some() {}
    }
}
