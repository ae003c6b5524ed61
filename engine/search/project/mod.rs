//! Projects with shared resources: the search over the project kernel.
//!
//! # Idea
//! A population of lists. Two parents give a child: a stretch of the father's list where resources are
//! busiest stays together, what lies before and behind it goes in the mother's order (two-point crossover at
//! peaks; Hartmann 1998, Debels and Vanhoucke 2007, Valls, Ballestin and Quintanilla 2008). Each child is
//! decoded forward, then backward from its end, then forward again as long as that shortens it
//! (`justify`). A population that no longer improves is given up for a larger one. On some islands each child
//! is walked from: moves across the resource arcs of a critical path, with late acceptance (`walk`). That is
//! slower for a child and finds what blends do not, most of all where resources exclude each other. There, half of
//! each population comes from the plain kernel, which searches the job shop that is left without pools (`shop`).
//!
//! # Determinism
//! Islands are logical workers: each has its own random stream and population, rounds give equal work, and
//! what they exchange goes in their order. A round that the clock cuts short is thrown away.
//!
//! # What does not hold
//! The bound is that of ways and of the work on each resource, raised once by propagation and
//! shaving; where it stays below the best schedule the search ends by its limits only.

mod answer;
mod bound;
mod island;
mod justify;
mod list;
mod reduction;
mod shop;
mod solve;
mod walk;

pub(in crate::search) use answer::solve;
pub use bound::project_bound;
pub use reduction::ProjectReduction;
pub use solve::{ProjectProgress, ProjectResult, solve_project};
