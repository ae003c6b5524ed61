//! The table `reasons`: why orders are late or left out.

use arrow_array::RecordBatch;

use crate::explain::{self, Cause, Obstacle};
use crate::search;

use super::Output;
use super::columns::Columns;

/// Makes the table, by order and rank.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let names = &output.problem.names.orders;
    let obstacles: Vec<_> = output.left_out.iter().map(obstacle).collect();
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

/// What the search says, in the words of explanations.
fn obstacle(left: &search::LeftOut) -> Obstacle {
    let cause = match left.cause {
        search::Cause::Deadline | search::Cause::Horizon => Cause::Deadline,
        search::Cause::Material => Cause::Material,
        search::Cause::Predecessor => Cause::Predecessor,
        search::Cause::Closed => Cause::Calendar,
        search::Cause::Busy => Cause::Capacity,
        search::Cause::MaxLag => Cause::MaxLag,
        search::Cause::Fixed | search::Cause::NoMode => Cause::Frozen,
    };
    Obstacle { order: left.order, operation: left.operation, cause, object: left.object.clone() }
}
