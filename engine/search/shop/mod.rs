//! Job shop and flexible job shop: the search over the plain kernel, from 36 to a million operations.
//!
//! # Idea
//! One loop with six tools, chosen by the structure of the instance and never by its name:
//!
//! | instance | tool | file |
//! |---|---|---|
//! | any | dispatch rules with forward and backward passes | `rules`, `dispatch`, `construct` |
//! | long chains that seldom wait | simulations that balance the chains | `balance` |
//! | every resource loaded up to the bound | simulations without idle time | `zero_idle` |
//! | up to 3,000 operations | tabu search from blends of elite schedules | `population`, `elite`, `relink` |
//! | larger | tabu search in windows of time | `windows`, `window` |
//! | from 50,000 to 300,000 | the same, on a schedule of each worker's own | `islands` |
//!
//! All of them run the same tabu search (`tabu`) over moves on one critical path (`path`, `block_moves`,
//! `switch`, `exchange`).
//!
//! # Determinism
//! A run has a fixed number of logical workers and rounds of equal work; workers exchange schedules between
//! rounds in their own order (`rounds`). Work is counted in operations touched. A round that the clock cuts
//! short is thrown away, so every result is that of whole rounds, and its work as a limit repeats it on any
//! number of threads. No parameter depends on the time left.
//!
//! # What does not hold
//! The bound is the preemptive one-resource bound; up to 3,000 operations the last worker raises it by
//! propagation and, for job shops, by exact search (`search::exact`), which proves most instances of 100
//! operations within seconds. Flexible job shops get bounds by propagation alone.

mod balance;
mod block_moves;
mod construct;
mod dispatch;
pub(super) mod elite;
mod exchange;
mod incumbent;
mod islands;
mod logarithm;
pub(super) mod memory;
mod options;
mod path;
mod population;
mod reduction;
pub(super) mod relink;
pub(super) mod rounds;
mod rules;
mod solve;
mod switch;
mod tabu;
mod tournament;
mod window;
mod windows;
mod zero_idle;

pub use options::{PlainOptions, PlainProgress, PlainResult, PlainStats};
pub use reduction::Reduction;
pub(in crate::search) use reduction::is_makespan;
pub use solve::solve_plain;
