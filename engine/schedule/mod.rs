//! What is an answer?

pub mod assignment;

pub use assignment::{Member, Placement, Schedule};
