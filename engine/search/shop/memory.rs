//! What the tabu search must not undo yet.
//!
//! After an operation has jumped over others, each ordered pair it had with them is forbidden for a while.
//! Pairs are hashed into a table of expiry stamps without collision handling: a collision forbids a pair for
//! no reason, once in a thousand moves. The table is never cleared, because iterations only rise.

/// Expiry stamps of ordered pairs.
#[derive(Clone, Debug)]
pub(in crate::search) struct Memory {
    expiry: Vec<u32>,
    shift: u32,
}

impl Memory {
    /// A table for about `num_operations` operations.
    pub(in crate::search) fn new(num_operations: usize) -> Self {
        let bits = (num_operations.max(1) as u64 * 64).next_power_of_two().trailing_zeros().clamp(14, 20);
        Self { expiry: vec![0; 1 << bits], shift: 32 - bits }
    }

    #[inline]
    fn slot(&self, first: u32, second: u32) -> usize {
        let mixed = first.wrapping_mul(0x9E37_79B1) ^ second.wrapping_mul(0x85EB_CA6B).rotate_left(15);
        (mixed.wrapping_mul(0xC2B2_AE35) >> self.shift) as usize
    }

    /// Forbids that `first` comes before `second`, until `iteration`.
    #[inline]
    pub(in crate::search) fn forbid(&mut self, first: u32, second: u32, iteration: u32) {
        let slot = self.slot(first, second);
        self.expiry[slot] = iteration;
    }

    /// Whether `first` must not come before `second` yet.
    #[inline]
    pub(in crate::search) fn forbids(&self, first: u32, second: u32, iteration: u32) -> bool {
        self.expiry[self.slot(first, second)] > iteration
    }

    /// Forgets everything.
    pub(in crate::search) fn clear(&mut self) {
        self.expiry.fill(0);
    }
}
