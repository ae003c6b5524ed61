//! What now? A published schedule meets a change.
//!
//! A session compares two worlds: the *live* schedule, which people follow, and a problem in which
//! something has changed. Three answers, by how much may move:
//! - [`simulate`]: nobody reacts. Every operation keeps its mode, its members and its place in the
//!   sequence of its resources, and starts no earlier than published. One decoding.
//! - [`repair`]: only what the change has touched is placed anew; all else stands where it is.
//!   Milliseconds a try, until the time is up.
//! - rescheduling: [`crate::search::solve`] with the repaired schedule as its start, on a problem
//!   whose baseline is the live schedule, so that stability has its price.
//!
//! # Invariants
//! Without a change `simulate` gives back the live schedule (orders left out may find a place), and
//! `repair` does too. Both answers obey all rules of the contract, whatever the change was; an order
//! that cannot be placed any more is left out and says why.

mod bench;
mod carry;
mod repair;
mod simulate;

pub use carry::carry;
pub use repair::{RepairOptions, Repaired, repair};
pub use simulate::{Simulated, simulate};
