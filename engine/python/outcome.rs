//! The tables of an answer, each made when it is asked for.
//!
//! An answer is its schedule; tables are views of it. Slack, reasons and indicators cost more than the
//! verifier, and most callers read two tables of eight: so a solve that is cancelled answers at once, and
//! each table is made at its first reading, without the interpreter. The schedule never changes, so a
//! table made late is the table that would have been made early. No table and no figure leaves before the
//! verifier has judged the schedule (`judgment`).

use std::sync::Arc;

use arrow_array::RecordBatch;
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Findings;
use crate::model::objective::TermValues;
use crate::schedule::Schedule;
use crate::schedule::verify::Verdict;
use crate::search::LeftOut;
use crate::tables::TableProblem;
use crate::tables::write::{self, Output};

use super::convert::Table;
use super::error::guarded;
use super::judgment::Judgment;

/// Names of the tables, in the order in which results list them.
const NAMES: [&str; 8] =
    ["schedule", "assignments", "dispatch", "order_results", "reasons", "kpis", "findings", "violations"];

/// A schedule with what its tables are made of.
#[pyclass(frozen, module = "sopengine._engine")]
pub(super) struct Outcome {
    pub(super) inner: Arc<TableProblem>,
    pub(super) schedule: Schedule,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) findings: Findings,
    pub(super) judgment: Judgment,
}

impl Outcome {
    /// What the verifier says of the schedule.
    pub(super) fn verdict(&self) -> &Verdict {
        self.judgment.verdict(&self.inner.problem, &self.schedule)
    }

    fn batch(&self, name: &str) -> Option<RecordBatch> {
        let (problem, context) = (&self.inner.problem, &self.inner.context);
        let Verdict { values, violations } = self.verdict();
        match name {
            "findings" => {
                let mut findings = self.findings.clone();
                if let Some(disagreement) = self.judgment.disagreement(problem, &self.schedule) {
                    findings.push(disagreement);
                }
                Some(write::findings(findings.kept()))
            }
            "violations" => Some(write::violations(problem, context, violations)),
            _ => Output::new(problem, context, &self.schedule, values, &self.left_out).table(name),
        }
    }
}

#[pymethods]
#[allow(clippy::unused_self, reason = "Python calls them on an instance, as on any mapping")]
impl Outcome {
    /// Names of the tables.
    fn keys(&self) -> Vec<&'static str> {
        NAMES.to_vec()
    }

    /// How many rules the schedule breaks.
    #[getter]
    fn broken(&self, py: Python<'_>) -> PyResult<usize> {
        guarded(py, || Ok(py.detach(|| self.verdict().violations.len())))
    }

    /// Every term by name, as the verifier has it.
    fn objective<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let values = guarded(py, || Ok(py.detach(|| self.verdict().values)))?;
        terms(py, &values)
    }

    fn __len__(&self) -> usize {
        NAMES.len()
    }

    /// A table, made now.
    fn __getitem__(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let made = guarded(py, || Ok(py.detach(|| self.batch(name))))?;
        made.map(Table::new).ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    /// All tables with their names, made now.
    fn items(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, Table)>> {
        NAMES.into_iter().map(|name| Ok((name, self.__getitem__(py, name)?))).collect()
    }
}

/// An answer and its figures.
pub(super) struct Answer {
    pub(super) outcome: Outcome,
    pub(super) levels: Vec<i64>,
    /// Whether there is a schedule whose figures count.
    pub(super) has_schedule: bool,
}

impl Answer {
    /// How many violations, and how many levels of the objective.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.outcome.verdict().violations.len(), self.levels.len())
    }

    pub(super) fn into_dict(self, py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        let answer = PyDict::new(py);
        let objective = match (self.has_schedule, self.outcome.judgment.is_known()) {
            (false, _) => Some(PyDict::new(py)),
            (true, true) => Some(terms(py, &self.outcome.verdict().values)?),
            (true, false) => None,
        };
        answer.set_item("objective", objective)?;
        answer.set_item("levels", self.levels)?;
        answer.set_item("tables", Bound::new(py, self.outcome)?)?;
        Ok(answer)
    }
}

pub(super) fn terms<'py>(py: Python<'py>, values: &TermValues) -> PyResult<Bound<'py, PyDict>> {
    let terms = PyDict::new(py);
    for (term, value) in values.iter() {
        terms.set_item(term.name(), value)?;
    }
    Ok(terms)
}

/// Puts an answer together.
pub(super) fn assemble(
    inner: &Arc<TableProblem>,
    schedule: Schedule,
    judgment: Judgment,
    left_out: Vec<LeftOut>,
    levels: Vec<i64>,
    findings: Findings,
) -> Answer {
    let mut all = inner.findings.clone();
    all.extend(findings);
    let inner = Arc::clone(inner);
    let outcome = Outcome { inner, schedule, left_out, findings: all, judgment };
    Answer { outcome, levels, has_schedule: true }
}
