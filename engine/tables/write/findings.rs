//! The tables `findings` and `violations`.

use arrow_array::RecordBatch;

use crate::error::Finding;
use crate::model::Problem;
use crate::schedule::verify::Violation;

use super::super::problem::Context;
use super::columns::Columns;

fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The table `findings`, in the order given.
pub fn findings(found: &[Finding]) -> RecordBatch {
    let context = Context::default();
    Columns::new("findings", &context, found.len())
        .texts(found.iter().map(|finding| Some(finding.check)))
        .texts(found.iter().map(|finding| Some(finding.severity.to_string())))
        .texts(found.iter().map(|finding| some(finding.table)))
        .integers(found.iter().map(|finding| finding.row.map(|row| row as i64)))
        .texts(found.iter().map(|finding| some(&finding.id)))
        .texts(found.iter().map(|finding| some(finding.column)))
        .texts(found.iter().map(|finding| some(&finding.found)))
        .texts(found.iter().map(|finding| some(&finding.expected)))
        .texts(found.iter().map(|finding| some(&finding.hint)))
        .finish()
}

/// The table `violations`, in the order given.
pub(super) fn violations(problem: &Problem, context: &Context, found: &[Violation]) -> RecordBatch {
    let names = &problem.names.operations;
    Columns::new("violations", context, found.len())
        .integers(found.iter().map(|violation| Some(i64::from(violation.rule))))
        .texts(found.iter().map(|violation| Some(violation.check)))
        .ids(found.iter().map(|violation| Some(names.get(violation.operation?.index()))))
        .texts(found.iter().map(|violation| violation.other.as_deref()))
        .times(found.iter().map(|violation| violation.at))
        .texts(found.iter().map(|violation| Some(violation.detail.as_str())))
        .finish()
}
