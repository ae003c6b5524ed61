//! Proofs: is there a schedule of at most this length, is there one at all?
//!
//! `shop` answers the first question for job shops, `prover` asks it beside the local search; `settle` answers the
//! second for problems of any kind, by propagation and a tree whose leaves the rich decoder checks.
//!
//! # Idea
//! One Boolean for each pair of operations on a resource: which comes first. Heads (earliest starts) and tails
//! (what must follow an end) are longest paths under the pairs decided so far; a pair that would make a path
//! longer than the target is decided the other way. Where a path is too long whatever comes, the pairs on it
//! are the reason; reasons are resolved against each other to a clause that no schedule of this length
//! satisfies otherwise, and search goes on from where that clause first speaks (clause learning). Since heads
//! and tails do not depend on the target, clauses stay true when the target falls: one run goes from the
//! incumbent down to the proof, and takes shorter schedules of the local search on the way.
//!
//! Pairs are chosen by how often they took part in recent conflicts, and decided as the best schedule has
//! them; restarts by Luby's sequence. All of it is deterministic, and counts the operations that it touches.
//!
//! # Cost
//! Pairs grow with the square of the operations on a resource: up to [`MOST_PAIRS`] of them.
//!
//! # References
//! Ohrimenko, Stuckey, Codish, "Propagation via lazy clause generation", Constraints 14, 2009. Siala, Artigues,
//! Hebrard, "Two clause learning approaches for disjunctive scheduling", CP 2015 (clauses of pairs alone).
//! Grimes and Hebrard, INFORMS Journal on Computing 27, 2015.

mod clauses;
mod learn;
mod order;
mod paths;
mod prover;
mod settle;
mod shop;

pub(crate) use prover::Prover;
pub(crate) use settle::{LARGEST, Settled, Settler};
pub use shop::{Answer, Exact};

/// Instances with more pairs are left to bounds.
pub const MOST_PAIRS: usize = 60_000;
