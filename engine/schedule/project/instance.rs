//! The project: what the kernel schedules.

use thiserror::Error;

use super::packing::Packing;

/// Largest horizon that the kernel accepts: two times then add up in 32 bits.
const MAX_HORIZON: u64 = i32::MAX as u64;

/// An operation as given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProjectOperation {
    /// How long it holds what it needs.
    pub duration: u32,
    /// It starts no earlier.
    pub release: u32,
    /// Time that must pass behind its end before the project ends.
    pub tail: u32,
    /// Units needed, by resource; a resource may be named twice.
    pub demands: Vec<(u32, u64)>,
}

/// A precedence from an end to a start with a least lag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProjectLink {
    /// The earlier operation.
    pub before: u32,
    /// The later one; its number is larger.
    pub after: u32,
    /// Least time between them.
    pub lag: u32,
}

/// Why a project was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProjectError {
    /// A link goes backward in the numbering or names an operation that does not exist.
    #[error("the link from {before} to {after} does not go forward within {operations} operations")]
    Link {
        /// Its first end.
        before: u32,
        /// Its second end.
        after: u32,
        /// How many operations there are.
        operations: usize,
    },
    /// A demand names a resource that does not exist or more units than there are.
    #[error("operation {operation} needs {quantity} units of resource {resource}")]
    Demand {
        /// The operation.
        operation: usize,
        /// The resource.
        resource: u32,
        /// The units.
        quantity: u64,
    },
    /// Times would not fit.
    #[error("the horizon may reach {horizon}, more than the project kernel's 2147483647")]
    Horizon {
        /// Everything one after the other.
        horizon: u64,
    },
    /// The capacities do not fit into the words that a stretch of time has.
    #[error("the capacities need {words} words; the project kernel has 16")]
    Words {
        /// Words needed.
        words: usize,
    },
}

/// Links of each operation, one side of them.
#[derive(Clone, Debug, Default)]
struct Side {
    begins: Vec<u32>,
    /// The operation at the other end, and the lag.
    ends: Vec<(u32, u32)>,
}

impl Side {
    fn new(operations: usize, links: impl Iterator<Item = (u32, u32, u32)> + Clone) -> Self {
        let mut begins = vec![0_u32; operations + 1];
        for (from, ..) in links.clone() {
            begins[from as usize + 1] += 1;
        }
        for index in 0..operations {
            begins[index + 1] += begins[index];
        }
        let mut next = begins.clone();
        let mut ends = vec![(0, 0); begins[operations] as usize];
        for (from, to, lag) in links {
            ends[next[from as usize] as usize] = (to, lag);
            next[from as usize] += 1;
        }
        Self { begins, ends }
    }

    fn of(&self, operation: usize) -> &[(u32, u32)] {
        &self.ends[self.begins[operation] as usize..self.begins[operation + 1] as usize]
    }
}

/// A project; see the module.
#[derive(Clone, Debug)]
pub struct ProjectInstance {
    operations: Vec<ProjectOperation>,
    capacities: Vec<u64>,
    links: Vec<ProjectLink>,
    before: Side,
    after: Side,
    packing: Packing,
    /// Least time from the end of each operation to the end of the project.
    ways: Vec<u32>,
}

impl ProjectInstance {
    /// Checks and builds; `O(n + links)`.
    pub fn new(
        capacities: Vec<u64>,
        mut operations: Vec<ProjectOperation>,
        links: Vec<ProjectLink>,
    ) -> Result<Self, ProjectError> {
        let count = operations.len();
        if let Some(&ProjectLink { before, after, .. }) =
            links.iter().find(|link| link.before >= link.after || link.after as usize >= count)
        {
            return Err(ProjectError::Link { before, after, operations: count });
        }
        for operation in &mut operations {
            merge(operation);
        }
        for (operation, data) in operations.iter().enumerate() {
            for &(resource, quantity) in &data.demands {
                if capacities.get(resource as usize).is_none_or(|&capacity| quantity > capacity) {
                    return Err(ProjectError::Demand { operation, resource, quantity });
                }
            }
        }
        let horizon = horizon(&operations, &links);
        if horizon > MAX_HORIZON {
            return Err(ProjectError::Horizon { horizon });
        }
        let packing = Packing::new(&capacities, &operations)?;
        let before = Side::new(count, links.iter().map(|link| (link.after, link.before, link.lag)));
        let after = Side::new(count, links.iter().map(|link| (link.before, link.after, link.lag)));
        Ok(Self { operations, capacities, links, before, after, packing, ways: Vec::new() }.with_ways())
    }

