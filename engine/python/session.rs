//! The doors `simulate`, `repair` and `judge`: a live schedule meets a changed problem.
//!
//! The live schedule comes as an outcome of the engine, or crosses as tables, and is read as far as the
//! changed problem can express it; rows that it cannot (an operation that is gone) need no place. The
//! interpreter is released meanwhile.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyList};

use crate::model::ids::OperationId;
use crate::schedule::Schedule;
use crate::schedule::decode::Outline;
use crate::search::LeftOut;
use crate::search::limit::Stopwatch;
use crate::session;
use crate::tables::TableProblem;

use super::arguments::{ObjectiveArgument, objective, seconds};
use super::error::guarded;
use super::evaluate::foreign;
use super::live::answered;
use super::problem::Problem;

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
    let objective = guarded(py, || self::objective(inner, objective, true))?;
    let live = foreign(py, inner, schedule, assignments)?.schedule;
    let watch = Stopwatch::start();
    let simulated = guarded(py, || Ok(py.detach(|| session::simulate(&inner.problem, &live))))?;
    let session::Simulated { schedule, left_out, displaced, verdict } = simulated;
    let moved = moved(&live, &schedule);
    let answer = answered(py, inner, &objective, schedule, verdict, left_out)?;
    answer.set_item("displaced", named(py, inner, &displaced)?)?;
    answer.set_item("moved", moved)?;
    answer.set_item("stats", stats(py, watch.elapsed())?)?;
    Ok(answer)
}

/// Judges a live schedule as one of a problem; see `sopengine.session`.
#[pyfunction]
#[pyo3(signature = (problem, schedule, assignments=None, *, objective=None))]
pub(super) fn judge<'py>(
    py: Python<'py>,
    problem: &Bound<'py, Problem>,
    schedule: &Bound<'py, PyAny>,
    assignments: Option<&Bound<'py, PyAny>>,
    objective: Option<ObjectiveArgument>,
) -> PyResult<Bound<'py, PyDict>> {
    let inner = &problem.get().inner;
    let objective = guarded(py, || self::objective(inner, objective, true))?;
    let watch = Stopwatch::start();
    let live = foreign(py, inner, schedule, assignments)?.schedule;
    let left_out =
        guarded(py, || Ok(py.detach(|| LeftOut::of_schedule(&Outline::new(&inner.problem), &live))))?;
    let answer = answered(py, inner, &objective, live, None, left_out)?;
    answer.set_item("stats", stats(py, watch.elapsed())?)?;
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
            objective: self::objective(inner, objective, true)?,
        })
    })?;
    let watch = Stopwatch::start();
    let repaired = guarded(py, || Ok(py.detach(|| session::repair(&inner.problem, &live, &options))))?;
    let session::Repaired { schedule, left_out, damaged, tries, verdict } = repaired;
    let answer = answered(py, inner, &options.objective, schedule, verdict, left_out)?;
    answer.set_item("damaged", named(py, inner, &damaged)?)?;
    answer.set_item("tries", tries)?;
    answer.set_item("stats", stats(py, watch.elapsed())?)?;
    Ok(answer)
}

/// Operations that a live schedule places and that are elsewhere, or nowhere, now.
fn moved(live: &Schedule, now: &Schedule) -> usize {
    let place = |schedule: &Schedule, index: usize| {
        schedule.placements[index].as_ref().map(|placed| (placed.start, placed.mode))
    };
    let known = (0..live.placements.len()).filter(|&index| live.placements[index].is_some());
    known.filter(|&index| place(live, index) != place(now, index)).count()
}

fn stats(py: Python<'_>, wall: Duration) -> PyResult<Bound<'_, PyDict>> {
    let stats = PyDict::new(py);
    stats.set_item("wall_s", wall.as_secs_f64())?;
    Ok(stats)
}

fn named<'py>(
    py: Python<'py>,
    inner: &TableProblem,
    operations: &[OperationId],
) -> PyResult<Bound<'py, PyList>> {
    let names = &inner.problem.names.operations;
    PyList::new(py, operations.iter().map(|operation| names.get(operation.index())))
}
