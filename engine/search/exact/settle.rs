//! Where construction finds no complete schedule: is there one?
//!
//! Propagation on the network of the problem first, then shaving, then a tree over modes and starts, the
//! earliest open operation first, its window halved until its start is known. A leaf of the tree is decoded by
//! the rich decoder in the order of its starts, which sees all that the network leaves out (changeovers,
//! members): a complete schedule ends the search. A tree that is exhausted without any leaf proves
//! that there is no schedule; one with leaves that the decoder cannot follow proves nothing.
//!
//! All of it is bounded by work.

use crate::bounds::destructive::shave;
use crate::model::ids::OperationId;
use crate::propagation::{Cause, Conflict, Network, Propagation};
use crate::schedule::decode::{Decoder, End, Outline};
use crate::schedule::state::State;

/// Operations of the largest problem that is looked at.
pub(crate) const LARGEST: usize = 5_000;

/// Leaves that are decoded at most.
const LEAVES: u32 = 200;

/// What has come out.
#[derive(Debug)]
pub(crate) enum Settled {
    /// There is no schedule; why, in words.
    Infeasible(String),
    /// The decoder holds a complete schedule of this state.
    Complete(State),
    /// Neither has been shown.
    Open,
}

/// Tries to decide whether a complete schedule exists.
#[derive(Debug)]
pub(crate) struct Settler<'n, 'p> {
    outline: &'n Outline<'p>,
    propagation: Propagation<'n, 'p>,
    leaves: u32,
}

impl<'n, 'p> Settler<'n, 'p> {
    pub(crate) fn new(outline: &'n Outline<'p>, network: &'n Network<'p>) -> Self {
        Self { outline, propagation: Propagation::new(network), leaves: 0 }
    }

    /// Operations touched so far.
    pub(crate) fn work(&self) -> u64 {
        self.propagation.work()
    }

    /// The contradiction that propagation finds at once.
    pub(crate) fn propagate(&mut self) -> Option<String> {
        let conflict = self.propagation.run().err()?;
        Some(self.words(conflict))
    }

    /// Shaves, then searches, until `until` operations are touched.
    pub(crate) fn settle(
        &mut self,
        decoder: &mut Decoder<'_>,
        until: u64,
        stop: &dyn Fn() -> bool,
    ) -> Settled {
        if let Err(conflict) = shave(&mut self.propagation, until / 4, stop) {
            return Settled::Infeasible(self.words(conflict));
        }
        self.search(decoder, until, stop)
    }

    fn search(&mut self, decoder: &mut Decoder<'_>, until: u64, stop: &dyn Fn() -> bool) -> Settled {
        let mut open: Vec<(usize, Branch)> = Vec::new();
        let mut last = None;
        let mut result = self.propagation.run();
        loop {
            if self.work() >= until || self.leaves >= LEAVES || stop() {
                return Settled::Open;
            }
            if result.is_ok() {
                if let Some(branch) = self.branch() {
                    open.push((self.propagation.mark(), branch));
                    result = self.apply(branch, false);
                    continue;
                }
                self.leaves += 1;
                if let Some(state) = self.leaf(decoder, stop) {
                    return Settled::Complete(state);
                }
            }
            last = result.err().or(last);
            let Some((mark, branch)) = open.pop() else {
                return match last {
                    Some(conflict) if self.leaves == 0 => Settled::Infeasible(format!(
                        "no start of any operation is left after a search through all of them; last, {}",
                        self.words(conflict)
                    )),
                    _ => Settled::Open,
                };
            };
            self.propagation.undo(mark);
            result = self.apply(branch, true);
        }
    }

    /// The next decision: of the operation that can start first.
    fn branch(&self) -> Option<Branch> {
        let domains = &self.propagation.domains;
        let undecided = |op: &OperationId| {
            let index = op.index();
            domains.est(index) < domains.lst(index) || domains.modes(index).count_ones() > 1
        };
        let free = self.outline.problem.operation_ids().filter(undecided);
        let index = free.map(OperationId::index).min_by_key(|&i| (domains.est(i), domains.lst(i), i))?;
        let modes = domains.modes(index);
        if modes.count_ones() > 1 {
            return Some(Branch::Mode(index, modes & modes.wrapping_neg()));
        }
        let (est, lst) = (domains.est(index), domains.lst(index));
        Some(Branch::Start(index, est + (lst - est) / 2))
    }

    fn apply(&mut self, branch: Branch, opposite: bool) -> Result<(), Conflict> {
        let domains = &mut self.propagation.domains;
        match (branch, opposite) {
            (Branch::Mode(operation, mode), false) => domains.keep_modes(operation, mode),
            (Branch::Mode(operation, mode), true) => domains.keep_modes(operation, !mode),
            (Branch::Start(operation, time), false) => domains.lower_start(operation, time),
            (Branch::Start(operation, time), true) => domains.raise_start(operation, time + 1),
        }?;
        self.propagation.run()
    }

    /// Decodes in the order of starts.
    fn leaf(&self, decoder: &mut Decoder<'_>, stop: &dyn Fn() -> bool) -> Option<State> {
        let domains = &self.propagation.domains;
        let mut sequence = self.outline.free.clone();
        sequence.sort_by_key(|op| (domains.est(op.index()), self.outline.place_of(*op)));
        let mut state = State::new(self.outline.problem, sequence);
        for &operation in &self.outline.free {
            let bit = domains.modes(operation.index()).trailing_zeros() as usize;
            state.modes[operation.index()] = self.outline.allowed(operation).get(bit).copied();
        }
        (decoder.decode(&state, false, stop) == End::Complete).then(|| {
            decoder.settle(&mut state);
            state
        })
    }

    /// A contradiction in words: the operation and what leaves it no place.
    fn words(&self, conflict: Conflict) -> String {
        let problem = self.outline.problem;
        let operation = problem.names.operations.get(conflict.operation as usize);
        let network = self.propagation.network();
        let resource = |name: u32| match (name as usize).checked_sub(problem.resources.len()) {
            Some(group) => format!("group {}", problem.names.groups.get(group)),
            None => format!("resource {}", problem.names.resources.get(name as usize)),
        };
        match conflict.cause {
            Cause::Window | Cause::Work => format!("operation {operation} fits in no window of time"),
            Cause::Lags => format!("the precedences of operation {operation} leave it no time"),
            Cause::Disjunctive(index) => {
                let name = resource(network.disjunctives[index as usize].name);
                format!("operation {operation} has no time beside the others on {name}")
            }
            Cause::Capacity(index) => {
                let name = resource(network.cumulatives[index as usize].name);
                format!("operation {operation} finds too little capacity beside the others on {name}")
            }
            Cause::Item(index) => {
                let name = problem.names.items.get(network.reservoirs[index as usize].name as usize);
                format!("operation {operation} finds too little of item {name}, or no room for it")
            }
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Branch {
    /// This mode, or any other.
    Mode(usize, u64),
    /// Start by then, or later.
    Start(usize, i64),
}
