//! One binary for all integration tests of the engine.

mod critical;
mod explain;
mod session;
mod solve_random;
mod support;
mod verify;
