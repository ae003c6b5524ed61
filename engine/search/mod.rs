//! Which schedule next?

pub mod construct;
pub mod exact;
mod general;
pub mod limit;
pub mod lns;
mod makespan;
pub mod options;
mod plain;
pub mod project;
pub mod rng;
pub mod score;
pub mod shop;
mod shown;
pub mod solve;
mod timed;

pub use options::{Cause, LeftOut, LimitHit, Progress, Reason, SolveOptions, Solved, Stats};
pub use solve::solve;
