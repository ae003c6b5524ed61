#![doc = include_str!("README.md")]

pub mod bounds;
pub mod error;
pub mod model;
pub mod schedule;
pub mod search;
