//! The door `evaluate`, and schedules that come from elsewhere.

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use crate::error::Findings;
use crate::schedule::verify::verify;
use crate::session::carry;
use crate::tables::read::{Foreign, read_schedule};
use crate::tables::{TableData, TableProblem};

use super::arguments::{self, ObjectiveArgument};
use super::convert;
use super::error::guarded;
use super::judgment::Judgment;
use super::outcome::{Outcome, assemble};
use super::problem::Problem;

/// Judges a schedule that comes from elsewhere; see `sopengine.evaluate`.
#[pyfunction]
#[pyo3(signature = (problem, schedule, assignments=None, *, objective=None, partial=true))]
pub(super) fn evaluate<'py>(
    py: Python<'py>,
    problem: &Bound<'py, Problem>,
    schedule: &Bound<'py, PyAny>,
    assignments: Option<&Bound<'py, PyAny>>,
    objective: Option<ObjectiveArgument>,
    partial: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let inner = &problem.get().inner;
    let objective = guarded(py, || arguments::objective(inner, objective, partial))?;
    let Foreign { schedule, findings, violations } = foreign(py, inner, schedule, assignments)?;
    let judged = guarded(py, || {
        Ok(py.detach(|| {
            let mut verdict = verify(&inner.problem, &schedule, partial);
            verdict.add(violations);
            let levels = objective.value(&verdict.values);
            assemble(inner, schedule, Judgment::known(verdict), Vec::new(), levels, findings)
        }))
    })?;
    let (violations, levels) = judged.counts();
    let answer = judged.into_dict(py)?;
    answer.set_item("bound", vec![None::<i64>; levels])?;
    answer.set_item("reason", if violations == 0 { "feasible" } else { "unknown" })?;
    answer.set_item("limit", "none")?;
    let detail = match violations {
        0 => String::new(),
        1 => "the schedule breaks a rule in 1 place".to_owned(),
        many => format!("the schedule breaks rules in {many} places"),
    };
    answer.set_item("detail", detail)?;
    answer.set_item("stats", PyDict::new(py))?;
    Ok(answer)
}

/// Reads a schedule, or carries over one of an earlier answer.
pub(super) fn foreign(
    py: Python<'_>,
    inner: &TableProblem,
    schedule: &Bound<'_, PyAny>,
    assignments: Option<&Bound<'_, PyAny>>,
) -> PyResult<Foreign> {
    if let Ok(known) = schedule.cast::<Outcome>() {
        let known = known.get();
        let carried = || Ok(py.detach(|| carry(&known.inner.problem, &known.schedule, &inner.problem)));
        let schedule = guarded(py, carried)?;
        return Ok(Foreign { schedule, findings: Findings::default(), violations: Vec::new() });
    }
    let schedule = convert::table(py, "schedule", schedule)?;
    let assignments: Option<TableData> =
        assignments.map(|assignments| convert::table(py, "assignments", assignments)).transpose()?;
    guarded(py, || {
        py.detach(|| read_schedule(&inner.problem, &inner.context, &schedule, assignments.as_ref()))
    })
}
