//! How good can it get?
//!
//! A bound for each term from what no schedule can avoid, added up by level. Each is valid alone, so
//! the weighted sum is valid for its level; for a level behind the first the bound holds whatever the
//! levels before it are.
//!
//! `terms` adds up, from the windows of orders and operations (`spans`), single resources (`tardy`), setup
//! values (`setups`) and what propagation refutes (`destructive`, `raised`). `plain` and `project` are for
//! the kernels of these classes.

pub mod destructive;
pub mod plain;
pub mod project;
pub mod raised;
mod setups;
mod spans;
mod tardy;
pub mod terms;

pub use raised::Raised;
pub use terms::bound_levels;
