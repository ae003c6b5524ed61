//! The earliest end of a set that grows and shrinks.
//!
//! A binary tree over the operations by earliest start. A node keeps the sum of durations below it and the
//! earliest end of its set: `ect = max(ect right, ect left + sum right)`. *Gray* operations do not count in
//! these, but a second pair of values tells the earliest end with the best one of them added, and which it is.
//! Adding, removing, graying: `O(log n)`.

use super::Item;
use crate::model::time::{FAR, Span, Time};

/// No operation.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    sum: Span,
    ect: Time,
    /// The same with one gray operation.
    gray_sum: Span,
    gray_ect: Time,
    /// The gray operation in them.
    sum_by: u32,
    ect_by: u32,
}

const EMPTY: Node = Node { sum: 0, ect: -FAR, gray_sum: 0, gray_ect: -FAR, sum_by: NONE, ect_by: NONE };

/// The tree; leaves in the order of earliest starts.
#[derive(Debug, Clone, Default)]
pub(super) struct Tree {
    leaves: usize,
    nodes: Vec<Node>,
}

impl Tree {
    /// Empty, for so many operations.
    pub(super) fn clear(&mut self, count: usize) {
        self.leaves = count.next_power_of_two();
        self.nodes.clear();
        self.nodes.resize(2 * self.leaves, EMPTY);
    }

    /// Earliest end of the set.
    pub(super) fn ect(&self) -> Time {
        self.nodes[1].ect
    }

    /// Earliest end with the worst gray operation, and its leaf.
    pub(super) fn gray(&self) -> (Time, Option<usize>) {
        let root = &self.nodes[1];
        (root.gray_ect, (root.ect_by != NONE).then_some(root.ect_by as usize))
    }

    /// Puts an operation into the set.
    pub(super) fn add(&mut self, leaf: usize, item: &Item) {
        let (sum, ect) = (item.duration, item.est + item.duration);
        self.set(leaf, Node { sum, ect, gray_sum: sum, gray_ect: ect, ..EMPTY });
    }

    /// Makes an operation gray.
    pub(super) fn dim(&mut self, leaf: usize, item: &Item) {
        let (gray_sum, gray_ect) = (item.duration, item.est + item.duration);
        let by = leaf as u32;
        self.set(leaf, Node { gray_sum, gray_ect, sum_by: by, ect_by: by, ..EMPTY });
    }

    /// Takes an operation out.
    pub(super) fn remove(&mut self, leaf: usize) {
        self.set(leaf, EMPTY);
    }

    /// Earliest end of the set without one of its operations.
    pub(super) fn ect_without(&mut self, leaf: usize) -> Time {
        // Upwards with the leaf left out: as many steps as removing it, and nothing to put back.
        let (mut sum, mut ect) = (0, -FAR);
        let mut node = self.leaves + leaf;
        while node > 1 {
            let sibling = &self.nodes[node ^ 1];
            if node & 1 == 0 {
                ect = sibling.ect.max(ect + sibling.sum);
            } else {
                ect = ect.max(sibling.ect + sum);
            }
            sum += sibling.sum;
            node /= 2;
        }
        ect
    }

    fn set(&mut self, leaf: usize, value: Node) {
        let mut node = self.leaves + leaf;
        self.nodes[node] = value;
        while node > 1 {
            node /= 2;
            self.nodes[node] = joined(&self.nodes[2 * node], &self.nodes[2 * node + 1]);
        }
    }
}

fn joined(left: &Node, right: &Node) -> Node {
    let (gray_sum, sum_by) = if left.gray_sum + right.sum >= left.sum + right.gray_sum {
        (left.gray_sum + right.sum, left.sum_by)
    } else {
        (left.sum + right.gray_sum, right.sum_by)
    };
    let choices = [
        (right.gray_ect, right.ect_by),
        (left.ect + right.gray_sum, right.sum_by),
        (left.gray_ect + right.sum, left.ect_by),
    ];
    let mut best = choices[0];
    for choice in &choices[1..] {
        if choice.0 > best.0 {
            best = *choice;
        }
    }
    Node {
        sum: left.sum + right.sum,
        ect: right.ect.max(left.ect + right.sum),
        gray_sum,
        gray_ect: best.0,
        sum_by,
        ect_by: best.1,
    }
}
