//! The doors `simulate` and `repair`: a live schedule meets a changed problem.
//!
//! The live schedule crosses as tables and is read as far as the changed problem can express it; rows
//! that it cannot (an operation that is gone) need no place. The interpreter is released meanwhile.

use std::sync::Arc;
use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyList};

use crate::error::Findings;
use crate::model::ids::OperationId;
use crate::schedule::Schedule;
use crate::schedule::verify::verify;
use crate::search::LeftOut;
use crate::search::limit::Stopwatch;
use crate::session;
use crate::tables::TableProblem;

use super::error::guarded;
use super::problem::Problem;
use super::solve::{ObjectiveArgument, assemble, foreign, objective, seconds};

/// Pushes a live schedule on by what has changed; see `sopengine.session`.
#[pyfunction]
#[pyo3(signature = (problem, schedule, assignments=None, *, objective=None))]
pub(super) fn simulate<'py>(
    py: Python<'py>,
    problem: &Bound<'py, Problem>,
    schedule: &Bound<'py, PyAny>,
    assignments: Option<&Bound<'py, PyAny>>,
    objective: Option<ObjectiveArgument>,
) -> PyResult<Bound<'py, PyDict>> {
    let inner = &problem.get().inner;
    let live = foreign(py, inner, schedule, assignments)?.schedule;
    let watch = Stopwatch::start();
    let simulated = guarded(py, || Ok(py.detach(|| session::simulate(&inner.problem, &live))))?;
    let wall = watch.elapsed();
    let answer = answer(py, inner, objective, &simulated.schedule, &simulated.left_out, wall)?;
    answer.set_item("displaced", named(py, inner, &simulated.displaced)?)?;
    Ok(answer)
}

/// Places anew what a change touches; see `sopengine.session`.
#[pyfunction]
#[pyo3(signature = (
    problem, schedule, assignments=None, *, objective=None, frozen=Vec::new(), time_limit=0.2, seed=0
))]
#[allow(
    clippy::too_many_arguments,
    clippy::needless_pass_by_value,
    reason = "the options of a repair, by name, as Python hands them over"
)]
pub(super) fn repair<'py>(
    py: Python<'py>,
    problem: &Bound<'py, Problem>,
    schedule: &Bound<'py, PyAny>,
    assignments: Option<&Bound<'py, PyAny>>,
    objective: Option<ObjectiveArgument>,
    frozen: Vec<String>,
    time_limit: f64,
    seed: u64,
) -> PyResult<Bound<'py, PyDict>> {
    let inner = &problem.get().inner;
    let live = foreign(py, inner, schedule, assignments)?.schedule;
    let names = &inner.problem.names.operations;
    let frozen = frozen.iter().filter_map(|name| names.find(name)).map(OperationId::new).collect();
    let options = guarded(py, || {
        Ok(session::RepairOptions {
            time_limit: seconds(Some(time_limit))?.unwrap_or_default(),
            seed,
            frozen,
            objective: self::objective(inner, objective.clone(), true)?,
        })
    })?;
    let watch = Stopwatch::start();
    let repaired = guarded(py, || Ok(py.detach(|| session::repair(&inner.problem, &live, &options))))?;
    let wall = watch.elapsed();
    let answer = answer(py, inner, objective, &repaired.schedule, &repaired.left_out, wall)?;
    answer.set_item("damaged", named(py, inner, &repaired.damaged)?)?;
    answer.set_item("tries", repaired.tries)?;
    Ok(answer)
}

/// Tables and figures, verified.
fn answer<'py>(
    py: Python<'py>,
    inner: &Arc<TableProblem>,
    given: Option<ObjectiveArgument>,
    schedule: &Schedule,
    left_out: &[LeftOut],
    wall: Duration,
) -> PyResult<Bound<'py, PyDict>> {
    let objective = guarded(py, || objective(inner, given, true))?;
    let assembled = guarded(py, || {
        Ok(py.detach(|| {
            let verdict = verify(&inner.problem, schedule, true);
            let levels = objective.value(&verdict.values);
            assemble(inner, schedule.clone(), Some(verdict), left_out.to_vec(), levels, Findings::default())
        }))
    })?;
    let (violations, levels) = assembled.counts();
    let answer = assembled.into_dict(py)?;
    answer.set_item("bound", vec![None::<i64>; levels])?;
    answer.set_item("reason", if violations == 0 { "feasible" } else { "unknown" })?;
    answer.set_item("limit", "none")?;
    answer.set_item("detail", "")?;
    let stats = PyDict::new(py);
    stats.set_item("wall_s", wall.as_secs_f64())?;
    answer.set_item("stats", stats)?;
    Ok(answer)
}

fn named<'py>(
    py: Python<'py>,
    inner: &TableProblem,
    operations: &[OperationId],
) -> PyResult<Bound<'py, PyList>> {
    let names = &inner.problem.names.operations;
    PyList::new(py, operations.iter().map(|operation| names.get(operation.index())))
}
