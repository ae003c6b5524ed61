//! The table `reasons`: why orders are late or left out.

use arrow_array::RecordBatch;

use crate::explain::{self, Obstacle};

use super::Output;
use super::columns::Columns;

/// Makes the table, by order and rank.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let names = &output.problem.names.orders;
    let obstacles: Vec<_> = output.left_out.iter().map(Obstacle::from).collect();
    let rows = explain::reasons(output.problem, output.schedule, &obstacles);
    Columns::new("reasons", output.context, rows.len())
        .ids(rows.iter().map(|row| Some(names.get(row.order?.index()))))
        .integers(rows.iter().map(|row| Some(i64::from(row.rank))))
        .texts(rows.iter().map(|row| Some(row.cause.name())))
        .texts(rows.iter().map(|row| Some(row.object.as_str())))
        .times(rows.iter().map(|row| Some(row.from)))
        .times(rows.iter().map(|row| Some(row.to)))
        .spans(rows.iter().map(|row| Some(row.delay)))
        .spans(rows.iter().map(|row| row.gain))
        .finish()
}
