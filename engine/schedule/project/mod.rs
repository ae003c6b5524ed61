//! The project kernel: cumulative resources of constant capacity, one mode an operation, precedences from
//! end to start with least lags, and the makespan. That is the resource-constrained project scheduling
//! problem (Pritsker, Watters and Wolfe 1969); unary resources are those of capacity 1, so it is also every
//! shop without calendars and changeovers in which crews or operators are shared.
//!
//! # Idea
//! A list of operations that respects precedences becomes a schedule by serial generation: each operation
//! takes the earliest place that its predecessors and all resources leave. The free units of *all* resources
//! over a stretch of time are one short row of machine words ([`Packing`]), so whether an operation fits is
//! one subtraction and one comparison a word, and a schedule is one sorted list of such stretches.
//!
//! The same project seen from its end ([`ProjectInstance::mirrored`]) turns a backward pass into a forward
//! one. A pass forward after one backward never ends later (double justification; Valls, Ballestin and
//! Quintanilla 2005).
//!
//! # Invariants
//! Operations are numbered in an order that respects precedences; durations, lags, releases and tails add up
//! to less than 2^31, so times never overflow.

mod instance;
mod packing;
mod serial;

pub use instance::{ProjectError, ProjectInstance, ProjectLink, ProjectOperation};
pub use packing::Packing;
pub use serial::{Generate, generator};
