//! The doors `solve` and `evaluate`.
//!
//! The search runs on a thread of its own. The calling thread waits without the interpreter, wakes
//! every 50 ms to look for signals, and hands the newest improvement to the callback; what a slow
//! callback misses is dropped. Ctrl-C stops the search and keeps its best schedule; the interrupt is
//! raised only where there is none.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use crate::error::{EngineError, Findings};
use crate::model::objective::{Objective, Term, TermValues};
use crate::schedule::Schedule;
use crate::schedule::verify::{Verdict, verify};
use crate::search::limit::AT_ONCE;
use crate::search::{self, LimitHit, Reason, SolveOptions, Solved};
use crate::session::carry;
use crate::tables::read::{Foreign, read_schedule};
use crate::tables::write::Output;
use crate::tables::{TableData, TableProblem};

use super::convert::{self, Table};
use super::error::{guarded, panic_text, raised};
use super::judgment::{Claim, Judgment};
use super::outcome::Outcome;
use super::problem::Problem;

const WAKE: Duration = Duration::from_millis(50);
/// Stack of the search thread; propagation recurses at most as deep as alternatives nest.
const STACK: usize = 64 << 20;

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

/// An objective as Python gives it.
#[derive(Clone, FromPyObject)]
pub(super) enum ObjectiveArgument {
    Preset(String),
    Levels(Vec<Vec<(String, i64)>>),
}

pub(super) fn objective(
    problem: &TableProblem,
    given: Option<ObjectiveArgument>,
    partial: bool,
) -> Result<Objective, EngineError> {
    let objective = match given {
        None => {
            let due = problem.problem.orders.iter().any(|order| order.due.is_some());
            Objective::preset(if due { "on_time" } else { "throughput" })
        }
        Some(ObjectiveArgument::Preset(name)) => {
            let expected = "on_time, throughput, stable, changeovers, or a list of levels";
            let preset = Objective::preset(&name);
            let refused = EngineError::Option { option: "objective", found: name, expected };
            Some(preset.ok_or(refused)?)
        }
        Some(ObjectiveArgument::Levels(levels)) => Some(Objective { levels: parse(levels)? }),
    };
    let objective = objective.ok_or_else(|| EngineError::Internal("a preset is missing".to_owned()))?;
    Ok(if partial { objective.partial() } else { objective })
}

fn parse(levels: Vec<Vec<(String, i64)>>) -> Result<Vec<Vec<(Term, i64)>>, EngineError> {
    let refused = |found: String, expected| EngineError::Option { option: "objective", found, expected };
    if levels.is_empty() || levels.iter().any(Vec::is_empty) {
        return Err(refused("an empty level".to_owned(), "levels of at least one term each"));
    }
    let term = |(name, weight): (String, i64)| {
        let term = Term::parse(&name);
        let term = term.ok_or_else(|| refused(format!("term {name}"), "terms of the objective"))?;
        if weight < 0 {
            return Err(refused(format!("weight {weight} of {name}"), "weights of at least 0"));
        }
        Ok((term, weight))
    };
    levels.into_iter().map(|level| level.into_iter().map(term).collect()).collect()
}

/// An improvement on its way to the callback.
struct Improvement {
    elapsed: Duration,
    work: u64,
    values: TermValues,
    levels: Vec<i64>,
    bound: Vec<Option<i64>>,
    schedule: Option<Schedule>,
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
            objective: self::objective(inner, objective, partial)?,
        })
    })?;
    let flag =
        cancel.map_or_else(|| Arc::new(AtomicBool::new(false)), |cancel| Arc::clone(&cancel.get().flag));
    let session = Session { inner, options: &options, start: start.as_ref(), flag: &flag };
    let mut solved = session.run(py, on_progress, progress_schedule)?;
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

pub(super) fn seconds(limit: Option<f64>) -> Result<Option<Duration>, EngineError> {
    let refused = |found: f64| EngineError::Option {
        option: "time_limit",
        found: found.to_string(),
        expected: "seconds, at least 0 and finite",
    };
    limit.map(|given| Duration::try_from_secs_f64(given).map_err(|_| refused(given))).transpose()
}

/// One run of the search beside the calling thread.
struct Session<'a> {
    inner: &'a TableProblem,
    options: &'a SolveOptions,
    start: Option<&'a Schedule>,
    flag: &'a AtomicBool,
}

