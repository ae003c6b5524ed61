//! Excursions: a worker that is stuck goes far away and comes home.
//!
//! Late acceptance takes nothing worse than what a phase began with, so where every way to a better schedule
//! leads through worse ones it stays where it is. After some rounds without progress in the first level that is
//! not 0, the memory is raised there by some multiple, drawn anew each time, of what a late order is late
//! on average: the schedule is stirred up and settles elsewhere. After a few rounds, or as soon as one of them has found
//! something better, it goes on from the best.
//!
//! Planted plants of 200 operations (14 of them, 2 seeds, 2 million operations touched): tardiness 0.15 of the best
//! rule's on average without excursions, 0.07 with them, and 0.04 once rounds were shorter, too. A raise of one or
//! two late orders instead of up to 64 changed nothing.

use super::worker::Worker;
use crate::search::score::Levels;

/// Rounds without progress before an excursion.
const PATIENCE: u32 = 6;
/// Rounds that it takes.
const LENGTH: u32 = 3;
/// Rounds at home between two of them.
const PAUSE: u32 = 2;
/// The memory is raised by what so many late orders are late, halved so often at most.
const RAISE: (i64, u32) = (64, 5);

/// Where a worker is between two excursions.
#[derive(Debug, Default)]
pub(super) struct Excursion {
    stale: u32,
    left: u32,
}

impl Excursion {
    pub(super) fn is_away(&self) -> bool {
        self.left > 0
    }

    /// Notes a round; whether it is time to go home.
    fn note(&mut self, is_progress: bool) -> bool {
        let was_away = self.is_away();
        if is_progress {
            *self = Self::default();
            return was_away;
        }
        self.stale += 1;
        self.left = self.left.saturating_sub(1);
        let is_over = was_away && !self.is_away();
        if is_over {
            self.stale = PATIENCE - PAUSE;
        }
        is_over
    }
}

impl Worker<'_> {
    /// Whether it is on an excursion.
    pub fn is_away(&self) -> bool {
        self.excursion.is_away()
    }

    /// Sets out if it has been stuck for long.
    pub(super) fn set_out_if_stuck(&mut self) {
        let Excursion { stale, left } = self.excursion;
        if left > 0 || stale < PATIENCE || !self.best.left_out.is_empty() {
            return;
        }
        let Some(level) = aim(&self.best.levels) else { return };
        self.excursion.left = LENGTH;
        self.neighborhood.find_late(&self.decoder);
        let late = self.neighborhood.late().len();
        let orders = if late > 0 { late } else { self.decoder.outline().problem.orders.len().max(1) };
        let mean = self.levels[level] / orders as i64;
        let raise = mean.saturating_mul(RAISE.0) >> self.rng.below(RAISE.1 + 1);
        let mut raised = self.levels.clone();
        raised[level] = raised[level].saturating_add(raise);
        self.reinsertion.remember(&raised, self.state.sequence.len());
    }

    /// Notes what a round has brought, `before` being the best before it; goes on from the best after an excursion.
    pub(super) fn come_home_if_over(&mut self, before: &Levels) {
        let Some(level) = aim(before) else { return };
        if self.excursion.note(self.best.levels[..=level] < before[..=level]) {
            let best = self.best.clone();
            self.adopt(&best);
        }
    }
}

/// The first level that is not 0.
fn aim(levels: &Levels) -> Option<usize> {
    levels.iter().position(|&value| value > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excursion_without_progress_ends_at_home_and_the_next_comes_sooner() {
        let mut excursion = Excursion::default();
        for _ in 0..PATIENCE {
            assert!(!excursion.note(false));
        }
        assert!(excursion.stale >= PATIENCE && !excursion.is_away());
        excursion.left = LENGTH;
        for _ in 1..LENGTH {
            assert!(!excursion.note(false) && excursion.is_away());
        }
        assert!(excursion.note(false) && !excursion.is_away());
        assert_eq!(excursion.stale + PAUSE, PATIENCE);
    }

    #[test]
    fn progress_ends_an_excursion() {
        let mut excursion = Excursion { stale: PATIENCE, left: LENGTH };
        assert!(excursion.note(true) && !excursion.is_away() && excursion.stale == 0);
        assert!(!excursion.note(true));
    }
}
