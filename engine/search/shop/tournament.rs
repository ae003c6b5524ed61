//! The smallest of many values that change one at a time.

/// A winner tree: `O(1)` to read the smallest, `O(log n)` to change one.
#[derive(Clone, Debug)]
pub(super) struct Tournament {
    leaves: usize,
    nodes: Vec<u64>,
}

impl Tournament {
    /// All values at `u32::MAX`.
    pub(super) fn new(size: usize) -> Self {
        let leaves = size.next_power_of_two();
        let mut nodes = vec![u64::MAX; 2 * leaves];
        for (i, node) in nodes[leaves..].iter_mut().enumerate() {
            *node = (u64::from(u32::MAX) << 32) | i as u64;
        }
        for i in (1..leaves).rev() {
            nodes[i] = nodes[2 * i].min(nodes[2 * i + 1]);
        }
        Self { leaves, nodes }
    }

    /// The value at an index.
    pub(super) fn value(&self, index: usize) -> u32 {
        (self.nodes[self.leaves + index] >> 32) as u32
    }

    /// Changes a value.
    pub(super) fn set(&mut self, index: usize, value: u32) {
        let mut node = self.leaves + index;
        self.nodes[node] = (u64::from(value) << 32) | index as u64;
        while node > 1 {
            node /= 2;
            let winner = self.nodes[2 * node].min(self.nodes[2 * node + 1]);
            if self.nodes[node] == winner {
                return;
            }
            self.nodes[node] = winner;
        }
    }

    /// The smallest value and the smallest index that has it.
    pub(super) fn smallest(&self) -> (u32, usize) {
        let winner = self.nodes[1];
        ((winner >> 32) as u32, (winner & u64::from(u32::MAX)) as usize)
    }
}
