//! The graph of precedences: who follows whom, an order that respects them all, a cycle where there is none.

use std::collections::VecDeque;

use crate::model::ids::{OperationId, PrecedenceId};
use crate::model::precedence::Precedence;

/// Precedences with their adjacency.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) precedences: Vec<Precedence>,
    pub(super) incoming: Vec<PrecedenceId>,
    pub(super) incoming_ends: Vec<u32>,
    pub(super) outgoing_starts: Vec<u32>,
    pub(super) topological: Vec<OperationId>,
}

/// The links of each operation, from a list sorted by the one before.
pub(super) fn adjacency(precedences: Vec<Precedence>, operations: usize) -> Links {
    let mut outgoing_starts = vec![0_u32; operations + 1];
    let mut incoming_ends = vec![0_u32; operations];
    for link in &precedences {
        outgoing_starts[link.before.index() + 1] += 1;
        incoming_ends[link.after.index()] += 1;
    }
    for index in 0..operations {
        outgoing_starts[index + 1] += outgoing_starts[index];
    }
    let mut total = 0;
    let mut next: Vec<u32> = Vec::with_capacity(operations);
    for end in &mut incoming_ends {
        next.push(total);
        total += *end;
        *end = total;
    }
    let mut incoming = vec![PrecedenceId(0); precedences.len()];
    for (index, link) in precedences.iter().enumerate() {
        let place = &mut next[link.after.index()];
        incoming[*place as usize] = PrecedenceId::new(index);
        *place += 1;
    }
    Links { precedences, incoming, incoming_ends, outgoing_starts, topological: Vec::new() }
}

fn successors(links: &Links, id: OperationId) -> &[Precedence] {
    &links.precedences
        [links.outgoing_starts[id.index()] as usize..links.outgoing_starts[id.index() + 1] as usize]
}

/// Kahn 1962, first come first served from the smallest id; shorter than `operations` if there is a
/// cycle.
pub(super) fn topological(links: &Links, operations: usize) -> Vec<OperationId> {
    let mut missing: Vec<u32> = vec![0; operations];
    for link in &links.precedences {
        missing[link.after.index()] += 1;
    }
    let mut order: Vec<OperationId> =
        (0..operations).map(OperationId::new).filter(|id| missing[id.index()] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for link in successors(links, order[next]) {
            missing[link.after.index()] -= 1;
            if missing[link.after.index()] == 0 {
                order.push(link.after);
            }
        }
        next += 1;
    }
    order
}

/// Breadth-first searches go on until this many links were followed: a shortest cycle of those seen.
const CYCLE_WORK: usize = 20_000_000;

/// A shortest cycle among the operations that Kahn's order could not reach.
pub(super) fn shortest_cycle(links: &Links, operations: usize) -> Vec<OperationId> {
    let mut reached = vec![false; operations];
    for id in topological(links, operations) {
        reached[id.index()] = true;
    }
    let mut best: Vec<OperationId> = Vec::new();
    let mut work = 0;
    let mut parent: Vec<u32> = vec![u32::MAX; operations];
    for root in (0..operations).map(OperationId::new).filter(|id| !reached[id.index()]) {
        if work > CYCLE_WORK || best.len() == 2 {
            break;
        }
        let mut seen = vec![root];
        let mut queue = VecDeque::from([root]);
        parent[root.index()] = root.0;
        'search: while let Some(id) = queue.pop_front() {
            for link in successors(links, id).iter().filter(|link| !reached[link.after.index()]) {
                work += 1;
                if link.after == root {
                    let found = path_to(root, id, &parent);
                    if best.is_empty() || found.len() < best.len() {
                        best = found;
                    }
                    break 'search;
                }
                if parent[link.after.index()] == u32::MAX {
                    parent[link.after.index()] = id.0;
                    seen.push(link.after);
                    queue.push_back(link.after);
                }
            }
        }
        for id in seen {
            parent[id.index()] = u32::MAX;
        }
    }
    best
}

fn path_to(root: OperationId, last: OperationId, parent: &[u32]) -> Vec<OperationId> {
    let mut path = vec![last];
    let mut id = last;
    while id != root {
        id = OperationId(parent[id.index()]);
        path.push(id);
    }
    path.reverse();
    path
}
