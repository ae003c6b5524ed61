#![doc = include_str!("README.md")]

pub mod error;
pub mod explain;
pub mod model;
pub mod schedule;
