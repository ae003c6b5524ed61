//! One longest path through a schedule, cut into blocks.
//!
//! Only moves on a longest path can shorten a schedule. The path is walked both ways from the critical
//! operation that the sweeps found; where chain and resource are both tight, one of them is taken at random.
//! A *block* is a maximal run of operations that follow one another on one resource. What the estimates read
//! again and again of each operation is gathered into one small array.
//!
//! # Other paths
//! On a large instance hundreds of paths are nearly as long as the longest, and a move on one of them shortens
//! nothing while the others stand. So the longest paths to other ends can be added, each walked back only as
//! far as it shares nothing with those before it.

use crate::schedule::plain::{NO_POSITION, Record, State};
use crate::search::rng::Rng;

/// An operation of the path with what its neighbors in the chain say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Step {
    pub(super) node: u32,
    pub(super) duration: u32,
    pub(super) end: u32,
    pub(super) tail: u32,
    /// End of the chain predecessor.
    pub(super) chain_end: u32,
    /// Tail of the chain successor.
    pub(super) chain_tail: u32,
    /// It may go behind `v` if this is at most the tail of `v`.
    pub(super) behind_from: u32,
    /// It may go ahead of `u` if this is at most the end of `u`.
    pub(super) ahead_from: u32,
}

/// A run of the path on one resource: steps `from..to`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Whether another first operation could shorten the path.
    pub(super) opens: bool,
    /// Whether another last operation could shorten the path.
    pub(super) closes: bool,
    /// Length of the path.
    pub(super) length: u32,
}

/// The path and its blocks of two or more operations.
#[derive(Clone, Debug, Default)]
pub(super) struct CriticalPath {
    pub(super) steps: Vec<Step>,
    pub(super) blocks: Vec<Block>,
    nodes: Vec<u32>,
    others: Others,
}

/// What it takes to find other paths.
#[derive(Clone, Debug, Default)]
struct Others {
    /// The last node of each chain.
    chain_ends: Vec<u32>,
    /// Ends of paths with how much shorter than the longest they are.
    ranked: Vec<(u32, u32)>,
    /// The last search for other paths that came by, by node.
    seen: Vec<u32>,
    search: u32,
}

impl CriticalPath {
    /// Walks a longest path of the state. `with_all` fills in the steps outside blocks, too.
    pub(super) fn trace(&mut self, state: &State, with_all: bool, rng: &mut Rng) {
        self.nodes.clear();
        self.walk_back(state, state.critical(), rng, |_| true);
        self.nodes.reverse();
        self.walk_on(state, rng);
        self.steps.resize(self.nodes.len(), Step::default());
        if with_all {
            for (step, &node) in self.steps.iter_mut().zip(&self.nodes) {
                *step = gather(state, node);
            }
        }
        self.blocks.clear();
        self.cut(state, Part { from: 0, length: state.makespan(), is_cut: false, with_all });
    }

    /// Adds the longest of the other paths, at most `count`, behind the one traced.
    pub(super) fn trace_others(&mut self, state: &State, count: usize, rng: &mut Rng) {
        let mut others = std::mem::take(&mut self.others);
        others.begin(state, &self.nodes);
        others.rank(state, count);
        for &(less, last) in &others.ranked {
            let (seen, search) = (&mut others.seen, others.search);
            if seen[last as usize] == search {
                continue;
            }
            let from = self.nodes.len();
            let is_cut = self.walk_back(state, last, rng, |node| {
                let is_new = seen[node as usize] != search;
                seen[node as usize] = search;
                is_new
            });
            self.nodes[from..].reverse();
            self.steps.resize(self.nodes.len(), Step::default());
            self.cut(state, Part { from, length: state.makespan() - less, is_cut, with_all: false });
        }
        self.others = others;
    }

    /// From a node to the beginning, as long as `enter` lets it in; whether that ended the walk. Branches on
    /// purpose: a predicted branch lets the processor load ahead, a selection would chain every load to the one
    /// before.
    #[inline]
    fn walk_back(
        &mut self,
        state: &State,
        mut node: u32,
        rng: &mut Rng,
        mut enter: impl FnMut(u32) -> bool,
    ) -> bool {
        let (records, ends) = (&state.records[..], &state.ends[..]);
        let mut coins = rng.bits();
        while enter(node) {
            self.nodes.push(node);
            let Record { duration, before, .. } = records[node as usize];
            let (chain, resource) = (node as usize - 1, before as usize);
            let start = ends[node as usize].wrapping_sub(duration);
            let by_chain = ends[chain] == start && records[chain].position != NO_POSITION;
            let by_resource = ends[resource] == start && records[resource].position != NO_POSITION;
            coins = coins.rotate_right(1);
            node = match (by_chain, by_resource) {
                (true, true) if coins & 1 == 1 => node - 1,
                (_, true) => before,
                (true, false) => node - 1,
                (false, false) => return false,
            };
        }
        true
    }

