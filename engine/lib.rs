#![doc = include_str!("README.md")]

pub mod bounds;
pub mod error;
pub mod explain;
pub mod model;
pub mod propagation;
pub mod schedule;
pub mod search;
