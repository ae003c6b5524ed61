//! How good can it get?
//!
//! A bound for each term from what no schedule can avoid, added up by level. Each is valid alone, so
//! the weighted sum is valid for its level; for a level behind the first the bound holds whatever the
//! levels before it are.

pub mod destructive;
pub mod plain;
pub mod project;
pub mod terms;

pub use terms::bound_levels;
