//! Better schedules: moves on the state, late acceptance.
//!
//! A worker holds a decoded state. A move changes the order of a stretch of it, or a mode; what lies
//! before the stretch stands, the rest is decoded anew. Late acceptance (Burke and Bykov 2017) compares
//! with the value some moves ago, level by level, so it needs no temperature and no common unit.

mod cascade;
mod credit;
pub mod cutoff;
mod lanes;
mod merge;
pub mod moves;
mod reinsertion;
mod ruin;
pub mod worker;

pub use merge::Merger;
pub use worker::{Incumbent, Worker};
