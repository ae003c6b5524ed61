//! What is an answer?

pub mod assignment;
pub mod critical;
pub mod verify;

pub use assignment::{Member, Placement, Schedule};
