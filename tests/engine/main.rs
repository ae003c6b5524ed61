//! One binary for all integration tests of the engine.

mod critical;
mod decode;
mod explain;
mod plain;
mod session;
mod solve;
mod solve_random;
mod support;
mod verify;