    /// From the critical operation to the end.
    fn walk_on(&mut self, state: &State, rng: &mut Rng) {
        let (records, tails) = (&state.records[..], &state.tails[..]);
        let mut node = state.critical();
        let mut coins = rng.bits();
        loop {
            let Record { duration, after, .. } = records[node as usize];
            let (chain, resource) = (node as usize + 1, after as usize);
            let rest = tails[node as usize].wrapping_sub(duration);
            let by_chain = tails[chain] == rest && records[chain].position != NO_POSITION;
            let by_resource = tails[resource] == rest && records[resource].position != NO_POSITION;
            coins = coins.rotate_right(1);
            node = match (by_chain, by_resource) {
                (true, true) if coins & 1 == 1 => node + 1,
                (_, true) => after,
                (true, false) => node + 1,
                (false, false) => return,
            };
            self.nodes.push(node);
        }
    }

    /// Cuts the last nodes into blocks.
    fn cut(&mut self, state: &State, part: Part) {
        let Part { from: first_node, length, is_cut, with_all } = part;
        let records = &state.records;
        let mut from = first_node;
        for to in first_node + 1..=self.nodes.len() {
            if to < self.nodes.len() && records[self.nodes[to - 1] as usize].after == self.nodes[to] {
                continue;
            }
            if to - from > 1 {
                if !with_all {
                    for (step, &node) in self.steps[from..to].iter_mut().zip(&self.nodes[from..to]) {
                        *step = gather(state, node);
                    }
                }
                let (first, last) = (self.steps[from], self.steps[to - 1]);
                let resource = records[first.node as usize].resource as usize;
                // A path that begins with the resource itself cannot begin earlier with another operation.
                let opens = from > first_node || is_cut || first.end - first.duration > state.ends[resource];
                let closes = to < self.nodes.len() || last.tail - last.duration > state.tails[resource];
                self.blocks.push(Block { from, to, opens, closes, length });
            }
            from = to;
        }
    }
}

/// The nodes of one path, from `from` on.
#[derive(Clone, Copy)]
struct Part {
    from: usize,
    length: u32,
    /// Whether the path goes on before its first node.
    is_cut: bool,
    with_all: bool,
}

impl Others {
    /// Starts a search that leaves out the nodes of a path.
    fn begin(&mut self, state: &State, path: &[u32]) {
        let count = state.records.len();
        if self.seen.len() != count || self.search == u32::MAX {
            let ends_chain = |&x: &usize| {
                state.records[x].position != NO_POSITION && state.records[x + 1].position == NO_POSITION
            };
            self.chain_ends = (0..count - 1).filter(ends_chain).map(|x| x as u32).collect();
            self.seen = vec![0; count];
            self.search = 0;
        }
        self.search += 1;
        for &node in path {
            self.seen[node as usize] = self.search;
        }
    }

    /// Lists the ends of the longest paths, the longest first: every path ends with the last operation of a
    /// chain or of a resource.
    fn rank(&mut self, state: &State, count: usize) {
        let State { records, ends, tails, .. } = state;
        let lasts = (0..state.num_resources()).map(|resource| records[resource].before);
        let nodes = self.chain_ends.iter().copied().chain(lasts);
        let is_new = |&node: &u32| state.is_operation(node) && self.seen[node as usize] != self.search;
        let less = |x: usize| state.makespan() - (ends[x] - records[x].duration + tails[x]);
        self.ranked.clear();
        self.ranked.extend(nodes.filter(is_new).map(|node| (less(node as usize), node)));
        if self.ranked.len() > count {
            self.ranked.select_nth_unstable(count);
            self.ranked.truncate(count);
        }
        self.ranked.sort_unstable();
    }
}

/// What the estimates read of an operation.
pub(super) fn gather(state: &State, node: u32) -> Step {
    let x = node as usize;
    let (record, previous, next) = (&state.records[x], &state.records[x - 1], &state.records[x + 1]);
    let (chain_end, chain_tail) = (state.ends[x - 1], state.tails[x + 1]);
    // A path from the chain successor `j` to `v` would make tail(j) at least duration(j) + tail(v).
    let behind_from = chain_tail.wrapping_sub(next.duration).wrapping_add(1);
    let ahead_from = chain_end.wrapping_sub(previous.duration).wrapping_add(1);
    Step {
        node,
        duration: record.duration,
        end: state.ends[x],
        tail: state.tails[x],
        chain_end,
        chain_tail,
        behind_from: if next.position == NO_POSITION { 0 } else { behind_from },
        ahead_from: if previous.position == NO_POSITION { 0 } else { ahead_from },
    }
}
