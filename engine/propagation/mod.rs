//! What can no longer happen?
//!
//! A [`Network`] is what propagation looks at: operations with their ways to run, arcs between starts and
//! ends, sets of operations that exclude each other, capacities. It is a relaxation of the problem: whatever a
//! valid schedule does, the network allows. So what propagation removes happens in no schedule, and a
//! contradiction proves that there is none.
//!
//! [`Propagation`] narrows the windows of all operations ([`Domains`]) until no propagator finds more:
//!
//! | propagator | what it knows | cost |
//! |---|---|---|
//! | `precedence` | least and largest lags of all kinds; finds positive cycles | incremental, `O(n m)` at worst |
//! | `work` | duration through the calendars of the modes that are left | a binary search a mode |
//! | `disjunctive` | overload, detectable precedences, not-first/not-last, edge finding | `O(n log n)` |
//! | `timetable` | parts that run whatever happens, against capacities over time | `O(n (n + steps))` at worst |
//! | `energy` | the work that must lie between two instants against capacity | `O(n log n)` |
//! | `reservoir` | what is taken of an item against what can have been given | `O(n log n)`, `O(n^2)` at worst |
//!
//! Everything can be taken back ([`Propagation::mark`], [`Propagation::undo`]), so search and shaving run on the
//! same windows. Only here are the windows called by their short names: earliest and latest start (est, lst),
//! earliest and latest end (ect, lct).

pub mod disjunctive;
pub mod domain;
pub mod energy;
pub mod fixpoint;
pub mod network;
pub mod precedence;
pub mod propagator;
mod queue;
pub mod relax;
mod reservoir;
pub mod timetable;
mod trail;
pub mod windows;
mod work;

pub use domain::{Cause, Conflict, Domains};
pub use fixpoint::Propagation;
pub use network::Network;
pub use windows::TimeWindows;
