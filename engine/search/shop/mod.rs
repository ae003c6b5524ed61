//! Job shop and flexible job shop: the search over the plain kernel.

mod block_moves;
mod construct;
mod dispatch;
mod elite;
mod incumbent;
mod logarithm;
mod memory;
mod options;
mod path;
mod population;
mod reduction;
mod relink;
mod rounds;
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
pub use solve::solve_plain;
