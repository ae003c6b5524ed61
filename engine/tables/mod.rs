//! Tables in, tables out: the membrane between Arrow and the engine.
//!
//! [`spec`] lists every column of every table. [`read`] turns batches into the rows of a
//! [`Draft`](crate::model::draft::Draft), [`problem`] has them checked and keeps what results need to
//! speak the user's language again (types of ids, kind of time, zone), [`write`](mod@write) makes the
//! tables of a result, and `ffi`, the only unsafe code, carries tables across the C stream interface.
//!
//! Nothing here decides anything about schedules.

pub mod ffi;
mod holding;
pub mod problem;
pub mod read;
pub mod spec;
pub mod write;

pub use problem::{Context, IdType, TableProblem};
pub use read::{ReadOptions, TableData, Tables};
