//! Chains, pairs and first lengths of an instance.

use super::{Mate, NONE, Paths, Reason};
use crate::schedule::plain::PlainInstance;
use crate::search::exact::MOST_PAIRS;

/// Lengths up to here add up in 32 bits.
const LONGEST: u32 = 1 << 28;

impl Paths {
    /// None if the instance is flexible, too long or has too many pairs.
    pub(in crate::search::exact) fn new(instance: &PlainInstance, target: u32) -> Option<Self> {
        let count = instance.num_operations();
        if instance.is_flexible() || instance.horizon() > LONGEST {
            return None;
        }
        let durations: Vec<i32> = (0..count).map(|i| instance.shortest(i) as i32).collect();
        if durations.contains(&0) {
            return None;
        }
        let mut chain_of = vec![0; count];
        let (mut previous, mut next) = (vec![NONE; count], vec![NONE; count]);
        let mut lengths = vec![0; 2 * count];
        for chain in 0..instance.num_chains() {
            let range = instance.chain(chain);
            let mut head = instance.release(chain) as i32;
            for i in range.clone() {
                chain_of[i] = chain;
                lengths[2 * i] = head;
                head += durations[i];
                if i > range.start {
                    (previous[i], next[i - 1]) = (i as u32 - 1, i as u32);
                }
            }
            let mut tail = instance.tail(chain) as i32;
            for i in range.rev() {
                lengths[2 * i + 1] = tail;
                tail += durations[i];
            }
        }
        let mut on_resource: Vec<Vec<u32>> = vec![Vec::new(); instance.num_resources()];
        for i in 0..count {
            on_resource[instance.modes(i)[0].resource as usize].push(i as u32);
        }
        let mut mates = vec![Vec::new(); count];
        let mut pairs = Vec::new();
        for operations in &on_resource {
            for (place, &first) in operations.iter().enumerate() {
                for &second in &operations[place + 1..] {
                    if chain_of[first as usize] != chain_of[second as usize] {
                        let literal = 2 * pairs.len() as u32;
                        mates[first as usize].push(Mate { operation: second, after: literal });
                        mates[second as usize].push(Mate { operation: first, after: literal + 1 });
                        pairs.push((first, second));
                    }
                }
            }
            if pairs.len() > MOST_PAIRS {
                return None;
            }
        }
        let literals = 2 * pairs.len();
        let mut paths = Self {
            target: target as i32,
            durations,
            previous,
            next,
            after: lengths.iter().skip(1).step_by(2).copied().collect(),
            mates,
            values: vec![0; literals],
            reasons: vec![Reason::Root; pairs.len()],
            levels: vec![0; pairs.len()],
            places: vec![0; pairs.len()],
            pairs,
            last: vec![NONE; 2 * count],
            lengths,
            trail: Vec::new(),
            marks: Vec::new(),
            next_entry: 0,
            work: 0,
        };
        paths.touch_all();
        Some(paths)
    }
}
