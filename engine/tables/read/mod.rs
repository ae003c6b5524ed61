//! From batches to the rows of a draft.
//!
//! Two passes. The survey looks at names and types alone: which tables and columns are there, whether
//! time is temporal or integer, what type ids of each entity have. The second pass parses column by
//! column into plain vectors and zips them into rows, so the cost is a few nanoseconds a cell, and a
//! text a row for ids. Every fault becomes a finding with its row; a faulty cell reads as its default,
//! so that the cross checks still run where that cannot mislead (see [`Reading::sound`]).

mod cells;
mod column;
mod confusable;
mod foreign;
mod limits;
mod numbers;
mod rows;
mod survey;
mod texts;

use std::collections::BTreeMap;

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;

use crate::error::Findings;
use crate::model::draft::Draft;

use super::problem::Context;

use super::spec::{self, TableSpec};
pub use foreign::{Foreign, read_schedule};
pub use limits::MAX_ROWS;

/// A table as given: any number of batches of one schema.
#[derive(Debug, Clone)]
pub struct TableData {
    /// Names and types.
    pub schema: SchemaRef,
    /// Rows, in order.
    pub batches: Vec<RecordBatch>,
}

impl TableData {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The chunks of a column; none if there is no such column.
    pub fn chunks(&self, name: &str) -> Option<Vec<ArrayRef>> {
        let (index, _) = self.schema.column_with_name(name)?;
        Some(self.batches.iter().map(|batch| batch.column(index).clone()).collect())
    }

    /// Whether a column has a value in any row.
    pub(crate) fn has_values(&self, name: &str) -> bool {
        self.chunks(name)
            .is_some_and(|chunks| chunks.iter().any(|chunk| chunk.logical_null_count() < chunk.len()))
    }
}

/// Tables by name.
pub type Tables = BTreeMap<String, TableData>;

/// What a caller says beside the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Decimal places of quantities given as floats; floats are refused without it.
    pub scale: Option<u8>,
}

/// What reading gave.
#[derive(Debug)]
pub struct Reading {
    /// The rows.
    pub draft: Draft,
    /// What results need.
    pub context: Context,
    /// What was noticed.
    pub findings: Findings,
    /// Whether all ids and instants could be read, so that cross checks make sense.
    pub sound: bool,
}

/// Reads all tables of a problem.
pub fn read(tables: &Tables, options: ReadOptions) -> Reading {
    let mut findings = Findings::default();
    let large = limits::too_large(tables);
    if !large.is_empty() {
        for finding in large {
            findings.push(finding);
        }
        return Reading { draft: Draft::default(), context: Context::default(), findings, sound: false };
    }
    let facts = survey::survey(tables, options, &mut findings);
    let mut reader = column::Reader::new(facts, findings);
    rows::read_all(&mut reader, tables);
    let mut reading = reader.finish();
    if reading.draft.symbols.is_full() {
        reading.findings.push(limits::too_much_text());
        reading.sound = false;
    }
    reading
}

/// One table beside its specification.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    spec: &'static TableSpec,
    data: &'a TableData,
    rows: usize,
}

impl<'a> Source<'a> {
    fn of(tables: &'a Tables, name: &str) -> Option<Self> {
        let data = tables.get(name)?;
        Some(Self { spec: spec::input(name)?, data, rows: data.rows() })
    }
}
