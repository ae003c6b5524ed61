//! What is refused before any work because it is too large.
//!
//! Dense ids and row numbers are 32 bits wide, and names are one buffer of at most 4 GiB. The limits are
//! far above any plant and far below what would wrap; a table beyond them is a mistake of the query that
//! made it, or an attack, and costs nothing but its own bytes.

use super::Tables;
use crate::error::Finding;

/// Rows of one table.
pub const MAX_ROWS: usize = 50_000_000;

/// A finding for each table with too many rows.
pub(super) fn too_large(tables: &Tables) -> Vec<Finding> {
    let large = tables.iter().filter(|(_, data)| data.rows() > MAX_ROWS);
    large
        .map(|(name, data)| {
            Finding::error("LIMIT_EXCEEDED", "")
                .of(name.clone())
                .found(format!("table `{name}` has {} rows", data.rows()))
                .expected(format!("at most {MAX_ROWS} rows"))
                .hint("split the plant, or look for a join that multiplied the rows")
        })
        .collect()
}

/// The finding where the names of all tables together are too long.
pub(super) fn too_much_text() -> Finding {
    Finding::error("LIMIT_EXCEEDED", "")
        .found("ids of more than 4 GiB of text")
        .expected("at most 4 GiB of distinct ids, states and values in all tables together")
        .hint("use shorter ids, or integers")
}
