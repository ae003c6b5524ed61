//! Items and what of them is there when.

use super::time::Time;

/// Something consumed or produced.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// Largest stock, if limited.
    pub max_stock: Option<i64>,
    /// Never short and never too much: its balance is not looked at.
    pub unlimited: bool,
    /// Arrivals (negative: planned withdrawals) by time, ascending, one per instant; those before
    /// `now` count at `now`.
    pub arrivals: Vec<(Time, i64)>,
}
