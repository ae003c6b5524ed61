//! Which schedule next?

pub mod limit;
pub mod rng;
pub mod shop;
