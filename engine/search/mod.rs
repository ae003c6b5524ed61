//! Which schedule next?

pub mod options;
pub mod solve;

pub use options::{Cause, LeftOut, LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
pub use solve::solve;
