//! One binary for all integration tests of the engine.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test that fails may say so")]

mod bounds;
mod critical;
mod decode;
mod explain;
mod gain;
mod incremental;
mod infeasible;
mod plain;
mod project;
mod propagation;
mod scaling;
mod session;
mod shift;
mod solve;
mod solve_random;
mod support;
mod timed;
mod verify;
