//! The pool of good and different schedules.
//!
//! # Idea
//! A pool that takes the best only is soon full of copies of one schedule, and a blend of two copies is a
//! third. So a newcomer that is nearer to a member than the threshold must beat every member that near, and
//! takes the place of the nearest; any other takes the place of the worst if it is not longer. The threshold
//! starts at a quarter of the distances in the first pool and falls evenly over a span of newcomers: the pool
//! explores first and concentrates later.
//!
//! Equals may replace one another: members drift over plateaus, but that is no gain. When the span is over and
//! nobody has gained for a while, the pool starts again around its best member, half as large again and with
//! twice the span. A small pool is fast, a large one lasts, and nothing needs to know how long the run will be:
//! the last full span has a good part of all newcomers.
//!
//! # Cost
//! One distance a member and newcomer, `O(n log n)` each: a hundredth of the tabu search that made the newcomer.
//!
//! # References
//! - O. H. Constantino, C. Segura, "A parallel memetic algorithm with explicit management of diversity for the
//!   job shop scheduling problem", Applied Intelligence 52, 2022.
//! - B. Peng, Z. Lu, T. C. E. Cheng, Computers & Operations Research 53, 2015 (pool and relinking).

use super::relink::Ruler;
use crate::schedule::plain::{Arrangement, PlainInstance};
use crate::search::rng::Rng;

/// Members of the first pool and its span in newcomers, up to so many operations. A newcomer costs the more
/// the more operations there are, and a pool that is not through its span is worse than a small one that is.
/// Measured: 12 processor seconds favor 12 members at 600 operations and 6 at 750 to 1,000; 20 to 25 seconds
/// favor 20 over 12 at 200 to 300.
const FIRST: [(usize, usize, u32); 3] = [(300, 20, 800), (700, 12, 240), (usize::MAX, 6, 120)];

/// Members of the largest pool.
const MOST: usize = 40;

/// Newcomers per member, beyond the span, without a gain after which the pool is given up.
const IDLE: u32 = 12;

/// Good and different schedules.
#[derive(Clone, Debug)]
pub(in crate::search) struct Elite {
    members: Vec<Arrangement>,
    capacity: usize,
    /// Distance up to which two members are alike.
    threshold: u32,
    first_threshold: u32,
    /// Newcomers until the threshold has fallen to nothing.
    span: u32,
    /// Newcomers since the pool was filled.
    age: u32,
    /// Newcomers since one made the pool better.
    idle: u32,
    ruler: Ruler,
    distances: Vec<u32>,
}

impl Elite {
    /// An empty pool of medium size.
    pub(in crate::search) fn new() -> Self {
        Self::for_operations(FIRST[1].0)
    }

