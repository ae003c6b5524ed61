//! A schedule that comes from elsewhere: the plant's own, perhaps invalid.
//!
//! What it says is taken as said, however wrong: judging it is the verifier's part. What a
//! [`Schedule`] cannot express is judged here, for the verifier cannot see it: rows that make no sense
//! (an unknown operation, a mode of another operation) are findings and violations
//! ([`statements`]), holdings other than those that the schedule asks for are violations
//! ([`differences`]). Where the tables leave a choice (a mode, members of groups) it is made by name, or by
//! [`members`] in order of time.

mod differences;
mod members;
mod statements;

use rustc_hash::FxHashMap;

use crate::error::{EngineError, Finding, Findings};
use crate::model::Problem;
use crate::model::draft::Symbol;
use crate::model::history::Status;
use crate::model::ids::{ModeId, Names, OperationId, RequirementId, ResourceId};
use crate::model::operation::Phase;
use crate::model::time::Time;
use crate::schedule::verify::Violation;
use crate::schedule::{Placement, Schedule};

use super::super::problem::Context;
use super::super::spec::FOREIGN;
use super::column::Reader;
use super::survey::{self, Facts};
use super::{Source, TableData};

/// A foreign schedule as far as it can be expressed.
#[derive(Debug)]
pub struct Foreign {
    /// The schedule.
    pub schedule: Schedule,
    /// What it says that has no place in it.
    pub findings: Findings,
    /// The rules that these sayings break; the verifier's come beside them.
    pub violations: Vec<Violation>,
}

/// Reads `schedule` and, where given, `assignments`.
///
/// # Errors
/// [`EngineError::Data`] where columns are missing or of another type. Rows that make no sense are
/// findings and are left out.
pub fn read_schedule(
    problem: &Problem,
    context: &Context,
    schedule: &TableData,
    assignments: Option<&TableData>,
) -> Result<Foreign, EngineError> {
    let mut findings = Findings::default();
    let sources = [(0, Some(schedule)), (1, assignments)].map(|(place, data)| {
        let spec = &FOREIGN[place];
        data.map(|data| {
            survey::columns(spec, data, &mut findings);
            Source { spec, data, rows: data.rows() }
        })
    });
    if findings.has_errors() {
        return Err(EngineError::Data(findings));
    }
    let mut reader = Reader::new(Facts::of(context), findings);
    let rows = sources[0].map(|source| rows(&mut reader, &source)).unwrap_or_default();
    let named = sources[1].map(|source| named(&mut reader, &source)).unwrap_or_default();
    let reading = reader.finish();
    if reading.findings.has_errors() {
        return Err(EngineError::Data(reading.findings));
    }
    let symbols = reading.draft.symbols;
    let mut placing = Placing {
        problem,
        text: |symbol| symbols.text(symbol),
        schedule: Schedule::empty(problem.operations.len()),
        findings: reading.findings,
        violations: Vec::new(),
    };
    placing.rows(&rows);
    let named = placing.named(&named);
    members::choose(problem, &mut placing.schedule, &named);
    let mut violations = placing.violations;
    if assignments.is_some() {
        violations.extend(differences::find(problem, &placing.schedule, &named));
    }
    Ok(Foreign { schedule: placing.schedule, findings: placing.findings, violations })
}

/// A row of `schedule`.
struct Row {
    operation: Symbol,
    mode: Option<Symbol>,
    resource: Option<Symbol>,
    changeover: Option<(Time, Time)>,
    start: Option<Time>,
    end: Option<Time>,
    status: Option<Said>,
}

/// What a row says of how far its operation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Planned,
    Started,
    Done,
    Unscheduled,
}

impl Row {
    /// Whether the row places nothing: history, or left out.
    fn is_skipped(&self) -> bool {
        matches!(self.status, Some(Said::Done | Said::Unscheduled))
    }
}

