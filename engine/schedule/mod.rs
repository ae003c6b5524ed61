//! What is an answer?

pub mod assignment;
pub mod critical;
pub mod decode;
pub mod metrics;
pub mod plain;
pub mod project;
pub mod shift;
pub mod state;
pub mod timed;
pub mod verify;

pub use assignment::{Member, Placement, Schedule};
