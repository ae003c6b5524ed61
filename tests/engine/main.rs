//! One binary for all integration tests of the engine.

mod critical;
mod explain;
mod support;
mod verify;
