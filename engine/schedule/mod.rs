//! What is an answer?

pub mod plain;