fn rows(reader: &mut Reader, source: &Source<'_>) -> Vec<Row> {
    let operation = reader.keys(source, "operation");
    let mode = reader.ids(source, "mode");
    let resource = reader.ids(source, "resource");
    let changeover_start = reader.times(source, "changeover_start");
    let changeover_end = reader.times(source, "changeover_end");
    let start = reader.times(source, "start");
    let end = reader.times(source, "end");
    let words = [Said::Planned, Said::Started, Said::Done, Said::Unscheduled];
    let status = reader.words(source, "status", &words);
    (0..source.rows)
        .map(|row| Row {
            operation: operation[row],
            mode: mode[row],
            resource: resource[row],
            changeover: changeover_start[row].zip(changeover_end[row]).filter(|(start, end)| start != end),
            start: start[row],
            end: end[row],
            status: status[row],
        })
        .collect()
}

/// A row of `assignments`.
struct NamedRow {
    operation: Symbol,
    resource: Symbol,
    phase: Phase,
    requirement: Option<Symbol>,
    start: Option<Time>,
    end: Option<Time>,
    quantity: Option<i64>,
}

fn named(reader: &mut Reader, source: &Source<'_>) -> Vec<NamedRow> {
    let operation = reader.keys(source, "operation");
    let resource = reader.keys(source, "resource");
    let phase = reader.words(source, "phase", &[Phase::Run, Phase::Changeover]);
    let requirement = reader.ids(source, "requirement");
    let start = reader.times(source, "start");
    let end = reader.times(source, "end");
    let quantity = reader.integers(source, "quantity");
    (0..source.rows)
        .map(|row| NamedRow {
            operation: operation[row],
            resource: resource[row],
            phase: phase[row].unwrap_or(Phase::Run),
            requirement: requirement[row],
            start: start[row],
            end: end[row],
            quantity: quantity[row],
        })
        .collect()
}

/// A resource that somebody says an operation holds; null where nothing is said.
#[derive(Debug, Clone, Copy)]
struct Held {
    resource: ResourceId,
    phase: Phase,
    /// For which requirement.
    requirement: Option<u32>,
    /// Whether it is for a requirement that the problem does not have.
    stray: bool,
    start: Option<Time>,
    end: Option<Time>,
    quantity: Option<i64>,
}

impl Held {
    fn of(resource: ResourceId, phase: Phase) -> Self {
        Self { resource, phase, requirement: None, stray: false, start: None, end: None, quantity: None }
    }
}

/// Rows on their way into a schedule.
struct Placing<'a, F> {
    problem: &'a Problem,
    text: F,
    schedule: Schedule,
    findings: Findings,
    violations: Vec<Violation>,
}

