//! Free units of all resources in a few machine words.
//!
//! Each resource has a field wide enough for its capacity and one guard bit above it. With all guards set in
//! the word of free units, subtracting a demand clears the guard of every resource that has too little and
//! borrows from no other field: it fits if and only if all guards survive (the comparison of many small
//! numbers at once; Lamport 1975).

use super::instance::{ProjectError, ProjectOperation};

/// Words that a stretch of time may have.
const WORDS: usize = 16;

/// Demands and capacities, packed.
#[derive(Clone, Debug)]
pub struct Packing {
    words: usize,
    full: Vec<u64>,
    guards: Vec<u64>,
    /// `words` entries an operation.
    demands: Vec<u64>,
}

impl Packing {
    /// Packs; resources that can never run short get no field.
    pub(super) fn new(capacities: &[u64], operations: &[ProjectOperation]) -> Result<Self, ProjectError> {
        let mut total = vec![0_u64; capacities.len()];
        for &(resource, quantity) in operations.iter().flat_map(|operation| &operation.demands) {
            total[resource as usize] = total[resource as usize].saturating_add(quantity);
        }
        let mut fields = vec![None; capacities.len()];
        let (mut word, mut bit) = (0_usize, 0_u32);
        for (resource, &capacity) in capacities.iter().enumerate() {
            if total[resource] <= capacity {
                continue;
            }
            let width = 65 - capacity.leading_zeros();
            if width > 63 {
                return Err(ProjectError::Words { words: usize::MAX });
            }
            if bit + width > 64 {
                (word, bit) = (word + 1, 0);
            }
            fields[resource] = Some((word, bit, width - 1));
            bit += width;
        }
        let words = (word + 1).next_power_of_two();
        if words > WORDS {
            return Err(ProjectError::Words { words });
        }
        let mut packing = Self {
            words,
            full: vec![0; words],
            guards: vec![0; words],
            demands: vec![0; words * operations.len()],
        };
        for (resource, field) in fields.iter().enumerate() {
            if let Some((word, bit, width)) = *field {
                packing.guards[word] |= 1 << (bit + width);
                packing.full[word] |= capacities[resource] << bit;
            }
        }
        for (full, guards) in packing.full.iter_mut().zip(&packing.guards) {
            *full |= guards;
        }
        for (operation, data) in operations.iter().enumerate() {
            for &(resource, quantity) in &data.demands {
                if let Some((word, bit, _)) = fields[resource as usize] {
                    packing.demands[operation * words + word] |= quantity << bit;
                }
            }
        }
        Ok(packing)
    }

    /// The same with operations numbered backward.
    pub(super) fn mirrored(&self) -> Self {
        let mut demands = Vec::with_capacity(self.demands.len());
        for demand in self.demands.chunks_exact(self.words).rev() {
            demands.extend_from_slice(demand);
        }
        Self { demands, ..self.clone() }
    }

    /// Words that a stretch of time has: a power of two up to 16.
    pub fn words(&self) -> usize {
        self.words
    }

    /// Everything free.
    pub(super) fn full<const W: usize>(&self) -> [u64; W] {
        std::array::from_fn(|word| self.full[word])
    }

    /// The guard bits.
    pub(super) fn guards<const W: usize>(&self) -> [u64; W] {
        std::array::from_fn(|word| self.guards[word])
    }

    /// Demands by operation.
    pub(super) fn demands<const W: usize>(&self) -> Vec<[u64; W]> {
        let rows = self.demands.chunks_exact(W);
        rows.map(|row| std::array::from_fn(|word| row[word])).collect()
    }
}