impl Session<'_> {
    fn run(
        &self,
        py: Python<'_>,
        on_progress: Option<&Bound<'_, PyAny>>,
        with_schedule: bool,
    ) -> PyResult<Solved> {
        let (sender, receiver) = crossbeam_channel::bounded(1);
        let dropped = receiver.clone();
        let listens = on_progress.is_some();
        let search = move || {
            let mut tell = |progress: &search::Progress<'_>| {
                if listens {
                    newest(&sender, &dropped, improvement(progress, with_schedule));
                }
            };
            let solve = || search::solve(&self.inner.problem, self.options, self.start, self.flag, &mut tell);
            catch_unwind(AssertUnwindSafe(solve)).map_err(|panic| panic_text(panic.as_ref()))
        };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("sopengine".to_owned()).stack_size(STACK);
            let worker = thread
                .spawn_scoped(scope, search)
                .map_err(|error| raised(py, &EngineError::Internal(format!("no thread: {error}"))))?;
            let told = self.wait(py, &receiver, on_progress);
            let solved = py.detach(|| worker.join());
            let solved = match solved {
                Ok(Ok(solved)) => solved,
                Ok(Err(text)) => return Err(raised(py, &EngineError::Internal(text))),
                Err(panic) => return Err(raised(py, &EngineError::Internal(panic_text(panic.as_ref())))),
            };
            match told {
                Told::Everything => Ok(solved),
                Told::Interrupted(_) if solved.schedule.is_some() => Ok(solved),
                Told::Interrupted(error) | Told::Failed(error) => Err(error),
            }
        })
    }

    /// Waits until the search has ended; signals and failing callbacks end it early.
    fn wait(
        &self,
        py: Python<'_>,
        receiver: &Receiver<Improvement>,
        on_progress: Option<&Bound<'_, PyAny>>,
    ) -> Told {
        let mut told = Told::Everything;
        loop {
            let received = py.detach(|| receiver.recv_timeout(WAKE));
            if let Err(error) = py.check_signals() {
                self.flag.store(true, Ordering::Relaxed);
                told = Told::Interrupted(error);
            }
            match received {
                Err(RecvTimeoutError::Disconnected) => return told,
                Err(RecvTimeoutError::Timeout) => {}
                Ok(improvement) => {
                    if let (Told::Everything, Some(callback)) = (&told, on_progress)
                        && let Err(error) = self.call(py, callback, improvement)
                    {
                        self.flag.store(true, Ordering::Relaxed);
                        told = Told::Failed(error);
                    }
                }
            }
        }
    }

    fn call(&self, py: Python<'_>, callback: &Bound<'_, PyAny>, improvement: Improvement) -> PyResult<()> {
        let report = PyDict::new(py);
        report.set_item("elapsed_s", improvement.elapsed.as_secs_f64())?;
        report.set_item("work", improvement.work)?;
        report.set_item("objective", terms(py, &improvement.values)?)?;
        report.set_item("levels", improvement.levels)?;
        report.set_item("bound", improvement.bound)?;
        if let Some(schedule) = &improvement.schedule {
            let table = py.detach(|| {
                let (problem, context) = (&self.inner.problem, &self.inner.context);
                Output::new(problem, context, schedule, &improvement.values, &[]).schedule()
            });
            report.set_item("schedule", Table::new(table))?;
        }
        callback.call1((report,)).map(|_| ())
    }
}

/// What came of telling Python.
enum Told {
    Everything,
    Interrupted(PyErr),
    Failed(PyErr),
}

fn improvement(progress: &search::Progress<'_>, with_schedule: bool) -> Improvement {
    Improvement {
        elapsed: progress.elapsed,
        work: progress.work,
        values: (progress.values)(),
        levels: progress.levels.to_vec(),
        bound: progress.bound.to_vec(),
        schedule: with_schedule.then(|| (progress.schedule)()),
    }
}

/// Sends the newest, in the place of one that nobody has taken.
fn newest(sender: &Sender<Improvement>, dropped: &Receiver<Improvement>, improvement: Improvement) {
    if let Err(TrySendError::Full(improvement)) = sender.try_send(improvement) {
        let _ = dropped.try_recv();
        let _ = sender.try_send(improvement);
    }
}

/// An answer and its figures.
pub(super) struct Answer {
    outcome: Outcome,
    levels: Vec<i64>,
    /// Whether there is a schedule whose figures count.
    has_schedule: bool,
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

pub(super) fn assemble(
    inner: &Arc<TableProblem>,
    schedule: Schedule,
    judgment: Judgment,
    left_out: Vec<search::LeftOut>,
    levels: Vec<i64>,
    findings: Findings,
) -> Answer {
    let mut all = inner.findings.clone();
    all.extend(findings);
    let inner = Arc::clone(inner);
    let outcome = Outcome { inner, schedule, left_out, findings: all, judgment };
    Answer { outcome, levels, has_schedule: true }
}

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
    let objective = guarded(py, || self::objective(inner, objective, partial))?;
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
