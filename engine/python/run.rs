//! A search beside the thread that waits for it.
//!
//! The search runs on a thread of its own. The calling thread waits without the interpreter, wakes
//! every 50 ms to look for signals, and hands the newest improvement to the callback; what a slow
//! callback misses is dropped. Ctrl-C stops the search and keeps its best schedule; the interrupt is
//! raised only where there is none.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use crate::error::EngineError;
use crate::model::objective::TermValues;
use crate::schedule::Schedule;
use crate::search::{self, SolveOptions, Solved};
use crate::tables::TableProblem;
use crate::tables::write::Output;

use super::convert::Table;
use super::error::{panic_text, raised};
use super::outcome::terms;

const WAKE: Duration = Duration::from_millis(50);
/// Stack of the search thread; propagation recurses at most as deep as alternatives nest.
const STACK: usize = 64 << 20;

/// An improvement on its way to the callback.
struct Improvement {
    elapsed: Duration,
    work: u64,
    values: TermValues,
    levels: Vec<i64>,
    bound: Vec<Option<i64>>,
    schedule: Option<Schedule>,
}

/// One run of the search beside the calling thread.
pub(super) struct Run<'a> {
    pub(super) inner: &'a TableProblem,
    pub(super) options: &'a SolveOptions,
    pub(super) start: Option<&'a Schedule>,
    pub(super) flag: &'a AtomicBool,
}

impl Run<'_> {
    pub(super) fn search(
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
