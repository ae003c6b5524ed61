//! A plain schedule as the caller sees it: a start and a mode for each operation.

use super::instance::{PlainError, PlainInstance};

/// A valid schedule of a [`PlainInstance`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainSolution {
    starts: Vec<u32>,
    modes: Vec<u16>,
    makespan: u32,
}

impl PlainSolution {
    /// Checks starts and modes (by operation) against the instance; `O(n log n)`.
    pub fn new(instance: &PlainInstance, starts: Vec<u32>, modes: Vec<u16>) -> Result<Self, PlainError> {
        let expected = instance.num_operations();
        for (what, found) in [("starts", starts.len()), ("modes", modes.len())] {
            if found != expected {
                return Err(PlainError::Length { what, found, expected });
            }
        }
        for (operation, &mode) in modes.iter().enumerate() {
            if usize::from(mode) >= instance.modes(operation).len() {
                return Err(PlainError::UnknownMode { operation, mode });
            }
        }
        let mut solution = Self { starts, modes, makespan: 0 };
        solution.makespan = solution.check_chains(instance)?;
        solution.check_overlaps(instance)?;
        Ok(solution)
    }

    /// Of operations appended to chains and resources, one after the other: valid as it is.
    pub(super) fn appended(instance: &PlainInstance, starts: Vec<u32>, modes: Vec<u16>) -> Self {
        let mut solution = Self { starts, modes, makespan: 0 };
        let end = |chain: usize| {
            let last = instance.chain(chain).last().map(|operation| solution.end(instance, operation));
            last.unwrap_or(u64::from(instance.release(chain))) + u64::from(instance.tail(chain))
        };
        // The horizon of an instance fits into its times.
        solution.makespan = (0..instance.num_chains()).map(end).max().unwrap_or(0) as u32;
        solution
    }

    /// Start of each operation.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Chosen mode of each operation: an index into its modes.
    pub fn modes(&self) -> &[u16] {
        &self.modes
    }

    /// Largest end plus tail.
    pub fn makespan(&self) -> u32 {
        self.makespan
    }

    fn end(&self, instance: &PlainInstance, operation: usize) -> u64 {
        let mode = instance.modes(operation)[usize::from(self.modes[operation])];
        u64::from(self.starts[operation]) + u64::from(mode.duration)
    }

    fn check_chains(&self, instance: &PlainInstance) -> Result<u32, PlainError> {
        let mut makespan = 0;
        for chain in 0..instance.num_chains() {
            let mut earliest = u64::from(instance.release(chain));
            for operation in instance.chain(chain) {
                let start = self.starts[operation];
                if u64::from(start) < earliest {
                    return Err(PlainError::Precedence { operation, start, earliest: earliest as u32 });
                }
                earliest = self.end(instance, operation);
            }
            makespan = makespan.max(earliest + u64::from(instance.tail(chain)));
        }
        u32::try_from(makespan).map_err(|_| PlainError::Horizon { horizon: makespan })
    }

    fn check_overlaps(&self, instance: &PlainInstance) -> Result<(), PlainError> {
        let resource =
            |operation: usize| instance.modes(operation)[usize::from(self.modes[operation])].resource;
        let mut sorted: Vec<usize> = (0..self.starts.len()).collect();
        sorted.sort_unstable_by_key(|&i| (resource(i), self.starts[i], self.end(instance, i), i));
        for pair in sorted.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            let shares = resource(first) == resource(second);
            if shares && self.end(instance, first) > u64::from(self.starts[second]) {
                return Err(PlainError::Overlap { first, second, resource: resource(first) });
            }
        }
        Ok(())
    }
}
