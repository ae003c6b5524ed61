#![doc = include_str!("README.md")]

pub mod bounds;
pub mod error;
pub mod explain;
pub mod model;
pub mod propagation;
#[cfg(feature = "python")]
mod python;
pub mod schedule;
pub mod search;
pub mod session;
pub mod tables;
