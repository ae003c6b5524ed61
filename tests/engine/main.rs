//! One binary for all integration tests of the engine.

mod decode;
mod solve;
mod solve_random;
mod support;
mod verify_changeover;
mod verify_history;
mod verify_material;
mod verify_precedence;
mod verify_resources;
mod verify_terms;
mod verify_work;
