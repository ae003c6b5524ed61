//! The class `Problem`, and what the module says about itself.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::model::history::{Pin, Status};
use crate::model::time::FAR;
use crate::tables::spec::{Class, FOREIGN, INPUT, OUTPUT, TableSpec};
use crate::tables::{IdType, ReadOptions, TableProblem, write};

use super::convert::{self, Table};
use super::error::guarded;

/// A problem read from tables: checked, dense, immutable.
#[pyclass(frozen, module = "sopengine._engine")]
pub(super) struct Problem {
    pub(super) inner: Arc<TableProblem>,
}

#[pymethods]
impl Problem {
    /// Reads and checks tables; raises `SopDataError` with every finding where one is an error.
    #[new]
    #[pyo3(signature = (tables, scale=None))]
    fn new(py: Python<'_>, tables: &Bound<'_, PyDict>, scale: Option<u8>) -> PyResult<Self> {
        let tables = convert::tables(py, tables)?;
        let inner = guarded(py, || py.detach(|| TableProblem::new(&tables, ReadOptions { scale })))?;
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Findings that did not refuse the input.
    fn findings(&self, py: Python<'_>) -> PyResult<Table> {
        guarded(py, || Ok(Table::new(write::findings(self.inner.findings.kept()))))
    }

    /// Counts and facts.
    fn summary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let problem = &self.inner.problem;
        let count = |status| problem.operation_ids().filter(|id| problem.status(*id) == status).count();
        let pinned = problem
            .operation_ids()
            .filter(|id| problem.baseline(*id).is_some_and(|known| known.pin != Pin::None))
            .count();
        let facts = PyDict::new(py);
        facts.set_item("orders", problem.orders.len())?;
        facts.set_item("operations", problem.operations.len())?;
        facts.set_item("modes", problem.modes.len())?;
        facts.set_item("requirements", problem.requirements.len())?;
        facts.set_item("resources", problem.resources.len())?;
        facts.set_item("groups", problem.groups.len())?;
        facts.set_item("precedences", problem.precedences.len())?;
        facts.set_item("items", problem.items.len())?;
        facts.set_item("started", count(Status::Started))?;
        facts.set_item("done", count(Status::Done))?;
        facts.set_item("pinned", pinned)?;
        facts.set_item("temporal", problem.temporal)?;
        facts.set_item("now", problem.now)?;
        facts.set_item("horizon_end", (problem.horizon_end < FAR).then_some(problem.horizon_end))?;
        facts.set_item("timezone", self.inner.context.zone.as_deref())?;
        facts.set_item("findings", self.inner.findings.total())?;
        Ok(facts)
    }

    /// Ids of one kind in the order that breaks ties, as text: `orders`, `operations`, `resources`,
    /// `groups`, `items` or `locations`.
    fn names(&self, kind: &str) -> PyResult<Vec<String>> {
        let names = &self.inner.problem.names;
        let names = match kind {
            "orders" => &names.orders,
            "operations" => &names.operations,
            "resources" => &names.resources,
            "groups" => &names.groups,
            "items" => &names.items,
            "locations" => &names.locations,
            _ => return Err(pyo3::exceptions::PyKeyError::new_err(kind.to_owned())),
        };
        Ok((0..names.len()).map(|index| names.get(index).to_owned()).collect())
    }

    /// Type of ids by entity: `text`, or the name of an integer type.
    fn id_types<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let types = PyDict::new(py);
        for entity in crate::tables::spec::Entity::ALL {
            let name = match self.inner.context.id_type(entity) {
                IdType::Text => "text".to_owned(),
                IdType::Integer(kind) => kind.to_string().to_lowercase(),
            };
            types.set_item(entity.name(), name)?;
        }
        Ok(types)
    }

    /// Whether a tick is a second.
    #[getter]
    fn temporal(&self) -> bool {
        self.inner.problem.temporal
    }

    /// Zone of timestamps in results.
    #[getter]
    fn timezone(&self) -> Option<&str> {
        self.inner.context.zone.as_deref()
    }

    fn __repr__(&self) -> String {
        let problem = &self.inner.problem;
        format!(
            "<Problem {} orders, {} operations, {} resources>",
            problem.orders.len(),
            problem.operations.len(),
            problem.resources.len()
        )
    }
}

/// Every column of every table, one dictionary a column.
#[pyfunction]
pub(super) fn table_spec(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let rows = PyList::empty(py);
    for (direction, tables) in [("in", INPUT), ("out", OUTPUT), ("evaluate", FOREIGN)] {
        for table in tables {
            columns(py, direction, table, &rows)?;
        }
    }
    Ok(rows)
}

fn columns(py: Python<'_>, direction: &str, table: &TableSpec, rows: &Bound<'_, PyList>) -> PyResult<()> {
    for column in table.columns {
        let (entity, values) = match column.class {
            Class::Id(entity) => (Some(entity.name()), Vec::new()),
            Class::Enum(words) => (None, words.to_vec()),
            _ => (None, Vec::new()),
        };
        let row = PyDict::new(py);
        row.set_item("direction", direction)?;
        row.set_item("table", table.name)?;
        row.set_item("table_required", table.required)?;
        row.set_item("table_doc", table.doc)?;
        row.set_item("column", column.name)?;
        row.set_item("type", column.class.name())?;
        row.set_item("entity", entity)?;
        row.set_item("values", values)?;
        row.set_item("key", table.key.contains(&column.name))?;
        row.set_item("required", column.required)?;
        row.set_item("default", column.default)?;
        row.set_item("unit", column.unit)?;
        row.set_item("doc", column.doc)?;
        rows.append(row)?;
    }
    Ok(())
}

/// Version of the engine.
#[pyfunction]
pub(super) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
