//! The table `assignments`: one row a holding.

use arrow_array::RecordBatch;

use crate::model::operation::Phase;

use super::super::holding::{self, Holding};
use super::Output;
use super::columns::Columns;

/// Makes the table, by operation, start, phase, resource and requirement key.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let problem = output.problem;
    let names = &problem.names;
    let key = |row: u32| names.requirement_rows.get(row as usize);
    let mut holdings = Vec::new();
    for operation in problem.operation_ids() {
        if let Some(placement) = output.schedule.get(operation) {
            let first = holdings.len();
            holding::add(problem, operation, placement, &mut holdings);
            holdings[first..].sort_by_key(|held: &Holding| {
                (held.start, held.phase, held.resource, held.requirement.map(key))
            });
        }
    }
    let phase = |phase| match phase {
        Phase::Run => "run",
        Phase::Changeover => "changeover",
    };
    Columns::new("assignments", output.context, holdings.len())
        .ids(holdings.iter().map(|held| Some(names.operations.get(held.operation.index()))))
        .ids(holdings.iter().map(|held| Some(names.resources.get(held.resource.index()))))
        .texts(holdings.iter().map(|held| Some(phase(held.phase))))
        .ids(holdings.iter().map(|held| Some(key(held.requirement?))))
        .times(holdings.iter().map(|held| Some(held.start)))
        .times(holdings.iter().map(|held| Some(held.end)))
        .integers(holdings.iter().map(|held| Some(held.quantity)))
        .finish()
}
