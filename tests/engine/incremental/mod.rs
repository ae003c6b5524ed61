//! What is computed in part equals what is computed from nothing, over random moves on random plants.
//!
//! Decoders and sweeps keep what a move leaves alone. Each move is done both ways: in part by the kernel
//! that walks, and from nothing by one that has never seen another state. CI makes some ten thousand moves;
//! `SOPENGINE_MOVES=1000000 cargo test incremental` makes so many, each family of kernels its share.

mod decoder;
mod features;
mod plain;

/// How many moves a test makes: the number of CI, or its share of `SOPENGINE_MOVES`.
fn moves(in_ci: usize, share: f64) -> usize {
    let given = std::env::var("SOPENGINE_MOVES").ok().and_then(|text| text.parse::<f64>().ok());
    given.map_or(in_ci, |all| (all * share) as usize)
}
