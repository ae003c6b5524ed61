//! The verifier: every rule and every term, by hand and against a naive verifier.

mod changeover;
mod history;
mod material;
mod precedence;
mod random;
mod resources;
mod terms;
mod work;
