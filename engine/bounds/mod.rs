//! How good can it get?

pub mod plain;
