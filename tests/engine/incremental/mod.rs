//! What is computed in part equals what is computed from nothing, over random moves on random plants.
//!
//! Decoders and sweeps keep what a move leaves alone. Each move is done both ways: in part by the kernel
//! that walks, and from nothing by one that has never seen another state. All tests together make a million
//! moves; `SOPENGINE_MOVES=6000000 cargo test incremental` makes so many, each family of kernels its share.

mod decoder;
mod features;
mod plain;

/// How many moves a test makes: its share of a million, or of `SOPENGINE_MOVES`.
fn moves(share: f64) -> usize {
    let given = std::env::var("SOPENGINE_MOVES").ok().and_then(|text| text.parse::<f64>().ok());
    (given.unwrap_or(1e6) * share) as usize
}
