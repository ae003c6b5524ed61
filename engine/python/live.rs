//! A live schedule across the border: an outcome of the engine comes back as it is, and goes out judged.
//!
//! A session asks many questions of one schedule. What an earlier answer holds is carried over to the
//! changed problem by names, so no table is written or read in between.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use crate::error::Findings;
use crate::model::objective::Objective;
use crate::schedule::Schedule;
use crate::schedule::verify::{Verdict, verify};
use crate::search::LeftOut;
use crate::session::carry;
use crate::tables::TableProblem;

use super::error::guarded;
use super::outcome::Outcome;
use super::solve::{assemble, foreign};

/// A live schedule as one of a problem: an `Outcome`, or a table `schedule` with its `assignments`.
pub(super) fn live(
    py: Python<'_>,
    inner: &Arc<TableProblem>,
    schedule: &Bound<'_, PyAny>,
    assignments: Option<&Bound<'_, PyAny>>,
) -> PyResult<Schedule> {
    let Ok(known) = schedule.cast::<Outcome>() else {
        return Ok(foreign(py, inner, schedule, assignments)?.schedule);
    };
    let known = known.get();
    guarded(py, || Ok(py.detach(|| carry(&known.inner.problem, &known.schedule, &inner.problem))))
}

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
            assemble(inner, schedule, Some(verdict), left_out, levels, Findings::default())
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
