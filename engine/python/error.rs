//! Findings and panics as exceptions of `sopengine.errors`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::error::{EngineError, Finding, Severity};

/// Runs one door of the module: errors and panics of the engine become exceptions of the package.
pub(super) fn guarded<T>(py: Python<'_>, door: impl FnOnce() -> Result<T, EngineError>) -> PyResult<T> {
    match catch_unwind(AssertUnwindSafe(door)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(raised(py, &error)),
        Err(panic) => Err(raised(py, &EngineError::Internal(panic_text(panic.as_ref())))),
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a promise of the engine was broken".to_owned())
}

/// The exception of an error.
pub(super) fn raised(py: Python<'_>, error: &EngineError) -> PyErr {
    exception(py, error).unwrap_or_else(|failure| failure)
}

fn exception(py: Python<'_>, error: &EngineError) -> PyResult<PyErr> {
    let errors = py.import("sopengine.errors")?;
    let issues = match error {
        EngineError::Data(findings) => findings.kept().to_vec(),
        EngineError::Option { option, found, expected } => {
            let refused = Finding::error("PARAM_RANGE", "").column(option).found(found.clone());
            vec![refused.expected(*expected).hint("Leave the option out for its default.")]
        }
        EngineError::Internal(text) => {
            let raised = errors.getattr("SopInternalError")?.call1((text,))?;
            return Ok(PyErr::from_value(raised));
        }
    };
    let class = errors.getattr("Finding")?;
    let list = PyList::empty(py);
    for issue in &issues {
        list.append(class.call((), Some(&fields(py, issue)?))?)?;
    }
    Ok(PyErr::from_value(errors.getattr("SopDataError")?.call1((list,))?))
}

/// Fields of a finding; empty texts are `None`.
fn fields<'py>(py: Python<'py>, issue: &Finding) -> PyResult<Bound<'py, PyDict>> {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let fields = PyDict::new(py);
    fields.set_item("check", issue.check)?;
    fields.set_item("severity", severity)?;
    fields.set_item("table", some(issue.table))?;
    fields.set_item("row", issue.row)?;
    fields.set_item("id", some(&issue.id))?;
    fields.set_item("column", some(issue.column))?;
    fields.set_item("found", some(&issue.found))?;
    fields.set_item("expected", some(&issue.expected))?;
    fields.set_item("hint", some(&issue.hint))?;
    Ok(fields)
}
