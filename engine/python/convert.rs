//! Tables across the `PyCapsule` protocol.

use arrow_array::RecordBatch;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyCapsule, PyDict};

use crate::error::{EngineError, Finding, Findings};
use crate::tables::{TableData, Tables, ffi};

use super::error::raised;

/// A table of a result. `pyarrow.table(it)`, or any reader of the Arrow `PyCapsule` protocol, takes it.
#[pyclass(frozen, module = "sopengine._engine")]
pub(super) struct Table {
    batch: RecordBatch,
}

impl Table {
    pub(super) fn new(batch: RecordBatch) -> Self {
        Self { batch }
    }
}

#[pymethods]
impl Table {
    /// The table as an Arrow C stream; the requested schema is not looked at.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let stream = ffi::export(self.batch.clone());
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }

    /// Number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// Names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        let schema = self.batch.schema();
        schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    fn __repr__(&self) -> String {
        format!("<Table {} rows: {}>", self.batch.num_rows(), self.column_names().join(", "))
    }
}

/// Reads an object with `__arrow_c_stream__` to its end.
pub(super) fn table(py: Python<'_>, name: &str, object: &Bound<'_, PyAny>) -> PyResult<TableData> {
    let method = object.getattr("__arrow_c_stream__").map_err(|_| {
        let kind = object.get_type().name().map_or_else(|_| "object".to_owned(), |name| name.to_string());
        PyTypeError::new_err(format!("table {name}: {kind} has no __arrow_c_stream__"))
    })?;
    let capsule = method.call0()?.cast_into::<PyCapsule>()?;
    ffi::import_capsule(&capsule)?.map_err(|error| {
        let mut findings = Findings::default();
        findings.push(
            Finding::error("ARROW_INVALID", "")
                .of(name)
                .found(error.to_string())
                .expected("a table by the Arrow C stream interface"),
        );
        raised(py, &EngineError::Data(findings))
    })
}

/// Reads a dictionary of tables.
pub(super) fn tables(py: Python<'_>, given: &Bound<'_, PyDict>) -> PyResult<Tables> {
    let mut tables = Tables::new();
    for (name, object) in given.iter() {
        let name: String = name.extract()?;
        let data = table(py, &name, &object)?;
        tables.insert(name, data);
    }
    Ok(tables)
}
