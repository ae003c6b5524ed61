//! The pool of good and different schedules.
//!
//! # Idea
//! A newcomer that is nearer to some member than the threshold competes with that member alone; any other
//! competes with the worst. The threshold starts at a share of the distances in the first pool and falls with
//! every newcomer, so the pool explores first and concentrates later. When nobody has come in for long, the
//! pool starts again around its best member, half as large again: a small pool is fast, a large one lasts, and
//! nothing depends on how much time there is.
//!
//! # References
//! O. H. Constantino, C. Segura, "A parallel memetic algorithm with explicit management of diversity for the
//! job shop scheduling problem", Applied Intelligence 52, 2022.

use super::relink::Ruler;
use crate::schedule::plain::{Arrangement, PlainInstance};
use crate::search::rng::Rng;

/// Members of the first pool, and of the largest.
const CAPACITY: (usize, usize) = (12, 40);

/// Newcomers per member until the threshold has fallen to nothing.
const SPAN: u32 = 20;

/// Newcomers per member without one taken in, after which the pool starts again.
const IDLE: u32 = 15;

/// Good and different schedules.
#[derive(Clone, Debug)]
pub(in crate::search) struct Elite {
    pub(super) members: Vec<Arrangement>,
    capacity: usize,
    /// Distance under which two members are alike.
    threshold: u32,
    first_threshold: u32,
    /// Newcomers since the pool was filled.
    age: u32,
    /// Newcomers since one was taken in.
    idle: u32,
    ruler: Ruler,
}

impl Elite {
    pub(in crate::search) fn new() -> Self {
        Self {
            members: Vec::new(),
            capacity: CAPACITY.0,
            threshold: 0,
            first_threshold: 0,
            age: 0,
            idle: 0,
            ruler: Ruler::default(),
        }
    }

    /// Whether fresh schedules are still wanted.
    pub(in crate::search) fn is_filling(&self) -> bool {
        self.members.len() < self.capacity
    }

    /// Two different members to blend.
    pub(in crate::search) fn pick(&self, rng: &mut Rng) -> (&Arrangement, &Arrangement) {
        let count = self.members.len() as u32;
        let first = rng.below(count);
        let second = (first + 1 + rng.below(count - 1)) % count;
        (&self.members[first as usize], &self.members[second as usize])
    }

    /// Offers a schedule to the pool.
    pub(in crate::search) fn offer(&mut self, instance: &PlainInstance, newcomer: Arrangement) {
        let ruler = &mut self.ruler;
        let nearest = self
            .members
            .iter()
            .enumerate()
            .map(|(index, member)| (ruler.distance(instance, member, &newcomer), index))
            .min();
        if self.is_filling() {
            if nearest.is_none_or(|(distance, _)| distance > 0) {
                self.members.push(newcomer);
            }
            if !self.is_filling() {
                self.settle(instance);
            }
            return;
        }
        self.age += 1;
        self.idle += 1;
        let span = SPAN * self.capacity as u32;
        self.threshold = (u64::from(self.first_threshold) * u64::from(span.saturating_sub(self.age))
            / u64::from(span)) as u32;
        let Some((distance, near)) = nearest else { return };
        let worst = (0..self.members.len()).max_by_key(|&i| self.members[i].makespan).unwrap_or(0);
        let rival = if distance <= self.threshold.max(1) { near } else { worst };
        if distance > 0 && newcomer.makespan <= self.members[rival].makespan {
            if newcomer.makespan < self.members[rival].makespan || rival == worst {
                self.idle = 0;
            }
            self.members[rival] = newcomer;
        }
        if self.idle > IDLE * self.capacity as u32 {
            self.restart();
        }
    }

    /// Derives the first threshold from the pool's own distances.
    fn settle(&mut self, instance: &PlainInstance) {
        let mut sum = 0_u64;
        let mut count = 0;
        for pair in self.members.windows(2) {
            sum += u64::from(self.ruler.distance(instance, &pair[0], &pair[1]));
            count += 1;
        }
        self.first_threshold = (sum / (4 * count.max(1))) as u32;
        self.threshold = self.first_threshold;
        self.age = 0;
        self.idle = 0;
    }

    /// Keeps the best member only; the next pool is larger.
    fn restart(&mut self) {
        if let Some(best) = (0..self.members.len()).min_by_key(|&i| self.members[i].makespan) {
            self.members.swap(0, best);
            self.members.truncate(1);
        }
        self.capacity = (self.capacity * 3 / 2).min(CAPACITY.1);
        self.idle = 0;
    }
}
