//! Blending two schedules, and how far apart they are.
//!
//! # Idea
//! Both schedules are linear extensions. The blend sorts the operations by a weighted mean of their two
//! positions: chains keep their order, every pair on which the parents agree keeps its order, every other
//! pair follows one of them. No repair, no cycle test. It is a point on a path between the parents, reached
//! in one step.
//!
//! # References
//! B. Peng, Z. Lu, T. C. E. Cheng, Computers & Operations Research 53, 2015 (path relinking step by step).

use super::dispatch::mode_of;
use crate::schedule::plain::{Arrangement, PlainInstance};
use crate::search::rng::Rng;

/// A schedule between `first` and `second`; `weight` of 256 is the share of the second.
pub(in crate::search) fn blend(
    first: &Arrangement,
    second: &Arrangement,
    weight: u32,
    rng: &mut Rng,
) -> Arrangement {
    let mut keys = vec![0_u64; first.sequence.len()];
    for (position, &operation) in first.sequence.iter().enumerate() {
        keys[operation as usize] = position as u64 * u64::from(256 - weight);
    }
    for (position, &operation) in second.sequence.iter().enumerate() {
        keys[operation as usize] += position as u64 * u64::from(weight);
    }
    let mut sequence: Vec<u32> = (0..keys.len() as u32).collect();
    sequence.sort_unstable_by_key(|&operation| (keys[operation as usize], operation));
    let mut modes = first.modes.clone();
    for (mode, &other) in modes.iter_mut().zip(&second.modes) {
        if rng.below(256) < weight {
            *mode = other;
        }
    }
    Arrangement { sequence, modes, makespan: u32::MAX }
}

/// Measures distances: pairs in different order on one resource, plus operations on different resources.
#[derive(Clone, Debug, Default)]
pub(super) struct Ruler {
    positions: Vec<u32>,
    lists: Vec<Vec<u32>>,
    scratch: Vec<u32>,
}

impl Ruler {
    /// Distance between two schedules; `O(n log n)`.
    pub(super) fn distance(&mut self, instance: &PlainInstance, a: &Arrangement, b: &Arrangement) -> u32 {
        self.positions.resize(a.sequence.len(), 0);
        self.lists.resize(instance.num_resources(), Vec::new());
        for (position, &operation) in a.sequence.iter().enumerate() {
            self.positions[operation as usize] = position as u32;
        }
        self.lists.iter_mut().for_each(Vec::clear);
        let mut distance = 0;
        for &operation in &b.sequence {
            let i = operation as usize;
            let resource = mode_of(instance, &b.modes, i).resource;
            if !a.modes.is_empty() && mode_of(instance, &a.modes, i).resource != resource {
                distance += 1;
            } else {
                self.lists[resource as usize].push(self.positions[i]);
            }
        }
        for list in &mut self.lists {
            distance += inversions(list, &mut self.scratch);
        }
        distance
    }
}

/// Number of pairs out of order; sorts the list by merging.
fn inversions(list: &mut [u32], scratch: &mut Vec<u32>) -> u32 {
    let mut count = 0;
    let mut width = 1;
    while width < list.len() {
        scratch.clear();
        for from in (0..list.len()).step_by(2 * width) {
            let middle = (from + width).min(list.len());
            let to = (from + 2 * width).min(list.len());
            let (mut left, mut right) = (from, middle);
            while left < middle || right < to {
                if right == to || (left < middle && list[left] <= list[right]) {
                    scratch.push(list[left]);
                    left += 1;
                } else {
                    count += (middle - left) as u32;
                    scratch.push(list[right]);
                    right += 1;
                }
            }
        }
        list.copy_from_slice(scratch);
        width *= 2;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inversions_are_counted_as_by_hand() {
        let mut rng = Rng::stream(1, 0);
        let mut scratch = Vec::new();
        for length in 0..40_usize {
            let mut list: Vec<u32> = (0..length as u32).collect();
            rng.shuffle(&mut list);
            let pairs = (0..length).flat_map(|i| (i + 1..length).map(move |j| (i, j)));
            let expected = pairs.filter(|&(i, j)| list[i] > list[j]).count() as u32;
            assert_eq!(inversions(&mut list, &mut scratch), expected);
            assert!(list.is_sorted());
        }
    }
}
