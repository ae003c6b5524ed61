//! The table `order_results`: when each order ends, and how late.

use arrow_array::RecordBatch;

use crate::model::operation::Order;
use crate::model::time::{Span, Time};

use super::Output;
use super::columns::Columns;

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) status: &'static str,
    pub(super) start: Option<Time>,
    pub(super) end: Option<Time>,
    pub(super) due: Option<Time>,
}

impl Outcome {
    /// End less due, where both are known.
    pub(super) fn lateness(&self) -> Option<Span> {
        Some(self.end? - self.due?)
    }
}

/// One for each order, by id. An order that is left out has no times, whatever of it has started.
pub(super) fn outcomes(output: &Output<'_>) -> Vec<Outcome> {
    output.problem.orders.iter().map(|order| outcome(output, order)).collect()
}

fn outcome(output: &Output<'_>, order: &Order) -> Outcome {
    let runs = || order.operations.iter().map(|operation| &output.runs[operation.index()]);
    let any = |status: &str| runs().any(|run| run.status == status);
    if any("unscheduled") {
        return Outcome { status: "unscheduled", start: None, end: None, due: order.due };
    }
    let status = if !any("planned") && !any("started") && any("done") {
        "done"
    } else if any("started") || any("done") {
        "started"
    } else {
        "planned"
    };
    Outcome {
        status,
        start: runs().filter_map(|run| run.start).min(),
        end: runs().filter_map(|run| run.end).max(),
        due: order.due,
    }
}

/// Makes the table.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let names = &output.problem.names.orders;
    let outcomes = outcomes(output);
    Columns::new("order_results", output.context, outcomes.len())
        .ids((0..outcomes.len()).map(|index| Some(names.get(index))))
        .times(outcomes.iter().map(|outcome| outcome.start))
        .times(outcomes.iter().map(|outcome| outcome.end))
        .times(outcomes.iter().map(|outcome| outcome.due))
        .spans(outcomes.iter().map(Outcome::lateness))
        .spans(outcomes.iter().map(|outcome| Some(outcome.lateness()?.max(0))))
        .flags(outcomes.iter().map(|outcome| Some(outcome.lateness()? > 0)))
        .texts(outcomes.iter().map(|outcome| Some(outcome.status)))
        .finish()
}
