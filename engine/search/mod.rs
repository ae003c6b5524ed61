//! Which schedule next?

pub mod limit;
pub mod options;
pub mod rng;
pub mod shop;
pub mod solve;

pub use options::{Cause, LeftOut, LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
pub use solve::solve;
