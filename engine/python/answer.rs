//! The class `Answer`: a schedule with all that is known of it, its tables written when asked for.
//!
//! A session asks many questions and looks at few tables. An answer keeps the schedule in the engine's
//! form and the problem that it solves, so the next question can begin from it without a table crossing.

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use crate::model::objective::Objective;
use crate::schedule::Schedule;
use crate::schedule::verify::{Verdict, verify};
use crate::search::LeftOut;
use crate::session::carry;
use crate::tables::write::{self, Output};

use super::convert::Table;
use super::error::guarded;
use super::problem::Problem;
use super::solve::{foreign, terms};

/// A schedule in the engine's form; its tables are written one by one, when asked for.
#[pyclass(frozen, module = "sopengine._engine")]
pub(super) struct Answer {
    problem: Py<Problem>,
    schedule: Schedule,
    verdict: Verdict,
    left_out: Vec<LeftOut>,
}

#[pymethods]
impl Answer {
    /// A table by name.
    fn table(&self, py: Python<'_>, name: &str) -> PyResult<Table> {
        let inner = &self.problem.get().inner;
        let batch = guarded(py, || {
            Ok(py.detach(|| match name {
                "findings" => Some(write::findings(inner.findings.kept())),
                "violations" => {
                    Some(write::violations(&inner.problem, &inner.context, &self.verdict.violations))
                }
                _ => {
                    let values = &self.verdict.values;
                    let output =
                        Output::new(&inner.problem, &inner.context, &self.schedule, values, &self.left_out);
                    output.table(name)
                }
            }))
        })?;
        batch.map(Table::new).ok_or_else(|| PyKeyError::new_err(name.to_owned()))
    }

    /// How many rules are broken.
    #[getter]
    fn violations(&self) -> usize {
        self.verdict.violations.len()
    }

    fn __repr__(&self) -> String {
        let placed = self.schedule.placements.iter().flatten().count();
        format!("<Answer {placed} operations placed>")
    }
}

impl Answer {
    /// Judges a schedule, unless that has been done.
    pub(super) fn new(
        py: Python<'_>,
        problem: &Bound<'_, Problem>,
        schedule: Schedule,
        verdict: Option<Verdict>,
        left_out: Vec<LeftOut>,
    ) -> PyResult<Self> {
        let inner = &problem.get().inner;
        let verdict = guarded(py, || {
            Ok(py.detach(|| verdict.unwrap_or_else(|| verify(&inner.problem, &schedule, true))))
        })?;
        Ok(Self { problem: problem.clone().unbind(), schedule, verdict, left_out })
    }

    /// The figures, with the answer itself as `answer`.
    pub(super) fn into_dict<'py>(
        self,
        py: Python<'py>,
        objective: &Objective,
    ) -> PyResult<Bound<'py, PyDict>> {
        let levels = objective.value(&self.verdict.values);
        let dict = PyDict::new(py);
        dict.set_item("objective", terms(py, &self.verdict.values)?)?;
        dict.set_item("bound", vec![None::<i64>; levels.len()])?;
        dict.set_item("levels", levels)?;
        dict.set_item("reason", if self.verdict.is_valid() { "feasible" } else { "unknown" })?;
        dict.set_item("limit", "none")?;
        dict.set_item("detail", "")?;
        dict.set_item("answer", Py::new(py, self)?)?;
        Ok(dict)
    }
}

/// A live schedule as one of a problem: an `Answer`, or a table `schedule` with its `assignments`.
pub(super) fn live(
    py: Python<'_>,
    problem: &Bound<'_, Problem>,
    schedule: &Bound<'_, PyAny>,
    assignments: Option<&Bound<'_, PyAny>>,
) -> PyResult<Schedule> {
    let inner = &problem.get().inner;
    let Ok(known) = schedule.cast::<Answer>() else {
        return Ok(foreign(py, inner, schedule, assignments)?.schedule);
    };
    let (from, known) = (&known.get().problem.get().inner.problem, known.get());
    guarded(py, || Ok(py.detach(|| carry(from, &known.schedule, &inner.problem))))
}