    /// An empty pool for schedules of so many operations.
    pub(in crate::search) fn for_operations(num_operations: usize) -> Self {
        let size = FIRST.iter().find(|(most, ..)| num_operations <= *most);
        let (_, capacity, span) = *size.unwrap_or(&FIRST[0]);
        Self {
            members: Vec::new(),
            capacity,
            threshold: 0,
            first_threshold: 0,
            span,
            age: 0,
            idle: 0,
            ruler: Ruler::default(),
            distances: Vec::new(),
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
        let Self { members, ruler, distances, .. } = self;
        distances.clear();
        distances.extend(members.iter().map(|member| ruler.distance(instance, member, &newcomer)));
        if self.is_filling() {
            if self.distances.iter().all(|&distance| distance > 0) {
                self.members.push(newcomer);
            }
            if !self.is_filling() {
                self.settle(instance);
            }
            return;
        }
        self.age += 1;
        self.idle += 1;
        let rest = u64::from(self.first_threshold) * u64::from(self.span.saturating_sub(self.age));
        self.threshold = ((rest / u64::from(self.span)) as u32).max(1);
        self.compete(newcomer);
        if self.is_exhausted() {
            self.restart();
        }
    }

    /// Lets a newcomer, whose distances are known, take a member's place.
    fn compete(&mut self, newcomer: Arrangement) {
        let Self { members, distances, threshold, .. } = self;
        let alike = || (0..distances.len()).filter(|&index| distances[index] <= *threshold);
        let nearest = alike().min_by_key(|&index| distances[index]);
        let (place, to_beat) = if let Some(nearest) = nearest {
            (nearest, alike().map(|index| members[index].makespan).min())
        } else {
            let worst = (0..members.len()).max_by_key(|&index| members[index].makespan).unwrap_or(0);
            (worst, Some(members[worst].makespan))
        };
        let is_other = distances[place] > 0;
        let is_alone = alike().count() <= 1;
        if to_beat.is_some_and(|makespan| newcomer.makespan < makespan) {
            self.members[place] = newcomer;
            self.idle = 0;
        } else if is_alone && is_other && to_beat == Some(newcomer.makespan) {
            // A drift among equals brings new blood, and no progress.
            self.members[place] = newcomer;
        }
    }

    fn is_exhausted(&self) -> bool {
        self.age >= self.span && self.idle > IDLE * self.capacity as u32
    }

    /// Derives the first threshold from the pool's own distances: a quarter of their mean.
    fn settle(&mut self, instance: &PlainInstance) {
        let mut sum = 0_u64;
        for pair in self.members.windows(2) {
            sum += u64::from(self.ruler.distance(instance, &pair[0], &pair[1]));
        }
        self.first_threshold = (sum / (4 * (self.members.len() as u64 - 1).max(1))) as u32;
        self.threshold = self.first_threshold;
        self.age = 0;
        self.idle = 0;
    }

    /// Keeps the best member only; the next pool is larger and lasts longer.
    fn restart(&mut self) {
        if let Some(best) = (0..self.members.len()).min_by_key(|&i| self.members[i].makespan) {
            self.members.swap(0, best);
            self.members.truncate(1);
        }
        self.capacity = (self.capacity * 3 / 2).min(MOST);
        self.span = self.span.saturating_mul(2).min(1 << 20);
        self.idle = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::plain::PlainMode;

    /// Twelve chains of one operation on one resource: every permutation is a schedule.
    fn instance() -> PlainInstance {
        let modes = vec![PlainMode { resource: 0, duration: 1 }; 12];
        PlainInstance::new(1, (0..=12).collect(), (0..=12).collect(), modes, vec![], vec![]).unwrap()
    }

    fn member(makespan: u32, swaps: usize) -> Arrangement {
        let mut sequence: Vec<u32> = (0..12).collect();
        for pair in sequence.chunks_mut(2).take(swaps) {
            pair.swap(0, 1);
        }
        Arrangement { sequence, modes: Vec::new(), makespan }
    }

    /// A full pool of random members of length 100, except one of 90 and one of 110.
    fn full(instance: &PlainInstance) -> Elite {
        let mut rng = Rng::stream(3, 0);
        let mut elite = Elite::new();
        let mut makespans = vec![90, 110];
        while elite.is_filling() {
            let mut fresh = member(makespans.pop().unwrap_or(100), 0);
            rng.shuffle(&mut fresh.sequence);
            elite.offer(instance, fresh);
        }
        elite
    }

    fn makespans(elite: &Elite) -> Vec<u32> {
        let mut makespans: Vec<u32> = elite.members.iter().map(|member| member.makespan).collect();
        makespans.sort_unstable();
        makespans
    }

    #[test]
    fn who_is_alike_must_beat_whom_it_is_like() {
        let instance = instance();
        let mut elite = full(&instance);
        let best = elite.members.iter().find(|member| member.makespan == 90).unwrap().clone();
        let mut near = best.clone();
        near.sequence.swap(0, 1);
        near.makespan = 95;
        assert!(elite.threshold >= 1);
        elite.offer(&instance, near.clone());
        assert!(!elite.members.contains(&near), "better than most, but too near to the best");
        near.makespan = 89;
        elite.offer(&instance, near.clone());
        assert!(elite.members.contains(&near) && !elite.members.contains(&best));
        assert_eq!(elite.members.len(), FIRST[1].1);
    }

    #[test]
    fn who_is_different_takes_the_place_of_the_worst() {
        let instance = instance();
        let mut elite = full(&instance);
        elite.first_threshold = 0;
        elite.offer(&instance, member(105, 0));
        elite.offer(&instance, member(105, 6));
        assert_eq!(makespans(&elite).iter().filter(|&&makespan| makespan > 100).count(), 1);
        assert_eq!(makespans(&elite)[0], 90);
    }

    #[test]
    fn an_exhausted_pool_keeps_its_best_and_grows() {
        let instance = instance();
        let mut elite = full(&instance);
        let first = elite.first_threshold;
        assert!(first > 1);
        for _ in 0..10_000 {
            if elite.is_filling() {
                break;
            }
            assert!(elite.threshold <= first);
            elite.offer(&instance, member(200, 3));
        }
        assert_eq!(makespans(&elite), [90]);
        assert_eq!(elite.capacity, FIRST[1].1 * 3 / 2);
    }
}
