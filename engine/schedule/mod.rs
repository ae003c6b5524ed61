//! What is an answer?

pub mod assignment;
pub mod plain;
pub mod verify;

pub use assignment::{Member, Placement, Schedule};
