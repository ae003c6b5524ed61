//! The table `dispatch`: what each resource runs, in sequence, with its setup states.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;

use crate::model::Problem;
use crate::model::ids::{AttributeId, OperationId, ResourceId, ValueId};
use crate::model::resource::ResourceKind;
use crate::model::time::Time;

use super::Output;
use super::columns::Columns;

struct Line {
    resource: ResourceId,
    rank: i64,
    operation: OperationId,
    changeover_start: Option<Time>,
    start: Time,
    end: Time,
    from: Option<String>,
    to: Option<String>,
}

/// Makes the table: operations with an own resource that are not done, by resource and time.
pub(super) fn table(output: &Output<'_>) -> RecordBatch {
    let problem = output.problem;
    let names = &problem.names;
    let lines = lines(output);
    let order = |line: &Line| problem.operation(line.operation).order;
    Columns::new("dispatch", output.context, lines.len())
        .ids(lines.iter().map(|line| Some(names.resources.get(line.resource.index()))))
        .integers(lines.iter().map(|line| Some(line.rank)))
        .ids(lines.iter().map(|line| Some(names.operations.get(line.operation.index()))))
        .ids(lines.iter().map(|line| Some(names.orders.get(order(line)?.index()))))
        .times(lines.iter().map(|line| line.changeover_start))
        .times(lines.iter().map(|line| Some(line.start)))
        .times(lines.iter().map(|line| Some(line.end)))
        .texts(lines.iter().map(|line| line.from.as_deref()))
        .texts(lines.iter().map(|line| line.to.as_deref()))
        .finish()
}

fn lines(output: &Output<'_>) -> Vec<Line> {
    let problem = output.problem;
    let mut sequence: Vec<(ResourceId, bool, Time, Time, OperationId)> = problem
        .operation_ids()
        .filter_map(|operation| {
            let placement = output.schedule.get(operation)?;
            let resource = problem.mode(placement.mode).resource?;
            let unstarted = output.runs[operation.index()].status != "started";
            Some((resource, unstarted, placement.start, placement.end, operation))
        })
        .collect();
    sequence.sort_unstable();
    let mut lines: Vec<Line> = Vec::with_capacity(sequence.len());
    let mut state = State::default();
    for (resource, _, start, end, operation) in sequence {
        let follows = lines.last().filter(|line| line.resource == resource);
        let rank = follows.map_or(1, |line| line.rank + 1);
        if follows.is_none() {
            state = State::at_now(problem, resource);
        }
        let unary = problem.resource(resource).kind == ResourceKind::Unary;
        let from = state.text(problem).filter(|_| unary);
        if start < end {
            state.take(&problem.operation(operation).setup);
        }
        lines.push(Line {
            resource,
            rank,
            operation,
            changeover_start: output.runs[operation.index()].changeover.map(|(start, _)| start),
            start,
            end,
            from,
            to: state.text(problem).filter(|_| unary),
        });
    }
    lines
}

/// Setup state of a resource as the sequence goes on.
#[derive(Debug, Default)]
struct State(BTreeMap<AttributeId, ValueId>);

impl State {
    fn at_now(problem: &Problem, resource: ResourceId) -> Self {
        Self(problem.resource(resource).state_at_now.iter().copied().collect())
    }

    fn take(&mut self, setup: &[(AttributeId, ValueId)]) {
        self.0.extend(setup.iter().copied());
    }

    /// The value alone where `state` is all there is, else `a=v` joined by `;`.
    fn text(&self, problem: &Problem) -> Option<String> {
        let names = &problem.names;
        let plain = names.attributes.len() == 1 && names.attributes.get(0) == "state";
        let cells = self.0.iter().map(|(attribute, value)| {
            let value = names.values.get(value.index());
            if plain {
                value.to_owned()
            } else {
                format!("{}={value}", names.attributes.get(attribute.index()))
            }
        });
        let cells: Vec<_> = cells.collect();
        (!cells.is_empty()).then(|| cells.join(";"))
    }
}
