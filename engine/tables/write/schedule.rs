//! The table `schedule`: one row an operation, by id.

use arrow_array::RecordBatch;

use crate::model::history::Pin;
use crate::schedule::critical;

use super::Output;
use super::columns::Columns;

/// Makes the table.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let (problem, runs) = (output.problem, &output.runs);
    let names = &problem.names;
    let slack = critical::slack(problem, output.schedule);
    let pinned = problem.operation_ids().map(|operation| {
        let known = problem.baseline(operation);
        Some(known.is_some_and(|known| known.pin != Pin::None))
    });
    let orders = problem.operations.iter().map(|operation| operation.order);
    Columns::new("schedule", output.context, runs.len())
        .ids((0..runs.len()).map(|index| Some(names.operations.get(index))))
        .ids(orders.map(|order| Some(names.orders.get(order?.index()))))
        .ids(runs.iter().map(|run| Some(names.modes.get(run.mode?.index()))))
        .ids(runs.iter().map(|run| Some(names.resources.get(run.resource?.index()))))
        .times(runs.iter().map(|run| Some(run.changeover?.0)))
        .times(runs.iter().map(|run| Some(run.changeover?.1)))
        .times(runs.iter().map(|run| run.start))
        .times(runs.iter().map(|run| run.end))
        .texts(runs.iter().map(|run| Some(run.status)))
        .flags(pinned)
        .flags(slack.iter().map(|slack| slack.map(|slack| slack == 0)))
        .spans(slack.iter().copied())
        .finish()
}