impl<'s, F: Fn(Symbol) -> &'s str> Placing<'_, F> {
    fn rows(&mut self, rows: &[Row]) {
        let mut seen = vec![false; self.problem.operations.len()];
        for (place, row) in rows.iter().enumerate() {
            let name = (self.text)(row.operation);
            let Some(index) = self.problem.names.operations.find(name) else {
                self.note("DANGLING_REF", place, name, "operation", name, "an operation of the problem");
                self.violations.push(statements::unknown(name));
                continue;
            };
            let operation = OperationId::new(index);
            if std::mem::replace(&mut seen[index], true) {
                self.note("DUPLICATE_ID", place, name, "operation", name, "one row an operation");
                self.violations.push(statements::twice(self.problem, operation));
                continue;
            }
            statements::judge(self.problem, operation, row, &mut self.violations);
            if row.is_skipped() || self.problem.status(operation) == Status::Done {
                continue;
            }
            let Some(start) = row.start else { continue };
            let Some(mode) = self.mode(place, row, operation) else {
                self.violations.push(statements::no_mode(self.problem, operation));
                continue;
            };
            let Some(end) = row.end else {
                self.note("NULL_VALUE", place, name, "end", "null", "an end, where there is a start");
                self.violations.push(statements::no_end(self.problem, operation, start));
                continue;
            };
            let changeover = row.changeover;
            self.schedule.placements[index] =
                Some(Placement { mode, start, end, changeover, members: smallvec::SmallVec::new() });
        }
    }

    /// The mode named, else the first by name that runs on the resource.
    fn mode(&mut self, place: usize, row: &Row, operation: OperationId) -> Option<ModeId> {
        let problem = self.problem;
        let name = (self.text)(row.operation);
        let modes = || problem.operation(operation).mode_ids();
        let resource = row.resource.map(self.text_of());
        let on =
            |mode: &ModeId| problem.mode(*mode).resource.map(|id| problem.names.resources.get(id.index()));
        let wanted = row.mode.map(self.text_of());
        if let Some(wanted) = wanted {
            let mode = modes().find(|mode| problem.names.modes.get(mode.index()) == wanted);
            let Some(mode) = mode else {
                self.note("DANGLING_REF", place, name, "mode", wanted, "a mode of the operation");
                return None;
            };
            if resource.is_some() && on(&mode) != resource {
                let found = resource.unwrap_or_default();
                self.note("WRONG_RESOURCE", place, name, "resource", found, on(&mode).unwrap_or("null"));
                return None;
            }
            return Some(mode);
        }
        let mode = modes().find(|mode| on(mode) == resource);
        let only = (modes().len() == 1 && resource.is_none()).then(|| modes().next()).flatten();
        if mode.or(only).is_none() {
            let found = resource.unwrap_or("null");
            self.note("WRONG_RESOURCE", place, name, "resource", found, "the resource of one of its modes");
        }
        mode.or(only)
    }

    fn text_of(&self) -> impl Fn(Symbol) -> &'s str + '_ {
        |symbol| (self.text)(symbol)
    }

    /// Holdings by operation; rows that name nobody are findings.
    fn named(&mut self, rows: &[NamedRow]) -> FxHashMap<OperationId, Vec<Held>> {
        let names = &self.problem.names;
        // The standard keyed hash: keys made to collide must not slow the reader down.
        let mut keys: std::collections::HashMap<&str, u32> = std::collections::HashMap::new();
        for row in 0..names.requirement_rows.len() {
            keys.insert(names.requirement_rows.get(row), row as u32);
        }
        let find = |names: &Names, text: &str| names.find(text);
        let mut held: FxHashMap<OperationId, Vec<Held>> = FxHashMap::default();
        for (place, row) in rows.iter().enumerate() {
            let name = (self.text)(row.operation);
            let Some(operation) = find(&names.operations, name) else {
                self.note_in(
                    1,
                    ("DANGLING_REF", "operation"),
                    place,
                    name,
                    name,
                    "an operation of the problem",
                );
                self.violations.push(statements::unknown_holder(name, (self.text)(row.resource)));
                continue;
            };
            let resource = (self.text)(row.resource);
            let Some(index) = find(&names.resources, resource) else {
                self.note_in(
                    1,
                    ("DANGLING_REF", "resource"),
                    place,
                    name,
                    resource,
                    "a resource of the problem",
                );
                let operation = OperationId::new(operation);
                self.violations.push(statements::unknown_resource(self.problem, operation, resource));
                continue;
            };
            let requirement = row.requirement.and_then(|symbol| keys.get((self.text)(symbol)).copied());
            held.entry(OperationId::new(operation)).or_default().push(Held {
                requirement,
                stray: row.requirement.is_some() && requirement.is_none(),
                start: row.start,
                end: row.end,
                quantity: row.quantity,
                ..Held::of(ResourceId::new(index), row.phase)
            });
        }
        held
    }

    fn note(
        &mut self,
        check: &'static str,
        row: usize,
        id: &str,
        column: &'static str,
        found: &str,
        expected: &str,
    ) {
        self.note_in(0, (check, column), row, id, found, expected);
    }

    fn note_in(
        &mut self,
        table: usize,
        (check, column): (&'static str, &'static str),
        row: usize,
        id: &str,
        found: &str,
        expected: &str,
    ) {
        use super::cells::escape;
        self.findings.push(
            Finding::error(check, FOREIGN[table].name)
                .at(row, escape(id))
                .column(column)
                .found(escape(found))
                .expected(escape(expected))
                .hint("The row is not taken into the schedule."),
        );
    }
}

/// A requirement that members must fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seat {
    start: Time,
    operation: OperationId,
    requirement: RequirementId,
    end: Time,
}
