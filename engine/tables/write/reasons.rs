//! The table `reasons`: why orders are late or left out.

use arrow_array::RecordBatch;

use super::Output;
use super::columns::Columns;

/// Makes the table: orders left out, by order.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let names = &output.problem.names;
    let mut rows: Vec<_> = output.left_out.iter().collect();
    rows.sort_by_key(|left| (left.order, left.operation));
    let nothing = || rows.iter().map(|_| None);
    Columns::new("reasons", output.context, rows.len())
        .ids(rows.iter().map(|left| Some(names.orders.get(left.order?.index()))))
        .integers(rows.iter().map(|_| Some(1)))
        .texts(rows.iter().map(|left| Some(format!("{:?}", left.cause).to_uppercase())))
        .texts(rows.iter().map(|left| Some(left.object.as_str())))
        .times(nothing())
        .times(nothing())
        .spans(nothing())
        .spans(nothing())
        .finish()
}
