//! What is an answer?

pub mod assignment;
pub mod plain;

pub use assignment::{Member, Placement, Schedule};
