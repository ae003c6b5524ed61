#![doc = include_str!("README.md")]

pub mod bounds;
pub mod model;
pub mod schedule;
pub mod search;
