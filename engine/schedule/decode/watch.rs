//! Looking on while a decoding places operations, and calling it off.

use crate::model::ids::OperationId;
use crate::model::time::Time;

/// Watches placements and may call a decoding off.
pub trait Watch {
    /// An operation has been placed; whether to go on.
    fn placed(&mut self, operation: OperationId, end: Time) -> bool;
    /// Placements have been taken back: what was watched no longer counts.
    fn went_back(&mut self);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watch for Unwatched {
    fn placed(&mut self, _: OperationId, _: Time) -> bool {
        true
    }

    fn went_back(&mut self) {}
}
