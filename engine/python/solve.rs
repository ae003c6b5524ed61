//! The door `solve`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use crate::error::Findings;
use crate::schedule::Schedule;
use crate::schedule::verify::Verdict;
use crate::search::limit::AT_ONCE;
use crate::search::{LimitHit, Reason, SolveOptions, Solved};
use crate::tables::TableProblem;

use super::arguments::{self, ObjectiveArgument, seconds};
use super::error::guarded;
use super::evaluate::foreign;
use super::judgment::{Claim, Judgment};
use super::outcome::{Answer, assemble};
use super::problem::Problem;
use super::run::Run;

/// A flag that ends a solve from another thread.
#[pyclass(frozen, module = "sopengine._engine")]
pub(super) struct Cancel {
    flag: Arc<AtomicBool>,
}

#[pymethods]
impl Cancel {
    #[new]
    fn new() -> Self {
        Self { flag: Arc::new(AtomicBool::new(false)) }
    }

    /// Ends the solve that was given this flag; its best schedule so far is the answer.
    fn cancel(&self) {
        self.flag.store(true, Ordering::Relaxed);
    }

    /// Whether `cancel` was called.
    #[getter]
    fn cancelled(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

/// Finds a schedule; see `sopengine.solve`.
#[pyfunction]
#[pyo3(signature = (
    problem, *, objective=None, time_limit=None, work_limit=None, threads=1, workers=4, seed=0,
    partial=true, start=None, start_assignments=None, cancel=None, on_progress=None,
    progress_schedule=false
))]
#[allow(clippy::too_many_arguments, reason = "the options of a solve, by name")]
pub(super) fn solve<'py>(
    py: Python<'py>,
    problem: &Bound<'py, Problem>,
    objective: Option<ObjectiveArgument>,
    time_limit: Option<f64>,
    work_limit: Option<u64>,
    threads: usize,
    workers: usize,
    seed: u64,
    partial: bool,
    start: Option<&Bound<'py, PyAny>>,
    start_assignments: Option<&Bound<'py, PyAny>>,
    cancel: Option<Bound<'py, Cancel>>,
    on_progress: Option<&Bound<'py, PyAny>>,
    progress_schedule: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let inner = &problem.get().inner;
    let start = start.map(|start| foreign(py, inner, start, start_assignments)).transpose()?;
    let (start, findings) =
        start.map_or((None, Findings::default()), |foreign| (Some(foreign.schedule), foreign.findings));
    let options = guarded(py, || {
        Ok(SolveOptions {
            seed,
            threads,
            workers,
            time_limit: seconds(time_limit)?,
            work_limit,
            partial,
            objective: arguments::objective(inner, objective, partial)?,
        })
    })?;
    let flag =
        cancel.map_or_else(|| Arc::new(AtomicBool::new(false)), |cancel| Arc::clone(&cancel.get().flag));
    let run = Run { inner, options: &options, start: start.as_ref(), flag: &flag };
    let mut solved = run.search(py, on_progress, progress_schedule)?;
    let judged = guarded(py, || Ok(py.detach(|| answer(inner, &options, &mut solved, findings))))?;
    let answer = judged.into_dict(py)?;
    answer.set_item("bound", solved.bound)?;
    answer.set_item("reason", reason_name(solved.reason))?;
    answer.set_item("limit", limit_name(solved.limit))?;
    answer.set_item("detail", solved.detail)?;
    let stats = PyDict::new(py);
    stats.set_item("wall_s", solved.stats.wall.as_secs_f64())?;
    stats.set_item("first_schedule_s", solved.stats.first_schedule.as_secs_f64())?;
    stats.set_item("constructed", &solved.stats.constructed)?;
    stats.set_item("work", solved.stats.work)?;
    stats.set_item("threads", threads)?;
    stats.set_item("workers", workers)?;
    stats.set_item("seed", seed)?;
    answer.set_item("stats", stats)?;
    Ok(answer)
}

/// The answer of a solve; the verifier's figures are those told. Its schedule is judged at once unless it is
/// large and whoever has stopped the solve waits for it.
fn answer(
    inner: &Arc<TableProblem>,
    options: &SolveOptions,
    solved: &mut Solved,
    findings: Findings,
) -> Answer {
    let problem = &inner.problem;
    let left_out = std::mem::take(&mut solved.left_out);
    let Some(schedule) = solved.schedule.take() else {
        let nothing = Schedule::empty(problem.operations.len());
        let judgment = Judgment::known(Verdict::default());
        let answer = assemble(inner, nothing, judgment, left_out, Vec::new(), findings);
        return Answer { has_schedule: false, ..answer };
    };
    let (objective, levels) = (options.objective.clone(), solved.levels.clone());
    let claim = Claim { objective, values: solved.values, levels: levels.clone() };
    let judgment = Judgment::open(options.partial, claim);
    let mut answer = assemble(inner, schedule, judgment, left_out, levels, findings);
    let is_stopped = matches!(solved.limit, LimitHit::Cancelled | LimitHit::Time);
    if !is_stopped || problem.operations.len() <= AT_ONCE {
        answer.levels = options.objective.value(&answer.outcome.verdict().values);
    }
    answer
}

fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::Optimal => "optimal",
        Reason::Feasible => "feasible",
        Reason::Infeasible => "infeasible",
        Reason::Unknown => "unknown",
    }
}

fn limit_name(limit: LimitHit) -> &'static str {
    match limit {
        LimitHit::None => "none",
        LimitHit::Time => "time",
        LimitHit::Work => "work",
        LimitHit::Gap => "gap",
        LimitHit::Cancelled => "cancelled",
    }
}
