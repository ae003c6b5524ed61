//! What is an answer?

pub mod assignment;
pub mod decode;
pub mod metrics;
pub mod state;

pub use assignment::{Member, Placement, Schedule};
