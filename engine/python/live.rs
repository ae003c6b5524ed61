//! A schedule that a session has made, judged, on its way out.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::error::Findings;
use crate::model::objective::Objective;
use crate::schedule::Schedule;
use crate::schedule::verify::{Verdict, verify};
use crate::search::LeftOut;
use crate::tables::TableProblem;

use super::error::guarded;
use super::judgment::Judgment;
use super::outcome::assemble;

/// The figures of a schedule and its tables, judged unless that has been done.
pub(super) fn answered<'py>(
    py: Python<'py>,
    inner: &Arc<TableProblem>,
    objective: &Objective,
    schedule: Schedule,
    verdict: Option<Verdict>,
    left_out: Vec<LeftOut>,
) -> PyResult<Bound<'py, PyDict>> {
    let assembled = guarded(py, || {
        Ok(py.detach(|| {
            let verdict = verdict.unwrap_or_else(|| verify(&inner.problem, &schedule, true));
            let levels = objective.value(&verdict.values);
            assemble(inner, schedule, Judgment::known(verdict), left_out, levels, Findings::default())
        }))
    })?;
    let (violations, levels) = assembled.counts();
    let answer = assembled.into_dict(py)?;
    answer.set_item("bound", vec![None::<i64>; levels])?;
    answer.set_item("reason", if violations == 0 { "feasible" } else { "unknown" })?;
    answer.set_item("limit", "none")?;
    answer.set_item("detail", "")?;
    Ok(answer)
}