    fn with_ways(mut self) -> Self {
        self.ways = vec![0; self.len()];
        for operation in (0..self.len()).rev() {
            let behind = self.after(operation).iter().map(|&(other, lag)| {
                let other = other as usize;
                lag + self.duration(other) + self.ways[other]
            });
            self.ways[operation] = behind.max().unwrap_or(0).max(self.operations[operation].tail);
        }
        self
    }

    /// The same project seen from its end: time runs backward, operations are numbered backward.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let last = self.operations.len() as u32 - 1;
        let mut operations = self.operations.clone();
        operations.reverse();
        for operation in &mut operations {
            std::mem::swap(&mut operation.release, &mut operation.tail);
        }
        let links: Vec<ProjectLink> = (self.links.iter())
            .map(|link| ProjectLink { before: last - link.after, after: last - link.before, lag: link.lag })
            .collect();
        let before =
            Side::new(operations.len(), links.iter().map(|link| (link.after, link.before, link.lag)));
        let after = Side::new(operations.len(), links.iter().map(|link| (link.before, link.after, link.lag)));
        let packing = self.packing.mirrored();
        let capacities = self.capacities.clone();
        Self { operations, capacities, links, before, after, packing, ways: Vec::new() }.with_ways()
    }

    /// How many operations.
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    /// An operation; its demands name each resource once, ascending.
    pub fn operation(&self, operation: usize) -> &ProjectOperation {
        &self.operations[operation]
    }

    /// How long an operation takes.
    #[inline]
    pub fn duration(&self, operation: usize) -> u32 {
        self.operations[operation].duration
    }

    /// Units of each resource.
    pub fn capacities(&self) -> &[u64] {
        &self.capacities
    }

    /// All links.
    pub fn links(&self) -> &[ProjectLink] {
        &self.links
    }

    /// Predecessors of an operation with their lags.
    #[inline]
    pub fn before(&self, operation: usize) -> &[(u32, u32)] {
        self.before.of(operation)
    }

    /// Successors of an operation with their lags.
    #[inline]
    pub fn after(&self, operation: usize) -> &[(u32, u32)] {
        self.after.of(operation)
    }

    /// Demands in machine words.
    pub fn packing(&self) -> &Packing {
        &self.packing
    }

    /// Latest end plus tail of a schedule.
    pub fn makespan(&self, starts: &[u32]) -> u32 {
        let ends = self.operations.iter().zip(starts).map(|(data, start)| start + data.duration + data.tail);
        ends.max().unwrap_or(0)
    }

    /// Earliest start of each operation by releases and precedences alone.
    pub fn heads(&self) -> Vec<u32> {
        let mut heads = vec![0; self.len()];
        for operation in 0..self.len() {
            let ready = self.before(operation).iter().map(|&(other, lag)| {
                let other = other as usize;
                heads[other] + self.duration(other) + lag
            });
            heads[operation] = ready.max().unwrap_or(0).max(self.operations[operation].release);
        }
        heads
    }

    /// Least time from the end of each operation to the end of the project, by tails and precedences alone.
    #[inline]
    pub fn tails(&self) -> &[u32] {
        &self.ways
    }
}

/// Sums demands by resource; what takes no time holds nothing.
fn merge(operation: &mut ProjectOperation) {
    if operation.duration == 0 {
        operation.demands.clear();
    }
    operation.demands.sort_unstable();
    operation.demands.dedup_by(|later, earlier| {
        let same = later.0 == earlier.0;
        if same {
            earlier.1 = earlier.1.saturating_add(later.1);
        }
        same
    });
    operation.demands.retain(|demand| demand.1 > 0);
}

/// Everything one after the other, behind the latest release.
fn horizon(operations: &[ProjectOperation], links: &[ProjectLink]) -> u64 {
    let mut lag = vec![0_u32; operations.len()];
    for link in links {
        let known = &mut lag[link.after as usize];
        *known = (*known).max(link.lag);
    }
    let work: u64 = operations.iter().map(|operation| u64::from(operation.duration)).sum();
    let lags: u64 = lag.into_iter().map(u64::from).sum();
    let edge = |side: fn(&ProjectOperation) -> u32| operations.iter().map(side).max().unwrap_or(0);
    work + lags + u64::from(edge(|o| o.release)) + u64::from(edge(|o| o.tail))
}
