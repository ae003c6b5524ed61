//! The plain kernel: chains of operations on unary resources, makespan, nothing else.
//!
//! A textbook job shop or flexible job shop needs none of the calendars, changeovers and crews of a real
//! plant, and can be searched at about a nanosecond an operation if nothing of them is in the way. This
//! folder holds the state of that search; [`crate::search::shop`] holds the search.
//!
//! # Idea
//! A schedule is a *linear extension*: one sequence of all operations that respects the chains. Appending
//! the operations of the sequence to their resources one by one gives the order on each resource, so a
//! sequence is acyclic by construction, needs 4 bytes an operation, and any two of them can be blended
//! without repair. The state keeps the sequence topological while moves change the resource orders, so
//! that start times are one linear sweep from the first touched position to the end and tails one sweep
//! back.
//!
//! # Words
//! `end(x)` is the completion time of operation `x` in the semi-active schedule; `tail(x)` is the length of
//! the longest path from the *start* of `x` to the end of the schedule, its own duration included. Then `x`
//! is critical if and only if `end(x) - duration(x) + tail(x)` is the makespan.
//!
//! # Invariants
//! All times fit in 31 bits: [`PlainInstance::new`] proves it once, so nothing inside checks for overflow
//! and sums of two times fit in 32.
//!
//! # References
//! - E. Balas, A. Vazacopoulos, "Guided local search with shifting bottleneck for job shop scheduling",
//!   Management Science 44(2), 1998.
//! - D. J. Pearce, P. H. J. Kelly, "A dynamic topological sort algorithm for directed acyclic graphs",
//!   ACM Journal of Experimental Algorithmics 11, 2006.

mod arrangement;
mod instance;
mod relocate;
mod solution;
mod state;
mod sweep;

pub use arrangement::Arrangement;
pub use instance::{PlainError, PlainInstance, PlainMode};
pub use relocate::{Place, Touched};
pub use solution::PlainSolution;
pub use state::{NO_POSITION, Record, Snapshot, State};
