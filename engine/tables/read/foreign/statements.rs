//! Rows that say what no schedule can express, as violations of the rules that they break.
//!
//! A row of an unknown operation, a second row of one, a row without mode or end: rule 1. A status or
//! times at odds with history: rule 8. An operation left out that has times all the same: rule 9. Who
//! is held by nobody: rule 2. A null says nothing and breaks nothing.

use crate::model::Problem;
use crate::model::history::Status;
use crate::model::ids::OperationId;
use crate::model::time::Time;
use crate::schedule::verify::Violation;

use super::{Row, Said};

fn broken(rule: u8, check: &'static str, operation: Option<OperationId>, detail: String) -> Violation {
    Violation { rule, check, operation, other: None, at: None, detail }
}

fn name(problem: &Problem, operation: OperationId) -> &str {
    problem.names.operations.get(operation.index())
}

/// A row of `schedule` whose operation the problem does not have.
pub(super) fn unknown(name: &str) -> Violation {
    let detail = format!("the problem has no operation {name}");
    Violation { other: Some(name.to_owned()), ..broken(1, "unknown_operation", None, detail) }
}

/// A second row of one operation.
pub(super) fn twice(problem: &Problem, operation: OperationId) -> Violation {
    let detail = format!("operation {} has more than one row", name(problem, operation));
    broken(1, "listed_twice", Some(operation), detail)
}

/// A row that names none of the modes of its operation.
pub(super) fn no_mode(problem: &Problem, operation: OperationId) -> Violation {
    let detail = format!("mode and resource given for {} are none of its modes", name(problem, operation));
    broken(1, "mode", Some(operation), detail)
}

/// A row with a start and no end.
pub(super) fn no_end(problem: &Problem, operation: OperationId, start: Time) -> Violation {
    let detail = format!("operation {} starts at {start} and has no end", name(problem, operation));
    Violation { at: Some(start), ..broken(1, "end", Some(operation), detail) }
}

/// A row of `assignments` whose resource the problem does not have.
pub(super) fn unknown_resource(problem: &Problem, operation: OperationId, resource: &str) -> Violation {
    let name = name(problem, operation);
    let detail = format!("operation {name} holds {resource}, which the problem does not have");
    Violation { other: Some(resource.to_owned()), ..broken(2, "holding_extra", Some(operation), detail) }
}

/// A row of `assignments` whose operation the problem does not have.
pub(super) fn unknown_holder(operation: &str, resource: &str) -> Violation {
    let detail = format!("{resource} is held by {operation}, which the problem does not have");
    Violation { other: Some(resource.to_owned()), ..broken(2, "holding_extra", None, detail) }
}

/// Compares a row with history, and with itself.
pub(super) fn judge(problem: &Problem, operation: OperationId, row: &Row, found: &mut Vec<Violation>) {
    match problem.status(operation) {
        Status::Done => done(problem, operation, row, found),
        Status::Started => status(problem, operation, (row, Said::Started, "has started"), found),
        Status::Planned if row.start.is_some() => {
            status(problem, operation, (row, Said::Planned, "has not started and has a start"), found);
        }
        Status::Planned => left_out(problem, operation, row, found),
    }
}

fn status(
    problem: &Problem,
    operation: OperationId,
    (row, right, what): (&Row, Said, &str),
    found: &mut Vec<Violation>,
) {
    if let Some(said) = row.status.filter(|said| *said != right) {
        let detail = format!("operation {} {what}, its status is {}", name(problem, operation), word(said));
        found.push(broken(8, "status", Some(operation), detail));
    }
}

/// Times of done work are history's, where they are said at all.
fn done(problem: &Problem, operation: OperationId, row: &Row, found: &mut Vec<Violation>) {
    status(problem, operation, (row, Said::Done, "is done"), found);
    let Some(known) = problem.baseline(operation) else { return };
    let name = name(problem, operation);
    let wrong = |said: Option<Time>, known: Option<Time>| said.filter(|said| Some(*said) != known);
    if let Some(start) = wrong(row.start, known.start.or(known.end)) {
        let detail = format!("operation {name} is done and does not start at {start}");
        found.push(Violation { at: Some(start), ..broken(8, "done", Some(operation), detail) });
    } else if let Some(end) = wrong(row.end, known.end) {
        let detail = format!("operation {name} is done and did not end at {end}");
        found.push(Violation { at: Some(end), ..broken(8, "done", Some(operation), detail) });
    }
}

/// Whoever is left out has no times, and is said to be left out if anything is said.
fn left_out(problem: &Problem, operation: OperationId, row: &Row, found: &mut Vec<Violation>) {
    let name = name(problem, operation);
    if let Some(at) = row.end.or(row.changeover.map(|(start, _)| start)) {
        let detail = format!("operation {name} has no start and is there at {at} all the same");
        found.push(Violation { at: Some(at), ..broken(9, "left_out_times", Some(operation), detail) });
    }
    if let Some(said) = row.status.filter(|said| *said != Said::Unscheduled) {
        let detail = format!("operation {name} has no start, its status is {}", word(said));
        found.push(broken(9, "left_out_status", Some(operation), detail));
    }
}

fn word(said: Said) -> &'static str {
    match said {
        Said::Planned => "planned",
        Said::Started => "started",
        Said::Done => "done",
        Said::Unscheduled => "unscheduled",
    }
}
