//! The plain problem: what the kernel schedules.
//!
//! Chains of operations, each operation with one or more modes (resource, duration), each chain with a
//! release before its first operation and a tail after its last. The makespan is the largest
//! `end + tail` over the chains. Operations are numbered chain by chain, so the whole problem is a few flat
//! vectors: 12 bytes an operation plus 8 for each further mode.

use thiserror::Error;

/// Largest horizon that the kernel accepts: two times then add up in 32 bits.
const MAX_HORIZON: u64 = i32::MAX as u64;

/// One way to run an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainMode {
    /// The resource that is held, `0..num_resources`.
    pub resource: u32,
    /// How long it is held.
    pub duration: u32,
}

/// Why a plain problem or a plain schedule was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PlainError {
    /// The vectors do not describe chains: starts must rise from 0 to the number of entries.
    #[error("{what} must start at 0, never fall and end at {expected}")]
    Starts {
        /// Which vector.
        what: &'static str,
        /// The last entry that would be right.
        expected: usize,
    },
    /// A vector has the wrong length.
    #[error("{what} has {found} entries instead of {expected}")]
    Length {
        /// Which vector.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length that would be right.
        expected: usize,
    },
    /// An operation has no mode, or more than the kernel can number.
    #[error("operation {operation} has {found} modes; 1 to 65535 are possible")]
    Modes {
        /// The operation.
        operation: usize,
        /// How many modes it has.
        found: usize,
    },
    /// A mode names a resource that does not exist.
    #[error("operation {operation} names resource {resource} of {num_resources}")]
    Resource {
        /// The operation.
        operation: usize,
        /// The resource that it names.
        resource: u32,
        /// How many there are.
        num_resources: u32,
    },
    /// Times would not fit: releases, longest modes and tails add up to more than 31 bits.
    #[error("the horizon may reach {horizon}, more than the plain kernel's 2147483647")]
    Horizon {
        /// Largest release plus all longest durations plus largest tail.
        horizon: u64,
    },
    /// A schedule starts an operation before its chain allows it.
    #[error("operation {operation} starts at {start}, before {earliest}")]
    Precedence {
        /// The operation.
        operation: usize,
        /// Its start.
        start: u32,
        /// The end of its predecessor, or the release of its chain.
        earliest: u32,
    },
    /// A schedule runs two operations at once on one resource.
    #[error("operations {first} and {second} overlap on resource {resource}")]
    Overlap {
        /// The one that starts first.
        first: usize,
        /// The other.
        second: usize,
        /// The resource.
        resource: u32,
    },
    /// A schedule chooses a mode that its operation does not have.
    #[error("operation {operation} has no mode {mode}")]
    UnknownMode {
        /// The operation.
        operation: usize,
        /// The mode.
        mode: u16,
    },
}

/// Chains of operations on unary resources.
#[derive(Clone, Debug)]
pub struct PlainInstance {
    num_resources: u32,
    chain_starts: Vec<u32>,
    mode_starts: Vec<u32>,
    modes: Vec<PlainMode>,
    releases: Vec<u32>,
    tails: Vec<u32>,
    horizon: u32,
    is_flexible: bool,
}

impl PlainInstance {
    /// Builds and checks an instance.
    ///
    /// Chain `c` has the operations `chain_starts[c]..chain_starts[c + 1]`, operation `i` the modes
    /// `mode_starts[i]..mode_starts[i + 1]`. Empty `releases` or `tails` stand for zeros.
    pub fn new(
        num_resources: u32,
        chain_starts: Vec<u32>,
        mode_starts: Vec<u32>,
        modes: Vec<PlainMode>,
        releases: Vec<u32>,
        tails: Vec<u32>,
    ) -> Result<Self, PlainError> {
        check_starts("mode_starts", &mode_starts, modes.len())?;
        check_starts("chain_starts", &chain_starts, mode_starts.len() - 1)?;
        let num_chains = chain_starts.len() - 1;
        let releases = zeros_if_empty("releases", releases, num_chains)?;
        let tails = zeros_if_empty("tails", tails, num_chains)?;
        let mut horizon = u64::from(releases.iter().max().copied().unwrap_or(0));
        horizon += u64::from(tails.iter().max().copied().unwrap_or(0));
        let mut is_flexible = false;
        for (operation, pair) in mode_starts.windows(2).enumerate() {
            let own = &modes[pair[0] as usize..pair[1] as usize];
            if own.is_empty() || own.len() > usize::from(u16::MAX) {
                return Err(PlainError::Modes { operation, found: own.len() });
            }
            if let Some(bad) = own.iter().find(|mode| mode.resource >= num_resources) {
                return Err(PlainError::Resource { operation, resource: bad.resource, num_resources });
            }
            is_flexible |= own.len() > 1;
            horizon += u64::from(own.iter().map(|mode| mode.duration).max().unwrap_or(0));
        }
        if horizon > MAX_HORIZON {
            return Err(PlainError::Horizon { horizon });
        }
        let horizon = horizon as u32;
        Ok(Self { num_resources, chain_starts, mode_starts, modes, releases, tails, horizon, is_flexible })
    }

    /// Number of operations.
    pub fn num_operations(&self) -> usize {
        self.mode_starts.len() - 1
    }

    /// Number of resources.
    pub fn num_resources(&self) -> usize {
        self.num_resources as usize
    }

    /// Number of chains.
    pub fn num_chains(&self) -> usize {
        self.chain_starts.len() - 1
    }

    /// The operations of a chain, in their order.
    #[inline]
    pub fn chain(&self, chain: usize) -> std::ops::Range<usize> {
        self.chain_starts[chain] as usize..self.chain_starts[chain + 1] as usize
    }

    /// The modes of an operation.
    #[inline]
    pub fn modes(&self, operation: usize) -> &[PlainMode] {
        &self.modes[self.mode_starts[operation] as usize..self.mode_starts[operation + 1] as usize]
    }

    /// Earliest start of a chain's first operation.
    pub fn release(&self, chain: usize) -> u32 {
        self.releases[chain]
    }

    /// What a chain still needs after its last operation.
    pub fn tail(&self, chain: usize) -> u32 {
        self.tails[chain]
    }

    /// No schedule without needless waiting is longer.
    pub fn horizon(&self) -> u32 {
        self.horizon
    }

    /// Whether some operation has a choice of modes.
    pub fn is_flexible(&self) -> bool {
        self.is_flexible
    }

    /// The shortest duration of an operation over its modes.
    #[inline]
    pub fn shortest(&self, operation: usize) -> u32 {
        self.modes(operation).iter().map(|mode| mode.duration).min().unwrap_or(0)
    }
}

fn check_starts(what: &'static str, starts: &[u32], expected: usize) -> Result<(), PlainError> {
    let rises = starts.windows(2).all(|pair| pair[0] <= pair[1]);
    let spans = starts.first() == Some(&0) && starts.last().map(|&last| last as usize) == Some(expected);
    if rises && spans { Ok(()) } else { Err(PlainError::Starts { what, expected }) }
}

fn zeros_if_empty(what: &'static str, values: Vec<u32>, expected: usize) -> Result<Vec<u32>, PlainError> {
    match values.len() {
        0 => Ok(vec![0; expected]),
        found if found == expected => Ok(values),
        found => Err(PlainError::Length { what, found, expected }),
    }
}
