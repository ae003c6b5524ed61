//! What can no longer happen?

pub mod windows;

pub use windows::TimeWindows;
