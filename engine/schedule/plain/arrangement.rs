//! A stored schedule: the sequence of all operations and their modes.

use super::{PlainInstance, PlainSolution, State};

/// A schedule as the search stores it: 4 bytes an operation, 6 if modes are chosen.
///
/// The sequence is a linear extension of the chains; appending each operation to the resource of its mode,
/// in this sequence and as early as possible, gives the schedule back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// All operations, each after its predecessor in the chain.
    pub sequence: Vec<u32>,
    /// The mode of each operation, by operation; empty if no operation has a choice.
    pub modes: Vec<u16>,
    /// Length of the schedule.
    pub makespan: u32,
}

impl Arrangement {
    /// The sequence of a given schedule. Never longer than the schedule: gaps close.
    pub fn from_solution(instance: &PlainInstance, solution: &PlainSolution) -> Self {
        let end = |i: usize| {
            let mode = usize::from(solution.modes()[i]);
            solution.starts()[i] + instance.modes(i)[mode].duration
        };
        let mut sequence: Vec<u32> = (0..solution.starts().len() as u32).collect();
        // Operations without duration come before what starts when they do.
        sequence.sort_unstable_by_key(|&i| (solution.starts()[i as usize], end(i as usize), i));
        let modes = if instance.is_flexible() { solution.modes().to_vec() } else { Vec::new() };
        let mut arrangement = Self { sequence, modes, makespan: 0 };
        arrangement.makespan = State::new(instance, &arrangement).makespan();
        arrangement
    }

    /// Start times by appending; `O(n)`. What is appended in an order that respects the chains overlaps nowhere,
    /// so that order is all there is to check: whoever stops a search of a million operations waits for this.
    ///
    /// # Panics
    /// If the sequence is no linear extension of the instance's chains.
    pub fn to_solution(&self, instance: &PlainInstance) -> PlainSolution {
        let num_operations = instance.num_operations();
        let mut chain_of = vec![0_u32; num_operations];
        for chain in 0..instance.num_chains() {
            chain_of[instance.chain(chain)].fill(chain as u32);
        }
        let mut next: Vec<usize> = (0..instance.num_chains()).map(|c| instance.chain(c).start).collect();
        let mut chain_ready: Vec<u32> = (0..instance.num_chains()).map(|c| instance.release(c)).collect();
        let mut resource_ready = vec![0_u32; instance.num_resources()];
        let mut starts = vec![0; num_operations];
        let modes = if self.modes.is_empty() { vec![0; num_operations] } else { self.modes.clone() };
        for &operation in &self.sequence {
            let operation = operation as usize;
            let mode = instance.modes(operation)[usize::from(modes[operation])];
            let of = chain_of[operation] as usize;
            assert_eq!(next[of], operation, "a sequence respects the chains");
            next[of] += 1;
            let chain = &mut chain_ready[of];
            let resource = &mut resource_ready[mode.resource as usize];
            let start = (*chain).max(*resource);
            starts[operation] = start;
            *chain = start + mode.duration;
            *resource = *chain;
        }
        assert_eq!(self.sequence.len(), num_operations, "a sequence has all operations");
        PlainSolution::appended(instance, starts, modes)
    }
}
