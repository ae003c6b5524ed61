//! Better schedules: moves on the state, late acceptance.
//!
//! A worker holds a decoded state and works by one of two methods in each round. In one a move changes the order of a
//! stretch of the state, or a mode; what lies before the stretch stands, the rest is decoded anew
//! (`moves` on a `neighborhood`, `cutoff`). In the other a few operations leave and come back while everything else stands,
//! into gaps (`ruin`) or into places that others leave for them (`ejection`, with `seeds` and `losses`), and
//! those behind them close up (`reinsertion`, `lanes`, `cascade`): that costs what it touches, not what
//! there is, so it is what large plants live on. Which one (`methods`), and which kind of
//! move, follows what has paid off for its work (`credit`).
//!
//! Late acceptance (Burke and Bykov 2017) compares with the value some moves ago, level by level, so it
//! needs no temperature and no common unit. Where a small plant is stuck it goes on excursions (`excursion`). What
//! workers have found apart is merged (`merge`).

mod cascade;
mod credit;
pub mod cutoff;
mod ejection;
mod excursion;
mod lanes;
mod losses;
mod merge;
mod methods;
pub mod moves;
pub mod neighborhood;
mod reinsertion;
mod ruin;
mod seeds;
#[cfg(test)]
mod tests;
pub mod worker;

pub use merge::Merger;
pub use methods::{Method, Methods};
pub use worker::{Incumbent, Worker};
