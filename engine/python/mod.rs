//! The Python module `sopengine._engine`: one crossing a solve.
//!
//! Tables come in and go out by the Arrow `PyCapsule` protocol. The interpreter is released while the
//! engine works; the calling thread wakes every 50 ms for signals and progress, worker threads never
//! touch Python. Every door turns a panic into `SopInternalError`. Nothing starts at import.

mod arguments;
mod convert;
mod error;
mod evaluate;
mod judgment;
mod live;
mod outcome;
mod problem;
mod run;
mod session;
mod solve;

/// Compiled core; use the package `sopengine`.
#[pyo3::pymodule(gil_used = true)]
mod _engine {
    #[pymodule_export]
    use super::convert::Table;
    #[pymodule_export]
    use super::evaluate::evaluate;
    #[pymodule_export]
    use super::outcome::Outcome;
    #[pymodule_export]
    use super::problem::{Problem, table_spec, version};
    #[pymodule_export]
    use super::session::{judge, repair, simulate};
    #[pymodule_export]
    use super::solve::{Cancel, solve};
}
